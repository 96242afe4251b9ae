"""Shared shaping of dimensions: the latest told name of a thing."""

from __future__ import annotations

import polars as pl


def latest(lines: pl.DataFrame, key: list[str], columns: list[str]) -> pl.DataFrame:
    """One row per ``key`` with each column's last non-null value in order of ``created_at``, then line id."""
    named = lines.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in key)).sort(
        "created_at", "order_line_id", nulls_last=False
    )
    return (
        named.group_by(key, maintain_order=True)
        .agg(pl.col(name).drop_nulls().last() for name in columns)
        .sort(key)
    )
