"""The job every contender does, and the figures in which all must agree to the fen.

Parse all files; type ids, money, counts and times; leave out rows with a cell that cannot be typed; keep the
latest download of each sub-order, order, after-sale and session; split colour and size; give live lines their
session; join refunds; write ``fct_order_line``, ``fct_refund_line``, ``mart_shop_channel_daily``,
``mart_style_daily`` and ``mart_live_session`` to disk.

Taobao's order file says what was paid (refunds added back) and its items split it; what no item accounts for
(freight, an item that could not be read) is a line of its own, also where nobody paid the order. Refunds of
Taobao stand undated on its rows; refunds of Douyin are after-sales with a date and a stage.

What a Taobao order's row states as refunded beyond its items is of items whose own row was read before the
order's and of goods no item accounts for, by what they have left; then of the postage. What an item's row
states beyond what was paid for it is the postage that went back with it. Postage is the order's freight, as
far as no item accounts for it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

#: Words of the files → codes, shared by the peers; ours has its own in ``connectors``.
STATUS = {
    "待支付": "unpaid", "待发货": "paid", "已发货": "shipped", "已完成": "finished", "已关闭": "closed",
    "等待买家付款": "unpaid", "买家已付款，等待卖家发货": "paid", "卖家部分发货": "part_shipped",
    "卖家已发货，等待买家确认": "shipped", "交易成功": "finished",
    "交易关闭": "closed",
}  # fmt: skip
REFUNDED = ("同意退款，退款成功", "退款成功")
CONTENT = {"直播": "live", "短视频": "short_video", "商品卡": "product_card", "其他": "other"}
SEARCH = "搜索"
TRAFFIC = {"广告": "paid", "非广告": "free"}
BEFORE_SHIPMENT = "未发货退款"
#: Spellings of "nothing" in a cell.
BLANKS = ["-", "", "无退款申请"]

TABLES = (
    "fct_order_line",
    "fct_refund_line",
    "mart_shop_channel_daily",
    "mart_style_daily",
    "mart_live_session",
)

#: Total → the column of ``mart_shop_channel_daily`` it is the sum of.
SUMS = {
    "paid_fen": "paid_fen", "refund_fen": "cohort_refund_fen", "orders": "paid_orders_qty",
    "units": "units_qty", "dated_refund_fen": "dated_refund_fen",
    "session_paid_fen": "session_paid_fen",
}  # fmt: skip

#: What a paid order line adds to the marts, as the peers' facts call it.
MEASURES = (
    "paid_fen",
    "paid_orders_qty",
    "units_qty",
    "units_untold_qty",
    "cohort_refund_fen",
    "before_fen",
    "after_fen",
    "undated_fen",
)


@dataclass(frozen=True)
class Totals:
    """Sums over the marts (fen and counts), rows of each table, and paid and returned fen by channel."""

    paid_fen: int
    refund_fen: int
    net_fen: int
    orders: int
    units: int
    dated_refund_fen: int
    session_paid_fen: int
    style_paid_fen: int
    rows: dict[str, int]
    by_channel: dict[str, list[int]] = field(default_factory=dict)


def totals_from(sums: dict[str, int], rows: dict[str, int], by_channel: list[tuple[str, int, int]]) -> Totals:
    """``sums`` as read from the marts; the net is derived."""
    channels = {str(name): [int(paid), int(back)] for name, paid, back in sorted(by_channel)}
    numbers = {name: int(value) for name, value in sums.items()}
    return Totals(
        **numbers,
        net_fen=numbers["paid_fen"] - numbers["refund_fen"],
        rows={name: int(rows[name]) for name in sorted(rows)},
        by_channel=channels,
    )


def save_totals(totals: Totals, path: Path) -> None:
    """Write the totals where the run finds them."""
    path.write_text(json.dumps(asdict(totals), sort_keys=True), encoding="utf-8")


def load_totals(path: Path) -> Totals:
    """The totals a contender wrote."""
    return Totals(**json.loads(path.read_text(encoding="utf-8")))


def differences(left: Totals, right: Totals) -> list[str]:
    """Names and both values of the figures in which two contenders disagree.

    Empty when they agree to the fen.
    """
    ours, theirs = asdict(left), asdict(right)
    return [f"{name}: {ours[name]} ≠ {theirs[name]}" for name in ours if ours[name] != theirs[name]]
