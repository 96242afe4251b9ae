"""A merchant's list of costs on its way in: one CSV for goods and everything beside them. A list with a wrong row is refused whole."""

from __future__ import annotations

from functools import partial

import polars as pl

from connectors.cells import read_id, read_yuan
from connectors.clocks import read_date
from contracts.codes import COST_BASIS, COST_KIND
from pipeline.entering import ListKind, import_list
from warehouse.costs import COSTS

#: Header of the list → what its cells are.
HEADER = {
    "成本项目": "kind", "店铺": "shop_id", "商家编码": "sku_code", "款号": "style_code", "达人ID": "creator_id", "直播场次": "live_session_id",
    "计费方式": "basis", "金额(元)": "amount", "生效日期": "valid_from_date", "结束日期": "valid_until_date",
}  # fmt: skip
TAKEN_BACK = "撤销"
#: Each kind with the ways it can be charged; the first is meant where none is said.
BASES = {
    "goods": ("per_unit",), "packing": ("per_order", "per_unit"), "freight_out": ("per_order", "per_unit"), "freight_back": ("per_order", "per_unit"),
    "write_down": ("per_unit",), "slot_fee": ("once",), "sample": ("once",), "ad_cash": ("once",),
    "ad_grant": ("once",),
}  # fmt: skip
LONGEST_DAYS = 366
#: More than this for one unit or order, and for all at once, is a slip of the pen; and sums of it stay within what a figure may be.
MOST_EACH_FEN, MOST_ONCE_FEN = 10**8, 10**11
_EXAMPLES = (
    ("商品成本", "", "A1001-M", "", "", "", "每件", "38.50", "2026-01-01", ""),
    ("商品成本", "", "", "A1002", "", "", "每件", "52.00", "2026-01-01", ""),
    ("打包费", "", "", "", "", "", "每单", "1.20", "2026-01-01", ""),
    ("发货运费", "", "", "", "", "", "每单", "3.50", "2026-01-01", ""),
    ("退货运费", "", "", "", "", "", "每单", "6.00", "2026-01-01", ""),
    ("退货折损", "", "", "", "", "", "每件", "5.00", "2026-01-01", ""),
    ("坑位费", "s1", "", "", "达人的平台ID", "", "一次性", "20000.00", "2026-03-08", "2026-03-14"),
    ("样品费", "s1", "", "", "", "", "一次性", "860.00", "2026-03-01", "2026-03-31"),
    ("推广现金", "s1", "", "", "", "", "一次性", "3000.00", "2026-03-08", "2026-03-08"),
    ("推广赠款", "s1", "", "", "", "", "一次性", "500.00", "2026-03-08", "2026-03-14"),
)

#: Rule → what is wrong with a row, and what to do.
RULES = {
    "COST_KIND": ("不认识的成本项目", "no such kind of cost", f"写成{'、'.join(COST_KIND.zh(k) for k in COST_KIND.values)}之一", "use a kind of the template"),
    "COST_BASIS": ("这个项目不能这样计费", "this kind is not charged that way", "每件、每单或一次性,见模板", "per unit, per order or once: see the template"),
    "COST_AMOUNT": ("金额应为不小于 0 的元,最多两位小数", "an amount is yuan of at most two decimals, not below 0", "改正金额;要撤销写「撤销」", "mend it"),
    "COST_LARGE": ("每件、每单超过 100 万元,或一次性超过 10 亿元,多半写错了", "a million yuan a unit is a slip of the pen", "核对金额", "check it"),
    "COST_DATE": ("日期无法识别", "not a date", "写成 2026-03-08;生效日期必填", "write 2026-03-08; a cost needs the day it is valid from"),
    "COST_CODE": ("编码被 Excel 改成了科学计数法,后几位已丢失", "a code was made a rounded number", "把这一列设为文本后重新填", "format the column as text"),
    "COST_GOODS": ("商品成本要有商家编码或款号,其他项目不填", "goods need a SKU or style code; nothing else has one", "补上或去掉编码", "add or remove it"),
    "COST_SHOP": ("没有这个店铺", "no such shop of yours", "写数据健康页上的店铺名,或店铺编号", "write the shop's name as on the data health page, or its id"),
    "COST_SHOP_MISSING": ("一次性的成本要写明店铺", "a cost charged once needs its shop", "填上店铺编号", "fill in the shop"),
    "COST_WHOSE": ("坑位费要写明达人ID或直播场次,推广随意,其他不填", "a slot fee needs its creator or session, advertising may", "补上或去掉", "mend"),
    "COST_UNTIL": ("结束日期只用于一次性的成本,不早于生效日期,最多 366 天", "only a cost charged once ends, within 366 days", "改价另写一行新日期", "mend it"),
    "COST_TWICE": ("同一项目、同一天写了两次", "the same cost stands twice for one day", "只留一行", "keep one of the rows"),
}  # fmt: skip
#: Rules of cells that cannot be read, whichever of the row's it is; and the others' columns where one can be named.
_UNREAD = ("COST_CODE", "COST_DATE")
_BLAMED = {
    "COST_KIND": "成本项目", "COST_BASIS": "计费方式", "COST_AMOUNT": "金额(元)", "COST_LARGE": "金额(元)", "COST_DATE": "生效日期", "COST_GOODS": "商家编码",
    "COST_SHOP": "店铺", "COST_SHOP_MISSING": "店铺", "COST_WHOSE": "达人ID", "COST_UNTIL": "结束日期",
}  # fmt: skip


def _read(told: pl.DataFrame) -> pl.DataFrame:
    """Rows as ``ListKind.read`` makes them, with ``is_back``."""
    columns = {item: told[item] for item in HEADER.values()}
    ids = {name: read_id(columns[name]) for name in ("shop_id", "sku_code", "style_code", "creator_id", "live_session_id")}
    days = {name: read_date(columns[name]) for name in ("valid_from_date", "valid_until_date")}
    is_back = (columns["amount"] == TAKEN_BACK).fill_null(False)
    fen, bad_fen = read_yuan(columns["amount"].set(is_back, None))
    kinds, bases = ({zh: code for code, (zh, _) in each.labels.items()} for each in (COST_KIND, COST_BASIS))
    return pl.DataFrame(
        {
            "row": told["row"],
            **{name: value for name, (value, _) in (ids | days).items()},
            "cost_kind_code": columns["kind"].replace_strict(kinds, default=None, return_dtype=pl.String),
            "cost_basis_code": columns["basis"].replace_strict(bases, default="?", return_dtype=pl.String).set(columns["basis"].is_null(), None),
            "fen": fen,
            "is_back": is_back,
            "bad_fen": bad_fen,
            **{f"bad_{name}": bad for name, (_, bad) in (ids | days).items()},
            **{label: columns[item] for label, item in HEADER.items()},
        }
    ).with_columns(cost_basis_code=pl.coalesce("cost_basis_code", pl.col("cost_kind_code").replace_strict({k: v[0] for k, v in BASES.items()}, default=None)))


def _wrong(shops: set[str]) -> dict[str, pl.Expr]:
    """Rule → the rows that break it, in the order in which one is told."""
    kind, goods, once = pl.col("cost_kind_code"), pl.col("cost_kind_code") == "goods", pl.col("cost_basis_code") == "once"
    may = pl.any_horizontal((kind == name) & pl.col("cost_basis_code").is_in(list(bases)) for name, bases in BASES.items())
    has_goods = pl.any_horizontal(pl.col("sku_code", "style_code").is_not_null())
    has_whose = pl.any_horizontal(pl.col("creator_id", "live_session_id").is_not_null())
    until, days = pl.col("valid_until_date"), (pl.col("valid_until_date") - pl.col("valid_from_date")).dt.total_days()
    return {
        "COST_KIND": kind.is_null(),
        "COST_BASIS": ~may,
        "COST_CODE": pl.any_horizontal(f"bad_{name}" for name in ("shop_id", "sku_code", "style_code", "creator_id", "live_session_id")),
        "COST_AMOUNT": pl.col("bad_fen") | (~pl.col("is_back") & (pl.col("fen").is_null() | (pl.col("fen") < 0))),
        "COST_LARGE": pl.col("fen") > pl.when(once).then(MOST_ONCE_FEN).otherwise(MOST_EACH_FEN),
        "COST_DATE": pl.col("bad_valid_from_date") | pl.col("bad_valid_until_date") | pl.col("valid_from_date").is_null(),
        "COST_GOODS": goods != has_goods,
        "COST_SHOP": pl.col("shop_id").is_not_null() & ~pl.col("shop_id").is_in(sorted(shops)),
        "COST_SHOP_MISSING": once & pl.col("shop_id").is_null(),
        "COST_WHOSE": ((kind == "slot_fee") != has_whose) & ~(kind.is_in(["ad_cash", "ad_grant"]) & has_whose),
        "COST_UNTIL": until.is_not_null() & (~once | (days < 0) | (days >= LONGEST_DAYS)),
    }


def _split(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Unit costs and the others, as they are kept. A SKU says more than its style."""
    is_goods = pl.col("cost_kind_code") == "goods"
    amount = pl.when(~pl.col("is_back")).then("fen")
    goods = rows.filter(is_goods).select(
        "row", "valid_from_date", "shop_id", "sku_code", style_code=pl.when(pl.col("sku_code").is_null()).then("style_code"), unit_cost_fen=amount
    )
    others = rows.filter(~is_goods).select(
        "row", "cost_kind_code", "cost_basis_code", "valid_from_date", "shop_id", "creator_id", "live_session_id", "valid_until_date", cost_amount_fen=amount
    )
    return goods, others


COST_LIST = ListKind("COST", "成本", "costs", COSTS, HEADER, _EXAMPLES, RULES, _read, _wrong, _UNREAD, _BLAMED, _split)

import_costs = partial(import_list, COST_LIST)
