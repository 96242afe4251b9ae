"""What one more day costs is counted, not timed: the same statements whatever the length of the history,
within a budget.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from counting import counted
from truth_cases import NOW

from pipeline.build.run import build
from pipeline.house import writing
from pipeline.intake.land import land_files
from pipeline.intake.registering import register_market
from pipeline.release.releasing import audit, release
from simulator.files import write_files
from simulator.handout import registry_of
from simulator.history.market import Market, build_market
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

#: Statements of one more day of one merchant on two platforms: raise one only for a table that earns it.
BUDGET = {"build": 300, "judge": 230, "release": 100}
#: Which tables a day touches differs a little from one history to another.
ALIKE = 0.08
_DAY = dt.timedelta(days=1)


def give(
    settings: Settings, market: Market, folder: Path, at: dt.datetime, first: dt.date, last: dt.date
) -> None:
    owners = dict(market.shops.select("shop_id", "merchant_id").iter_rows())
    found: dict[str, list[Path]] = {}
    for path in write_files(market, folder, at, first, last):
        found.setdefault(path.parts[-2], []).append(path)
    with writing(settings) as lake:
        for shop, paths in found.items():
            land_files(lake, settings.place, owners[shop], shop, paths, at=at)


def one_more_day(home: Path, days: int) -> dict[str, int]:
    """Statements by step of a day after ``days`` of history, forty lines a day."""
    market = build_market(5, 1, days, 40 * days, now=NOW, platforms=("douyin", "taobao"))
    settings = Settings(home=home / "home")
    register_market(settings, registry_of(market), at=NOW - dt.timedelta(days=400))
    give(
        settings,
        market,
        home / "before",
        NOW - _DAY,
        (NOW - (days + 1) * _DAY).date(),
        (NOW - 2 * _DAY).date(),
    )
    before = build(settings, at=NOW - _DAY)
    audit(settings, before.build_number, before.snapshot)
    release(settings, before.build_number, before.snapshot)
    give(settings, market, home / "after", NOW, (NOW - _DAY).date(), (NOW - _DAY).date())
    found = {}
    with counted() as sent:
        made = build(settings, at=NOW)
        found["build"] = len(sent.statements)
        audit(settings, made.build_number, made.snapshot)
        found["judge"] = len(sent.statements) - found["build"]
        release(settings, made.build_number, made.snapshot)
        found["release"] = len(sent.statements) - found["build"] - found["judge"]
    return found


def test_one_more_day_sends_as_many_statements_after_four_times_the_history(tmp_path: Path) -> None:
    short, long = (one_more_day(tmp_path / str(days), days) for days in (12, 48))
    for step, most in BUDGET.items():
        assert 0 < short[step] <= most and 0 < long[step] <= most, (step, short, long)
        assert long[step] <= short[step] * (1 + ALIKE) + 2, (step, short, long)
