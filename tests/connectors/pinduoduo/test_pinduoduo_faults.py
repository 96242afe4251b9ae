"""What is this platform's own of faults F01-F19.

What every platform meets alike is played in tests/connectors/test_collection.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import orjson
import pytest
from pinduoduo_cases import NOW, Shop, conformed, read_answer

from connectors.http import Client
from connectors.pinduoduo import PLATFORM
from connectors.pinduoduo.gateway import Gateway
from connectors.pinduoduo.simulate import PinduoduoDialect
from connectors.pinduoduo.simulate_api import Rendered
from contracts.errors import CollectError, TransientError

START = NOW - dt.timedelta(hours=14)


def ids(shop: Shop, **limits: float) -> list[object]:
    """Order numbers as they come, by a client with these limits."""
    assert PLATFORM.api is not None
    api = PLATFORM.api(Client(wait_scale=0.0, **limits), shop.credentials)  # type: ignore[arg-type]
    return [
        row["order_sn"] for page in api.pages("orders", START, NOW) for row in api.records("orders", page)
    ]


@pytest.mark.parametrize("seconds", [-900, 900, -3600])
def test_a_clock_that_is_off_is_put_right_by_the_platforms(shop: Shop, seconds: int) -> None:
    """F12: more than ten minutes off the timestamp is refused; the answer's own date tells by how much."""
    clean = shop.collect("orders", START, NOW)
    api = shop.api()
    plain = api.gateway.now
    api.gateway.now = lambda: plain() + seconds
    assert shop.collect("orders", START, NOW, api).equals(clean)
    assert abs(api.gateway.skew + seconds) < 30


def test_a_timestamp_refused_by_a_clock_like_ours_is_a_matter_for_people(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.pinduoduo.simulate_api._TOLERANCE_SECONDS", -1)
    with pytest.raises(CollectError, match=r"CLOCK_WRONG.*时钟") as caught:
        ids(shop)
    assert not isinstance(caught.value, TransientError)
    assert shop.faults.requests == 1


def order(number: int) -> str:
    return orjson.dumps(
        {
            "order_sn": f"261124-{number:015d}",
            "order_status": 1,
            "pay_amount": 1.0,
            "pay_time": "2026-11-24 08:00:00",
        }
    ).decode()


class Repeating(Rendered):
    """Tells the last row of the page before again on each page."""

    def page(self, form: Mapping[str, str]) -> tuple[list[str], int]:
        texts, total = super().page(form)
        before = super().page({**form, "page": str(int(form["page"]) - 1)})[0] if form["page"] != "1" else []
        return before[-1:] + texts, total


@pytest.mark.parametrize("kind", [Rendered, Repeating])
def test_more_than_a_page_in_one_second(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: type[Rendered]
) -> None:
    """F10, F07: four pages share one second, as after a mass shipment, each repeating a row of the one
    before.
    """
    second = int(NOW.timestamp()) - 600
    made = kind([order(number) for number in range(350)], np.full(350, second, dtype=np.int64))
    monkeypatch.setattr(PinduoduoDialect, "_list", lambda self, world, shop_id, method: made)
    found = shop.collect("orders", NOW - dt.timedelta(minutes=20), NOW)
    assert sorted(found["order_id"]) == [f"261124-{number:015d}" for number in range(350)]


def test_a_count_that_grows_on_the_way_is_gone_through_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F09, F11: rows come in while the pages are read, and one page is empty for a moment."""
    asked: list[int] = []

    def call(self: Gateway, method: str, arguments: Mapping[str, str]) -> bytes:
        number = int(arguments["page"])
        asked.append(number)
        total = 250 if len(asked) <= 2 else 340
        rows = range((number - 1) * 100, min(number * 100, total)) if len(asked) != 3 else range(0)
        return orjson.dumps(
            {
                "order_sn_increment_get_response": {
                    "order_sn_list": [orjson.loads(order(row)) for row in rows],
                    "total_count": total,
                }
            }
        )

    monkeypatch.setattr(Gateway, "call", call)
    found = shop.collect("orders", NOW - dt.timedelta(minutes=10), NOW)
    assert found.height == 340
    assert asked == [1, 3, 2, 1, 1, 4, 3, 2, 1]


def test_an_empty_answer_of_a_window_that_is_not_empty_is_asked_for_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F11: the platform counts five rows and shows none, for a moment or for good."""
    shown = [0, 5]

    def call(self: Gateway, method: str, arguments: Mapping[str, str]) -> bytes:
        rows = [orjson.loads(order(row)) for row in range(shown.pop(0) if shown else 0)]
        return orjson.dumps({"order_sn_increment_get_response": {"order_sn_list": rows, "total_count": 5}})

    monkeypatch.setattr(Gateway, "call", call)
    assert shop.collect("orders", NOW - dt.timedelta(minutes=10), NOW).height == 5
    with pytest.raises(TransientError, match="PAGES_MOVED"):
        shop.collect("orders", NOW - dt.timedelta(minutes=10), NOW)


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null stands
    where a list was.
    """
    row = {
        "order_sn": "261124-1",
        "order_status": 9,
        "refund_status": 7,
        "pay_amount": 12.3,
        "pay_time": "2026-11-24 08:00:00",
        "item_list": None,
        "new": {},
    }
    item = [{"goods_id": 9_007_199_254_740_993, "goods_count": 1}]
    rows = [row, {**row, "order_sn": "261124-2", "item_list": item, "related_order_list": None}]
    read = read_answer(
        "orders", orjson.dumps({"order_sn_increment_get_response": {"order_sn_list": rows, "total_count": 2}})
    )
    lines = conformed(read)["order_line"].sort("order_id")
    assert lines["product_id"].to_list() == [None, "9007199254740993"]
    assert (
        lines.select("order_status_code", "refund_status_code", "paid_fen").rows()
        == [("unknown", "unknown", 1230)] * 2
    )
