"""Collection faults F01-F19 (those a client meets) for Taobao: after recovery every total is the market's, and a cursor covers only what came."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from conftest import Gateway
from starlette.responses import RedirectResponse, Response
from taobao_cases import NOW, offline_api
from truth_cases import settle

from connectors.http import Client, Credentials
from connectors.reading import Origin, read_pages, read_records
from connectors.taobao import PLATFORM, simulate
from connectors.taobao import simulate_api as wire
from connectors.taobao.api import TaobaoApi
from connectors.taobao.simulate import TaobaoDialect
from contracts.errors import CollectError, TransientError
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

DAYS, HISTORY = 24, 30
KINDS = ("trades", "refunds")
LAST_WEEK = NOW - dt.timedelta(days=6)


@pytest.fixture(scope="module")
def small() -> Market:
    """Two shops of two merchants."""
    return build_market(seed=5, merchants=2, days=DAYS, lines=300, now=NOW, platforms=("taobao",))


@dataclass
class House:
    """The market registered in a fresh house, its server, and every shop's credentials."""

    settings: Settings
    market: Market
    world: World
    faults: FaultPlan
    base: str

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

    def landed(self, shop_id: str, kind: str, table: str, key: str) -> pl.DataFrame:
        """The newest state of everything that has come, from the bytes kept."""
        with reading(self.settings) as lake:
            exports = lake.read(EXPORT).filter((pl.col("shop_id") == shop_id) & (pl.col("kind_code") == kind)).sort("observed_at", "received_at")
        assert PLATFORM.api is not None
        api = PLATFORM.api(Client(), Credentials("http://127.0.0.1", "key", "secret"))
        pages = [
            (
                Origin("m", shop_id, row["export_id"], kind, NOW, row["observed_at"]),
                api.records(kind, read_landed(self.settings.place, row["landing_name"])),
            )
            for row in exports.iter_rows(named=True)
        ]
        read = read_pages(PLATFORM, kind, pages)
        return PLATFORM.conform(kind, read.bronze)[table].unique(key, keep="last", maintain_order=True)

    def totals(self, shop_id: str) -> dict[str, int]:
        lines = self.landed(shop_id, "trades", "order_line", "order_line_id")
        orders, refunds = self.landed(shop_id, "trades", "order", "order_id"), self.landed(shop_id, "refunds", "refund_line", "refund_id")
        done = refunds.filter(refund_status_code="success")
        return {"lines": lines.height, "paid": orders["paid_fen"].sum(), "refunds": done["refund_fen"].sum()}

    def truth(self, shop_id: str) -> dict[str, int]:
        lines, refunds = self.world.lines(shop_id), self.world.refunds(shop_id)
        return {"lines": lines.height, "paid": lines["paid_fen"].sum(), "refunds": refunds.filter(refund_status_code="success")["refund_fen"].sum()}

    def all_came(self) -> bool:
        return all(self.totals(shop) == self.truth(shop) and min(self.truth(shop).values()) > 0 for shop in self.secrets)


@pytest.fixture
def house(small: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("pipeline.collect.HISTORY_DAYS", HISTORY)
    settings = Settings(home=tmp_path / "home", http_wait_scale=0.001, collect_days=HISTORY)
    settle(settings, small)
    app = make_app(small, NOW, [simulate.dialect()])
    base, stop = serve_in_thread(app)
    made = House(settings, small, app.state.world, app.state.faults, base)
    made.authorise()
    yield made
    stop()


def test_a_run_full_of_faults_ends_with_the_totals_of_a_clean_run(house: House) -> None:
    """F01, F02, F13 together."""
    house.faults.update({"http_429_every": 9, "retry_after": 0.01, "throttled_every": 11, "busy_every": 13, "http_5xx_every": 17, "truncate_every": 8})
    house.faults.update({"burst_5xx": 3})
    assert set(house.run("run-1").values()) == {"ok"}
    assert {"http_429", "throttled", "busy", "http_5xx", "truncate", "burst_5xx"} <= set(house.faults.injected)
    assert house.all_came()


@pytest.mark.parametrize("number", [5, 40])
def test_a_shop_revoked_midway_stops_alone_and_only_its_cursor_waits(house: House, number: int) -> None:
    """F06: the pages that came stay, no cursor covers what did not, and a new consent brings the rest."""
    first, second = sorted(house.secrets)
    house.faults.update({"revoke_at": number, "revoke_shop": first})
    outcomes = house.run("run-1")
    assert [outcomes[first, kind] == "ok" for kind in KINDS] == [number > 31, False]
    assert {outcomes[second, kind] for kind in KINDS} == {"ok"}
    assert set(house.cursors()) == {key for key, outcome in outcomes.items() if outcome == "ok"}
    assert run_colour(house.settings, "run-1") == "amber"
    assert house.totals(second) == house.truth(second)
    house.faults.reset()
    house.authorise()
    assert set(house.run("run-2").values()) == {"ok"}
    assert set(house.cursors().values()) == {NOW}
    assert house.all_came()


def test_sessions_that_expire_midway_wait_for_consent_and_lose_nothing(house: House) -> None:
    """F04: only the shop itself can renew a session, so nobody tries; what had come is kept."""
    house.faults.update({"expire_at": 20})
    outcomes = house.run("run-1")
    assert set(outcomes.values()) == {"SESSION_INVALID"}
    assert house.faults.requests < 25
    assert house.cursors() == {}
    house.authorise()
    assert set(house.run("run-2").values()) == {"ok"}
    assert house.all_came()


def test_a_platform_that_fails_midway_moves_no_cursor(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """F02: tries are bounded; the other method's cursor moves on."""

    def fail(*_: object) -> dict[str, object]:
        raise wire.Refusal(15, "Remote service error", "isp.remote-service-timeout", "API调用远程服务超时")

    with monkeypatch.context() as patch:
        patch.setitem(wire.METHODS, "taobao.refunds.receive.get", fail)
        outcomes = house.run("run-1")
    assert {(kind, outcome) for (_, kind), outcome in outcomes.items()} == {("trades", "ok"), ("refunds", "PLATFORM_BUSY")}
    assert {kind for _, kind in house.cursors()} == {"trades"}
    assert set(house.run("run-1").values()) == {"ok"}
    assert house.all_came()


def test_an_update_days_later_is_met_by_the_next_run(house: House) -> None:
    """F16: orders refunded and closed since; their newest state wins and nothing counts twice."""
    house.world.at = LAST_WEEK
    assert set(house.run("run-1").values()) == {"ok"}
    assert all(house.totals(shop) == house.truth(shop) for shop in house.secrets)
    before = {shop: house.totals(shop) for shop in house.secrets}
    house.world.at = NOW
    house.authorise()
    assert set(house.run("run-2").values()) == {"ok"}
    assert house.all_came()
    assert all(house.totals(shop)["refunds"] > before[shop]["refunds"] for shop in house.secrets)


# --- what one request may meet ----------------------------------------------------------------------------------------------------------

START = NOW - dt.timedelta(days=3)


def ids(gateway: Gateway, shop_id: str, skew: float = 0.0, **limits: float) -> list[str]:
    """Sub-orders as they come, by a client with these limits whose clock is ``skew`` seconds ahead."""
    client = Client(wait_scale=0.0, **limits)  # type: ignore[arg-type]
    api = TaobaoApi(client, gateway.credentials(shop_id), now=lambda: time.time() + skew)
    return [str(row["order.oid"]) for page in api.pages("trades", START, NOW) for row in api.records("trades", page)]


@pytest.fixture
def busiest(shop_ids: list[str]) -> str:
    return shop_ids[-1]


def test_an_answer_that_comes_too_late_is_asked_for_again(gateway: Gateway, busiest: str) -> None:
    """F03: the gateway had accepted the request; asking again changes nothing there."""
    clean = ids(gateway, busiest)
    gateway.faults.reset()
    gateway.faults.update({"slow_every": 3, "slow_seconds": 1.5})
    assert ids(gateway, busiest, timeout_seconds=0.6) == clean
    assert gateway.faults.injected["slow"] > 0


@pytest.mark.parametrize("seconds", [-900, 900, -3600])
def test_a_clock_that_is_off_is_put_right_by_the_gateways(gateway: Gateway, busiest: str, seconds: int) -> None:
    """F12: more than ten minutes off the timestamp is refused; the answer's own date tells by how much."""
    clean = ids(gateway, busiest)
    asked = gateway.faults.requests
    gateway.faults.reset()
    assert ids(gateway, busiest, skew=seconds) == clean
    assert gateway.faults.requests == asked + 1


def test_a_timestamp_refused_by_a_clock_like_ours_is_a_matter_for_people(gateway: Gateway, busiest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_TOLERANCE", dt.timedelta(seconds=-1))
    with pytest.raises(CollectError, match=r"CLOCK_WRONG.*时钟") as caught:
        ids(gateway, busiest)
    assert not isinstance(caught.value, TransientError)
    assert gateway.faults.requests == 1


def test_the_gateways_redirect_is_not_followed(gateway: Gateway, busiest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """F17: an address inside somebody's cloud is never asked."""
    monkeypatch.setattr(TaobaoDialect, "throttled", lambda self: RedirectResponse("http://169.254.169.254/latest", 302))
    gateway.faults.update({"throttled_every": 1})
    with pytest.raises(CollectError, match="HTTP_STATUS"):
        ids(gateway, busiest)
    assert gateway.faults.requests == 1


def test_an_endless_answer_is_cut_off(gateway: Gateway, busiest: str) -> None:
    """F18."""
    with pytest.raises(CollectError, match="BODY_TOO_LARGE"):
        ids(gateway, busiest, max_body_bytes=400)


@pytest.mark.parametrize("body", ["<html>系统维护</html>".encode("gbk"), b"", b'{"a":1,"b":2}', b"[]"])
def test_a_body_that_is_no_answer_is_worth_another_try(gateway: Gateway, busiest: str, monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """F13: a maintenance page on HTTP 200, nothing at all, somebody else's JSON."""
    clean = ids(gateway, busiest)
    monkeypatch.setattr(TaobaoDialect, "throttled", lambda self: Response(body, media_type="text/html"))
    gateway.faults.reset()
    gateway.faults.update({"throttled_every": 2})
    assert ids(gateway, busiest) == clean
    assert gateway.faults.injected["throttled"] > 0


def test_repeated_and_empty_pages_are_read_in_another_pass(gateway: Gateway, busiest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """F07, F09, F11: now and then an answer is the one before it, or a page of a full window without rows; no trade is lost for it."""
    monkeypatch.setattr("connectors.taobao.api.PAGE_SIZE", 10)
    clean = set(ids(gateway, busiest))
    honest = wire.METHODS["taobao.trades.sold.increment.get"]
    told: list[dict[str, Any]] = []
    spoilt: list[int] = []

    def stutter(*call: Any) -> dict[str, Any]:  # noqa: ANN401 - the method's own arguments
        told.append(honest(*call))
        number = len(told)
        if number % 23 == 0:
            spoilt.append(number)
            return told[-2]
        if number % 17 == 0:
            spoilt.append(number)
            return {"trades_sold_increment_get_response": {**told[-1]["trades_sold_increment_get_response"], "trades": {"trade": []}}}
        return told[-1]

    monkeypatch.setitem(wire.METHODS, "taobao.trades.sold.increment.get", stutter)
    assert set(ids(gateway, busiest)) == clean
    assert len(spoilt) >= 2


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null stands where an object was."""
    number = 3_100_000_000_000_090_303
    order = {"oid": number, "status": "SOME_NEW_STATE", "price": "99.90", "num": 1, "payment": "99.90", "divide_order_fee": "99.90", "newMember": [{}]}
    trade = {
        "tid": number,
        "type": "fixed",
        "status": "SOME_NEW_STATE",
        "created": "2026-11-20 10:00:00",
        "modified": "2026-11-20 10:00:01",
        "payment": "99.90",
    }
    body = {
        "trades_sold_increment_get_response": {"total_results": 2, "trades": {"trade": [{**trade, "orders": {"order": [order]}}, {**trade, "orders": None}]}}
    }
    records = offline_api().records("trades", orjson.dumps(body))
    read = read_records(PLATFORM, "trades", records, Origin("m", "s", "a" * 64, "page", NOW, NOW))
    assert (read.bronze.height, read.quarantine["_row_number"].n_unique()) == (1, 1), "a trade without sub-orders is set aside, not lost"
    line = PLATFORM.conform("trades", read.bronze)["order_line"].row(0, named=True)
    assert (line["order_line_id"], line["order_status_code"], line["placed_fen"]) == (str(number), "unknown", 9_990)
