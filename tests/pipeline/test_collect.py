"""Collection over the APIs: one shop's failure stays its own, cursors move with their data, tokens rotate,
secrets stay out of every trace.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from truth_cases import BY_DAY, NOW, differences, settle, small_market

from metrics.query.access import Viewer
from metrics.query.explain import order_lines
from pipeline.house import reading
from pipeline.intake.credentials import from_environment, open_credentials
from pipeline.intake.raw_rows import raw_rows
from pipeline.steps import attempts, batches, build_and_release, collect, is_transient, run_colour
from simulator.faults import FaultPlan
from simulator.handout import credentials_of as keys
from simulator.history.market import Market
from simulator.server import make_app, serve_in_thread
from simulator.world import World
from warehouse.ops import COLLECTION, CURSOR, EXPORT
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def market() -> Market:
    return small_market(seed=5, lines=300, merchants=2)


@dataclass
class House:
    """A registered market, its server, and every shop's credentials."""

    settings: Settings
    world: World
    faults: FaultPlan
    secrets: dict[str, dict[str, str]]

    def collect(self, run: str, until: dt.datetime = NOW) -> dict[tuple[str, str], str]:
        """(shop, kind) → the outcome, or the rule it failed by."""
        done = collect(
            self.settings,
            sorted(self.secrets),
            run_name=run,
            credentials=self.secrets.__getitem__,
            until=until,
        )
        return {(item.shop_id, item.kind_code): item.rule_name or item.outcome_code for item in done}


@pytest.fixture(scope="module")
def settled(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which everybody of the market is registered. Do not write to it."""
    home = tmp_path_factory.mktemp("settled") / "home"
    settle(Settings(home=home), market)
    return home


@pytest.fixture
def house(market: Market, settled: Path, tmp_path: Path) -> Iterator[House]:
    settings = Settings(home=shutil.copytree(settled, tmp_path / "home"), http_wait_scale=0.001)
    app = make_app(market, NOW)
    base, stop = serve_in_thread(app)
    try:
        yield House(settings, app.state.world, app.state.faults, keys(market, app.state.world, base))
    finally:
        stop()


def test_every_shop_with_credentials_is_in_a_batch(house: House, market: Market) -> None:
    groups = batches(house.settings, size=2)
    assert sorted(shop for group in groups for shop in group) == sorted(market.shops["shop_id"])
    assert max(len(group) for group in groups) == 2


def test_a_revoked_shop_stops_alone_and_the_run_is_amber(house: House, market: Market) -> None:
    gone = sorted(house.secrets)[0]
    house.world.tokens.revoke(gone)
    outcomes = house.collect("run-1")
    failed = {shop for (shop, _), outcome in outcomes.items() if outcome != "ok"}
    assert failed == {gone}
    assert run_colour(house.settings, "run-1") == "amber"
    told = attempts(house.settings, "run-1").filter(outcome_code="failed").row(0, named=True)
    assert told["shop_id"] == gone and "授权" in told["next_step_name"]
    with reading(house.settings) as lake:
        assert gone not in lake.read(CURSOR)["shop_id"]
        assert set(lake.read(CURSOR)["shop_id"]) == set(house.secrets) - {gone}
    build_and_release(house.settings, at=NOW)
    wrong = differences(house.settings, market, NOW, ["paid_gmv"], BY_DAY)
    assert set(wrong["shop"]) == {gone}


def test_nothing_but_failures_is_red(house: House) -> None:
    for shop in house.secrets:
        house.world.tokens.revoke(shop)
    house.collect("run-1")
    assert run_colour(house.settings, "run-1") == "red"


def test_faults_are_ridden_out_and_totals_equal_a_clean_run(house: House, market: Market) -> None:
    house.faults.update(
        {
            "http_429_every": 7,
            "http_5xx_every": 11,
            "throttled_every": 13,
            "truncate_every": 17,
            "retry_after": 0.01,
        }
    )
    assert set(house.collect("run-1").values()) == {"ok"}
    assert sum(house.faults.injected.values()) > 5
    build_and_release(house.settings, at=NOW)
    assert differences(
        house.settings, market, NOW, ["paid_gmv", "refunds", "net_by_refund_date"], BY_DAY
    ).is_empty()
    _every_platform_shows_its_records(house, market)


def _every_platform_shows_its_records(house: House, market: Market) -> None:
    """A line leads back to the record of the page it came with."""
    for merchant in market.merchants["merchant_id"]:
        viewer = Viewer(house.settings.place, "test", "merchant", merchant)
        for line in (
            order_lines(viewer, "paid_gmv", {})
            .rows.unique("shop_id", maintain_order=True)
            .iter_rows(named=True)
        ):
            rows = raw_rows(viewer, line)
            assert rows and all(row.is_raw and row.source == "api" for row in rows)
            assert all(line["order_id"] in row.cells.values() for row in rows), line


def test_a_platform_that_stays_down_is_worth_another_try(house: House) -> None:
    house.faults.update({"http_5xx_every": 1})
    quick = house.settings.model_copy(update={"http_attempts": 2})
    done = collect(
        quick, sorted(house.secrets)[:1], run_name="run-1", credentials=house.secrets.__getitem__, until=NOW
    )
    assert {(item.outcome_code, item.is_transient) for item in done} == {("failed", True)}
    house.faults.reset()
    assert set(house.collect("run-1").values()) == {"ok"}
    assert run_colour(house.settings, "run-1") == "green", (
        "a retry of the same run replaces its failed attempt"
    )


def test_a_rotated_token_is_kept_and_used_by_the_next_run(house: House) -> None:
    douyin = [shop for shop in sorted(house.secrets) if shop.endswith("-douyin")]
    for shop in set(house.secrets) - set(douyin):
        del house.secrets[shop]
    house.world.tokens.expire_all()
    assert set(house.collect("run-1").values()) == {"ok"}
    given = house.secrets[douyin[0]]
    kept = open_credentials(house.settings.place, douyin[0], given)
    assert kept.access_token not in ("", given["access_token"])
    assert set(house.collect("run-2").values()) == {"ok"}
    again = {**given, "access_token": "new", "refresh_token": "new"}
    assert open_credentials(house.settings.place, douyin[0], again).access_token == "new", (
        "a person's new authorisation wins"
    )
    tokens = house.settings.place.home / "secrets" / "tokens.json"
    assert tokens.stat().st_mode & 0o077 == 0


def test_the_cursor_covers_what_was_collected_and_the_window_reaches_back(house: House) -> None:
    house.collect("run-1", NOW - dt.timedelta(days=3))
    house.collect("run-2", NOW)
    with reading(house.settings) as lake:
        cursors, exports = lake.read(CURSOR), lake.read(EXPORT)
    assert set(cursors["covered_until_at"].dt.timestamp("ms")) == {int(NOW.timestamp() * 1000)}
    second = exports.filter(run_name="run-2")
    assert second.is_empty() or second["window_start_at"].max() == NOW - dt.timedelta(
        days=house.settings.collect_days
    )
    house.collect("run-3", NOW - dt.timedelta(days=1))
    with reading(house.settings) as lake:
        assert (
            lake.read(CURSOR)
            .drop("run_name")
            .sort("shop_id", "kind_code")
            .equals(cursors.drop("run_name").sort("shop_id", "kind_code"))
        ), "never back"


def test_the_first_time_a_shop_is_read_back_as_far_as_the_setting_says(house: House) -> None:
    house.settings = house.settings.model_copy(update={"history_days": 5, "collect_days": 3})
    for number, end in enumerate((NOW - dt.timedelta(hours=1), NOW)):
        house.collect(f"run-{number}", end)
    with reading(house.settings) as lake:
        tried = lake.read(COLLECTION)
    back = tried.with_columns(back=pl.col("window_end_at") - pl.col("window_start_at"))
    assert set(back.filter(run_name="run-0")["back"]) == {dt.timedelta(days=5)}
    assert set(back.filter(run_name="run-1")["back"]) == {dt.timedelta(days=3)}


def test_secrets_leave_no_trace(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "canary-secret-7f3a"
    shop = sorted(house.secrets)[0]
    house.secrets[shop] = {**house.secrets[shop], "app_secret": canary, "access_token": canary}
    with caplog.at_level(logging.DEBUG):
        outcomes = house.collect("run-1")
    assert {outcome for (name, _), outcome in outcomes.items() if name == shop} != {"ok"}
    build_and_release(house.settings, at=NOW)
    assert canary not in caplog.text
    for path in house.settings.place.home.rglob("*"):
        if path.is_file():
            assert canary.encode() not in path.read_bytes(), path
    monkeypatch.setenv(
        "BAIYUN_CREDENTIAL_SHOP_A",
        '{"base_url": "http://127.0.0.1:1", "app_key": "k", "app_secret": "' + canary + '"}',
    )
    assert canary not in repr(open_credentials(house.settings.place, "shop-a", from_environment("shop-a")))


def test_a_missing_credential_is_a_persons_business(house: House) -> None:
    shop = sorted(house.secrets)[0]
    done = collect(house.settings, [shop], run_name="run-1", credentials=from_environment, until=NOW)
    assert {item.rule_name for item in done} == {"NO_CREDENTIAL"} and not any(
        item.is_transient for item in done
    )
    assert not is_transient(ValueError())
