"""Paid lines into cohorts: whose orders of one day resemble each other enough to foretell one another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.canonical import SHOP
from transforms.maturity.factors import FULL_CREDIBILITY_ORDERS

#: From the widest grouping to the finest (metric dictionary 2.5): the merchant, promotions apart, platform,
#: channel, category × price band.
LEVELS = [
    [],
    ["is_promotion"],
    ["is_promotion", "platform_code"],
    ["is_promotion", "platform_code", "channel_code"],
    ["is_promotion", "platform_code", "channel_code", "category_name", "price_band_code"],
]
SEGMENT = LEVELS[-1]
COHORT = [*SHOP, "channel_code", "category_name", "price_band_code", "is_promotion", "paid_date"]
#: Upper bounds of the price bands, fen of a unit. UNVERIFIED: the dictionary asks for bands and names none.
PRICE_BANDS = (9_900, 19_900, 39_900)
#: Stands for category and band of goods whose finest segment is thin, and of those that tell neither.
ALL_GOODS = "*"


@dataclass(frozen=True)
class Promotion:
    """One promotion period of one platform (None: of all), both days included."""

    name: str
    first_date: dt.date
    last_date: dt.date
    platform_code: str | None = None


def segment_lines(
    lines: pl.DataFrame, known: pl.DataFrame, promotions: Sequence[Promotion] = ()
) -> pl.DataFrame:
    """Paid lines of one merchant with the columns of ``COHORT`` and ``known_date``.

    ``lines``: columns of fct_order_line, and ``category_name`` (null where no source tells it); ``known``:
    ``SHOP`` and ``known_date``, the last day whose refunds are known whole. A line that was paid nothing
    counts for its refund: where a source tells what an order was paid and not its lines, the money comes in
    on one and goes back on another. A category × price band of fewer than 200 orders stands with the rest of
    its channel.
    """
    price = pl.coalesce("unit_price_fen", "paid_fen")
    band = (
        pl.when(pl.col("category_name").is_not_null())
        .then(price.cut(list(PRICE_BANDS)).cast(pl.String))
        .otherwise(pl.lit(ALL_GOODS))
    )
    counts = (pl.col("paid_fen") > 0) | (pl.col("cohort_refund_fen") > 0)
    paid = lines.filter(pl.col("paid_date").is_not_null(), counts).join(
        known, on=list(SHOP), how="inner", validate="m:1"
    )
    paid = paid.with_columns(
        is_promotion=_promoted(promotions),
        price_band_code=band,
        category_name=pl.col("category_name").fill_null(ALL_GOODS),
    )
    thin = pl.struct(*SHOP, "order_id").n_unique().over(SEGMENT) < FULL_CREDIBILITY_ORDERS
    return paid.with_columns(
        pl.when(thin).then(pl.lit(ALL_GOODS)).otherwise(name).alias(name)
        for name in ("category_name", "price_band_code")
    )


def _promoted(promotions: Sequence[Promotion]) -> pl.Expr:
    found = pl.lit(False)
    for item in promotions:
        inside = pl.col("paid_date").is_between(item.first_date, item.last_date)
        found = found | (
            inside & (pl.col("platform_code") == item.platform_code) if item.platform_code else inside
        )
    return found


def make_cohorts(segmented: pl.DataFrame, refunds: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cohorts and their refunds of known date, as ``make_triangle`` reads them.

    Cohorts also carry ``kept_fen`` and ``kept_known_fen``.

    ``refunds``: columns of fct_refund_line. ``kept_fen`` is after all refunds, ``kept_known_fen`` after those
    up to ``known_date`` and the undated ones.
    """
    line = [*SHOP, "order_line_id"]
    dated = refunds.filter(pl.col("refund_date").is_not_null()).select(
        *line, "refund_date", "refund_fen", is_before=pl.col("refund_stage_code") == "before_shipment"
    )
    mine = dated.join(
        segmented.select(*line, *COHORT[len(SHOP) :], "known_date"), on=line, how="inner", validate="m:1"
    )
    mine = mine.filter(pl.col("refund_date") <= pl.col("known_date"))
    sums = segmented.group_by(COHORT).agg(
        pl.col("known_date").first(),
        pl.col("paid_fen").sum(),
        kept_fen=(pl.col("paid_fen") - pl.col("cohort_refund_fen")).sum(),
        undated_fen=pl.col("refund_undated_fen").sum(),
        orders_qty=pl.col("order_id").n_unique().cast(pl.Int64),
    )
    back = mine.group_by(COHORT).agg(_back=pl.col("refund_fen").sum())
    cohorts = sums.join(back, on=COHORT, how="left", validate="1:1")
    known = pl.col("paid_fen") - pl.col("_back").fill_null(0) - pl.col("undated_fen")
    return cohorts.with_columns(kept_known_fen=known).drop("_back"), mine.select(
        *COHORT, "refund_date", "refund_fen", "is_before"
    )
