"""How a list that is longer than a page is walked: where each request begins, and that every row is there."""

from __future__ import annotations

from typing import Any, cast

import orjson
import pytest
from requests_cases import START, T0, days

from connectors.base import platforms
from connectors.http import Client, Credentials
from contracts.errors import CollectError


def api_of(platform: str) -> Any:  # noqa: ANN401 - a platform's own
    made = platforms()[platform].api
    assert made is not None
    return cast("Any", made(Client(), Credentials("http://127.0.0.1:1", "key", "secret", "token")))


class Douyin:
    """Orders by second of update; answers as asked, and notes the second and page it was asked for."""

    def __init__(self, *seconds: int, turned: bool = False) -> None:
        rows = [{"order_id": f"{n}", "update_time": T0 + second} for n, second in enumerate(seconds)]
        self.rows, self.asked = rows[::-1] if turned else rows, list[tuple[int, int, int]]()

    def call(self, _method: str, asked: dict[str, Any]) -> bytes:
        first, last, page, size = (
            asked[name] for name in ("update_time_start", "update_time_end", "page", "size")
        )
        self.asked.append((first - T0, page, size))
        found = [row for row in self.rows if first <= cast("int", row["update_time"]) < last]
        data = {"total": len(found), "shop_order_list": found[page * size : (page + 1) * size]}
        return orjson.dumps({"code": 10000, "data": data})


@pytest.mark.parametrize(
    ("seconds", "asked"),
    [
        ([10, 20, 30], [(-300, 0, 3), (-300, 0, 1)]),
        # the last second of a page is read again, and the one before it
        ([10, 20, 30, 40], [(-300, 0, 3), (29, 0, 3), (-300, 0, 1)]),
        ([10, 20, 30, 40, 50, 60], [(-300, 0, 3), (29, 0, 3), (49, 0, 3), (-300, 0, 1)]),
        # more than a page in one second: its pages
        ([10, 10, 10, 10, 20], [(-300, 0, 3), (9, 0, 3), (9, 1, 3), (-300, 0, 1)]),
        ([10, 10, 10, 11, 20], [(-300, 0, 3), (9, 0, 3), (9, 1, 3), (-300, 0, 1)]),
        ([10] * 7, [(-300, 0, 3), (9, 0, 3), (9, 1, 3), (9, 2, 3), (-300, 0, 1)]),
        ([], [(-300, 0, 3), (-300, 0, 1)]),
    ],
)
def test_douyins_list_goes_on_from_the_last_second_of_a_page(
    monkeypatch: pytest.MonkeyPatch, seconds: list[int], asked: list[tuple[int, int, int]]
) -> None:
    monkeypatch.setattr("connectors.douyin.api.PAGE_SIZE", 3)
    shop, api = Douyin(*seconds), api_of("douyin")
    api.gateway.call = shop.call
    pages = list(api.pages("orders", START, days(1)))
    assert shop.asked == asked
    told = {row["order_id"] for page in pages for row in orjson.loads(page)["data"]["shop_order_list"]}
    assert told == {str(number) for number in range(len(seconds))}


def test_douyins_list_that_is_not_sorted_or_too_deep_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.douyin.api.PAGE_SIZE", 3)
    monkeypatch.setattr("connectors.douyin.api.DEPTH_CAP", 6)
    for shop, rule in (
        (Douyin(10, 20, 30, 40, turned=True), "NOT_SORTED"),
        (Douyin(*[10] * 7), "SECOND_TOO_FULL"),
    ):
        api = api_of("douyin")
        api.gateway.call = shop.call
        with pytest.raises(CollectError, match=rule):
            list(api.pages("orders", START, days(1)))
    api = api_of("douyin")
    api.gateway.call = Douyin(*[10] * 6).call
    assert list(api.pages("orders", START, days(1)))


class TikTok:
    """Orders by second of update; a token is the place where the next page of the same window begins."""

    def __init__(self, *seconds: int) -> None:
        self.rows = [{"id": f"{number}", "update_time": T0 + second} for number, second in enumerate(seconds)]
        self.asked = list[tuple[int, str, str]]()

    def call(self, _path: str, query: dict[str, str], body: dict[str, int]) -> bytes:
        first, last = body["update_time_ge"], body["update_time_lt"]
        token, size = query.get("page_token", ""), int(query["page_size"])
        self.asked.append((first - T0, token, query["page_size"]))
        found = [row for row in self.rows if first <= cast("int", row["update_time"]) < last]
        begin = int(token or 0)
        following = str(begin + size) if begin + size < len(found) else ""
        data = {
            "total_count": len(found),
            "orders": found[begin : begin + size],
            "next_page_token": following,
        }
        return orjson.dumps({"code": 0, "data": data})


@pytest.mark.parametrize(
    ("seconds", "asked"),
    [
        ([10, 20, 30], [(-300, "", "3"), (-300, "", "1")]),
        ([10, 20, 30, 40], [(-300, "", "3"), (30, "", "3"), (-300, "", "1")]),
        ([10, 20, 30, 40, 50, 60], [(-300, "", "3"), (30, "", "3"), (50, "", "3"), (-300, "", "1")]),
        ([10, 10, 10, 10, 20], [(-300, "", "3"), (10, "", "3"), (10, "3", "3"), (-300, "", "1")]),
        ([], [(-300, "", "3"), (-300, "", "1")]),
    ],
)
def test_tiktoks_list_goes_on_from_the_last_second_of_a_page(
    monkeypatch: pytest.MonkeyPatch, seconds: list[int], asked: list[tuple[int, str, str]]
) -> None:
    monkeypatch.setattr("connectors.tiktok_shop.api.PAGE_SIZE", 3)
    shop, api = TikTok(*seconds), api_of("tiktok_shop")
    api.gateway.call = shop.call
    pages = list(api.pages("orders", START, days(1)))
    assert shop.asked == asked
    told = {row["id"] for page in pages for row in orjson.loads(page)["data"]["orders"]}
    assert told == {str(number) for number in range(len(seconds))}


class Wechat:
    """Numbers of orders by second; a page holds three, and there may be more."""

    def __init__(self, *seconds: int) -> None:
        self.seconds, self.asked = seconds, list[tuple[int, int, str]]()

    def call(self, path: str, body: dict[str, Any]) -> bytes:
        if path == "/channels/ec/order/get":
            return orjson.dumps({"order": {"order_id": body["order_id"]}})
        first, last = (body["update_time_range"][name] - T0 for name in ("start_time", "end_time"))
        key = body.get("next_key", "")
        self.asked.append((first, last, key))
        found = [str(number) for number, second in enumerate(self.seconds) if first <= second <= last]
        begin = int(key or 0)
        more = begin + 3 < len(found)
        return orjson.dumps(
            {"order_id_list": found[begin : begin + 3], "has_more": more, "next_key": str(begin + 3)}
        )


@pytest.mark.parametrize(
    ("seconds", "asked"),
    [
        ([10, 20, 30], [(-300, 60, "")]),
        (
            [10, 20, 30, 40],
            [(-300, 60, ""), (-300, -120, ""), (-120, 60, ""), (-120, -30, ""), (-30, 60, "")],
        ),
    ],
)
def test_wechats_windows_are_halved_until_a_page_holds_them(seconds: list[int], asked: list[Any]) -> None:
    shop, api = Wechat(*seconds), api_of("wechat_channels")
    api.gateway.call = shop.call
    end = START.replace(minute=0, second=58)
    pages = b"".join(api.pages("orders", START, end.replace(microsecond=500_000)))
    assert shop.asked[: len(asked)] == asked
    assert {f'"order_id":"{number}"'.encode() in pages for number in range(len(seconds))} == {True}


def test_wechats_details_come_fifty_to_a_page() -> None:
    shop, api = Wechat(), api_of("wechat_channels")
    api.gateway.call = shop.call
    pages = list(api._orders([str(number) for number in range(101)]))
    assert [page.count(b'"path"') for page in pages] == [50, 50, 1]


def test_a_second_of_wechat_with_more_than_a_page_is_paged() -> None:
    shop, api = Wechat(*[10] * 7), api_of("wechat_channels")
    api.gateway.call = shop.call
    assert len(list(api._order_ids(T0 + 10, T0 + 11))) == 7
    walks = [(10, 11, "")] + [(10, 11, key) for key in ("", "3", "6")] * 2
    assert shop.asked == walks, "walked until a whole walk brings nothing new"
