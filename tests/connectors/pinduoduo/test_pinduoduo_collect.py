"""Collection faults F01-F19 (those a client meets) for Pinduoduo: after recovery every total is the market's, and a cursor covers only what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import polars as pl
import pytest
from pinduoduo_cases import NOW, Shop, conformed, offline, read_answer
from starlette.responses import RedirectResponse, Response
from truth_cases import settle

from connectors.http import Client
from connectors.pinduoduo import PLATFORM, simulate
from connectors.pinduoduo.gateway import Gateway
from connectors.pinduoduo.simulate import PinduoduoDialect
from connectors.pinduoduo.simulate_api import Rendered
from connectors.reading import Origin, read_pages
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

DAYS, HISTORY = 4, 6
KEYS = {"orders": "order_line_id", "after_sales": "refund_id", "ads": "ad_entry_id"}
EARLIER = NOW - dt.timedelta(days=1)


@pytest.fixture(scope="module")
def small() -> Market:
    """Two shops of two merchants."""
    return build_market(seed=5, merchants=2, days=DAYS, lines=200, now=NOW, platforms=("pinduoduo",))


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
        pages = [
            (
                Origin("m", shop_id, row["export_id"], kind, NOW, row["observed_at"]),
                offline().records(kind, read_landed(self.settings.place, row["landing_name"])),
            )
            for row in exports.iter_rows(named=True)
        ]
        (frame,) = (conformed(read_pages(PLATFORM, kind, pages)) if pages else PLATFORM.conform(kind, PLATFORM.bronze[kind].empty())).values()
        return frame.unique(KEYS[kind], keep="last", maintain_order=True)

    def totals(self, shop_id: str) -> dict[str, int]:
        lines, refunds, ads = (self.landed(shop_id, kind) for kind in KEYS)
        done = refunds.filter(refund_status_code="success")
        return {"orders": lines.height, "paid": lines["paid_fen"].sum(), "refunds": done["refund_fen"].sum(), "ads": ads["spent_fen"].sum()}

    def truth(self, shop_id: str) -> dict[str, int]:
        lines = self.world.lines(shop_id).filter(pl.col("paid_at").is_not_null())
        done, ads = self.world.refunds(shop_id).filter(refund_status_code="success"), self.world.ads(shop_id)
        return {"orders": lines.height, "paid": lines["paid_fen"].sum(), "refunds": done["refund_fen"].sum(), "ads": ads["spent_fen"].sum()}

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
    """F01, F02, F04, F13 together."""
    house.faults.update({"http_429_every": 27, "retry_after": 0.01, "throttled_every": 11, "busy_every": 13, "http_5xx_every": 17, "truncate_every": 8})
    house.faults.update({"burst_5xx": 3, "expire_at": 28})
    assert set(house.run("run-1").values()) == {"ok"}
    assert {"http_429", "throttled", "busy", "http_5xx", "truncate", "burst_5xx", "expire"} <= set(house.faults.injected)
    assert house.all_came()


def test_a_shop_revoked_midway_stops_alone_and_only_its_cursor_waits(house: House) -> None:
    """F06: the pages that came stay, no cursor covers what did not, and a new consent brings the rest."""
    first, second = sorted(house.secrets)
    house.faults.update({"revoke_at": 350, "revoke_shop": first})
    outcomes = house.run("run-1")
    assert [outcomes[first, kind] == "ok" for kind in KEYS] == [True, False, False]
    assert {outcomes[second, kind] for kind in KEYS} == {"ok"}
    assert set(house.cursors()) == {key for key, outcome in outcomes.items() if outcome == "ok"}
    assert run_colour(house.settings, "run-1") == "amber"
    assert house.totals(second) == house.truth(second)
    house.faults.reset()
    house.authorise()
    assert set(house.run("run-2").values()) == {"ok"}
    assert set(house.cursors().values()) == {NOW}
    assert house.all_came()


def test_an_update_days_later_is_met_by_the_next_run(house: House) -> None:
    """F16, and a platform that fails on the way (F02): newest states win, nothing counts twice, no cursor moves without its data."""
    house.world.at = EARLIER
    assert set(house.run("run-1").values()) == {"ok"}
    before = {shop: house.totals(shop) for shop in house.secrets}
    assert before == {shop: house.truth(shop) for shop in house.secrets}
    house.world.at = NOW
    house.faults.update({"http_5xx_every": 1})
    assert set(house.run("run-2").values()) == {"HTTP_BUSY"}
    assert set(house.cursors().values()) == {EARLIER}
    house.faults.reset()
    assert set(house.run("run-2").values()) == {"ok"}
    assert set(house.cursors().values()) == {NOW}
    assert house.all_came()
    assert all(house.totals(shop)["refunds"] > before[shop]["refunds"] for shop in house.secrets)


# --- what one request may meet ----------------------------------------------------------------------------------------------------------

START = NOW - dt.timedelta(hours=14)


def ids(shop: Shop, **limits: float) -> list[object]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), shop.credentials)  # type: ignore[arg-type]
    return [row["order_sn"] for page in api.pages("orders", START, NOW) for row in api.records("orders", page)]


def test_an_answer_that_comes_too_late_is_asked_for_again(shop: Shop) -> None:
    """F03: the platform had accepted the request; asking again changes nothing there."""
    clean = ids(shop)
    shop.faults.reset()
    shop.faults.update({"slow_every": 9, "slow_seconds": 1.5})
    assert ids(shop, timeout_seconds=0.5) == clean != []
    assert shop.faults.injected["slow"] > 0


@pytest.mark.parametrize("seconds", [-900, 900, -3600])
def test_a_clock_that_is_off_is_put_right_by_the_platforms(shop: Shop, seconds: int) -> None:
    """F12: more than ten minutes off the timestamp is refused; the answer's own date tells by how much."""
    clean = shop.collect("orders", START, NOW)
    api = shop.api()
    plain = api.gateway.now
    api.gateway.now = lambda: plain() + seconds
    assert shop.collect("orders", START, NOW, api).equals(clean)
    assert abs(api.gateway.skew + seconds) < 30


def test_a_timestamp_refused_by_a_clock_like_ours_is_a_matter_for_people(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.pinduoduo.simulate_api._TOLERANCE_SECONDS", -1)
    with pytest.raises(CollectError, match=r"CLOCK_WRONG.*时钟") as caught:
        ids(shop)
    assert not isinstance(caught.value, TransientError)
    assert shop.faults.requests == 1


def test_the_platforms_redirect_is_not_followed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F17: an address inside somebody's cloud is never asked."""
    monkeypatch.setattr(PinduoduoDialect, "throttled", lambda self: RedirectResponse("http://169.254.169.254/latest", 302))
    shop.faults.update({"throttled_every": 1})
    with pytest.raises(CollectError, match="HTTP_STATUS"):
        ids(shop)
    assert shop.faults.requests == 1


def test_an_endless_answer_is_cut_off(shop: Shop) -> None:
    """F18."""
    with pytest.raises(CollectError, match="BODY_TOO_LARGE"):
        ids(shop, max_body_bytes=500)


def test_a_page_of_html_is_worth_another_try(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F13: a maintenance page on HTTP 200."""
    clean = ids(shop)
    monkeypatch.setattr(PinduoduoDialect, "throttled", lambda self: Response("<html>系统维护</html>".encode("gbk"), media_type="text/html"))
    shop.faults.reset()
    shop.faults.update({"throttled_every": 2})
    assert ids(shop) == clean
    assert shop.faults.injected["throttled"] > 0


def order(number: int) -> str:
    return orjson.dumps({"order_sn": f"261124-{number:015d}", "order_status": 1, "pay_amount": 1.0, "pay_time": "2026-11-24 08:00:00"}).decode()


class Repeating(Rendered):
    """Tells the last row of the page before again on each page."""

    def page(self, form: Mapping[str, str]) -> tuple[list[str], int]:
        texts, total = super().page(form)
        before = super().page({**form, "page": str(int(form["page"]) - 1)})[0] if form["page"] != "1" else []
        return before[-1:] + texts, total


@pytest.mark.parametrize("kind", [Rendered, Repeating])
def test_more_than_a_page_in_one_second(shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: type[Rendered]) -> None:
    """F10, F07: four pages share one second, as after a mass shipment, each repeating a row of the one before."""
    second = int(NOW.timestamp()) - 600
    made = kind([order(number) for number in range(350)], np.full(350, second, dtype=np.int64))
    monkeypatch.setattr(PinduoduoDialect, "_list", lambda self, world, shop_id, method: made)
    found = shop.collect("orders", NOW - dt.timedelta(minutes=20), NOW)
    assert sorted(found["order_id"]) == [f"261124-{number:015d}" for number in range(350)]


def test_a_count_that_grows_on_the_way_is_gone_through_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F09, F11: rows come in while the pages are read, and one page is empty for a moment."""
    asked: list[int] = []

    def call(self: Gateway, method: str, arguments: Mapping[str, str]) -> bytes:
        number = int(arguments["page"])
        asked.append(number)
        total = 250 if len(asked) <= 2 else 340
        rows = range((number - 1) * 100, min(number * 100, total)) if len(asked) != 3 else range(0)
        return orjson.dumps({"order_sn_increment_get_response": {"order_sn_list": [orjson.loads(order(row)) for row in rows], "total_count": total}})

    monkeypatch.setattr(Gateway, "call", call)
    found = shop.collect("orders", NOW - dt.timedelta(minutes=10), NOW)
    assert found.height == 340
    assert asked == [1, 3, 2, 1, 1, 4, 3, 2, 1]


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null stands where a list was."""
    row = {"order_sn": "261124-1", "order_status": 9, "refund_status": 7, "pay_amount": 12.3, "pay_time": "2026-11-24 08:00:00", "item_list": None, "new": {}}
    item = [{"goods_id": 9_007_199_254_740_993, "goods_count": 1}]
    rows = [row, {**row, "order_sn": "261124-2", "item_list": item, "related_order_list": None}]
    read = read_answer("orders", orjson.dumps({"order_sn_increment_get_response": {"order_sn_list": rows, "total_count": 2}}))
    lines = conformed(read)["order_line"].sort("order_id")
    assert lines["product_id"].to_list() == [None, "9007199254740993"]
    assert lines.select("order_status_code", "refund_status_code", "paid_fen").rows() == [("unknown", "unknown", 1230)] * 2
