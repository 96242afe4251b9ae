"""The simulator keeps to itself and to the platform's quirks."""

import ast
import datetime as dt
import time
from pathlib import Path

from jd_cases import NOW, THIRD_PARTY, read

from connectors.jd import simulate
from connectors.jd.simulate import export_files
from connectors.jd.simulate_files import WALLETS
from simulator.history.market import Market

FOLDER = Path(simulate.__file__).parent
FORBIDDEN = {"conform", "lines", "bills", "words", "exports", "api", "records", "gateway", "signing"}


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
    assert len(files) == 4
    for path in files:
        for name in _imports(path):
            parts = name.split(".")
            assert not (parts[:2] == ["connectors", "jd"] and parts[2] in FORBIDDEN), (path.name, name)
            assert parts[0] not in {"contracts", "transforms", "pipeline"}, (path.name, name)


def _files(market: Market, shop_id: str) -> dict[str, bytes]:
    return export_files(market, shop_id, NOW, NOW.date() - dt.timedelta(days=60), NOW.date())


def test_files_have_the_platforms_quirks(market: Market, shop_ids: list[str]) -> None:
    files = _files(market, shop_ids[0])
    orders = next(data for name, data in files.items() if name[0].isdigit()).decode("gbk")
    header, *rows = orders.split("\r\n")[:-1]
    assert header.startswith("订单号,商品ID,")
    assert header.endswith(",订单渠道,")
    assert all(row.endswith(",") for row in rows)
    assert '"1,' in orders
    assert ",(删除)等待出库," in orders
    assert "订单拆分为  3" in orders
    bill = next(data for name, data in files.items() if name.startswith("对账单")).decode("gbk")
    assert bill.split("\r\n")[1].startswith('="3')
    assert {"取消退款单", "售后服务单", "价保扣款", "佣金", "未结算"} <= set(
        bill.replace("\r\n", ",").split(",")
    )


def test_shops_take_turns_with_the_bills_layouts(market: Market, shop_ids: list[str]) -> None:
    names = [
        read(
            next(data for name, data in _files(market, shop_id).items() if name.startswith("对账单"))
        ).layout.name
        for shop_id in shop_ids
    ]
    assert names == ["wallet_23", "wallet_22", "wallet_21"]


def test_headers_are_those_of_the_third_party_samples() -> None:
    if not THIRD_PARTY.is_dir():
        return
    known = {path.name: path.read_text(encoding="utf-8").strip() for path in THIRD_PARTY.glob("HEADER_*")}
    assert list(WALLETS) == [
        known["HEADER_wallet_bill_detail23.csv"],
        known["HEADER_wallet_bill_settled22.csv"],
        known["HEADER_wallet_bill_old21.csv"],
    ]


def test_the_same_moment_gives_the_same_bytes(market: Market, shop_ids: list[str]) -> None:
    assert _files(market, shop_ids[1]) == _files(market, shop_ids[1])


def test_period_is_kept_and_nothing_is_no_file(market: Market, shop_ids: list[str]) -> None:
    day = NOW.date() - dt.timedelta(days=3)
    files = export_files(market, shop_ids[2], NOW, day, day)
    reading = read(next(data for name, data in files.items() if name[0].isdigit()))
    assert set(reading.bronze["created_at"].dt.date()) == {day}
    assert export_files(market, shop_ids[2], NOW, dt.date(2020, 1, 1), dt.date(2020, 1, 2)) == {}


def test_exporting_is_fast(market: Market, shop_ids: list[str]) -> None:
    started = time.perf_counter()
    _files(market, shop_ids[0])
    assert time.perf_counter() - started < 3.0
