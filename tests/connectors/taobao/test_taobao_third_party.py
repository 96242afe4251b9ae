"""Files nobody here wrote: each is read, or refused for a stated reason."""

import polars as pl
import pytest
from taobao_cases import THIRD_PARTY, conformed, fen, read

from connectors.reading import Reading
from contracts.errors import FileRefusedError


def _read(path: str) -> Reading:
    file = THIRD_PARTY / path
    if not file.exists():
        pytest.skip(f"third-party sample not here: {path}")
    return read(file.read_bytes(), file.name)


def test_tmall_report_of_february_2020_to_the_fen() -> None:
    reading = _read("tmall_2020/tmall_order_report.csv")
    assert (reading.layout.name, reading.rows_read, reading.quarantine.height) == ("report_2020", 28010, 0)
    order = conformed(reading)["order"]
    assert order.height == 28010
    assert order["paid_at"].drop_nulls().len() == 24087
    assert fen(order, "paid_fen") == 247482307
    assert fen(order, "stated_refund_fen") == 57233592
    assert fen(order, "paid_fen") - fen(order, "stated_refund_fen") == 190248715
    assert order["province_name"].null_count() == 0
    assert order["province_name"].n_unique() == 31


def test_tmall_report_pays_what_was_due_in_every_row() -> None:
    order = conformed(_read("tmall_2020/tmall_order_report.csv"))["order"].filter(
        pl.col("paid_at").is_not_null()
    )
    assert (order["paid_fen"] == order["placed_fen"]).all()


def test_raw_row_of_2017() -> None:
    reading = _read("taobao/ExportOrderList_2017_redacted.csv")
    assert reading.layout.name == "2017"
    row = conformed(reading)["order"].row(0, named=True)
    assert (row["order_id"], row["order_status_code"], row["paid_fen"], row["stated_refund_fen"],
        row["province_name"]) == (
        "35153131473293579", "paid", 20112, 0, "广东省",
    )  # fmt: skip
    assert "收货地址" in reading.dropped_columns


def test_item_list_of_2026() -> None:
    row = conformed(_read("taobao/ItemList_2026_a.csv"))["order_line"].row(0, named=True)
    assert (
        row["order_line_id"],
        row["order_id"],
        row["order_status_code"],
        row["paid_fen"],
        row["unit_price_fen"],
    ) == ("F1", "F500", "finished", 7500, 100000)
    assert (row["stated_refund_fen"], row["refund_status_code"], row["color_name"], row["sku_code"]) == (
        0,
        "none",
        "胡桃木1.8米",
        "23210020201",
    )


def test_partial_refund_of_an_order_with_two_items() -> None:
    line = conformed(_read("taobao/ItemList_2026_partial_refund.csv"))["order_line"]
    assert line.select("order_line_id", "order_status_code", "paid_fen", "stated_refund_fen").rows() == [
        ("T1", "closed_refunded", 90688, 90688),
        ("T2", "finished", 263673, 0),
    ]


def test_a_file_that_is_no_order_export_is_refused() -> None:
    with pytest.raises(FileRefusedError) as refused:
        _read("taobao/taobao_book_orders_gbk.csv")
    assert refused.value.rule in {"UNKNOWN_LAYOUT", "MISSING_COLUMN"}, "no order number"


def test_alipays_account_detail_to_the_fen() -> None:
    """Four lines of preamble, the header on row 5, full-width brackets in it."""
    reading = _read("taobao/alipay_account_detail.csv")
    assert (reading.layout.kind, reading.layout.name, reading.rows_read, reading.quarantine.height) == (
        "funds",
        "alipay",
        1,
        0,
    )
    assert reading.bronze["_row_number"].to_list() == [6]
    assert reading.dropped_columns == ["备注", "对方账号"]
    frames = conformed(reading)
    fund = frames["fund_entry"].row(0, named=True)
    assert (fund["fund_entry_id"], fund["fund_type_code"], fund["moved_fen"], fund["balance_fen"]) == (
        "1570757242119060731",
        "sale",
        14692,
        100000,
    )
    entry = frames["settlement_entry"].row(0, named=True)
    assert (entry["order_id"], entry["settlement_type_code"], entry["settled_fen"]) == (
        "5116032541422009305",
        "sale",
        14692,
    )
