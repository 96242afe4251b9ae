"""What a request brings: its cookies, whether it came over https, whether from our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from dashboards.serving.device import device_words
from metrics.query.signing import Opened, Visit, secret_id

SESSION, DEVICE, LANGUAGE = "baiyun_session", "baiyun_device", "baiyun_language"
#: How the door tells the application whose request this is; what a client sends under this name is dropped.
HEADER = "x-baiyun-session"
#: Browsers keep no cookie longer.
_DEVICE_SECONDS = 400 * 86_400


def token_of(request: HTTPConnection) -> str:
    """The session's token, of the cookie this connection may be trusted with; empty when there is none."""
    return request.cookies.get(_name(SESSION, request), "")


def visit_of(request: HTTPConnection) -> Visit:
    """Where the request comes from."""
    key = request.cookies.get(_name(DEVICE, request), "")
    return Visit(
        request.client.host if request.client else "",
        device_words(request.headers.get("user-agent", "")),
        secret_id(key) if key else "",
    )


def is_ours(request: HTTPConnection) -> bool:
    """False for what another site made the browser send; whoever is no browser says neither."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def give(response: Response, request: HTTPConnection, given: Opened, seconds: float | None) -> None:
    """Set both cookies; the session's ends with the browser when ``seconds`` is None."""
    _set(response, request, SESSION, given.token, seconds)
    _set(response, request, DEVICE, given.device_key, _DEVICE_SECONDS)


def remember(response: Response, request: HTTPConnection, language: str) -> None:
    """Have the form be in ``language`` the next time somebody signs in on this device."""
    _set(response, request, LANGUAGE, language, _DEVICE_SECONDS)


def language_of(request: HTTPConnection) -> str:
    """What this device's pages were read in when somebody last signed in or out; Chinese where nobody did."""
    return "en" if request.cookies.get(_name(LANGUAGE, request)) == "en" else "zh"


def take(response: Response, request: HTTPConnection) -> None:
    """Have the browser forget its session; the device stays known."""
    response.delete_cookie(_name(SESSION, request), secure=_is_secure(request), httponly=True, samesite="lax")


def own_path(text: str) -> str:
    """``text`` where it is an address on this server, else the first page: nobody is led elsewhere."""
    parts = urlsplit(text)
    # a browser takes any number of slashes for the two before a host
    is_own = text.startswith("/") and text[1:2] != "/" and "\\" not in text and text.isprintable()
    return text if is_own and parts.path not in ("/sign_in", "/auth/logout") else "/"


def _set(response: Response, request: HTTPConnection, name: str, value: str, age: float | None) -> None:
    response.set_cookie(
        _name(name, request),
        value,
        max_age=None if age is None else int(age),
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def _is_secure(request: HTTPConnection) -> bool:
    return request.url.scheme in ("https", "wss")


def _name(name: str, request: HTTPConnection) -> str:
    """Over https a name that only this very host can set, for the whole host."""
    return f"__Host-{name}" if _is_secure(request) else name
