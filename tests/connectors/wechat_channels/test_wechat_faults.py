"""What is this platform's own of faults F01-F19.

What every platform meets alike is played in tests/connectors/test_collection.py.
"""

from __future__ import annotations

import datetime as dt
import json

import pytest
from wechat_cases import NOW, Shop, offline_api, page, read_page

from connectors.http import Client
from connectors.wechat_channels import PLATFORM
from connectors.wechat_channels import simulate_api as wire
from connectors.wechat_channels.api import WechatApi
from connectors.wechat_channels.simulate import WechatDialect
from contracts.errors import TransientError

FIRST = NOW - dt.timedelta(days=4)


def ids(shop: Shop, **limits: float) -> set[str]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), shop.credentials)  # type: ignore[arg-type]
    assert isinstance(api, WechatApi)
    return {str(row["order.order_id"]) for row in shop.rows("orders", api, FIRST)}


def test_a_new_token_lost_on_the_way_is_fetched_again(shop: Shop) -> None:
    """F05: there is no refresh token to lose; stable_token gives the one in force again."""
    shop.faults.update({"only": "stable_token", "truncate_every": 2})
    shop.faults.requests = 1
    assert ids(shop)
    assert (len(shop.saved), shop.faults.injected["truncate"]) == (1, 1)


def test_a_clock_set_back_an_hour_does_not_stop_renewals(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F12: no request carries our time, and the pause between forced renewals is counted without the wall
    clock.
    """
    api = shop.api()
    clean = {str(row["order.order_id"]) for row in shop.rows("orders", api, FIRST)}
    monkeypatch.setattr("time.time", lambda: 0.0)
    shop.world.tokens.expire_all()
    assert {str(row["order.order_id"]) for row in shop.rows("orders", api, FIRST)} == clean


def crowd(orders: int) -> wire.Rendered:
    """All orders of one second, as after a mass shipment."""
    names = [str(3_730_000_000_000_000_000 + number) for number in range(orders)]
    second = int(NOW.timestamp()) - 60
    item = {
        "product_id": "1",
        "sku_id": "2",
        "sku_code": "A",
        "sku_cnt": 1,
        "sale_price": 100,
        "real_price": 100,
    }
    bare = {
        "create_time": second,
        "status": 20,
        "order_detail": {"product_infos": [item], "price_info": {"order_price": 100}},
    }
    return wire.Rendered(
        [second] * orders, names, {name: json.dumps({**bare, "order_id": name}) for name in names}
    )


def test_more_than_a_page_in_one_second_is_paged(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10."""
    monkeypatch.setattr(WechatDialect, "_list", lambda self, world, shop_id, kind: crowd(230))
    assert len(ids(shop)) == 230


def test_repeated_numbers_and_an_empty_page_in_the_middle(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    answers = [
        {"ids": ["1"], "has_more": True, "next_key": "A"},
        {"ids": [], "has_more": True, "next_key": "B"},
        {"ids": ["2"], "has_more": False},
    ]
    monkeypatch.setattr(WechatApi, "_ask", lambda self, path, body: answers.pop(0))
    assert list(offline_api()._cursor("/list", {}, "ids")) == ["1", "2"]


def test_a_list_that_says_more_for_ever_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """F09, F11: new numbers on every walk."""
    count = iter(range(10_000))
    monkeypatch.setattr(
        WechatApi, "_ask", lambda self, path, body: {"product_ids": [str(next(count))], "total_num": 1}
    )
    with pytest.raises(TransientError, match="PAGES_MOVED"):
        offline_api()._settled(offline_api()._product_ids)


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: ids as JSON numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null
    stands where an object was.
    """
    item = {
        "product_id": 1001,
        "sku_id": 9_007_199_254_740_993,
        "sku_code": "A",
        "sku_cnt": 1,
        "sale_price": 9_990,
        "real_price": 9_990,
    }
    order = {
        "order_id": 3_730_049_440_287_691_377,
        "create_time": 1_784_000_000,
        "status": 77,
        "newMember": [{}],
    }
    detail = {
        "product_infos": [item],
        "price_info": {"order_price": 9_990},
        "pay_info": {"pay_time": 1_784_000_001},
    }
    whole = {
        **order,
        "order_detail": {
            **detail,
            "delivery_info": None,
            "ext_info": None,
            "source_infos": None,
            "commission_infos": None,
        },
    }
    read = read_page("orders", page("order/get", {"order": whole}))
    assert read.quarantine.is_empty()
    line = PLATFORM.conform("orders", read.bronze)["order_line"].row(0, named=True)
    assert (line["order_id"], line["order_status_code"], line["content_code"], line["paid_fen"]) == (
        "3730049440287691377",
        "unknown",
        "unknown",
        9_990,
    )
    assert read.bronze["platform_sku_id"].to_list() == ["9007199254740993"]
    nameless = {**whole, "order_id": None}
    spoilt = read_page("orders", page("order/get", {"order": nameless}, {"order": whole}))
    assert (spoilt.bronze.height, spoilt.quarantine["_row_number"].n_unique()) == (1, 1), (
        "an order without a number is set aside, not lost"
    )
