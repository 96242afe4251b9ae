"""A merchant's list of goods received and counted: a SKU of a shop, a day, and how many units."""

from __future__ import annotations

import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from connectors.cells import read_id, read_int
from connectors.clocks import read_date
from contracts.codes import STOCK_KIND
from contracts.fields import TIME_ZONE
from pipeline.entering import ListKind, import_list
from warehouse.stock import STOCK

#: Header of the list → what its cells are.
HEADER = {"项目": "kind", "店铺": "shop_id", "商家编码": "sku_code", "日期": "stock_date", "件数": "qty"}
TAKEN_BACK = "撤销"
#: More units of one SKU in one shop than this are an order number in the wrong column.
MOST_UNITS = 10_000_000
_EXAMPLES = (
    ("到货", "s1", "A1001-M", "2026-03-01", "300"),
    ("到货", "s1", "A1001-M", "2026-03-12", "200"),
    ("到货", "s1", "A1001-L", "2026-03-01", "300"),
    ("盘点", "s1", "A1001-M", "2026-03-20", "41"),
    ("盘点", "s1", "A1001-L", "2026-03-20", "0"),
)
RULES = {
    "STOCK_KIND": ("不认识的项目", "no such kind", "写「到货」或「盘点」", "write 到货 (received) or 盘点 (counted)"),
    "STOCK_CODE": ("编码被 Excel 改成了科学计数法,后几位已丢失", "a code was made a rounded number", "把这一列设为文本后重新填", "format the column as text"),
    "STOCK_SHOP": ("没有这个店铺,或没有填", "no such shop of yours, or none", "写数据健康页上的店铺名,或店铺编号", "write the shop's name or id"),
    "STOCK_GOODS": ("没有填商家编码", "no SKU code", "填商家编码(SKU),和订单里的一样", "fill in the SKU code, as orders have it"),
    "STOCK_DATE": ("日期无法识别,或还没到", "not a date, or one to come", "写成 2026-03-08,不晚于今天", "write 2026-03-08, not later than today"),
    "STOCK_QTY": ("件数应为不小于 0 的整数", "units are a whole number, not below 0", "改正件数;要撤销写「撤销」", "mend it; write 撤销 to take an entry back"),
    "STOCK_TWICE": ("同一店铺、编码、项目、日期写了两次", "the same thing stands twice for one day", "合成一行", "make them one row"),
}  # fmt: skip
_BLAMED = {"STOCK_KIND": "项目", "STOCK_SHOP": "店铺", "STOCK_GOODS": "商家编码", "STOCK_DATE": "日期", "STOCK_QTY": "件数"}


def _read(told: pl.DataFrame) -> pl.DataFrame:
    columns = {item: told[item] for item in HEADER.values()}
    ids = {name: read_id(columns[name]) for name in ("shop_id", "sku_code")}
    day, bad_day = read_date(columns["stock_date"])
    is_back = (columns["qty"] == TAKEN_BACK).fill_null(False)
    units, bad_units = read_int(columns["qty"].set(is_back, None))
    kinds = {zh: code for code, (zh, _) in STOCK_KIND.labels.items()}
    return pl.DataFrame(
        {
            "row": told["row"],
            **{name: value for name, (value, _) in ids.items()},
            **{f"bad_{name}": bad for name, (_, bad) in ids.items()},
            "stock_kind_code": columns["kind"].replace_strict(kinds, default=None, return_dtype=pl.String),
            "stock_date": day,
            "bad_stock_date": bad_day,
            "entered_qty": units,
            "is_back": is_back,
            "bad_qty": bad_units,
            **{label: columns[item] for label, item in HEADER.items()},
        }
    )


def _wrong(shops: set[str]) -> dict[str, pl.Expr]:
    units, day = pl.col("entered_qty"), pl.col("stock_date")
    return {
        "STOCK_KIND": pl.col("stock_kind_code").is_null(),
        "STOCK_CODE": pl.col("bad_shop_id") | pl.col("bad_sku_code"),
        "STOCK_SHOP": pl.col("shop_id").is_null() | ~pl.col("shop_id").is_in(sorted(shops)),
        "STOCK_GOODS": pl.col("sku_code").is_null(),
        "STOCK_DATE": pl.col("bad_stock_date") | day.is_null() | (day > dt.datetime.now(ZoneInfo(TIME_ZONE)).date()),
        "STOCK_QTY": pl.col("bad_qty") | (~pl.col("is_back") & (units.is_null() | (units < 0) | (units > MOST_UNITS))),
    }


def _split(rows: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    return (rows.select("row", "shop_id", "sku_code", "stock_kind_code", "stock_date", "entered_qty"),)


STOCK_LIST = ListKind("STOCK", "库存", "stock", STOCK, HEADER, _EXAMPLES, RULES, _read, _wrong, ("STOCK_CODE",), _BLAMED, _split)

import_stock = partial(import_list, STOCK_LIST)
