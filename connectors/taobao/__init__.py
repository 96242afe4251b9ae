"""Taobao and Tmall: order, item, refund and live exports, cash ledgers, advertising, products, and the TOP
open API.
"""

from __future__ import annotations

from pathlib import Path

from connectors.base import Platform
from connectors.taobao.api import KINDS, TaobaoApi
from connectors.taobao.conform import conform
from connectors.taobao.exports import clean, exported_at

PLATFORM = Platform(
    code="taobao",
    folder=Path(__file__).parent,
    conform=conform,
    api=TaobaoApi,
    api_kinds=tuple(KINDS),
    exported_at=exported_at,
    clean=clean,
    narrow_kinds=("orders", "order_items", "refunds"),
)
