"""The two signatures.

Digests below come from another tool (openssl), the signed text from the official documentation.
"""

from __future__ import annotations

import pytest

from connectors.kuaishou import signing, simulate_api

TOLD = {
    "access_token": "t0ken", "appkey": "ks123", "method": "open.order.cursor.list",
    "param": '{"cursor":"","title":"短袖"}', "signMethod": "MD5",
    "timestamp": "1583271919000", "version": "1",
}  # fmt: skip
SECRET = "s1gn"
MD5 = "b6661e63fcca1f4ad109fc3c271adae8"
HMAC = "Vn+1Av3rrgPZzcARB1/cxPXbMp+JVMcdSRvVOnOea9w="


def test_the_signed_text_is_the_documentations() -> None:
    told = {
        **TOLD,
        "access_token": "xxx",
        "method": "open.xxx.xxx.xxx",
        "param": '{"title":"短袖", "relItemId":123456, "categoryId":12}',
    }
    assert signing.message({**told, "sign": "never", "other": "never"}, "xxxxxx") == (
        'access_token=xxx&appkey=ks123&method=open.xxx.xxx.xxx&param={"title":"短袖", "relItemId":123456, '
        '"categoryId":12}'
        "&signMethod=MD5&timestamp=1583271919000&version=1&signSecret=xxxxxx"
    )


def test_parameters_that_are_not_there_are_not_signed() -> None:
    assert signing.message({"method": "m", "appkey": "k"}, "s") == "appkey=k&method=m&signSecret=s"


def test_md5_is_hex_and_hmac_is_base64() -> None:
    assert signing.sign_md5(TOLD, SECRET) == MD5
    assert signing.sign_hmac({**TOLD, "signMethod": "HMAC_SHA256"}, SECRET) == HMAC


def test_the_simulator_verifies_both_and_nothing_else() -> None:
    by_hmac = {**TOLD, "signMethod": "HMAC_SHA256", "sign": HMAC}
    assert simulate_api.verified(SECRET, {**TOLD, "sign": MD5})
    assert simulate_api.verified(SECRET, by_hmac)
    for spoilt in ({"param": "{}"}, {"timestamp": "1"}, {"access_token": "other"}, {"sign": MD5}):
        assert not simulate_api.verified(SECRET, {**by_hmac, **spoilt})
    assert not simulate_api.verified("another", by_hmac)


@pytest.mark.parametrize(
    ("kept", "both"), [("app:sign", ("app", "sign")), ("alone", ("alone", "alone")), ("app:", ("app", "app"))]
)
def test_two_secrets_in_one_text(kept: str, both: tuple[str, str]) -> None:
    assert signing.secrets_of(kept) == both


def test_parameters_are_sorted_without_blanks() -> None:
    assert signing.param_json({"b": {"d": 1, "c": "裙"}, "a": ""}) == '{"a":"","b":{"c":"裙","d":1}}'
