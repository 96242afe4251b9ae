"""Typed JD rows → canonical frames.

README.md, section "口径 / meanings", says what was decided where sources disagree or keep silent.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from connectors.jd import bills, words
from connectors.jd.lines import HEAD, conform_orders

Frames = dict[str, pl.DataFrame]


def conform(kind: str, bronze: pl.DataFrame) -> Frames:
    """Silver table name → frame, for bronze rows of one kind. KeyError for a kind that is not JD's."""
    return _CONFORM[kind](bronze)


def _applications(bronze: pl.DataFrame) -> Frames:
    """refundapply.queryPageList: refunds of cancelled orders as they pass their reviews.

    It names the order only; gold finds the line.

    The list has no moment of completion: the review's (checkTime) stands in for it.
    """
    status = words.coded(pl.col("refund_status_text"), words.APPLICATION)
    on_the_way = pl.col("refund_status_text").is_in(words.ON_THE_WAY)
    refund = bronze.select(
        *HEAD, "refund_id", "order_id", "refund_fen", "applied_at",
        order_line_id="order_id",
        refund_status_code=status,
        refund_stage_code=pl.when(on_the_way).then(pl.lit("after_shipment"))
        .otherwise(pl.lit("before_shipment")),
        refund_type_code=pl.lit("refund_only"),
        refunded_at=pl.when(status == "success").then(pl.coalesce("checked_at", "updated_at")),
    )  # fmt: skip
    return {"refund_line": refund}


def _services(bronze: pl.DataFrame) -> Frames:
    """asc.serviceAndRefund.view: after-sale services, each with its refund where there is one.

    Only status 13 is money that went back.

    A service that tells no refund (an exchange, a repair, one that is still looked at) is ``none``; a word
    nobody knows is ``unknown``.
    """
    refund_status = words.coded(pl.col("refund_status_text"), words.SERVICE_REFUND)
    status = pl.when(pl.col("refund_status_text").is_null()).then(pl.lit("none")).otherwise(refund_status)
    done = status == "success"
    refund = bronze.select(
        *HEAD, "refund_id", "order_id", "product_id", "applied_at",
        order_line_id="order_id",
        refund_status_code=status,
        refund_stage_code=pl.lit("after_shipment"),
        refund_type_code=pl.lit("unknown"),
        reason_code=words.matched(pl.col("reason_text"), words.REASON_PATTERNS, "other"),
        refund_fen=pl.when(done).then("refund_fen").fill_null(0),
        refunded_at=pl.when(done).then("completed_at"),
    )  # fmt: skip
    return {"refund_line": refund}


_CONFORM: dict[str, Callable[[pl.DataFrame], Frames]] = {
    "orders": conform_orders,
    "refunds": _applications,
    "after_sales": _services,
    "settlements": bills.conform_settlements,
    "settlement_totals": bills.conform_totals,
    "promotions": bills.conform_promotions,
    "funds": bills.conform_funds,
}
