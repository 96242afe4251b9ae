"""What shops said they hold of each SKU, day by day: a merchant's counts, else the platform's lists.

Goods received; claims for return still open.

Stock is of one shop: two shops of a merchant may show the same pieces, so it is never carried from one to
another.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.canonical import SHOP
from contracts.fields.stock import SAME_STOCK
from transforms.steps import newest

SKU = [*SHOP, "sku_code"]
LISTING = [*SHOP, "product_id", "platform_sku_id"]


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
    last = newest(entries, SAME_STOCK)
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
