"""The additive measures, declared once and summed to any grain. Every measure's clock is in its dictionary entry."""

from __future__ import annotations

import polars as pl

#: measure → what one paid order line contributes (paid clock, or session clock for the marts of sessions)
PAID: dict[str, pl.Expr] = {
    "paid_fen": pl.col("paid_fen"),
    "paid_orders_qty": pl.col("is_order_head").cast(pl.Int64),
    "units_qty": pl.when(~pl.col("is_gift")).then(pl.col("line_qty")).otherwise(0),
    "units_untold_qty": (~pl.col("is_gift") & pl.col("line_qty").is_null()).cast(pl.Int64),
    "cohort_refund_fen": pl.col("cohort_refund_fen"),
    "cohort_refund_before_fen": pl.col("refund_before_fen"),
    "cohort_refund_after_fen": pl.col("refund_after_fen"),
    "cohort_refund_unstaged_fen": pl.col("refund_unstaged_fen"),
    "cohort_refund_undated_fen": pl.col("refund_undated_fen"),
}


def sum_paid(lines: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Paid measures of order-line facts, summed to ``by``. Lines never paid contribute nothing."""
    paid = lines.filter(pl.col("paid_date").is_not_null())
    return paid.group_by(by).agg(expression.sum().alias(name) for name, expression in PAID.items())


def stack(parts: list[pl.DataFrame], key: list[str]) -> pl.DataFrame:
    """Parts measured on different clocks, added up to one row per ``key``; absent measures are 0."""
    together = pl.concat(parts, how="diagonal")
    return together.group_by(key).agg(pl.exclude(key).sum()).sort(key)
