"""What is to be kept of a merchant's open cohorts: what both outlooks are made of. Stored nowhere."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import polars as pl

from contracts.canonical import PRODUCT, SHOP
from transforms.derived import Slices, View
from transforms.gold.orders import dim_observed, fct_order_line, fct_refund_line
from transforms.gold.sales import mart_shop_channel_daily
from transforms.maturity.calendar import PROMOTIONS
from transforms.maturity.cohorts import COHORT, make_cohorts, segment_lines
from transforms.maturity.outlook import TAUGHT_DAYS, project
from transforms.maturity.rehearsal import rehearse, rehearsed_weeks, stretch, stretched
from transforms.silver.states import current

_LINE = [
    *SHOP, "order_line_id", "order_id", "product_id", "channel_code", "paid_date", "paid_fen",
    "unit_price_fen", "cohort_refund_fen", "refund_undated_fen",
]  # fmt: skip
_REFUND = [*SHOP, "order_line_id", "refund_date", "refund_fen", "refund_stage_code"]
#: What a projection says of a cohort; empty for a merchant whose every day is old enough to be what it is.
_PROJECTED: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(COHORT, pl.String), "is_promotion": pl.Boolean, "paid_date": pl.Date,
    "kept_fen": pl.Int64, "matured_fen": pl.Float64,
    "noise2": pl.Float64, "doubt_fen": pl.Float64, "level_number": pl.Int64,
}  # fmt: skip


class Projection(NamedTuple):
    """``lines``: paid lines of the days that say something of those still open, with the columns of
    ``COHORT`` and ``known_date``; ``cohorts``: what ``transforms.maturity.outlook.project`` says of them;
    ``past``: what would have been said of weeks that are over (columns of ops.outlook but the build).
    """

    lines: pl.DataFrame
    cohorts: pl.DataFrame
    past: pl.DataFrame


def _made(of: Slices) -> Projection:
    # the day of the newest observation is not over: what is known whole ends the day before
    known = of.read(dim_observed.TABLE).select(
        *SHOP, known_date=pl.col("returns_date") - dt.timedelta(days=1)
    )
    days = _taught_days(of.read(mart_shop_channel_daily.TABLE, columns=[*SHOP, "business_date"]), known)
    lines = of.read(fct_order_line.TABLE, keys=days, columns=_LINE)
    lines = _with_category(lines, of.read(PRODUCT))
    refunds = of.read(fct_refund_line.TABLE, keys=days, columns=_REFUND)
    # merchants learn nothing of one another
    parts = [
        segment_lines(mine, known.filter(merchant_id=name), PROMOTIONS)
        for (name,), mine in lines.partition_by("merchant_id", as_dict=True).items()
    ] or [segment_lines(lines, known, PROMOTIONS)]
    told = [_project(part, refunds) for part in parts if part.height]
    cohorts = [pl.DataFrame(schema=_PROJECTED), *(now for now, _ in told)]
    past = [past for _, past in told]
    return Projection(pl.concat(parts), pl.concat(cohorts), pl.concat(past) if past else pl.DataFrame())


def _taught_days(daily: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """``SHOP, paid_date``: the days whose lines say something of the days still open."""
    days = daily.select(*SHOP, paid_date="business_date").unique().join(known, on=list(SHOP), how="inner")
    is_near = pl.col("known_date") - pl.col("paid_date") <= dt.timedelta(days=TAUGHT_DAYS)
    return days.filter(is_near).select(*SHOP, "paid_date")


def _with_category(lines: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    listed = current(PRODUCT, products).filter(pl.col("category_name").is_not_null())
    names = listed.group_by(*SHOP, "product_id").agg(pl.col("category_name").min())
    return lines.join(names, on=[*SHOP, "product_id"], how="left", validate="m:1")


def _project(segmented: pl.DataFrame, refunds: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is to be kept of one merchant's cohorts, and what would have been said of its past weeks."""
    mine = refunds.filter(merchant_id=segmented["merchant_id"][0])
    cohorts, dated = make_cohorts(segmented, mine)
    past = rehearse(cohorts, dated)
    told = stretched(project(cohorts, dated), stretch(past))
    return told.select(list(_PROJECTED)), rehearsed_weeks(past)


PROJECTION = View(
    _made,
    (
        dim_observed.TABLE,
        mart_shop_channel_daily.TABLE,
        fct_order_line.TABLE,
        fct_refund_line.TABLE,
        PRODUCT,
    ),
)
