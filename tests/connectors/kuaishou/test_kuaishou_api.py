"""The API against the simulated platform: everything is collected, whatever goes wrong that can be put right,
and nothing secret is told.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import polars as pl
import pytest
from kuaishou_cases import MARKET_NOW, Shop, moment

from connectors.http import Client, Credentials
from connectors.kuaishou import api as api_module
from connectors.kuaishou import signing
from connectors.kuaishou.api import KuaishouApi
from connectors.kuaishou.simulate import KuaishouDialect
from connectors.kuaishou.simulate_api import Rendered
from contracts.errors import CollectError, CredentialError

START = moment("2026-06-01 00:00:00")
KEYS = {"orders": "orderBaseInfo.oid", "after_sales": "refundId"}
_DAY = 86_400_000


def truth(shop: Shop, kind: str) -> set[object]:
    frame = shop.world.lines(shop.shop_id) if kind == "orders" else shop.world.refunds(shop.shop_id)
    return set(frame["order_line_id" if kind == "orders" else "refund_id"])


@pytest.mark.parametrize("kind", ["orders", "after_sales"])
def test_everything_is_collected_once_around(shop: Shop, kind: str) -> None:
    found = [record[KEYS[kind]] for record in shop.collect(kind, START, MARKET_NOW)]
    assert set(found) == truth(shop, kind)
    assert len(found) < 1.05 * len(set(found))


def test_settlement_entries_are_all_collected(giant: Shop) -> None:
    found = {
        (item["orderNo"], item["settlementAmount"], item["settlementTime"])
        for item in giant.collect("settlements", START, MARKET_NOW)
    }
    entries = giant.world.settlements(giant.shop_id)
    assert entries.height > 150
    stamps = entries["settled_at"].dt.epoch("ms").cast(pl.String)
    assert found == set(zip(entries["order_id"], entries["settled_fen"].cast(pl.String), stamps, strict=True))


def test_a_first_collection_of_ninety_days_is_not_refused(shop: Shop) -> None:
    """The platform counts its 90 days back from its own clock; the overlap must not reach behind them."""
    found = shop.collect("orders", MARKET_NOW - dt.timedelta(days=90), MARKET_NOW)
    assert {record[KEYS["orders"]] for record in found} == truth(shop, "orders")


def test_what_the_platform_has_forgotten_is_an_error_not_a_gap(shop: Shop) -> None:
    with pytest.raises(CollectError, match="TOO_OLD"):
        shop.collect("orders", MARKET_NOW - dt.timedelta(days=140), MARKET_NOW - dt.timedelta(days=95))


def test_windows_side_by_side_lose_nothing(shop: Shop) -> None:
    cuts = [START, moment("2026-07-01 12:00:01"), moment("2026-07-10 00:00:00"), MARKET_NOW]
    found = {
        record[KEYS["orders"]]
        for start, end in itertools.pairwise(cuts)
        for record in shop.collect("orders", start, end)
    }
    assert found == truth(shop, "orders")


def test_an_empty_window_gives_no_pages(shop: Shop) -> None:
    assert (
        list(shop.api().pages("orders", MARKET_NOW + dt.timedelta(days=1), MARKET_NOW + dt.timedelta(days=2)))
        == []
    )


def requests_of(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Business parameters of every request from here on."""
    asked: list[dict[str, Any]] = []
    plain = signing.param_json

    def listen(params: dict[str, object]) -> str:
        asked.append(dict(params))
        return plain(params)

    monkeypatch.setattr(signing, "param_json", listen)
    return asked


@pytest.mark.parametrize(("kind", "days"), [("orders", 7), ("after_sales", 1)])
def test_windows_stay_within_what_the_platform_grants_and_leave_no_gap(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str, days: int
) -> None:
    asked = requests_of(monkeypatch)
    shop.collect(kind, MARKET_NOW - dt.timedelta(days=20), MARKET_NOW)
    spans = list(dict.fromkeys((item["beginTime"], item["endTime"]) for item in asked))
    assert all(0 < end - begin <= days * _DAY for begin, end in spans)
    assert all(later[0] == earlier[1] for earlier, later in itertools.pairwise(spans))
    assert spans[0][0] <= int((MARKET_NOW - dt.timedelta(days=20)).timestamp() * 1000)
    assert spans[-1][1] == int(MARKET_NOW.timestamp() * 1000)
    assert {item["queryType"] for item in asked} == {2}
    assert {item["sort"] for item in asked} == {2}
    assert all(item["pageSize"] <= (50 if kind == "orders" else 100) for item in asked)


def test_narrower_windows_during_a_promotion_are_followed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        KuaishouDialect, "longest", {"orders": 2 * _DAY, "after_sales": _DAY // 4, "settlements": _DAY}
    )
    assert {record[KEYS["orders"]] for record in shop.collect("orders", START, MARKET_NOW)} == truth(
        shop, "orders"
    )
    begin = MARKET_NOW - dt.timedelta(days=3)
    updated = shop.world.refunds(shop.shop_id).filter(pl.col("updated_at") >= begin)
    assert set(updated["refund_id"]) <= {
        record["refundId"] for record in shop.collect("after_sales", begin, MARKET_NOW)
    }


def test_a_platform_that_grants_no_window_at_all_is_an_error(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KuaishouDialect, "longest", {"orders": 0, "after_sales": 0, "settlements": 0})
    with pytest.raises(CollectError, match="WINDOW_TOO_WIDE"):
        shop.collect("orders", START, MARKET_NOW)
    assert shop.faults.requests < 20


def test_a_token_that_expires_again_at_once_is_not_refreshed_twice_for_a_page(shop: Shop) -> None:
    api = shop.api()
    shop.world.tokens.expire_all()
    shop.credentials.save = lambda new: shop.world.tokens.expire_all()
    with pytest.raises(CredentialError, match="TOKEN_EXPIRED"):
        shop.collect("orders", START, MARKET_NOW, api)
    assert shop.faults.requests == 3  # the page, the refresh, the page again


def test_a_wrong_signing_secret_is_told_as_such_and_never_printed(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    application, _ = signing.secrets_of(shop.credentials.app_secret)
    shop.credentials.app_secret = f"{application}:wrong-secret"
    with pytest.raises(CredentialError, match="BAD_SIGNATURE") as caught:
        shop.collect("orders", START, MARKET_NOW)
    for secret in (
        application,
        "wrong-secret",
        shop.credentials.access_token,
        shop.credentials.refresh_token,
    ):
        assert secret not in str(caught.value)
        assert secret not in repr(shop.credentials)
        assert secret not in caplog.text


def test_a_wrong_application_secret_cannot_refresh(shop: Shop) -> None:
    _, sign = signing.secrets_of(shop.credentials.app_secret)
    shop.credentials.app_secret = f"wrong:{sign}"
    shop.world.tokens.expire_all()
    with pytest.raises(CredentialError, match="APP_REFUSED"):
        shop.collect("orders", START, MARKET_NOW)


def test_one_secret_alone_serves_as_both(market_with_one_secret: Shop) -> None:
    found = {record[KEYS["orders"]] for record in market_with_one_secret.collect("orders", START, MARKET_NOW)}
    assert found == truth(market_with_one_secret, "orders")


@pytest.fixture
def market_with_one_secret(shop: Shop) -> Shop:
    application, _ = signing.secrets_of(shop.credentials.app_secret)
    market = shop.world.market
    shop.world.market = dataclasses.replace(
        market, shops=market.shops.with_columns(pl.col("app_secret").str.split(":").list.first())
    )
    shop.credentials.app_secret = application
    return shop


def test_a_daily_quota_ends_the_day_at_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying again would only burn what other shops of the app have left."""
    from connectors.kuaishou import simulate

    monkeypatch.setattr(
        KuaishouDialect, "throttled", lambda self: simulate._error(21, "Exceed quota limit, KEY [appkey:ks1]")
    )
    shop.faults.update({"throttled_every": 1})
    with pytest.raises(CollectError, match=r"QUOTA_USED_UP.*明天"):
        shop.collect("orders", START, MARKET_NOW)
    assert shop.faults.requests == 1


def newest(records: list[dict[str, object]]) -> dict[object, tuple[str, str]]:
    """Order → its status and update moment in the record that was seen last."""
    return {
        item["orderBaseInfo.oid"]: (str(item["orderBaseInfo.status"]), str(item["orderBaseInfo.updateTime"]))
        for item in records
    }


def test_nothing_is_lost_while_the_market_moves_between_pages(giant: Shop) -> None:
    """Twenty minutes pass with each request: orders leave the window for later moments.

    Two runs must hold every order's final state.
    """
    giant.world.at = begun = moment("2026-07-12 10:00:00")
    giant.faults.update({"advance_seconds": 1200})
    first = giant.collect("orders", START, begun)
    giant.faults.reset()
    assert giant.world.at > begun + dt.timedelta(hours=5)
    found = newest(first + giant.collect("orders", begun, giant.world.at))
    lines = giant.world.lines(giant.shop_id)
    numbers = {
        "unpaid": 10,
        "paid": 30,
        "shipped": 40,
        "finished": 70,
        "closed_unpaid": 80,
        "closed_refunded": 80,
    }
    status = lines["order_status_code"].replace_strict(numbers, return_dtype=pl.Int64).cast(pl.String)
    assert found == dict(
        zip(
            lines["order_line_id"],
            zip(status, lines["updated_at"].dt.epoch("ms").cast(pl.String), strict=True),
            strict=True,
        )
    )


def crowd(updated: list[int]) -> Rendered:
    stamps = np.array(updated, dtype=np.int64)
    numbers = np.arange(len(updated), dtype=np.int64) + 2_300_000_000_000_000
    texts = [
        orjson.dumps({"orderBaseInfo": {"oid": int(number), "status": 30, "updateTime": stamp}}).decode()
        for number, stamp in zip(numbers, updated, strict=True)
    ]
    return Rendered(texts, numbers, stamps, stamps)


def test_more_than_a_page_in_one_millisecond(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven full pages share one moment, as after a mass shipment."""
    at = int(MARKET_NOW.timestamp() * 1000)
    made = crowd([at - 5_000] * 60 + [at - 4_000] * 350 + [at] * 30)
    monkeypatch.setattr(KuaishouDialect, "_list", lambda self, world, shop_id, kind: made)
    found = shop.collect("orders", MARKET_NOW - dt.timedelta(hours=1), MARKET_NOW)
    assert len(found) == len({record[KEYS["orders"]] for record in found}) == 440


def canned(bodies: list[dict[str, Any]]) -> KuaishouApi:
    class Answers(Client):
        def call(
            self, make: Callable[[], Any], read: Callable[[Any, bytes], bytes], credentials: Credentials
        ) -> bytes:
            return read(None, orjson.dumps(bodies[0] if len(bodies) == 1 else bodies.pop(0)))

    return KuaishouApi(
        Answers(), Credentials("http://127.0.0.1", "k", "s", "t"), {"orders": ["orderBaseInfo.oid"]}
    )


def test_a_cursor_that_does_not_advance_is_an_error_not_an_endless_loop() -> None:
    api = canned([{"result": 1, "data": {"orderList": [{"orderBaseInfo": {"oid": 1}}], "cursor": "5_1"}}])
    with pytest.raises(CollectError, match="CURSOR_STUCK"):
        list(api.pages("orders", MARKET_NOW, MARKET_NOW + dt.timedelta(hours=1)))


def test_an_answer_without_its_cursor_is_an_error() -> None:
    api = canned([{"result": 1, "data": {"orderList": []}}])
    with pytest.raises(CollectError, match="ANSWER_CHANGED"):
        list(api.pages("orders", MARKET_NOW, MARKET_NOW + dt.timedelta(hours=1)))


@pytest.mark.parametrize("end", ["nomore", "no_more", "NOMORE", ""])
def test_every_spelling_of_the_end_is_one(end: str) -> None:
    api = canned([{"result": 1, "data": {"orderList": [{"orderBaseInfo": {"oid": 1}}], "cursor": end}}])
    assert len(list(api.pages("orders", MARKET_NOW, MARKET_NOW + dt.timedelta(hours=1)))) == 1


def test_exchanges_are_asked_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = requests_of(monkeypatch)
    found = shop.collect("after_sales", START, MARKET_NOW)
    assert all(item["option"] == {"needExchange": True} and item["type"] == 9 for item in asked)
    assert "3" in {record["handlingWay"] for record in found}


def test_nothing_private_is_taken_out_of_an_answer(shop: Shop) -> None:
    for kind in ("orders", "after_sales", "settlements"):
        for record in shop.collect(kind, moment("2026-07-10 00:00:00"), MARKET_NOW):
            for planted in ("13800138000", "##", "陈", "中心区", "1@#"):
                assert planted not in str(record)


def test_credentials_are_not_changed_under_the_callers_hands(shop: Shop) -> None:
    before = dataclasses.replace(shop.credentials)
    shop.world.tokens.expire_all()
    shop.collect("orders", START, MARKET_NOW)
    assert shop.credentials == before
    assert len(shop.saved) == 1


def test_spans_are_the_documented_ones() -> None:
    assert api_module.SPANS["orders"] < 7 * _DAY
    assert api_module.SPANS["after_sales"] < _DAY
