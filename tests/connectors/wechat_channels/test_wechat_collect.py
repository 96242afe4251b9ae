"""Collection faults F01-F19 (those a client meets) for WeChat: after recovery every total is the market's, and a cursor covers only what came."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from starlette.responses import RedirectResponse, Response
from truth_cases import settle
from wechat_cases import NOW, Shop, offline_api, page, read_page

from connectors.http import Client
from connectors.reading import Origin, read_records
from connectors.wechat_channels import PLATFORM, simulate
from connectors.wechat_channels import simulate_api as wire
from connectors.wechat_channels.api import WechatApi
from connectors.wechat_channels.simulate import WechatDialect
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

TABLES = {"orders": ("order", "order_id"), "after_sales": ("refund_line", "refund_id"), "funds": ("fund_entry", "fund_entry_id")}
LAST_WEEK = NOW - dt.timedelta(days=6)


@pytest.fixture(scope="module")
def small() -> Market:
    """Two shops of two merchants."""
    return build_market(seed=5, merchants=2, days=20, lines=120, now=NOW, platforms=("wechat_channels",))


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
        """Every shop hands out its AppID and AppSecret; a token is fetched on the way, never handed out."""
        found = credentials_of(self.market, self.world, self.base)
        self.secrets = {shop: {**told, "access_token": "", "refresh_token": ""} for shop, told in found.items()}

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
        pages = [read_landed(self.settings.place, name) for name in exports["landing_name"]]
        table, key = TABLES[kind]
        frames = []
        for number, body in enumerate(pages):
            read = read_records(PLATFORM, kind, offline_api().records(kind, body), Origin("m", shop_id, f"{number:064d}", kind, NOW, NOW))
            frames.append(PLATFORM.conform(kind, read.bronze)[table])
        return pl.concat(frames).unique(key, keep="last", maintain_order=True)

    def totals(self, shop_id: str) -> dict[str, int]:
        orders, refunds, funds = (self.landed(shop_id, kind) for kind in TABLES)
        done = refunds.filter(refund_status_code="success")
        return {"orders": orders.height, "paid": orders["paid_fen"].sum(), "refunds": done["refund_fen"].sum(), "moved": funds["moved_fen"].sum()}

    def truth(self, shop_id: str) -> dict[str, int]:
        lines, refunds = self.world.lines(shop_id), self.world.refunds(shop_id).filter(refund_status_code="success")
        moved = self.world.funds(shop_id).filter(pl.col("fund_type_code").is_in(["sale", "refund", "insurance", "withdrawal"]))["moved_fen"].sum()
        return {"orders": lines["order_id"].n_unique(), "paid": lines["paid_fen"].sum(), "refunds": refunds["refund_fen"].sum(), "moved": moved}

    def all_came(self) -> bool:
        return all(self.totals(shop) == self.truth(shop) and self.truth(shop)["refunds"] > 0 for shop in self.secrets)


@pytest.fixture
def house(small: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("pipeline.collect.HISTORY_DAYS", 26)
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
    """F06: the pages that came stay, no cursor covers what did not, and the secret put right brings the rest."""
    first, second = sorted(house.secrets)
    house.faults.update({"only": "aftersale", "revoke_at": 3, "revoke_shop": first})
    outcomes = house.run("run-1")
    assert outcomes[first, "orders"] == "ok"
    assert {outcomes[first, kind] for kind in ("after_sales", "funds")} == {"BAD_SECRET"}
    assert {outcomes[second, kind] for kind in PLATFORM.api_kinds} == {"ok"}
    assert set(house.cursors()) == {key for key, outcome in outcomes.items() if outcome == "ok"}
    assert run_colour(house.settings, "run-1") == "amber"
    assert house.totals(second) == house.truth(second)


def test_a_platform_that_fails_midway_moves_no_cursor(house: House) -> None:
    """F02: tries are bounded; what came before the failure is kept and counted once."""
    shop = sorted(house.secrets)[0]
    house.faults.update({"only": "aftersale", "http_5xx_every": 1})
    outcomes = house.run("run-1")
    assert {kind for (_, kind), outcome in outcomes.items() if outcome != "ok"} == {"after_sales"}
    assert outcomes[shop, "after_sales"] == "HTTP_BUSY"
    assert "after_sales" not in {kind for _, kind in house.cursors()}
    house.faults.reset()
    assert set(house.run("run-1").values()) == {"ok"}
    assert house.all_came()


def test_an_update_days_later_is_met_by_the_next_run(house: House) -> None:
    """F16: orders refunded and closed since; their newest state wins and nothing counts twice."""
    house.world.at = LAST_WEEK
    assert set(house.run("run-1").values()) == {"ok"}
    before = {shop: house.totals(shop) for shop in house.secrets}
    assert all(before[shop] == house.truth(shop) for shop in house.secrets)
    house.world.at = NOW
    assert set(house.run("run-2").values()) == {"ok"}
    assert house.all_came()
    assert all(house.totals(shop)["refunds"] > before[shop]["refunds"] for shop in house.secrets)


# --- what one request may meet ----------------------------------------------------------------------------------------------------------

FIRST = NOW - dt.timedelta(days=4)


def ids(shop: Shop, **limits: float) -> set[str]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), shop.credentials)  # type: ignore[arg-type]
    assert isinstance(api, WechatApi)
    return {str(row["order.order_id"]) for row in shop.rows("orders", api, FIRST)}


def test_an_answer_that_comes_too_late_is_asked_for_again(shop: Shop) -> None:
    """F03: the platform had accepted the request; asking again changes nothing there."""
    clean = ids(shop)
    shop.faults.reset()
    shop.faults.update({"only": "list/get", "slow_every": 2, "slow_seconds": 1.2})
    assert ids(shop, timeout_seconds=0.4) == clean != set()
    assert shop.faults.injected["slow"] > 0


def test_a_new_token_lost_on_the_way_is_fetched_again(shop: Shop) -> None:
    """F05: there is no refresh token to lose; stable_token gives the one in force again."""
    shop.faults.update({"only": "stable_token", "truncate_every": 2})
    shop.faults.requests = 1
    assert ids(shop)
    assert (len(shop.saved), shop.faults.injected["truncate"]) == (1, 1)


def test_a_clock_set_back_an_hour_does_not_stop_renewals(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F12: no request carries our time, and the pause between forced renewals is counted without the wall clock."""
    api = shop.api()
    clean = {str(row["order.order_id"]) for row in shop.rows("orders", api, FIRST)}
    monkeypatch.setattr("time.time", lambda: 0.0)
    shop.world.tokens.expire_all()
    assert {str(row["order.order_id"]) for row in shop.rows("orders", api, FIRST)} == clean


def test_the_platforms_redirect_is_not_followed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F17: an address inside somebody's cloud is never asked."""
    monkeypatch.setattr(WechatDialect, "throttled", lambda self: RedirectResponse("http://169.254.169.254/latest", 302))
    shop.faults.update({"throttled_every": 1})
    with pytest.raises(CollectError, match="HTTP_STATUS"):
        ids(shop)
    assert shop.faults.requests == 1


def test_an_endless_answer_is_cut_off(shop: Shop) -> None:
    """F18."""
    with pytest.raises(CollectError, match="BODY_TOO_LARGE"):
        ids(shop, max_body_bytes=900)


def test_a_page_of_html_is_worth_another_try(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F13: a maintenance page on HTTP 200, in another charset."""
    clean = ids(shop)
    monkeypatch.setattr(WechatDialect, "throttled", lambda self: Response("<html>系统维护</html>".encode("gbk"), media_type="text/html"))
    shop.faults.reset()
    shop.faults.update({"throttled_every": 3})
    assert ids(shop) == clean
    assert shop.faults.injected["throttled"] > 0


def crowd(orders: int) -> wire.Rendered:
    """All orders of one second, as after a mass shipment."""
    names = [str(3_730_000_000_000_000_000 + number) for number in range(orders)]
    second = int(NOW.timestamp()) - 60
    item = {"product_id": "1", "sku_id": "2", "sku_code": "A", "sku_cnt": 1, "sale_price": 100, "real_price": 100}
    bare = {"create_time": second, "status": 20, "order_detail": {"product_infos": [item], "price_info": {"order_price": 100}}}
    return wire.Rendered([second] * orders, names, {name: json.dumps({**bare, "order_id": name}) for name in names})


def test_more_than_a_page_in_one_second_is_paged(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10."""
    monkeypatch.setattr(WechatDialect, "_list", lambda self, world, shop_id, kind: crowd(230))
    assert len(ids(shop)) == 230


def test_repeated_numbers_and_an_empty_page_in_the_middle(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F07, F11: numbers told twice are one order, and a page without any does not end the list."""
    monkeypatch.setattr(WechatDialect, "_list", lambda self, world, shop_id, kind: crowd(230))
    plain, asked = WechatApi._ask, [0]

    def doubled(self: WechatApi, path: str, body: dict[str, object]) -> dict[str, object]:
        told = plain(self, path, body)
        if not path.endswith("list/get"):
            return told
        asked[0] += 1
        numbers: list[str] = list(told["order_id_list"])  # type: ignore[call-overload]
        return {**told, "order_id_list": numbers + numbers[:50]}

    monkeypatch.setattr(WechatApi, "_ask", doubled)
    rows = [str(row["order.order_id"]) for row in shop.rows("orders", first=FIRST)]
    assert len(rows) == len(set(rows)) == 230
    answers = [{"ids": ["1"], "has_more": True, "next_key": "A"}, {"ids": [], "has_more": True, "next_key": "B"}, {"ids": ["2"], "has_more": False}]
    monkeypatch.setattr(WechatApi, "_ask", lambda self, path, body: answers.pop(0))
    assert list(offline_api()._cursor("/list", {}, "ids")) == ["1", "2"]


def test_a_list_that_says_more_for_ever_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """F09, F11: new numbers on every walk."""
    count = iter(range(10_000))
    monkeypatch.setattr(WechatApi, "_ask", lambda self, path, body: {"product_ids": [str(next(count))], "total_num": 1})
    with pytest.raises(TransientError, match="PAGES_MOVED"):
        offline_api()._settled(offline_api()._product_ids)


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: ids as JSON numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null stands where an object was."""
    item = {"product_id": 1001, "sku_id": 9_007_199_254_740_993, "sku_code": "A", "sku_cnt": 1, "sale_price": 9_990, "real_price": 9_990}
    order = {"order_id": 3_730_049_440_287_691_377, "create_time": 1_784_000_000, "status": 77, "newMember": [{}]}
    detail = {"product_infos": [item], "price_info": {"order_price": 9_990}, "pay_info": {"pay_time": 1_784_000_001}}
    whole = {**order, "order_detail": {**detail, "delivery_info": None, "ext_info": None, "source_infos": None, "commission_infos": None}}
    read = read_page("orders", page("order/get", {"order": whole}))
    assert read.quarantine.is_empty()
    line = PLATFORM.conform("orders", read.bronze)["order_line"].row(0, named=True)
    assert (line["order_id"], line["order_status_code"], line["content_code"], line["paid_fen"]) == ("3730049440287691377", "unknown", "unknown", 9_990)
    assert read.bronze["platform_sku_id"].to_list() == ["9007199254740993"]
    nameless = {**whole, "order_id": None}
    spoilt = read_page("orders", page("order/get", {"order": nameless}, {"order": whole}))
    assert (spoilt.bronze.height, spoilt.quarantine["_row_number"].n_unique()) == (1, 1), "an order without a number is set aside, not lost"
