"""Orders set aside by a list (brushing, samples: trap 11 of the dictionary): both figures are kept, nothing
is guessed, and a wrong row changes nothing.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from truth_cases import NOW, downloads, settle, small_market
from typer.testing import CliRunner

from cli import app
from contracts.errors import FileRefusedError, NotFoundError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.explain import order_lines
from pipeline.entries.declaration import Given
from pipeline.entries.engine import import_file
from pipeline.entries.judging import sound
from pipeline.entries.lists.aside import BOOK, LIST
from pipeline.house import reading, writing
from pipeline.intake.land import land_files
from pipeline.steps import build, build_and_release
from simulator.history.market import Market
from transforms.gold import gold_tables
from transforms.gold.orders import fct_order_line
from warehouse.entries import in_force
from warehouse.ops import RESTATEMENT
from warehouse.settings import Settings

ASKED = [
    "paid_gmv",
    "aside_paid",
    "paid_gmv_without_aside",
    "net_by_order_date",
    "net_without_aside",
    "paid_orders",
]


def listed(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "名单.csv"
    path.write_text("\n".join(",".join(row) for row in (LIST.labels, *rows)) + "\n", encoding="gb18030")
    return path


def hashes(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


def true_sums(market: Market, shop: str, orders: list[str]) -> tuple[int, int]:
    """Paid and returned on these orders by now, from the market's own frames."""
    lines = market.lines.filter(
        pl.col("paid_at") <= NOW, pl.col("shop_id") == shop, pl.col("order_id").is_in(orders)
    )
    back = market.refunds.filter(pl.col("refunded_at") <= NOW).join(lines, on="order_line_id", how="semi")
    return lines["paid_fen"].sum(), back["refund_fen"].sum()


def test_both_figures_are_kept_to_the_fen(tmp_path: Path) -> None:
    market = small_market(seed=5, lines=600, merchants=2, platforms=("douyin",))
    settings = Settings(home=tmp_path / "home")
    settle(settings, market)
    shop, merchant = market.shops.select("shop_id", "merchant_id").row(0)
    owner = dict(market.shops.select("shop_id", "merchant_id").iter_rows())
    with writing(settings) as lake:
        for name, files in downloads(market, tmp_path / "files", NOW).items():
            land_files(lake, settings.place, owner[name], name, files, at=NOW)
    build_and_release(settings, at=NOW)
    viewers = [Viewer(settings.place, "test", "merchant", name) for name in market.merchants["merchant_id"]]
    before = {viewer.merchant_id: ask(viewer, ASKED).rows.row(0, named=True) for viewer in viewers}
    paid_orders = (
        market.lines.filter(pl.col("paid_at") <= NOW, pl.col("shop_id") == shop)["order_id"]
        .unique()
        .sort()
        .to_list()
    )
    brushed = paid_orders[::9]
    paid, back = true_sums(market, shop, brushed)
    assert paid > back > 0
    assert import_file(
        LIST,
        settings,
        merchant,
        listed(tmp_path, *((shop, order, "刷单", "") for order in brushed)),
        by="店主",
        at=NOW,
    ) == len(brushed)
    build_and_release(settings, at=NOW + dt.timedelta(minutes=5))
    for viewer in viewers:
        was, now = before[viewer.merchant_id], ask(viewer, ASKED).rows.row(0, named=True)
        mine_paid, mine_back = (paid, back) if viewer.merchant_id == merchant else (0, 0)
        assert {name: now[name] for name in ("paid_gmv", "net_by_order_date", "paid_orders")} == {
            name: was[name] for name in ("paid_gmv", "net_by_order_date", "paid_orders")
        }, "what was told of the orders stays"
        assert now["aside_paid"] == mine_paid
        assert now["paid_gmv_without_aside"] == was["paid_gmv"] - mine_paid
        assert now["net_without_aside"] == was["net_by_order_date"] - (mine_paid - mine_back)
    mine = next(viewer for viewer in viewers if viewer.merchant_id == merchant)
    lines = order_lines(mine, "aside_paid", {})
    assert lines.value == paid and set(lines.rows.filter(pl.col("amount") != 0)["order_id"]) <= set(brushed)
    with reading(settings) as lake:
        assert lake.read(RESTATEMENT, where={"merchant_id": merchant}).is_empty(), (
            "no figure that people follow has moved"
        )


def test_taken_back_it_leaves_no_trace_and_a_rebuild_says_the_same(
    released: Settings, tmp_path: Path
) -> None:
    without = hashes(released)
    with reading(released) as lake:
        order = lake.read(fct_order_line.TABLE).filter(pl.col("paid_fen") > 0)["order_id"][0]
    row = ("s1", f"\t{order}", "寄样")
    assert import_file(LIST, released, "m1", listed(tmp_path, (*row, "")), by="店主") == 1
    assert import_file(LIST, released, "m1", listed(tmp_path, (*row, "剔除")), by="店主") == 0, (
        "said again, it says nothing"
    )
    assert build(released).has_changes
    grown = hashes(released)
    assert grown != without
    build(released, from_landing=True)
    assert hashes(released) == grown
    assert (
        import_file(
            LIST, released, "m1", listed(tmp_path, (*row, "撤销"), ("s1", "7", "从未列过", "撤销")), by="店主"
        )
        == 1
    )
    build(released)
    assert hashes(released) == without
    with reading(released) as lake:
        assert in_force(lake, BOOK).is_empty()


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("ASIDE_FORMULA", [("s1", "1", "刷单", ""), ("s1", "=A1", "刷单", "")]),
        ("ASIDE_PERSONAL", [("s1", "1", "刷单", ""), ("s1", "2", "寄样给13800138000", "")]),
        ("ASIDE_CELLS", [("s1", "1", "刷单", ""), ("s1", "2", "", "")]),
        ("ASIDE_SHOP", [("s1", "1", "刷单", ""), ("s2", "2", "刷单", "")]),
        ("ASIDE_ORDER", [("s1", "1", "刷单", ""), ("s1", "6.92E+18", "刷单", "")]),
        ("ASIDE_ACTION", [("s1", "1", "刷单", ""), ("s1", "2", "刷单", "删除")]),
        ("ASIDE_TWICE", [("s1", "1", "刷单", ""), ("s1", "1", "刷单", "撤销")]),
    ],
)
def test_one_wrong_row_refuses_the_list_and_names_it(
    tmp_path: Path, rule: str, rows: list[tuple[str, ...]]
) -> None:
    with pytest.raises(FileRefusedError) as refused:
        sound(LIST, "名单.csv", listed(tmp_path, *rows).read_bytes(), Given.of({"s1": "s1"}))
    assert (refused.value.rule, refused.value.facts["row"]) == (rule, 3)
    assert rule in LIST.rules


def test_another_table_or_another_merchant_is_refused_and_nothing_changes(
    released: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "成本.csv"
    other.write_text("店铺,订单号\ns1,1\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="ASIDE_FILE"):
        import_file(LIST, released, "m1", other, by="x")
    with pytest.raises(NotFoundError):
        import_file(LIST, released, "m9", listed(tmp_path, ("s1", "1", "刷单", "")), by="x")
    assert not build(released).has_changes


def test_from_a_terminal(released: Settings, tmp_path: Path) -> None:
    run = CliRunner().invoke
    path = tmp_path / "名单.csv"
    path.write_text(run(app, ["aside", "template"]).output, encoding="utf-8")
    assert "名单是空的" in run(app, ["aside", "list", "-m", "m1"]).output
    done = run(app, ["aside", "import", str(path), "-m", "m1"])
    assert done.exit_code == 0 and "2 个订单" in done.output, (
        "the example that takes back what was never listed says nothing"
    )
    told = run(app, ["aside", "list", "-m", "m1"]).output
    assert "6920000000000000001" in told and "寄样" in told and "误列" not in told
