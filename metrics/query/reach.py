"""How far what was given reaches, and which of an answer's periods it covers in part: half a month is not
shown like a whole one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from metrics.query.question import DAYS_OF, Period, Question

#: Clock → the reports whose days it counts by.
DATED_BY = {
    **dict.fromkeys(("created", "final", "paid", "matured", "cost", "buyers", "launch"), ("orders",)),
    "refund": ("refunds",),
    "mixed": ("orders", "refunds"),
    "settled": ("bills",),
    "moved": ("accounts",),
    **dict.fromkeys(("advertised", "advertised_matured"), ("ads",)),
    "stock": ("orders", "stock"),
    "session": ("sessions",),
}
#: Clock of several reports → the one of which rows of the other say nothing, and the measure whose rows do:
#: orders paid are no word on refunds.
PROVEN_BY = {"mixed": ("refunds", "dated_refund_fen")}
#: As many shops, and as many periods, as a sentence names.
_NAMED = 6


@dataclass(frozen=True)
class Span:
    """The first and the last day of a report's rows, and the last of them that was over when it was made.

    None where nothing tells.
    """

    first: dt.date | None
    last: dt.date | None
    whole_until: dt.date | None


def part_periods(
    question: Question,
    rows: pl.DataFrame,
    spans: Mapping[str, Sequence[Span]],
    window_days: int | None = None,
) -> dict[str, str]:
    """The words of the note on periods that are covered in part, ``periods`` and ``reach``.

    None where all are whole.

    ``rows`` are the answer's, ``spans`` per shop (by name) those of what its figures are dated by,
    ``window_days`` the length of the window that ends with each of its months (None: it has none). A period
    is whole where every shop was watched to its end, and some shop from its beginning.
    """
    begun = min((span.first for some in spans.values() for span in some if span.first), default=None)
    watched = {
        name: min((span.whole_until for span in some if span.whole_until), default=None)
        for name, some in spans.items()
    }
    parts: list[str] = []
    late: dict[str, None] = {}
    for label, (first, last) in (*_cells(question, rows), *_windows(question, rows, window_days)):
        behind = [name for name, until in watched.items() if until is not None and until < last]
        if behind or (begun is not None and first < begun <= last):
            parts.append(label)
            late |= dict.fromkeys(behind)
    newest = [f"{name} {min(span.last for span in spans[name] if span.last)}" for name in late]
    return {"periods": _listed(parts), "reach": _listed(newest) or f"{begun} –"} if parts else {}


def _listed(names: Sequence[str]) -> str:
    more = f"…(+{len(names) - _NAMED})" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more


def first_day(question: Question, cells: pl.DataFrame) -> pl.Expr:
    """The first day a row of ``cells``, with what ``question`` splits by, can be about.

    Null where neither the cell nor the question names one.
    """
    named = [
        min(DAYS_OF[name](value)[0] for value in values)
        for name, values in question.where.items()
        if name in DAYS_OF and values
    ]
    asked = [pl.lit(day, pl.Date) for day in (*named, *(question.period or ())[:1], None)]
    own = {
        name: {value: DAYS_OF[name](value)[0] for value in cells[name].drop_nulls().unique()}
        for name in question.by
        if name in DAYS_OF
    }
    return pl.max_horizontal(
        *asked,
        *(
            pl.col(name).replace_strict(days, default=None, return_dtype=pl.Date)
            for name, days in own.items()
            if days
        ),
    )


def last_day(question: Question) -> dt.date | None:
    """The last day ``question`` asks about; None where it names none."""
    named = [
        max(DAYS_OF[name](value)[1] for value in values)
        for name, values in question.where.items()
        if name in DAYS_OF and values
    ]
    return min((*named, *(question.period or ())[1:]), default=None)


def _cells(question: Question, rows: pl.DataFrame) -> Iterator[tuple[str, Period]]:
    """Each day, week or month the answer tells apart or is restricted to, within the period asked for.

    Else that period as a whole.
    """
    if question.period and not question.dimensions & DAYS_OF.keys():
        yield " – ".join(map(str, question.period)), question.period
    for name, read in DAYS_OF.items():
        values = (
            rows[name].unique().drop_nulls().sort().to_list()
            if name in question.by
            else list(question.where.get(name, ()))
        )
        for value in values:
            first, last = read(value)
            if question.period:
                first, last = max(first, question.period[0]), min(last, question.period[1])
            if first <= last:
                yield str(value), (first, last)


def _windows(question: Question, rows: pl.DataFrame, days: int | None) -> Iterator[tuple[str, Period]]:
    """The days of the window that ends with each month the answer tells apart or is restricted to."""
    if days:
        for _label, (_, last) in _cells(question, rows):
            window = last - dt.timedelta(days=days - 1), last
            yield " – ".join(map(str, window)), window
