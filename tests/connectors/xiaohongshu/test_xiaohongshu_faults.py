"""What one request to Xiaohongshu may meet (F01-F18): tried again, put right, or told to a person; never a row less and never one counted twice."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import numpy as np
import orjson
import pytest
from starlette.responses import RedirectResponse, Response
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
    return [row["order.orderId"] for page in api.pages("orders", START, NOW) for row in api.records("orders", page)]


@pytest.mark.parametrize(
    "faults", [{"throttled_every": 1}, {"busy_every": 1}, {"truncate_every": 1}, {"http_429_every": 1}], ids=lambda faults: next(iter(faults))
)
def test_faults_that_stay_end_as_transient_after_bounded_tries(shop: Shop, faults: dict[str, float]) -> None:
    """F01, F02, F13."""
    shop.faults.update(faults)
    with pytest.raises(TransientError):
        shop.collect("orders", START, NOW, shop.api(attempts=4))
    assert shop.faults.requests == 4


def test_an_answer_that_comes_too_late_is_asked_for_again(shop: Shop) -> None:
    """F03: the platform had accepted the request; asking again changes nothing there."""
    clean = ids(shop)
    shop.faults.reset()
    shop.faults.update({"slow_every": 60, "slow_seconds": 1.2})
    assert ids(shop, timeout_seconds=0.4) == clean != []
    assert shop.faults.injected["slow"] > 0


def test_an_expired_token_is_refreshed_once_and_saved_before_use(shop: Shop) -> None:
    """F04: on page k, and the same page again."""
    clean = ids(shop)
    shop.faults.reset()
    shop.faults.update({"expire_at": 5})
    told: list[bool] = []
    shop.credentials.save = lambda new: told.append(shop.world.tokens.check(new.access_token) == shop.shop_id and shop.faults.requests == 6)
    assert ids(shop) == clean
    assert told == [True]


def test_a_new_token_lost_on_the_way_asks_for_a_person(shop: Shop) -> None:
    """F05: the platform has rotated it, the answer came in half; nothing is saved, and the old one is not taken for good."""
    shop.world.tokens.expire_all()
    shop.faults.update({"truncate_every": 2})
    with pytest.raises(CredentialError, match=r"TOKEN_REFUSED.*授权"):
        shop.collect("orders", START, NOW, shop.api(attempts=3))
    assert shop.saved == []


def test_a_crash_while_saving_leaves_the_old_token_in_use(shop: Shop) -> None:
    """F05."""

    def fall(new: object) -> None:
        raise OSError("disk full")

    shop.credentials.save = fall
    shop.world.tokens.expire_all()
    api = shop.api()
    with pytest.raises(OSError, match="disk full"):
        shop.collect("orders", START, NOW, api)
    assert api.gateway.credentials.access_token == shop.credentials.access_token


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


def test_a_wrong_secret_is_told_as_such_and_never_printed(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shop.credentials.app_secret = "wrong-secret"
    with pytest.raises(CredentialError, match="BAD_SIGNATURE") as caught:
        ids(shop)
    for secret in ("wrong-secret", shop.credentials.access_token, shop.credentials.refresh_token):
        assert secret not in str(caught.value) + repr(shop.credentials) + caplog.text


def test_the_platforms_redirect_is_not_followed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F17: an address inside somebody's cloud is never asked."""
    monkeypatch.setattr(XiaohongshuDialect, "throttled", lambda self: RedirectResponse("http://169.254.169.254/latest", 302))
    shop.faults.update({"throttled_every": 1})
    with pytest.raises(CollectError, match="HTTP_STATUS"):
        ids(shop)
    assert shop.faults.requests == 1


def test_an_endless_answer_is_cut_off(shop: Shop) -> None:
    """F18."""
    with pytest.raises(CollectError, match="BODY_TOO_LARGE"):
        ids(shop, max_body_bytes=300)


def test_a_page_of_html_is_worth_another_try(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F13: a maintenance page on HTTP 200, in another charset."""
    clean = ids(shop)
    monkeypatch.setattr(XiaohongshuDialect, "throttled", lambda self: Response("<html>系统维护</html>".encode("gbk"), media_type="text/html"))
    shop.faults.reset()
    shop.faults.update({"throttled_every": 4})
    assert ids(shop) == clean
    assert shop.faults.injected["throttled"] > 0


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
    texts = [orjson.dumps({"orderId": name, "orderStatus": 4, "updateTime": at, "skuList": [{"skuId": "1"}]}).decode() for name in names]
    stamps = np.array([at] * orders, dtype=np.int64)
    made = Rendered(names, texts, stamps, stamps, dict(zip(names, texts, strict=True)))
    monkeypatch.setattr(XiaohongshuDialect, "_list", lambda self, world, shop_id, kind: made)


def test_more_than_a_page_in_one_moment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10."""
    crowd(monkeypatch, 230)
    found = ids(shop)
    assert len(found) == len(set(found)) == 230


def test_repeated_rows_are_fetched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """F07, F08: a row pushed onto the page already read comes again, and its detail is not asked for twice."""
    rows = [{"orderId": f"P{number}", "updateTime": int(NOW.timestamp() * 1000)} for number in range(150)]
    fetched: list[str] = []

    def told(method: str, params: dict[str, Any]) -> object:
        if method == "order.getOrderDetail":
            fetched.append(params["orderId"])
            return {"orderId": params["orderId"]}
        if params["endTime"] * 1000 < NOW.timestamp() * 1000:
            return {"total": 0, "orderList": []}
        page = rows[:100] if params["pageNo"] == 1 else rows[90:]
        return {"total": 150, "orderList": page}

    pages = list(scripted(told).pages("orders", NOW - dt.timedelta(minutes=20), NOW))
    assert sorted(fetched) == sorted({row["orderId"] for row in rows})
    assert sum(len(page.splitlines()) for page in pages) == 150


def test_a_total_that_changes_on_the_way_is_read_again() -> None:
    """F09: more rows than pages were planned for; an empty page in the middle (F11) is not the end."""
    asked: list[int] = []

    def told(method: str, params: dict[str, Any]) -> object:
        number = params["pageNum"]
        asked.append(number)
        first = len(asked) <= 2
        shown = [] if first and number == 2 else [{"tradeNo": f"{number}-{row}"} for row in range(100 if number == 1 else 30)]
        return {"total": 130, "records": shown}

    pages = list(scripted(told).pages("funds", NOW - dt.timedelta(hours=1), NOW))
    assert asked == [1, 2, 1, 2]
    assert sum(len(offline().records("funds", page)) for page in pages) == 130


def test_new_enums_and_missing_members_stay_visible_and_lose_no_row() -> None:
    """F14, F15: ids as JSON numbers beyond a float's reach stay exact, an unheard status is ``unknown``, null stands where an object was."""
    sku = {"skuId": 9_007_199_254_740_993, "skuDetailList": None, "totalPaidAmount": 9_990, "skuQuantity": 1, "newMember": {}}
    order = {"orderId": "P1", "orderStatus": 77, "createdTime": 1_784_000_000_000, "paidTime": 1_784_000_001_000, "skuList": [sku], "totalPayAmount": 9_990}
    read = read_api("orders", [orjson.dumps({"error_code": 0, "success": True, "data": order})])
    assert read.bronze["red_sku_id"].to_list() == ["9007199254740993"]
    line = conformed(read)["order_line"].row(0, named=True)
    assert (line["order_status_code"], line["content_code"], line["paid_fen"]) == ("unknown", "unknown", 9_990)
    bodies = [orjson.dumps({"error_code": 0, "success": True, "data": {**order, "orderId": name}}) for name in (None, "P1")]
    spoilt = read_api("orders", [b"\n".join(bodies)])
    assert (spoilt.bronze.height, spoilt.quarantine["_row_number"].n_unique()) == (1, 1), "an order without a number is set aside, not lost"
    empty = read_api("orders", [orjson.dumps({"error_code": 0, "success": True, "data": {**order, "skuList": []}})])
    assert empty.rows_read == 1, "an order without goods still shows"
