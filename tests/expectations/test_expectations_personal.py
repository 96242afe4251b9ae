"""Personal data is found in any text column of any stored table, and style numbers that look like phones hold
nothing back.
"""

# ruff: noqa: S608 - the faults are SQL

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest
from expectation_cases import EVERY_TABLE, broken, order_id

from expectations.personal import text_columns
from warehouse.sql import literal

Plant = Callable[..., duckdb.DuckDBPyConnection]
RULE = "NO_PERSONAL_DATA"
LINE = f"shop_id = 's1' AND order_line_id = '{order_id('s1', 0)}0'"

PERSONAL = {
    "a phone": ("gold.fct_order_line", "province_name", "13812345678"),
    "a phone in words": ("bronze.douyin__orders", "cancel_reason_text", "拍错了,打13812345678谢谢"),
    "a phone with blanks": ("gold.fct_order_line", "province_name", "138 1234 5678"),
    "a phone with a country": ("gold.fct_order_line", "province_name", "+86 138-1234-5678"),
    "a phone with dots": ("gold.fct_order_line", "province_name", "138.1234.5678"),
    "a phone in fours": ("gold.fct_order_line", "province_name", "1381 234 5678"),
    "an e-mail": ("bronze.douyin__orders", "cancel_reason_text", "拍错了 zhang.san@example.com"),
    "a masked phone": ("gold.fct_order_line", "product_name", "138****5678"),
    "a phone in a title that says so": ("gold.fct_order_line", "product_name", "大衣 客服电话:13812345678"),
    "an id card": ("gold.fct_order_line", "province_name", "44010619900307123X"),
    "an id card in a title": ("gold.fct_order_line", "product_name", "大衣 440106199003071234"),
    "an address": ("gold.fct_order_line", "province_name", "广东省广州市白云区三元里大道18号2栋"),
    "an address in a status": (
        "bronze.douyin__orders",
        "order_status_text",
        "浙江省杭州市余杭区仓前街道绿汀路1号楼",
    ),
}
HARMLESS = {
    "a style number like a phone": ("product_name", "羊毛大衣 15812345678"),
    "a colour like a phone": ("color_name", "15812345678"),
    "a style number with its size": ("product_name", "15812345678-M 黑色"),
    "an order number": ("province_name", "6917926768823643751"),
    "twelve digits": ("province_name", "138123456789"),
    "a phone's digits inside a code": ("province_name", "YS13812345678B"),
    "eighteen digits that are no id card": ("province_name", "691792676882364375"),
    "a place": ("province_name", "广东省广州市白云区"),
    "a weight": ("size_name", "L【建议100-115斤】"),
    "a phone as a code": ("sku_code", "13812345678"),
    "a merchant's own address in a title": ("product_name", "广州市白云区石井街道8号仓清仓"),
}


def planted(table: str, column: str, cell: str) -> str:
    where = LINE if "order_line" in table or "line" in table else "_row_number = 2"
    return f"UPDATE {table} SET {column} = {literal(cell)} WHERE {where}"


@pytest.mark.parametrize("case", PERSONAL)
def test_personal_data_is_found_and_not_repeated(memory: Plant, case: str) -> None:
    table, column, cell = PERSONAL[case]
    found = broken(memory(planted(table, column, cell)))
    assert set(found) == {(table, RULE)}
    (row,) = found[table, RULE]
    assert row["columns_name"] == column
    assert row["merchant_id"] == "m1"
    assert cell not in str(found)


@pytest.mark.parametrize("case", HARMLESS)
def test_what_only_looks_like_it_passes(memory: Plant, case: str) -> None:
    column, cell = HARMLESS[case]
    assert set(broken(memory(planted("gold.fct_order_line", column, cell)))) == set()


@pytest.mark.parametrize(
    ("column", "cell"),
    [("cell_name", "收件人电话 13812345678"), ("row_json", '{"收货地址": "广东省广州市白云区景泰街12号"}')],
)
def test_a_quarantined_row_is_looked_at_too(memory: Plant, column: str, cell: str) -> None:
    found = broken(memory(f"UPDATE ops.quarantine SET {column} = {literal(cell)}"))
    assert set(found) == {("ops.quarantine", RULE)}


def test_every_text_a_person_wrote_is_scanned() -> None:
    scanned = {table.full_name: set(text_columns(table)) for table in EVERY_TABLE if text_columns(table)}
    assert {"reason_text", "reason_label_text", "ship_state_text"} <= scanned["bronze.douyin__after_sales"]
    assert {"product_name", "color_name", "province_name"} <= scanned["silver.order_line"]
    assert scanned["gold.mart_live_session"] == {"live_account_name", "session_name"}
    assert not [
        name for names in scanned.values() for name in names if name.endswith(("_id", "_code", "_key"))
    ]
