"""Untrusted files are read in a process of their own (``pipeline.intake.sandbox.reader``): one that may hold
so much memory, take so long, and write nothing.

Whatever a file does to it, the worst is its death: the file is refused, a new reader is started, everything
else goes on. The two speak length-prefixed JSON and Arrow over pipes, never pickle, so that what comes back
is data whatever the reader has become.
"""

from __future__ import annotations

import atexit
import datetime as dt
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from connectors.base import Column, Layout
from connectors.files.archives import looks_zipped
from connectors.mapped import Mapped
from connectors.mapping.aliases import AliasOffer
from connectors.mapping.propose import Proposal
from connectors.reading import Aliases, Origin, Reading
from connectors.received import Cells
from contracts.errors import FileRefusedError
from contracts.fields import TIME_ZONE
from contracts.intake import Notice, refuse
from pipeline.intake.sandbox.wire import Patient, receive, send, widen
from warehouse.settings import Settings

_START_SECONDS = 120.0
#: Readers at work at once: one waits for a slow file, or starts, while the other goes on.
READERS = 2
#: After so many answers of this process there is enough to read for another reader's start, about a second.
_ENOUGH = 24


@dataclass(frozen=True)
class Limits:
    """What one file may cost: ``memory_mb`` of address space of its reader, ``seconds`` by the clock on the
    wall.
    """

    memory_mb: int = 4096
    seconds: float = 300.0

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """What this installation allows."""
        return cls(settings.read_memory_mb, settings.read_seconds)


class Died(Exception):
    """The reader is gone, with the rule that says why."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        super().__init__(rule)


class Reader:
    """One warm child, of one thread at a time: each answer is asked for and waited for."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        kept = {
            name: os.environ[name]
            for name in ("PATH", "LANG", "LC_ALL", "POLARS_MAX_THREADS")
            if name in os.environ
        }
        # a file's table is in memory as it is, and small: Polars' streaming engine would take a third longer
        # -P and no empty path: what lies in the folder somebody stands in is no code of ours
        paths = os.pathsep.join([str(Path(__file__).parents[3]), *filter(None, sys.path)])
        environment = {**kept, "POLARS_ENGINE_AFFINITY": "in-memory", "PYTHONPATH": paths}
        command = [sys.executable, "-P", "-m", "pipeline.intake.sandbox.reader", str(limits.memory_mb)]
        self._child = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
        for pipe in (self._child.stdin, self._child.stdout):
            widen(pipe)  # type: ignore[arg-type]
        self.owner = os.getpid()
        self._is_ready = False

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked, by this process: a fork shares the pipes but not the child."""
        return self.owner == os.getpid() and self._child.poll() is None

    def ask(self, request: dict[str, object], data: bytes) -> tuple[dict[str, object], list[bytes]]:
        """One request and its answer.

        Raises ``Died`` when the child ends or takes too long; it is gone then.
        """
        assert self._child.stdin is not None and self._child.stdout is not None  # noqa: S101
        try:
            if not self._is_ready:  # starting up is not the file's fault
                receive(Patient(self._child.stdout, time.monotonic() + _START_SECONDS))
                self._is_ready = True
            send(self._child.stdin, request, [data])
            return receive(Patient(self._child.stdout, time.monotonic() + self.limits.seconds))
        except TimeoutError:
            self.close()
            raise Died("PARSE_TIMEOUT") from None
        except (OSError, EOFError):
            self.close()
            raise Died("PARSE_DIED") from None

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if self.owner == os.getpid():
            self._child.kill()
            self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # what was still to be flushed has no reader any more


# the house's side
_idle: list[Reader] = []  # the one that was asked last is asked first
_at_work = threading.BoundedSemaphore(READERS)
_shelf = threading.Lock()
_answers = 0


def warm(limits: Limits | None = None) -> Reader:
    """The reader that is asked next, started if none with these limits is idle.

    It gets ready while the caller does other things.
    """
    with _shelf:
        _idle.append(_taken(limits or Limits()))
        return _idle[-1]


def _taken(wanted: Limits) -> Reader:
    while _idle:
        reader = _idle.pop()
        if reader.is_alive and reader.limits == wanted:
            return reader
        reader.close()
    return Reader(wanted)


@contextmanager
def _borrowed(wanted: Limits) -> Iterator[Reader]:
    """A reader that nobody else asks meanwhile."""
    with _at_work:
        with _shelf:
            reader = _taken(wanted)
        try:
            yield reader
        finally:
            with _shelf:
                if reader.is_alive:
                    _idle.append(reader)
                else:
                    reader.close()


def pays_ahead() -> bool:
    """Whether files are to be read ahead: not the few of a usual day, for which nobody else need start."""
    return _answers >= _ENOUGH


@atexit.register
def close() -> None:
    """End this process's readers that are idle."""
    with _shelf:
        while _idle:
            _idle.pop().close()


def _ask(
    request: dict[str, object], data: bytes, limits: Limits | None
) -> tuple[dict[str, object], list[bytes]]:
    allowed = limits or Limits()
    try:
        said, blobs = _ask_twice(request, data, allowed)
    except Died as died:
        raise refuse(died.rule, seconds=allowed.seconds, memory_mb=allowed.memory_mb) from None
    refused = said.get("refused")
    if isinstance(refused, dict):
        facts = refused.pop("facts")
        raise FileRefusedError(refused.pop("rule"), refused.pop("zh"), refused.pop("en"), **refused, **facts)
    return said, blobs


def _ask_twice(
    request: dict[str, object], data: bytes, allowed: Limits
) -> tuple[dict[str, object], list[bytes]]:
    """A reader that was ended from outside (a machine out of memory) is no fault of the file: another one is
    asked. Raises ``Died``.
    """
    try:
        return _ask_once(request, data, allowed)
    except Died as died:
        if died.rule != "PARSE_DIED":
            raise
        return _ask_once(request, data, allowed)


def _ask_once(
    request: dict[str, object], data: bytes, allowed: Limits
) -> tuple[dict[str, object], list[bytes]]:
    global _answers
    with _borrowed(allowed) as reader:
        said, blobs = reader.ask(request, data)
        _answers += 1
        refused = said.get("refused")
        if isinstance(refused, dict) and refused["rule"] == "PARSE_DIED":
            reader.close()  # it has said its last word; the next file is not to meet it dying
        return said, blobs


def read_apart(
    data: bytes,
    origin: Origin,
    limits: Limits | None = None,
    *,
    mappings: Sequence[Mapped] = (),
    aliases: Aliases | None = None,
) -> Reading:
    """``connectors.reading.read_file`` in the reader's process.

    Raises FileRefusedError, also when the file was too much for it.
    """
    request: dict[str, object] = {
        "do": "read",
        "origin": _plain_origin(origin),
        "mappings": _plain_sources(mappings),
        "aliases": aliases or {},
    }
    said, (bronze, quarantine) = _ask(request, data, limits)
    layout = said["layout"]
    assert isinstance(layout, dict)  # noqa: S101
    layout["columns"] = tuple(Column(**column) for column in layout["columns"])
    return Reading(
        Layout(**layout | {"shops": tuple(tuple(named) for named in layout["shops"])}),
        _whole(pl.read_ipc(bronze), said["same"], said["columns"]),  # type: ignore[arg-type]
        pl.read_ipc(quarantine),
        int(str(said["rows_read"])),
        dt.datetime.fromisoformat(str(said["observed_at"])).astimezone(ZoneInfo(TIME_ZONE)),
        [str(item) for item in said["dropped_columns"]],  # type: ignore[attr-defined]
        [str(item) for item in said["new_columns"]],  # type: ignore[attr-defined]
        [Notice(**item) for item in said["notices"]],  # type: ignore[attr-defined]
        [str(item) for item in said["shop_refs"]],  # type: ignore[attr-defined]
        bool(said["is_dated"]),
    )


def rows_apart(
    data: bytes,
    numbers: Sequence[int],
    limits: Limits | None = None,
    *,
    mappings: Sequence[Mapped] = (),
    aliases: Aliases | None = None,
) -> Cells:
    """``connectors.received.rows_of_file`` in the reader's process. Raises FileRefusedError."""
    request: dict[str, object] = {
        "do": "rows",
        "numbers": list(numbers),
        "mappings": _plain_sources(mappings),
        "aliases": aliases or {},
    }
    said, _ = _ask(request, data, limits)
    rows = said["rows"]
    assert isinstance(rows, dict)  # noqa: S101
    return {int(number): cells for number, cells in rows.items()}


def unpack_apart(data: bytes, limits: Limits | None = None) -> list[tuple[str, bytes]]:
    """The files in an archive, by name; none for bytes that are no archive or a workbook.

    Raises FileRefusedError for one that is not to be unpacked.
    """
    if not looks_zipped(data):
        return []
    said, blobs = _ask({"do": "unpack"}, data, limits)
    names = said["names"]
    assert isinstance(names, list)  # noqa: S101
    return list(zip((str(name) for name in names), blobs, strict=True))


def sheet_apart(
    data: bytes, limits: Limits | None = None
) -> tuple[list[str], pl.DataFrame, list[tuple[int, int]]]:
    """``connectors.files.tabular.first_sheet`` in the reader's process. Raises FileRefusedError."""
    said, (rows,) = _ask({"do": "sheet"}, data, limits)
    head, formulas = said["head"], said["formulas"]
    assert isinstance(head, list) and isinstance(formulas, list)  # noqa: S101
    return (
        [str(word) for word in head],
        pl.read_ipc(rows),
        [(int(row), int(place)) for row, place in formulas],
    )


def propose_apart(data: bytes, limits: Limits | None = None, **asked: object) -> Proposal:
    """``connectors.mapping.propose.propose`` in the reader's process."""
    said, _ = _ask({"do": "propose", "asked": asked}, data, limits)
    return Proposal.model_validate(said["proposal"])


def aliases_apart(
    data: bytes,
    limits: Limits | None = None,
    *,
    mappings: Sequence[Mapped] = (),
    aliases: Aliases | None = None,
) -> AliasOffer | None:
    """``connectors.mapping.aliases.propose_aliases`` in the reader's process."""
    said, _ = _ask(
        {"do": "aliases", "mappings": _plain_sources(mappings), "aliases": aliases or {}}, data, limits
    )
    return AliasOffer.model_validate(said["offer"]) if said["offer"] else None


def recognise_apart(data: bytes, limits: Limits | None = None, *, mappings: Sequence[Mapped] = ()) -> str:
    """``connectors.reading.recognise`` in the reader's process: the layout's full name (``Layout.key``)."""
    said, _ = _ask({"do": "recognise", "mappings": _plain_sources(mappings)}, data, limits)
    return str(said["layout"])


def _whole(rows: pl.DataFrame, same: dict[str, str], columns: list[str]) -> pl.DataFrame:
    return rows.with_columns(pl.lit(text, pl.String).alias(name) for name, text in same.items()).select(
        columns
    )


def _plain_sources(mappings: Sequence[Mapped]) -> list[dict[str, object]]:
    return [
        {"code": item.code, "mappings": [mapping.model_dump_json() for mapping in item.mappings]}
        for item in mappings
    ]


def _plain_origin(origin: Origin) -> dict[str, object]:
    told = asdict(origin) | {"received_at": origin.received_at.isoformat(), "secret": origin.secret.hex()}
    return told | {"observed_at": origin.observed_at.isoformat() if origin.observed_at else None}
