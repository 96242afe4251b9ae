"""The simulated back-office keeps the platform's quirks, and shares nothing with the parser."""

from __future__ import annotations

import ast
import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import pytest
from douyin_cases import MARKET_NOW, repository_samples

from connectors.douyin import PLATFORM, simulate, simulate_files
from simulator.history.market import Market


@pytest.fixture(scope="module")
def files(market: Market) -> dict[str, bytes]:
    return simulate.export_files(market, "yunshan-douyin", MARKET_NOW, dt.date(2026, 6, 1), MARKET_NOW.date())


def test_names_are_the_platforms(files: dict[str, bytes]) -> None:
    span = r"\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d\.csv"
    patterns = [
        r"\d{10}_\w+\.csv", r"售后单-\d{4}-\d\d-\d\d \d\d_\d\d_\d\d\.xlsx",
        r"直播明细_(自营|合作)账号_\d{8}_\d{8}\.xlsx", f"结算账单_{span}",
        f"动账明细_{span}", f"运费险_{span}", f"全域推广数据_计划_{span}", r"商品列表_\d{8}\.xlsx",
    ]  # fmt: skip
    assert all(any(re.fullmatch(pattern, name) for pattern in patterns) for name in files)
    assert all(any(re.fullmatch(pattern, name) for name in files) for pattern in patterns)
    for name in files:
        if "直播" in name:
            first, last = (
                dt.datetime.strptime(day, "%Y%m%d").replace(tzinfo=dt.UTC)
                for day in re.findall(r"\d{8}", name)
            )
            assert (last - first).days < 31


def test_order_file_quirks(files: dict[str, bytes]) -> None:
    (data,) = [data for name, data in files.items() if re.match(r"\d{10}_", name)]
    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8-sig")
    first = text.split("\n")[1]
    assert first.startswith('"\t69')
    assert ",-," in first
    assert re.search(r'"\d,\d{3}\.\d\d"', text)
    assert "数据将于第二天更新" in text
    assert "主品订单售后完成" in text
    assert "13800138000" in text
    assert text.endswith("\n")


def test_workbooks_declare_an_empty_range(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        if name.endswith(".xlsx"):
            sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
            assert '<dimension ref="A1:A1"/>' in sheet


def test_headers_are_those_of_the_declared_layouts() -> None:
    """Written down twice on purpose; a slip in either copy shows here."""
    for kind, layout, header in (
        ("orders", "2025_75", simulate_files._HEADER_75), ("orders", "2023_74", simulate_files._HEADER_74),
        ("after_sales", "50", simulate_files._HEADER_AFTER_SALE),
        ("live_sessions", "55", simulate_files._HEADER_LIVE),
    ):  # fmt: skip
        assert [column.header for column in PLATFORM.layout(kind, layout).columns] == header.split(",")


def test_the_simulator_side_imports_nothing_of_the_parser() -> None:
    for path in sorted(PLATFORM.folder.glob("simulate*.py")):
        names = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {
                    f"{node.module}.{item.name}" if node.module == "connectors.douyin" else node.module
                    for item in node.names
                }
            elif isinstance(node, ast.Import):
                names |= {item.name for item in node.names}
        ours = {
            name
            for name in names
            if name.split(".")[0] in {"connectors", "contracts", "pipeline", "transforms", "warehouse"}
        }
        assert {name for name in ours if not name.startswith("connectors.douyin.simulate_")} == set(), (
            path.name
        )


@pytest.mark.skipif(
    not repository_samples().is_dir(), reason="third-party samples are not beside the repository"
)
def test_cells_look_like_those_of_the_third_party_fixture(files: dict[str, bytes]) -> None:
    fixture = Path(repository_samples() / "1791213782_order_export_tab_prefix_utf8bom.csv").read_bytes()
    (data,) = [data for name, data in files.items() if re.match(r"\d{10}_", name)]
    for mark in (b"\xef\xbb\xbf", b'"\t69', b"##", "主品订单售后完成".encode(), b",-,"):
        assert mark in fixture
        assert mark in data
