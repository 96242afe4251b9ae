"""Somebody opens an address that names what is not theirs: nothing shows, and the operator sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dashboards_cases import PASSWORD
from screen import everything, open_app, run_page, sign_in
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboards.serving.door import Door
from dashboards.serving.links import Links
from dashboards.serving.routes import ROUTES
from metrics.query import access
from metrics.reports.security import security_events
from warehouse.accounts.security import Visit, note_opened
from warehouse.place import Place

PAGE = {"accept": "text/html,application/xhtml+xml"}


async def _inside(request: Request) -> Response:
    return Response("inside")


@pytest.fixture
def server(own_house: Place) -> Iterator[Starlette]:
    behind = [*ROUTES, Route("/{rest:path}", _inside)]
    yield Starlette(routes=behind, middleware=[Middleware(Door), Middleware(Links)])


def browser_of(server: Starlette, name: str) -> TestClient:
    client = TestClient(server, "http://house.example", follow_redirects=False, client=("203.0.113.9", 4000))
    client.post("/sign_in", data={"name": name, "password": PASSWORD})
    return client


def noted(house: Place) -> list[tuple[str, str, str, str]]:
    rows = security_events(access.sign_in(house, "op", PASSWORD))
    seen = rows.filter(rows["kind"].str.starts_with("foreign_")).select("kind", "name", "origin", "detail")
    return seen.rows()


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/channels?shop=b-douyin&order=1", "b-douyin"),
        ("/?merchant=merchant-b", "merchant-b"),
        ("/stock?merchant-b", "merchant-b"),
        ("/stock?merchant-b=1", "merchant-b"),
        ("/merchant-b", "merchant-b"),
        ("/channels?shop=%62-douyin", "b-douyin"),
        ("/take_out/merchant-b/0", "merchant-b"),
    ],
)
def test_a_link_that_names_anothers_id_is_seen_by_the_operator(
    server: Starlette, own_house: Place, address: str, named: str
) -> None:
    mine = browser_of(server, "a")
    assert mine.get(address, headers=PAGE).status_code in (200, 303, 404)
    expected = [("foreign_link", "a", "203.0.113.9", named)]
    assert noted(own_house) == expected
    mine.get(address, headers=PAGE)
    assert noted(own_house) == expected, "once an hour"


@pytest.mark.parametrize(
    "address", ["/channels?shop=a-douyin", "/?merchant=merchant-a", "/channels?shop=nobodys&order=b"]
)
def test_ones_own_ids_and_what_is_no_id_are_no_event(
    server: Starlette, own_house: Place, address: str
) -> None:
    browser_of(server, "a").get(address, headers=PAGE)
    assert noted(own_house) == []


def test_an_operator_names_whom_they_like_and_a_stranger_is_nobody(
    server: Starlette, own_house: Place
) -> None:
    browser_of(server, "op").get("/?merchant=merchant-b", headers=PAGE)
    TestClient(server, "http://house.example", follow_redirects=False).get(
        "/?merchant=merchant-b", headers=PAGE
    )
    assert noted(own_house) == []
    browser_of(server, "assoc").get("/?merchant=merchant-b", headers=PAGE)
    assert noted(own_house) == [("foreign_link", "assoc", "203.0.113.9", "merchant-b")]


def test_a_page_of_another_role_is_seen_too(server: Starlette, own_house: Place) -> None:
    mine = browser_of(server, "a")
    for path in ("/security", "/stock", "/nowhere"):
        mine.get(path, headers=PAGE)
    assert noted(own_house) == [("foreign_page", "a", "203.0.113.9", "/security")]


def test_the_operators_page_says_what_the_link_named(own_house: Place) -> None:
    note_opened(own_house, "foreign_link", "a", Visit("203.0.113.9", "b-douyin"), 1_800_000_000.0)
    text = everything(run_page("security", access.sign_in(own_house, "op", PASSWORD)))
    assert "打开写着别家编号的链接" in text and "b-douyin" in text


@pytest.mark.parametrize(
    ("word", "value"), [("shop", "b-douyin"), ("shop", "nobodys"), ("merchant", "merchant-b")]
)
def test_what_a_link_asks_for_in_vain_is_said_whoevers_it_is(own_house: Place, word: str, value: str) -> None:
    app = open_app()
    app.query_params[word] = value
    sign_in(app, "a", PASSWORD)
    assert "没有采用" in everything(app) and not app.query_params
    app.run()
    assert "没有采用" not in everything(app)


def test_the_form_leads_somebody_who_is_signed_in_to_where_they_wanted(server: Starlette) -> None:
    """A second tab that waited at the form while the first signed in; going back past the first page."""
    owner = browser_of(server, "a")
    asked = owner.get("/sign_in?to=%2Fstock%3Fshop%3D1", headers=PAGE)
    assert (asked.status_code, asked.headers["location"]) == (303, "/stock?shop=1")
