"""Goods received and counted: a SKU of a shop, a day, and how many units."""

from __future__ import annotations

from contracts.codes import STOCK_KIND
from contracts.fields.stock import SAME_STOCK
from pipeline.entries.cells import NO_SHOP, Cell, Rule, code, code_of, day, either_of, own_shop, whole_number
from pipeline.entries.changes import nothing
from pipeline.entries.declaration import EntryList, Part
from warehouse.entries import Book
from warehouse.ops import STOCK_ENTRY

BOOK = Book(STOCK_ENTRY, SAME_STOCK, "entered_qty", day="stock_date")

_KIND = Rule(
    "KIND", "不认识的项目", "no such kind", "写「到货」或「盘点」", f"write {either_of(STOCK_KIND.labels)[1]}"
)
_SHOP = Rule(
    "SHOP", "没有这个店铺，或没有填", "no such shop of yours, or none", NO_SHOP.step_zh, NO_SHOP.step_en
)
_GOODS = Rule(
    "GOODS",
    "没有填商家编码",
    "no SKU code",
    "填商家编码（SKU），和订单里的一样",
    "fill in the SKU code, as orders have it",
)
_DATE = Rule(
    "DATE",
    "日期无法识别，或还没到",
    "not a date, or one to come",
    "写成 2026-03-08，不晚于今天",
    "write 2026-03-08, not later than today",
)
_TWICE = Rule(
    "TWICE",
    "同一店铺、编码、项目、日期写了两次",
    "the same thing stands twice for one day",
    "合成一行",
    "make them one row",
)


LIST = EntryList(
    "stock",
    "STOCK",
    "库存",
    "stock",
    (
        (
            "每行一个商家编码：哪天**到货**多少件，或哪天结束时**盘点**有多少件。"
            "有到货才有售罄率；平台不说库存的，有盘点才有库销比。"
        ),
        (
            "A SKU a row: units received on a day, or counted at its end. Sell-through needs receipts; where "
            "no "
            "platform tells stock, the rest needs counts."
        ),
    ),
    columns=(
        Cell("项目", "stock_kind_code", code_of(STOCK_KIND), "kind", _KIND, is_required=True),
        Cell("店铺", "shop_id", own_shop(), "shop", _SHOP, is_required=True),
        Cell("商家编码", "sku_code", code(), "SKU", _GOODS, is_required=True, leads=True),
        Cell("日期", "stock_date", day(days_ahead=0), "day", _DATE, is_required=True, is_filled_in=True),
        Cell(
            "件数",
            "entered_qty",
            whole_number(0, 10_000_000),
            "units",
            is_required=True,
            takes_back=True,
            is_filled_in=True,
        ),
    ),
    parts=(Part(BOOK),),
    examples=(
        ("received", "s1", "A1001-M", "2026-03-01", "300"),
        ("received", "s1", "A1001-M", "2026-03-12", "200"),
        ("received", "s1", "A1001-L", "2026-03-01", "300"),
        ("counted", "s1", "A1001-M", "2026-03-20", "41"),
        ("counted", "s1", "A1001-L", "2026-03-20", "0"),
    ),
    goods={"stock_kind_code": "counted"},
    cause=None,
    moves=nothing,
    none=("还没有到货和盘点", "nothing received or counted yet"),
    twice=_TWICE,
)
