"""The keys facts are told apart by."""

from __future__ import annotations

from contracts.canonical import SHOP

ORDER = [*SHOP, "order_id"]
LINE = [*SHOP, "order_line_id"]
REFUND = [*SHOP, "refund_id"]
