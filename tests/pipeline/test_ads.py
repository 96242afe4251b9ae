"""Advertising from a file to its sheet: report by report, cash and grants untold where the file does not say,
the same from landing, gone with its file.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.explain import explain, order_lines
from metrics.reports.ad_spend import ad_spend
from pipeline.build.withdrawing import mark
from pipeline.entries.engine import import_file
from pipeline.entries.lists.costs import LIST
from pipeline.house import reading, writing
from pipeline.intake.raw_rows import ENTERED, raw_rows
from pipeline.steps import build, build_and_release, ingest, now
from transforms.gold import gold_tables
from transforms.gold.advertising import mart_ad_daily
from warehouse.settings import Settings

SAMPLES = Path(__file__).parents[2] / "connectors" / "douyin" / "samples"
PLANS = SAMPLES / "全域推广数据_计划_2026-10-12_2026-10-13.csv"


@pytest.fixture(scope="module")
def _home_with_plans(_released_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home: Path = shutil.copytree(_released_home, tmp_path_factory.mktemp("plans") / "home")
    assert ingest(Settings(home=home), "m1", "s1", [PLANS]).held is None
    return home


@pytest.fixture
def with_plans(settings: Settings, _home_with_plans: Path) -> Settings:
    """``released`` with the report of ``PLANS``."""
    shutil.copytree(_home_with_plans, settings.home)
    return settings


def stored(settings: Settings) -> tuple[pl.DataFrame, str]:
    with reading(settings) as lake:
        return lake.read(mart_ad_daily.TABLE), lake.content_hash(mart_ad_daily.TABLE)


def hashes(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


def enter(settings: Settings, folder: Path, *rows: str) -> int:
    path = folder / "成本.csv"
    path.write_text("\n".join([",".join(LIST.labels), *rows]) + "\n", encoding="utf-8")
    return import_file(LIST, settings, "m1", path, by="会计")


def in_file(date: dt.date | None = None) -> int:
    """What the sample's days took (or one of them), added up by hand, in fen.

    The line of all days has no day.
    """
    head, *rows = list(csv.reader(PLANS.read_text(encoding="gb18030").splitlines()))
    day, spent = head.index("日期"), head.index("整体消耗")
    return int(
        sum(
            (
                Decimal(row[spent]) * 100
                for row in rows
                if row[day] != "-" and date in (None, dt.date.fromisoformat(row[day]))
            ),
            Decimal(0),
        )
    )


def test_each_report_stands_alone_its_kind_untold_and_a_rebuild_tells_the_same(released: Settings) -> None:
    done = ingest(released, "m1", "s1", [PLANS, SAMPLES / "全域推广数据_商品_2026-10-12_2026-10-12.csv"])
    assert done.held is None
    rows, content = stored(released)
    assert rows["ad_family_code"].n_unique() == 2, "two reports, apart"
    of_plans = (
        rows.filter(pl.col("ad_family_code") == "uni_plan")
        .select("spent_fen", "ad_untold_fen", "spent_cash_fen", "spent_grant_fen")
        .sum()
    )
    assert of_plans.row(0) == (in_file(), in_file(), 0, 0), (
        "the report does not tell cash from grants, and nobody guesses"
    )
    build(released, from_landing=True)
    assert stored(released)[1] == content
    with writing(released) as lake:
        for receipt in done.receipts:
            mark(lake, "m1", receipt.export_id, by="a", at=now())
    build_and_release(released)
    assert stored(released)[0].is_empty()


def ratios(settings: Settings, metrics: list[str]) -> dict[str, object]:
    row: dict[str, object] = ask(Viewer(settings.place, "t", "merchant", "m1"), metrics).rows.row(
        0, named=True
    )
    return row


def test_entered_spend_counts_instead_of_the_report_of_its_day_and_taken_back_the_report_counts_again(
    with_plans: Settings, tmp_path: Path
) -> None:
    without = hashes(with_plans)
    assert ratios(with_plans, ["ad_spend"]) == {"ad_spend": in_file()}
    rows = ["推广现金,s1,,,,,,300.00,2026-10-13,2026-10-14", "推广赠款,s1,,,c9,,,50.01,2026-10-13,"]
    assert enter(with_plans, tmp_path, *rows) == 2
    build_and_release(with_plans)
    told = ratios(with_plans, ["ad_spend", "ad_cash"])
    assert told == {"ad_spend": in_file(dt.date(2026, 10, 12)) + 350_01, "ad_cash": 300_00}
    spent = (
        ad_spend(Viewer(with_plans.place, "t", "merchant", "m1"))
        .select("ad_family_code", "ad_use_code", "spent_fen")
        .rows()
    )
    assert ("uni_plan", "entered", in_file(dt.date(2026, 10, 13))) in spent, (
        "what the report says stays in sight"
    )
    grown = hashes(with_plans)
    build(with_plans, from_landing=True)
    assert hashes(with_plans) == grown
    assert (
        enter(with_plans, tmp_path, *(row.replace("300.00", "撤销").replace("50.01", "撤销") for row in rows))
        == 2
    )
    build(with_plans)
    assert hashes(with_plans) == without


def test_spend_behind_a_figure_is_shown_by_its_rows_and_its_file(
    with_plans: Settings, tmp_path: Path
) -> None:
    enter(with_plans, tmp_path, "推广现金,s1,,,,,,300.00,2026-10-14,2026-10-15")
    build_and_release(with_plans)
    viewer = Viewer(with_plans.place, "t", "merchant", "m1")
    for metric in ("ad_spend", "shop_roi", "net_roi", "uni_roi"):
        lines = order_lines(viewer, metric, {})
        assert lines.value == ask(viewer, [metric]).rows[metric].item(), metric
    rows = order_lines(viewer, "ad_spend", {}).rows
    assert rows["amount"].sum() == in_file() + 300_00
    assert rows.filter(pl.col("ad_entry_id").str.starts_with("cost:")).height == 2
    assert PLANS.name in explain(viewer, "ad_spend", {}).files["export_name"].to_list()
    (entered,) = raw_rows(
        viewer, rows.filter(pl.col("ad_entry_id").str.starts_with("cost:")).row(0, named=True)
    )
    assert (entered.source, entered.cells["经手人"], entered.cells["成本金额"]) == (ENTERED, "会计", "300.00")
    matured = order_lines(viewer, "matured_roi", {})
    assert matured.value == ask(viewer, ["matured_roi"]).rows.item()
    assert explain(viewer, "matured_roi", {}).lines_qty == matured.rows.height
