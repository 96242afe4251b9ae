"""Advertising from a file to its sheet: report by report, cash and grants untold where the file does not say, the same from landing, gone with its file."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipeline.house import reading
from pipeline.steps import build, ingest, withdraw
from transforms.gold import mart_ad_daily
from warehouse.settings import Settings

SAMPLES = Path(__file__).parents[2] / "connectors" / "douyin" / "samples"
PLANS = SAMPLES / "全域推广数据_计划_2026-10-12_2026-10-13.csv"


def stored(settings: Settings) -> tuple[pl.DataFrame, str]:
    with reading(settings) as lake:
        return lake.read(mart_ad_daily.TABLE), lake.content_hash(mart_ad_daily.TABLE)


def in_file() -> int:
    """What the sample's days took, added up by hand, in fen; the line of all days has no day."""
    head, *rows = list(csv.reader(PLANS.read_text(encoding="gb18030").splitlines()))
    day, spent = head.index("日期"), head.index("整体消耗")
    return int(sum((Decimal(row[spent]) * 100 for row in rows if row[day] != "-"), Decimal(0)))


def test_each_report_stands_alone_its_kind_untold_and_a_rebuild_tells_the_same(released: Settings) -> None:
    done = ingest(released, "m1", "s1", [PLANS, SAMPLES / "全域推广数据_商品_2026-10-12_2026-10-12.csv"])
    assert done.held is None
    rows, content = stored(released)
    assert rows["ad_family_code"].n_unique() == 2, "two reports, apart"
    of_plans = rows.filter(pl.col("ad_family_code") == "uni_plan").select("spent_fen", "ad_untold_fen", "spent_cash_fen", "spent_grant_fen").sum()
    assert of_plans.row(0) == (in_file(), in_file(), 0, 0), "the report does not tell cash from grants, and nobody guesses"
    build(released, from_landing=True)
    assert stored(released)[1] == content
    for receipt in done.receipts:
        withdraw(released, "m1", receipt.export_id, by="a")
    assert stored(released)[0].is_empty()
