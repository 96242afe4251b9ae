"""The loopback server: every platform's dialect under ``/<platform>``, faults by plan, steered at
``/_control``.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import json
import pkgutil
import socket
import threading
import time
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from simulator.faults import FaultInjector, FaultPlan
from simulator.history.clock import ZONE
from simulator.history.market import Market
from simulator.world import Token, TokenStore, World

__all__ = [
    "Dialect",
    "FaultPlan",
    "Token",
    "TokenStore",
    "World",
    "known_dialects",
    "make_app",
    "serve_in_thread",
    "simulators",
]


class Dialect(Protocol):
    """One platform's way of speaking.

    Honest only: checks signature, time and token, pages and renders; faults are the server's business.
    """

    platform: str

    def routes(self, world: World) -> list[Route]:
        """The platform's API paths, relative to its mount."""
        ...

    def throttled(self) -> Response:
        """The platform's own "too many requests" answer."""
        ...

    def busy(self) -> Response:
        """The platform's own "service unavailable" answer."""
        ...


def simulators() -> dict[str, ModuleType]:
    """Platform folder name → its ``simulate`` module, for every connector that has one."""
    import connectors

    found = {}
    for package in pkgutil.iter_modules(connectors.__path__):
        name = f"connectors.{package.name}.simulate"
        if package.ispkg and importlib.util.find_spec(name) is not None:
            found[package.name] = importlib.import_module(name)
    return found


def known_dialects() -> list[Dialect]:
    """The dialect of every connector that simulates an API."""
    return [module.dialect() for module in simulators().values()]


def make_app(
    market: Market,
    at: dt.datetime,
    dialects: Iterable[Dialect] | None = None,
    faults: FaultPlan | None = None,
) -> Starlette:
    """The server's app at the simulated moment ``at``.

    ``app.state.world`` and ``app.state.faults`` are its inside, for tests.

    Without ``dialects`` those of all connectors are mounted.
    """
    world, plan = World(market, at), faults if faults is not None else FaultPlan()
    spoken = known_dialects() if dialects is None else list(dialects)
    mounts: list[BaseRoute] = [
        Mount(f"/{dialect.platform}", app=FaultInjector(Router(dialect.routes(world)), dialect, world, plan))
        for dialect in spoken
    ]
    app = Starlette(routes=[Route("/_control", _control, methods=["GET", "POST"]), *mounts])
    app.state.world, app.state.faults = world, plan
    return app


async def _control(request: Request) -> Response:
    """GET: moment, counters and plan.

    POST JSON: fault fields, and ``reset``/``expire`` (true), ``revoke`` (shop id), ``at`` (ISO moment).
    """
    world, plan = request.app.state.world, request.app.state.faults
    if request.method == "POST":
        try:
            _steer(world, plan, json.loads(await request.body()))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
    shown = {name: getattr(plan, name) for name in plan.__dataclass_fields__}
    return JSONResponse(
        {
            "at": world.at.isoformat(),
            "requests": plan.requests,
            "injected": dict(plan.injected),
            "plan": shown,
        }
    )


def _steer(world: World, plan: FaultPlan, wishes: dict[str, Any]) -> None:
    if not isinstance(wishes, dict):
        raise ValueError("a JSON object is expected")
    orders = {name: wishes[name] for name in ("reset", "expire", "revoke", "at") if name in wishes}
    moment = dt.datetime.fromisoformat(orders["at"]) if "at" in orders else world.at
    if moment.tzinfo is None:
        raise ValueError("at needs its time zone")
    if orders.get("reset"):
        plan.reset()
    plan.update({name: value for name, value in wishes.items() if name not in orders})
    world.at = moment.astimezone(ZONE)
    if orders.get("expire"):
        world.tokens.expire_all()
    if "revoke" in orders:
        world.tokens.revoke(orders["revoke"])


def serve_in_thread(app: Starlette) -> tuple[str, Callable[[], None]]:
    """Serve on a free loopback port; (base URL without trailing slash, a function that stops the server and
    waits for it).
    """
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the simulator did not start")
        time.sleep(0.005)

    def stop() -> None:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()

    return f"http://127.0.0.1:{listener.getsockname()[1]}", stop
