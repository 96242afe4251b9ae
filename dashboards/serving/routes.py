"""``/sign_in`` and ``/auth/logout``, where the session's cookie is set and taken away and nowhere else; and
the way to the first page by its name.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from contracts.errors import BaiyunError
from dashboards.parts.page.menu import entries
from dashboards.serving.form import form_page
from dashboards.serving.visiting import give, is_ours, own_path, take, token_of, visit_of
from metrics.query.access import home_place, limits, resume
from metrics.query.signing import SignIn, enter, leave

_LONGEST_FORM = 8192
_STATUS = {"SIGN_IN_REFUSED": 401, "SIGN_IN_WAITS": 429, "SIGN_IN_BUSY": 503}
#: Threads that may wait for a password to be hashed: the rest of the server never waits behind them.
_PATIENT = ThreadPoolExecutor(8, "sign-in")
_CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"


@dataclass(frozen=True)
class _Asked:
    form: SignIn
    to: str


async def _sign_in(request: Request) -> Response:
    if request.method == "POST":
        return await _enter(request)
    to = own_path(request.query_params.get("to", "/"))
    if await run_in_threadpool(resume, home_place(), token_of(request)):
        return _to(to)
    return _form(to)


async def _enter(request: Request) -> Response:
    asked = await _read(request)
    if asked is None or not is_ours(request):
        return _form("/", "请从本页登录。", "Please sign in from this page.", status=403)
    form = asked.form
    if not form.name.strip() or not form.password:
        return _form(asked.to, "请填写账号和密码。", "Fill in both fields.", form.name, 400)
    try:
        given = await asyncio.get_running_loop().run_in_executor(
            _PATIENT, enter, home_place(), form, visit_of(request)
        )
    except BaiyunError as refused:
        words = f"{refused.zh}。{refused.step_zh}。", f"{refused.en}; {refused.step_en}."
        return _form(asked.to, *words, form.name, _STATUS.get(refused.rule, 400))
    answer = _to(asked.to)
    give(answer, request, given, limits().whole.total_seconds() if form.is_kept else None)
    return answer


async def _read(request: Request) -> _Asked | None:
    """What was typed; None for more than a form holds."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return None
    fields = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
    form = SignIn(
        fields.get("name", "")[:80], fields.get("password", "")[:200], "keep" in fields, token_of(request)
    )
    return _Asked(form, own_path(fields.get("to", "/")))


async def _sign_out(request: Request) -> Response:
    if not is_ours(request):  # another site's link signs nobody out
        return _to("/")
    await run_in_threadpool(leave, home_place(), token_of(request), visit_of(request))
    answer = _to("/sign_in")
    take(answer, request)
    return answer


async def _front(request: Request) -> Response:
    """An audience's first page by its own name: Streamlit knows it by ``/`` alone, and calls this unknown."""
    query = f"?{request.url.query}" if request.url.query else ""
    return _to(f"/{query}")


def _first_pages() -> set[str]:
    first: dict[str, str] = {}
    for entry in entries():
        first.setdefault(entry.audience, entry.card.path)
    return set(first.values())


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, {"cache-control": "no-store"})


def _form(to: str, zh: str = "", en: str = "", name: str = "", status: int = 200) -> HTMLResponse:
    headers = {"cache-control": "no-store", "content-security-policy": _CSP}
    return HTMLResponse(form_page(to, zh, en, name), status, headers)


ROUTES = [
    Route("/sign_in", _sign_in, methods=["GET", "POST"]),
    Route("/auth/logout", _sign_out, methods=["GET"]),
    *(Route(f"/{path}", _front, methods=["GET"]) for path in _first_pages()),
]
