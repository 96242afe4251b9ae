"""``/sign_in`` and ``/auth/logout``, where the session's cookie is set and taken away and nowhere else; the
way to the first page by its name; and the files of a takeout.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from contracts.errors import BaiyunError, NotFoundError
from dashboards.serving.form import Form, form_page
from dashboards.serving.visiting import (
    give,
    is_ours,
    language_of,
    own_path,
    remember,
    take,
    token_of,
    visit_of,
)
from metrics.query.access import home_place, limits, resume
from metrics.query.signing import SignIn, enter, leave
from pipeline.counter import taken_out

_LONGEST_FORM = 8192
_STATUS = {"SIGN_IN_REFUSED": 401, "SIGN_IN_WAITS": 429, "SIGN_IN_BUSY": 503}
#: Threads that may wait for a password to be hashed: the rest of the server never waits behind them.
_PATIENT = ThreadPoolExecutor(8, "sign-in")
_CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"


@dataclass(frozen=True)
class _Asked:
    form: SignIn
    to: str


@dataclass(frozen=True)
class _Told:
    """Why the form is shown again, in both languages, the name as typed, and the status."""

    zh: str
    en: str
    name: str = ""
    status: int = 400


async def _sign_in(request: Request) -> Response:
    if request.method == "POST":
        return await _enter(request)
    to = own_path(request.query_params.get("to", "/"))
    if await run_in_threadpool(resume, home_place(), token_of(request)):
        return _to(to)
    return _form(request, to, request.query_params.get("language", ""))


async def _enter(request: Request) -> Response:
    asked = await _read(request)
    if asked is None or not is_ours(request):
        told = _Told("请从本页登录。", "Please sign in from this page.", status=403)
        return _form(request, "/", told=told)
    form = asked.form
    if not form.name.strip() or not form.password:
        told = _Told("请填写账号和密码。", "Fill in both fields.", form.name)
        return _form(request, asked.to, form.language, told)
    try:
        given = await asyncio.get_running_loop().run_in_executor(
            _PATIENT, enter, home_place(), form, visit_of(request)
        )
    except BaiyunError as refused:
        zh, en = (
            f"{refused.zh}。{refused.step_zh}。",
            f"{refused.en[:1].upper()}{refused.en[1:]}; {refused.step_en}.",
        )
        told = _Told(zh, en, form.name, _STATUS.get(refused.rule, 400))
        return _form(request, asked.to, form.language, told)
    answer = _to(asked.to)
    give(answer, request, given, limits().whole.total_seconds() if form.is_kept else None)
    if viewer := await run_in_threadpool(resume, home_place(), given.token):
        remember(answer, request, viewer.language)
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
        fields.get("name", "")[:80],
        fields.get("password", "")[:200],
        "keep" in fields,
        token_of(request),
        fields.get("language", "")[:2],
    )
    return _Asked(form, own_path(fields.get("to", "/")))


async def _sign_out(request: Request) -> Response:
    if not is_ours(request):  # another site's link signs nobody out
        return _to("/")
    viewer = await run_in_threadpool(resume, home_place(), token_of(request))
    await run_in_threadpool(leave, home_place(), token_of(request), visit_of(request))
    answer = _to("/sign_in")
    take(answer, request)
    if viewer:
        remember(answer, request, viewer.language)
    return answer


async def _fetch(request: Request) -> Response:
    """A file of a takeout, from where it lies: only to the merchant whose it is."""
    viewer = await run_in_threadpool(resume, home_place(), token_of(request))
    try:
        if viewer is None:
            raise NotFoundError("SIGNED_OUT", "请先登录", "sign in first")
        named = request.path_params
        path = await run_in_threadpool(taken_out, viewer, named["takeout"], named["number"])
    except NotFoundError as error:
        return PlainTextResponse(f"{error.zh} / {error.en}", 404)
    return FileResponse(path, filename=path.name, headers={"cache-control": "no-store"})


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, {"cache-control": "no-store"})


def _form(request: Request, to: str, chosen: str = "", told: _Told | None = None) -> HTMLResponse:
    """The form in the language that was ``chosen`` on it, else in this device's."""
    headers = {"cache-control": "no-store", "content-security-policy": _CSP}
    is_chosen = chosen in ("zh", "en")
    form = Form(to, chosen if is_chosen else language_of(request), is_chosen=is_chosen)
    page = form_page(form, (told.zh, told.en) if told else ("", ""), told.name if told else "")
    return HTMLResponse(page, told.status if told else 200, headers)


ROUTES = [
    Route("/sign_in", _sign_in, methods=["GET", "POST"]),
    Route("/auth/logout", _sign_out, methods=["GET"]),
    Route("/take_out/{takeout}/{number:int}", _fetch, methods=["GET"]),
]
