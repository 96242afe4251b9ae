"""Business checks and what several of them read: SQL files, found by name.

``sql/<layer>/<table>/<check>.sql`` is one check of ``layer.table``, ``sql/now/<name>.sql`` a script that
makes ``now.<name>``. A check is a query that returns nothing when it holds, below a header of comments:

* ``stop`` or ``warn``: what must hold; ``why``: why it matters; ``step``: what its merchant can do; each in
  Chinese and English, parted by `` / ``;
* ``unit``: what is summed over the returned rows to the number of failures, where it is not the rows;
* ``by`` and ``same``: the file holds two queries, parted by a line ``-- must equal``; in each group of ``by``
  their sums of the columns ``same`` are equal.

A line that begins with three spaces goes on with the one before it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from expectations.rule import STOP, WARN, SqlRule

FOLDER = Path(__file__).with_name("sql")
_KEYS = (STOP, WARN, "why", "step", "unit", "by", "same")
_HEADER = re.compile(rf"-- ({'|'.join(_KEYS)}): (.+(?:\n--   .+)*)\n")
_BETWEEN = "\n-- must equal\n"


@cache
def sql_checks(folder: Path = FOLDER) -> tuple[SqlRule, ...]:
    """Every check under ``folder``, by layer, table and name."""
    return tuple(_check(path) for path in sorted(folder.glob("*/*/*.sql")))


@cache
def shared_scripts() -> tuple[str, ...]:
    """Scripts that make what several checks read, in the order in which they can be run."""
    return tuple(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("now/*.sql")))


def _check(path: Path) -> SqlRule:
    """The check in one file. Raises ``ValueError`` when its header lacks what a reader must be told."""
    layer, table = path.parts[-3:-1]
    told, query = _parted(path.read_text(encoding="utf-8"))
    severity = next((item for item in (STOP, WARN) if item in told), "")
    words = [told.get(key, "").split(" / ", 1) for key in (severity, "why")]
    if any(len(both) != 2 for both in words):
        raise ValueError(f"{layer}/{table}/{path.name}: {STOP} or {WARN}, and why, in Chinese / and English")
    (zh, en), (reason_zh, reason_en) = words
    step_zh, _, step_en = told.get("step", "").partition(" / ")
    return SqlRule(
        path.stem.upper(), severity, zh, en, reason_zh, reason_en, step_zh, step_en, f"{layer}.{table}",
        _difference(query, told["by"], told["same"]) if "by" in told else query, told.get("unit", "1"),
    )  # fmt: skip


def _parted(text: str) -> tuple[dict[str, str], str]:
    """The header's entries by key, and the query below them."""
    told, place = {}, 0
    while found := _HEADER.match(text, place):
        told[found[1]], place = found[2].replace("\n--  ", ""), found.end()
    return told, text[place:].rstrip()


def _difference(queries: str, by: str, same: str) -> str:
    """A query for the groups of ``by`` whose ``same`` differ: the group and, per column, left less right."""
    left, right = queries.split(_BETWEEN)
    names = same.split(", ")
    signed = ", ".join(f"-({name}) AS {name}" for name in names)
    sums = ", ".join(f"sum({name})::BIGINT AS {name}_off" for name in names)
    off = " OR ".join(f"{name}_off <> 0" for name in names)
    both = f"SELECT {by}, {same} FROM ({left}\n) UNION ALL BY NAME SELECT {by}, {signed} FROM ({right}\n)"  # noqa: S608
    return f"SELECT * FROM (SELECT {by}, {sums} FROM ({both}) GROUP BY {by}) WHERE {off}"  # noqa: S608
