"""What ``ask`` answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from metrics.model.metric import Metric
from metrics.model.notes import Note, make_notes
from metrics.query.access import Released
from metrics.query.ages import Age
from metrics.query.question import Question


@dataclass(frozen=True, eq=False)
class Answer:
    """Figures of one release, with what must be said beside them.

    ``rows``: the asked dimensions and one column per metric id, sorted. Money Int64 fen, counts Int64,
    fractions Float64. ``first_date`` and ``last_date`` are the asked period, else what the data cover (None
    when there are none). ``age`` is None when nothing was paid in it.
    """

    rows: pl.DataFrame
    release: int
    as_of: dt.datetime
    first_date: dt.date | None
    last_date: dt.date | None
    notes: list[Note]
    age: Age | None


def with_empty(
    question: Question, unheld: Sequence[Metric], released: Released, rest: Answer | None
) -> Answer:
    """The answer to ``question`` of a release that holds nothing of ``unheld``: their figures are empty.

    ``rest`` answers its other metrics; None where there are none.
    """
    first, last = question.period or (None, None)
    found = rest or Answer(_no_rows(question), released.number, released.as_of, first, last, [], None)
    empty = [pl.lit(None, pl.Float64 if item.is_exact else pl.Int64).alias(item.id) for item in unheld]
    rows = found.rows.with_columns(empty).select(*question.by, *(item.id for item in question.metrics))
    names = {
        "names_zh": "、".join(item.zh for item in unheld),
        "names_en": ", ".join(item.en for item in unheld),
    }
    told = make_notes(["NOT_HELD"], {}, {"NOT_HELD": names})
    return Answer(
        rows, found.release, found.as_of, found.first_date, found.last_date, [*told, *found.notes], found.age
    )


def _no_rows(question: Question) -> pl.DataFrame:
    """No group at all; without a split the one row there always is."""
    if not question.by:
        return pl.DataFrame({"_": [None]})
    days = ("date", "paid_date")
    return pl.DataFrame(schema={name: pl.Date if name in days else pl.String for name in question.by})
