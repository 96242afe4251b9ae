"""What derived rows follow from: a fingerprint of the declared tables and of the code of the rooms that make
them. Where another one made the lake, the next build makes everything anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import NamedTuple

import polars as pl

from contracts.canonical import SILVER
from transforms.gold import gold_tables
from warehouse.lake import Lake
from warehouse.ops import RECIPE
from warehouse.sql import kinds

#: The rooms whose code decides what a landed file comes to.
ROOMS = ("contracts", "connectors", "transforms", "pipeline/build", "pipeline/intake")
_READ = (".py", ".csv", ".tsv", ".yaml")
_SAMPLES, _SIMULATED = "samples", "simulate"
#: What a code object does beside its constants.
_DOES = (
    "co_name", "co_code", "co_exceptiontable", "co_names", "co_varnames", "co_freevars", "co_cellvars",
    "co_flags", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount",
)  # fmt: skip
_HOUSE = Path(__file__).parents[2]


class Told(NamedTuple):
    """The newest build that made everything, and by what; all empty where none was told."""

    build_number: int = 0
    sources: str = ""
    meaning: str = ""

    @property
    def is_other(self) -> bool:
        """Whether it is not today's.

        The bytes are compared first: only where they differ is it worth a fifth of a second to see whether
        the code does.
        """
        return self.sources != sources() and self.meaning != meaning()


def newest(lake: Lake) -> Told:
    """By what everything in ``lake`` was made."""
    rows = lake.read(RECIPE).sort("build_number").tail(1)
    told = rows.select("build_number", "details_json", "content_id").rows()
    return next((Told(number, json.loads(files)["sources"], code) for number, files, code in told), Told())


def keep(lake: Lake, told: Told, build_number: int, at: dt.datetime, *, is_whole: bool) -> None:
    """Enter today's recipe as what made everything: by build ``build_number`` if it does (``is_whole``, or
    nothing stands by another one), else, where only words differ from what is ``told``, in its place.
    """
    is_made = is_whole or told.is_other
    if not is_made and told.sources == sources():
        return
    row = {
        "build_number": [build_number if is_made else told.build_number],
        "content_id": [meaning()],
        "changed_at": [at],
        "details_json": [json.dumps({"sources": sources()})],
    }
    lake.replace(RECIPE, pl.DataFrame(row).select(RECIPE.key), pl.DataFrame(row, schema=RECIPE.dtypes))


def sources(house: Path = _HOUSE) -> str:
    """Of the files as they are, and the declared tables."""
    return _digest(_of_files(house), _declared())


def meaning(house: Path = _HOUSE) -> str:
    """The same whatever comments and docstrings say and however the code is laid out."""
    return _digest(_of_code(house), _declared())


@cache
def _of_files(house: Path) -> str:
    return _digest(*(part for file in _files(house) for part in file))


@cache
def _of_code(house: Path) -> str:
    told: list[str] = []
    for name, text in _files(house):
        is_code = name.endswith(".py")
        told += [
            name,
            *(_told(compile(text, name, "exec", optimize=2, dont_inherit=True)) if is_code else [text]),
        ]
    return _digest(*told)


def _files(house: Path) -> Iterator[tuple[str, str]]:
    """Every file of the rooms that a build reads or runs: name and text."""
    for room in ROOMS:
        for path in sorted((house / room).rglob("*")):
            is_ours = _SAMPLES not in path.parts and not path.name.startswith(_SIMULATED)
            if path.suffix in _READ and is_ours:
                yield path.relative_to(house).as_posix(), path.read_text(encoding="utf-8")


def _compiled(text: str) -> CodeType:
    return compile(text, "", "exec", optimize=2, dont_inherit=True)


def _told(code: CodeType) -> Iterator[str]:
    """What compiled code does, without the lines it stands on; its docstrings were left out."""
    yield repr([getattr(code, name) for name in _DOES])
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _told(constant)
        else:  # a set is told in another order by every process
            yield repr(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant)


def _declared() -> str:
    """Keys, columns and types of everything that is made, whatever their order."""
    tables = (*SILVER.values(), *gold_tables().values())
    return json.dumps(
        sorted(
            [item.full_name, sorted(item.key), sorted(item.required), sorted(kinds(item).items())]
            for item in tables
        )
    )


def _digest(*parts: str) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part.encode())
        found.update(b"\0")
    return found.hexdigest()
