"""Day or month first, and whose clock: decided once per file, or the file is refused."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from tiktok_cases import as_csv, moment, read, sample_table

from connectors.tiktok_shop import PLATFORM
from contracts.errors import FileRefusedError

TIMES = ("Created Time", "Paid Time", "Shipped Time", "Cancelled Time")


def orders(*created: str, country: str | None = "Thailand", status: str = "Shipped") -> bytes:
    """An order file with one order per ``created``, all of one country (None = the column is not there)."""
    header, rows = sample_table()
    same = {**rows[0], **dict.fromkeys(TIMES, ""), "Order Status": status, "Country": country or ""}
    made = [
        {**same, "Order ID": f"57690000000000{number:04d}", "Created Time": text + "\t"}
        for number, text in enumerate(created, 1)
    ]
    return as_csv([name for name in header if country is not None or name != "Country"], made)


def created(data: bytes) -> list[object]:
    return read(data).bronze.sort("order_id")["created_at"].to_list()


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("Thailand", "03/08/2026 14:05:09", "2026-08-03 15:05:09"),
        ("ประเทศไทย", "03/08/2026 14:05:09", "2026-08-03 15:05:09"),
        ("Việt Nam", "03/08/2026 14:05:09", "2026-08-03 15:05:09"),
        ("Indonesia", "03/08/2026 23:30:00", "2026-08-04 00:30:00"),
        ("Malaysia", "03/08/2026 14:05:09", "2026-08-03 14:05:09"),
        ("MY", "03/08/2026 14:05:09", "2026-08-03 14:05:09"),
        ("United States", "03/08/2026 02:05:09 PM", "2026-03-09 05:05:09"),
        ("United States", "08/03/2026 12:00:00 AM", "2026-08-03 15:00:00"),
        ("Thailand", "2026/08/03 14:05:09", "2026-08-03 15:05:09"),
        ("Thailand", "2026-08-03 14:05", "2026-08-03 15:05:00"),
        ("United Kingdom", "2026-01-31 20:00:00", "2026-02-01 04:00:00"),
    ],
)
def test_the_country_decides(country: str, text: str, expected: str) -> None:
    assert created(orders(text, country=country)) == [moment(expected)]


def test_a_cell_above_twelve_decides_for_the_whole_file() -> None:
    assert created(orders("03/08/2026 10:00:00", "13/08/2026 10:00:00", country="Singapore")) == [
        moment("2026-08-03 10:00:00"),
        moment("2026-08-13 10:00:00"),
    ]
    assert created(orders("03/08/2026 10:00:00", "08/13/2026 10:00:00", country="Singapore")) == [
        moment("2026-03-08 10:00:00"),
        moment("2026-08-13 10:00:00"),
    ]
    # an account of a Thai shop signed in in American English: the cells are facts, the region only a habit;
    # the clock stays the region's
    assert created(orders("03/08/2026 10:00:00", "08/13/2026 10:00:00"))[0] == moment("2026-03-08 11:00:00")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (orders("03/08/2026 10:00:00", country="Singapore"), "day or month first"),
        (orders("13/08/2026 10:00:00", "08/13/2026 10:00:00"), "day or month first"),
        (orders("13/08/2026 10:00:00", country=None), "the region is not told"),
        (orders("2026-08-13 10:00:00", country="Atlantis"), "the region is not told"),
    ],
)
def test_what_can_be_read_two_ways_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read(data)
    assert (refused.value.rule, refused.value.facts["why"]) == ("AMBIGUOUS_DATES", why)
    assert refused.value.step_zh
    assert refused.value.step_en


def test_two_countries_in_one_file_are_refused() -> None:
    header, rows = sample_table()
    rows[0]["Country"] = "Malaysia"
    with pytest.raises(FileRefusedError, match=r"AMBIGUOUS_DATES.*MY、TH"):
        read(as_csv(header, rows))


def test_without_a_country_the_language_of_the_status_tells_it() -> None:
    for status, currency in (("จัดส่งแล้ว", "THB"), ("Perlu dikirim", "IDR")):
        reading = read(orders("03/08/2026 10:00:00", country=None, status=status))
        assert reading.bronze["created_at"].to_list() == [moment("2026-08-03 11:00:00")]
        assert PLATFORM.conform("orders", reading.bronze)["order"]["currency_code"].to_list() == [currency]


def test_a_cell_that_is_no_time_is_quarantined_not_guessed() -> None:
    reading = read(orders("03/08/2026 10:00:00", "soon", "31/02/2026 10:00:00"))
    assert reading.bronze.height == 1
    assert reading.quarantine.select("_row_number", "rule_name", "column_name").rows() == [
        (3, "BAD_TIME", "Created Time"),
        (4, "BAD_TIME", "Created Time"),
    ]


def test_an_hour_that_does_not_exist_is_no_time() -> None:
    reading = read(
        orders(
            "03/08/2026 02:30:00 AM",
            "03/08/2026 03:30:00 AM",
            "03/08/2026 01:30:00 AM",
            country="United States",
        )
    )
    assert reading.bronze["created_at"].to_list() == [
        moment("2026-03-08 18:30:00"),
        moment("2026-03-08 17:30:00"),
    ]
    assert reading.quarantine.select("_row_number", "rule_name").rows() == [(2, "BAD_TIME")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("income_20261120110500(UTC+7).xlsx", "2026-11-20 12:05:00"),
        ("income_20260908180508(UTC+8).xlsx", "2026-09-08 18:05:08"),
        ("income_20260612165533(UTC-7).xlsx", "2026-06-13 07:55:33"),
        # an untold zone is read as the easternmost market's, the earliest it can be
        ("All order-2026-05-13-10_38.csv", "2026-05-13 09:38:00"),
        ("Semua pesanan-2026-08-10-15_50 (1).csv", "2026-08-10 14:50:00"),
        ("All order-2026-09-16-17:01.csv", "2026-09-16 16:01:00"),
        ("all_20261101000000_20261120235959.csv", None),
        ("Onhold-unsettled-orders-2026_06_01-2026_06_12(UTC-7).xlsx", None),
        ("All order-2026-13-41-10_38.csv", None),
    ],
)
def test_the_export_moment_in_a_name(name: str, expected: str | None) -> None:
    found = PLATFORM.exported_at(name)
    assert found == (moment(expected) if expected else None)
    assert found is None or found.utcoffset() == dt.timedelta(hours=8)


def test_income_without_a_zone_is_on_the_clock_of_its_currency() -> None:
    header = ["Order/adjustment ID", "Type", "Order settled time", "Currency", "Total settlement amount"]

    def read_income(currency: str, settled: str) -> pl.Series:
        row = dict(zip(header, ["576900000000000131", "Order", settled, currency, "1.00"], strict=True))
        return read(as_csv(header, [row])).bronze["settled_at"]

    assert read_income("VND", "03/08/2026").to_list() == [moment("2026-08-03 01:00:00")]
    assert read_income("USD", "03/08/2026").to_list() == [moment("2026-03-08 16:00:00")]
    assert read_income("GBP", "2026/08/03").to_list() == [moment("2026-08-03 07:00:00")]
    for currency, settled in (("EUR", "2026/08/03"), ("GBP", "03/08/2026")):
        with pytest.raises(FileRefusedError, match="AMBIGUOUS_DATES"):
            read_income(currency, settled)
