"""The simulated Seller Center keeps the platform's quirks, and shares nothing with the parser."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import polars as pl
import pytest
from tiktok_cases import MARKET_NOW, THIRD_PARTY, moment, read

from connectors.tiktok_shop import PLATFORM, simulate, simulate_files
from simulator.history.market import Market
from simulator.history.platforms import thb_satang_per_fen

FIRST = dt.date(2026, 5, 1)


@pytest.fixture(scope="module")
def files(market: Market, shop_ids: list[str]) -> list[dict[str, bytes]]:
    return [
        simulate.export_files(market, shop_id, MARKET_NOW, FIRST, MARKET_NOW.date()) for shop_id in shop_ids
    ]


def strings(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("xl/sharedStrings.xml").decode()


def test_there_is_a_download_of_each_known_header_and_no_other(files: list[dict[str, bytes]]) -> None:
    # local time of the shop: an hour behind Beijing's
    assert list(files[0]) == [
        "All order-2026-07-20-20_30.csv",
        "all_20260501000000_20260720235959.csv",
        "income_20260720203000(UTC+7).xlsx",
    ]
    assert next(iter(files[1])) == "All order-2026-07-20-20_30.xlsx"


def test_names_tell_the_moment_of_export(files: list[dict[str, bytes]]) -> None:
    orders, _, income = (PLATFORM.exported_at(name) for name in files[0])
    assert income == MARKET_NOW
    assert orders == moment("2026-07-20 19:30:00"), "an untold zone is read as the earliest it can mean"


def test_order_file_quirks(files: list[dict[str, bytes]]) -> None:
    text = next(iter(files[0].values()))
    assert text.startswith(b"\xef\xbb\xbfOrder ID,Order Status,")
    header, first, *_ = text.decode("utf-8-sig").splitlines()
    assert len(header.split(",")) == 54
    assert re.match(r"\d{18}\t,", first)
    assert re.search(r",\d\d/\d\d/2026 \d\d:\d\d:\d\d\t,", first)
    assert "Platform unique order ID." not in text.decode("utf-8-sig")


def test_the_workbook_is_described_in_its_second_row_and_speaks_the_accounts_language(
    files: list[dict[str, bytes]],
) -> None:
    data = next(iter(files[1].values()))
    assert {"Platform unique order ID.", "จัดส่งแล้ว", "ยกเลิกแล้ว"} <= set(
        re.findall(r"<t[^>]*>([^<]*)</t>", strings(data))
    )
    reading = read(data, next(iter(files[1])))
    assert reading.bronze["_row_number"].min() == 3


def test_workbooks_declare_an_empty_range(files: list[dict[str, bytes]]) -> None:
    for name, data in (item for shop in files for item in shop.items() if item[0].endswith(".xlsx")):
        book = zipfile.ZipFile(io.BytesIO(data))
        sheets = [sheet for sheet in book.namelist() if sheet.startswith("xl/worksheets/sheet")]
        assert all('<dimension ref="A1:A1"/>' in book.read(sheet).decode() for sheet in sheets), name


def test_order_amounts_repeat_on_every_line(files: list[dict[str, bytes]]) -> None:
    bronze = read(next(iter(files[0].values()))).bronze
    of_order = bronze.group_by("order_id").agg(
        pl.len(), pl.col("order_amount_fen").n_unique().alias("amounts")
    )
    assert of_order.filter(pl.col("len") > 1).height > 20
    assert set(of_order["amounts"]) == {1}


def test_the_same_moment_gives_the_same_bytes(
    market: Market, shop_ids: list[str], files: list[dict[str, bytes]]
) -> None:
    for shop_id, found in zip(shop_ids, files, strict=True):
        assert simulate.export_files(market, shop_id, MARKET_NOW, FIRST, MARKET_NOW.date()) == found


def test_only_the_days_asked_for_are_exported(market: Market, shop_ids: list[str]) -> None:
    day = dt.date(2026, 7, 10)
    found = simulate.export_files(market, shop_ids[0], MARKET_NOW, day, day)
    orders = read(next(data for name, data in found.items() if name.startswith("All order")))
    assert orders.bronze["created_at"].dt.date().unique().to_list() == [day]
    assert (
        simulate.export_files(market, shop_ids[0], MARKET_NOW, dt.date(2020, 1, 1), dt.date(2020, 1, 2)) == {}
    )


def test_headers_belong_to_declared_layouts() -> None:
    """Written down twice on purpose; a slip in either copy shows here."""
    for kind, layout, header in (
        ("orders", "order_sku_list", simulate_files.ORDER_HEADER),
        ("affiliate_orders", "creator_orders", simulate_files.AFFILIATE_HEADER),
        ("settlements", "income", [name.strip() for name in simulate_files.INCOME_HEADER]),
    ):  # fmt: skip
        assert set(header) <= {column.header.strip() for column in PLATFORM.layout(kind, layout).columns}


@pytest.mark.skipif(not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository")
def test_the_first_columns_are_those_of_the_outside_header() -> None:
    header = (
        (THIRD_PARTY / "HEADER_order_OrderSKUList_first37of54.csv").read_text("utf-8-sig").strip().split(",")
    )
    assert simulate_files.ORDER_HEADER[:37] == header


def test_both_copies_of_the_markets_rate_are_one(market: Market, shop_ids: list[str]) -> None:
    """The connector's simulator may not import the market's rate, so it has its own."""
    lines = market.lines_at(shop_ids[0], MARKET_NOW).unique("created_at").head(200)
    from connectors.tiktok_shop.simulate_words import satang

    told = lines.select(day=pl.col("created_at").dt.date(), fen="placed_fen", satang=satang("placed_fen", 4))
    assert len({thb_satang_per_fen(day) for day in told["day"]}) == 2
    assert [fen * thb_satang_per_fen(day) for day, fen, _ in told.rows()] == told["satang"].to_list()
