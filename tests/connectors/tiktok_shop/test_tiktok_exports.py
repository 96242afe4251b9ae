"""Rows that are not data, the formula, files damaged on the way, and the same file by another name."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from tiktok_cases import (
    CREATORS,
    INCOMES,
    ON_HOLD,
    ORDERS_TH,
    SAMPLES,
    as_csv,
    conformed,
    content,
    read,
    sample,
    sample_table,
)

from connectors.tiktok_shop.exports import clean
from contracts.errors import FileRefusedError


def test_described_and_repeated_rows_go_and_row_numbers_keep_their_gaps() -> None:
    table = pl.DataFrame(
        {"Order ID": ["Platform unique order ID.", "576\t", "Order ID", None, "-"],
            "Country": ["", "Thailand", "Country", "Thailand", "Thailand"],
         "Order Status": ["Current order status.", "Shipped", "Order Status", "Shipped", "Shipped"],
         "_row_number": [2, 3, 4, 5, 6]}
    )  # fmt: skip
    left = clean("orders", "order_sku_list", table)
    assert left["_row_number"].to_list() == [3, 5, 6], (
        "a row without a number is damaged, not a description: the reader names it"
    )
    assert set(left["Country"]) == {"TH"}


def test_two_downloads_pasted_together_are_the_same_orders() -> None:
    data = (SAMPLES / ORDERS_TH).read_bytes()
    once, twice = sample(ORDERS_TH), conformed(read(data + data))
    for table, key in (("order", "order_id"), ("order_line", "order_line_id")):
        assert content(twice[table], key).equals(content(once[table], key)), table


def test_a_block_that_stands_twice_in_an_income_file_is_paid_once() -> None:
    """A weekly export once held the whole previous block again."""
    header, *rows = (SAMPLES / INCOMES[2]).read_bytes().decode("utf-8-sig").rstrip("\n").split("\n")
    again = conformed(read(("\n".join([header, *rows, *rows]) + "\n").encode()))["settlement_entry"]
    assert again["settled_fen"].sum() == sample(INCOMES[2])["settlement_entry"]["settled_fen"].sum()


@pytest.mark.parametrize("name", [INCOMES[1], INCOMES[2], ORDERS_TH])
def test_separators_are_found_in_the_file(name: str) -> None:
    """One public importer met an income file with semicolons."""
    text = (SAMPLES / name).read_bytes().decode("utf-8-sig")
    for separator in (";", ","):
        out = io.StringIO()
        csv.writer(out, delimiter=separator, lineterminator="\n").writerows(
            csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ",")
        )
        for table, frame in conformed(read(out.getvalue().encode(), name)).items():
            assert frame.equals(sample(name)[table]), (separator, table)


@pytest.mark.parametrize("name", [ORDERS_TH, CREATORS])
def test_a_csv_saved_as_a_workbook_says_the_same(name: str) -> None:
    header, rows = sample_table(name)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_numbers": False, "strings_to_urls": False}
    ) as book:
        page = book.add_worksheet("anything")
        for number, cells in enumerate([header, *([row[name] for name in header] for row in rows)]):
            page.write_row(number, 0, cells)
    other = conformed(read(stream.getvalue(), "x.xlsx"))
    for table, frame in sample(name).items():
        assert other[table].drop("_observed_at").equals(frame.drop("_observed_at")), table


def test_numbers_that_went_through_a_spreadsheet_are_refused() -> None:
    header, rows = sample_table()
    ruined = [
        {**row, "Order ID": f"5769{number:02d}00000000000000", "SKU ID": "1729600000000000000"}
        for number, row in enumerate(rows)
    ]
    with pytest.raises(FileRefusedError, match="ID_PRECISION_LOST"):
        read(as_csv(header, ruined))


def test_a_number_in_scientific_notation_sets_its_row_aside() -> None:
    header, rows = sample_table()
    rows[2]["Order ID"] = "5.76E+17"
    reading = read(as_csv(header, rows))
    assert reading.quarantine.select("_row_number", "rule_name", "column_name").rows() == [
        (4, "ID_PRECISION_LOST", "Order ID")
    ]
    assert reading.bronze.height == len(rows) - 1


def test_a_us_file_without_the_orders_amount_is_refused_by_name() -> None:
    """As one public fixture is: nothing in it tells what the order cost."""
    header, rows = sample_table()
    with pytest.raises(FileRefusedError, match="Order Amount"):
        read(as_csv([name for name in header if name != "Order Amount"], rows))


def test_dongs_and_rupiahs_without_decimals_are_hundredths_all_the_same() -> None:
    header, rows = sample_table()
    made = [
        {
            **rows[0],
            "Country": "Vietnam",
            "Order Amount": "1,250,000",
            "SKU Subtotal After Discount": "1.250.000" if wrong else "1250000",
        }
        for wrong in (False, True)
    ]
    reading = read(as_csv(header, [made[0]]))
    order = conformed(reading)["order"]
    assert order.select("placed_fen", "currency_code").rows() == [(125_000_000, "VND")]
    assert read(as_csv(header, made)).quarantine["rule_name"].to_list() == ["BAD_MONEY"], (
        "points in threes are not read as commas"
    )


def test_what_is_on_hold_becomes_money_when_it_is_paid() -> None:
    """The entry on hold has a number of its own, so its payout is not its correction."""
    held = conformed(read((SAMPLES / ON_HOLD).read_bytes(), ON_HOLD))["settlement_entry"]
    assert held["settled_fen"].sum() == 0
    assert set(held["settlement_entry_id"]).isdisjoint(
        sample(INCOMES[0])["settlement_entry"]["settlement_entry_id"]
    )
