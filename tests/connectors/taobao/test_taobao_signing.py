import datetime as dt
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taobao_cases import NOW

from connectors.http import Credentials
from connectors.taobao import top
from contracts.errors import CollectError, CredentialError, TransientError

#: The worked example of the official signing document (docId 101617), whole: input, secret and result as
#: several public test suites quote it.
OFFICIAL = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "sign_method": "md5",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}


def test_official_example() -> None:
    assert top.sign(OFFICIAL, "helloworld") == "66987CB115214E59E6EC978214934FB8"


def test_official_example_written_out() -> None:
    text = (
        "helloworldapp_key12345678fieldsnum_iid,title,nick,price,"
        "numformatjsonmethodtaobao.item.seller.getnum_iid11223344"
        "sessiontestsign_methodmd5timestamp2016-01-01 12:00:00v2.0helloworld"
    )
    assert (
        top.sign(OFFICIAL, "helloworld")
        == hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    )


names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)


@given(st.dictionaries(names, st.text(max_size=20)), st.text(min_size=1, max_size=20))
def test_sign_against_an_independent_computation(params: dict[str, str], secret: str) -> None:
    joined = b""
    for name in sorted(params):
        if name != "sign" and params[name] != "":
            joined += name.encode() + params[name].encode()
    key = secret.encode()
    assert (
        top.sign(params, secret) == hashlib.md5(key + joined + key, usedforsecurity=False).hexdigest().upper()
    )
    assert top.sign(params, secret, "hmac") == hmac.digest(key, joined, "md5").hex().upper()
    assert top.sign(params, secret, "hmac-sha256") == hmac.digest(key, joined, "sha256").hex().upper()


def test_empty_parameters_and_the_sign_itself_are_left_out() -> None:
    assert top.sign({**OFFICIAL, "buyer_nick": "", "sign": "AB"}, "helloworld") == top.sign(
        OFFICIAL, "helloworld"
    )


def test_request_carries_what_is_signed() -> None:
    credentials = Credentials("https://gw.api.taobao.com", "12345678", "helloworld", "test")
    moment = dt.datetime(2016, 1, 1, 4, 0, tzinfo=dt.UTC)
    request = top.request(
        credentials,
        "taobao.item.seller.get",
        {"fields": "num_iid,title,nick,price,num", "num_iid": "11223344", "type": ""},
        moment,
    )
    assert request.url == "https://gw.api.taobao.com/router/rest"
    assert request.data == {**OFFICIAL, "sign": "66987CB115214E59E6EC978214934FB8"}


@pytest.mark.parametrize(
    ("error", "kind", "rule"),
    [
        (
            {
                "code": 7,
                "sub_code": "accesscontrol.limited-by-api-access-count",
                "sub_msg": "This ban will last for 2 more seconds",
            },
            TransientError,
            "THROTTLED",
        ),
        (
            {"code": 7, "sub_code": "accesscontrol.limited-by-app-api-access-count"},
            TransientError,
            "THROTTLED",
        ),
        ({"code": 15, "sub_code": "isp.remote-service-timeout"}, TransientError, "PLATFORM_BUSY"),
        ({"code": 7, "sub_code": "accesscontrol.limited-by-app-access-count"}, CollectError, "DAILY_QUOTA"),
        (
            {"code": 27, "msg": "Invalid session", "sub_code": "invalid-sessionkey"},
            CredentialError,
            "SESSION_INVALID",
        ),
        ({"code": 26, "msg": "Missing session"}, CredentialError, "SESSION_INVALID"),
        ({"code": 15, "sub_code": "session-expired"}, CredentialError, "SESSION_INVALID"),
        ({"code": 53}, CredentialError, "SESSION_INVALID"),
        ({"code": 25, "msg": "Invalid signature"}, CollectError, "BAD_SIGNATURE"),
        ({"code": 28}, CollectError, "BAD_APP_KEY"),
        ({"code": 29}, CollectError, "BAD_APP_KEY"),
        ({"code": 30}, CollectError, "CLOCK_WRONG"),
        ({"code": 31}, CollectError, "CLOCK_WRONG"),
        ({"code": 41}, CollectError, "BAD_ARGUMENT"),
        ({"code": 12}, CollectError, "NO_PERMISSION"),
        ({"code": 40, "msg": "Missing required arguments:fields"}, CollectError, "MISSING_ARGUMENT"),
        ({"code": 11, "sub_code": "isv.permission-api-package-limit"}, CollectError, "NO_PERMISSION"),
        ({"code": 15, "sub_code": "isv.trade-not-exist"}, CollectError, "REFUSED"),
    ],
)
def test_faults(error: dict[str, object], kind: type[CollectError], rule: str) -> None:
    found = top.fault(error)
    assert type(found) is kind
    assert found.rule == rule


def test_a_ban_tells_how_long() -> None:
    error = {
        "code": 7,
        "sub_code": "accesscontrol.limited-by-api-access-count",
        "sub_msg": "This ban will last for 31 more seconds",
    }
    assert top.fault(error).facts["retry_after"] == 31


def test_the_daily_quota_ends_at_beijing_midnight() -> None:
    error = {
        "code": 7,
        "sub_code": "accesscontrol.limited-by-app-access-count",
        "sub_msg": "This ban will last for 31062 more seconds",
    }
    late = dt.datetime(2026, 11, 24, 17, 30, tzinfo=dt.UTC)  # 01:30 on the 25th in Beijing
    assert top.fault(error, NOW).facts["retry_at"] == "2026-11-25T00:00:00+08:00"
    assert top.fault(error, late).facts["retry_at"] == "2026-11-26T00:00:00+08:00"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"trades_sold_increment_get_response":{"tot', b"[]", b'{"a":{},"b":{}}']
)
def test_what_is_not_an_answer_is_worth_another_try(body: bytes) -> None:
    with pytest.raises(TransientError):
        top.parse(body)
