"""The door: nothing of Streamlit, neither a page, an upload nor a message, is reached without a session.

What is open: the page to sign in on, signing out, and what a page left open asks before it comes back:
whether the server is alive, and Streamlit's list of sites that may frame it, which is empty.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboards.serving.shell import dressing
from dashboards.serving.uploads import PREFIX, Uploads, size_of
from dashboards.serving.visiting import HEADER, token_of
from metrics.query.access import Viewer, home_place, resume

OPEN = ("/sign_in", "/auth/logout", "/_stcore/health", "/_stcore/host-config")
_POLICY = 1008
_OF_A_COPY = (b"accept-encoding", b"if-none-match", b"if-modified-since")
_HEADERS = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "content-security-policy": "frame-ancestors 'none'",
}


class Door:
    """ASGI middleware in front of everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._uploads = app, Uploads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        token = token_of(HTTPConnection(scope))
        is_open = scope["type"] == "http" and scope["path"] in OPEN
        viewer = None if is_open else await _viewer(token)
        if viewer is None and not is_open:
            await (_refuse if scope["type"] == "http" else _send_away)(scope, receive, send)
            return
        named = {**scope, "headers": _named(scope, "" if is_open else token)}
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._upload(named, token, receive, _armoured(send))
        elif scope["type"] == "http":
            armoured = _armoured(send)
            await self._app(named, receive, dressing(armoured, viewer.language) if viewer else armoured)
        else:
            watched = _Watched(token, receive, send)
            await self._app(named, watched.receive, watched.send)

    async def _upload(self, scope: Scope, token: str, receive: Receive, send: Send) -> None:
        if refusal := self._uploads.refusal(scope, token):
            await refusal(scope, receive, send)
            return
        size = size_of(scope) or 0
        self._uploads.begin(token, size)
        try:
            await self._app(scope, receive, send)
        finally:
            self._uploads.end(token, size)


class _Watched:
    """One socket, whose every message is heard only while the session goes on."""

    def __init__(self, token: str, receive: Receive, send: Send) -> None:
        self._token, self._receive, self._send, self._is_over = token, receive, send, False

    async def receive(self) -> Message:
        """The client's next message; its leaving, when the session has ended meanwhile."""
        message = await self._receive()
        if message["type"] != "websocket.receive" or await _viewer(self._token):
            return message
        await self.send({"type": "websocket.send", "bytes": _reload()})
        await self.send({"type": "websocket.close", "code": _POLICY})
        self._is_over = True
        return {"type": "websocket.disconnect", "code": _POLICY}

    async def send(self, message: Message) -> None:
        """Pass the server's message on; nothing after the end."""
        if not self._is_over:
            await self._send(message)


async def _viewer(token: str) -> Viewer | None:
    return await run_in_threadpool(resume, home_place(), token) if token else None


def _named(scope: Scope, token: str) -> list[tuple[bytes, bytes]]:
    """The request's headers and whose session it is; a page comes uncompressed, to be changed, and whole:
    what the browser kept of it may be in another language.
    """
    is_page = any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
    dropped = {HEADER.encode(), *(_OF_A_COPY if is_page else ())}
    kept = [item for item in scope["headers"] if item[0].lower() not in dropped]
    return [*kept, (HEADER.encode(), token.encode("latin-1"))] if token else kept


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """To the form, and from there back to where somebody wanted to go; a plain no for what is no page."""
    request = HTTPConnection(scope)
    wants_page = scope["method"] in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")
    query = f"?{request.url.query}" if request.url.query else ""
    answer = (
        RedirectResponse(f"/sign_in?to={quote(request.url.path + query, safe='')}", 303)
        if wants_page
        else PlainTextResponse("请先登录 / sign in first", 401)
    )
    answer.headers["cache-control"] = "no-store"
    await answer(scope, receive, _armoured(send))


async def _send_away(scope: Scope, receive: Receive, send: Send) -> None:
    """A page left open comes back after its session ended: have it load anew, and hear nothing it says."""
    await receive()
    chosen = next(iter(scope["subprotocols"]), None)
    await send({"type": "websocket.accept", "subprotocol": chosen})
    await send({"type": "websocket.send", "bytes": _reload()})
    await send({"type": "websocket.close", "code": _POLICY})


def _reload() -> bytes:
    """Streamlit's own message that leads a browser elsewhere; an empty address is the page it is on."""
    message = ForwardMsg()
    message.auth_redirect.url = ""
    return bytes(message.SerializeToString())


def _armoured(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
