"""What is this platform's own of faults F01-F19.

What every platform meets alike is played in tests/connectors/test_collection.py.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pytest
from xiaohongshu_cases import NOW, Shop, conformed, offline, read_api

from connectors.http import Client
from connectors.xiaohongshu import PLATFORM, simulate
from connectors.xiaohongshu.gateway import Gateway
from connectors.xiaohongshu.simulate import XiaohongshuDialect
from connectors.xiaohongshu.simulate_api import Rendered
from contracts.errors import CollectError, CredentialError, TransientError

START = NOW - dt.timedelta(days=3)


def ids(shop: Shop, **limits: float) -> list[object]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), shop.credentials)  # type: ignore[arg-type]
    return [
        row["order.orderId"]
        for page in api.pages("orders", START, NOW)
        for row in api.records("orders", page)
    ]


@pytest.mark.parametrize("seconds", [-900, 900, -3600])
def test_a_clock_that_is_off_is_put_right_by_the_platforms(shop: Shop, seconds: int) -> None:
    """F12: the refusal has no code of its own; the answer's date tells by how much our clock is off."""
    clean = {row["order.orderId"] for row in shop.collect("orders", START, NOW)}
    api = shop.api()
    plain = api.gateway.now
    api.gateway.now = lambda: plain() + seconds
    assert {row["order.orderId"] for row in shop.collect("orders", START, NOW, api)} == clean
    assert abs(api.gateway.skew + seconds) < 30


def test_a_refusal_by_a_clock_like_ours_is_final(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "_SLACK_SECONDS", -1)
    with pytest.raises(CollectError, match="ILLEGAL_PARAMETER"):
        ids(shop)
    assert shop.faults.requests == 1


def test_a_wrong_secret_is_told_as_such_and_never_printed(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shop.credentials.app_secret = "wrong-secret"
    with pytest.raises(CredentialError, match="BAD_SIGNATURE") as caught:
        ids(shop)
    for secret in ("wrong-secret", shop.credentials.access_token, shop.credentials.refresh_token):
        assert secret not in str(caught.value) + repr(shop.credentials) + caplog.text


class Canned(Gateway):
    """Answers by a function of method and parameters."""

    def call(self, method: str, params: Any) -> bytes:  # noqa: ANN401
        return orjson.dumps({"error_code": 0, "success": True, "data": self.told(method, params)})


def scripted(told: Any) -> Any:  # noqa: ANN401
    api = offline()
    api.gateway = Canned(api.client, api.credentials)
    api.gateway.told = told
    return api


def crowd(monkeypatch: pytest.MonkeyPatch, orders: int) -> None:
    """All orders of one moment, as after a mass shipment."""
    names = [f"P{7_100_000_000_000_000_00 + number}" for number in range(orders)]
    at = int(NOW.timestamp() * 1000) - 60_000
    texts = [
        orjson.dumps(
            {"orderId": name, "orderStatus": 4, "updateTime": at, "skuList": [{"skuId": "1"}]}
        ).decode()
        for name in names
    ]
    stamps = np.array([at] * orders, dtype=np.int64)
    made = Rendered(names, texts, stamps, stamps, dict(zip(names, texts, strict=True)))
    monkeypatch.setattr(XiaohongshuDialect, "_list", lambda self, world, shop_id, kind: made)


def test_more_than_a_page_in_one_moment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10."""
    crowd(monkeypatch, 230)
    found = ids(shop)
    assert len(found) == len(set(found)) == 230


def second_of(
    rows: list[dict[str, Any]], page: Callable[[int], list[dict[str, Any]]], fetched: list[str]
) -> Callable[[str, dict[str, Any]], object]:
    """All rows share the last second of the span, so that their list has to be paged.

    ``page`` tells what a page shows.
    """

    def told(method: str, params: dict[str, Any]) -> object:
        if method == "order.getOrderDetail":
            fetched.append(params["orderId"])
            return {"orderId": params["orderId"]}
        if params["endTime"] < int(NOW.timestamp()):
            return {"total": 0, "orderList": []}
        return {"total": len(rows), "orderList": page(params["pageNo"])}

    return told


def test_repeated_rows_are_fetched_once() -> None:
    """F07, F08: a row pushed onto the page already read comes again, and its detail is not asked for
    twice.
    """
    rows = [{"orderId": f"P{number}", "updateTime": int(NOW.timestamp() * 1000)} for number in range(150)]
    fetched = list[str]()
    told = second_of(rows, lambda number: rows[:100] if number == 1 else rows[90:], fetched)
    pages = list(scripted(told).pages("orders", NOW - dt.timedelta(minutes=20), NOW))
    assert sorted(fetched) == sorted(row["orderId"] for row in rows)
    assert sum(len(page.splitlines()) for page in pages) == 150


def test_a_row_pushed_back_unseen_is_met_in_another_pass() -> None:
    """F08: one row moves to the front after the last page was read.

    What it pushed over the edge is not on the pages that follow.
    """
    rows = [{"orderId": f"P{number}", "updateTime": int(NOW.timestamp() * 1000)} for number in range(150)]
    fetched = list[str]()
    asked = list[int]()

    def page(number: int) -> list[dict[str, Any]]:
        asked.append(number)
        if asked.count(2) == 1 and number == 1 and asked.index(2) < len(asked) - 1:
            rows.insert(0, rows.pop())
        return rows[(number - 1) * 100 : number * 100]

    list(scripted(second_of(rows, page, fetched)).pages("orders", NOW - dt.timedelta(minutes=20), NOW))
    assert sorted(set(fetched)) == sorted(row["orderId"] for row in rows)
    assert asked.count(2) == 2


@pytest.mark.parametrize("for_good", [False, True])
def test_an_empty_page_of_a_window_that_is_not_empty_is_asked_for_again(for_good: bool) -> None:
    """F11: for a moment, or for good."""
    rows = [{"orderId": "P1", "updateTime": int(NOW.timestamp() * 1000)}]
    fetched = list[str]()
    asked = list[int]()

    def page(number: int) -> list[dict[str, Any]]:
        asked.append(number)
        return [] if for_good or len(asked) == 1 else rows

    api = scripted(second_of(rows, page, fetched))
    if for_good:
        with pytest.raises(TransientError, match="PAGES_MOVED"):
            list(api.pages("orders", NOW - dt.timedelta(minutes=20), NOW))
        return
    assert len(list(api.pages("orders", NOW - dt.timedelta(minutes=20), NOW))) == 1
    assert fetched == ["P1"]


def test_a_total_that_changes_on_the_way_is_read_again() -> None:
    """F09: more rows than pages were planned for; an empty page in the middle (F11) is not the end."""
    asked: list[int] = []

    def told(method: str, params: dict[str, Any]) -> object:
        number = params["pageNum"]
        asked.append(number)
        first = len(asked) <= 2
        shown = (
            []
            if first and number == 2
            else [{"tradeNo": f"{number}-{row}"} for row in range(100 if number == 1 else 30)]
        )
        return {"total": 130, "records": shown}

    pages = list(scripted(told).pages("funds", NOW - dt.timedelta(hours=1), NOW))
    assert asked == [1, 2, 1, 2]
    assert sum(len(offline().records("funds", page)) for page in pages) == 130


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: ids as JSON numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null
    stands where an object was.
    """
    sku = {
        "skuId": 9_007_199_254_740_993,
        "skuDetailList": None,
        "totalPaidAmount": 9_990,
        "skuQuantity": 1,
        "newMember": {},
    }
    order = {
        "orderId": "P1",
        "orderStatus": 77,
        "createdTime": 1_784_000_000_000,
        "paidTime": 1_784_000_001_000,
        "skuList": [sku],
        "totalPayAmount": 9_990,
    }
    read = read_api("orders", [orjson.dumps({"error_code": 0, "success": True, "data": order})])
    assert read.bronze["red_sku_id"].to_list() == ["9007199254740993"]
    line = conformed(read)["order_line"].row(0, named=True)
    assert (line["order_status_code"], line["content_code"], line["paid_fen"]) == ("unknown", None, 9_990)
    bodies = [
        orjson.dumps({"error_code": 0, "success": True, "data": {**order, "orderId": name}})
        for name in (None, "P1")
    ]
    spoilt = read_api("orders", [b"\n".join(bodies)])
    assert (spoilt.bronze.height, spoilt.quarantine["_row_number"].n_unique()) == (1, 1), (
        "an order without a number is set aside, not lost"
    )
    empty = read_api(
        "orders", [orjson.dumps({"error_code": 0, "success": True, "data": {**order, "skuList": []}})]
    )
    assert empty.rows_read == 1, "an order without goods still shows"
