"""Uploads at the door: into one's own page, within what one may hold, within what the server may hold."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from dashboards_cases import PASSWORD
from starlette.types import Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dashboards.serving import uploads
from dashboards.serving.door import Door
from metrics.query import access, signing
from warehouse.place import Place

MB = 1024 * 1024


class Server:
    """The door before an application that keeps what is uploaded as Streamlit does, at a few bytes a MB."""

    def __init__(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files = MemoryUploadedFileManager("/x")
        self.tokens = {
            name: signing.enter(place, signing.SignIn(name, PASSWORD), signing.Visit()).token for name in "ab"
        }
        self.pages = {"page-a": "a", "page-a2": "a", "page-b": "b"}
        self.gate: asyncio.Event | None = None
        monkeypatch.setattr(runtime, "get_instance", lambda: self)
        monkeypatch.setattr(uploads, "MAX_BYTES", 400)
        monkeypatch.setattr(uploads, "upload_limit", lambda: 600)
        self._door = Door(self._taken)

    @property
    def uploaded_file_mgr(self) -> MemoryUploadedFileManager:
        return self.files

    def get_client(self, page: str) -> SimpleNamespace | None:
        name = self.pages.get(page)
        headers = [("x-baiyun-session", self.tokens[name])] if name else []
        return SimpleNamespace(client_context=SimpleNamespace(headers=headers)) if name else None

    async def _taken(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.gate:
            await self.gate.wait()
        page, file = scope["path"].split("/")[-2:]
        data = (await receive())["body"]
        if scope["method"] == "PUT":
            self.files.add_file(page, UploadedFileRec(file, "x.csv", "text/csv", data))
        else:
            self.files.remove_file(page, file)
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def ask(
        self, name: str, page: str, file: str, size: int, method: str = "PUT", said: bool = True
    ) -> int:
        headers = [(b"cookie", f"baiyun_session={self.tokens[name]}".encode())]
        headers += [(b"content-length", str(size).encode())] if said else []
        scope = {
            "type": "http",
            "method": method,
            "path": f"/_stcore/upload_file/{page}/{file}",
            "headers": headers,
        }
        scope |= {"query_string": b"", "scheme": "http", "server": ("127.0.0.1", 80)}
        told: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"x" * size}

        async def send(message: Message) -> None:
            told.append(message)

        await self._door(scope, receive, send)
        status: int = told[0]["status"]
        return status

    def put(self, *words: object, **more: object) -> int:
        return asyncio.run(self.ask(*words, **more))  # type: ignore[arg-type]


@pytest.fixture
def server(own_house: Place, monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(own_house, monkeypatch)


def test_nobody_uploads_into_anothers_page(server: Server) -> None:
    assert server.put("a", "page-a", "f", 10) == 204
    assert server.put("b", "page-a", "f", 10) == 403
    assert server.put("b", "page-a", "f", 10, "DELETE") == 403
    assert server.put("b", "no such page", "f", 10) == 403
    assert len(server.files.get_files("page-a", ["f"])) == 1


def test_a_file_says_how_large_it_is(server: Server) -> None:
    assert server.put("a", "page-a", "f", 10, said=False) == 411


def test_one_person_holds_so_much_in_all_pages_together(server: Server) -> None:
    """Four files of 190 MB from one socket used to be kept, one after another."""
    assert [server.put("a", page, "f", 190) for page in ("page-a", "page-a2")] == [204, 204]
    assert server.put("a", "page-a", "g", 190) == 413
    assert server.put("b", "page-b", "f", 190) == 204
    assert server.put("a", "page-a", "f", 0, "DELETE") == 204
    assert server.put("a", "page-a", "g", 190) == 204


def test_the_server_holds_so_much_of_everybody(server: Server) -> None:
    assert [server.put("a", "page-a", "f", 390), server.put("b", "page-b", "f", 200)] == [204, 204]
    assert server.put("b", "page-b", "g", 50) == 503
    del server.pages["page-a"]  # closed: no longer counted as hers, still in memory
    assert server.put("b", "page-b", "g", 50) == 503
    server.files.remove_session_files("page-a")
    assert server.put("b", "page-b", "g", 50) == 204


def test_what_is_on_its_way_counts(server: Server) -> None:
    async def together() -> list[int]:
        server.gate = asyncio.Event()
        slow = [asyncio.create_task(server.ask("a", "page-a", file, 190)) for file in "fg"]
        while server._door._uploads._coming.total() < 380:
            await asyncio.sleep(0.01)
        third = await server.ask("a", "page-a", "h", 190)
        server.gate.set()
        return [third, *await asyncio.gather(*slow)]

    assert asyncio.run(together()) == [413, 204, 204]
    assert not server._door._uploads._coming


def test_the_limits_are_what_a_delivery_holds_and_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert uploads.MAX_BYTES == 400 * MB
    monkeypatch.setenv("BAIYUN_UPLOAD_MEMORY_MB", "7")
    assert access.upload_limit() == 7 * MB
