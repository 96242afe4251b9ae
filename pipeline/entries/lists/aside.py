"""Excluded orders (brushing, samples): set aside by an explicit list and by nothing else.

Both figures are kept, with them and without.
"""

from __future__ import annotations

from contracts.canonical import LISTED_ORDER
from pipeline.build.merging import Touched
from pipeline.entries.cells import NO_SHOP, TAKEN_BACK, Cell, Rule, choice, code, own_shop, text
from pipeline.entries.changes import Changed
from pipeline.entries.declaration import EntryList, Part
from transforms.gold.orders.fct_order_line import TABLE as LINES
from transforms.gold.orders.grain import ORDER
from warehouse.entries import Book
from warehouse.lake import Lake
from warehouse.ops import ASIDE_ORDER

BOOK = Book(ASIDE_ORDER, LISTED_ORDER, "reason_name", flag="is_aside")

_ORDER = Rule(
    "ORDER",
    "订单号被 Excel 改成了科学计数法，后几位已丢失",
    "a number was rounded",
    "设为文本后重新填",
    "format the column as text",
)
_CELLS = Rule(
    "CELLS",
    "店铺、订单号和原因都要填",
    "shop, order and reason are all needed",
    "补齐这一行",
    "fill in the row",
)
_ACTION = Rule(
    "ACTION",
    "不认识的处理",
    "no such action",
    f"写「剔除」或「{TAKEN_BACK[0]}」，空着表示剔除",
    f"write “exclude” or “{TAKEN_BACK[1]}”; blank means exclude",
)
_SHOP = Rule(
    "SHOP", "没有这个店铺，或没有填", "no such shop of yours, or none", NO_SHOP.step_zh, NO_SHOP.step_en
)
_TWICE = Rule(
    "TWICE", "同一个订单写了两次", "the same order stands twice", "只留一行", "keep one of the rows"
)


def _moves(lake: Lake, changed: Changed) -> Touched:
    (listed,) = changed.rows
    if listed.is_empty() or not lake.may_hold_rows(LINES):
        return Touched()
    orders = lake.read(LINES, keys=listed.select(LISTED_ORDER).unique(), columns=ORDER).unique()
    return Touched(orders=orders)


LIST = EntryList(
    "aside",
    "ASIDE",
    "剔除名单",
    "excluded orders",
    (
        (
            "自己刷的单、寄给达人的样品不是真的卖。写明店铺、"
            "订单号和原因，看板就同时给出两个数：含这些订单的，和不含的。只认这份名单，从不猜哪些是刷单。"
        ),
        (
            "Brushing and samples are no real sales. Name shop, order and reason, and you get both figures: "
            "with "
            "these orders and without. Nothing is guessed."
        ),
    ),
    columns=(
        Cell("店铺", "shop_id", own_shop(), "shop", _SHOP, is_required=True),
        Cell("订单号", "order_id", code(_ORDER), "order", _CELLS, is_required=True, leads=True),
        Cell("原因", "reason_name", text(), "reason", _CELLS, is_required=True),
        Cell("处理", "action", choice({"aside": ("剔除", "exclude")}), "action", _ACTION, takes_back=True),
    ),
    parts=(Part(BOOK),),
    examples=(
        ("s1", "6920000000000000001", ("刷单", "brushing"), ""),
        ("s1", "6920000000000000002", ("寄样", "sample"), ""),
        ("s1", "6920000000000000003", ("误列", "listed by mistake"), TAKEN_BACK),
    ),
    cause=None,
    moves=_moves,
    counted=("个订单", "orders"),
    none=("名单是空的", "no order is set aside"),
    metrics=("paid_gmv_without_aside", "net_without_aside", "aside_paid"),
    twice=_TWICE,
)
