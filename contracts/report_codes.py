"""What a shop can report at all: the evidence a figure needs before it may be anything but empty, and the
file that would bring it.
"""

from __future__ import annotations

from contracts.code_list import CodeList

#: Report → the file or list that brings it. A report after another that it is ``PART_OF`` is a column of that
#: one's files.
REPORT = CodeList(
    "report",
    {
        "orders": ("订单文件", "an order file"),
        "placed_days": ("带下单时间的订单文件", "an order file with the time of ordering"),
        "paid_days": ("带支付时间的订单文件", "an order file with the time of payment"),
        "refunds": ("售后（退款）文件", "an after-sales or refund file"),
        "refund_days": (
            "带退款时间的售后（退款）文件",
            "an after-sales or refund file with the time of refund",
        ),
        "bills": ("结算单", "a settlement bill"),
        "accounts": ("资金流水", "an account flow"),
        "ads": ("全店推广花费（报表或录入）", "what the whole shop spent on advertising, by report or entry"),
        "sessions": ("直播场次表", "a list of live sessions"),
        "stock": ("商品库存表或盘点", "a list of stock, or a count"),
        "receipts": ("到货记录", "an entry of goods received"),
        "costs": ("商品成本", "an entry of unit costs"),
    },
)

#: A report that is a column of another's files → that other one. Where nothing is left open without it, the
#: other one is enough.
PART_OF = {"placed_days": "orders", "paid_days": "orders", "refunds": "orders", "refund_days": "refunds"}
