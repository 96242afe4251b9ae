"""Files as they come through merchants' hands: with lines before the header, saved again, loaded twice, cut
or damaged.
"""

from __future__ import annotations

import csv
import datetime as dt
import io

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from jd_cases import LINEAGE, NOW, SAMPLES, conformed, fen, read, sample

from connectors.jd.simulate import export_files
from contracts.errors import FileRefusedError
from simulator.history.market import Market

ORDERS, BILL = "19453840_2016_30.csv", "wallet_23.csv"
KEYS = {
    "order": "order_id",
    "order_line": "order_line_id",
    "settlement_entry": "settlement_entry_id",
    "refund_line": "refund_id",
}


def _rows(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO((SAMPLES / name).read_bytes().decode("gbk"))))


def _text(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> None:
    for table, frame in one.items():
        left, right = frame.drop(LINEAGE).sort(KEYS[table]), other[table].drop(LINEAGE).sort(KEYS[table])
        assert left.equals(right), table


@pytest.mark.parametrize("name", [ORDERS, BILL])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_any_encoding_is_the_same_file(name: str, encoding: str) -> None:
    _same(sample(name), conformed(read(_text(_rows(name)).encode(encoding), name)))


@pytest.mark.parametrize("name", [ORDERS, BILL])
def test_a_csv_put_into_a_workbook_says_the_same(name: str) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    ) as book:
        page = book.add_worksheet()
        for number, row in enumerate(_rows(name)):
            page.write_row(number, 0, row)
    _same(sample(name), conformed(read(stream.getvalue(), "x.xlsx")))


def test_lines_before_the_header_are_passed_over() -> None:
    rows = [["#京东钱包账单"], ["#账期", "2026-11-01 至 2026-11-22"], [], *_rows(BILL)]
    reading = read(_text(rows).encode("gbk"), BILL)
    _same(sample(BILL), conformed(reading))
    assert reading.bronze["_row_number"].min() == 5


def test_totals_behind_the_rows_are_no_rows() -> None:
    rows = _rows(BILL)
    width, money = len(rows[0]), rows[0].index("金额")
    total = ["合计"] + [""] * (width - 1)
    total[money] = "1234.56"
    _same(sample(BILL), conformed(read(_text([*rows, total]).encode("gbk"), BILL)))


@pytest.mark.parametrize("name", [ORDERS, BILL])
def test_two_downloads_pasted_together_count_orders_once(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    once, twice = sample(name), conformed(read(data + data, name))
    if name == ORDERS:
        assert fen(twice["order"], "paid_fen") == fen(once["order"], "paid_fen")
    # the same fee of the same document and day twice in one file cannot be told from two pieces of it: both
    # are kept, and seen
    else:
        assert twice["settlement_entry"].height == 2 * once["settlement_entry"].height


def test_numbers_a_spreadsheet_has_ruined_set_their_rows_aside() -> None:
    rows = _rows(ORDERS)
    rows[1][rows[0].index("商品ID")] = "1.0110E+13"
    reading = read(_text(rows).encode("gbk"), ORDERS)
    assert reading.quarantine.select("_row_number", "rule_name", "column_name").rows() == [
        (2, "ID_PRECISION_LOST", "商品ID")
    ]
    assert reading.rows_read == reading.bronze.height + 1


def test_a_file_without_its_amount_is_refused_by_name() -> None:
    rows = _rows(ORDERS)
    rows[0][rows[0].index("应付金额")] = "某列"
    with pytest.raises(FileRefusedError, match="应付金额"):
        read(_text(rows).encode("gbk"), ORDERS)


def test_downloads_of_the_market_loaded_twice_are_the_same_once(market: Market, shop_ids: list[str]) -> None:
    """The keys do not change with the day of the download, so a later one is another observation of the same
    things.
    """
    today, before = (
        export_files(market, shop_ids[0], at, NOW.date() - dt.timedelta(days=60), at.date())
        for at in (NOW, NOW - dt.timedelta(days=1))
    )
    for start, tables in (("对账单", ("settlement_entry", "refund_line")), ("", ("order", "order_line"))):
        new, old = (
            next(
                data
                for name, data in files.items()
                if (name.startswith(start) if start else name[0].isdigit())
            )
            for files in (today, before)
        )
        one, two, earlier = conformed(read(new)), conformed(read(new)), conformed(read(old))
        for table in tables:
            assert one[table].drop("_export_id").equals(two[table].drop("_export_id"))
            assert one[table][KEYS[table]].is_unique().all()
            settled = earlier[table].filter(~pl.col(KEYS[table]).str.ends_with(":open"))
            assert set(settled[KEYS[table]]) <= set(one[table][KEYS[table]]), table
