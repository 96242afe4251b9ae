"""What goes wrong on purpose, and the ASGI wrapper that makes it happen before or after a dialect's honest
answer.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.world import World

if TYPE_CHECKING:
    from simulator.server import Dialect


@dataclass
class FaultPlan:
    """Settable at any time.

    ``*_every`` = each n-th request that the plan counts (1 = all, 0 = none); counting starts anew with
    ``reset``.

    ``only`` limits everything to paths containing that text. ``burst_5xx`` answers that many next requests
    with 503. ``expire_at`` ends all access tokens when request number k arrives; ``revoke_at`` withdraws
    ``revoke_shop`` then. ``advance_seconds`` moves the world on with each request.
    """

    only: str = ""
    http_429_every: int = 0
    retry_after: float | None = None
    http_5xx_every: int = 0
    burst_5xx: int = 0
    throttled_every: int = 0
    busy_every: int = 0
    truncate_every: int = 0
    slow_every: int = 0
    slow_seconds: float = 0.0
    advance_seconds: float = 0.0
    expire_at: int = 0
    revoke_at: int = 0
    revoke_shop: str = ""

    def __post_init__(self) -> None:
        self.requests = 0
        self.injected: Counter[str] = Counter()
        self._lock = threading.Lock()

    def update(self, changes: dict[str, Any]) -> None:
        """Set some fields; ValueError for an unknown name or a value of the wrong kind, and nothing is set
        then.
        """
        kinds = {"only": str, "revoke_shop": str}
        names = {item.name for item in fields(self)}
        for name, value in changes.items():
            expected = kinds.get(name, int | float)
            nullable = name == "retry_after" and value is None
            if name not in names or isinstance(value, bool) or not (nullable or isinstance(value, expected)):
                raise ValueError(f"no such fault, or not its kind of value: {name}")
        with self._lock:
            for name, value in changes.items():
                setattr(self, name, value)

    def reset(self) -> None:
        """No faults, counters at zero."""
        self.update(asdict(FaultPlan()))
        with self._lock:
            self.requests = 0
            self.injected.clear()

    def next(self) -> tuple[int, list[str]]:
        """Count one request; its number and the names of the faults that fall on it, the one to answer with
        first.
        """
        with self._lock:
            self.requests += 1
            number = self.requests
            due = ["burst_5xx"] if self.burst_5xx > 0 else []
            self.burst_5xx = max(0, self.burst_5xx - 1)
            for name in ("http_5xx", "http_429", "throttled", "busy", "truncate", "slow"):
                every = getattr(self, f"{name}_every")
                if every and number % every == 0:
                    due.append(name)
            due += [name for name in ("expire", "revoke") if getattr(self, f"{name}_at") == number]
            answers = [name for name in due if name in _ANSWERS]
            due = answers[:1] + [name for name in due if name not in _ANSWERS]
            self.injected.update(due)
            return number, due


_ANSWERS = ("burst_5xx", "http_5xx", "http_429", "throttled", "busy", "truncate")


class FaultInjector:
    """Wraps one dialect's routes: first the world moves and tokens die as planned, then a fault answers, or
    the dialect does.
    """

    def __init__(self, app: ASGIApp, dialect: Dialect, world: World, plan: FaultPlan) -> None:
        self.app, self.dialect, self.world, self.plan = app, dialect, world, plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI)."""
        if scope["type"] != "http" or self.plan.only not in scope["path"]:
            await self.app(scope, receive, send)
            return
        _, due = self.plan.next()
        if self.plan.advance_seconds:
            self.world.at += dt.timedelta(seconds=self.plan.advance_seconds)
        if "expire" in due:
            self.world.tokens.expire_all()
        if "revoke" in due:
            self.world.tokens.revoke(self.plan.revoke_shop)
        if "slow" in due:
            await asyncio.sleep(self.plan.slow_seconds)
        answer = self._answer(due)
        if answer is not None:
            await answer(scope, receive, send)
        elif "truncate" in due:
            await self._truncated(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _answer(self, due: list[str]) -> Response | None:
        if "burst_5xx" in due or "http_5xx" in due:
            return PlainTextResponse("Service Unavailable", 503)
        if "http_429" in due:
            headers = {} if self.plan.retry_after is None else {"Retry-After": f"{self.plan.retry_after:g}"}
            return PlainTextResponse("Too Many Requests", 429, headers)
        if "throttled" in due:
            return self.dialect.throttled()
        return self.dialect.busy() if "busy" in due else None

    async def _truncated(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The first half of the honest body under its own status, without Content-Length: only the JSON
        parser can tell.
        """
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))

        await self.app(scope, receive, collect)
        start["headers"] = [
            (name, value) for name, value in start["headers"] if name.lower() != b"content-length"
        ]
        await send(start)
        await send({"type": "http.response.body", "body": bytes(body[: len(body) // 2])})
