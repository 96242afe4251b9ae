"""What an opened address names: another merchant's id, or a page of another role, is an event the operator
sees. The page answers as if it named nothing; a page that is not theirs leads to their own first.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.parts.channels.address import NO_PAGE
from dashboards.parts.page.menu import entries
from dashboards.serving.door import OPEN
from dashboards.serving.visiting import token_of, visit_of
from metrics.query.access import Viewer, home_place, resume
from metrics.query.strangers import note_link, note_page

#: So many words of an address are looked at.
_MOST = 50


class Links:
    """ASGI middleware behind the door: it looks at pages somebody opens, leads from those that are not theirs
    to their own first, and lets everything else pass.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note what is to be noted, then pass it on."""
        is_opened = scope["type"] == "http" and scope["method"] == "GET" and _is_page(scope)
        is_opened = is_opened and scope["path"] not in OPEN
        elsewhere = await run_in_threadpool(_look, HTTPConnection(scope)) if is_opened else ""
        if elsewhere:
            away = RedirectResponse(elsewhere, 303, {"cache-control": "no-store"})
            await away(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_page(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _look(request: HTTPConnection) -> str:
    """Note what is to be noted of a page; where it leads instead, "" where it is shown."""
    viewer = resume(home_place(), token_of(request))
    if viewer is None:
        return ""
    first = unquote(request.url.path).strip("/").partition("/")[0]
    audiences = {entry.audience for entry in entries() if entry.card.path == first}
    if audiences and viewer.role not in audiences:
        note_page(viewer, visit_of(request), first)
    parts = [part for part in unquote(request.url.path).split("/") if part]
    words = [word for pair in parse_qsl(request.url.query, keep_blank_values=True) for word in pair]
    note_link(viewer, visit_of(request), set([*parts, *words][:_MOST]))
    return _elsewhere(request, viewer)


def _elsewhere(request: HTTPConnection, viewer: Viewer) -> str:
    """Where a page's address leads that Streamlit calls unknown, in English; "" for one that it shows.

    It knows an audience's first page by ``/`` alone; a page of nobody, or of others, leads there, too.
    """
    path = request.url.path.removeprefix("/")
    own = [entry.card.path for entry in entries() if entry.audience == viewer.role]
    if not path or path in own[1:] or not path.replace("_", "a").isalnum():
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/{query}" if path in own else f"/?{NO_PAGE}={path}"
