"""A merchant who uploads files of a shop that is collected, too: everything given twice and both ways counts
once, on every platform.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from truth_cases import (
    API,
    BY_CHANNEL,
    BY_DAY,
    FILES,
    LATER,
    MONEY,
    NOW,
    Way,
    differences,
    downloads,
    lies,
    lookup,
    settle,
)

from pipeline.build.run import build
from pipeline.house import reading, writing
from pipeline.intake.collect import collect
from pipeline.intake.land import land_files
from pipeline.steps import build_and_release
from simulator.handout import credentials_of
from simulator.history.market import build_market
from simulator.history.platforms import FACTS
from simulator.server import make_app, serve_in_thread
from warehouse.ops import LOAD
from warehouse.settings import Settings

DAYS = 10
#: What either way tells, both tell together.
BOTH = Way(
    FILES.channels | API.channels,
    FILES.stages | API.stages,
    FILES.refund_days | API.refund_days,
    {},
    FILES.bills | API.bills,
    FILES.accounts | API.accounts,
    FILES.subsidies | API.subsidies,
    FILES.goods | API.goods,
    FILES.placed | API.placed,
    FILES.finishes | API.finishes,
)


@pytest.mark.slow
def test_files_and_answers_given_twice_count_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    market = build_market(3, 6, DAYS, 200, now=NOW, platforms=tuple(FACTS))
    shops = dict(
        market.shops.unique("platform_code", maintain_order=True).select("shop_id", "merchant_id").iter_rows()
    )
    assert len(shops) == len(FACTS)
    history = (LATER - NOW).days + DAYS + 2
    for name in (
        "api.WINDOW_SECONDS",
        "simulate_api._WINDOW_SECONDS",
    ):  # half hours are shown elsewhere; here they would cost thousands of requests
        monkeypatch.setattr(f"connectors.pinduoduo.{name}", 86_400)
    settings = Settings(home=tmp_path / "home", http_wait_scale=0.001, history_days=history)
    settle(settings, market)
    files = downloads(market, tmp_path, LATER)
    with writing(settings) as lake:
        for shop, merchant in shops.items():
            land_files(lake, settings.place, merchant, shop, files[shop] * 2, at=LATER)
    build(settings, at=LATER)
    app = make_app(market, LATER)
    base, stop = serve_in_thread(app)
    try:
        secrets = credentials_of(market, app.state.world, base)
        for run, days in (("run-1", history), ("run-2", 3)):
            done = collect(
                settings, list(shops), run_name=run, credentials=lookup(secrets), until=LATER, days=days
            )
            assert {item.outcome_code for item in done} == {"ok"}
    finally:
        stop()
    build_and_release(settings, at=LATER)
    for by in (BY_DAY, BY_CHANNEL):
        wrong = differences(settings, market, LATER, MONEY, by).filter(pl.col("shop").is_in(list(shops)))
        assert lies(BOTH, wrong, by).is_empty()
    with reading(settings) as lake:
        loads = lake.read(LOAD)
    assert loads["quarantined_qty"].sum() == 0
    assert (
        loads["rows_read_qty"].sum()
        == loads.select(pl.sum_horizontal("published_qty", "superseded_qty", "duplicate_qty").sum()).item()
    )
