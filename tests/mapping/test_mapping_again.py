"""Files that tell an order again: a newer export of a mapped table in which goods were exchanged, split
files, lists of parcels, the platform's own file.

The tables number no lines, so lines are known by order and SKU code. Sums are worked out by hand.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from mapping_cases import RECEIVED, mapping, table
from typer.testing import CliRunner

from cli import app
from connectors.base import platforms
from pipeline.build.run import build
from pipeline.house import reading, writing
from pipeline.intake.land import land_files
from pipeline.intake.mapping import save_mapping
from pipeline.intake.receipts import FileReceipt
from pipeline.intake.registering import register_shop
from pipeline.steps import build_and_release
from transforms.gold.orders import fct_order_line
from warehouse.settings import Settings

SHEET = """
name: own_orders
zh: 自有订单
en: own orders
platform: other
kind: orders
origin: written for a test of files that tell an order again
columns:
  order_id: 单号
  created_at: 下单
  paid_at: 付款
  paid_fen: 实付
  sku_code: 编码
  line_qty: 数量
  erp_order_id: 内部单号
signature: [单号, 付款, 实付, 编码]
"""
HEADER = "单号|下单|付款|实付|编码|数量|内部单号"


def row(order: str, sku: str, yuan: str, erp: str = "") -> str:
    """One paid line of one piece, of 1 November; with the ERP's own number where it has one."""
    return "|".join([order, "2026-11-01 10:00:00", "2026-11-01 10:01:00", yuan, sku, "1", erp])


def sheet(*rows: str) -> bytes:
    return table(HEADER, *rows)


class House:
    """A lake with one shop and the mapping of its sheet."""

    def __init__(self, home: Path, platform: str = "other") -> None:
        self.settings = Settings(home=home)
        home.parent.mkdir(exist_ok=True)
        self.folder = home.parent
        with writing(self.settings) as lake, lake.transaction():
            register_shop(lake, "acme", "shop", platform, at=RECEIVED)
        with writing(self.settings) as lake:
            save_mapping(
                lake,
                "acme",
                mapping(SHEET.replace("platform: other", f"platform: {platform}")),
                by="alice",
                at=RECEIVED,
            )

    def give(self, name: str, data: bytes) -> FileReceipt:
        """One file landed, built and released; its receipt."""
        path = self.folder / name
        path.write_bytes(data)
        with writing(self.settings) as lake:
            (landed,) = land_files(lake, self.settings.place, "acme", "shop", [path], by="test", at=RECEIVED)
        assert landed.receipt is None, landed.receipt
        return build(self.settings, at=RECEIVED).receipts[0]

    def release(self) -> None:
        """Publish what was built: only where the expectations come to the same lines by themselves."""
        assert build_and_release(self.settings, at=RECEIVED)[1].status == "published"

    @property
    def lines(self) -> dict[str, int]:
        """Line → fen paid, as gold has them."""
        with reading(self.settings) as lake:
            return dict(
                lake.read(fct_order_line.TABLE)
                .select("order_line_id", "paid_fen")
                .sort("order_line_id")
                .iter_rows()
            )

    @property
    def caveat(self) -> tuple[int | None, str] | None:
        """The caveat beside what was paid: on how many orders, and its words."""
        result = CliRunner(env={"BAIYUN_HOME": str(self.settings.home)}).invoke(
            app, ["ask", "-m", "acme", "--metrics", "paid_gmv", "--json"]
        )
        notes = [note for note in json.loads(result.stdout)["notes"] if note["code"] == "LINES_DOUBTFUL"]
        return (notes[0]["count"], notes[0]["zh"]) if notes else None


OLD, NEW = "导出20261110.csv", "导出20261111.csv"
#: Order → its rows in an older and a newer file, what it comes to by line, and what is said of it.
ORDERS: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, int], str]] = {
    "another code at one price": (("S1|100.00",), ("S2|100.00",), {"S2": 10_000}, "LINES_REPLACED"),
    "one of two lines, dearer": (("S1|100.00", "S2|50.00"), ("S1|100.00", "S3|65.00"),
        {"S1": 10_000, "S3": 6_500}, "LINES_REPLACED"),
    "two lines made one": (("S1|100.00", "S2|50.00"), ("S1|150.00",), {"S1": 15_000}, "LINES_REPLACED"),
    "a line more": (("S1|100.00",), ("S1|100.00", "S2|9.90"), {"S1": 10_000, "S2": 990}, ""),
    "a line less": (("S1|100.00", "S2|50.00"), ("S1|100.00",), {"S1": 10_000, "S2": 5_000}, "LINES_DOUBTFUL"),
    "another code, dearer": (("S1|100.00",), ("S2|120.00",), {"S1": 10_000, "S2": 12_000}, "LINES_DOUBTFUL"),
    "parcel by parcel": (("S1|100.00|11",), ("S2|50.00|12",), {"S1": 10_000, "S2": 5_000}, ""),
    "parcels at one price": (("S1|50.00|11",), ("S2|50.00|12",), {"S1": 5_000, "S2": 5_000},
        "LINES_DOUBTFUL"),
    "in one of two parcels": (("S1|50.00|11", "S2|30.00|12"), ("S3|50.00|11",), {"S2": 3_000, "S3": 5_000},
        "LINES_REPLACED"),
    "cut at the end of a file": (("S1|40.00",), ("S2|40.00",), {"S1": 4_000, "S2": 4_000}, "LINES_DOUBTFUL"),
}  # fmt: skip
#: What may stand twice of the doubtful ones: S2 of a line less, S1 of the others.
DOUBTFUL_FEN = 5_000 + 10_000 + 5_000 + 4_000


def both_files() -> dict[str, bytes]:
    """The last order of the older file is the first of the newer one."""
    old = [row(order, *cells.split("|")) for order, (rows, *_) in ORDERS.items() for cells in rows]
    new = [
        row(order, *cells.split("|")) for order, (_, rows, *_) in reversed(ORDERS.items()) for cells in rows
    ]
    return {
        OLD: sheet(row("K", "S1", "20.00"), row("Z", "S1", "30.00"), *old),
        NEW: sheet(*new, row("K", "S1", "20.00")),
    }


@pytest.mark.parametrize("names", [(OLD, NEW), (NEW, OLD)], ids=["older first", "newer first"])
def test_an_order_in_two_files_counts_once_or_is_marked(tmp_path: Path, names: tuple[str, str]) -> None:
    house, given = House(tmp_path / "home"), both_files()
    receipts = [house.give(name, given[name]) for name in names]
    wanted = {f"{order}:{sku}": fen for order, (*_, lines, _) in ORDERS.items() for sku, fen in lines.items()}
    assert house.lines == wanted | {"K:S1": 2_000, "Z:S1": 3_000}
    named = {
        notice.rule: set(notice.about.split("、"))
        for notice in receipts[1].notices
        if notice.rule.startswith("LINES_")
    }
    assert named == {
        rule: {order for order, (*_, expected) in ORDERS.items() if expected == rule}
        for rule in ("LINES_REPLACED", "LINES_DOUBTFUL")
    }
    assert [notice for notice in receipts[0].notices if notice.rule.startswith("LINES_")] == []
    house.release()
    caveat = house.caveat
    assert caveat is not None
    assert caveat[0] == len(named["LINES_DOUBTFUL"]) and f"{DOUBTFUL_FEN // 100}.00 元" in caveat[1], caveat
    build(house.settings, at=RECEIVED, from_landing=True)
    assert house.lines == wanted | {"K:S1": 2_000, "Z:S1": 3_000}


def test_of_two_files_of_one_moment_an_exchange_counts_once_and_more_is_marked(tmp_path: Path) -> None:
    """Nothing tells which is the newer: at one price the money is the same either way."""
    house = House(tmp_path / "home")
    house.give(
        "甲.csv",
        sheet(
            row("K", "S1", "20.00"),
            row("A", "S1", "100.00"),
            row("B", "S1", "70.00"),
            row("Z", "S1", "30.00"),
        ),
    )
    receipt = house.give(
        "乙.csv",
        sheet(
            row("Z", "S1", "30.00"),
            row("A", "S2", "100.00"),
            row("B", "S2", "75.00"),
            row("K", "S1", "20.00"),
        ),
    )
    named = {notice.rule: notice.about for notice in receipt.notices if notice.rule.startswith("LINES_")}
    assert named == {"LINES_REPLACED": "A", "LINES_DOUBTFUL": "B"}
    assert sum(house.lines.values()) == 2_000 + 10_000 + 7_000 + 7_500 + 3_000
    house.release()
    caveat = house.caveat
    assert caveat is not None and caveat[0] == 1


def test_an_erp_sheet_beside_wechats_own_file_adds_nothing_to_its_orders(tmp_path: Path) -> None:
    """WeChat numbers no lines either: the sheet's codes are the ERP's, and only its last order is one that
    WeChat's file lacks. Whichever of the two comes first.
    """
    folder = platforms()["wechat_channels"].folder
    with (folder / "samples.csv").open(encoding="utf-8", newline="") as stream:
        name = next(
            item["file"]
            for item in csv.DictReader(stream)
            if item["kind"] == "orders" and item["layout"] == "64"
        )
    own_first = House(tmp_path / "own-first" / "home", "wechat_channels")
    sheet_first = House(tmp_path / "sheet-first" / "home", "wechat_channels")
    own = (folder / "samples" / name).read_bytes()
    own_first.give("own.csv", own)
    alone = own_first.lines
    paid = {line: fen for line, fen in alone.items() if fen}
    rows = [
        row(line.partition(":")[0], f"ERP-{place}", f"{fen // 100}.{fen % 100:02d}")
        for place, (line, fen) in enumerate(paid.items())
    ]
    both = sheet(*rows, row("LAST", "S1", "30.00"))
    sheet_first.give("sheet.csv", both)
    sheet_first.give("own.csv", own)
    own_first.give("sheet.csv", both)
    for house in (own_first, sheet_first):
        assert house.lines == alone | {"LAST:S1": 3_000}
        house.release()


def test_rows_of_one_order_and_code_at_different_amounts_are_named_in_one_file_and_in_two(
    tmp_path: Path,
) -> None:
    house = House(tmp_path / "home")
    rows = [
        row("A", "S1", "139.00"),
        row("A", "S1", "60.00"),
        row("B", "S1", "20.00"),
        row("B", "S1", "20.00"),
        row("G", "S1", "30.00"),
        row("G", "S1", "0"),
    ]
    first = house.give(
        OLD, sheet(*rows, row("C", "S1", "50.00"), row("D", "S1", "5.00"), row("K", "S1", "1.00"))
    )
    named = {notice.rule: (notice.count, notice.about) for notice in first.notices}
    assert (named["SAME_GOODS"], named["IDENTICAL_ROWS"]) == ((1, "A S1"), (1, "单号 B"))
    assert sum(house.lines.values()) == 13_900 + 6_000 + 4_000 + 3_000 + 5_000 + 500 + 100
    second = house.give(
        NEW,
        sheet(
            row("X", "S1", "1.00"), row("C", "S1", "45.00"), row("D", "S1", "5.00"), row("Y", "S1", "1.00")
        ),
    )
    assert [(notice.rule, notice.count, notice.about) for notice in second.notices] == [
        ("LINES_REPRICED", 1, "C")
    ]
    assert house.lines["C:S1"] == 4_500
