"""When each style was first sold, and what of its first fourteen days was kept: a style is launched once, so
launches add up.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Derived, View
from transforms.gold.orders import dim_observed
from transforms.gold.sales import mart_breakdown_daily

#: The days from the first on in which a style must sell to be a hit; as long, from the shop's first day on, a
#: first sale says nothing of a launch.
HIT_DAYS = 14

TABLE = Table(
    "gold",
    "mart_launch_daily",
    "上新日表",
    "launches by day",
    "One style of one shop on its first paid day. A style first sold in the first 14 days of a shop's data "
    "may have been sold before: its launch is untold. "
    "A launch is judged when its 14 days are over; units kept of them are known to date.",
    key=(*SHOP, "style_code", "business_date"),
    required=("launched_qty", "judged_launches_qty", "launch_kept_qty", "launch_untold_qty"),
)

_STYLE = [*SHOP, "style_code"]


def first_days(sold: pl.DataFrame) -> pl.DataFrame:
    """``_STYLE, first_date, is_launch``: each style's first paid day, and whether the shop's data go far
    enough back to call it its launch.

    ``sold``: ``Told.kept``. What has no style is none.
    """
    began = sold.group_by(SHOP).agg(_began=pl.col("paid_date").min())
    first = (
        sold.filter(pl.col("style_code") != "untold")
        .group_by(_STYLE)
        .agg(first_date=pl.col("paid_date").min())
    )
    known = pl.col("first_date") - pl.col("_began") >= pl.duration(days=HIT_DAYS)
    return first.join(began, on=SHOP, validate="m:1").select(*_STYLE, "first_date", is_launch=known)


def build(sold: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    """The launches of the shops in ``observed`` (``dim_observed``), from units by style and payment day
    (``Told.kept``).
    """
    first = first_days(sold)
    soon = (pl.col("paid_date") - pl.col("first_date")) < pl.duration(days=HIT_DAYS)
    kept = (
        sold.join(first, on=_STYLE)
        .filter(soon)
        .group_by(_STYLE)
        .agg(launch_kept_qty=pl.col("kept_qty").sum())
    )
    rows = first.join(kept, on=_STYLE, validate="1:1").join(
        observed.select(*SHOP, "observed_date"), on=SHOP, validate="m:1"
    )
    # the day of the newest observation is not over
    is_over = pl.col("observed_date") - pl.col("first_date") >= pl.duration(days=HIT_DAYS)
    launched, judged = pl.col("is_launch").cast(pl.Int64), (pl.col("is_launch") & is_over).cast(pl.Int64)
    told = rows.with_columns(
        business_date="first_date", launched_qty=launched, judged_launches_qty=judged,
        launch_untold_qty=1 - launched,
        launch_kept_qty=pl.col("launch_kept_qty") * judged,
    )  # fmt: skip
    return TABLE.shape(told.sort(TABLE.key))


_KEPT = f"""
    SELECT {", ".join(SHOP)}, style_code, sku_code, business_date AS paid_date,
        sum(kept_units_qty)::BIGINT AS kept_qty
    FROM ({mart_breakdown_daily.ASSET.query}) SEMI JOIN _slices USING (merchant_id)
    GROUP BY ALL HAVING sum(units_qty) > 0"""  # noqa: S608 - names are declared
#: ``Told.kept``: units neither cancelled nor come back, of every SKU and day on which any were paid.
KEPT = View(lambda of: of.sql(_KEPT), tuple(mart_breakdown_daily.ASSET.reads.values()))
ASSET = Derived(
    TABLE,
    lambda of: build(of.view(KEPT), of.read(dim_observed.TABLE)),
    reads=(KEPT, dim_observed.TABLE),
    stored_by=(*SHOP, "business_date"),
)
