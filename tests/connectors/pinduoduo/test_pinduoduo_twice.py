"""The whole way for Pinduoduo: a shop's answers and its files, everything twice, and the facts the house then has are the market's, once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from pinduoduo_cases import NOW
from truth_cases import lookup, settle

from connectors.pinduoduo import simulate
from pipeline.build import build
from pipeline.collect import collect
from pipeline.house import reading, writing
from pipeline.intake import land_files
from simulator.handout import credentials_of
from simulator.market import build_market
from simulator.server import make_app, serve_in_thread
from transforms.gold import fct_order_line, fct_refund_line
from warehouse.settings import Settings

DAYS = 4


@pytest.mark.slow
def test_files_and_answers_loaded_twice_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.collect.HISTORY_DAYS", DAYS + 2)
    market = build_market(seed=5, merchants=1, days=DAYS, lines=150, now=NOW, platforms=("pinduoduo",))
    (shop,), (merchant,) = market.shops["shop_id"], market.merchants["merchant_id"]
    settings = Settings(home=tmp_path / "home", http_wait_scale=0.001, collect_days=DAYS + 2)
    settle(settings, market)
    app = make_app(market, NOW, [simulate.dialect()])
    base, stop = serve_in_thread(app)
    try:
        secrets = credentials_of(market, app.state.world, base)
        for run in ("run-1", "run-2"):
            done = collect(settings, [shop], run_name=run, credentials=lookup(secrets), until=NOW)
            assert {item.outcome_code for item in done} == {"ok"}
    finally:
        stop()
    paths = []
    for name, data in simulate.export_files(market, shop, NOW, NOW.date() - dt.timedelta(days=DAYS + 1), NOW.date()).items():
        paths += [tmp_path / name, tmp_path / f"副本 {name}"]
        for path in paths[-2:]:
            path.write_bytes(data)
    with writing(settings) as lake:
        landed = land_files(lake, settings.place, merchant, shop, paths, at=NOW)
    assert [item.export_id for item in landed[0::2]] == [item.export_id for item in landed[1::2]] != []
    built = build(settings, at=NOW)
    for item in built.receipts:
        assert item.rows_read == item.published + item.quarantined + item.superseded + item.duplicate
        assert item.quarantined == 0
    with reading(settings) as lake:
        lines, refunds = lake.read(fct_order_line.TABLE), lake.read(fct_refund_line.TABLE)
    paid = market.lines_at(shop, NOW).filter(pl.col("paid_at").is_not_null())
    sums = [pl.len(), pl.col("paid_fen").sum(), pl.col("line_qty").sum()]
    by_channel = [frame.group_by("channel_code").agg(sums).sort("channel_code").rows() for frame in (lines.filter(pl.col("paid_at").is_not_null()), paid)]
    assert by_channel[0] == by_channel[1] != []
    back = market.refunds_at(shop, NOW).filter(refund_status_code="success").with_columns(refund_date=pl.col("refunded_at").dt.date())
    by_day = [frame.group_by("refund_date").agg(pl.len(), pl.col("refund_fen").sum()).sort("refund_date").rows() for frame in (refunds, back)]
    assert by_day[0] == by_day[1] != []
    assert lines["cohort_refund_fen"].sum() == back["refund_fen"].sum() > 0
