"""Collection through the pipeline (F01-F19, those a client meets): after recovery every total is the market's, and a cursor covers only what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from starlette.responses import RedirectResponse, Response
from tiktok_cases import MARKET_NOW, Shop, conformed, moment, satang
from truth_cases import settle

from connectors.http import Client, Credentials
from connectors.reading import Origin, read_pages
from connectors.tiktok_shop import PLATFORM, simulate
from connectors.tiktok_shop.simulate import TikTokDialect
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

KEYS = {
    "orders": ("order", "order_id"), "after_sales": ("refund_line", "refund_id"), "cancellations": ("refund_line", "refund_id"),
    "settlements": ("settlement_entry", "settlement_entry_id"), "funds": ("fund_entry", "fund_entry_id"),
}  # fmt: skip
EARLIER = MARKET_NOW - dt.timedelta(days=4)


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
        table, key = KEYS[kind]
        frames = conformed(read_pages(PLATFORM, kind, pages)) if pages else PLATFORM.conform(kind, PLATFORM.bronze[kind].empty())
        return frames[table].unique(key, keep="last", maintain_order=True)

    def totals(self, shop_id: str) -> dict[str, int]:
        """In satang."""
        orders, backs, cancels, settled = (self.landed(shop_id, kind) for kind in KEYS if kind != "funds")
        done = pl.concat([backs, cancels], how="diagonal").filter(refund_status_code="success")
        return {"orders": orders.height, "paid": orders["paid_fen"].sum(), "refunds": done["refund_fen"].sum(), "settled": settled["settled_fen"].sum()}

    def truth(self, shop_id: str) -> dict[str, int]:
        lines = satang(self.world.lines(shop_id), "paid_fen")
        day = lines.select("order_line_id", "created_at")
        refunds = satang(self.world.refunds(shop_id).filter(refund_status_code="success").join(day, on="order_line_id"), "refund_fen")
        settled = satang(self.world.settlements(shop_id).join(day, on="order_line_id"), "settled_fen")
        sums = {"paid": lines["paid_fen"], "refunds": refunds["refund_fen"], "settled": settled["settled_fen"]}
        return {"orders": lines["order_id"].n_unique()} | {name: int(column.sum()) for name, column in sums.items()}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Two shops of two merchants, collected from the market's beginning on."""
    monkeypatch.setattr("pipeline.collect.HISTORY_DAYS", 36)
    small = build_market(seed=5, merchants=2, days=30, lines=300, now=MARKET_NOW, platforms=("tiktok_shop",))
    settings = Settings(home=tmp_path / "home", http_wait_scale=0.001, collect_days=36)
    settle(settings, small)
    app = make_app(small, MARKET_NOW, [simulate.dialect()])
    base, stop = serve_in_thread(app)
    made = House(settings, small, app.state.world, app.state.faults, base)
    made.authorise()
    yield made
    stop()


def test_after_every_fault_totals_are_the_markets_and_cursors_cover_only_what_came(house: House) -> None:
    """F06, then F01, F02, F04, F13 together, then F16: what was updated days later is met by the next run, and nothing counts twice."""
    first, second = sorted(house.secrets)
    house.world.at = EARLIER
    house.faults.update({"revoke_at": 8, "revoke_shop": first})
    outcomes = house.run("run-1")
    assert outcomes[first, "orders"] == "ok", "what came before the consent was withdrawn is kept"
    assert outcomes[first, "funds"] != "ok"
    assert {outcomes[second, kind] for kind in KEYS} == {"ok"}, "a revoked shop stops alone"
    assert house.cursors() == dict.fromkeys((key for key, outcome in outcomes.items() if outcome == "ok"), EARLIER)
    assert run_colour(house.settings, "run-1") == "amber"
    assert house.totals(second) == house.truth(second)
    before = house.totals(second)
    house.faults.reset()
    house.authorise()
    house.world.at = MARKET_NOW
    house.faults.update({"http_429_every": 9, "retry_after": 0.01, "throttled_every": 11, "busy_every": 13, "http_5xx_every": 17, "truncate_every": 8})
    house.faults.update({"burst_5xx": 3, "expire_at": 28})
    assert set(house.run("run-2").values()) == {"ok"}
    assert {"http_429", "throttled", "busy", "http_5xx", "truncate", "burst_5xx", "expire"} <= set(house.faults.injected)
    assert set(house.cursors().values()) == {MARKET_NOW}
    for shop in (first, second):
        assert house.totals(shop) == house.truth(shop)
        assert min(house.truth(shop).values()) > 0
    assert house.totals(second)["refunds"] > before["refunds"]


# --- what one request may meet ----------------------------------------------------------------------------------------------------------

START = moment("2026-07-05 00:00:00")


def ids(shop: Shop, **limits: float) -> list[object]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), shop.credentials)  # type: ignore[arg-type]
    return [row["order.id"] for page in api.pages("orders", START, MARKET_NOW) for row in api.records("orders", page)]


def test_an_answer_that_comes_too_late_is_asked_for_again(shop: Shop) -> None:
    """F03: the platform had accepted the request; asking again changes nothing there."""
    clean = ids(shop)
    shop.faults.reset()
    shop.faults.update({"slow_every": 6, "slow_seconds": 1.5})
    assert ids(shop, timeout_seconds=0.5) == clean != []
    assert shop.faults.injected["slow"] > 0


def test_a_redirect_is_not_followed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F17: an address inside somebody's cloud is never asked."""
    monkeypatch.setattr(TikTokDialect, "throttled", lambda self: RedirectResponse("http://169.254.169.254/latest", 302))
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
    monkeypatch.setattr(TikTokDialect, "throttled", lambda self: Response("<html>ปิดปรับปรุง</html>".encode("tis-620"), media_type="text/html"))
    shop.faults.reset()
    shop.faults.update({"throttled_every": 2})
    assert ids(shop) == clean
    assert shop.faults.injected["throttled"] > 0
