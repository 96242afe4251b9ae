"""What every gateway does alike, on a platform made up for it: which refusal an answer is, one renewal, one
correction of the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
import requests

from connectors.gateway import BaseGateway, Refusal, TokenExpiredError, clock_wrong, refused, whole_json
from connectors.http import Client, Credentials, with_tokens
from contracts.errors import CollectError, CredentialError, TransientError

BUSY, EXPIRED, LATE, GOOD = ({"code": code} for code in (1, 2, 3, 0))
REFUSALS = (
    Refusal(TransientError, "RATE_LIMITED", {1}),
    Refusal(TokenExpiredError, "TOKEN_EXPIRED", {2}, step=("请授权", "authorise")),
    clock_wrong({3}),
)


class Made(BaseGateway):
    """The platform: the token and the time stand in the query."""

    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        return requests.Request(
            "GET",
            f"{self.credentials.base_url}/{method}",
            params={"token": self.credentials.access_token, "at": int(self._moment())},
        )

    def _check(self, method: str, body: bytes) -> None:
        code = whole_json(body, method=method)["code"]
        if code:
            raise refused(REFUSALS, {code}, method=method, code=code)

    def _new_pair(self, own: Credentials) -> Credentials:
        return with_tokens(own, *orjson.loads(self._send("renew", {}))["pair"])


class Line(Client):
    """A client whose answers are given in advance, each with its ``Date``; keeps what was asked.

    Trying again is the real client's.
    """

    def answers(self, *answers: dict[str, Any], date: str | None = None) -> Line:
        self.bodies, self.date, self.asked = (
            [orjson.dumps(answer) for answer in answers],
            date,
            list[tuple[str, dict[str, Any]]](),
        )
        return self

    def _once(self, make: Any, read: Any, credentials: Credentials) -> bytes:  # noqa: ANN401 - as the client's own
        request = make()
        self.asked.append((request.url.rsplit("/", 1)[1], dict(request.params)))
        response = requests.Response()
        response.headers.update({"Date": self.date} if self.date is not None else {})
        told: bytes = read(response, self.bodies.pop(0))
        return told


def made(line: Line, saved: list[Credentials] | None = None) -> Made:
    own = Credentials(
        "http://127.0.0.1",
        "key",
        "secret",
        "old",
        "refresh",
        save=lambda fresh: None if saved is None else saved.append(fresh),
    )
    return Made(line, own, now=lambda: 1_800_000_000.0)


def line() -> Line:
    return Line(wait_scale=0.0)


def test_a_busy_platform_is_asked_again_and_a_good_answer_is_handed_out_as_it_came() -> None:
    told = line().answers(BUSY, BUSY, {"code": 0, "x": 1})
    assert made(told).call("orders", {}) == b'{"code":0,"x":1}'
    assert [name for name, _ in told.asked] == ["orders"] * 3


def test_a_token_is_renewed_once_and_saved_before_its_use() -> None:
    saved: list[Credentials] = []
    told = line().answers(EXPIRED, {"code": 0, "pair": ["new", "newer"]}, GOOD)
    made(told, saved).call("orders", {})
    assert [(name, query["token"]) for name, query in told.asked] == [
        ("orders", "old"),
        ("renew", "old"),
        ("orders", "new"),
    ]
    assert [(fresh.access_token, fresh.refresh_token) for fresh in saved] == [("new", "newer")]


def test_a_token_refused_twice_is_a_matter_for_people() -> None:
    told = line().answers(EXPIRED, {"code": 0, "pair": ["new", "newer"]}, EXPIRED)
    with pytest.raises(CredentialError, match="请授权"):
        made(told).call("orders", {})
    assert len(told.asked) == 3


@pytest.mark.parametrize(
    ("date", "seconds"), [("Fri, 15 Jan 2027 08:20:00 GMT", 1200), ("Fri, 15 Jan 2027 07:59:00 GMT", -60)]
)
def test_a_refused_timestamp_is_signed_once_more_by_the_platforms_clock(date: str, seconds: int) -> None:
    told = line().answers(LATE, GOOD, GOOD, date=date)
    shop = made(told)
    shop.call("orders", {})
    shop.call("orders", {})
    assert [query["at"] - 1_800_000_000 for _, query in told.asked] == [0, seconds, seconds], (
        "and what was learnt stays"
    )


@pytest.mark.parametrize(
    "date", [None, "", "Fri, 15 Jan 2027 08:00:29 GMT", "yesterday", "Fri, 99 Jan 2027 08:00:29 GMT"]
)
def test_a_clock_that_is_not_off_explains_no_refusal(date: str | None) -> None:
    told = line().answers(LATE, date=date)
    with pytest.raises(CollectError, match=r"CLOCK_WRONG.*code=3.*校准本机时钟") as caught:
        made(told).call("orders", {})
    assert not isinstance(caught.value, TransientError)


def test_the_platforms_clock_is_believed_once() -> None:
    told = line().answers(LATE, LATE, date="Fri, 15 Jan 2027 08:20:00 GMT")
    with pytest.raises(CollectError, match=r"CLOCK_WRONG.*校准本机时钟"):
        made(told).call("orders", {})
    assert len(told.asked) == 2


@pytest.mark.parametrize(
    ("codes", "words", "rule"),
    [
        ({7}, "", "ANY_WORDS"), ({7}, "the clock", "CLOCK"), ({"7"}, "the clock", "WORDS_ALONE"),
        ({8, 9}, "", "SECOND"), ({9}, "the clock", "WORDS_ALONE"),
        ({9}, "", "PLATFORM_REFUSED"), (set(), "", "PLATFORM_REFUSED"),
    ],
)  # fmt: skip
def test_the_first_refusal_of_these_codes_and_words_is_meant(
    codes: set[object], words: str, rule: str
) -> None:
    refusals = (
        Refusal(CollectError, "CLOCK", {7}, "clock"),
        Refusal(CollectError, "ANY_WORDS", {7}),
        Refusal(CollectError, "WORDS_ALONE", words="^the clock$"),
        Refusal(CollectError, "SECOND", {8}),
    )
    assert refused(refusals, codes, words).rule == rule


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (TransientError, "[R] 平台繁忙 / the platform is busy (code=1) → 做 / do"),
        (
            TokenExpiredError,
            "[R] 平台拒绝访问该店铺 / the platform denies access to this shop (code=1) → 做 / do",
        ),
        (CollectError, "[R] 平台拒绝了请求 / the platform refused the request (code=1) → 做 / do"),
    ],
)
def test_a_refusal_without_a_sentence_of_its_own_speaks_its_classs(
    kind: type[CollectError], sentence: str
) -> None:
    error = Refusal(kind, "R", step=("做", "do")).error(code=1)
    assert (type(error), error.sentence()) == (kind, sentence)
    assert Refusal(kind, "R", what=("甲", "a")).error().sentence() == "[R] 甲 / a"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"<html>", b"\xff\xfe{", b'{"a":1'])
@pytest.mark.parametrize("decimals", [None, str])
def test_what_is_no_whole_object_is_worth_another_try(body: bytes, decimals: type[str] | None) -> None:
    with pytest.raises(TransientError, match=r"BODY_NOT_JSON.*method=m"):
        whole_json(body, decimals, method="m")


def test_fractions_stay_text_where_that_is_asked_for() -> None:
    assert whole_json(b'{"a":17.80,"n":654321098765432109}', str) == {"a": "17.80", "n": 654321098765432109}
