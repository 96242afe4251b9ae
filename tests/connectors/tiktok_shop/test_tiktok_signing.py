"""The signature against the worked example of the official page "Sign your API request"."""

from connectors.tiktok_shop.signing import sign
from connectors.tiktok_shop.simulate_api import Refusal, check

SECRET, PATH = "e59af819cc", "/authorization/202309/shops"
QUERY = {"app_key": "29a39d", "timestamp": "1623812664"}
VECTOR = "b596b73e0cc6de07ac26f036364178ab16b0a907af13d43f0a0cd2345f582dc8"


def test_the_published_vector() -> None:
    assert sign(SECRET, PATH, QUERY) == VECTOR
    assert sign(SECRET, PATH, dict(reversed(QUERY.items()))) == VECTOR


def test_the_token_and_the_sign_itself_are_not_signed() -> None:
    assert sign(SECRET, PATH, QUERY | {"sign": "x", "access_token": "y", "x-tts-access-token": "z"}) == VECTOR


def test_path_query_and_exact_body_are_signed() -> None:
    signs = {
        sign(SECRET, PATH, QUERY), sign(SECRET, PATH + "/", QUERY), sign(SECRET, PATH, QUERY | {"shop_cipher": "c"}), sign(SECRET, PATH, QUERY, "{}"),
        sign(SECRET, PATH, QUERY, "{ }"), sign(SECRET + "0", PATH, QUERY),
    }  # fmt: skip
    assert len(signs) == 6


def test_the_simulator_verifies_the_same_and_nothing_else(monkeypatch: object) -> None:
    import connectors.tiktok_shop.simulate_api as wire

    real = wire.time.time
    wire.time.time = lambda: 1623812664.0 + 200  # type: ignore[assignment]
    try:
        check(SECRET, PATH, {**QUERY, "sign": VECTOR}, "")
        for query, body in (({**QUERY, "sign": VECTOR}, "{}"), ({**QUERY, "sign": VECTOR[::-1]}, ""), ({**QUERY, "timestamp": "1623812100", "sign": VECTOR}, "")):
            try:
                check(SECRET, PATH, query, body)
            except Refusal as refusal:
                assert refusal.code in (106001, 36009004)
            else:
                raise AssertionError(query)
    finally:
        wire.time.time = real  # type: ignore[assignment]
