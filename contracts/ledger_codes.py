"""Code lists of the matching of ledgers: what stood against what, and why the rest stands open."""

from __future__ import annotations

from contracts.code_list import CodeList

MATCH = CodeList(
    "match",
    {
        "settlement": ("结算明细", "settlement entry"),
        "line": ("子订单", "order line"),
        "refund": ("售后单", "after-sale"),
        "order": ("主订单", "order"),
        "day": ("当日合计一致", "sum of the day"),
        "own": ("自有划转", "own movement"),
        "none": ("未对上", "nothing"),
    },
)

FUNDING = CodeList(
    "funding",
    {
        "entry": ("逐笔一致", "a movement of its own"),
        "order": ("按订单合计一致", "movements of its order add up to it"),
        "day": ("当日合计一致", "movements of its day that name no order add up to the day"),
        "none": ("未见到账", "not found"),
    },
)

LEDGER = CodeList(
    "ledger",
    {
        "order": ("订单应结", "orders to be settled"),
        "settlement": ("结算单对订单", "settlement bill against orders"),
        "funding": ("结算单对资金", "settlement bill against the account"),
        "fund": ("资金流水", "account flow"),
    },
)

OPEN_REASON = CodeList(
    "open_reason",
    {
        "order_unfinished": ("订单未完成，尚未结算", "order not finished, not settled yet"),
        "order_unsettled": ("订单已完成，未见结算", "order finished, no settlement seen"),
        "refunded_after_settlement": (
            "结算后退款，未见扣回",
            "refunded after settlement, not taken back yet",
        ),
        "entry_order_unknown": ("结算的订单不在已收到的订单里", "settles an order no file told"),
        "entry_names_nothing": ("结算明细没有订单号", "the entry names no order"),
        "entry_unfunded": ("已结算，未见到账", "settled, not seen in the account"),
        "fund_without_settlement": ("有资金变动，未见结算明细", "moved without a settlement entry"),
        "fund_order_unknown": ("资金变动的订单不在已收到的订单里", "moved for an order no file told"),
        "fund_names_nothing": ("资金变动没有订单号", "the movement names no order"),
    },
)
#: Reason → what to do about it.
OPEN_STEP = CodeList(
    "open_step",
    {
        "order_unfinished": (
            "等买家确认收货；平台在完成后才结算",
            "wait: platforms settle after the order is finished",
        ),
        "order_unsettled": (
            "先上传最新结算单；仍没有就向平台查询",
            "upload the newest settlement bill; if it is not there, ask the platform",
        ),
        "refunded_after_settlement": (
            "上传退款之后的结算单；留出这笔钱",
            "upload the bill of the days after the refund; keep this money aside",
        ),
        "entry_order_unknown": ("上传下单那段时间的订单", "upload the orders of the time it was bought"),
        "entry_names_nothing": ("看账单备注，核对是什么费用", "read the bill's remark: what was charged?"),
        "entry_unfunded": (
            "上传同一时间的资金流水；仍没有就向平台查询",
            "upload the account flow of the same days; if it is not there, ask the platform",
        ),
        "fund_without_settlement": ("上传同一时间的结算单", "upload the settlement bill of the same days"),
        "fund_order_unknown": ("上传下单那段时间的订单", "upload the orders of the time it was bought"),
        "fund_names_nothing": ("看流水备注，核对是什么款项", "read the flow's remark: what is it?"),
    },
)
