"""What is this platform's own of faults F01-F19.

What every platform meets alike is played in tests/connectors/test_collection.py.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import orjson
import pytest
from starlette.responses import Response
from taobao_cases import NOW, Gateway, offline_api

from connectors.http import Client
from connectors.reading import Origin, read_records
from connectors.taobao import PLATFORM
from connectors.taobao import simulate_api as wire
from connectors.taobao.api import TaobaoApi
from connectors.taobao.simulate import TaobaoDialect
from contracts.errors import CollectError, TransientError

START = NOW - dt.timedelta(days=3)


def ids(gateway: Gateway, shop_id: str, skew: float = 0.0, **limits: float) -> list[str]:
    """Sub-orders as they come, by a client with these limits whose clock is ``skew`` seconds ahead."""
    client = Client(wait_scale=0.0, **limits)  # type: ignore[arg-type]
    api = TaobaoApi(client, gateway.credentials(shop_id), now=lambda: time.time() + skew)
    return [
        str(row["order.oid"])
        for page in api.pages("trades", START, NOW)
        for row in api.records("trades", page)
    ]


@pytest.fixture
def busiest(shop_ids: list[str]) -> str:
    return shop_ids[-1]


@pytest.mark.parametrize("seconds", [-900, 900, -3600])
def test_a_clock_that_is_off_is_put_right_by_the_gateways(
    gateway: Gateway, busiest: str, seconds: int
) -> None:
    """F12: more than ten minutes off the timestamp is refused; the answer's own date tells by how much."""
    clean = ids(gateway, busiest)
    asked = gateway.faults.requests
    gateway.faults.reset()
    assert ids(gateway, busiest, skew=seconds) == clean
    assert gateway.faults.requests == asked + 1


def test_a_timestamp_refused_by_a_clock_like_ours_is_a_matter_for_people(
    gateway: Gateway, busiest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "_TOLERANCE", dt.timedelta(seconds=-1))
    with pytest.raises(CollectError, match=r"CLOCK_WRONG.*时钟") as caught:
        ids(gateway, busiest)
    assert not isinstance(caught.value, TransientError)
    assert gateway.faults.requests == 1


@pytest.mark.parametrize("body", ["<html>系统维护</html>".encode("gbk"), b"", b'{"a":1,"b":2}', b"[]"])
def test_a_body_that_is_no_answer_is_worth_another_try(
    gateway: Gateway, busiest: str, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    """F13: a maintenance page on HTTP 200, nothing at all, somebody else's JSON."""
    clean = ids(gateway, busiest)
    monkeypatch.setattr(TaobaoDialect, "throttled", lambda self: Response(body, media_type="text/html"))
    gateway.faults.reset()
    gateway.faults.update({"throttled_every": 2})
    assert ids(gateway, busiest) == clean
    assert gateway.faults.injected["throttled"] > 0


def test_repeated_and_empty_pages_are_read_in_another_pass(
    gateway: Gateway, busiest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F07, F09, F11: now and then an answer is the one before it, or a page of a full window without rows.

    No trade is lost for it.
    """
    monkeypatch.setattr("connectors.taobao.api.PAGE_SIZE", 10)
    clean = set(ids(gateway, busiest))
    honest = wire.METHODS["taobao.trades.sold.increment.get"]
    told: list[dict[str, Any]] = []

    def stutter(*call: Any) -> dict[str, Any]:  # noqa: ANN401 - the method's own arguments
        """Two answers of the first window are spoilt: one repeats that before it, one is empty although rows
        are there.
        """
        told.append(honest(*call))
        root = told[-1]["trades_sold_increment_get_response"]
        spoilt = {
            3: told[-2:-1],
            7: [{"trades_sold_increment_get_response": {**root, "trades": {"trade": []}}}],
        }
        return [*spoilt.get(len(told), []), told[-1]][0]

    monkeypatch.setitem(wire.METHODS, "taobao.trades.sold.increment.get", stutter)
    honestly = gateway.faults.requests
    gateway.faults.reset()
    assert set(ids(gateway, busiest)) == clean
    assert gateway.faults.requests > honestly


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null stands
    where an object was.
    """
    number = 3_100_000_000_000_090_303
    order = {
        "oid": number,
        "status": "SOME_NEW_STATE",
        "price": "99.90",
        "num": 1,
        "payment": "99.90",
        "divide_order_fee": "99.90",
        "newMember": [{}],
    }
    trade = {
        "tid": number,
        "type": "fixed",
        "status": "SOME_NEW_STATE",
        "created": "2026-11-20 10:00:00",
        "modified": "2026-11-20 10:00:01",
        "payment": "99.90",
    }
    body = {
        "trades_sold_increment_get_response": {
            "total_results": 2,
            "trades": {"trade": [{**trade, "orders": {"order": [order]}}, {**trade, "orders": None}]},
        }
    }
    records = offline_api().records("trades", orjson.dumps(body))
    read = read_records(PLATFORM, "trades", records, Origin("m", "s", "a" * 64, "page", NOW, NOW))
    assert (read.bronze.height, read.quarantine["_row_number"].n_unique()) == (1, 1), (
        "a trade without sub-orders is set aside, not lost"
    )
    line = PLATFORM.conform("trades", read.bronze)["order_line"].row(0, named=True)
    assert (line["order_line_id"], line["order_status_code"], line["placed_fen"]) == (
        str(number),
        "unknown",
        9_990,
    )
