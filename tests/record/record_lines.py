"""Frames as lines a person can read and compare, and where they are kept.

A record is table → line → value, all text: of a table how many rows there are and a digest of them together,
of each column its sum, its few values or a digest. A column without any value has no line.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

Record = dict[str, dict[str, str]]

KEPT = Path(__file__).parent / "kept"
_ZONE = ZoneInfo("Asia/Shanghai")
#: Values of a column that are named, each no longer than this; of a column with more a digest is kept.
_FEW, _SHORT = 4, 32
_NOTHING = "∅"


def digest(texts: Iterable[str]) -> str:
    """Seven characters that another list of texts does not have."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:7]


def text(value: object) -> str:
    """A value as text that is the same on every machine: moments in Beijing, fractions to nine digits."""
    if value is None:
        return _NOTHING
    if isinstance(value, dt.datetime):
        return value.astimezone(_ZONE).replace(tzinfo=None).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, float):
        return f"{value + 0.0:.9g}"
    if isinstance(value, pl.Series):
        value = value.to_list()
    if isinstance(value, list | tuple):
        return f"[{', '.join(text(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{text(name)}: {text(item)}' for name, item in value.items())}}}"
    return str(value)


def frame_lines(frame: pl.DataFrame, without: Iterable[str] = ()) -> dict[str, str]:
    """A line for the rows together, whatever their order, and one for each column with a value."""
    frame = frame.drop(*without, strict=False)
    columns = {name: [text(value) for value in frame[name].to_list()] for name in frame.columns}
    rows = sorted("\t".join(row) for row in zip(*columns.values(), strict=True))
    found = {"*": f"rows={len(rows)} {digest(rows)}"}
    for name, texts in columns.items():
        if line := _column_line(frame[name], texts):
            found[name] = line
    return found


def _column_line(values: pl.Series, texts: list[str]) -> str:
    told = sorted(each for each in texts if each != _NOTHING)
    if not told:
        return ""
    nulls = f" null={len(texts) - len(told)}" if len(told) < len(texts) else ""
    counts = Counter(told)
    if len(counts) <= _FEW and all(len(value) <= _SHORT for value in counts):
        return " ".join(f"{value}×{count}" for value, count in counts.items()) + nulls
    total = f" sum={sum(values.drop_nulls().to_list())}" if values.dtype.is_integer() else ""
    return f"values={len(counts)}{total} {digest(told)}{nulls}"


def prefixed(name: str, record: Record) -> Record:
    """A record whose tables are all of one thing: ``thing · table``."""
    return {f"{name} · {table}": lines for table, lines in record.items()}


def plain_lines(told: Mapping[str, Any]) -> dict[str, str]:
    """A line for each of what is told by name; what is empty has none."""
    return {name: text(value) for name, value in told.items() if value not in (None, "", [], (), {})}


def read(piece: str) -> Record:
    """What is kept of a piece; nothing before it was first written."""
    path = KEPT / f"{piece}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write(piece: str, record: Record) -> None:
    """Keep what a piece comes to now: a line of the file for a line of the record."""
    kept = json.dumps(record, ensure_ascii=False, sort_keys=True, indent=0)
    (KEPT / f"{piece}.json").write_text(f"{kept}\n", encoding="utf-8")


def differences(piece: str, found: Record) -> list[str]:
    """``table · line: what was kept → what it is``, of every line that moved."""
    kept = read(piece)
    return [
        f"{table} · {line}: {before} → {after}"
        for table in sorted(kept.keys() | found.keys())
        for line in sorted(kept.get(table, {}).keys() | found.get(table, {}).keys())
        if (before := kept.get(table, {}).get(line, "nothing"))
        != (after := found.get(table, {}).get(line, "nothing"))
    ]
