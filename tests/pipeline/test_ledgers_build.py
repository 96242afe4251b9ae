"""Ledgers in the warehouse: whatever comes first, what is taken back, and what waits for a rate, gold is what
it would be made whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from typer.testing import CliRunner

from cli import app
from pipeline.build.withdrawing import mark
from pipeline.entries.engine import import_file
from pipeline.entries.lists.rates import LIST
from pipeline.house import reading, writing
from pipeline.intake.land import land_files
from pipeline.release.releasing import audit, release
from pipeline.steps import build, now
from transforms.gold import gold_tables
from warehouse.settings import Settings

PLATFORMS = Path(__file__).parents[2] / "connectors"
DOUYIN, TIKTOK = PLATFORMS / "douyin" / "samples", PLATFORMS / "tiktok_shop" / "samples"
ORDERS = DOUYIN / "1792375211_orders_2025_75.csv"
BILL, ACCOUNT = DOUYIN / "结算账单_2026-10-01_2026-10-19.csv", DOUYIN / "动账明细_2026-10-01_2026-10-19.csv"
INCOME = TIKTOK / "income_20260720110500(UTC+7).csv"


def take(settings: Settings, shop: str, files: Sequence[Path]) -> list[str]:
    """Land and build, unjudged: what a release holds is the build's. Returns the files' fingerprints."""
    with writing(settings) as lake:
        landed = land_files(lake, settings.place, "m1", shop, files, register=True)
    build(settings)
    return [item.export_id for item in landed]


def hashes(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


def rows(settings: Settings, table: str) -> pl.DataFrame:
    with reading(settings) as lake:
        return lake.read(gold_tables()[table])


def test_orders_and_ledgers_in_any_order_and_a_bill_taken_back(settings: Settings, tmp_path: Path) -> None:
    """A shop's first bill concerns orders long known; elsewhere the bill comes before them.

    Withdrawn, it leaves no trace.
    """
    take(settings, "s1", [ORDERS, ACCOUNT])
    without_bill = hashes(settings)
    (bill,) = take(settings, "s1", [BILL])
    entries, items = rows(settings, "fct_settlement_entry"), rows(settings, "mart_open_item")
    assert set(entries["match_code"]) == {"line"} and "entry" in set(entries["funding_code"])
    assert "order" in set(items["ledger_code"])  # orders without a payout, all of them older than the bill
    elsewhere = Settings(home=tmp_path / "elsewhere")
    for files in ([BILL], [ACCOUNT], [ORDERS]):
        take(elsewhere, "s1", files)
    for table, key in (
        ("fct_settlement_entry", "settlement_entry_id"),
        ("fct_fund_entry", "fund_entry_id"),
        ("mart_open_item", "open_item_id"),
    ):
        assert rows(settings, table).sort(key, pl.all()).equals(rows(elsewhere, table).sort(key, pl.all())), (
            table
        )
    with writing(settings) as lake:
        mark(lake, "m1", bill, by="", at=now())
    build(settings)
    assert hashes(settings) == without_bill


def test_entries_in_another_currency_wait_for_their_days_rate(settings: Settings, tmp_path: Path) -> None:
    """The orders are not told, so each row goes by the day it was settled on."""
    take(settings, "t1", [INCOME])
    assert rows(settings, "fct_settlement_entry").is_empty()
    with reading(settings) as lake:
        told = lake.sql(
            "SELECT DISTINCT settled_at::DATE::VARCHAR AS day, currency_code FROM silver.settlement_entry "
            "WHERE settled_at IS NOT NULL ORDER BY day"
        )
    assert told.height > 1
    rates = tmp_path / "rates.csv"
    rates.write_text(
        "date,currency,rate\n" + "".join(f"{day},{currency},0.2\n" for day, currency in told.head(1).rows())
    )
    import_file(LIST, settings, None, rates, by="test")
    assert build(settings).has_changes
    assert set(rows(settings, "fct_settlement_entry")["settled_date"].cast(pl.String)) == {told["day"][0]}
    rates.write_text(
        "date,currency,rate\n" + "".join(f"{day},{currency},0.2\n" for day, currency in told.rows())
    )
    import_file(LIST, settings, None, rates, by="test")
    build(settings)
    assert set(rows(settings, "fct_settlement_entry")["settled_date"].cast(pl.String)) == set(told["day"])
    grown = hashes(settings)
    built = build(settings, from_landing=True)
    assert hashes(settings) == grown
    audit(settings, built.build_number, built.snapshot)
    release(settings, built.build_number, built.snapshot)
    assert (
        CliRunner()
        .invoke(app, ["rates", "forget", told["day"][0], told["currency_code"][0].lower()])
        .exit_code
        == 0
    )
    build(settings)
    assert set(rows(settings, "fct_settlement_entry")["settled_date"].cast(pl.String)) == set(told["day"][1:])
    shrunk = hashes(settings)
    build(settings, from_landing=True)
    assert hashes(settings) == shrunk
