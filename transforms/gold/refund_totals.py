"""What came back on each line, by stage and whether its day is told."""

from __future__ import annotations

import polars as pl

from transforms.gold.grain import LINE, ORDER
from transforms.gold.refund_match import match_refunds
from transforms.money import split_fen


def add_refunds(lines: pl.DataFrame, refunds: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refund totals per line, and the after-sales matched to lines.

    After-sales win; what a line states beyond its own, and the order beyond its lines', is undated and of untold stage.
    """

    def part(stage: str) -> pl.Expr:
        return pl.col("refund_fen").filter(pl.col("refund_stage_code") == stage).sum()

    matched = match_refunds(lines, refunds)
    sums = matched.group_by(LINE).agg(
        itemised=pl.col("refund_fen").sum(),
        refund_before_fen=part("before_shipment"),
        refund_after_fen=part("after_shipment"),
        undated=pl.col("refund_fen").filter(pl.col("refunded_at").is_null()).sum(),
    )
    names = ["itemised", "refund_before_fen", "refund_after_fen", "undated"]
    joined = lines.join(sums, on=LINE, how="left", validate="1:1").with_columns(pl.col(names).fill_null(0))
    joined = _beyond_lines(joined.with_columns(answered=pl.max_horizontal("itemised", pl.col("stated_refund_fen").fill_null(0))))
    known = joined.with_columns(cohort_refund_fen=pl.col("answered") + pl.col("beyond")).with_columns(
        refund_undated_fen=pl.col("undated") + pl.col("cohort_refund_fen") - pl.col("itemised"),
        refund_unstaged_fen=pl.col("cohort_refund_fen") - pl.col("refund_before_fen") - pl.col("refund_after_fen"),
    )
    return known, matched


def _beyond_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``beyond``: each line's part of what its order states beyond all its lines, by what is left to refund.

    Lines that state nothing themselves take it; where every line does, all of them.
    """
    orders = lines.group_by(ORDER).agg(_total=pl.col("order_stated_fen").max() - pl.col("answered").sum()).filter(pl.col("_total") > 0)
    left = (pl.col("paid_fen") - pl.col("answered")).clip(lower_bound=0)
    short = lines.join(orders, on=ORDER, how="inner")
    short = short.with_columns(_left=left, _silent=pl.when(pl.col("stated_refund_fen").is_null()).then(left).otherwise(0))
    short = short.with_columns(_weight=pl.when(pl.col("_silent").sum().over(ORDER) > 0).then("_silent").otherwise("_left"))
    parts = short.select(*LINE, beyond=split_fen(pl.col("_total"), pl.col("_weight"), ORDER, "order_line_id"))
    return lines.join(parts, on=LINE, how="left", validate="1:1").with_columns(pl.col("beyond").fill_null(0))
