"""What every platform's gateway does alike: sign afresh per try, renew a token once, sign by the platform's
clock, and give each refusal its class.

A platform's own gateway says only what nobody else could: how a request is signed, what its answers are
wrapped in, and what its codes mean.
"""

from __future__ import annotations

import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

import orjson
import requests

from connectors.http import Client, Credentials, renewed
from contracts.errors import CollectError, CredentialError, TransientError

#: Chinese and English.
Text = tuple[str, str]

AUTHORISE_AGAIN: Text = ("请商家重新授权应用", "let the merchant authorise the app again")
CHECK_SECRET: Text = ("核对应用密钥 app_secret", "check the app's secret")
ALLOW_ADDRESS: Text = ("把本机出口 IP 加入应用白名单", "add this machine's address to the app's allow list")
SIGNATURE_REFUSED: Text = ("签名未通过", "the signature was refused")

CLOCK_WRONG = "CLOCK_WRONG"


class TokenExpiredError(CredentialError):
    """The access token is not accepted any more; a renewal may help."""


@dataclass(frozen=True)
class Refusal:
    """One way in which a platform says no: the codes and words it is known by, and the error it stands for.

    Known by any of ``codes`` together with ``words`` (a pattern found in what the platform says); none given
    is any. Empty ``what``: the usual sentence of the class.
    """

    kind: type[CollectError]
    rule: str
    codes: Collection[object] = ()
    words: str = ""
    what: Text | None = None
    step: Text = ("", "")

    def matches(self, codes: Collection[object], words: str) -> bool:
        """Whether an answer with these codes and words is this refusal."""
        return (not self.codes or any(code in self.codes for code in codes)) and (
            not self.words or re.search(self.words, words) is not None
        )

    def error(self, **facts: Any) -> CollectError:  # noqa: ANN401 - facts of any kind
        """The exception to raise."""
        zh, en = self.what or next(what for kind, what in _USUAL if issubclass(self.kind, kind))
        return self.kind(self.rule, zh, en, step_zh=self.step[0], step_en=self.step[1], **facts)


_USUAL: tuple[tuple[type[CollectError], Text], ...] = (
    (TransientError, ("平台繁忙", "the platform is busy")),
    (CredentialError, ("平台拒绝访问该店铺", "the platform denies access to this shop")),
    (CollectError, ("平台拒绝了请求", "the platform refused the request")),
)
_UNKNOWN = Refusal(CollectError, "PLATFORM_REFUSED")


def refused(
    refusals: Iterable[Refusal],
    codes: Collection[object],
    words: str = "",
    /,
    **facts: Any,  # noqa: ANN401 - facts of any kind
) -> CollectError:
    """The exception for an answer with these codes and words: that of the first refusal it matches, else
    ``PLATFORM_REFUSED``.
    """
    return next((refusal for refusal in refusals if refusal.matches(codes, words)), _UNKNOWN).error(**facts)


def clock_wrong(codes: Collection[object], words: str = "") -> Refusal:
    """The refusal of a timestamp. A gateway tries such a call once more by the platform's own clock."""
    return Refusal(
        CollectError,
        CLOCK_WRONG,
        codes,
        words,
        ("时间戳未通过", "the timestamp was refused"),
        ("校准本机时钟", "set this machine's clock"),
    )


def whole_json(body: bytes, decimals: Callable[[str], str] | None = None, **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - facts of any kind
    """A body as its JSON object; ``decimals`` keeps fractions as text.

    TransientError for what is none: half a body is worth another try.
    """
    try:
        answer = json.loads(body, parse_float=decimals) if decimals else orjson.loads(body)
    except ValueError:
        raise TransientError(
            "BODY_NOT_JSON", "平台返回不是完整的报文", "the answer is not whole JSON", **facts
        ) from None
    if not isinstance(answer, dict):
        raise TransientError("BODY_NOT_JSON", "平台返回不是报文", "the answer is not an object", **facts)
    return answer


@dataclass
class BaseGateway(ABC):
    """Calls for one shop.

    ``credentials`` changes when the token is renewed; ``now`` (Unix seconds) is replaceable for tests.

    ``skew`` is what the platform's clock is ahead of ours in seconds, learnt when it refuses a timestamp.
    """

    client: Client
    credentials: Credentials
    now: Callable[[], float] = time.time
    skew: float = 0.0
    #: A clock correction smaller than this explains no refused timestamp.
    skew_step: ClassVar[float] = 30.0

    def call(self, method: str, params: Mapping[str, Any]) -> bytes:
        """The body of a successful answer.

        A token that is not accepted is renewed once and the same call repeated.

        Raises TransientError when the client's tries are used up, CredentialError when a person must act,
        CollectError otherwise.
        """
        try:
            return self._send(method, params)
        except CredentialError as error:
            if not self._renewable(error):
                raise
        self._renew()
        return self._send(method, params)

    # --- what a platform says itself ---

    @abstractmethod
    def _request(self, method: str, params: Mapping[str, Any]) -> requests.Request:
        """The request for ``method``, signed for this moment (``_moment``)."""

    @abstractmethod
    def _check(self, method: str, body: bytes) -> None:
        """Raise the error an answer to ``method`` stands for; a good one passes."""

    def _new_pair(self, own: Credentials) -> Credentials:
        """``own`` with the tokens its refresh token is exchanged for.

        Needed where ``_check`` raises TokenExpiredError.
        """
        raise NotImplementedError

    def _renewable(self, error: CredentialError) -> bool:
        """Whether another token may help."""
        return isinstance(error, TokenExpiredError)

    def _renew(self) -> None:
        """Put a token that may help into ``credentials``."""
        self.credentials = renewed(self.credentials, self._new_pair)

    def _by_the_clock(self, error: CollectError) -> bool:
        """Whether a refusal may be for our clock."""
        return error.rule == CLOCK_WRONG

    # --- what all do alike ---

    def _moment(self) -> float:
        """Unix seconds by the platform's clock."""
        return self.now() + self.skew

    def _send(self, method: str, params: Mapping[str, Any]) -> bytes:
        return self._exchange(
            lambda: self._request(method, params), lambda body: self._check(method, body), self.credentials
        )

    def _exchange(
        self, make: Callable[[], requests.Request], check: Callable[[bytes], object], own: Credentials
    ) -> bytes:
        """The body of an answer that ``check`` lets pass; ``make`` builds the request afresh per try."""

        def read(response: requests.Response, body: bytes) -> bytes:
            try:
                check(body)
            except CollectError as error:
                raise self._skewed(response, error) from None
            return body

        return self.client.call(make, read, own)

    def _skewed(self, response: requests.Response, error: CollectError) -> CollectError:
        """The platform's own clock stands in every answer; sign by that one, once, before bothering
        anybody.
        """
        theirs = _date(response) if self._by_the_clock(error) else None
        skew = self.skew if theirs is None else theirs - self.now()
        if abs(skew - self.skew) < self.skew_step:
            return error
        self.skew = skew
        facts: dict[str, Any] = error.facts
        return TransientError(
            CLOCK_WRONG,
            "本机时钟不准，已按平台时间重试",
            "our clock is off; trying by the platform's",
            retry_after=0.0,
            **facts,
        )


def _date(response: requests.Response) -> float | None:
    """The Unix seconds of an answer's ``Date``; None where it has none, or none that is a date."""
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).timestamp()
    except ValueError:
        return None
