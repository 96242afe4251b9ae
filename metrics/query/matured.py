"""Matured net (M07): what orders of a period will have kept 45 days after payment, with bounds, age and what
is still open.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from contracts.canonical import SHOP
from metrics.query.access import Desk, Viewer, open_desk, require
from metrics.query.coverage import read_coverage
from metrics.query.question import Period, Question, Where, read_question
from metrics.query.released import AsOf
from transforms.gold.advertising.mart_promotion_daily import TABLE as _SPENT
from transforms.gold.forecast.mart_outlook_daily import TABLE
from transforms.maturity.said import summed

_CLOCK, _METRIC = "matured", "matured_net"
_COLUMNS = ("paid_fen", "kept_fen", "matured_fen", "matured_low_fen", "matured_high_fen", "age_days_qty")


def matured(
    viewer: Viewer,
    *,
    by: Sequence[str] = (),
    where: Where | None = None,
    period: Period | None = None,
    as_of: AsOf = None,
) -> pl.DataFrame:
    """Per group of ``by`` (dimensions of ``ask``) of the viewer's merchant, restricted to ``where``, sorted.

    Without ``by`` one row, or none without data.

    ``paid_fen``, ``kept_fen`` (so far), ``matured_fen`` and its 80 % bounds (ESTIMATES; null where nothing is
    there to go by), ``age_days_qty`` of the youngest day, ``open_rate``: the part of the paid value still
    expected to go back, 0 to 1, null without an estimate. Groups may be ranked by ``matured_fen`` at any age,
    never by ``kept_fen`` (metric dictionary, 2.4.1). Of the shops that gave what it needs, as ``ask``
    answers; nothing for a viewer who reads for no one merchant.

    Raises ``UsageError`` for dimensions it does not go by, ``NotFoundError`` as ``open_desk`` does.
    """
    require(viewer)
    question = read_question([_METRIC], by, where or {}, period)
    names = list(question.by)
    desk = open_desk(viewer, as_of)
    if not viewer.merchant_id:
        dtypes = {name: pl.Date if name == "date" else pl.String for name in names} | dict.fromkeys(
            _COLUMNS, pl.Int64
        )
        return pl.DataFrame(schema={**dtypes, "open_rate": pl.Float64})
    share = (pl.col("kept_fen") - pl.col("matured_fen")) / pl.col("paid_fen")
    coverage = read_coverage(desk, question)
    shops = coverage.of(question.metrics[0]) if coverage.is_known else None
    sums = _summed(desk, question, names, shops).with_columns(
        open_rate=pl.when(pl.col("paid_fen") > 0).then(share)
    )
    return sums.select(*names, *_COLUMNS, "open_rate").sort(names or ["paid_fen"])


def interval(desk: Desk, question: Question, shops: Sequence[str] | None) -> dict[str, int]:
    """Bounds of all rows a question picks on the clock ``matured``, by their names in the mart.

    None where nothing is uncertain, or no estimate is whole.

    ``shops``: of these alone; None of all.
    """
    return _bounds(_summed(desk, question, [], shops))


def advertised_interval(desk: Desk, question: Question, shops: Sequence[str] | None) -> dict[str, int]:
    """The same of the shops and days a question sets spend against on the clock ``advertised_matured``:
    bounds of what they will have kept.
    """
    condition, values = question.conditions("advertised_matured", shops=shops)
    days = (
        f"SELECT * FROM {_SPENT.full_name} WHERE ({condition}) AND (matured_spent_fen <> 0 OR matured_fen "  # noqa: S608
        "<> 0)"
    )
    query = f"SELECT o.* FROM {TABLE.full_name} AS o SEMI JOIN ({days}) USING ({', '.join(_SPENT.key)})"  # noqa: S608
    return _bounds(summed(desk.sql(query, values).with_columns(_all=pl.lit(0, pl.Int32)), ["_all"]))


def _bounds(sums: pl.DataFrame) -> dict[str, int]:
    sums = sums.drop_nulls("matured_fen")
    told = sums.filter(pl.col("matured_low_fen") < pl.col("matured_high_fen")).select(
        "matured_low_fen", "matured_high_fen"
    )
    return {name: value for row in told.iter_rows(named=True) for name, value in row.items()}


def _summed(
    desk: Desk, question: Question, by: list[str], shops: Sequence[str] | None = None
) -> pl.DataFrame:
    """The rows a question picks, summed to ``by`` as ``said.summed`` does.

    In the database to shops and ages first.
    """
    source = question.sources[_CLOCK]
    condition, values = question.conditions(_CLOCK, shops=shops)
    groups = [
        *SHOP,
        "0::INTEGER AS _all",
        "age_days_qty",
        *(f'{source.dimensions[name]} AS "{name}"' for name in by),
    ]
    sums = [
        f"sum({name})::BIGINT AS {name}"
        for name in ("paid_fen", "kept_fen", "matured_noise_number", "matured_doubt_fen")
    ]
    point = "CASE WHEN bool_and(matured_fen IS NOT NULL) THEN sum(matured_fen)::BIGINT END AS matured_fen"
    query = (
        f"SELECT {', '.join([*groups, *sums, point])} FROM {source.relation} WHERE {condition} GROUP BY ALL"  # noqa: S608
    )
    return summed(desk.rows(source, query, values), by or ["_all"])
