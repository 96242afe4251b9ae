"""An order whose row states a refund while the item it belongs to could not be read that day: every contender
books it on that item, and all agree.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import polars as pl
import pytest
from bench_cases import fen, rows_of

from bench import market
from bench.contender import Task
from bench.generate import generate
from bench.job import Totals, differences
from warehouse.lake import Lake
from warehouse.place import Place

pytestmark = pytest.mark.slow
PEERS = ("duckdb", "polars", "pandas")
#: Line → fen of its goods that its order alone states as refunded.
Lost = dict[str, int]


def _damage(tree: Path) -> Lost:
    """Make the price unreadable in every item row that is the first to state its refund, beside other items
    of its order that have an older row too.
    """
    seen: dict[tuple[str, str], str] = {}
    lost: Lost = {}
    for path in sorted(tree.glob("*/*/ExportOrderDetailList*"), key=lambda path: path.name):
        header, *lines = path.read_bytes().decode("gb18030").split("\r\n")
        rows = rows_of(path)
        for number, row in enumerate(rows):
            shop, line, state = path.parts[-2], row["子订单编号"], row["退款状态"]
            siblings = [item for item in rows if item["主订单编号"] == row["主订单编号"] and item is not row]
            if state == "退款成功" and seen.get((shop, line), state) != state and siblings and row["价格"]:
                lines[number] = lines[number].replace(f'"{row["价格"]}"', '"价格待定"', 1)
                lost[line] = min(
                    fen(row["退款金额"]), fen(row["买家实际支付金额"])
                )  # the postage beside it stands on the order's rest
            else:
                seen[shop, line] = state
        path.write_bytes("\r\n".join([header, *lines]).encode("gb18030"))
    return lost


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Lost, dict[str, Totals]]:
    """Where the contenders worked, what was damaged, and what each came to."""
    place = tmp_path_factory.mktemp("stated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(market, "REEXPORT_SHARE", 0.6)  # most orders are seen again, in another state
        generate(place / "data", 4_000, seed=1, days=8, shops=4)
    lost = _damage(place / "data" / "base")
    totals = {}
    for name in ("ours", *(f"peer_{peer}" for peer in PEERS)):
        (place / name).mkdir()
        totals[name] = importlib.import_module(f"bench.{name}").total(
            Task(place / "data", (place / "data" / "base",), place / name)
        )
    return place, lost, totals


def test_all_come_to_the_same_figures_and_rows(told: tuple[Path, Lost, dict[str, Totals]]) -> None:
    _, lost, totals = told
    assert len(lost) >= 3
    assert {name: differences(totals["ours"], other) for name, other in totals.items()} == {
        name: [] for name in totals
    }


def test_the_item_that_was_not_read_has_the_refund(told: tuple[Path, Lost, dict[str, Totals]]) -> None:
    place, lost, _ = told
    with Lake.open(Place(place / "ours" / "home")) as lake:
        ours = lake.sql("SELECT order_line_id, cohort_refund_fen FROM gold.fct_order_line").rows()
    found = {"ours": dict(ours)}
    for peer in PEERS:
        lines = pl.read_parquet(
            place / f"peer_{peer}" / "fct_order_line.parquet", columns=["line_id", "cohort_refund_fen"]
        )
        found[peer] = dict(lines.with_columns(pl.col("line_id").cast(pl.String)).iter_rows())
    for name, back in found.items():
        assert {line: back[line] for line in lost} == lost, name
