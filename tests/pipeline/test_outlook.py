"""Matured net in the warehouse: told for every paid day, the same from landing, and what was said is never
unsaid.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from inbox_cases import drop
from truth_cases import NOW, downloads, settle

from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.sources import dimensions_of
from metrics.reports.staying.backtest import said_before, score
from pipeline.house import reading, writing
from pipeline.steps import build, scan_inbox
from simulator.history.market import Market, build_market
from simulator.truths.truth import truth
from transforms.gold.forecast import mart_outlook_daily, mart_outlook_detail_daily
from transforms.gold.sales import mart_shop_channel_daily
from transforms.maturity.triangle import HORIZON
from warehouse import release
from warehouse.ops import OUTLOOK
from warehouse.settings import Settings

TABLE, DETAIL = mart_outlook_daily.TABLE, mart_outlook_detail_daily.TABLE
EARLIER = NOW - dt.timedelta(days=14)


@pytest.fixture(scope="module")
def market() -> Market:
    """Two merchants of one platform, three months."""
    return build_market(5, 2, 90, 1_200, now=NOW, platforms=("douyin",))


@pytest.fixture(scope="module")
def settings(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A build at each of two moments a fortnight apart, the later one published."""
    found = Settings(home=tmp_path_factory.mktemp("outlook"))
    settle(found, market)
    for at in (EARLIER, NOW):
        drop(
            found.home,
            market,
            downloads(
                market, tmp_path_factory.mktemp("downloads"), at, first=(NOW - dt.timedelta(days=91)).date()
            ),
        )
        scan_inbox(found, at=at)
        built = build(found, at=at)
    with writing(found) as lake:
        release.publish(lake, snapshot=built.snapshot, build_number=built.build_number, at=NOW)
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
    kept = (
        daily.group_by(key)
        .agg(pl.col("paid_fen").sum(), kept_fen=(pl.col("paid_fen") - pl.col("cohort_refund_fen")).sum())
        .filter(pl.col("paid_fen") > 0)
    )
    assert (
        outlook.select(*key, "paid_fen", "kept_fen")
        .sort(key)
        .equals(kept.select(*key, "paid_fen", "kept_fen").sort(key))
    )
    assert outlook.filter(
        pl.col("age_days_qty") != (NOW.date() - pl.col("business_date")).dt.total_days()
    ).is_empty()


def test_old_days_are_what_they_are_and_young_ones_are_told_within_bounds(settings: Settings) -> None:
    outlook, _ = stored(settings)
    mature = outlook.filter(pl.col("age_days_qty") > HORIZON)
    young = outlook.filter(pl.col("age_days_qty") <= HORIZON)
    assert mature.height > 50
    assert set(mature["maturity_level_code"]) == {"mature"}
    assert mature.filter(
        pl.any_horizontal(pl.col("matured_fen", "matured_low_fen", "matured_high_fen") != pl.col("kept_fen"))
    ).is_empty()
    assert mature.select("matured_noise_number", "matured_doubt_fen").sum().row(0) == (0, 0)
    assert young["matured_fen"].null_count() == 0
    ordered = (
        (pl.col("matured_low_fen") >= 0)
        & (pl.col("matured_low_fen") <= pl.col("matured_fen"))
        & (pl.col("matured_fen") <= pl.col("matured_high_fen"))
    )
    assert young.filter(ordered & (pl.col("matured_high_fen") <= pl.col("kept_fen"))).height == young.height
    fresh = young.filter(pl.col("age_days_qty") < 7)
    assert fresh["matured_fen"].sum() < 0.6 * fresh["kept_fen"].sum(), (
        "two thirds of young orders' money is known to go back"
    )


def test_shares_of_open_days_add_up_to_them_and_no_cell_loses_more_than_it_keeps(settings: Settings) -> None:
    """Added up in plain DuckDB: what the lines keep now is asked of the facts."""
    with reading(settings) as lake:
        off = lake.sql("""
            SELECT * FROM (
                SELECT shop_id, channel_code, business_date, sum(to_return_fen) AS goes,
                    sum(matured_noise_number) AS noise, sum(matured_doubt_fen) AS doubt
                FROM gold.mart_outlook_detail_daily GROUP BY ALL)
            FULL JOIN (SELECT * FROM gold.mart_outlook_daily WHERE age_days_qty <= 45)
                USING (shop_id, channel_code, business_date)
            WHERE (coalesce(goes, 0), coalesce(noise, 0), coalesce(doubt, 0)) <> (kept_fen - matured_fen,
                matured_noise_number, matured_doubt_fen)
            OR matured_fen IS NULL""")
        cells = lake.sql("""
            SELECT * FROM (
                SELECT shop_id, paid_date AS business_date, channel_code,
                    coalesce(sku_code, 'untold') AS sku_code, coalesce(live_session_id, 'untold')
                    AS live_session_id, sum(greatest(paid_fen - cohort_refund_fen, 0)) AS keeps
                FROM gold.fct_order_line WHERE paid_date IS NOT NULL GROUP BY ALL)
            RIGHT JOIN (
                SELECT shop_id, business_date, channel_code, sku_code, live_session_id,
                    sum(to_return_fen) AS goes
                FROM gold.mart_outlook_detail_daily GROUP BY ALL)
                    USING (shop_id, business_date, channel_code, sku_code, live_session_id)""")
    assert off.is_empty()
    assert (
        cells.height > 200 and cells["live_session_id"].n_unique() > 10 and cells["sku_code"].n_unique() > 10
    )
    assert (
        cells.filter((pl.col("goes") < 0) | (pl.col("goes") > pl.col("keeps"))).is_empty()
        and cells["keeps"].null_count() == 0
    )


def test_every_cut_adds_up_to_the_figure_without_one(settings: Settings, market: Market) -> None:
    period = (NOW.date() - dt.timedelta(days=60), NOW.date())
    for name in market.merchants["merchant_id"]:
        viewer = Viewer(settings.place, "test", "merchant", name)
        whole = ask(viewer, ["matured_net"], period=period).rows.item()
        for dimension in dimensions_of("matured"):
            rows = ask(viewer, ["matured_net"], by=[dimension, "shop"], period=period).rows
            assert rows["matured_net"].null_count() == 0 and rows["matured_net"].sum() == whole, dimension
        sessions = ask(
            viewer, ["matured_net", "net_by_order_date"], by=["session"], period=period
        ).rows.filter(pl.col("session") != "untold")
        assert sessions.height > 5 and sessions["matured_net"].sum() < sessions["net_by_order_date"].sum(), (
            "part of it is still to come back"
        )


def test_of_full_age_a_style_is_what_it_really_kept(settings: Settings, market: Market) -> None:
    first, last = NOW.date() - dt.timedelta(days=80), NOW.date() - dt.timedelta(days=46)
    true = truth(market, NOW, "net_by_order_date", ["merchant_id", "shop_id", "style_code"], first, last)
    for name in market.merchants["merchant_id"]:
        told = ask(
            Viewer(settings.place, "test", "merchant", name),
            ["matured_net"],
            by=["shop", "style"],
            period=(first, last),
        ).rows
        mine = true.filter(merchant_id=name).select("shop_id", "style_code", "value")
        assert (
            told.height > 3
            and told.filter(pl.col("matured_net") != 0).rows() == mine.filter(pl.col("value") != 0).rows()
        )


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
        before = lake.content_hash(TABLE), lake.content_hash(DETAIL)
    build(settings, at=NOW, from_landing=True)
    with reading(settings) as lake:
        assert (lake.content_hash(TABLE), lake.content_hash(DETAIL)) == before
    again, more = stored(settings)
    assert again.height == outlook.height
    assert said.join(more, on=said.columns, how="anti").is_empty()
    fresh = more.join(said, on=said.columns, how="anti").drop("build_number")
    newest = said.filter(pl.col("build_number") == said["build_number"].max()).drop("build_number")
    assert fresh.sort(fresh.columns).equals(newest.sort(newest.columns))


def test_the_first_build_tells_what_its_history_would_have_been_told_to_be(tmp_path: Path) -> None:
    """Once; and the page has a back-test on the first day."""
    market = build_market(6, 1, 130, 500, now=NOW, platforms=("douyin",))
    found = Settings(home=tmp_path / "fresh")
    settle(found, market)
    drop(
        found.home,
        market,
        downloads(market, tmp_path / "down", NOW, first=(NOW - dt.timedelta(days=131)).date()),
    )
    scan_inbox(found, at=NOW)
    first = build(found, at=NOW)
    build(found, at=NOW, from_landing=True)
    with writing(found) as lake:
        release.publish(lake, snapshot=first.snapshot, build_number=first.build_number, at=NOW)
        said = lake.read(OUTLOOK)
    long_ago = said.filter(pl.col("last_date") <= NOW.date() - dt.timedelta(days=HORIZON))
    assert set(long_ago["build_number"]) == {first.build_number}
    assert long_ago.height == long_ago.select("shop_id", "first_date").n_unique()
    viewer = Viewer(found.place, "test", "merchant", market.merchants["merchant_id"][0])
    told = score(viewer)
    assert 0 < told.weeks_qty == told.rehearsed_qty == long_ago.height
    before = said_before(viewer)
    assert before is not None and before.is_rehearsed and before.days >= HORIZON and before.done_share == 1
