"""The page of statements and exports, and the way its files are fetched: by the merchant whose they are."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from dashboards_cases import PASSWORD, TODAY
from screen import everything, run_page
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from contracts.errors import NotFoundError
from dashboards.serving.door import Door
from dashboards.serving.routes import ROUTES
from dashboards.views.merchant import take_out
from metrics.query import access
from pipeline import counter
from pipeline.statement.files import verify
from warehouse.place import Place

MONTH = f"{TODAY:%Y-%m}"


def when_done(app: AppTest, key: str) -> counter.Takeout:
    made = app.session_state[key]
    assert isinstance(made, counter.Takeout)
    made.outcome.exception(timeout=300)
    app.run()
    return made


def browser_of(name: str) -> TestClient:
    app = Starlette(routes=ROUTES, middleware=[Middleware(Door)])
    client = TestClient(app, "http://house.example", follow_redirects=False)
    client.post("/sign_in", data={"name": name, "password": PASSWORD})
    return client


def links(app: AppTest) -> list[str]:
    return [item.proto.url for item in app.get("link_button")]


def test_a_month_is_chosen_made_and_fetched_by_its_merchant_alone(own_house: Place) -> None:
    app = run_page("take_out", access.sign_in(own_house, "a", PASSWORD), take_month=MONTH)
    assert not app.exception and links(app) == []
    app.button(key=f"take_statement_{MONTH}_begin").click().run()
    made = when_done(app, f"take_statement_{MONTH}")
    pdf, whole = links(app)
    mine, other = browser_of("a"), browser_of("b")
    answer = mine.get(pdf)
    paper = verify(own_house, answer.content)
    assert paper.document["merchant"]["id"] == "merchant-a" and paper.is_ours
    assert (
        answer.headers["cache-control"] == "no-store"
        and "attachment" in answer.headers["content-disposition"]
    )
    with zipfile.ZipFile(io.BytesIO(mine.get(whole).content)) as book:
        assert {name.rsplit(".", 1)[1] for name in book.namelist()} >= {"pdf", "json", "csv"}
    gone = other.get(f"/take_out/{made.id}x/0")
    assert gone.status_code == other.get(pdf).status_code == 404 and gone.text == other.get(pdf).text
    assert TestClient(mine.app, "http://house.example").get(pdf).status_code == 401, "nobody signed in"


def test_everything_is_packed_with_progress_and_told_apart_by_merchant(own_house: Place) -> None:
    packed = {}
    for name in ("a", "b"):
        app = run_page("take_out", access.sign_in(own_house, name, PASSWORD))
        app.button(key="take_everything_begin").click().run()
        when_done(app, "take_everything")
        (link,) = links(app)
        packed[name] = browser_of(name).get(link).content
        assert "MB" in everything(app) or "KB" in everything(app)
    for name, theirs in (("a", "merchant-b"), ("b", "merchant-a")):
        with zipfile.ZipFile(io.BytesIO(packed[name])) as book:
            read = b"".join(book.read(item) for item in book.namelist())
        assert f"merchant-{name}".encode() in read and theirs.encode() not in read


def test_what_is_under_way_says_its_step_and_how_far_it_is(
    own_house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(viewer: object) -> counter.Takeout:
        made = counter.Takeout("x", "merchant-a", "everything", own_house.home)
        made.said.append(("正在取出全部数字", "taking out all figures", time.monotonic()))
        made.share = 0.25
        return made

    monkeypatch.setattr(take_out, "take_everything", slow)
    app = run_page("take_out", access.sign_in(own_house, "a", PASSWORD))
    app.button(key="take_everything_begin").click().run()
    text = everything(app)
    assert "正在取出全部数字" in text and "可以离开本页" in text


def test_what_fails_is_told_and_may_be_tried_again(own_house: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(viewer: object) -> counter.Takeout:
        made = counter.Takeout("x", "merchant-a", "everything", own_house.home)
        made.say("排队", "waiting", 0.0)
        made.outcome.set_exception(NotFoundError("NO_RELEASE", "还没有发布任何数据", "nothing released"))
        return made

    monkeypatch.setattr(take_out, "take_everything", failing)
    app = run_page("take_out", access.sign_in(own_house, "a", PASSWORD))
    app.button(key="take_everything_begin").click().run()
    assert "还没有发布任何数据" in everything(app)
    assert app.button(key="take_everything_begin")
