"""The additive measures, declared once and summed to any grain.

Every measure's clock is in its dictionary entry.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

#: What a fact does not tell stands under this.
UNREPORTED = "untold"


def or_untold(*names: str) -> dict[str, str]:
    """Cells that stand under ``untold`` where a fact does not tell them: column → SQL."""
    return {name: f"coalesce({name}, '{UNREPORTED}')" for name in names}


#: The hour of payment of a fact that bears ``paid_at``, in Beijing: ``00`` to ``23``.
PAID_HOUR = {"paid_hour_code": f"coalesce(strftime(paid_at, '%H'), '{UNREPORTED}')"}
#: measure → what one paid order line adds, in SQL over its columns (paid clock, or session clock for the
#: marts of sessions). A gift is no unit of goods.
PAID: dict[str, str] = {
    "paid_fen": "paid_fen",
    "paid_orders_qty": "CAST(is_order_head AS BIGINT)",
    "units_qty": "CASE WHEN is_gift THEN 0 ELSE line_qty END",
    "units_untold_qty": "CASE WHEN NOT is_gift AND line_qty IS NULL THEN 1 ELSE 0 END",
    "cohort_refund_fen": "cohort_refund_fen",
    "cohort_refund_before_fen": "refund_before_fen",
    "cohort_refund_after_fen": "refund_after_fen",
    "cohort_refund_unstaged_fen": "refund_unstaged_fen",
    "cohort_refund_undated_fen": "refund_undated_fen",
    "cohort_refund_unsized_fen": "coalesce(refund_unsized_fen, 0)",
    "aside_paid_fen": "CASE WHEN is_aside THEN paid_fen ELSE 0 END",
    "aside_refund_fen": "CASE WHEN is_aside THEN cohort_refund_fen ELSE 0 END",
    "kept_units_qty": "CASE WHEN is_gift THEN 0 ELSE sent_qty - back_qty END",
    "kept_orders_qty": "CASE WHEN is_order_head AND is_order_kept THEN 1 ELSE 0 END",
    "refunded_orders_qty": "CASE WHEN is_order_head AND is_order_refunded THEN 1 ELSE 0 END",
    "shipped_fen": "CASE WHEN is_shipped THEN paid_fen - refund_before_fen ELSE 0 END",
    "shipment_untold_fen": "CASE WHEN is_shipped IS NULL THEN paid_fen ELSE 0 END",
    "sent_units_qty": "CASE WHEN is_shipped AND NOT is_gift THEN sent_qty ELSE 0 END",
    "returned_units_qty": "CASE WHEN is_shipped AND NOT is_gift THEN back_qty ELSE 0 END",
    "merchant_paid_fen": "coalesce(paid_fen + subsidy_fen, 0)",
    "subsidy_untold_fen": "CASE WHEN subsidy_fen IS NULL THEN paid_fen ELSE 0 END",
}
#: The same on the refund clock, over refund facts.
DATED = {"dated_refund_fen": "refund_fen"}


def paid_hour() -> pl.Expr:
    """The hour of payment of an order-line fact in Beijing, ``00`` to ``23``."""
    return pl.col("paid_at").dt.strftime("%H")


def total(parts: list[pl.DataFrame], key: list[str]) -> pl.DataFrame:
    """What single facts add, on whatever clock, summed to one row per ``key``; absent measures are 0."""
    sums = [part.group_by(key).agg(cs.integer().sum()) for part in parts]
    return pl.concat(sums, how="diagonal").group_by(key).agg(pl.exclude(key).sum()).sort(key)
