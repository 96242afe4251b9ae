"""The process that reads untrusted files for ``pipeline.intake.sandbox.parsing``: confined, without a secret
of the house, and replaced when a file ends it.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import resource
import sys
from dataclasses import asdict
from functools import cache
from typing import IO

import polars as pl

from connectors.base import platforms
from connectors.files.archives import is_workbook, unpack
from connectors.files.tabular import first_sheet
from connectors.mapped import Mapped, source
from connectors.mapping.aliases import propose_aliases
from connectors.mapping.model import MappingFile
from connectors.mapping.propose import propose
from connectors.reading import Origin, read_file, recognise
from connectors.received import rows_of_file
from contracts.errors import FileRefusedError
from contracts.intake import refuse
from pipeline.intake.sandbox.wire import receive, send

#: What every row of a file says alike is told once.
SAME = ("merchant_id", "shop_id", "platform_code", "_export_id", "layout_name")


def _origin(told: dict[str, str | None]) -> Origin:
    observed = told.pop("observed_at")
    received = dt.datetime.fromisoformat(str(told.pop("received_at")))
    secret = bytes.fromhex(str(told.pop("secret")))
    return Origin(
        **told,  # type: ignore[arg-type]
        received_at=received,
        secret=secret,
        observed_at=dt.datetime.fromisoformat(observed) if observed else None,
    )


@cache
def _sources(told: str) -> list[Mapped]:
    """The mapped sources of a request; the same for every file of a call."""
    return [
        source(item["code"], [MappingFile.model_validate_json(text) for text in item["mappings"]])
        for item in json.loads(told)
    ]


def _ipc(frame: pl.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.write_ipc(stream, compat_level=pl.CompatLevel.oldest())  # smaller, and written in half the time
    return stream.getvalue()


def _answer(request: dict[str, object], data: bytes) -> tuple[dict[str, object], list[bytes]]:
    if request["do"] == "unpack":
        files = [] if is_workbook(data) else unpack(data)
        return {"names": [name for name, _ in files]}, [content for _, content in files]
    if request["do"] == "sheet":
        head, rows, formulas = first_sheet(data)
        return {"head": head, "formulas": formulas}, [_ipc(rows)]
    if request["do"] == "propose":
        return {"proposal": propose(data, **request["asked"]).model_dump(mode="json")}, []  # type: ignore[arg-type]
    mappings = _sources(json.dumps(request["mappings"]))
    if request["do"] == "recognise":
        return {"layout": recognise(data, mappings=mappings).layout.key}, []
    if request["do"] == "aliases":
        offer = propose_aliases(data, mappings=mappings, aliases=request["aliases"])  # type: ignore[arg-type]
        return {"offer": offer.model_dump(mode="json") if offer else None}, []
    if request["do"] == "rows":
        found = rows_of_file(data, request["numbers"], mappings=mappings, aliases=request["aliases"])  # type: ignore[arg-type]
        return {"rows": found}, []
    reading = read_file(data, _origin(request["origin"]), mappings=mappings, aliases=request["aliases"])  # type: ignore[arg-type]
    told = {
        name: getattr(reading, name)
        for name in ("rows_read", "dropped_columns", "new_columns", "shop_refs", "is_dated")
    }
    notices = [asdict(notice) for notice in reading.notices]
    said = {
        **told,
        "notices": notices,
        "layout": asdict(reading.layout),
        "observed_at": reading.observed_at.isoformat(),
    }
    same = {name: reading.bronze[name][0] for name in SAME if reading.bronze.height}
    return said | {"same": same, "columns": reading.bronze.columns}, [
        _ipc(reading.bronze.drop(same)),
        _ipc(reading.quarantine),
    ]


def _confine(memory_mb: int) -> None:
    """This process may not grow past its memory, write to any file, start a process's worth of core dumps, or
    keep more than a few files open.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _refusal(error: FileRefusedError) -> dict[str, object]:
    facts = {
        key: value if isinstance(value, int | float | str) else str(value)
        for key, value in error.facts.items()
    }
    told = {
        "rule": error.rule,
        "zh": error.zh,
        "en": error.en,
        "step_zh": error.step_zh,
        "step_en": error.step_en,
    }
    return {"refused": {**told, "facts": facts}}


def serve(asked: IO[bytes], told: IO[bytes]) -> None:
    """Say that all is ready, then answer until the house hangs up.

    After an error nobody foresaw, memory run out among them, this process says so and ends.
    """
    platforms()
    send(told, {}, [])
    while True:
        try:
            request, (data,) = receive(asked)
        except EOFError:
            return
        try:
            send(told, *_answer(request, data))
        except FileRefusedError as error:
            send(told, _refusal(error), [])
        except Exception as error:
            send(told, _refusal(refuse("PARSE_DIED", error=type(error).__name__)), [])
            raise


def main() -> None:
    """Entry point of the reader: limits first, then the pipes.

    A stray print of a library must not get among the answers.
    """
    _confine(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
