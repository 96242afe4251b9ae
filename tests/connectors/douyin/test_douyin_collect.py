"""Collection faults F01-F19 (those a client meets) for Douyin: after recovery every total is the market's, and a cursor covers only what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import orjson
import polars as pl
import pytest
from douyin_cases import MARKET_NOW, Shop, conformed, moment, read_page
from starlette.responses import RedirectResponse, Response
from truth_cases import settle

from connectors.douyin import PLATFORM, simulate
from connectors.douyin.simulate import DouyinDialect
from connectors.douyin.simulate_api import Rendered
from connectors.http import Client, Credentials
from connectors.reading import Origin, read_pages, read_records
from contracts.errors import CollectError, CredentialError, TransientError
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
KEYS = {"orders": ("order_line_id",), "after_sales": ("refund_id", "order_line_id"), "settlements": ("settlement_entry_id",)}
LAST_WEEK = MARKET_NOW - dt.timedelta(days=6)


@pytest.fixture(scope="module")
def small() -> Market:
    """Two shops of two merchants."""
    return build_market(seed=5, merchants=2, days=DAYS, lines=300, now=MARKET_NOW, platforms=("douyin",))


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

    def landed(self, shop_id: str, kind: str) -> pl.DataFrame:
        """The newest state of every row that has come, from the bytes kept."""
        with reading(self.settings) as lake:
            exports = lake.read(EXPORT).filter((pl.col("shop_id") == shop_id) & (pl.col("kind_code") == kind)).sort("observed_at", "received_at")
        assert PLATFORM.api is not None
        api = PLATFORM.api(Client(), Credentials("http://127.0.0.1", "key", "secret"))
        pages = [
            (
                Origin("m", shop_id, row["export_id"], kind, MARKET_NOW, row["observed_at"]),
                api.records(kind, read_landed(self.settings.place, row["landing_name"])),
            )
            for row in exports.iter_rows(named=True)
        ]
        read = read_pages(PLATFORM, kind, pages)
        return conformed(read).unique([*KEYS[kind]], keep="last", maintain_order=True)

    def totals(self, shop_id: str) -> dict[str, int]:
        lines, refunds, settled = (self.landed(shop_id, kind) for kind in KEYS)
        done = refunds.filter(refund_status_code="success")
        paid = lines.filter(pl.col("paid_at").is_not_null())
        return {"orders": lines.height, "paid": paid["paid_fen"].sum(), "refunds": done["refund_fen"].sum(), "settled": settled["settled_fen"].sum()}

    def truth(self, shop_id: str) -> dict[str, int]:
        """Of the bill the days before today's: a day's entries are written on the next."""
        lines, refunds, settled = self.world.lines(shop_id), self.world.refunds(shop_id), self.world.settlements(shop_id)
        settled = settled.filter(pl.col("settled_at").dt.date() < self.world.at.date())
        done = refunds.filter(refund_status_code="success")
        return {"orders": lines.height, "paid": lines["paid_fen"].sum(), "refunds": done["refund_fen"].sum(), "settled": settled["settled_fen"].sum()}

    def all_came(self) -> bool:
        return all(self.totals(shop) == self.truth(shop) and min(self.truth(shop).values()) > 0 for shop in self.secrets)


@pytest.fixture
def house(small: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("pipeline.collect.HISTORY_DAYS", HISTORY)
    settings = Settings(home=tmp_path / "home", http_wait_scale=0.001, collect_days=HISTORY)
    settle(settings, small)
    app = make_app(small, MARKET_NOW, [simulate.dialect()])
    base, stop = serve_in_thread(app)
    made = House(settings, small, app.state.world, app.state.faults, base)
    made.authorise()
    yield made
    stop()


def test_a_run_full_of_faults_ends_with_the_totals_of_a_clean_run(house: House) -> None:
    """F01, F02, F04, F13 together."""
    house.faults.update({"http_429_every": 9, "retry_after": 0.01, "throttled_every": 11, "busy_every": 13, "http_5xx_every": 17, "truncate_every": 8})
    house.faults.update({"burst_5xx": 3, "expire_at": 28})
    assert set(house.run("run-1").values()) == {"ok"}
    assert {"http_429", "throttled", "busy", "http_5xx", "truncate", "burst_5xx", "expire"} <= set(house.faults.injected)
    assert house.all_came()


def test_a_shop_revoked_midway_stops_alone_and_only_its_cursor_waits(house: House) -> None:
    """F06: the pages that came stay, no cursor covers what did not, and a new consent brings the rest."""
    first, second = sorted(house.secrets)
    house.faults.update({"revoke_at": 5, "revoke_shop": first})
    outcomes = house.run("run-1")
    assert [outcomes[first, kind] == "ok" for kind in KEYS] == [True, False, False]
    assert {outcomes[second, kind] for kind in KEYS} == {"ok"}
    assert set(house.cursors()) == {key for key, outcome in outcomes.items() if outcome == "ok"}
    assert run_colour(house.settings, "run-1") == "amber"
    assert house.totals(second) == house.truth(second)
    house.faults.reset()
    house.authorise()
    assert set(house.run("run-2").values()) == {"ok"}
    assert set(house.cursors().values()) == {MARKET_NOW}
    assert house.all_came()


def test_a_platform_that_fails_midway_moves_no_cursor(house: House) -> None:
    """F02: tries are bounded; what came before the failure is kept and counted once."""
    shop = sorted(house.secrets)[0]
    house.faults.update({"only": "afterSale", "http_5xx_every": 1})
    outcomes = house.run("run-1")
    assert {kind for (_, kind), outcome in outcomes.items() if outcome != "ok"} == {"after_sales"}
    assert outcomes[shop, "after_sales"] == "HTTP_BUSY"
    assert {kind for _, kind in house.cursors()} == {"orders", "settlements"}
    house.faults.reset()
    assert set(house.run("run-1").values()) == {"ok"}
    assert house.all_came()


def test_an_update_days_later_is_met_by_the_next_run(house: House) -> None:
    """F16: orders refunded, settled and closed since; their newest state wins and nothing counts twice."""
    house.world.at = LAST_WEEK
    assert set(house.run("run-1").values()) == {"ok"}
    assert all(house.totals(shop) == house.truth(shop) for shop in house.secrets)
    before = {shop: house.totals(shop) for shop in house.secrets}
    house.world.at = MARKET_NOW
    assert set(house.run("run-2").values()) == {"ok"}, "tokens have run out meanwhile and are renewed on the way"
    assert house.all_came()
    assert all(house.totals(shop)["refunds"] > before[shop]["refunds"] for shop in house.secrets)


# --- what one request may meet ----------------------------------------------------------------------------------------------------------

START = moment("2026-07-01 00:00:00")


def ids(shop: Shop, **limits: float) -> list[object]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), shop.credentials)  # type: ignore[arg-type]
    return [row["sku.order_id"] for page in api.pages("orders", START, MARKET_NOW) for row in api.records("orders", page)]


def test_an_answer_that_comes_too_late_is_asked_for_again(shop: Shop) -> None:
    """F03: the platform had accepted the request; asking again changes nothing there."""
    clean = ids(shop)
    shop.faults.reset()
    shop.faults.update({"slow_every": 3, "slow_seconds": 1.5})
    assert ids(shop, timeout_seconds=0.5) == clean
    assert shop.faults.injected["slow"] > 0


def test_a_new_token_lost_on_the_way_asks_for_a_person(shop: Shop) -> None:
    """F05: the platform has rotated it, the answer came in half; nothing is saved, and the old one is not taken for good."""
    shop.world.tokens.expire_all()
    shop.faults.update({"only": "token/refresh", "truncate_every": 2})
    shop.faults.requests = 1
    with pytest.raises(CredentialError, match=r"TOKEN_NOT_GIVEN.*授权"):
        ids(shop)
    assert (shop.saved, shop.faults.injected["truncate"]) == ([], 1)


@pytest.mark.parametrize("seconds", [-900, 900, -3600])
def test_a_clock_that_is_off_is_put_right_by_the_platforms(shop: Shop, seconds: int) -> None:
    """F12: more than ten minutes off the timestamp is refused; the answer's own date tells by how much."""
    clean = ids(shop)
    shop.faults.reset()
    api = shop.api()
    plain = api.gateway.now
    api.gateway.now = lambda: plain() + seconds
    assert [row["sku.order_id"] for row in shop.collect("orders", START, MARKET_NOW, api)] == clean
    assert abs(api.gateway.skew + seconds) < 30


def test_a_timestamp_refused_by_a_clock_like_ours_is_a_matter_for_people(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.douyin.simulate._TIMESTAMP_SLACK_SECONDS", -1)
    with pytest.raises(CollectError, match=r"CLOCK_WRONG.*时钟") as caught:
        ids(shop)
    assert not isinstance(caught.value, TransientError)
    assert shop.faults.requests == 1


def test_the_platforms_redirect_is_not_followed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F17: an address inside somebody's cloud is never asked."""
    monkeypatch.setattr(DouyinDialect, "throttled", lambda self: RedirectResponse("http://169.254.169.254/latest", 302))
    shop.faults.update({"throttled_every": 1})
    with pytest.raises(CollectError, match="HTTP_STATUS"):
        ids(shop)
    assert shop.faults.requests == 1


def test_an_endless_answer_is_cut_off(shop: Shop) -> None:
    """F18."""
    with pytest.raises(CollectError, match="BODY_TOO_LARGE"):
        ids(shop, max_body_bytes=2_000)


def test_a_page_of_html_is_worth_another_try(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F13: a maintenance page on HTTP 200."""
    clean = ids(shop)
    monkeypatch.setattr(DouyinDialect, "throttled", lambda self: Response("<html>系统维护</html>".encode("gbk"), media_type="text/html"))
    shop.faults.reset()
    shop.faults.update({"throttled_every": 2})
    assert ids(shop) == clean
    assert shop.faults.injected["throttled"] > 0


class Repeating(Rendered):
    """Every third answer is the one before it, and every fifth is empty although the list goes on."""

    last: ClassVar[list[tuple[list[str], int]]] = [([], 0)]
    asked: ClassVar[list[int]] = []

    def page(self, clock: str, ascending: bool, window: tuple[int, int], page: int, size: int) -> tuple[list[str], int]:
        texts, total = super().page(clock, ascending, window, page, size)
        if size == 1:
            return texts, total
        self.asked.append(page)
        if len(self.asked) % 5 == 0:
            return [], total
        if len(self.asked) % 3 == 0:
            return self.last[0]
        self.last[0] = texts, total
        return texts, total


def test_repeated_rows_and_empty_pages_in_the_middle(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F07, F11: every order comes at least once, and its copies are one state of one order."""
    clean = ids(shop)
    plain = DouyinDialect._list

    def repeating(self: DouyinDialect, world: World, shop_id: str, kind: str) -> Rendered:
        made = plain(self, world, shop_id, kind)
        return Repeating(made.texts, made.created, made.updated)

    monkeypatch.setattr(DouyinDialect, "_list", repeating)
    records = shop.collect("orders", START, MARKET_NOW)
    assert len(Repeating.asked) > 10
    read = read_records(PLATFORM, "orders", records, Origin("m", "s", "a" * 64, "page", MARKET_NOW, MARKET_NOW))
    states = conformed(read).drop("_row_number").unique()
    assert sorted(states["order_line_id"]) == sorted(set(map(str, clean)))


def test_an_endless_list_ends_as_an_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F11: a platform that always counts one more than it shows is asked a bounded number of times."""
    plain = DouyinDialect._list

    class Endless(Rendered):
        def page(self, clock: str, ascending: bool, window: tuple[int, int], page: int, size: int) -> tuple[list[str], int]:
            texts, total = super().page(clock, ascending, window, page, size)
            return texts, total + 1

    def endless(self: DouyinDialect, world: World, shop_id: str, kind: str) -> Rendered:
        made = plain(self, world, shop_id, kind)
        return Endless(made.texts, made.created, made.updated)

    monkeypatch.setattr(DouyinDialect, "_list", endless)
    with pytest.raises(CollectError, match="PAGES_INCOMPLETE"):
        ids(shop)


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null stands where an object was."""
    number = 6_930_162_745_589_500_001
    sku = {"order_id": number, "parent_order_id": number, "order_status": 777, "create_time": 1_784_000_000, "pay_time": 1_784_000_001, "pay_amount": 9_990}
    sku |= {"item_num": 1, "update_time": 1_784_000_002, "after_sale_info": None, "sku_order_tag_ui": None, "spec": None, "newMember": [{}]}
    order = {"order_id": number, "create_time": 1_784_000_000, "update_time": 1_784_000_002, "post_addr": None, "sku_order_list": [sku]}
    read = read_page("orders", orjson.dumps({"code": 10000, "data": {"shop_order_list": [order, {**order, "sku_order_list": None}]}}))
    assert read.quarantine.is_empty()
    line = conformed(read).row(0, named=True)
    assert (line["order_line_id"], line["order_status_code"], line["paid_fen"]) == (str(number), "unknown", 9_990)
    gone = {**order, "sku_order_list": [{**sku, "order_id": None}, sku]}
    spoilt = read_page("orders", orjson.dumps({"code": 10000, "data": {"shop_order_list": [gone]}}))
    assert (spoilt.bronze.height, spoilt.quarantine["_row_number"].n_unique()) == (1, 1), "a sub-order without a number is set aside, not lost"
