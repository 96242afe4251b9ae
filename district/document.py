"""A release as the document that is signed and kept: text, whole numbers, nothing of the cells withheld."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from district.audit import Audit
from district.coverage import Coverage
from district.cubes import Cube, Dimension, cell_key
from district.quartiles import Quartiles
from district.release import MonthRelease

FORMAT = "baiyun-district/4"
FIRST, CORRECTION = "first", "correction"
Document = dict[str, Any]


@dataclass(frozen=True)
class Circumstances:
    """Who released, when, under which policy (``policy_digest``), after which release (its sha256); ``why``
    of a correction; ``approval`` where it takes more than that one.
    """

    number: int
    kind: str
    made_by: str
    made_at: dt.datetime
    policy_digest: str
    previous_sha256: str | None
    why: str | None = None
    approval: str | None = None


def write(
    release: MonthRelease,
    about: Circumstances,
    index: Mapping[str, Any] | None = None,
    quartiles: Sequence[Quartiles] | None = None,
) -> Document:
    """The document of a release; ``index`` as ``links.index_of`` gives it, ``quartiles`` as
    ``quartiles.quartiles_of`` does. Both are null for a correction, which leaves them as they were.
    """
    return {
        "format": FORMAT,
        "number": about.number,
        "month": release.month,
        "kind": about.kind,
        "made_by": about.made_by,
        "made_at": about.made_at.isoformat(),
        "why": about.why,
        "policy_digest": about.policy_digest,
        "previous_sha256": about.previous_sha256,
        "measures": list(release.measures),
        "cubes": [_cube(cube) for cube in release.cubes],
        "cells": [{"cell": dict(key), **figures} for key, figures in sorted(release.figures.items())],
        "withheld_cells_qty": release.withheld,
        "loss": [_loss(row, is_total_shown=() in release.figures) for row in release.coverage],
        "index": index,
        "quartiles": None if quartiles is None else [item.document() for item in quartiles],
        "audit": {"programs_qty": release.audit.programs, "protected_cells_qty": release.audit.protected},
        **({"approval": about.approval} if about.approval else {}),
    }


def read(document: Mapping[str, Any]) -> MonthRelease:
    """The release a document holds; what it lost is not read again."""
    return MonthRelease(
        document["month"],
        tuple(_read_cube(cube) for cube in document["cubes"]),
        tuple(document["measures"]),
        {
            cell_key(row["cell"].items()): {name: row[name] for name in document["measures"]}
            for row in document["cells"]
        },
        document["withheld_cells_qty"],
        (),
        Audit((), document["audit"]["programs_qty"], document["audit"]["protected_cells_qty"]),
    )


def _cube(cube: Cube) -> Document:
    return {
        "name": cube.name,
        "zh": cube.zh,
        "en": cube.en,
        "dimensions": [
            {
                "name": item.name,
                "parents": dict(sorted(item.parents.items())),
                "hidden": sorted(item.hidden),
                "merges": item.merges,
                "order": list(item.order),
            }
            for item in cube.dimensions
        ],
    }


def _read_cube(cube: Mapping[str, Any]) -> Cube:
    dimensions: Sequence[Mapping[str, Any]] = cube["dimensions"]
    return Cube(
        cube["name"],
        cube["zh"],
        cube["en"],
        tuple(
            Dimension(
                item["name"], item["parents"], item["merges"], tuple(item["order"]), frozenset(item["hidden"])
            )
            for item in dimensions
        ),
    )


def _loss(row: Coverage, is_total_shown: bool) -> Document:
    """What one cube lost: nothing that does not follow from the published cells.

    The value of merged cells does not: where two sums overlap it would tell the cell they share. Nor does any
    part of a total that is withheld. Parts per thousand, rounded down.
    """
    return {
        "cube": row.cube,
        "cells_qty": row.cells,
        "shown_cells_qty": row.shown,
        "merged_sums_qty": row.merged,
        "shown_value_per_1000": int(row.shown_value * 1000 + 1e-9) if is_total_shown else None,
    }
