"""``ask``: the one way to a figure.

Each clock is summed to the asked grain in its own mart, then joined; ratios come from the sums.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from contracts.canonical import SHOP
from contracts.errors import NotFoundError, UsageError
from metrics.model.metric import Metric
from metrics.model.notes import NOTES, Note, make_notes
from metrics.model.versions import redefined_since
from metrics.query.access import Desk, Viewer, as_merchant, no_such_merchant, open_desk, require
from metrics.query.ages import MATURE_DAYS, Age
from metrics.query.answer import Answer, with_empty
from metrics.query.coverage import (
    Coverage,
    is_listed,
    is_proven,
    mark_cells,
    read_coverage,
    session_days,
    unsized,
    window_days,
)
from metrics.query.matured import advertised_interval, interval
from metrics.query.outliers import OF_LEDGERS, outliers
from metrics.query.question import Period, Question, Where, read_question
from metrics.query.reach import part_periods
from metrics.query.released import AsOf
from metrics.query.unheld import unheld
from transforms.gold.orders import dim_observed

__all__ = ["Age", "Answer", "Note", "ask"]

#: Clocks whose figures go by the day of payment and move as its refunds come in → which of their rows were
#: paid: a cost charged once may lie ahead.
_COHORTS = {
    "paid": "true",
    "cost": "paid_fen <> 0",
    "matured": "paid_fen <> 0",
    **dict.fromkeys(("advertised", "advertised_matured"), "paid_fen <> 0"),
}

#: Beside the parts of a clock: how many rows of its mart were found, and whatever their clock; beside those
#: of a metric: whether a shop of the cell gave all it needs, up to the cell's days.
_ROWS, _LISTED, _COVERED = "rows", "listed", "covered"
#: Who a row is of: its shop, or its platform where the mart knows no shops.
_PLACE = "_place"
#: An order is counted on its first line, whose goods may not be all of its goods.
_GOODS = {"style", "sku", "size", "color"}
_ORDERS = {"paid_orders_qty", "refunded_orders_qty", "kept_orders_qty"}


def ask(
    viewer: Viewer,
    metrics: Sequence[str],
    *,
    by: Sequence[str] = (),
    where: Where | None = None,
    period: Period | None = None,
    as_of: AsOf = None,
) -> Answer:
    """``metrics`` of ``viewer``'s merchant, split by ``by``, restricted to ``where`` (dimension → value or
    values) and ``period`` (both days included).

    Dimensions: merchant, shop, platform, channel, traffic, style, session, and for profit sku and creator;
    date, week (2026-W07), month (2026-02) on each metric's own clock; paid_date for metrics on the payment
    clock. A group without rows on a metric's clock has no row, or 0 (ratios: null) beside another metric that
    has one; without ``by`` there is always one row. A figure is null where no shop of its cell ever gave what
    it is made of (``coverage``), and of those that did otherwise. ``as_of``: a release number or an aware
    moment; None reads the current release.

    Raises ``UsageError`` for a question put wrongly (see ``question.read_question``) or an operator who named
    no single merchant, ``NotFoundError`` when there is no release, for another's merchant, and for the
    association, to whom no metric exists.
    """
    require(viewer)
    if viewer.role == "association":
        raise NotFoundError(
            "NO_SUCH_METRIC",
            "没有这个指标",
            "no such metric",
            step_zh="见全区页面",
            step_en="see the district's page",
        )
    question = read_question(metrics, by, where or {}, period)
    desk = open_desk(for_one_merchant(viewer, question), as_of)
    if gone := unheld(desk, question):
        held = [metric.id for metric in question.metrics if metric not in gone]
        rest = ask(viewer, held, by=by, where=where, period=period, as_of=as_of) if held else None
        return with_empty(question, gone, desk.release, rest)
    coverage = read_coverage(desk, question)
    parts = _parts(desk, question, coverage)
    first, last = question.period or extent(desk, question)
    rows = parts.select(*question.by, *(_value(question, metric) for metric in question.metrics))
    redefined = (
        {"DEFINITION_CHANGED"}
        if any(redefined_since(desk.found, metric) for metric in question.metrics)
        else set()
    )
    notes = _notes(desk, question, coverage, parts, last, redefined)
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
    """A part of a clock, of all its shops; clocks have parts of the same name over different rows."""
    return f"{clock}:{part}"


def _own(metric: Metric, part: str) -> str:
    """A part of a metric, of the shops it covers."""
    return f"{metric.clock}:{metric.id}:{part}"


def _sums(desk: Desk, question: Question, clock: str) -> pl.DataFrame:
    """Parts of one clock summed to the asked grain, of each shop apart."""
    source = question.sources[clock]
    parts = dict.fromkeys(part for metric in question.on(clock) for part in metric.parts)
    place = source.dimensions.get("shop", source.dimensions["platform"])
    groups = [*(f'{source.dimensions[name]} AS "{name}"' for name in question.by), f'{place} AS "{_PLACE}"']
    here = f"FILTER ({source.rows[clock]})"
    sums = [
        f'coalesce(sum({source.measures[part]}) {here}, 0)::BIGINT AS "{_column(clock, part)}"'
        for part in parts
    ]
    sums += [
        f'(count(*) {here})::BIGINT AS "{_column(clock, _ROWS)}"',
        f'count(*)::BIGINT AS "{_column(clock, _LISTED)}"',
    ]
    condition, values = question.conditions(clock, any_rows=is_listed(source, question))
    query = f"SELECT {', '.join([*groups, *sums])} FROM {source.relation} WHERE {condition} GROUP BY ALL"  # noqa: S608
    return desk.rows(source, query, values)


def _parts(desk: Desk, question: Question, coverage: Coverage) -> pl.DataFrame:
    """One row per group found on any clock.

    Per clock and part the sum over all shops, and per metric the sum over those it covers. 0 without a row.
    """
    rows = pl.concat([_sums(desk, question, clock) for clock in question.sources], how="diagonal")
    sums = [pl.exclude(*question.by, _PLACE).sum()]
    for metric in question.metrics:
        places = _places(question, coverage, metric)
        parts = (
            (_own(metric, part), pl.col(_column(metric.clock, part)))
            for part in (*metric.parts, _ROWS, _LISTED)
        )
        sums += [
            (
                part
                if places is None
                else part.filter(pl.col(_PLACE).is_in(pl.Series(places, dtype=pl.String)))
            )
            .sum()
            .alias(name)
            for name, part in parts
        ]
    marks = mark_cells(
        question, coverage, rows, {_own(metric, _COVERED): metric for metric in question.metrics}
    )
    by = list(question.by)
    if not by:
        return rows.select(sums).hstack(marks)
    found = (
        rows.group_by(by)
        .agg(sums)
        .filter(pl.any_horizontal(pl.col(_column(clock, _ROWS)) > 0 for clock in question.sources))
    )
    return found.join(marks, on=by, how="left", nulls_equal=True).sort(by)


def _places(question: Question, coverage: Coverage, metric: Metric) -> list[str] | None:
    """The shops that ``metric`` covers as the rows of its mart name whose they are.

    None of all, where nothing says what was given.
    """
    if not coverage.is_known:
        return None
    shops = coverage.of(metric)
    if "shop" in question.sources[metric.clock].dimensions:
        return shops
    return coverage.shops.filter(pl.col("shop_id").is_in(shops))["platform_code"].unique().to_list()


def _value(question: Question, metric: Metric) -> pl.Expr:
    """The metric from its summed parts, as truth rounds it: half up to a whole fen.

    Null for nothing to divide by or a source that tells nothing.

    Null, too, where no shop of the cell gave what it needs, and of a thing that the mart would list if it had
    been given.
    """
    value = top = _top(metric)
    if metric.denominator is not None:
        bottom = _part(metric, metric.denominator)
        value = pl.when(bottom > 0).then(metric.quotient(top, bottom))
    if metric.told:
        value = pl.when(~_is_silent(metric)).then(value)
    if metric.whole:
        value = pl.when(_part(metric, metric.whole) == 0).then(value)
    return pl.when(_is_given(question, metric)).then(value).alias(metric.id)


def _is_given(question: Question, metric: Metric) -> pl.Expr:
    covered = _part(metric, _COVERED) | is_proven(
        metric, _own(metric, _COVERED), partial(_part, metric), _ROWS
    )
    return (
        covered & (_part(metric, _LISTED) > 0)
        if is_listed(question.sources[metric.clock], question)
        else covered
    )


def is_given(desk: Desk, question: Question, coverage: Coverage) -> bool:
    """Whether the one metric of a question that splits by nothing is a figure at all, and not empty for want
    of what it is made of.
    """
    return not unheld(desk, question) and bool(
        _parts(desk, question, coverage).select(_is_given(question, question.metrics[0])).item()
    )


def _part(metric: Metric, name: str) -> pl.Expr:
    return pl.col(_own(metric, name))


def _top(metric: Metric) -> pl.Expr:
    return pl.sum_horizontal(_part(metric, name) * factor for name, factor in metric.numerator.items())


def _is_silent(metric: Metric) -> pl.Expr:
    """Nothing is told, though something is there to be told of."""
    told = pl.sum_horizontal(_part(metric, name) for name in metric.told)
    return (told == 0) & pl.any_horizontal(_part(metric, name) > 0 for name in metric.silence)


def _left_empty(question: Question, parts: pl.DataFrame) -> int:
    """What cells without a value add to a total that has one, over all sums of the answer."""
    sums = [
        metric
        for metric in question.metrics
        if metric.told and metric.denominator is None and not metric.whole
    ]
    empty = [(parts.filter(_is_silent(metric)), metric) for metric in sums if question.by]
    return sum(
        int(rows.select(_top(metric).sum()).item()) for rows, metric in empty if rows.height < parts.height
    )


def extent(
    desk: Desk, question: Question, *, since: str = "business_date"
) -> tuple[dt.date | None, dt.date | None]:
    """First and last date of the rows behind the answer, over all its clocks.

    The first by ``since`` (SQL over their mart).
    """
    found: list[dt.date] = []
    for clock, source in question.sources.items():
        condition, values = question.conditions(clock)
        query = f"SELECT min({since}), max(business_date) FROM {source.relation} WHERE {condition}"  # noqa: S608
        found += [date for date in desk.rows(source, query, values).row(0) if date is not None]
    return min(found, default=None), max(found, default=None)


def _age(desk: Desk, question: Question) -> Age | None:
    """Age of what was paid in the answer's period: by the payment day, or the session's day where the answer
    goes by sessions. Ledgers do not mature.
    """
    known = {clock: source for clock, source in question.sources.items() if "paid_fen" in source.measures}
    found = next(
        (
            (clock, source, name)
            for clock, source in known.items()
            for name in _COHORTS
            if name in source.rows
        ),
        None,
    )
    if found is None:
        return None
    clock, source, cohort = found
    condition, values = question.conditions(clock)
    query = f"""
        WITH cohort AS (SELECT {", ".join(SHOP)}, business_date, paid_fen FROM {source.relation}
            WHERE {condition} AND ({source.rows[cohort]}) AND {_COHORTS[cohort]})
        SELECT max(business_date), min(until - business_date)::BIGINT, sum(paid_fen)::BIGINT,
            (sum(paid_fen) FILTER (until - business_date < {MATURE_DAYS}))::BIGINT
        FROM cohort JOIN (SELECT *, {dim_observed.RETURNS_UNTIL} AS until FROM {dim_observed.TABLE.full_name})
            USING ({", ".join(SHOP)})"""  # noqa: S608
    newest, days, paid, young = desk.rows(source, query, values).row(0)
    return (
        None
        if newest is None
        else Age(newest, max(0, days), (young or 0) / paid if paid else float(days < MATURE_DAYS))
    )


def _notes(
    desk: Desk,
    question: Question,
    coverage: Coverage,
    parts: pl.DataFrame,
    last: dt.date | None,
    more: set[str],
) -> list[Note]:
    if not sum(int(parts[_column(clock, _ROWS)].sum()) for clock in question.sources):
        more = {*more, "NO_ROWS"}
    codes = {"CELLS_EMPTY", *(code for metric in question.metrics for code in metric.notes)}
    totals = {
        part: _total(question, parts, code, part)
        for code in codes - {"CELLS_EMPTY"}
        for part in (NOTES[code].part, NOTES[code].beside)
        if part
    }
    words: dict[str, Mapping[str, str | int]] = dict(coverage.missing(question.metrics))
    totals |= {NOTES[code].part: int(said["figure"]) for code, said in words.items()}
    if part := part_periods(question, parts, coverage.dated(question.metrics), window_days(desk, question)):
        words["PERIODS_PART"] = part
    words |= session_days(question)
    if any("paid_days" in metric.needs for metric in question.metrics):
        words["PAID_UNDATED"] = {}
        totals["paid_undated_fen"] = coverage.undated["paid_days"]
    if any("refunds" in metric.needs for metric in question.metrics):
        words["REFUNDS_UNSIZED"] = {}
        totals["cohort_refund_unsized_fen"] = unsized(desk, question, coverage, last)
    totals["left_empty_fen"] = _left_empty(question, parts)
    if "REFUNDS_UNDATED" in codes and last is not None:
        codes.add("REFUNDS_UNDATED_EARLIER")
        totals["earlier_undated_fen"] = (
            _undated_until(desk, question, last) - totals["cohort_refund_undated_fen"]
        )
    if not set(question.sources) <= OF_LEDGERS:
        codes |= {"OUTLIER_LINES", "LINES_DOUBTFUL"}
        totals |= outliers(desk, question) | coverage.doubtful
    if "matured" in question.sources:
        codes.add("MATURED_INTERVAL")
        totals |= interval(desk, question, _shops(question, coverage, "matured"))
    elif "advertised_matured" in question.sources:
        codes.add("MATURED_INTERVAL")
        totals |= advertised_interval(desk, question, _shops(question, coverage, "advertised_matured"))
    codes |= {metric.below for metric in question.metrics if metric.below and _is_below(metric, parts)}
    if "session" in question.dimensions and question.on("paid"):
        codes.add("SESSION_CLOCK")
    if _GOODS & question.dimensions and any(_ORDERS & set(metric.parts) for metric in question.metrics):
        codes.add("ORDERS_ON_FIRST_LINE")
    return make_notes({*codes, *more, *words}, totals, words)


def _shops(question: Question, coverage: Coverage, clock: str) -> list[str] | None:
    """The shops that the first metric of ``clock`` covers, for conditions.

    None where nothing says what was given.
    """
    return _places(question, coverage, question.on(clock)[0])


def _is_below(metric: Metric, parts: pl.DataFrame) -> bool:
    """Whether anywhere in the answer the denominator is told, and not above 0."""
    bottom, told = (
        [_own(metric, name) for name in names] for names in ([metric.denominator or ""], metric.told)
    )
    return parts.filter((pl.col(bottom[0]) <= 0) & (pl.sum_horizontal(told) > 0)).height > 0


def _total(question: Question, parts: pl.DataFrame, code: str, part: str) -> int:
    clock = next(metric.clock for metric in question.metrics if code in metric.notes)
    rows = _newest(parts, question) if "month" in question.sources[clock].apart else parts
    return int(rows[_column(clock, part)].sum())


def _newest(parts: pl.DataFrame, question: Question) -> pl.DataFrame:
    """The rows of the newest day of each shop, or whatever a figure is of alone: what is never added up is
    not in a note either.
    """
    alone = [
        name
        for name in question.by
        if any(name in source.apart and name != "month" for source in question.sources.values())
    ]
    for name in ("date", "month"):
        if name in question.by:
            last = pl.col(name).max()
            return parts.filter(pl.col(name) == (last.over(alone) if alone else last))
    return parts


def _undated_until(desk: Desk, question: Question, last: dt.date) -> int:
    """Undated refunds of all orders paid up to ``last``: the most that could be missing from the refund clock
    by then.
    """
    source = question.sources["mixed"]
    condition, values = question.conditions("mixed", timed=False)
    query = (
        f"SELECT coalesce(sum(cohort_refund_undated_fen), 0)::BIGINT FROM {source.relation} WHERE "  # noqa: S608
        f"{condition} AND business_date <= ?"
    )
    return int(desk.rows(source, query, [*values, last]).item())
