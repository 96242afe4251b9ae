"""What a launch is made of: the style's first paid line, which bears it, and the lines of its first days,
which tell what was kept of it.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from metrics.query.facts import Facts
from transforms.gold.measures import PAID
from transforms.gold.orders import dim_observed, fct_order_line
from transforms.gold.orders.grain import LINE
from transforms.gold.sales import mart_launch_daily
from transforms.gold.sales.mart_launch_daily import HIT_DAYS

#: What the first line of a launch is called among facts (``lineage.EVIDENCE_KINDS``).
LAUNCH, SOLD = "launch", "launch_line"
_STYLE = [*SHOP, "style_code"]


def launches(facts: Facts) -> list[pl.DataFrame]:
    """Rows of mart_launch_daily taken apart.

    They stand on the day of their launch, their lines up to ``HIT_DAYS`` after it (``evidence_date``).
    """
    launched = facts(mart_launch_daily.TABLE, "business_date").join(
        facts.of_any_day(dim_observed.TABLE), on=list(SHOP), how="left", validate="m:1"
    )
    is_hit = (pl.col("judged_launches_qty") > 0) & (
        pl.col("launch_kept_qty") >= pl.col("hit_units_qty")
    ).fill_null(False)
    launched = launched.with_columns(hit_launches_qty=is_hit.cast(pl.Int64)).drop("launch_kept_qty")
    lines = facts(fct_order_line.TABLE, "paid_date", later=HIT_DAYS - 1)
    sold = lines.with_columns(
        _units=pl.sql_expr(PAID["units_qty"]), evidence_qty=pl.sql_expr(PAID["kept_units_qty"]).fill_null(0)
    ).filter(pl.col("_units") > 0)
    sold = sold.join(launched, on=_STYLE, how="inner", validate="m:1")
    sold = sold.filter(
        (pl.col("paid_date") - pl.col("business_date")).is_between(
            pl.duration(), pl.duration(days=HIT_DAYS - 1)
        )
    )
    first = (pl.struct("paid_at", "order_line_id").rank("ordinal").over(_STYLE) == 1).cast(pl.Int64)
    once = ("launched_qty", "judged_launches_qty", "launch_untold_qty", "hit_launches_qty")
    return [
        sold.select(
            *LINE, "order_id", "channel_code", "style_code", "sku_code", "business_date", "evidence_qty",
            *(pl.col(name) * first for name in once),
            evidence_code=pl.when(first == 1).then(pl.lit(LAUNCH)).otherwise(pl.lit(SOLD)),
            evidence_date="paid_date",
            launch_kept_qty=pl.col("evidence_qty") * pl.col("judged_launches_qty"),
            launch_sold_qty=pl.col("_units") * pl.col("launched_qty"),
            launch_judged_sold_qty=pl.col("_units") * pl.col("judged_launches_qty"),
        )
    ]  # fmt: skip
