"""What kinds of file there are, and their columns, in the words of a merchant."""

from __future__ import annotations

import datetime as dt

from contracts.codes import PLATFORM, CodeList
from contracts.fields import FIELDS
from dashboards.parts.money import NOTHING, yuan
from dashboards.parts.words import BEIJING, visible

#: Kinds of every connector's exports, and of tables a merchant may map; one that is missing here is shown by its code.
KIND = CodeList(
    "kind",
    {
        "orders": ("订单", "orders"),
        "order_heads": ("订单(一单一行)", "orders, one row each"),
        "order_items": ("订单商品明细", "order items"),
        "live_orders": ("直播订单", "orders of live sessions"),
        "affiliate_orders": ("达人带货订单", "creators' orders"),
        "trades": ("交易", "trades"),
        "after_sales": ("售后", "after-sales"),
        "refunds": ("退款", "refunds"),
        "cancellations": ("取消", "cancellations"),
        "live_sessions": ("直播场次", "live sessions"),
        "settlements": ("结算账单", "settlement bill"),
        "settlement_totals": ("结算汇总", "settlement totals"),
        "services": ("其他服务款", "service charges"),
        "funds": ("资金流水", "fund flow"),
        "ads": ("投放", "ad spend"),
        "products": ("商品", "products"),
        "promotions": ("优惠", "promotions"),
        "insurance": ("运费险", "shipping insurance"),
    },
)
_MAPPED = "mapped_"


def kind_name(kind: str) -> str:
    """``订单``; of a table read by a mapping ``订单(映射)``."""
    return f"{KIND.zh(kind.removeprefix(_MAPPED))}(映射)" if kind.startswith(_MAPPED) else KIND.zh(kind)


def layout_name(key: str) -> str:
    """``抖音 · 订单 · 2025_75`` for ``douyin/orders/2025_75``; anything else as it is."""
    parts = key.split("/")
    return f"{PLATFORM.zh(parts[0])} · {kind_name(parts[1])} · {parts[2]}" if len(parts) == 3 else key


def column_name(name: str, header: str = "") -> str:
    """Our name of a column in words: ``支付金额``; their own header where the dictionary has no such meaning."""
    known = FIELDS.get(name)
    return known.zh if known else visible(header, 30) or name


def cell_text(name: str, value: object) -> str:
    """A cell as people read it, by the unit its column's name tells: fen as yuan, codes in Chinese, moments in Beijing time."""
    known = FIELDS.get(name)
    if value is None:
        return NOTHING
    if name.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    if known is not None and known.codes is not None:
        return known.codes.zh(str(value))
    return visible(str(value), 40)
