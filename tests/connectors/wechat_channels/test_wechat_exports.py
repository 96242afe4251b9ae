"""What surrounds the cells: names, totals, headers of outside files."""

from __future__ import annotations

import csv
import io
import json

import polars as pl
import pytest
from wechat_cases import SAMPLES, THIRD_PARTY, moment, read

from connectors.reading import recognise
from connectors.wechat_channels.exports import clean, exported_at
from contracts.errors import FileRefusedError


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("订单20260720213000.xlsx", "2026-07-20 21:30:00"),
        ("orders_64_20260720213000.xlsx", "2026-07-20 21:30:00"), ("订单列表.xlsx", None),
        ("3730049440287691377.xlsx", None), ("订单_20261332000000.csv", None),
        ("20260701_20260720.csv", None),
    ],
)  # fmt: skip
def test_a_moment_of_fourteen_digits_is_the_exports(name: str, told: str | None) -> None:
    assert exported_at(name) == (moment(told) if told else None)


def test_totals_repeated_headers_and_notes_are_no_rows() -> None:
    table = pl.DataFrame(
        {"订单号": ["1", " 合计", "\t订单号", "# 说明", "2"], "_row_number": [2, 3, 4, 5, 6]}
    )
    assert clean("orders", "64", table)["_row_number"].to_list() == [2, 6]
    funds = pl.DataFrame({"流水单号": ["F1", "总计"], "_row_number": [2, 3]})
    assert clean("funds", "12", funds)["_row_number"].to_list() == [2]


@pytest.mark.skipif(not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository")
def test_outside_headers_are_our_layouts() -> None:
    told = json.loads((THIRD_PARTY / "headers.json").read_bytes())
    headers = [
        *told["orders"].values(),
        next(value for name, value in told.items() if name.startswith("orders 2023")),
    ]
    found = []
    for header in headers:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([header, ["1"] * len(header)])
        layout = recognise(out.getvalue().encode()).layout
        assert {name for name in header} <= {column.header for column in layout.columns}
        found.append((layout.platform, layout.kind, layout.name))
    assert found == [("wechat_channels", "orders", name) for name in ("57", "64", "2024")]


def test_an_answer_saved_as_a_file_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="JSON_NOT_TABLE"):
        read((SAMPLES / "order_get.json").read_bytes())


def test_money_with_marks_and_commas_and_ids_with_tabs_are_read() -> None:
    text = (
        (SAMPLES / "orders_57.csv")
        .read_bytes()
        .decode("gb18030")
        .replace("250.01,250.01", '"¥1,250.01",￥1250.01元', 1)
    )
    bronze = read(text.encode("gb18030")).bronze
    assert bronze.row(0, named=True)["order_paid_fen"] == bronze.row(0, named=True)["received_fen"] == 125001
    assert bronze["order_id"].to_list()[0] == "3730049440287695517"
