"""Matured net (M07): what orders of a period will have kept 45 days after payment, with bounds, age and what is still open."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from contracts.errors import UsageError
from metrics.access import Desk, Viewer, open_desk, require
from metrics.question import Period, Question
from metrics.released import AsOf
from transforms.gold.mart_outlook_daily import TABLE
from transforms.gold.mart_promotion_daily import TABLE as _SPENT
from transforms.maturity.said import summed

#: Dimension → its value in a row of the outlook, on the payment clock.
_DIMENSIONS = {
    "shop": pl.col("shop_id"),
    "platform": pl.col("platform_code"),
    "channel": pl.col("channel_code"),
    "date": pl.col("business_date"),
    "week": pl.col("business_date").dt.strftime("%G-W%V"),
    "month": pl.col("business_date").dt.strftime("%Y-%m"),
}
_COLUMNS = ("paid_fen", "kept_fen", "matured_fen", "matured_low_fen", "matured_high_fen", "age_days_qty", "open_rate")


def matured(viewer: Viewer, *, by: Sequence[str] = (), period: Period | None = None, as_of: AsOf = None) -> pl.DataFrame:
    """Per group of ``by`` (shop, platform, channel, date, week, month) of the viewer's merchant, sorted; without ``by`` one row, or none without data.

    ``paid_fen``, ``kept_fen`` (so far), ``matured_fen`` and its 80 % bounds (ESTIMATES; null where nothing is there to go by), ``age_days_qty`` of the
    youngest day, ``open_rate``: the part of the paid value still expected to go back, 0 to 1, null without an estimate. Groups may be ranked by
    ``matured_fen`` at any age, never by ``kept_fen`` (metric dictionary, 2.4.1). Nothing for a viewer who reads for no one merchant.

    Raises ``UsageError`` for an unknown dimension, ``NotFoundError`` as ``open_desk`` does.
    """
    require(viewer)
    unknown = [name for name in by if name not in _DIMENSIONS]
    if unknown:
        raise UsageError(
            "UNKNOWN_DIMENSION", "没有这个维度", "no such dimension", step_zh="可用维度见 known", step_en="see known", asked=unknown, known=[*_DIMENSIONS]
        )
    names = list(dict.fromkeys(by))
    rows = open_desk(viewer, as_of).sql(f"SELECT * FROM {TABLE.full_name}") if viewer.merchant_id else TABLE.empty()  # noqa: S608
    if period:
        rows = rows.filter(pl.col("business_date").is_between(*period))
    keyed = rows.with_columns(*(_DIMENSIONS[name].alias(name) for name in names), _all=pl.lit(0, pl.Int32))
    sums = summed(keyed, names or ["_all"])
    share = (pl.col("kept_fen") - pl.col("matured_fen")) / pl.col("paid_fen")
    return sums.with_columns(open_rate=pl.when(pl.col("paid_fen") > 0).then(share)).select(*names, *_COLUMNS).sort(names or ["paid_fen"])


def interval(desk: Desk, question: Question) -> dict[str, int]:
    """Bounds of all rows a question picks on the clock ``matured``, by their names in the mart; none where nothing is uncertain, or no estimate is whole."""
    condition, values = question.conditions("matured")
    return _bounds(desk.sql(f"SELECT * FROM {TABLE.full_name} WHERE {condition}", values))  # noqa: S608 - names are declared


def advertised_interval(desk: Desk, question: Question) -> dict[str, int]:
    """The same of the shops and days a question sets spend against on the clock ``advertised_matured``: bounds of what they will have kept."""
    condition, values = question.conditions("advertised_matured")
    days = f"SELECT * FROM {_SPENT.full_name} WHERE ({condition}) AND (matured_spent_fen <> 0 OR matured_fen <> 0)"  # noqa: S608
    query = f"SELECT o.* FROM {TABLE.full_name} AS o SEMI JOIN ({days}) USING ({', '.join(_SPENT.key)})"  # noqa: S608
    return _bounds(desk.sql(query, values))


def _bounds(rows: pl.DataFrame) -> dict[str, int]:
    sums = summed(rows.with_columns(_all=pl.lit(0, pl.Int32)), ["_all"]).drop_nulls("matured_fen")
    told = sums.filter(pl.col("matured_low_fen") < pl.col("matured_high_fen")).select("matured_low_fen", "matured_high_fen")
    return {name: value for row in told.iter_rows(named=True) for name, value in row.items()}
