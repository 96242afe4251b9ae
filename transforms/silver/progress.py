"""How far states of one thing got, where nothing tells which was observed later: rows of one file, and files
of which nothing but their newest row tells when they were made.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import content_columns, entity_key
from contracts.tables import Table


def progress(table: Table) -> list[pl.Expr]:
    """How far a row got: moments that have come, from the last on; then codes by their list."""
    content = content_columns(table)
    moments = [name for name in reversed(content) if table.fields[name].kind == "at"]
    codes = [name for name in content if table.fields[name].codes]
    rank = [
        pl.col(name).replace_strict(_places(table, name), default=-1, return_dtype=pl.Int64).alias(name)
        for name in codes
    ]
    return [*(pl.col(name) for name in moments), *rank]


def _places(table: Table, name: str) -> dict[str, int]:
    listed = table.fields[name].codes
    return {code: place for place, code in enumerate(listed.values if listed else []) if code != "unknown"}


def ranks(table: Table, states: pl.DataFrame) -> pl.Series:
    """Rank each of ``states`` among those of its entity that were first and last observed at the same
    moments: the one that got furthest is the last, equals are equal; 0 for a state that is alone with its
    moments.

    A file's fingerprint says nothing of when it was made.
    """
    same = [*entity_key(table), "_observed_at", "_last_observed_at"]
    is_tied = states.select(pl.struct(same).is_duplicated()).to_series()
    alone = pl.repeat(0, states.height, dtype=pl.Int64, eager=True)
    if not is_tied.any():
        return alone
    far = progress(table)
    if not far:
        return alone
    tied = states.select(*far, _place=pl.int_range(pl.len())).filter(is_tied).sort(pl.exclude("_place"))
    return alone.scatter(
        tied["_place"], tied.select(pl.struct(pl.exclude("_place")).rle_id() + 1).to_series()
    )
