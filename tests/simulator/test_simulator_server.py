"""Tokens, faults and mounting, with a dialect as small as can be."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from simulator_cases import NOW
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import simulator.files
from simulator.__main__ import main, write_home
from simulator.faults import FaultPlan
from simulator.history.market import Market
from simulator.server import Dialect, make_app, serve_in_thread, simulators
from simulator.world import World


class Dummy:
    """Answers the number of lines of the shop whose token is shown."""

    platform = "dummy"

    def routes(self, world: World) -> list[Route]:
        def count(request: Request) -> Response:
            shop = world.tokens.check(request.query_params.get("token", ""))
            if shop is None or shop == "expired":
                return JSONResponse({"error": shop or "unknown"}, 200)
            return JSONResponse({"lines": world.lines(shop).height, "at": world.at.isoformat()})

        return [Route("/orders/count", count)]

    def throttled(self) -> Response:
        return JSONResponse({"code": "slow down"})

    def busy(self) -> Response:
        return JSONResponse({"code": "busy"})


@pytest.fixture
def app(market: Market) -> Starlette:
    dialect: Dialect = Dummy()
    return make_app(market, NOW, [dialect])


class Client(requests.Session):
    """A session on one server: paths instead of addresses."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base, self.trust_env = base, False

    def request(self, method: str, url: str, *args: object, **options: object) -> requests.Response:
        return super().request(method, self.base + url, *args, timeout=10, **options)


@pytest.fixture
def client(app: Starlette) -> Iterator[Client]:
    base, stop = serve_in_thread(app)
    with Client(base) as opened:
        yield opened
    stop()


@pytest.fixture
def shop(market: Market) -> str:
    return str(market.shops["shop_id"][0])


def ask(client: Client, token: str) -> dict[str, object]:
    return dict(client.get("/dummy/orders/count", params={"token": token}).json())


def test_an_honest_answer(app: Starlette, client: Client, shop: str, market: Market) -> None:
    token = app.state.world.tokens.issue(shop)
    assert ask(client, token.access_token) == {
        "lines": market.lines_at(shop, NOW).height,
        "at": NOW.isoformat(),
    }
    assert token.access_token not in repr(token) and token.refresh_token not in repr(token)


def test_tokens_live_and_die(market: Market, shop: str) -> None:
    world = World(market, NOW, token_seconds=60)
    tokens = world.tokens
    first = tokens.issue(shop)
    assert (first.expires_in, tokens.check(first.access_token), tokens.check("made up")) == (60, shop, None)
    world.at += dt.timedelta(seconds=60)
    assert tokens.check(first.access_token) == "expired"
    second = tokens.refresh(first.refresh_token)
    assert second is not None and tokens.check(second.access_token) == shop
    assert tokens.refresh(first.refresh_token) is None, "a refresh token works once"
    other = tokens.issue(str(market.shops["shop_id"][1]))
    tokens.revoke(shop)
    assert (tokens.check(second.access_token), tokens.refresh(second.refresh_token)) == (None, None)
    assert tokens.check(other.access_token) is not None
    tokens.expire_all()
    assert tokens.check(other.access_token) == "expired"
    assert tokens.refresh(other.refresh_token) is not None


def test_one_refresh_token_wins_once_among_many_threads(market: Market, shop: str) -> None:
    tokens = World(market, NOW).tokens
    token = tokens.issue(shop)
    with ThreadPoolExecutor(8) as pool:
        pairs = list(pool.map(tokens.refresh, [token.refresh_token] * 50))
    assert sum(pair is not None for pair in pairs) == 1


def test_world_remembers_frames_of_the_moment(market: Market, shop: str) -> None:
    world = World(market, NOW)
    known = world.lines(shop)
    assert world.lines(shop) is known
    world.at += dt.timedelta(days=3)
    assert not world.lines(shop).equals(known)
    assert world.refunds(shop).equals(market.refunds_at(shop, world.at))
    assert world.sessions(shop).equals(market.sessions_at(shop, world.at))
    row = world.shop(shop)
    assert row is not None and world.shop_by_app_key(row["app_key"]) == row
    assert world.shop("nobody") is world.shop_by_app_key("nothing") is None
    with pytest.raises(ValueError, match="time zone"):
        World(market, NOW.replace(tzinfo=None))


def answers(client: Client, count: int) -> list[tuple[int, str]]:
    found = [client.get("/dummy/orders/count") for _ in range(count)]
    return [(answer.status_code, answer.text) for answer in found]


def test_faults_fall_on_every_nth_request(app: Starlette, client: Client) -> None:
    app.state.faults.update({"http_429_every": 3, "retry_after": 0.5})
    found = [client.get("/dummy/orders/count") for _ in range(6)]
    assert [answer.status_code for answer in found] == [200, 200, 429, 200, 200, 429]
    assert found[2].headers["Retry-After"] == "0.5"
    app.state.faults.update({"retry_after": None})
    found = [client.get("/dummy/orders/count") for _ in range(3)]
    assert "Retry-After" not in found[2].headers
    assert app.state.faults.injected == {"http_429": 3}


def test_the_platforms_own_answers_and_bursts(app: Starlette, client: Client) -> None:
    plan = app.state.faults
    plan.update({"throttled_every": 2})
    assert [text for _, text in answers(client, 2)] == ['{"error":"unknown"}', '{"code":"slow down"}']
    plan.reset()
    plan.update({"busy_every": 1})
    assert answers(client, 1) == [(200, '{"code":"busy"}')]
    plan.reset()
    plan.update({"burst_5xx": 2})
    assert [status for status, _ in answers(client, 3)] == [503, 503, 200]
    assert (plan.requests, dict(plan.injected)) == (3, {"burst_5xx": 2})


def test_only_the_named_paths(app: Starlette, client: Client) -> None:
    app.state.faults.update({"only": "/elsewhere/", "http_5xx_every": 1})
    assert answers(client, 1)[0][0] == 200
    app.state.faults.update({"only": "/orders/"})
    assert answers(client, 1)[0][0] == 503


def test_the_world_moves_and_tokens_die_as_planned(app: Starlette, client: Client, shop: str) -> None:
    world, plan = app.state.world, app.state.faults
    token = world.tokens.issue(shop).access_token
    plan.update({"advance_seconds": 30.0, "expire_at": 3})
    assert [ask(client, token).get("at") for _ in range(2)] == [
        (NOW + dt.timedelta(seconds=30 * step)).isoformat() for step in (1, 2)
    ]
    assert ask(client, token) == {"error": "expired"}
    token = world.tokens.issue(shop).access_token
    plan.reset()
    plan.update({"revoke_at": 2, "revoke_shop": shop, "slow_every": 1, "slow_seconds": 0.01})
    assert "lines" in ask(client, token)
    assert ask(client, token) == {"error": "unknown"}


def test_control_over_http(app: Starlette, client: Client, shop: str) -> None:
    world = app.state.world
    token = world.tokens.issue(shop).access_token
    told = client.post("/_control", json={"http_5xx_every": 1, "at": "2026-07-21T00:00:00+08:00"}).json()
    assert (told["plan"]["http_5xx_every"], told["at"]) == (1, "2026-07-21T00:00:00+08:00")
    assert answers(client, 1)[0][0] == 503
    assert client.get("/_control").json()["injected"] == {"http_5xx": 1}
    told = client.post("/_control", json={"reset": True, "expire": True}).json()
    assert (told["requests"], told["plan"]) == (0, dataclasses.asdict(FaultPlan()))
    assert world.tokens.check(token) == "expired"
    client.post("/_control", json={"revoke": shop})
    assert world.tokens.check(token) is None


@pytest.mark.parametrize(
    "wish",
    [
        {"typo": 1},
        {"burst_5xx": "3"},
        {"only": 3},
        {"slow_every": True},
        {"at": "2026-07-21T00:00:00"},
        {"at": 3},
        [1],
    ],
)
def test_control_refuses_nonsense_and_changes_nothing(client: Client, wish: object) -> None:
    before = client.get("/_control").json()
    assert client.post("/_control", json=wish).status_code == 400
    assert client.post("/_control", data=b"{").status_code == 400
    assert client.get("/_control").json() == before


def test_over_a_real_socket_a_cut_answer_has_no_length(app: Starlette, shop: str) -> None:
    base, stop = serve_in_thread(app)
    try:
        assert base.startswith("http://127.0.0.1:")
        url = f"{base}/dummy/orders/count"
        token = app.state.world.tokens.issue(shop).access_token
        whole = requests.get(url, params={"token": token}, timeout=5)
        requests.post(f"{base}/_control", json={"truncate_every": 1}, timeout=5).raise_for_status()
        cut = requests.get(url, params={"token": token}, timeout=5)
    finally:
        stop()
    assert "Content-Length" in whole.headers and "Content-Length" not in cut.headers
    assert (cut.status_code, cut.content) == (200, whole.content[: len(whole.content) // 2])
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.content)
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=1)


def test_every_connectors_dialect_can_be_mounted(market: Market) -> None:
    app = make_app(market, NOW)
    mounted = {route.path for route in app.routes}  # type: ignore[attr-defined]
    assert {f"/{name}" for name in simulators()} | {"/_control"} == mounted


def test_files_are_written_as_a_tree(
    market: Market, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def export_files(market: Market, shop_id: str, *period: object) -> dict[str, bytes]:
        return {"订单.csv": shop_id.encode()}

    monkeypatch.setattr(
        simulator.files, "simulators", lambda: {"douyin": SimpleNamespace(export_files=export_files)}
    )
    written = simulator.files.write_files(market, tmp_path, NOW, NOW.date(), NOW.date())
    assert len(written) == 8
    merchant = market.merchants["merchant_id"][0]
    assert (tmp_path / merchant / shop / "订单.csv").read_bytes() == shop.encode()
    assert len(simulator.files.write_files(market, tmp_path, NOW, NOW.date(), NOW.date(), [shop])) == 1


def test_home_keeps_secrets_to_the_owner_and_main_prints_none(
    market: Market, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(market, NOW)
    write_home(tmp_path, market, world, "http://127.0.0.1:1")
    credentials = json.loads((tmp_path / "credentials.json").read_text())
    assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert set(credentials) == set(market.shops["shop_id"])
    for shop, row in credentials.items():
        assert world.tokens.check(row["access_token"]) == shop
        assert row["base_url"].endswith("/douyin" if shop.endswith("douyin") else "/taobao")
    public = (tmp_path / "registry.json").read_text()
    assert not any(secret in public for secret in market.shops["app_secret"])
    monkeypatch.setattr("simulator.server.simulators", dict)
    monkeypatch.setattr("uvicorn.run", lambda app, **options: None)
    main(["--home", str(tmp_path / "b"), "--lines", "200", "--now", "2026-07-20T09:30:00"])
    shown = capsys.readouterr().out
    made = json.loads((tmp_path / "b" / "credentials.json").read_text())
    assert "127.0.0.1:8099" in shown
    assert not any(
        row[name] in shown
        for row in made.values()
        for name in ("app_secret", "access_token", "refresh_token")
    )
