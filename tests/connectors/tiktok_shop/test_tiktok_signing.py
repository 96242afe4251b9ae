"""The signature against the worked example of the official page "Sign your API request"."""

from __future__ import annotations

import pytest

from connectors.tiktok_shop import simulate_api
from connectors.tiktok_shop.signing import sign

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
        sign(SECRET, PATH, QUERY), sign(SECRET, PATH + "/", QUERY),
        sign(SECRET, PATH, QUERY | {"shop_cipher": "c"}), sign(SECRET, PATH, QUERY, "{}"),
        sign(SECRET, PATH, QUERY, "{ }"), sign(SECRET + "0", PATH, QUERY),
    }  # fmt: skip
    assert len(signs) == 6


@pytest.mark.parametrize(
    ("changes", "body", "code"),
    [
        ({}, "{}", 106001),
        ({"sign": VECTOR[::-1]}, "", 106001),
        ({"timestamp": "1623812100"}, "", 36009004),
        ({"timestamp": "1623812900"}, "", 36009004),
    ],
)
def test_the_simulator_verifies_the_same_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], body: str, code: int
) -> None:
    monkeypatch.setattr(simulate_api.time, "time", lambda: 1623812664.0 + 200)
    simulate_api.check(SECRET, PATH, {**QUERY, "sign": VECTOR}, "")
    with pytest.raises(simulate_api.Refusal) as refused:
        simulate_api.check(SECRET, PATH, {**QUERY, "sign": VECTOR, **changes}, body)
    assert refused.value.code == code
