"""The simulator keeps to itself and to the platform's quirks."""

import ast
import datetime as dt
import time
from pathlib import Path

from taobao_cases import NOW

from connectors.taobao import simulate
from connectors.taobao.simulate import export_files
from connectors.taobao.simulate_files import HEADERS
from simulator.history.market import Market

FOLDER = Path(simulate.__file__).parent
FORBIDDEN = {"conform", "lines", "ledgers", "words", "exports", "api", "top"}


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return named | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }


def test_simulator_and_parser_share_no_belief() -> None:
    files = sorted(FOLDER.glob("simulate*.py"))
    assert len(files) == 5
    for path in files:
        for name in _imports(path):
            parts = name.split(".")
            assert not (parts[:2] == ["connectors", "taobao"] and parts[2] in FORBIDDEN), (path.name, name)
            assert parts[:2] not in (
                ["connectors", "base"],
                ["connectors", "cells"],
                ["connectors", "tabular"],
                ["connectors", "reading"],
            )
        assert "columns.csv" not in path.read_text(encoding="utf-8").replace("``columns.csv``", "")
    for path in FOLDER.glob("*.py"):
        if not path.name.startswith("simulate"):
            assert not any("simulat" in name for name in _imports(path)), path.name


def test_files_have_the_platforms_quirks(market: Market, shop_ids: list[str]) -> None:
    files = export_files(market, shop_ids[0], NOW, NOW.date(), NOW.date())
    live = ["直播分场次202611241200.xlsx", "直播订单明细202611241200.xlsx"]
    assert list(files) == [
        "ExportOrderList202611241200.csv", "ExportOrderDetailList202611241200.csv",
        "退款管理202611241200.xlsx", "支付宝账务明细202611241200.csv", "商品列表202611241200.xlsx",
    ], "nobody was on air that day"  # fmt: skip
    assert set(live) <= set(
        export_files(market, shop_ids[0], NOW, NOW.date() - dt.timedelta(days=9), NOW.date())
    )
    orders = files["ExportOrderList202611241200.csv"].decode("gbk")
    assert orders.split("\r\n")[0].startswith('"订单编号","买家会员名"')
    assert '"收货地址 "' in orders
    assert '\r\n="' in orders
    assert '"0元"' in orders
    assert '"\'null"' in orders
    assert '"无退款申请"' in files["ExportOrderDetailList202611241200.csv"].decode("gbk")
    other = export_files(market, shop_ids[1], NOW, NOW.date(), NOW.date())
    assert {"ItemList202611241200.csv", "退款管理202611241200.csv"} <= set(other)


def test_headers_have_the_widths_of_their_sources() -> None:
    assert {name: len(header) for name, header in HEADERS.items()} == {
        "order": 71, "item": 18, "item_list": 24, "refund": 51, "old_refund": 39, "session": 18,
        "live_order": 17, "alipay": 13, "wechat_8": 8, "wechat_14": 14,
        "ad_account": 26, "ad_scene": 6, "sycm": 34, "product": 10,
    }  # fmt: skip


def test_period_is_kept(market: Market, shop_ids: list[str]) -> None:
    day = NOW.date()
    one = export_files(market, shop_ids[1], NOW, day, day)["ItemList202611241200.csv"].decode("gbk")
    created = [line.split(",")[17].strip('"')[:10] for line in one.split("\r\n")[1:-1]]
    assert set(created) == {day.isoformat()}


def test_exporting_is_fast(market: Market, shop_ids: list[str]) -> None:
    export_files(market, shop_ids[0], NOW, NOW.date(), NOW.date())
    started = time.perf_counter()
    export_files(market, shop_ids[0], NOW, NOW.date().replace(month=10, day=1), NOW.date())
    assert time.perf_counter() - started < 3.0
