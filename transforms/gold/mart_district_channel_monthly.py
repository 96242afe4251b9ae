"""The association's only table: the district's channel mix, disclosure-controlled when it is built, so that nothing else need ever be read."""

from __future__ import annotations

import polars as pl

from contracts.tables import Table
from transforms.disclosure import DisclosureRule, judge_cells

TABLE = Table(
    "gold",
    "mart_district_channel_monthly",
    "全区渠道结构",
    "channel mix of the district",
    "One closed month × platform × channel. Shares are of the released cells of that month, so that no hidden cell can be found by subtraction; "
    "hidden cells carry no figure.",
    key=("business_month", "platform_code", "channel_code"),
    required=("is_released",),
    optional=("paid_share_rate", "kept_share_rate", "kept_rate"),
)

_CELL = list(TABLE.key)


def build(daily: pl.DataFrame, owners: pl.DataFrame, rule: DisclosureRule, closed_before: str) -> pl.DataFrame:
    """Judge and round. ``daily`` = mart_shop_channel_daily of all merchants; ``owners`` = merchant_id → owner_id; months before ``closed_before`` (YYYY-MM)."""
    month = pl.col("business_date").dt.strftime("%Y-%m")
    rows = daily.with_columns(business_month=month).filter(pl.col("business_month") < closed_before).join(owners, on="merchant_id", how="inner")
    sums = [pl.col("paid_fen").sum(), (pl.col("paid_fen") - pl.col("cohort_refund_fen")).sum().alias("kept_fen")]
    shares = rows.group_by([*_CELL, "owner_id"]).agg(sums)
    by_paid = judge_cells(shares, _CELL, "paid_fen", rule)
    by_kept = judge_cells(shares, _CELL, "kept_fen", rule).select(*_CELL, kept_released="is_released")
    judged = by_paid.join(by_kept, on=_CELL, how="left").with_columns(is_released=pl.col("is_released") & pl.col("kept_released").fill_null(False))
    cells = rows.group_by(_CELL).agg(sums).filter(pl.col("paid_fen") > 0)
    cells = cells.join(judged, on=_CELL, how="left").with_columns(pl.col("is_released").fill_null(False))
    return TABLE.shape(_rates(cells).sort(_CELL))


def _rates(cells: pl.DataFrame) -> pl.DataFrame:
    def share(name: str) -> pl.Expr:
        shown = pl.when("is_released").then(pl.col(name))
        return (shown / shown.sum().over("business_month")).round(2)

    return cells.with_columns(
        paid_share_rate=share("paid_fen"),
        kept_share_rate=share("kept_fen"),
        kept_rate=pl.when("is_released").then((pl.col("kept_fen") / pl.col("paid_fen")).round(2)),
    )
