"""The simulated back-office keeps the platform's quirks, and shares nothing with the parser."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import pytest
from kuaishou_cases import MARKET_NOW

from connectors.kuaishou import PLATFORM, simulate, simulate_files
from simulator.history.market import Market


@pytest.fixture(scope="module")
def files(market: Market) -> dict[str, bytes]:
    return simulate.export_files(
        market, "yunshan-kuaishou", MARKET_NOW, dt.date(2026, 6, 1), MARKET_NOW.date()
    )


def strings(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("xl/sharedStrings.xml").decode()


def test_there_is_a_download_of_each_known_header_and_no_other(files: dict[str, bytes]) -> None:
    assert [name.split("_")[0] for name in files] == ["订单导出", "结算账单", "动账明细", "运费险"]


def test_the_same_moment_gives_the_same_bytes(market: Market, files: dict[str, bytes]) -> None:
    again = simulate.export_files(
        market, "yunshan-kuaishou", MARKET_NOW, dt.date(2026, 6, 1), MARKET_NOW.date()
    )
    assert again == files


def test_order_file_quirks(market: Market) -> None:
    """The shop is the one whose coats cost more than a thousand yuan, so that its export has a thousands
    mark.
    """
    text = strings(
        next(
            iter(
                simulate.export_files(
                    market, "mailong-kuaishou", MARKET_NOW, dt.date(2026, 6, 1), MARKET_NOW.date()
                ).values()
            )
        )
    )
    for pattern in (
        r">¥\d,\d{3}\.\d\d<",
        r">￥0<",
        r">¥\d+\.\d\d<",
        r">30\.0%<",
        r">-<",
        r">13800138000<",
        r">交易关闭<",
        r">售后处理中<",
    ):
        assert re.search(pattern, text), pattern


def test_workbooks_declare_an_empty_range(files: dict[str, bytes]) -> None:
    for data in files.values():
        assert (
            '<dimension ref="A1:A1"/>'
            in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
        )


def test_large_downloads_are_cut_into_sheets_each_with_its_header(market: Market) -> None:
    data = next(
        iter(
            simulate.export_files(
                market, "xinggang-kuaishou", MARKET_NOW, dt.date(2026, 6, 1), MARKET_NOW.date()
            ).values()
        )
    )
    sheets = [
        name
        for name in zipfile.ZipFile(io.BytesIO(data)).namelist()
        if name.startswith("xl/worksheets/sheet")
    ]
    assert len(sheets) > 1
    assert strings(data).count(">订单号<") == 1  # shared text, referred to by every sheet
    position = strings(data).split("<si>").index("<t>订单号</t></si>")
    for sheet in sheets:
        assert (
            f'<c r="A1" t="s"><v>{position - 1}</v></c>'
            in zipfile.ZipFile(io.BytesIO(data)).read(sheet).decode()
        )


def test_headers_are_those_of_the_declared_layouts() -> None:
    """Written down twice on purpose; a slip in either copy shows here."""
    old = [name for name in simulate_files.HEADER_64 if name not in simulate_files.NEW_SINCE_2025]
    for kind, layout, header in (
        ("orders", "2026_64", simulate_files.HEADER_64), ("orders", "2025_61", old),
        ("settlements", "40", simulate_files.HEADER_SETTLEMENT),
        ("funds", "9", simulate_files.HEADER_FUNDS), ("insurance", "6", simulate_files.HEADER_INSURANCE),
    ):  # fmt: skip
        assert [column.header for column in PLATFORM.layout(kind, layout).columns] == header
