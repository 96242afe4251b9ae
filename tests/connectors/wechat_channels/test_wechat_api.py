"""The API against the simulator's server: windows, cursors, tokens, faults."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator

import polars as pl
import pytest
from wechat_cases import FIRST, LINEAGE, NOW, THIRD_PARTY, Shop, offline_api

from connectors.wechat_channels import simulate
from connectors.wechat_channels.api import DAY, WEEK, WechatApi
from connectors.wechat_channels.gateway import CursorChangedError
from contracts.errors import CollectError
from simulator.history.market import Market

KINDS = ["orders", "after_sales", "funds", "live_sessions", "products"]


def same(left: dict[str, pl.DataFrame], right: dict[str, pl.DataFrame]) -> bool:
    """Whether two collections hold the same things, each once."""
    return all(
        left[table]
        .drop(LINEAGE)
        .unique()
        .sort(pl.all())
        .equals(right[table].drop(LINEAGE).unique().sort(pl.all()))
        for table in left
    )


def test_an_expired_token_is_renewed_once_and_saved(shop: Shop) -> None:
    shop.faults.update({"expire_at": 30})
    shop.collect("orders")
    assert len(shop.saved) == 2
    assert shop.saved[0].access_token != shop.saved[1].access_token


def test_windows_stay_within_the_platforms_limits(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, dict[str, object]]] = []
    ask = WechatApi._ask

    def watched(self: WechatApi, path: str, body: dict[str, object]) -> dict[str, object]:
        asked.append((path, body))
        return ask(self, path, body)

    monkeypatch.setattr(WechatApi, "_ask", watched)
    shop.collect("orders")
    shop.collect("after_sales")
    ranges = [body["update_time_range"] for path, body in asked if path.endswith("order/list/get")]
    assert max(item["end_time"] - item["start_time"] for item in ranges) == WEEK  # type: ignore[index]
    assert (
        min(item["start_time"] for item in ranges)
        < FIRST.timestamp()
        <= min(item["start_time"] for item in ranges) + 300
    )  # type: ignore[index]
    assert max(item["end_time"] for item in ranges) >= NOW.timestamp()  # type: ignore[index]
    flat = [body for path, body in asked if path.endswith("getaftersalelist")]
    assert (
        max(int(str(body["end_update_time"])) - int(str(body["begin_update_time"])) for body in flat) == DAY
    )
    assert not [body for body in flat if "page_size" in body]


def test_too_many_orders_in_a_window_halve_it(served: Callable[..., Shop], market: Market) -> None:
    shop = served(0, simulate.WechatDialect(most_orders=25))
    frames = shop.collect("orders")
    assert set(frames["order"]["order_id"]) == set(market.lines_at(shop.shop_id, NOW)["order_id"])


def test_orders_that_move_while_the_list_is_read_are_not_lost(shop: Shop) -> None:
    """Twenty minutes pass with each look at the list: orders leave the window for later moments.

    Two runs must hold every order's final state.
    """
    shop.world.at = begun = NOW - dt.timedelta(days=2)
    shop.faults.update({"only": "order/list/get", "advance_seconds": 1_200.0})
    first = shop.rows("orders", last=begun)
    shop.faults.reset()
    assert shop.world.at > begun + dt.timedelta(hours=1)
    newest = {
        str(row["order.order_id"]): str(row["order.update_time"])
        for row in first + shop.rows("orders", first=begun, last=shop.world.at)
    }
    updated = (
        shop.world.lines(shop.shop_id)
        .group_by("order_id")
        .agg(pl.col("updated_at").max().dt.epoch("s").cast(pl.String))
    )
    assert newest == dict(updated.iter_rows())


class Lists(WechatApi):
    """An API whose lists are scripts: one list of numbers per walk."""

    walks: list[list[str] | Exception]

    def _walk(self) -> Iterator[str]:
        told = self.walks.pop(0)
        if isinstance(told, Exception):
            raise told
        yield from told


def scripted(*walks: list[str] | Exception) -> Lists:
    api = offline_api()
    lists = Lists(api.client, api.credentials, api.headers)
    lists.walks = list(walks)
    return lists


def test_a_list_is_walked_until_nothing_new_comes() -> None:
    api = scripted(["1", "2", "2"], ["3", "1"], CursorChangedError("CURSOR_CHANGED", "", ""), ["1", "2", "3"])
    assert api._settled(api._walk) == ["1", "2", "3"]
    assert api.walks == []


def test_a_list_that_never_settles_is_an_error() -> None:
    api = scripted(*[[str(number)] for number in range(10)])
    with pytest.raises(CollectError) as raised:
        api._settled(api._walk)
    assert raised.value.rule == "PAGES_MOVED"


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ([{"has_more": False}], "ANSWER_CHANGED"),
        ([{"ids": ["1"], "has_more": True, "next_key": ""}], "CURSOR_STUCK"),
        (
            [
                {"ids": ["1"], "has_more": True, "next_key": "K"},
                {"ids": ["1"], "has_more": True, "next_key": "K"},
            ],
            "CURSOR_STUCK",
        ),
    ],
)
def test_a_list_that_makes_no_sense_is_an_error(
    answers: list[dict[str, object]], rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = offline_api()
    monkeypatch.setattr(WechatApi, "_ask", lambda self, path, body: answers.pop(0))
    with pytest.raises(CollectError) as raised:
        list(api._cursor("/list", {}, "ids"))
    assert raised.value.rule == rule


def test_the_cursor_is_the_only_parameter_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, object]] = []
    answers = [
        {"ids": ["1"], "has_more": True, "next_key": "K"},
        {"ids": ["2"], "has_more": False, "next_key": ""},
    ]
    monkeypatch.setattr(WechatApi, "_ask", lambda self, path, body: sent.append(body) or answers.pop(0))
    assert list(offline_api()._cursor("/list", {"page_size": 100}, "ids")) == ["1", "2"]
    assert sent == [{"page_size": 100}, {"page_size": 100, "next_key": "K"}]


@pytest.mark.skipif(not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository")
def test_third_party_lists_are_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        name: json.loads((THIRD_PARTY / f"{name}.json").read_bytes())
        for name in ("order_list_get", "order_list_get_empty", "product_list_get")
    }
    answers = [told["order_list_get"], told["order_list_get_empty"], told["product_list_get"]]
    monkeypatch.setattr(WechatApi, "_ask", lambda self, path, body: answers.pop(0))
    assert list(offline_api()._cursor("/channels/ec/order/list/get", {}, "order_id_list")) == [
        "37423523451235145"
    ]
    assert list(offline_api()._product_ids()) == ["10000000000001"]


def test_products_are_all_of_the_shops(shop: Shop, market: Market) -> None:
    told = shop.collect("products")["product"]
    skus = market.skus.filter(pl.col("shop_id") == shop.shop_id)
    assert (
        told.select("platform_sku_id", "stock_qty").sort("platform_sku_id").rows()
        == skus.select("sku_id", "stock_qty").sort("sku_id").rows()
    )


def test_sessions_are_those_of_the_shops_accounts(shop: Shop, market: Market) -> None:
    told = shop.collect("live_sessions")["live_session"]
    aired = market.sessions_at(shop.shop_id, NOW).filter("is_own").rename({"session_ref": "live_session_id"})
    assert set(told["live_session_id"]) == set(aired["live_session_id"])
    joined = told.join(aired, on="live_session_id", suffix="_true")
    for name in ("started_at", "ended_at", "live_account_id"):
        assert joined[name].equals(joined[f"{name}_true"], check_names=False), name
    sure = joined.filter(pl.col("viewers_qty").is_not_null())
    assert sure.height > 0
    assert sure["viewers_qty"].equals(sure["viewers_qty_true"], check_names=False)
    assert sure["reported_gmv_fen"].equals(sure["reported_gmv_fen_true"], check_names=False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_without_anything_gives_no_error(shop: Shop, kind: str) -> None:
    long_ago = NOW - dt.timedelta(days=400)
    bodies = list(shop.api().pages(kind, long_ago, long_ago + dt.timedelta(hours=1)))
    assert bodies == [] or kind == "products"
