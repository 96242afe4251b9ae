"""The door in front of the dashboards, request by request: what passes, what does not, and what a cookie is
worth that was stolen, planted, expired or ended.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from dashboards_cases import PASSWORD
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from contracts.errors import NotFoundError
from dashboards.serving.device import device_words
from dashboards.serving.door import HEADER, Door
from dashboards.serving.routes import ROUTES
from dashboards.serving.visiting import own_path
from metrics.query import access, signing
from warehouse import accounts
from warehouse.accounts.security import events
from warehouse.place import Place

HERE, WS = "http://house.example", "ws://house.example"
OUTSIDE = [
    ("GET", "/"), ("GET", "/upload"), ("POST", "/anything"), ("GET", "/media/x.csv"),
    ("PUT", "/_stcore/upload_file/a/b"), ("DELETE", "/_stcore/upload_file/a/b"), ("GET", "//sign_in"),
    ("GET", "/_stcore/script-health-check"), ("GET", "/_stcore/metrics"), ("GET", "/_stcore/health/"),
    ("GET", "/static/js/index.js"), ("GET", "/sign_in/"),
]  # fmt: skip


async def _inside(request: Request) -> Response:
    request.app.state.seen.append((request.method, request.url.path))
    return Response(request.headers.get(HEADER, "nobody"))


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            heard = await socket.receive_bytes()
            socket.app.state.seen.append(heard)
            await socket.send_bytes(b"heard " + heard)


@pytest.fixture
def inside() -> Starlette:
    """What stands behind the door: it says whose request it got, and remembers what reached it."""
    everything = [WebSocketRoute("/_stcore/stream", _socket), Route("/{rest:path}", _inside, methods=None)]
    everything[1].methods = {"GET", "PUT", "POST", "DELETE"}
    app = Starlette(routes=[*ROUTES, *everything], middleware=[Middleware(Door)])
    app.state.seen = []
    return app


@pytest.fixture
def browser(inside: Starlette, own_house: Place) -> Iterator[TestClient]:
    with browser_of(inside) as client:
        yield client


def browser_of(inside: Starlette, address: str = "203.0.113.9", base: str = HERE) -> TestClient:
    return TestClient(inside, base, follow_redirects=False, client=(address, 4000))


def enter(browser: TestClient, name: str = "a", password: str = PASSWORD, **more: str) -> Response:
    fields = {"name": name, "password": password, "keep": "1", **more}
    return browser.post("/sign_in", data=fields, headers={"sec-fetch-site": "same-origin"})  # type: ignore[return-value]


def cookie(answer: Response, name: str = "baiyun_session") -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):  # type: ignore[attr-defined]
        jar.load(line)
    return {"value": jar[name].value, **{key: value for key, value in jar[name].items() if value}}


@pytest.mark.parametrize(("method", "path"), OUTSIDE)
def test_nothing_passes_before_signing_in(
    browser: TestClient, inside: Starlette, method: str, path: str
) -> None:
    """Uploads of hundreds of megabytes used to be taken from anybody."""
    forged = {HEADER: "made-up", "cookie": "baiyun_session=made-up", "accept": "*/*"}
    assert browser.request(method, f"{HERE}{path}", headers=forged, content=b"x").status_code == 401
    assert inside.state.seen == []


def test_the_server_says_it_is_alive(browser: TestClient, inside: Starlette) -> None:
    for path in ("/_stcore/health", "/_stcore/host-config"):
        assert browser.get(path, headers={HEADER: "made-up"}).text == "nobody"


def test_a_link_leads_through_the_form_and_back_to_itself(browser: TestClient) -> None:
    asked = browser.get("/stock?shop=1&day=2", headers={"accept": "text/html"})
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/sign_in?to=%2Fstock%3Fshop%3D1%26day%3D2",
    )
    assert 'value="/stock?shop=1&amp;day=2"' in browser.get(asked.headers["location"]).text
    assert enter(browser, to="/stock?shop=1&day=2").headers["location"] == "/stock?shop=1&day=2"
    assert browser.get("/sign_in?to=/stock").headers["location"] == "/stock"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "///evil.example", "////evil.example/a",
     "/\\evil.example", "evil", "", "/sign_in?to=/",
     "/auth/logout", "/a\r\nset-cookie: x=y", "javascript:alert(1)"],
)  # fmt: skip
def test_nobody_is_led_to_another_site(elsewhere: str) -> None:
    assert own_path(elsewhere) == "/"


def test_signing_in_sets_a_cookie_no_script_and_no_other_site_reads(browser: TestClient) -> None:
    answer = enter(browser)
    assert answer.status_code == 303
    kept = cookie(answer)
    assert (kept["httponly"], kept["samesite"], kept["path"]) == (True, "lax", "/")
    assert kept["max-age"] == str(90 * 86_400) and len(kept["value"]) >= 43
    assert browser.get("/").text == kept["value"]
    assert cookie(answer, "baiyun_device")["httponly"]


def test_a_device_not_to_be_remembered_gets_a_cookie_that_ends_with_the_browser(browser: TestClient) -> None:
    answer = browser.post("/sign_in", data={"name": "a", "password": PASSWORD})
    assert "max-age" not in cookie(answer)


def test_over_https_the_cookie_is_this_hosts_alone(inside: Starlette, own_house: Place) -> None:
    with browser_of(inside, base="https://house.example") as browser:
        kept = cookie(enter(browser), "__Host-baiyun_session")
        assert kept["secure"] and kept["httponly"]
        assert browser.get("/").text == kept["value"]
    with browser_of(inside, base="https://house.example") as planted:
        planted.cookies.set("baiyun_session", kept["value"])  # what a sister host could set
        assert planted.get("/").status_code == 401


def test_a_second_tab_and_a_restarted_server_know_the_session(inside: Starlette, own_house: Place) -> None:
    with browser_of(inside) as before:
        token = cookie(enter(before))["value"]
    again = Starlette(routes=inside.routes, middleware=[Middleware(Door)])
    again.state.seen = []
    with browser_of(again) as after:
        after.cookies.set("baiyun_session", token)
        assert [after.get("/").text for _ in range(2)] == [token, token]


def test_a_planted_session_is_not_the_one_signed_in_with(browser: TestClient, own_house: Place) -> None:
    planted = signing.enter(own_house, signing.SignIn("b", PASSWORD), signing.Visit()).token
    browser.cookies.set("baiyun_session", planted, domain="house.example")
    token = cookie(enter(browser))["value"]
    assert token != planted and access.resume(own_house, planted) is None
    found = access.resume(own_house, token)
    assert found is not None and found.name == "a"


@pytest.mark.parametrize("end", ["signed out", "password", "removed", "ended", "expired"])
def test_a_stolen_cookie_opens_nothing_after_the_end(
    browser: TestClient, inside: Starlette, own_house: Place, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = cookie(enter(browser))["value"]
    thief = browser_of(inside)
    thief.cookies.set("baiyun_session", token)
    viewer = access.resume(own_house, token)
    assert viewer is not None and thief.get("/").status_code == 200
    if end == "signed out":
        answer = browser.get("/auth/logout", headers={"sec-fetch-site": "same-origin"})
        assert answer.headers["location"] == "/sign_in" and "baiyun_session" not in browser.cookies
    elif end == "password":
        other = cookie(enter(browser_of(inside)))["value"]
        mine = access.resume(own_house, other)
        assert mine is not None
        signing.change_password(mine, PASSWORD, "another-password")
        assert access.resume(own_house, other) is not None
    elif end == "removed":
        accounts.remove(own_house, "a")
    elif end == "ended":
        [session] = [item for item, is_mine in signing.my_sessions(viewer) if is_mine]
        signing.end_session(viewer, session.id)
    else:
        monkeypatch.setenv("BAIYUN_SESSION_IDLE_DAYS", "0.000000001")
    assert thief.get("/").status_code == 401
    with pytest.raises(NotFoundError, match="SIGNED_OUT"):
        signing.change_password(viewer, PASSWORD, "a-thiefs-password")


def test_another_sites_form_and_link_do_nothing(browser: TestClient, own_house: Place) -> None:
    for foreign in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
        answer = browser.post("/sign_in", data={"name": "a", "password": PASSWORD}, headers=foreign)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
    token = cookie(enter(browser))["value"]
    browser.get("/auth/logout", headers={"sec-fetch-site": "cross-site"})
    assert access.resume(own_house, token) is not None


def test_the_form_says_what_is_wrong_and_keeps_the_name(browser: TestClient) -> None:
    for name, password, status, words in (
        ("", "", 400, "请填写账号和密码"),
        ("a", "", 400, "请填写账号和密码"),
        ("a", "wrong", 401, "账号或密码不对"),
        ("<script>", "wrong", 401, "账号或密码不对"),
    ):
        answer = enter(browser, name, password)
        assert answer.status_code == status and words in answer.text  # type: ignore[attr-defined]
        assert "锁" not in answer.text and "<script>" not in answer.text  # type: ignore[attr-defined]
    assert 'value="&lt;script&gt;"' in answer.text  # type: ignore[attr-defined]


def test_the_form_is_in_one_language_and_what_is_chosen_on_it_is_kept(
    browser: TestClient, own_house: Place
) -> None:
    chinese = browser.get("/sign_in?to=/stock%3Fa=1").text
    assert '<html lang="zh">' in chinese and "登录" in chinese and "Sign in" not in chinese
    [link] = re.findall(r'class="switch" href="([^"]+)"', chinese)
    english = browser.get(unescape(link)).text
    assert '<html lang="en">' in english and re.findall(r"[\u4e00-\u9fff]+", english) == ["中文"]
    assert 'name="to" value="/stock?a=1"' in english and 'name="language" value="en"' in english
    refused = enter(browser, "a", "wrong", language="en").text  # type: ignore[attr-defined]
    assert "Wrong name or password" in refused and re.findall(r"[\u4e00-\u9fff]+", refused) == ["中文"]
    assert accounts.get(own_house, "a").language == ""  # type: ignore[union-attr]
    assert cookie(enter(browser, language="en"), "baiyun_language")["value"] == "en"
    assert accounts.get(own_house, "a").language == "en"  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["", "fr", '"><script>'])
def test_no_other_language_is_taken_from_the_form(
    browser: TestClient, own_house: Place, language: str
) -> None:
    browser.cookies.set("baiyun_language", language, domain="house.example")
    assert '<html lang="zh">' in browser.get("/sign_in", params={"language": language}).text
    accounts.choose_language(own_house, "a", "en")
    enter(browser, language=language)
    assert accounts.get(own_house, "a").language == "en"  # type: ignore[union-attr]


def test_the_form_comes_back_in_the_language_of_whoever_signed_out_here(
    browser: TestClient, own_house: Place
) -> None:
    token = cookie(enter(browser))["value"]
    viewer = access.resume(own_house, token)
    assert viewer is not None
    signing.choose_language(viewer, "en")
    browser.get("/auth/logout", headers={"sec-fetch-site": "same-origin"})
    assert '<html lang="en">' in browser.get("/sign_in").text


def test_a_page_says_which_language_it_is_in(inside: Starlette, own_house: Place) -> None:
    page = b'<!DOCTYPE html>\n<html lang="en">\n</html>'
    inside.router.routes.insert(0, Route("/page", lambda _: Response(page, media_type="text/html")))
    with browser_of(inside) as browser:
        enter(browser)
        assert b'<html lang="zh">' in browser.get("/page").content
        accounts.choose_language(own_house, "a", "en")
        assert b'<html lang="en">' in browser.get("/page").content


def test_what_a_browser_kept_of_a_page_is_in_one_language_and_is_not_taken_for_the_other(
    inside: Starlette, own_house: Place, tmp_path: Path
) -> None:
    """The page is the same file, so that a server would say that it has not changed."""
    kept = tmp_path / "index.html"
    kept.write_text('<!--a-->\n<!DOCTYPE html>\n<html lang="en"><head></head>\n</html>', encoding="utf-8")
    inside.router.routes.insert(0, Mount("/page", StaticFiles(directory=tmp_path, html=True)))
    with browser_of(inside) as browser:
        enter(browser)
        chinese = browser.get("/page/", headers={"accept": "text/html"})
        assert int(chinese.headers["content-length"]) == len(chinese.content)
        assert "跳到正文" in chinese.text and chinese.text.startswith("<!--a-->")
        accounts.choose_language(own_house, "a", "en")
        known = {"accept": "text/html", "if-none-match": chinese.headers["etag"]}
        english = browser.get("/page/", headers=known)
        assert english.status_code == 200 and '<html lang="en">' in english.text
        assert "跳到正文" not in english.text


def test_a_stranger_waits_and_nobody_else(inside: Starlette, own_house: Place) -> None:
    stranger, merchant = browser_of(inside), browser_of(inside, "198.51.100.7")
    told = [enter(stranger, "a", "wrong").status_code for _ in range(6)]
    assert told == [401] * 5 + [429]
    assert enter(stranger).status_code == 429 and "set-cookie" not in enter(stranger).headers
    assert enter(merchant).status_code == 303
    merchant.get("/auth/logout")  # the device stays known, even in the stranger's network
    beside = browser_of(inside)
    beside.cookies.update(merchant.cookies)
    assert enter(beside).status_code == 303


def test_a_form_of_megabytes_is_not_read(browser: TestClient) -> None:
    assert enter(browser, "a" * 100_000).status_code == 403


def test_a_socket_is_heard_while_the_session_goes_on_and_not_a_message_longer(
    browser: TestClient, inside: Starlette, own_house: Place
) -> None:
    token = cookie(enter(browser))["value"]
    with browser.websocket_connect(f"{WS}/_stcore/stream", subprotocols=["streamlit"]) as socket:
        socket.send_bytes(b"one")
        assert socket.receive_bytes() == b"heard one"
        signing.leave(own_house, token, signing.Visit())
        socket.send_bytes(b"two")
        assert ForwardMsg.FromString(socket.receive_bytes()).WhichOneof("type") == "auth_redirect"
        with pytest.raises(WebSocketDisconnect):
            socket.receive_bytes()
    assert inside.state.seen == [b"one"]


def test_a_socket_without_a_session_is_told_to_load_anew_and_never_heard(
    browser: TestClient, inside: Starlette
) -> None:
    with browser.websocket_connect(f"{WS}/_stcore/stream", subprotocols=["streamlit", "x"]) as socket:
        assert socket.accepted_subprotocol == "streamlit"
        assert ForwardMsg.FromString(socket.receive_bytes()).WhichOneof("type") == "auth_redirect"
    assert inside.state.seen == []


def test_pages_cannot_be_framed(browser: TestClient) -> None:
    for answer in (browser.get("/"), browser.get("/sign_in"), enter(browser), browser.get("/")):
        assert answer.headers["x-frame-options"] == "DENY"  # type: ignore[attr-defined]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]  # type: ignore[attr-defined]


def test_the_operator_sees_who_came_from_where(browser: TestClient, own_house: Place) -> None:
    enter(browser, "a", "wrong")
    enter(browser)
    now = dt.datetime.now(dt.UTC)
    shown = [(item.kind, item.name, item.address) for item in events(own_house, limit=2)]
    assert shown == [("signed_in", "a", "203.0.113.9"), ("refused", "a", "203.0.113.9")]
    assert all(now - item.at < dt.timedelta(minutes=5) for item in events(own_house, limit=2))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
         "Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
         "Safari/537.36 Edg/130.0.0.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Mobile/15E148 MicroMessenger/8.0.50", "微信 · iPhone"),
        ("<b>my own browser</b>", "未知设备"),
        ("", "未知设备"),
    ],
)  # fmt: skip
def test_a_device_in_words(agent: str, words: str) -> None:
    assert device_words(agent) == words
