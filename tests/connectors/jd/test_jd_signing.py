"""The signature as the protocol document writes it: no HMAC, everything that is sent, sorted, the secret on
both sides.
"""

import hashlib

from connectors.jd import signing

PARAMS = {
    "method": "jingdong.pop.order.search", "access_token": "token123", "app_key": "appkey123",
    "timestamp": "2026-11-24 12:00:00", "v": "2.0",
    "360buy_param_json": '{"order_state":"FINISHED_L","page":"1"}',
}  # fmt: skip
#: Put together by hand: a digit sorts before letters, and nothing stands between names and values.
JOINED = (
    'secret123360buy_param_json{"order_state":"FINISHED_L",'
    '"page":"1"}access_tokentoken123app_keyappkey123methodjingdong.pop.order.search'
    "timestamp2026-11-24 12:00:00v2.0secret123"
)


def test_it_is_the_digest_of_the_text_written_out_by_hand() -> None:
    assert (
        signing.sign(PARAMS, "secret123")
        == hashlib.md5(JOINED.encode(), usedforsecurity=False).hexdigest().upper()
    )
    assert signing.sign(PARAMS, "secret123") == "3023A0A4ACF0D722C3A877826AEB5100"


def test_the_order_of_parameters_and_an_old_signature_change_nothing() -> None:
    turned = dict(reversed(PARAMS.items())) | {"sign": "0" * 32}
    assert signing.sign(turned, "secret123") == signing.sign(PARAMS, "secret123")


def test_every_parameter_counts() -> None:
    digests = {signing.sign(PARAMS | {name: PARAMS[name] + "x"}, "secret123") for name in PARAMS} | {
        signing.sign(PARAMS, "secret124")
    }
    assert len(digests) == len(PARAMS) + 1
    assert signing.sign(PARAMS, "secret123") not in digests


def test_arguments_are_one_text_whatever_their_order() -> None:
    assert signing.arguments_json({"page": "1", "order_state": "完成"}) == '{"order_state":"完成","page":"1"}'
