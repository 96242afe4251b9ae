"""Numbered lines that an export tells twice: read once, and each told again counts as a duplicate. Pure."""

from __future__ import annotations

import polars as pl

from connectors.mapping.kinds import EXPORT

_LINE = "order_line_id"


def copies_apart(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of several exports with every numbered line of one once, and the place of each copy beside that of
    the row it repeats (``_first``).
    """
    if _LINE not in rows.columns or rows[_LINE].null_count() == rows.height:
        return rows, rows.clear().select(*EXPORT, "_row_number", _first="_row_number")
    same = [name for name in rows.columns if name != "_row_number"]
    first = pl.col("_row_number").min().over(same)
    placed = rows.with_columns(_first=pl.when(pl.col(_LINE).is_null()).then("_row_number").otherwise(first))
    is_copy = pl.col("_first") != pl.col("_row_number")
    copies = placed.filter(is_copy).select(*EXPORT, "_row_number", "_first")
    return placed.filter(~is_copy).drop("_first"), copies


def with_copies(frames: dict[str, pl.DataFrame], copies: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """``frames`` with each copy as what the row it repeats became: told again, it counts as a duplicate."""
    return {name: _with_copies(frame, copies) for name, frame in frames.items()}


def _with_copies(frame: pl.DataFrame, copies: pl.DataFrame) -> pl.DataFrame:
    if copies.is_empty():
        return frame
    again = frame.rename({"_row_number": "_first"}).join(copies, on=[*EXPORT, "_first"], how="inner")
    return pl.concat([frame, again.select(frame.columns)])
