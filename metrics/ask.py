"""``ask``: the one way to a figure. Each clock is summed to the asked grain in its own mart, then joined; ratios come from the sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.canonical import SHOP
from contracts.errors import NotFoundError, UsageError
from metrics.access import Desk, Viewer, as_merchant, no_such_merchant, open_desk, require
from metrics.ages import MATURE_DAYS, Age
from metrics.matured import advertised_interval, interval
from metrics.metric import Metric
from metrics.notes import NOTES, Note, make_notes
from metrics.open_items import shops_without, shops_without_refunds
from metrics.question import Period, Question, Where, read_question
from metrics.released import AsOf, choose
from metrics.versions import redefined_since
from transforms.gold import dim_observed

__all__ = ["Age", "Answer", "Note", "ask"]

#: Clocks told by files of their own → the note that says how many shops have given none.
_LEDGERS = {"settled": "BILLS_MISSING", "moved": "ACCOUNTS_MISSING", **dict.fromkeys(("advertised", "advertised_matured"), "ADS_MISSING")}
#: Clocks whose figures go by the day of payment and move as its refunds come in → which of their rows were paid: a cost charged once may lie ahead.
_COHORTS = {"paid": "true", "cost": "paid_fen <> 0", "matured": "paid_fen <> 0", **dict.fromkeys(("advertised", "advertised_matured"), "paid_fen <> 0")}

#: What a measure is called that moves with refunds.
_OF_REFUNDS = ("refund", "kept", "matured")
#: How many rows of its mart a clock found, beside its parts.
_ROWS = "rows"
#: An order is counted on its first line, whose goods may not be all of its goods.
_GOODS = {"style", "sku", "size", "color"}
_ORDERS = {"paid_orders_qty", "refunded_orders_qty", "kept_orders_qty"}


@dataclass(frozen=True, eq=False)
class Answer:
    """Figures of one release, with what must be said beside them.

    ``rows``: the asked dimensions and one column per metric id, sorted. Money Int64 fen, counts Int64, fractions Float64. ``first_date`` and
    ``last_date`` are the asked period, else what the data cover (None when there are none). ``age`` is None when nothing was paid in it.
    """

    rows: pl.DataFrame
    release: int
    as_of: dt.datetime
    first_date: dt.date | None
    last_date: dt.date | None
    notes: list[Note]
    age: Age | None


def ask(
    viewer: Viewer, metrics: Sequence[str], *, by: Sequence[str] = (), where: Where | None = None, period: Period | None = None, as_of: AsOf = None
) -> Answer:
    """``metrics`` of ``viewer``'s merchant, split by ``by``, restricted to ``where`` (dimension → value or values) and ``period`` (both days included).

    Dimensions: merchant, shop, platform, channel, traffic, style, session, and for profit sku and creator; date, week (2026-W07), month (2026-02) on each
    metric's own clock;
    paid_date for metrics on the payment clock. A group without rows on a metric's clock has no row, or 0 (ratios: null) beside another metric
    that has one; without ``by`` there is always one row. ``as_of``: a release number or an aware moment; None reads the current release.

    Raises ``UsageError`` for a question put wrongly (see ``question.read_question``) or an operator who named no single merchant,
    ``NotFoundError`` when there is no release, for another's merchant, and for the association, to whom no metric exists.
    """
    require(viewer)
    if viewer.role == "association":
        raise NotFoundError("NO_SUCH_METRIC", "没有这个指标", "no such metric", step_zh="见全区页面", step_en="see the district's page")
    question = read_question(metrics, by, where or {}, period)
    desk = open_desk(for_one_merchant(viewer, question), as_of, question.tables)
    clocks = {clock: _sums(desk, question, clock) for clock in question.sources}
    parts = _join(list(clocks.values()), list(question.by))
    first, last = question.period or extent(desk, question)
    rows = parts.select(*question.by, *(_value(metric) for metric in question.metrics))
    redefined = {"DEFINITION_CHANGED"} if any(redefined_since(choose(viewer.place, as_of), metric) for metric in question.metrics) else set()
    notes = _notes(desk, question, parts, last, redefined)
    return Answer(rows, desk.release.number, desk.release.as_of, first, last, notes, _age(desk, question))


def for_one_merchant(viewer: Viewer, question: Question) -> Viewer:
    """The viewer narrowed to the one merchant the question is about."""
    named = {str(value) for value in question.where.get("merchant", ())}
    if viewer.merchant_id is None:
        if len(named) != 1:
            raise UsageError(
                "NAME_ONE_MERCHANT",
                "请指定一个商家",
                "name one merchant",
                step_zh="加上 merchant 条件",
                step_en="add a merchant to `where`",
                named=sorted(named),
            )
        return as_merchant(viewer, named.pop())
    if named - {viewer.merchant_id}:
        raise no_such_merchant()
    return viewer


def _column(clock: str, part: str) -> str:
    """A part's column after the join; clocks have parts of the same name over different rows."""
    return f"{clock}:{part}"


def _sums(desk: Desk, question: Question, clock: str) -> pl.DataFrame:
    """Parts of one clock summed to the asked grain."""
    source = question.sources[clock]
    parts = dict.fromkeys(part for metric in question.on(clock) for part in metric.parts)
    groups = [f'{source.dimensions[name]} AS "{name}"' for name in question.by]
    sums = [f'coalesce(sum({source.measures[part]}), 0)::BIGINT AS "{_column(clock, part)}"' for part in parts]
    sums.append(f'count(*)::BIGINT AS "{_column(clock, _ROWS)}"')
    condition, values = question.conditions(clock)
    query = f"SELECT {', '.join([*groups, *sums])} FROM {source.relation} WHERE {condition}"  # noqa: S608
    return desk.sql(query + (" GROUP BY ALL" if groups else ""), values)


def _join(frames: list[pl.DataFrame], by: list[str]) -> pl.DataFrame:
    """One row per group found in any frame; a part without a row there is 0."""
    joined = frames[0]
    for frame in frames[1:]:
        joined = joined.join(frame, on=by, how="full", coalesce=True, validate="1:1") if by else joined.hstack(frame)
    return joined.with_columns(pl.exclude(by).fill_null(0)).sort(by) if by else joined


def _value(metric: Metric) -> pl.Expr:
    """The metric from its summed parts, as truth rounds it: half up to a whole fen; null for nothing to divide by or a source that tells nothing."""
    value = top = _top(metric)
    if metric.denominator is not None:
        bottom = _part(metric, metric.denominator)
        value = pl.when(bottom > 0).then(metric.quotient(top, bottom))
    if metric.told:
        value = pl.when(~_is_silent(metric)).then(value)
    if metric.whole:
        value = pl.when(_part(metric, metric.whole) == 0).then(value)
    return value.alias(metric.id)


def _part(metric: Metric, name: str) -> pl.Expr:
    return pl.col(_column(metric.clock, name))


def _top(metric: Metric) -> pl.Expr:
    return pl.sum_horizontal(_part(metric, name) * factor for name, factor in metric.numerator.items())


def _is_silent(metric: Metric) -> pl.Expr:
    """Nothing is told, though something is there to be told of."""
    told = pl.sum_horizontal(_part(metric, name) for name in metric.told)
    return (told == 0) & pl.any_horizontal(_part(metric, name) > 0 for name in metric.silence)


def _left_empty(question: Question, parts: pl.DataFrame) -> int:
    """What cells without a value add to a total that has one, over all sums of the answer."""
    sums = [metric for metric in question.metrics if metric.told and metric.denominator is None and not metric.whole]
    empty = [(parts.filter(_is_silent(metric)), metric) for metric in sums if question.by]
    return sum(int(rows.select(_top(metric).sum()).item()) for rows, metric in empty if rows.height < parts.height)


def extent(desk: Desk, question: Question, *, since: str = "business_date") -> tuple[dt.date | None, dt.date | None]:
    """First and last date of the rows behind the answer, over all its clocks; the first by ``since`` (SQL over their mart)."""
    found: list[dt.date] = []
    for clock, source in question.sources.items():
        condition, values = question.conditions(clock)
        query = f"SELECT min({since}), max(business_date) FROM {source.relation} WHERE {condition}"  # noqa: S608
        found += [date for date in desk.sql(query, values).row(0) if date is not None]
    return min(found, default=None), max(found, default=None)


def _age(desk: Desk, question: Question) -> Age | None:
    """Age of what was paid in the answer's period: by the payment day, or the session's day where the answer goes by sessions. Ledgers do not mature."""
    found = next(((clock, source, name) for clock, source in question.sources.items() for name in _COHORTS if name in source.rows), None)
    if found is None:
        return None
    clock, source, cohort = found
    condition, values = question.conditions(clock)
    query = f"""
        WITH cohort AS (SELECT {", ".join(SHOP)}, business_date, paid_fen FROM {source.relation}
            WHERE {condition} AND ({source.rows[cohort]}) AND {_COHORTS[cohort]})
        SELECT max(business_date), min(until - business_date)::BIGINT, sum(paid_fen)::BIGINT,
            (sum(paid_fen) FILTER (until - business_date < {MATURE_DAYS}))::BIGINT
        FROM cohort JOIN (SELECT *, {dim_observed.RETURNS_UNTIL} AS until FROM {dim_observed.TABLE.full_name}) USING ({", ".join(SHOP)})"""  # noqa: S608
    newest, days, paid, young = desk.sql(query, values).row(0)
    return None if newest is None else Age(newest, max(0, days), (young or 0) / paid if paid else float(days < MATURE_DAYS))


def _notes(desk: Desk, question: Question, parts: pl.DataFrame, last: dt.date | None, more: set[str]) -> list[Note]:
    if not sum(int(parts[_column(clock, _ROWS)].sum()) for clock in question.sources):
        more = {*more, "NO_ROWS"}
    codes = {"CELLS_EMPTY", *(code for metric in question.metrics for code in metric.notes)}
    totals = {part: _total(question, parts, code, part) for code in codes - {"CELLS_EMPTY"} for part in (NOTES[code].part, NOTES[code].beside) if part}
    if any(word in part for metric in question.metrics for part in metric.parts for word in _OF_REFUNDS):
        codes.add("REFUNDS_NONE")
        totals["shops_without_refunds_qty"] = shops_without_refunds(desk, question)
    totals["left_empty_fen"] = _left_empty(question, parts)
    if "REFUNDS_UNDATED" in codes and last is not None:
        codes.add("REFUNDS_UNDATED_EARLIER")
        totals["earlier_undated_fen"] = _undated_until(desk, question, last) - totals["cohort_refund_undated_fen"]
    for clock, code in _LEDGERS.items():
        if clock in question.sources:
            codes.add(code)
            totals[NOTES[code].part] = shops_without(desk, question, clock)
    if "matured" in question.sources:
        codes.add("MATURED_INTERVAL")
        totals |= interval(desk, question)
    elif "advertised_matured" in question.sources:
        codes.add("MATURED_INTERVAL")
        totals |= advertised_interval(desk, question)
    codes |= {metric.below for metric in question.metrics if metric.below and _is_below(metric, parts)}
    if "session" in question.dimensions and question.on("paid"):
        codes.add("SESSION_CLOCK")
    if _GOODS & question.dimensions and any(_ORDERS & set(metric.parts) for metric in question.metrics):
        codes.add("ORDERS_ON_FIRST_LINE")
    return make_notes(codes | more, totals)


def _is_below(metric: Metric, parts: pl.DataFrame) -> bool:
    """Whether anywhere in the answer the denominator is told, and not above 0."""
    bottom, told = ([_column(metric.clock, name) for name in names] for names in ([metric.denominator or ""], metric.told))
    return parts.filter((pl.col(bottom[0]) <= 0) & (pl.sum_horizontal(told) > 0)).height > 0


def _total(question: Question, parts: pl.DataFrame, code: str, part: str) -> int:
    clock = next(metric.clock for metric in question.metrics if code in metric.notes)
    rows = _newest(parts, question) if "month" in question.sources[clock].apart else parts
    return int(rows[_column(clock, part)].sum())


def _newest(parts: pl.DataFrame, question: Question) -> pl.DataFrame:
    """The rows of the newest day of each shop, or whatever a figure is of alone: what is never added up is not in a note either."""
    alone = [name for name in question.by if any(name in source.apart and name != "month" for source in question.sources.values())]
    for name in ("date", "month"):
        if name in question.by:
            last = pl.col(name).max()
            return parts.filter(pl.col(name) == (last.over(alone) if alone else last))
    return parts


def _undated_until(desk: Desk, question: Question, last: dt.date) -> int:
    """Undated refunds of all orders paid up to ``last``: the most that could be missing from the refund clock by then."""
    source = question.sources["mixed"]
    condition, values = question.conditions("mixed", timed=False)
    query = f"SELECT coalesce(sum(cohort_refund_undated_fen), 0)::BIGINT FROM {source.relation} WHERE {condition} AND business_date <= ?"  # noqa: S608
    return int(desk.sql(query, [*values, last]).item())
