"""Collection faults F01-F19 (those a client meets) for Xiaohongshu: after recovery every total is the market's, and a cursor covers only what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from truth_cases import settle
from xiaohongshu_cases import NOW, conformed, read_api

from connectors.xiaohongshu import PLATFORM, simulate
from connectors.xiaohongshu.simulate import XiaohongshuDialect
from pipeline.collect import collect, run_colour
from pipeline.house import reading
from simulator.faults import FaultPlan
from simulator.handout import credentials_of
from simulator.market import Market, build_market
from simulator.server import make_app, serve_in_thread
from simulator.world import World
from warehouse.landing import read_landed
from warehouse.ops import CURSOR, EXPORT
from warehouse.settings import Settings

TABLES = {
    "orders": ("order", "order_id"), "after_sales": ("refund_line", "refund_id"), "settlements": ("settlement_entry", "settlement_entry_id"),
    "services": ("settlement_entry", "settlement_entry_id"), "funds": ("fund_entry", "fund_entry_id"),
}  # fmt: skip
LAST_WEEK = NOW - dt.timedelta(days=6)


@pytest.fixture(scope="module")
def small() -> Market:
    """Two shops of two merchants."""
    return build_market(seed=5, merchants=2, days=20, lines=240, now=NOW, platforms=("xiaohongshu",))


@dataclass
class House:
    """The market registered in a fresh house, its server, and every shop's credentials."""

    settings: Settings
    market: Market
    world: World
    faults: FaultPlan
    base: str
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorise(self) -> None:
        """Every shop gives its consent (again)."""
        self.secrets = credentials_of(self.market, self.world, self.base)

    def run(self, name: str) -> dict[tuple[str, str], str]:
        """(shop, kind) → the outcome of one collection at the world's moment, or the rule it failed by."""
        done = collect(self.settings, sorted(self.secrets), run_name=name, credentials=self.secrets.__getitem__, until=self.world.at)
        return {(item.shop_id, item.kind_code): item.rule_name or item.outcome_code for item in done}

    def cursors(self) -> dict[tuple[str, str], dt.datetime]:
        """(shop, kind) → until when everything has come."""
        with reading(self.settings) as lake:
            return {(row["shop_id"], row["kind_code"]): row["covered_until_at"] for row in lake.read(CURSOR).iter_rows(named=True)}

    def landed(self, shop_id: str, kind: str) -> pl.DataFrame:
        """The newest state of everything of a kind that has come, from the bytes kept."""
        with reading(self.settings) as lake:
            exports = lake.read(EXPORT).filter((pl.col("shop_id") == shop_id) & (pl.col("kind_code") == kind)).sort("observed_at", "received_at")
        table, key = TABLES[kind]
        pages = [read_landed(self.settings.place, name) for name in exports["landing_name"]]
        frame = conformed(read_api(kind, pages, shop_id))[table] if pages else PLATFORM.conform(kind, PLATFORM.bronze[kind].empty())[table]
        return frame.sort("_export_id", "_row_number").unique(key, keep="last", maintain_order=True)

    def totals(self, shop_id: str) -> dict[str, int]:
        orders, refunds, settled, services, funds = (self.landed(shop_id, kind) for kind in TABLES)
        done = refunds.filter(refund_status_code="success")
        sums = {"settled": settled["settled_fen"].sum(), "services": services["settled_fen"].sum(), "moved": funds["moved_fen"].sum()}
        return {"orders": orders.height, "paid": orders["paid_fen"].sum(), "refunds": done["refund_fen"].sum(), **sums}

    def truth(self, shop_id: str) -> dict[str, int]:
        world = self.world
        lines, refunds = world.lines(shop_id), world.refunds(shop_id).filter(refund_status_code="success")
        services = -world.insurance(shop_id)["premium_merchant_fen"].sum()
        sums = {"settled": world.settlements(shop_id)["settled_fen"].sum(), "services": services, "moved": world.funds(shop_id)["moved_fen"].sum()}
        return {"orders": lines["order_id"].n_unique(), "paid": lines["paid_fen"].sum(), "refunds": refunds["refund_fen"].sum(), **sums}

    def all_came(self) -> bool:
        return all(self.totals(shop) == self.truth(shop) and self.truth(shop)["refunds"] > 0 for shop in self.secrets)


@pytest.fixture
def house(small: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("pipeline.collect.HISTORY_DAYS", 26)
    monkeypatch.setattr("connectors.xiaohongshu.api.BACK", 86_400_000)
    settings = Settings(home=tmp_path / "home", http_wait_scale=0.001)
    settle(settings, small)
    app = make_app(small, NOW, [simulate.dialect()])
    base, stop = serve_in_thread(app)
    made = House(settings, small, app.state.world, app.state.faults, base)
    made.authorise()
    yield made
    stop()


def test_a_run_full_of_faults_ends_with_the_totals_of_a_clean_run(house: House) -> None:
    """F01, F02, F04, F13 together."""
    house.faults.update({"http_429_every": 19, "retry_after": 0.01, "throttled_every": 23, "busy_every": 29, "http_5xx_every": 31, "truncate_every": 17})
    house.faults.update({"burst_5xx": 3, "expire_at": 60})
    assert set(house.run("run-1").values()) == {"ok"}
    assert {"http_429", "throttled", "busy", "http_5xx", "truncate", "burst_5xx", "expire"} <= set(house.faults.injected)
    assert house.all_came()


def test_a_shop_revoked_midway_stops_alone_and_only_its_cursor_waits(house: House) -> None:
    """F06: the pages that came stay, no cursor covers what did not, and a new consent brings the rest."""
    first, second = sorted(house.secrets)
    house.faults.update({"revoke_at": 50, "revoke_shop": first})
    outcomes = house.run("run-1")
    assert {outcomes[first, kind] for kind in PLATFORM.api_kinds} == {"TOKEN_REFUSED"}
    assert {outcomes[second, kind] for kind in PLATFORM.api_kinds} == {"ok"}
    assert set(house.cursors()) == {key for key, outcome in outcomes.items() if outcome == "ok"}
    assert run_colour(house.settings, "run-1") == "amber"
    assert house.totals(second) == house.truth(second)
    assert 0 < house.landed(first, "orders").height < house.truth(first)["orders"]
    house.faults.reset()
    house.authorise()
    assert set(house.run("run-2").values()) == {"ok"}
    assert set(house.cursors().values()) == {NOW}
    assert house.all_came()


def test_a_platform_that_fails_midway_moves_no_cursor(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """F02: tries are bounded; what came before the failure is kept and counted once."""
    shop = sorted(house.secrets)[0]
    plain, asked = XiaohongshuDialect._one, [0]

    def failing(self: XiaohongshuDialect, world: World, shop_id: str, kind: str, name: str) -> str:
        asked[0] += kind == "after_sales"
        if kind == "after_sales" and asked[0] > 5:
            raise simulate.Refusal(-1, "系统繁忙，请稍后再试")
        return plain(self, world, shop_id, kind, name)

    monkeypatch.setattr(XiaohongshuDialect, "_one", failing)
    outcomes = house.run("run-1")
    assert {kind for (_, kind), outcome in outcomes.items() if outcome != "ok"} == {"after_sales"}
    assert outcomes[shop, "after_sales"] == "PLATFORM_BUSY"
    assert "after_sales" not in {kind for _, kind in house.cursors()}
    monkeypatch.setattr(XiaohongshuDialect, "_one", plain)
    assert set(house.run("run-1").values()) == {"ok"}
    assert house.all_came()


def test_an_update_days_later_is_met_by_the_next_run(house: House) -> None:
    """F16: orders refunded, settled and closed since; their newest state wins and nothing counts twice."""
    house.world.at = LAST_WEEK
    assert set(house.run("run-1").values()) == {"ok"}
    before = {shop: house.totals(shop) for shop in house.secrets}
    assert all(before[shop] == house.truth(shop) for shop in house.secrets)
    house.world.at = NOW
    assert set(house.run("run-2").values()) == {"ok"}, "tokens have run out meanwhile and are renewed on the way"
    assert house.all_came()
    assert all(house.totals(shop)["refunds"] > before[shop]["refunds"] for shop in house.secrets)
