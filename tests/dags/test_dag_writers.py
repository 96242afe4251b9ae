"""Two processes that run the timetables at once on one home: no pool keeps them apart, the warehouse's own
lock does, and nothing of either is lost.
"""

from __future__ import annotations

import time

import pytest
from dag_cases import NOW, PERIOD, Market, SimulatedHome, settle, shown, true
from dag_working import Begin

from pipeline.house import reading
from simulator.files import write_files
from warehouse import landing
from warehouse.slot import writer_slot

pytestmark = [pytest.mark.airflow, pytest.mark.slow]


def drop_files(simulated: SimulatedHome, market: Market) -> None:
    for path in write_files(market, simulated.settings.place.inbox, NOW, *PERIOD, ["tinglan-douyin"]):
        settle(path)


def check_nothing_is_lost(simulated: SimulatedHome, market: Market) -> None:
    with reading(simulated.settings) as lake:
        assert landing.pending(lake).is_empty()
    for metric in ("paid_gmv", "refunds", "paid_orders"):
        for merchant in ("yunshan", "tinglan"):
            assert shown(simulated, merchant, metric) == true(market, merchant, metric) > 0


def test_two_writers_at_once_both_come_through(
    simulated: SimulatedHome, market: Market, working: Begin
) -> None:
    """One lands the inbox and builds, the other collects and builds; both begin while the lock is held."""
    drop_files(simulated, market)
    with writer_slot(simulated.settings.place, what="test"):
        one, other = working("watch_inbox", "build"), working("collect", "build")
        for item in (one, other):
            item.await_word("waiting")
        time.sleep(3)  # each is at the lock
        assert "ended" not in one.printed + other.printed
    states = [item.ended() for item in (one, other)]
    assert [name for ended in states for name in ended] == ["watch_inbox", "build", "collect", "build"]
    assert {state for ended in states for state, _ in ended.values()} == {"success"}
    check_nothing_is_lost(simulated, market)


def test_who_has_waited_too_long_is_tried_again_and_comes_through(
    simulated: SimulatedHome, market: Market, working: Begin
) -> None:
    drop_files(simulated, market)
    with writer_slot(simulated.settings.place, what="test"):
        one = working("watch_inbox", "build", slot_seconds=0.2)
        one.await_word(r"\[WRITER_BUSY\]")
    ended = one.ended()
    assert ended["watch_inbox"][0] == "success"
    ((_, state, tries),) = ended["watch_inbox"][1]
    assert (state, tries > 1) == ("success", True)
    assert ended["build"][0] == "success"
    assert shown(simulated, "tinglan", "paid_orders") > 0
    assert not [path for path in simulated.settings.place.inbox.rglob("*") if path.is_file()]
