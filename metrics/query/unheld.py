"""What a release was made before: figures whose measures it never held are empty, not 0, and the answer says
so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from metrics.model.metric import Metric
from metrics.query.question import Question
from metrics.query.sources import Source
from transforms.gold import gold_tables
from warehouse.lake import Lake

if TYPE_CHECKING:
    from metrics.query.access import Desk

#: Stored gold table by full name → declared columns that a release lacks; all of them where it has no table.
Absent = Mapping[str, frozenset[str]]


def absent_of(lake: Lake) -> Absent:
    """What the release that ``lake`` is opened at was made before; tables it lacks nothing of are left
    out.
    """
    missing = {
        table.full_name: frozenset(table.columns) - lake.columns(table).keys()
        for table in gold_tables().values()
    }
    return {name: columns for name, columns in missing.items() if columns}


def unheld(desk: Desk, question: Question) -> list[Metric]:
    """The metrics of ``question`` that the desk's release cannot tell."""
    return [
        metric
        for metric in question.metrics
        if lacks(
            desk.absent,
            question.sources[metric.clock],
            metric,
            question.dimensions,
        )
    ]


def lacks(absent: Absent, source: Source, metric: Metric, dimensions: Iterable[str] = ()) -> bool:
    """Whether a release that lacks ``absent`` never held something that ``metric``, split by ``dimensions``,
    is made of in ``source``.

    A note beside the figure may be of something newer than the figure; in the lake nothing may, for there
    the rows themselves are made by the query.
    """
    if not absent:
        return False
    parts = metric.parts if source.in_lake else metric.valued_by
    asked = [*(source.measures[part] for part in parts), *(source.dimensions[name] for name in dimensions)]
    rows = source.rows[metric.clock]
    if source.in_lake:
        return _is_among(absent, [source.relation, rows, *asked])
    own, beside = source.table.full_name, [table.full_name for table in source.beside]
    return _is_among(absent, [own, *asked], [own]) or _is_among(absent, [*beside, rows, *asked], beside)


def _is_among(absent: Absent, sql: Iterable[str], tables: Iterable[str] | None = None) -> bool:
    """Whether ``sql`` names a column that a table it names, one of ``tables``, lacks."""
    text = " ".join(sql)
    named, words = set(re.findall(r"\w+\.\w+", text)), set(re.findall(r"\w+", text))
    asked = named if tables is None else named & set(tables)
    return any(absent.get(name, frozenset()) & words for name in asked)
