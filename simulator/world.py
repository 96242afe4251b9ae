"""What a dialect sees: the market at a simulated moment, and who holds a valid token."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from simulator.history.clock import ZONE
from simulator.history.market import Market

TOKEN_SECONDS = 7 * 86_400


@dataclass(frozen=True)
class Token:
    """A token pair as the platforms issue it; ``expires_in`` seconds.

    Hidden from ``repr``, so it cannot slip into a log.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


class TokenStore:
    """Issued tokens by shop; thread-safe.

    Access tokens expire by the simulated clock, refresh tokens live until used or revoked.
    """

    def __init__(self, clock: Callable[[], dt.datetime], seconds: int = TOKEN_SECONDS) -> None:
        self._clock, self._seconds = clock, seconds
        self._access: dict[str, tuple[str, dt.datetime]] = {}
        self._refresh: dict[str, str] = {}
        self._lock = threading.Lock()

    def issue(self, shop_id: str) -> Token:
        """A fresh pair for a shop, as after the merchant's consent; pairs issued before stay valid."""
        with self._lock:
            return self._issue(shop_id)

    def _issue(self, shop_id: str) -> Token:
        token = Token(secrets.token_hex(20), secrets.token_hex(20), self._seconds)
        self._access[token.access_token] = (shop_id, self._clock() + dt.timedelta(seconds=self._seconds))
        self._refresh[token.refresh_token] = shop_id
        return token

    def check(self, access_token: str) -> str | Literal["expired"] | None:
        """The token's shop; ``"expired"`` for a token that was valid once.

        None for one never issued or revoked.
        """
        with self._lock:
            shop_id, until = self._access.get(access_token, (None, None))
            return "expired" if until is not None and self._clock() >= until else shop_id

    def consents(self, shop_id: str) -> bool:
        """Whether a token of the shop is left, ended or not."""
        with self._lock:
            return any(held == shop_id for held, _ in self._access.values())

    def refresh(self, refresh_token: str) -> Token | None:
        """A new pair for a refresh token, which dies by this; None when it is unknown, used or revoked."""
        with self._lock:
            shop_id = self._refresh.pop(refresh_token, None)
            return self._issue(shop_id) if shop_id is not None else None

    def revoke(self, shop_id: str) -> None:
        """Forget every token of a shop, as when the merchant withdraws consent."""
        with self._lock:
            self._access = {token: held for token, held in self._access.items() if held[0] != shop_id}
            self._refresh = {token: held for token, held in self._refresh.items() if held != shop_id}

    def expire_all(self) -> None:
        """End the life of every access token; refresh tokens stay good."""
        with self._lock:
            now = self._clock()
            self._access = {
                token: (shop_id, min(until, now)) for token, (shop_id, until) in self._access.items()
            }


class World:
    """A market and the simulated moment ``at``.

    As-of frames are computed once per shop and moment, then shared: do not change them in place.
    """

    def __init__(self, market: Market, at: dt.datetime, token_seconds: int = TOKEN_SECONDS) -> None:
        if at.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        self.market, self.at = market, at.astimezone(ZONE)
        self.tokens = TokenStore(lambda: self.at, token_seconds)
        self._frames: dict[tuple[str, str], tuple[dt.datetime, pl.DataFrame]] = {}
        self._lock = threading.Lock()

    @property
    def market(self) -> Market:
        """What is simulated; another one may be put in its place."""
        return self._market

    @market.setter
    def market(self, market: Market) -> None:
        self._market = market
        self._shops, self._by_app_key = (
            market.shops.rows_by_key(key, named=True, unique=True, include_key=True)
            for key in ("shop_id", "app_key")
        )

    def shop_by_app_key(self, app_key: str) -> dict[str, Any] | None:
        """The shop's row of ``market.shops`` (with ``app_secret``), or None."""
        return self._by_app_key.get(app_key)

    def shop(self, shop_id: str) -> dict[str, Any] | None:
        """The shop's row of ``market.shops``, or None."""
        return self._shops.get(shop_id)

    def lines(self, shop_id: str) -> pl.DataFrame:
        """``market.lines_at`` of the current moment, remembered."""
        return self._frame("lines", shop_id)

    def refunds(self, shop_id: str) -> pl.DataFrame:
        """``market.refunds_at`` of the current moment, remembered."""
        return self._frame("refunds", shop_id)

    def sessions(self, shop_id: str) -> pl.DataFrame:
        """``market.sessions_at`` of the current moment, remembered."""
        return self._frame("sessions", shop_id)

    def settlements(self, shop_id: str) -> pl.DataFrame:
        """``market.settlements_at`` of the current moment, remembered."""
        return self._frame("settlements", shop_id)

    def insurance(self, shop_id: str) -> pl.DataFrame:
        """``market.insurance_at`` of the current moment, remembered."""
        return self._frame("insurance", shop_id)

    def ads(self, shop_id: str) -> pl.DataFrame:
        """``market.ads_at`` of the current moment, remembered."""
        return self._frame("ads", shop_id)

    def funds(self, shop_id: str) -> pl.DataFrame:
        """``market.funds_at`` of the current moment, remembered."""
        return self._frame("funds", shop_id)

    def _frame(self, name: str, shop_id: str) -> pl.DataFrame:
        makers = {
            "lines": self.market.lines_at,
            "refunds": self.market.refunds_at,
            "sessions": self.market.sessions_at,
        }
        makers |= {
            "settlements": self.market.settlements_at, "insurance": self.market.insurance_at,
            "ads": self.market.ads_at, "funds": self.market.funds_at,
        }  # fmt: skip
        with self._lock:
            at = self.at
            # only the latest moment is kept per shop: memory stays that of one market while ``at`` moves
            known = self._frames.get((name, shop_id))
            if known is None or known[0] != at:
                known = self._frames[name, shop_id] = (at, makers[name](shop_id, at))
            return known[1]
