"""Costs: what goods, parcels, slots, samples and advertising cost.

Goods are kept apart from everything beside them.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.codes import COST_BASIS, COST_KIND
from contracts.fields.cost import SAME_COST, SAME_GOODS
from pipeline.build.merging import DAY, Touched
from pipeline.entries.causes import Cause
from pipeline.entries.cells import (
    NO_SHOP,
    TAKEN_BACK,
    Cell,
    Rule,
    code,
    code_of,
    day,
    either_of,
    own_shop,
    yuan,
)
from pipeline.entries.changes import Changed
from pipeline.entries.declaration import Check, EntryList, Given, Part
from transforms.costing import lump_days
from transforms.gold.orders import fct_order_line
from warehouse import entries, registry
from warehouse.entries import Book
from warehouse.lake import Lake
from warehouse.ops import FIXED_COST, UNIT_COST

GOODS = Book(UNIT_COST, SAME_GOODS, "unit_cost_fen", day="valid_from_date")
OTHERS = Book(FIXED_COST, SAME_COST, "cost_amount_fen", day="valid_from_date")
#: Each kind with the ways it can be charged; the first is meant where none is said.
BASES = {
    "goods": ("per_unit",), "packing": ("per_order", "per_unit"), "freight_out": ("per_order", "per_unit"),
    "freight_back": ("per_order", "per_unit"),
    "write_down": ("per_unit",), "slot_fee": ("once",), "sample": ("once",), "ad_cash": ("once",),
    "ad_grant": ("once",),
}  # fmt: skip
LONGEST_DAYS = 366
_ABOUT = ["merchant_id", "shop_id", "sku_code", "style_code", "valid_from_date"]
#: More than this for one unit or order, and for all at once, is a slip of the pen; and sums of it stay within
#: what a figure may be.
MOST_EACH_FEN, MOST_ONCE_FEN = 10**8, 10**11

_KINDS_ZH, _KINDS_EN = either_of(COST_KIND.labels)
_KIND = Rule("KIND", "不认识的成本项目", "no such kind of cost", f"写成{_KINDS_ZH}之一", f"write {_KINDS_EN}")
_BASIS = Rule(
    "BASIS",
    "这个项目不能这样计费",
    "this kind is not charged that way",
    "每件、每单或一次性，见模板",
    "per unit, per order or once: see the template",
)
_AMOUNT = Rule(
    "AMOUNT", "金额应为不小于 0 的元，最多两位小数", "an amount is yuan of at most two decimals, not below 0",
    f"改正金额；要撤销写「{TAKEN_BACK[0]}」",
    f"mend it; write “{TAKEN_BACK[1]}” to take a cost back",
)  # fmt: skip
_LARGE = Rule(
    "LARGE",
    "每件、每单超过 100 万元，或一次性超过 10 亿元，多半写错了",
    "a million yuan a unit is a slip of the pen",
    "核对金额",
    "check it",
)
_DATE = Rule(
    "DATE",
    "日期无法识别",
    "not a date",
    "写成 2026-03-08；生效日期必填",
    "write 2026-03-08; a cost needs the day it is valid from",
)
_GOODS = Rule(
    "GOODS",
    "商品成本要有商家编码或款号，其他项目不填",
    "goods need a SKU or style code; nothing else has one",
    "补上或去掉编码",
    "add or remove it",
)
_SHOP_MISSING = Rule(
    "SHOP_MISSING",
    "一次性的成本要写明店铺",
    "a cost charged once needs its shop",
    "填上店铺编号",
    "fill in the shop",
)
_WHOSE = Rule(
    "WHOSE", "坑位费要写明达人ID或直播场次，推广随意，其他不填",
    "a slot fee needs its creator or session, advertising may", "补上或去掉", "mend it"
)  # fmt: skip
_UNTIL = Rule(
    "UNTIL", "结束日期只用于一次性的成本，不早于生效日期，最多 366 天",
    "only a cost charged once ends, within 366 days",
    "改价另写一行新日期", "mend it",
)  # fmt: skip
_TWICE = Rule(
    "TWICE",
    "同一项目、同一天写了两次",
    "the same cost stands twice for one day",
    "只留一行",
    "keep one of the rows",
)

_IS_GOODS, _IS_ONCE = pl.col("cost_kind_code") == "goods", pl.col("cost_basis_code") == "once"
_HAS_WHOSE = pl.any_horizontal(pl.col("creator_id", "live_session_id").is_not_null())


def _bad_basis(rows: pl.DataFrame, given: Given) -> pl.Expr:
    return ~pl.any_horizontal(
        (pl.col("cost_kind_code") == kind) & pl.col("cost_basis_code").is_in(list(bases))
        for kind, bases in BASES.items()
    )


def _large(rows: pl.DataFrame, given: Given) -> pl.Expr:
    return pl.col("fen") > pl.when(_IS_ONCE).then(MOST_ONCE_FEN).otherwise(MOST_EACH_FEN)


def _bad_goods(rows: pl.DataFrame, given: Given) -> pl.Expr:
    return pl.any_horizontal(pl.col("sku_code", "style_code").is_not_null()) != _IS_GOODS


def _no_shop(rows: pl.DataFrame, given: Given) -> pl.Expr:
    return _IS_ONCE & pl.col("shop_id").is_null()


def _bad_whose(rows: pl.DataFrame, given: Given) -> pl.Expr:
    kind = pl.col("cost_kind_code")
    return ((kind == "slot_fee") != _HAS_WHOSE) & ~(kind.is_in(["ad_cash", "ad_grant"]) & _HAS_WHOSE)


def _bad_until(rows: pl.DataFrame, given: Given) -> pl.Expr:
    until = pl.col("valid_until_date")
    days = (pl.col("valid_until_date") - pl.col("valid_from_date")).dt.total_days()
    return until.is_not_null() & (~_IS_ONCE | (days < 0) | (days >= LONGEST_DAYS))


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    """The usual basis where none is said; a SKU says more than its style."""
    usual = pl.col("cost_kind_code").replace_strict(
        {kind: bases[0] for kind, bases in BASES.items()}, default=None
    )
    style = pl.when(pl.col("sku_code").is_null()).then("style_code")
    return rows.with_columns(cost_basis_code=pl.coalesce("cost_basis_code", usual), style_code=style)


def _moves(lake: Lake, changed: Changed) -> Touched:
    """The days that changed entries reach; making everything anew, those that any entry reaches."""
    goods, others = changed.rows
    every = entries.read(lake, FIXED_COST)
    if changed.is_whole:
        goods, others = entries.read(lake, UNIT_COST), every
    # what is said anew of a cost charged once moves the days it was charged to before, too
    again = every.join(others, on=list(SAME_COST), how="semi", nulls_equal=True)
    here = registry.shops(lake).select(SHOP)
    lumps = lump_days(again).join(here, on=["merchant_id", "shop_id"], how="inner", validate="m:1")
    rates = others.filter(pl.col("cost_basis_code") != "once")
    return Touched(days=pl.concat([lumps.select(DAY), _days_of_lines(lake, goods, rates)]).unique())


def _days_of_lines(lake: Lake, goods: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    """Payment days of the lines that unit costs, and costs of every unit or order, are about."""
    if (goods.is_empty() and rates.is_empty()) or not lake.may_hold_rows(fct_order_line.TABLE):
        return Touched().days
    about = pl.concat(
        [goods.select(_ABOUT), rates.with_columns(sku_code=None, style_code=None).select(_ABOUT)]
    )
    wide = (
        about.filter(pl.col("shop_id").is_null())
        .drop("shop_id")
        .join(registry.shops(lake).select("merchant_id", "shop_id"), on="merchant_id")
    )
    about = (
        pl.concat([about.filter(pl.col("shop_id").is_not_null()), wide.select(_ABOUT)])
        .group_by(_ABOUT[:-1])
        .agg(pl.col("valid_from_date").min())
    )
    query = """
        SELECT DISTINCT l.merchant_id, l.shop_id, l.platform_code, l.paid_date AS business_date
            FROM gold.fct_order_line AS l JOIN _about AS a
        ON a.merchant_id = l.merchant_id AND a.shop_id = l.shop_id AND l.paid_date >= a.valid_from_date
            AND """
    which = (
        "a.sku_code = l.sku_code",
        "a.style_code = l.style_code",
        "a.sku_code IS NULL AND a.style_code IS NULL",
    )
    return lake.sql(" UNION ".join(query + goods for goods in which), _about=about)


LIST = EntryList(
    "costs",
    "COST",
    "成本",
    "costs",
    (
        "告诉我们商品成本（按商家编码或款号）、打包、发货和退货运费、退货折损、坑位费、样品费，就能算利润；"
        "推广现金、推广赠款填在同一张表里，就能算投产比。店铺空着表示全部店铺。没告诉的不猜。",
        "Tell us what goods, parcels, write-downs, slots and samples cost, and profit follows; advertising "
        "paid in cash or by grants goes into the same list. "
        "A blank shop means all shops. What is not told is never guessed.",
    ),
    columns=(
        Cell("成本项目", "cost_kind_code", code_of(COST_KIND), "cost item", _KIND, is_required=True),
        Cell("店铺", "shop_id", own_shop(), "shop", NO_SHOP, blank=("全部", "all")),
        Cell("商家编码", "sku_code", code(), "SKU", leads=True),
        Cell("款号", "style_code", code(), "style", leads=True),
        Cell("达人ID", "creator_id", code(), "creator", leads=True),
        Cell("直播场次", "live_session_id", code(), "session", leads=True),
        Cell("计费方式", "cost_basis_code", code_of(COST_BASIS), "charged", _BASIS),
        Cell(
            "金额(元)",
            "fen",
            yuan(),
            "amount (yuan)",
            _AMOUNT,
            is_required=True,
            takes_back=True,
            is_filled_in=True,
        ),
        Cell("生效日期", "valid_from_date", day(), "valid from", _DATE, is_required=True, is_filled_in=True),
        Cell("结束日期", "valid_until_date", day(), "until", _DATE),
    ),
    parts=(
        Part(
            GOODS,
            _IS_GOODS,
            {"unit_cost_fen": "fen"},
            {"cost_kind_code": "goods", "cost_basis_code": "per_unit"},
        ),
        Part(OTHERS, ~_IS_GOODS, {"cost_amount_fen": "fen"}),
    ),
    examples=(
        ("goods", "", "A1001-M", "", "", "", "per_unit", "38.50", "2026-01-01", ""),
        ("goods", "", "", "A1002", "", "", "per_unit", "52.00", "2026-01-01", ""),
        ("packing", "", "", "", "", "", "per_order", "1.20", "2026-01-01", ""),
        ("freight_out", "", "", "", "", "", "per_order", "3.50", "2026-01-01", ""),
        ("freight_back", "", "", "", "", "", "per_order", "6.00", "2026-01-01", ""),
        ("write_down", "", "", "", "", "", "per_unit", "5.00", "2026-01-01", ""),
        (
            "slot_fee",
            "s1",
            "",
            "",
            ("达人的平台ID", "their id on the platform"),
            "",
            "once",
            "20000.00",
            "2026-03-08",
            "2026-03-14",
        ),
        ("sample", "s1", "", "", "", "", "once", "860.00", "2026-03-01", "2026-03-31"),
        ("ad_cash", "s1", "", "", "", "", "once", "3000.00", "2026-03-08", "2026-03-08"),
        ("ad_grant", "s1", "", "", "", "", "once", "500.00", "2026-03-08", "2026-03-14"),
    ),
    checks=(
        Check(_BASIS, "计费方式", _bad_basis),
        Check(_LARGE, "金额(元)", _large),
        Check(_GOODS, "商家编码", _bad_goods),
        Check(_SHOP_MISSING, "店铺", _no_shop),
        Check(_WHOSE, "达人ID", _bad_whose),
        Check(_UNTIL, "结束日期", _bad_until),
    ),
    complete=_complete,
    goods={"cost_kind_code": "goods", "cost_basis_code": "per_unit"},
    cause=Cause("cost_entered", clocks=("cost",)),
    moves=_moves,
    metrics=("gross_profit", "contribution", "cost_coverage"),
    twice=_TWICE,
)
