"""Collection through the pipeline (F01-F19, those a client meets): after recovery every total is the market's, and a cursor covers only what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import polars as pl
import pytest
from jd_cases import NOW, Jos, conformed, offline_api
from starlette.responses import RedirectResponse, Response
from truth_cases import settle

from connectors.http import Client
from connectors.jd import PLATFORM
from connectors.jd.simulate import JdDialect, dialect
from connectors.reading import Origin, read_pages, read_records
from contracts.errors import CollectError
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

KEYS = {"orders": ("order", "order_id"), "refunds": ("refund_line", "refund_id"), "after_sales": ("refund_line", "refund_id")}
EARLIER = NOW - dt.timedelta(days=4)


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
                offline_api().records(kind, read_landed(self.settings.place, row["landing_name"])),
            )
            for row in exports.iter_rows(named=True)
        ]
        table, key = KEYS[kind]
        return conformed(read_pages(PLATFORM, kind, pages))[table].unique(key, keep="last", maintain_order=True)

    def totals(self, shop_id: str) -> dict[str, int]:
        orders, cancelled, returned = (self.landed(shop_id, kind) for kind in KEYS)
        done = pl.concat([cancelled, returned], how="diagonal").filter(refund_status_code="success")
        return {"orders": orders.height, "paid": orders["paid_fen"].sum(), "refunds": done["refund_fen"].sum()}

    def truth(self, shop_id: str) -> dict[str, int]:
        lines, refunds = self.world.lines(shop_id), self.world.refunds(shop_id).filter(refund_status_code="success")
        told = lines.filter(pl.col("order_order_status_code") != "unpaid")  # the list does not hold unpaid orders
        return {"orders": told["order_id"].n_unique(), "paid": told["paid_fen"].sum(), "refunds": refunds["refund_fen"].sum()}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Two shops of two merchants, collected from the market's beginning on."""
    monkeypatch.setattr("pipeline.collect.HISTORY_DAYS", 26)
    small = build_market(seed=5, merchants=2, days=20, lines=600, now=NOW, platforms=("jd",))
    settings = Settings(home=tmp_path / "home", http_wait_scale=0.001, collect_days=26)
    settle(settings, small)
    app = make_app(small, NOW, [dialect()])
    base, stop = serve_in_thread(app)
    made = House(settings, small, app.state.world, app.state.faults, base)
    made.authorise()
    yield made
    stop()


def test_after_every_fault_totals_are_the_markets_and_cursors_cover_only_what_came(house: House) -> None:
    """F06, then F01, F02, F13 together, then F16: what was updated days later is met by the next run, and nothing counts twice."""
    first, second = sorted(house.secrets)
    house.world.at = EARLIER
    house.faults.update({"revoke_at": 4, "revoke_shop": first})
    outcomes = house.run("run-1")
    assert {kind for kind in KEYS if outcomes[first, kind] != "ok"} >= {"after_sales"}
    assert {outcomes[second, kind] for kind in KEYS} == {"ok"}, "a revoked shop stops alone"
    assert house.cursors() == dict.fromkeys((key for key, outcome in outcomes.items() if outcome == "ok"), EARLIER)
    assert run_colour(house.settings, "run-1") == "amber"
    assert house.totals(second) == house.truth(second)
    before = house.totals(second)
    house.faults.reset()
    house.authorise()
    house.world.at = NOW
    house.faults.update({"http_429_every": 9, "retry_after": 0.01, "throttled_every": 7, "busy_every": 11, "http_5xx_every": 10, "truncate_every": 5})
    house.faults.update({"burst_5xx": 3})
    assert set(house.run("run-2").values()) == {"ok"}
    assert {"http_429", "throttled", "busy", "http_5xx", "truncate", "burst_5xx"} <= set(house.faults.injected)
    assert set(house.cursors().values()) == {NOW}
    for shop in (first, second):
        assert house.totals(shop) == house.truth(shop)
        assert min(house.truth(shop).values()) > 0
    assert house.totals(second)["refunds"] > before["refunds"]


# --- what one request may meet ----------------------------------------------------------------------------------------------------------


def ids(jos: Jos, shop_id: str, **limits: float) -> list[object]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), jos.credentials(shop_id))  # type: ignore[arg-type]
    return [row["order.orderId"] for page in api.pages("orders", NOW - dt.timedelta(days=20), NOW) for row in api.records("orders", page)]


def test_an_answer_that_comes_too_late_is_asked_for_again(jos: Jos, shop_ids: list[str]) -> None:
    """F03: the platform had accepted the request; asking again changes nothing there."""
    clean = ids(jos, shop_ids[0])
    jos.faults.reset()
    jos.faults.update({"slow_every": 6, "slow_seconds": 1.5})
    assert ids(jos, shop_ids[0], timeout_seconds=0.5) == clean != []
    assert jos.faults.injected["slow"] > 0


def test_a_redirect_is_not_followed(jos: Jos, shop_ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """F17: an address inside somebody's cloud is never asked."""
    monkeypatch.setattr(JdDialect, "throttled", lambda self: RedirectResponse("http://169.254.169.254/latest", 302))
    jos.faults.update({"throttled_every": 1})
    with pytest.raises(CollectError, match="HTTP_STATUS"):
        ids(jos, shop_ids[0])
    assert jos.faults.requests == 1


def test_an_endless_answer_is_cut_off(jos: Jos, shop_ids: list[str]) -> None:
    """F18."""
    with pytest.raises(CollectError, match="BODY_TOO_LARGE"):
        ids(jos, shop_ids[0], max_body_bytes=2_000)


def test_a_page_of_html_is_worth_another_try(jos: Jos, shop_ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """F13: a maintenance page on HTTP 200."""
    clean = ids(jos, shop_ids[0])
    monkeypatch.setattr(JdDialect, "throttled", lambda self: Response("<html>系统维护</html>".encode("gbk"), media_type="text/html"))
    jos.faults.reset()
    jos.faults.update({"throttled_every": 2})
    assert ids(jos, shop_ids[0]) == clean
    assert jos.faults.injected["throttled"] > 0


def test_new_words_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F15: an unheard state is ``unknown``; null stands where a list or an object was."""
    order = {"orderId": "31", "orderState": "TELEPORTED", "orderStartTime": "2026-11-01 10:00:00", "orderTotalPrice": "9.90", "orderPayment": "9.90"}
    item = {"skuId": 9_007_199_254_740_993, "itemTotal": "1", "new": {}}
    rows = [{**order, "itemInfoList": [item]}, {**order, "orderId": "32", "itemInfoList": None}]
    body = orjson.dumps({"jingdong_pop_order_search_responce": {"code": "0", "r": {"apiResult": {"success": True}, "orderTotal": 2, "orderInfoList": rows}}})
    read = read_records(PLATFORM, "orders", offline_api().records("orders", body), Origin("m", "s", "a" * 64, "page", NOW, NOW))
    assert (read.rows_read, read.bronze.height, read.quarantine["_row_number"].n_unique()) == (2, 1, 1), "an order without goods is set aside, not lost"
    line = PLATFORM.conform("orders", read.bronze)["order_line"].row(0, named=True)
    assert (line["order_status_code"], line["product_id"], line["paid_at"]) == ("unknown", "9007199254740993", None)
