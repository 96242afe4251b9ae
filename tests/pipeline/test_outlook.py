"""Matured net in the warehouse: told for every paid day, the same from landing, and what was said is never unsaid."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from inbox_cases import drop
from truth_cases import NOW, downloads, settle

from pipeline.house import reading
from pipeline.steps import build, scan_inbox
from simulator.market import Market, build_market
from transforms.gold import mart_outlook_daily, mart_shop_channel_daily
from transforms.maturity.triangle import HORIZON
from warehouse.ops import OUTLOOK
from warehouse.settings import Settings

TABLE = mart_outlook_daily.TABLE
EARLIER = NOW - dt.timedelta(days=14)


@pytest.fixture(scope="module")
def market() -> Market:
    """Two merchants of one platform, three months."""
    return build_market(5, 2, 90, 1_200, now=NOW, platforms=("douyin",))


@pytest.fixture(scope="module")
def settings(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A build at each of two moments a fortnight apart."""
    found = Settings(home=tmp_path_factory.mktemp("outlook"))
    settle(found, market)
    for at in (EARLIER, NOW):
        drop(found.home, market, downloads(market, tmp_path_factory.mktemp("downloads"), at, first=(NOW - dt.timedelta(days=91)).date()))
        scan_inbox(found, at=at)
        build(found, at=at)
    return found


def stored(settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The outlook, and what all builds said."""
    with reading(settings) as lake:
        return lake.read(TABLE), lake.read(OUTLOOK)


def test_every_paid_day_has_its_outlook(settings: Settings) -> None:
    outlook, _ = stored(settings)
    with reading(settings) as lake:
        daily = lake.read(mart_shop_channel_daily.TABLE)
    key = list(TABLE.key)
    kept = daily.group_by(key).agg(pl.col("paid_fen").sum(), kept_fen=(pl.col("paid_fen") - pl.col("cohort_refund_fen")).sum()).filter(pl.col("paid_fen") > 0)
    assert outlook.select(*key, "paid_fen", "kept_fen").sort(key).equals(kept.select(*key, "paid_fen", "kept_fen").sort(key))
    assert outlook.filter(pl.col("age_days_qty") != (NOW.date() - pl.col("business_date")).dt.total_days()).is_empty()


def test_old_days_are_what_they_are_and_young_ones_are_told_within_bounds(settings: Settings) -> None:
    outlook, _ = stored(settings)
    mature, young = outlook.filter(pl.col("age_days_qty") > HORIZON), outlook.filter(pl.col("age_days_qty") <= HORIZON)
    assert mature.height > 50
    assert set(mature["maturity_level_code"]) == {"mature"}
    assert mature.filter(pl.any_horizontal(pl.col("matured_fen", "matured_low_fen", "matured_high_fen") != pl.col("kept_fen"))).is_empty()
    assert mature.select("matured_noise_number", "matured_doubt_fen").sum().row(0) == (0, 0)
    assert young["matured_fen"].null_count() == 0
    ordered = (pl.col("matured_low_fen") >= 0) & (pl.col("matured_low_fen") <= pl.col("matured_fen")) & (pl.col("matured_fen") <= pl.col("matured_high_fen"))
    assert young.filter(ordered & (pl.col("matured_high_fen") <= pl.col("kept_fen"))).height == young.height
    fresh = young.filter(pl.col("age_days_qty") < 7)
    assert fresh["matured_fen"].sum() < 0.6 * fresh["kept_fen"].sum(), "two thirds of young orders' money is known to go back"


def test_what_was_said_a_fortnight_ago_stands_beside_what_is_said_now(settings: Settings) -> None:
    _, said = stored(settings)
    then, now = (said.filter(pl.col("last_date") == at.date()) for at in (EARLIER, NOW))
    assert then["build_number"].n_unique() == now["build_number"].n_unique() == 1
    both = then.join(now, on=["shop_id", "first_date"], suffix="_now")
    assert both.height >= 10
    old = both.filter(pl.col("first_date") + dt.timedelta(days=6) < EARLIER.date())
    assert old["paid_fen"].to_list() == old["paid_fen_now"].to_list(), "the same orders"
    error = (old["matured_fen"] - old["matured_fen_now"]).abs().sum()
    naive = (old["kept_fen"] - old["matured_fen_now"]).abs().sum()
    assert 0 < error < naive


def test_from_landing_the_outlook_is_the_same_and_the_log_only_grows(settings: Settings) -> None:
    outlook, said = stored(settings)
    with reading(settings) as lake:
        before = lake.content_hash(TABLE)
    build(settings, at=NOW, from_landing=True)
    with reading(settings) as lake:
        assert lake.content_hash(TABLE) == before
    again, more = stored(settings)
    assert again.height == outlook.height
    assert said.join(more, on=said.columns, how="anti").is_empty()
    fresh = more.join(said, on=said.columns, how="anti").drop("build_number")
    newest = said.filter(pl.col("build_number") == said["build_number"].max()).drop("build_number")
    assert fresh.sort(fresh.columns).equals(newest.sort(newest.columns))
