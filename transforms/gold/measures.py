"""The additive measures, declared once and summed to any grain. Every measure's clock is in its dictionary entry."""

from __future__ import annotations

import polars as pl
import polars.selectors as cs


def _of_goods(units: pl.Expr) -> pl.Expr:
    """Units of goods sold; a gift is none."""
    return pl.when(~pl.col("is_gift")).then(units).otherwise(0)


#: measure → what one paid order line contributes (paid clock, or session clock for the marts of sessions)
PAID: dict[str, pl.Expr] = {
    "paid_fen": pl.col("paid_fen"),
    "paid_orders_qty": pl.col("is_order_head").cast(pl.Int64),
    "units_qty": _of_goods(pl.col("line_qty")),
    "units_untold_qty": (~pl.col("is_gift") & pl.col("line_qty").is_null()).cast(pl.Int64),
    "cohort_refund_fen": pl.col("cohort_refund_fen"),
    "cohort_refund_before_fen": pl.col("refund_before_fen"),
    "cohort_refund_after_fen": pl.col("refund_after_fen"),
    "cohort_refund_unstaged_fen": pl.col("refund_unstaged_fen"),
    "cohort_refund_undated_fen": pl.col("refund_undated_fen"),
    "aside_paid_fen": pl.when("is_aside").then("paid_fen").otherwise(0),
    "aside_refund_fen": pl.when("is_aside").then("cohort_refund_fen").otherwise(0),
    "kept_units_qty": _of_goods(pl.col("sent_qty") - pl.col("back_qty")),
    "kept_orders_qty": (pl.col("is_order_head") & pl.col("is_order_kept")).cast(pl.Int64),
    "refunded_orders_qty": (pl.col("is_order_head") & pl.col("is_order_refunded")).cast(pl.Int64),
    "shipped_fen": pl.when("is_shipped").then(pl.col("paid_fen") - pl.col("refund_before_fen")).otherwise(0),
    "shipment_untold_fen": pl.when(pl.col("is_shipped").is_null()).then("paid_fen").otherwise(0),
    "sent_units_qty": pl.when("is_shipped").then(_of_goods(pl.col("sent_qty"))).otherwise(0),
    "returned_units_qty": pl.when("is_shipped").then(_of_goods(pl.col("back_qty"))).otherwise(0),
    "merchant_paid_fen": (pl.col("paid_fen") + pl.col("subsidy_fen")).fill_null(0),
    "subsidy_untold_fen": pl.when(pl.col("subsidy_fen").is_null()).then("paid_fen").otherwise(0),
}


def paid_hour() -> pl.Expr:
    """The hour of payment of an order-line fact in Beijing, ``00`` to ``23``."""
    return pl.col("paid_at").dt.strftime("%H")


def paid_rows(lines: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """What each paid order-line fact adds to the paid measures: ``order_line_id``, the columns ``on``, the measures. Lines never paid add nothing."""
    paid = lines.filter(pl.col("paid_date").is_not_null())
    return paid.select("order_line_id", *on, *(expression.alias(name) for name, expression in PAID.items()))


def dated(refunds: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """What each refund fact of known day adds on the refund clock: its key, the columns ``on``, ``dated_refund_fen``."""
    known = refunds.filter(pl.col("refund_date").is_not_null()).with_columns(business_date="refund_date")
    return known.select("refund_id", "order_line_id", *on, dated_refund_fen="refund_fen")


def total(parts: list[pl.DataFrame], key: list[str]) -> pl.DataFrame:
    """What single facts add, on whatever clock, summed to one row per ``key``; absent measures are 0."""
    sums = [part.group_by(key).agg(cs.integer().sum()) for part in parts]
    return pl.concat(sums, how="diagonal").group_by(key).agg(pl.exclude(key).sum()).sort(key)
