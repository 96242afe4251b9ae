"""What is this platform's own of faults F01-F19.

What every platform meets alike is played in tests/connectors/test_collection.py.
"""

from __future__ import annotations

import datetime as dt
import logging

import orjson
import pytest
from jd_cases import NOW, Jos, offline_api

from connectors.jd import PLATFORM
from connectors.jd.api import JdApi
from connectors.reading import Origin, read_records
from contracts.errors import CredentialError, TransientError

SPAN = (NOW - dt.timedelta(days=30), NOW)


@pytest.mark.parametrize("minutes", [-60, -10, 10, 60])
def test_a_clock_that_is_off_is_set_by_the_platforms(jos: Jos, shop_ids: list[str], minutes: int) -> None:
    """F12: JOS refuses what is more than six minutes off."""
    smooth = jos.bodies(shop_ids[0], "orders")
    api = jos.api(shop_ids[0])
    assert isinstance(api, JdApi)
    true = api.gateway.now
    api.gateway.now = lambda: true() + minutes * 60
    assert list(api.pages("orders", *SPAN)) == smooth
    assert abs(api.gateway.skew + minutes * 60) < 5


def test_a_run_that_was_broken_off_is_made_good_by_the_next(jos: Jos, shop_ids: list[str]) -> None:
    """F04–F06: what had come before is kept, and the same window asked again holds all of it and the rest."""
    whole = jos.bodies(shop_ids[0], "orders")
    jos.faults.reset()
    jos.faults.update({"expire_at": 9})
    got: list[bytes] = []
    with pytest.raises(CredentialError):
        for body in jos.api(shop_ids[0]).pages("orders", *SPAN):
            got.append(body)
    assert got
    assert got == whole[: len(got)]
    jos.faults.reset()
    assert jos.bodies(shop_ids[0], "orders") == whole


def test_secrets_leave_no_trace(jos: Jos, shop_ids: list[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    credentials = jos.credentials(shop_ids[0])
    api = jos.api(shop_ids[0])
    assert isinstance(api, JdApi)
    list(api.pages("refunds", *SPAN))
    jos.faults.update({"http_5xx_every": 1})
    with pytest.raises(TransientError) as caught:
        jos.bodies(shop_ids[0], "orders", attempts=2)
    for secret in (*credentials.secrets, *api.credentials.secrets):
        assert secret not in caplog.text
        assert secret not in str(caught.value)
        assert secret not in repr(api)


def test_new_words_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: numbers beyond a float's reach stay exact, an unheard state is ``unknown``.

    Null stands where a list or an object was.
    """
    order = {
        "orderId": "31",
        "orderState": "TELEPORTED",
        "orderStartTime": "2026-11-01 10:00:00",
        "orderTotalPrice": "9.90",
        "orderPayment": "9.90",
    }
    item = {"skuId": 9_007_199_254_740_993, "itemTotal": "1", "new": {}}
    rows = [{**order, "itemInfoList": [item]}, {**order, "orderId": "32", "itemInfoList": None}]
    body = orjson.dumps(
        {
            "jingdong_pop_order_search_responce": {
                "code": "0",
                "r": {"apiResult": {"success": True}, "orderTotal": 2, "orderInfoList": rows},
            }
        }
    )
    read = read_records(
        PLATFORM,
        "orders",
        offline_api().records("orders", body),
        Origin("m", "s", "a" * 64, "page", NOW, NOW),
    )
    assert (read.rows_read, read.bronze.height, read.quarantine["_row_number"].n_unique()) == (2, 1, 1), (
        "an order without goods is set aside, not lost"
    )
    line = PLATFORM.conform("orders", read.bronze)["order_line"].row(0, named=True)
    assert (line["order_status_code"], line["product_id"], line["paid_at"]) == (
        "unknown",
        "9007199254740993",
        None,
    )
