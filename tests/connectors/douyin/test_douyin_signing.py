"""The signature against published vectors."""

from connectors.douyin import signing, simulate_api

KEY, SECRET, METHOD, TIME = "appkey123", "secret123", "order.searchList", "1800000000"
TEXT = '{"page":0,"size":100}'
HMAC = "8a5350b8fdacaa753c0885ab9859d382a31de4add09c6943c1d34298bd2165f1"
MD5 = "a84d3597bbb7aaeb0540d1022623165c"


def test_both_digests_match_the_vectors() -> None:
    assert signing.sign_hmac(KEY, SECRET, METHOD, TEXT, TIME) == HMAC
    assert signing.sign_md5(KEY, SECRET, METHOD, TEXT, TIME) == MD5


def test_parameters_are_sorted_at_every_depth_without_blanks_or_escapes() -> None:
    params = {"size": 100, "page": 0, "b": {"z": "<&>", "a": [{"y": 1, "x": "裙"}]}}
    assert signing.param_json(params) == '{"b":{"a":[{"x":"裙","y":1}],"z":"<&>"},"page":0,"size":100}'
    assert signing.param_json({"size": 100, "page": 0}) == TEXT


def test_the_simulator_verifies_both_digests_and_nothing_else() -> None:
    query = {"method": METHOD, "timestamp": TIME, "v": "2"}
    assert simulate_api.verified(KEY, SECRET, {**query, "sign": HMAC, "sign_method": "hmac-sha256"}, TEXT)
    assert simulate_api.verified(KEY, SECRET, {**query, "sign": MD5, "sign_method": "md5"}, TEXT)
    assert simulate_api.verified(KEY, SECRET, {**query, "sign": MD5}, TEXT)
    assert not simulate_api.verified(KEY, SECRET, {**query, "sign": MD5, "sign_method": "hmac-sha256"}, TEXT)
    assert not simulate_api.verified(
        KEY, SECRET, {**query, "sign": HMAC, "sign_method": "hmac-sha256"}, TEXT + " "
    )
    assert not simulate_api.verified(KEY, SECRET, {**query, "sign": "签"}, TEXT)
