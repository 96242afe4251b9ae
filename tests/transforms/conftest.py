"""One small market for the transforms tests, read by files and by the open platforms, at two moments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from market_cases import Observations, by_api, by_files
from transforms_cases import at

from simulator.history.market import build_market
from simulator.server import make_app, serve_in_thread

NOW = at("2026-11-24 12:00:00")
EARLIER = at("2026-11-16 09:30:00")
FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 11, 24)
#: The API's update window at each moment: the earlier collection saw a few days only.
START = {EARLIER: at("2026-11-13 00:00:00"), NOW: at("2026-10-20 00:00:00")}


@pytest.fixture(scope="session")
def seen() -> Iterator[Observations]:
    market = build_market(seed=11, merchants=5, days=30, lines=4_000, now=NOW, platforms=("douyin", "taobao"))
    files, api = {}, {}
    for moment in (EARLIER, NOW):
        base, stop = serve_in_thread(app := make_app(market, moment))
        for platform in ("douyin", "taobao"):
            files[platform, moment] = by_files(market, platform, moment, FIRST, LAST)
            api[platform, moment] = by_api(base, app.state.world, platform, START[moment], moment)
        stop()
    yield Observations(market, NOW, EARLIER, FIRST, LAST, files, api)
