"""A row that breaks the data contract is told in the words of its file: header, value and row, and what is
demanded.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from intake_case import DUE, ID, QTY
from intake_files import after_sales, column, data, order_id, orders

from connectors.base import platforms
from connectors.mapped import source
from connectors.mapping.model import MappingFile
from connectors.reading import Origin, read_file
from contracts.intake import ROW_RULES
from pipeline.build.loading import load_kind, quarantine_rows
from warehouse.ops import EXPORT

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def quarantined(content: bytes, mapping: MappingFile | None = None) -> pl.DataFrame:
    mappings = (source("other", [mapping]),) if mapping else ()
    reading = read_file(content, Origin("m1", "s1", "e" * 64, "a.csv", AT), mappings=mappings)
    platform = mappings[0] if mapping else platforms()[reading.layout.platform]
    row = {
        "export_id": "e" * 64,
        "merchant_id": "m1",
        "shop_id": "s1",
        "platform_code": platform.code,
        "kind_code": reading.layout.kind,
        "source_code": "file",
    }
    exports = EXPORT.shape(pl.DataFrame([row]))
    return quarantine_rows(
        load_kind(Path(), platform, reading.layout.kind, exports, {("s1", "e" * 64): reading})
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "row", "header", "cell"),
    [
        (data(orders(**{QTY: "-1"})), 2, QTY, "-1"),
        (data(orders(**{DUE: "−12.50"})), 2, DUE, "-12.50"),
        (data(after_sales(**{"退商品金额（元）": "-159.90"})), 2, "退款金额", "-159.90"),
    ],
)
def test_a_broken_contract_names_the_files_header_and_its_value(
    content: bytes, row: int, header: str, cell: str
) -> None:
    told = {
        (one["rule_name"], one["row_number"], one["column_name"], one["cell_name"]): one
        for one in quarantined(content).iter_rows(named=True)
    }
    message = told["CONTRACT", row, header, cell]["message_name"].replace("0.00", "0")
    assert ROW_RULES["CONTRACT"].zh in message and "不能小于 0 / not below 0" in message


def test_an_id_like_our_own_is_named() -> None:
    (told,) = quarantined(data(column(orders(2), "子订单编号", ["cost:1", order_id(1)]))).iter_rows(
        named=True
    )
    assert (told["row_number"], told["column_name"], told["cell_name"]) == (
        2,
        "子订单编号",
        "cost:1",
    ) and "our own ids" in told["message_name"]
    assert told["column_name"] != ID


def test_a_mapped_table_is_told_in_its_own_headers() -> None:
    mapping = MappingFile.model_validate(
        {
            "name": "mine", "kind": "orders", "zh": "我的", "en": "mine", "platform": "shop",
            "origin": "a table made up for this test",
            "signature": ["单号", "实收"], "columns": {
                "order_id": "单号", "paid_fen": "实收", "paid_at": "付款时间", "order_line_id": "明细号"},
        }
    )  # fmt: skip
    table = [
        ["单号", "实收", "付款时间", "明细号"],
        ["A1", "5.00", "2026-10-12 20:15:03", "cost:9"],
        ["A2", "5.00", "2026-10-12 20:15:03", "A2-1"],
    ]
    (told,) = quarantined(data(table), mapping).iter_rows(named=True)
    assert (told["row_number"], told["column_name"], told["cell_name"]) == (2, "明细号", "cost:9")
