"""After-sales as reported: each once, with the stage that its shipment proves where no row reports one."""

from __future__ import annotations

import polars as pl

from transforms.gold.orders.grain import LINE, REFUND

_LATEST = ["_last_observed_at", "_observed_at", "_export_id", "_row_number", "order_line_id"]


def tell_stage(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Stages no after-sale row told (Kuaishou and Pinduoduo never do for a bare 仅退款), by whether the goods
    had left when it was applied for.
    """
    joined = refunds.join(
        lines.select(*LINE, "shipped_at", "is_shipment_told"),
        on=LINE,
        how="left",
        validate="m:1",
        maintain_order="left",
    )
    told_to_wait = pl.when(pl.col("is_shipment_told").fill_null(False)).then(pl.lit(False))
    left = (
        pl.when(pl.col("shipped_at").is_not_null())
        .then(pl.col("shipped_at") <= pl.col("applied_at"))
        .otherwise(told_to_wait)
    )
    stage = pl.when(left).then(pl.lit("after_shipment")).when(~left).then(pl.lit("before_shipment"))
    untold = pl.col("refund_stage_code") == "unknown"
    return joined.with_columns(
        refund_stage_code=pl.when(untold).then(stage).fill_null(pl.col("refund_stage_code"))
    ).select(refunds.columns)


def tell_once(rows: pl.DataFrame) -> pl.DataFrame:
    """One after-sale, one telling: a row that names its line wins over one that names the order, and keeps
    what was told last by either.

    Where several rows name lines (an after-sale over several sub-orders) each keeps its own part and the
    order's row is left out.
    """
    several = rows.group_by(REFUND).len().filter(pl.col("len") > 1).select(REFUND)
    if several.is_empty():
        return rows
    names_line = pl.col("is_line") | (pl.col("order_line_id") != pl.col("order_id"))
    tellings = (
        rows.join(several, on=REFUND, how="semi")
        .with_columns(names_line=names_line)
        .with_columns(named_qty=names_line.sum().over(REFUND))
    )
    one_names = pl.col("named_qty") == 1
    parts = tellings.filter(~one_names & pl.col("names_line"))
    line = [pl.col(name).filter(pl.col("names_line")).first() for name in ("order_line_id", "is_line")]
    told = tellings.filter(one_names).sort([*REFUND, *_LATEST]).group_by(REFUND, maintain_order=True)
    merged = told.agg(pl.exclude(*REFUND, "order_line_id", "is_line").drop_nulls().last(), *line)
    return pl.concat(
        [rows.join(several, on=REFUND, how="anti"), parts.select(rows.columns), merged.select(rows.columns)]
    )
