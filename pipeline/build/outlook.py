"""Matured net after a build: what is to be kept of the days still open is told anew for the merchants whose
data moved, and remembered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from contracts.canonical import PRODUCT, SHOP
from contracts.tables import Table
from pipeline.build.slices import rewrite
from transforms.gold.forecast import mart_outlook_daily, mart_outlook_detail_daily
from transforms.gold.orders import dim_observed, fct_order_line, fct_refund_line
from transforms.gold.orders.grain import LINE
from transforms.gold.sales import mart_shop_channel_daily
from transforms.gold.sales.mart_order_detail_daily import DETAIL as CUTS
from transforms.gold.sales.mart_order_detail_daily import detailed
from transforms.maturity.calendar import PROMOTIONS
from transforms.maturity.cohorts import COHORT, make_cohorts, segment_lines
from transforms.maturity.outlook import TAUGHT_DAYS, project
from transforms.maturity.said import said_by_week
from transforms.maturity.triangle import HORIZON
from transforms.silver.states import current
from warehouse.lake import Lake
from warehouse.ops import OUTLOOK

TABLE, DETAIL = mart_outlook_daily.TABLE, mart_outlook_detail_daily.TABLE
_DAY = [*SHOP, "business_date"]
_LINE = [
    *SHOP, "order_line_id", "order_id", "product_id", "channel_code", "paid_date", "paid_fen",
    "unit_price_fen", "cohort_refund_fen", "refund_undated_fen",
]  # fmt: skip
_REFUND = [*SHOP, "order_line_id", "refund_date", "refund_fen", "refund_stage_code"]
#: What the cuts of a line are told from.
_TOLD = [*(name for name in CUTS if name != "paid_hour_code"), "paid_at"]
#: What a projection says of a cohort; empty for a merchant whose every day is old enough to be what it is.
_PROJECTED: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(COHORT, pl.String), "is_promotion": pl.Boolean, "paid_date": pl.Date,
    "kept_fen": pl.Int64, "matured_fen": pl.Float64,
    "noise2": pl.Float64, "doubt_fen": pl.Float64, "level_number": pl.Int64,
}  # fmt: skip
#: Merchants whose lines are held together.
_AT_ONCE = 16


def rebuild_outlook(lake: Lake, merchants: Iterable[str], number: int) -> None:
    """Bring the outlook of ``merchants``, by day and by cut, up to date with gold, and append what build
    ``number`` says of their open weeks to ops.outlook.
    """
    names = sorted(set(merchants))
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        outlook, detail = _outlook(lake, some)
        for table, after in ((TABLE, outlook), (DETAIL, detail)):
            rewrite(lake, table, lake.read(table, where={"merchant_id": some}), after, by=_DAY)
        lake.append(OUTLOOK, said_by_week(outlook).with_columns(build_number=pl.lit(number)))


def _outlook(lake: Lake, merchants: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of both marts."""

    def of(table: Table, columns: list[str] | None = None) -> pl.DataFrame:
        return lake.read(table, where={"merchant_id": merchants}, columns=columns)

    observed = of(dim_observed.TABLE)
    daily = of(mart_shop_channel_daily.TABLE, [*TABLE.key, "paid_fen", "cohort_refund_fen"])
    if daily.is_empty() or observed.is_empty():
        return TABLE.empty(), DETAIL.empty()
    # the day of the newest observation is not over: what is known whole ends the day before
    known = observed.select(*SHOP, known_date=pl.col("returns_date") - dt.timedelta(days=1))
    days = _taught_days(daily, known)
    lines = _with_category(lake.read(fct_order_line.TABLE, keys=days, columns=_LINE), of(PRODUCT))
    refunds = lake.read(fct_refund_line.TABLE, keys=days, columns=_REFUND)
    segmented = {
        name: segment_lines(lines.filter(merchant_id=name), known.filter(merchant_id=name), PROMOTIONS)
        for name in merchants
    }
    told = [
        _project(part, refunds.filter(merchant_id=name)) for name, part in segmented.items() if part.height
    ]
    projected = pl.concat([pl.DataFrame(schema=_PROJECTED), *told])
    outlook = mart_outlook_daily.build(daily, projected, observed)
    return outlook, mart_outlook_detail_daily.build(
        _open_lines(lake, pl.concat(segmented.values())), projected, outlook
    )


def _taught_days(daily: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """``SHOP, paid_date``: the days whose lines say something of the days still open."""
    days = daily.select(*SHOP, paid_date="business_date").unique().join(known, on=list(SHOP), how="inner")
    return days.filter(pl.col("known_date") - pl.col("paid_date") <= dt.timedelta(days=TAUGHT_DAYS)).select(
        *SHOP, "paid_date"
    )


def _with_category(lines: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    listed = current(PRODUCT, products).filter(pl.col("category_name").is_not_null())
    names = listed.group_by(*SHOP, "product_id").agg(pl.col("category_name").min())
    return lines.join(names, on=[*SHOP, "product_id"], how="left", validate="m:1")


def _project(segmented: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """What is to be kept of one merchant's cohorts."""
    return project(*make_cohorts(segmented, refunds)).select(list(_PROJECTED))


def _open_lines(lake: Lake, segmented: pl.DataFrame) -> pl.DataFrame:
    """The lines whose refunds may still come, with everything they tell of themselves."""
    young = segmented.filter(pl.col("known_date") - pl.col("paid_date") < dt.timedelta(days=HORIZON))
    days = young.select(*SHOP, "paid_date").unique()
    told = detailed(lake.read(fct_order_line.TABLE, keys=days, columns=[*LINE, *_TOLD]))
    return young.select(*LINE, *COHORT[len(SHOP) :], "paid_fen", "cohort_refund_fen").join(
        told, on=LINE, how="inner", validate="1:1"
    )
