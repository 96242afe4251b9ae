"""What had gone back of each day's orders when they were a week, a fortnight, a month old: young and old days compare at one age."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import fct_order_line, fct_refund_line

#: Ages at which days are compared → the measure of what had gone back by then. The day of payment is age 0.
BY_AGE = {age: f"refund_by_{age}_fen" for age in (7, 14, 30)}

TABLE = Table(
    "gold",
    "mart_kept_age_daily",
    "同龄日表",
    "kept at equal age × day",
    "One shop × style × channel × payment day: paid value, refunds to date, and refunds by age. A day younger than an age says nothing of it yet; refunds of "
    "untold date are in none of them.",
    key=(*SHOP, "style_code", "channel_code", "business_date"),
    required=("paid_fen", "cohort_refund_fen", "cohort_refund_undated_fen", *BY_AGE.values()),
    optional=(COUNT,),
)

_KEY = list(TABLE.key)


def _paid(lines: pl.DataFrame) -> pl.DataFrame:
    paid = lines.filter(pl.col("paid_date").is_not_null(), pl.any_horizontal(pl.col("paid_fen", "cohort_refund_fen") != 0))
    paid = paid.with_columns(_style(), business_date="paid_date")
    return paid.select("order_line_id", *_KEY, "paid_fen", "cohort_refund_fen", cohort_refund_undated_fen="refund_undated_fen")


def _back(refunds: pl.DataFrame) -> pl.DataFrame:
    age = (pl.col("refund_date") - pl.col("paid_date")).dt.total_days()
    gone = (pl.when(age <= limit).then("refund_fen").otherwise(0).alias(name) for limit, name in BY_AGE.items())
    dated = refunds.filter(pl.col("refund_date").is_not_null(), pl.col("paid_date").is_not_null())
    return dated.with_columns(_style(), business_date="paid_date").select("refund_id", "order_line_id", *_KEY, *gone)


def _style() -> pl.Expr:
    return pl.col("style_code").fill_null("untold")


ASSET = Additive(TABLE, (From(fct_order_line.TABLE, "paid_date", _paid), From(fct_refund_line.TABLE, "paid_date", _back)))
