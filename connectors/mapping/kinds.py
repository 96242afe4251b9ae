"""What kinds of table a mapping may be of, and which of our names each may and must fill."""

from __future__ import annotations

from contracts.canonical import (
    AD_SPEND,
    FUND_ENTRY,
    INSURANCE_ENTRY,
    LIVE_SESSION,
    ORDER,
    ORDER_LINE,
    PRODUCT,
    REFUND_LINE,
    SETTLEMENT_ENTRY,
    SHOP,
)
from contracts.fields import FIELDS
from contracts.tables import Table

#: What a mapped table may be → the canonical table its rows become.
KINDS: dict[str, Table] = {
    "orders": ORDER_LINE, "order_heads": ORDER, "after_sales": REFUND_LINE, "live_sessions": LIVE_SESSION,
    "settlements": SETTLEMENT_ENTRY,
    "funds": FUND_ENTRY, "insurance": INSURANCE_ENTRY, "ads": AD_SPEND, "products": PRODUCT,
}  # fmt: skip
#: Names beside the table's own: what came in and what went out in two columns; an order's amount beside its
#: lines' own; what a row stands for, an order that is none among them; colour and size in one.
EXTRA: dict[str, tuple[str, ...]] = {
    "funds": ("moved_in_fen", "moved_out_fen"),
    "orders": ("order_paid_fen", "order_placed_fen", "row_type_code", "spec_text", "is_void"),
    "order_heads": ("is_void",),
}  # fmt: skip
#: What they are called, in Chinese and English.
EXTRA_LABELS: dict[str, tuple[str, str]] = {
    "moved_in_fen": ("收入金额", "money in"), "moved_out_fen": ("支出金额", "money out"),
    "spec_text": ("规格（颜色尺码）", "specification"),
}  # fmt: skip
#: Without these no row of the kind says anything; other names of the key are derived where no column tells
#: them.
NEEDED: dict[str, tuple[str, ...]] = {
    "orders": ("order_id",), "order_heads": ("order_id",),
    "after_sales": ("refund_id", "order_id", "refund_fen"), "live_sessions": ("started_at",),
    "settlements": ("settled_fen",), "funds": ("fund_entry_id", "moved_at"),
    "insurance": ("insurance_id", "premium_fen"), "ads": ("ad_date", "spent_fen"),
    "products": ("product_id",),
}  # fmt: skip
#: What has to be told besides, though a cell may be blank: without it every row would mean something else.
#: One of several names is enough.
TOLD: dict[str, tuple[tuple[str, ...], ...]] = {
    "orders": (("paid_at",), ("paid_fen", "placed_fen")),
    "order_heads": (("paid_at",), ("paid_fen", "placed_fen")),
    "funds": (("moved_fen", "moved_in_fen", "moved_out_fen"),),
}  # fmt: skip
#: Amounts that some tables write again on every row of an order or after-sale.
REPEATED: dict[str, tuple[str, ...]] = {
    "orders": ("placed_fen", "paid_fen", "freight_fen", "stated_refund_fen"),
    "after_sales": ("refund_fen",),
}
#: Amounts that price × quantity may stand for, where no column tells them.
PRICED = {"orders": ("placed_fen", "paid_fen")}
#: What these amounts are of: the number its rows have in common.
WHOLE = {"orders": "order_id", "after_sales": "refund_id"}
#: The number of the ERP's own orders, several of which may be one order of the platform, each with its
#: amounts.
PART = "erp_order_id"
#: States an order's word may tell beside the codes: closed, refunded or never paid as the payment tells; no
#: order of its own, its goods stand elsewhere.
CLOSED, VOID = "closed", "void"
_STATES = {
    CLOSED: ("已关闭（付过款即退款）", "closed: refunded if it was paid"),
    VOID: ("不算订单（被合并、被拆分、作废）", "no order: merged, split or voided"),
}
#: What tells one file's rows.
EXPORT = ("merchant_id", "shop_id", "_export_id")
#: Filled by whoever reads a table, not by a column of it.
_READ = ("layout_name", "file_end_code")
_LINEAGE = {*SHOP, *_READ, "_export_id", "_row_number", "_observed_at", "_last_observed_at"}


def names_of(kind: str) -> list[str]:
    """Our names a mapping of this kind may fill, in the table's order."""
    return [name for name in KINDS[kind].columns if name not in _LINEAGE] + list(EXTRA.get(kind, ()))


def is_word(name: str) -> bool:
    """Whether their word has to be translated: a code of a closed list, or a flag."""
    known = FIELDS.get(name)
    return known is not None and (known.codes is not None or known.kind == "flag")


def needs_of(kind: str) -> list[tuple[str, ...]]:
    """What a mapping of this kind has to tell: alternatives of our names, one of which is needed."""
    return [*((name,) for name in NEEDED[kind]), *TOLD.get(kind, ())]


def codes_of(name: str) -> dict[str, tuple[str, str]]:
    """What a word of this name may mean: our code → its Chinese and English label.

    Empty for a name whose cells are no words.
    """
    known = FIELDS.get(name)
    if known is None or not is_word(name):
        return {}
    if known.codes is None:
        return {"true": ("是", "yes"), "false": ("否", "no")}
    return known.codes.labels | (_STATES if name == "order_status_code" else {})
