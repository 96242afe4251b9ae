"""What shops said they hold of each SKU, day by day: a merchant's counts, else the platform's lists.

Goods received; claims for return still open.

Stock is of one shop: two shops of a merchant may show the same pieces, so it is never carried from one to
another.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.canonical import SHOP
from contracts.stock_fields import SAME_STOCK
from transforms.costing import share_of_units
from transforms.gold.orders.grain import LINE
from transforms.gold.orders.refund_match import match_refunds
from transforms.gold.stock import fct_return_claim

SKU = [*SHOP, "sku_code"]
LISTING = [*SHOP, "product_id", "platform_sku_id"]
#: A claim open for longer is taken for one whose end no file told: the goods are hardly still on their way.
LONGEST_RETURN_DAYS = 60


@dataclass(frozen=True)
class Told:
    """What is known of the goods of some merchants.

    ``observed``: how far each shop's data reach (``dim_observed``). ``products``: states of silver's product.
    ``entries``: rows of ``ops.stock_entry``. ``kept``: ``SKU, style_code, paid_date, kept_qty``, units
    neither cancelled nor come back, of every day that any were paid; untold is ``untold``. ``claims``: rows
    of ``fct_return_claim``. ``telling``: shops of which any claim was ever told with its day (``SHOP``).
    """

    observed: pl.DataFrame
    products: pl.DataFrame
    entries: pl.DataFrame
    kept: pl.DataFrame
    claims: pl.DataFrame
    telling: pl.DataFrame


def entries_in_force(entries: pl.DataFrame) -> pl.DataFrame:
    """The entries that count, one per SKU, shop, kind and day."""
    last = entries.sort("event_number").unique(list(SAME_STOCK), keep="last", maintain_order=True)
    return last.filter(pl.col("entered_qty").is_not_null())


def listed_days(products: pl.DataFrame) -> pl.DataFrame:
    """``LISTING, sku_code, style_code, day, stock_qty, is_on_sale``: what each listing last said on each day
    it was seen.

    Listings without a code are left out. A state is known to have stood when it was first and last seen, and
    no longer.
    """
    seen = pl.concat(
        [products.with_columns(_at=pl.col(name)) for name in ("_observed_at", "_last_observed_at")]
    )
    seen = seen.sort("_at", "_observed_at", "_export_id", "_row_number")
    named = seen.with_columns(
        sku_code=pl.col("sku_code").drop_nulls().last().over(LISTING),
        style_code=pl.coalesce(pl.col("style_code").drop_nulls().last().over(LISTING), "product_id"),
    ).filter(pl.col("sku_code").is_not_null())
    days = named.group_by(
        *LISTING, "sku_code", "style_code", day=pl.col("_at").dt.date(), maintain_order=True
    )
    return days.agg(pl.col("stock_qty", "is_on_sale").drop_nulls().last()).sort("day", *LISTING)


def stock_steps(listed: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """``SKU, day, value``: the stock that stands from a day on.

    Listings of one SKU are added up; from a merchant's first count on only counts speak.

    ``counts``: ``SKU, day, value``.
    """
    told = listed.filter(pl.col("stock_qty").is_not_null()).sort("day")
    moved = pl.col("stock_qty") - pl.col("stock_qty").shift(fill_value=0).over(LISTING)
    by_day = told.with_columns(_moved=moved).group_by(*SKU, "day").agg(pl.col("_moved").sum()).sort("day")
    shown = by_day.select(*SKU, "day", value=pl.col("_moved").cum_sum().over(SKU))
    first = counts.group_by(SKU).agg(_first=pl.col("day").min())
    before = shown.join(first, on=SKU, how="left").filter((pl.col("day") < pl.col("_first")).fill_null(True))
    return pl.concat([before.select(*SKU, "day", "value"), counts.select(*SKU, "day", "value")])


def sale_steps(listed: pl.DataFrame) -> pl.DataFrame:
    """``SKU, day, value``: whether any listing of a SKU was on sale, where that is told.

    Of a day the last word of each listing.
    """
    told = (
        listed.filter(pl.col("is_on_sale").is_not_null())
        .sort("day")
        .with_columns(_on=pl.col("is_on_sale").cast(pl.Int64))
    )
    moved = pl.col("_on") - pl.col("_on").shift(fill_value=0).over(LISTING)
    by_day = told.with_columns(_moved=moved).group_by(*SKU, "day").agg(pl.col("_moved").sum()).sort("day")
    return by_day.select(*SKU, "day", value=pl.col("_moved").cum_sum().over(SKU) > 0)


def open_claims(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Claims for return nobody has decided yet, by line: columns of ``fct_return_claim``.

    ``lines`` are order-line facts of whole orders, ``refunds`` the current states of all their after-sales.
    """
    is_open = (
        (pl.col("refund_status_code") == "pending")
        & (pl.col("refund_type_code") == "return_refund")
        & pl.col("applied_at").is_not_null()
    )
    as_done = pl.when(is_open).then(pl.lit("success")).otherwise("refund_status_code")
    placed = match_refunds(lines, refunds.with_columns(_is_open=is_open, refund_status_code=as_done))
    still = placed.filter("_is_open", pl.col("refund_stage_code") != "before_shipment").with_columns(
        refund_date=pl.lit(None, pl.Date)
    )
    return claims_of(still, lines)


def claims_of(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Columns of ``fct_return_claim``: ``refunds`` (``LINE, refund_id, refund_fen, applied_at, refund_date``)
    in units of their lines, by share of money.
    """
    goods = lines.filter(~pl.col("is_gift"), pl.col("line_qty").is_not_null()).select(
        *LINE, "order_id", "sku_code", "style_code", "line_qty", "paid_fen"
    )
    rows = refunds.select(*LINE, "refund_id", "refund_fen", "applied_at", "refund_date").join(
        goods, on=LINE, how="inner", validate="m:1"
    )
    applied = pl.col("applied_at").dt.date()
    rows = rows.with_columns(
        pl.col("sku_code", "style_code").fill_null("untold"),
        applied_date=applied,
        back_date=pl.min_horizontal("refund_date", applied + pl.duration(days=LONGEST_RETURN_DAYS)),
        units_qty=share_of_units("refund_fen"),
    )
    return fct_return_claim.TABLE.shape(rows)
