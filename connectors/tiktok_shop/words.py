"""TikTok Shop's words → our codes.

File words come in the language the seller signed in with; API words are English capitals.

Only words with a source are listed (README.md); one that is not becomes ``unknown`` and stays visible as
such.
"""

from __future__ import annotations

import polars as pl

#: Order Status and Order Substatus of files (lower case), order.status of the API. ``closed`` and ``held``
#: are split by whether anything was paid.
ORDER_STATUS = {
    "unpaid": "unpaid",
    "on hold": "held", "on_hold": "held",
    "to ship": "paid", "awaiting shipment": "paid", "awaiting collection": "paid",
    "awaiting_shipment": "paid", "awaiting_collection": "paid",
    "partially_shipping": "part_shipped",
    "shipped": "shipped", "in transit": "shipped", "in_transit": "shipped", "delivered": "shipped",
    "completed": "finished",
    "canceled": "closed", "cancelled": "closed",
    "ที่จะจัดส่ง": "paid", "รอเข้ารับ": "paid", "จัดส่งแล้ว": "shipped", "จัดส่งสำเร็จ": "shipped",
    "เสร็จสมบูรณ์": "finished", "ยกเลิกแล้ว": "closed",
    "perlu dikirim": "paid", "dikirim": "shipped", "selesai": "finished", "dibatalkan": "closed",
}  # fmt: skip

#: The least far along speaks for a whole order; closed only when nothing lives.
STATUS_RANK = {
    "unpaid": 0, "paid": 1, "part_shipped": 2, "shipped": 3, "finished": 4, "unknown": 5,
    "closed_refunded": 6, "closed_unpaid": 7,
}  # fmt: skip

#: return_status and cancel_status. SUCCESS is the request being granted; only COMPLETE is money with the
#: buyer. The API spells "reject" both ways.
REFUND_STATUS = {
    "RETURN_OR_REFUND_REQUEST_COMPLETE": "success", "CANCELLATION_REQUEST_COMPLETE": "success",
    "RETURN_OR_REFUND_REQUEST_PENDING": "pending", "RETURN_OR_REFUND_REQUEST_SUCCESS": "pending",
    "AWAITING_BUYER_SHIP": "pending",
    "BUYER_SHIPPED_ITEM": "pending", "REJECT_RECEIVE_PACKAGE": "pending",
    "AWAITING_BUYER_RESPONSE": "pending",
    "CANCELLATION_REQUEST_PENDING": "pending", "CANCELLATION_REQUEST_SUCCESS": "pending",
    "REFUND_OR_RETURN_REQUEST_REJECT": "closed", "REFUND_RETURN_REQUEST_REJECT": "closed",
    "RETURN_OR_REFUND_REQUEST_CANCEL": "closed",
    "CANCELLATION_REQUEST_CANCEL": "closed", "CANCELLATION_REQUEST_CANCELLED": "closed",
}  # fmt: skip

#: return_type.
REFUND_TYPE = {"REFUND": "refund_only", "RETURN_AND_REFUND": "return_refund", "REPLACEMENT": "exchange"}

#: return_reason_text and cancel_reason_text are picked from a menu whose full list was NOT FOUND; first
#: pattern that is found wins.
REASONS = (
    ("size", r"fit|size|too (big|small)"),
    ("look", r"match|description|as expected|color|colour|pattern"),
    ("quality", r"defect|damag|quality|broken"),
    ("price", r"price|discount|voucher|coupon"),
    ("late", r"receiv|deliver|arriv|late|ship"),
    ("changed_mind", r"no longer|mind|mistake|need"),
)

#: Content Type of the creator file. From a test file, not a real one: UNVERIFIED.
CONTENT = {
    "live": "live", "livestream": "live", "video": "short_video", "videos": "short_video",
    "product card": "product_card", "product cards": "product_card",
}  # fmt: skip

#: Type of an income row, transaction type of the API. An order's row below zero takes money back.
SETTLEMENT_PATTERNS = (
    ("refund_after", r"refund"),
    ("compensation", r"compensation|reimburse"),
    ("subsidy", r"subsid"),
    ("fee", r"\bads\b|ads_|fee"),
    ("adjustment", r"adjust"),
)

#: type of a movement: drawn out, settled in, a withdrawal come back.
FUND_TYPE = {"WITHDRAW": "withdrawal", "SETTLE": "sale", "REVERSE": "withdrawal"}
#: status of a withdrawal that did not happen. Only PROCESSING was seen in a source: UNVERIFIED.
REFUSED = r"(?i)fail|reject|cancel"


def coded(text: pl.Expr, table: dict[str, str]) -> pl.Expr:
    """Word → code; a word that is not listed → ``unknown``."""
    return text.str.strip_chars().replace_strict(table, default="unknown", return_dtype=pl.String)


def first_match(text: pl.Expr, patterns: tuple[tuple[str, str], ...], default: str) -> pl.Expr:
    """Code of the first pattern found in the lower-cased text; ``default`` when none is."""
    found = pl.lit(default)
    for code, pattern in reversed(patterns):
        found = pl.when(text.str.to_lowercase().str.contains(pattern)).then(pl.lit(code)).otherwise(found)
    return found
