"""The simulated back-office keeps the platform's quirks, and shares nothing with the parser."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import pytest
from wechat_cases import FIRST, NOW, read

from connectors.reading import recognise
from connectors.wechat_channels import PLATFORM, simulate, simulate_files
from simulator.history.market import Market


@pytest.fixture(scope="module")
def files(market: Market) -> list[dict[str, bytes]]:
    return [
        simulate.export_files(market, shop, NOW, FIRST.date(), NOW.date()) for shop in market.shops["shop_id"]
    ]


def test_there_is_a_download_of_each_known_header(files: list[dict[str, bytes]]) -> None:
    told = [
        [(found.kind, found.name) for found in (recognise(data).layout for data in shop.values())]
        for shop in files
    ]
    assert told == [
        [("orders", "64"), ("after_sales", "37"), ("funds", "12")],
        [("orders", "57"), ("after_sales", "37"), ("funds", "11")],
    ]


def test_headers_are_those_of_the_declared_layouts() -> None:
    """Written down twice on purpose; a slip in either copy shows here."""
    old = simulate_files._ORDER_57.split(",")
    new = [
        name for known in old for name in (known, *simulate_files._NEW_64.get(known, "").split(",")) if name
    ]
    funds = simulate_files._FUNDS_12.split(",")
    for kind, layout, header in (
        ("orders", "57", old), ("orders", "64", new),
        ("after_sales", "37", simulate_files._AFTER_SALES.split(",")), ("funds", "12", funds),
        ("funds", "11", [name for name in funds if name != "关联礼物单号"]),
    ):  # fmt: skip
        assert [column.header for column in PLATFORM.layout(kind, layout).columns] == header


def test_workbook_quirks(files: list[dict[str, bytes]]) -> None:
    text = zipfile.ZipFile(io.BytesIO(next(iter(files[0].values())))).read("xl/sharedStrings.xml").decode()
    for pattern in (
        r">¥\d+\.\d\d<",
        r">-<",
        r">无<",
        r">用户取消申请<",
        r">158\*\*\*\*0119<",
        r">颜色分类:[^<]+;尺码:[^<]+<",
    ):
        assert re.search(pattern, text), pattern


def test_text_quirks(files: list[dict[str, bytes]]) -> None:
    """GB18030, and ids behind a TAB."""
    data = next(iter(files[1].values()))
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    header, first, *_ = data.decode("gb18030").splitlines()
    assert header.startswith("订单号,") and first.startswith("\t37")


def test_only_the_days_asked_for_are_exported(market: Market) -> None:
    day = dt.date(2026, 7, 10)
    shop = market.shops["shop_id"][0]
    (orders,) = [
        read(data, name)
        for name, data in simulate.export_files(market, shop, NOW, day, day).items()
        if name.startswith("订单")
    ]
    assert orders.bronze["created_at"].dt.date().unique().to_list() == [day]
    assert simulate.export_files(market, shop, NOW, dt.date(2020, 1, 1), dt.date(2020, 1, 2)) == {}
