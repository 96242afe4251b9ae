"""How much may be uploaded: into one's own page only, and no more than a server's memory takes.

Streamlit keeps what is uploaded in memory until its page is closed, and knows a limit for one file only.
"""

from __future__ import annotations

from collections import Counter

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope
from streamlit import runtime

from dashboards.serving.visiting import HEADER
from metrics.query.access import upload_limit
from pipeline.counter import MAX_BYTES

PREFIX = "/_stcore/upload_file/"


class Uploads:
    """What is being uploaded now and what is held, by whose session it is. Lives in the server's loop."""

    def __init__(self) -> None:
        self._coming: Counter[str] = Counter()

    def refusal(self, scope: Scope, token: str) -> Response | None:
        """Why this upload is not taken; None when it may pass."""
        if _owner(scope["path"].removeprefix(PREFIX).partition("/")[0]) != token:
            return _no(403, "这个页面不是您的，请刷新", "not your page; reload it")
        if scope["method"] != "PUT":
            return None
        size = size_of(scope)
        if size is None:
            return _no(411, "没有说明文件大小", "the size of the file is missing")
        held = _held()
        if held[token] + self._coming[token] + size > MAX_BYTES:
            return _no(413, "先导入或移除已选的文件", "take in or remove the files chosen before")
        if held.total() + self._coming.total() + size > upload_limit():
            return _no(503, "现在上传的人太多，过几分钟再试", "too many uploads now; try again later")
        return None

    def begin(self, token: str, size: int) -> None:
        """An upload of ``size`` bytes begins."""
        self._coming[token] += size

    def end(self, token: str, size: int) -> None:
        """It has ended, however."""
        self._coming[token] -= size
        self._coming += Counter()  # drops those at nothing


def size_of(scope: Scope) -> int | None:
    """How long a request says its body is, which the server holds it to; None when it does not say."""
    said = HTTPConnection(scope).headers.get("content-length", "")
    return int(said) if said.isdecimal() else None


def _owner(page: str) -> str:
    """The token of the session a page was opened with; empty for a page that is not open."""
    client = runtime.get_instance().get_client(page)
    return "" if client is None else dict(client.client_context.headers).get(HEADER, "")


def _held() -> Counter[str]:
    """Bytes in memory by whose they are; those of pages just closed are nobody's."""
    found: Counter[str] = Counter()
    pages = runtime.get_instance().uploaded_file_mgr.file_storage
    for page, files in list(pages.items()):
        found[_owner(page)] += sum(len(item.data) for item in list(files.values()))
    return found


def _no(status: int, zh: str, en: str) -> Response:
    return PlainTextResponse(f"{zh} / {en}", status)
