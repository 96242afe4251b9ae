"""Orders a merchant has set aside, by an explicit list."""

from __future__ import annotations

import polars as pl

from contracts.canonical import LISTED_ORDER
from transforms.steps import newest


def no_orders() -> pl.DataFrame:
    """Nothing is set aside."""
    return pl.DataFrame(schema=dict.fromkeys(LISTED_ORDER, pl.String))


def listed(entries: pl.DataFrame) -> pl.DataFrame:
    """Of the entries of the list those that stand."""
    return newest(entries, LISTED_ORDER).filter("is_aside")


def mark_aside(lines: pl.DataFrame, aside: pl.DataFrame) -> pl.DataFrame:
    """``lines`` with ``is_aside``."""
    marked = lines.join(
        aside.select(*LISTED_ORDER, is_aside=pl.lit(True)), on=list(LISTED_ORDER), how="left", validate="m:1"
    )
    return marked.with_columns(pl.col("is_aside").fill_null(False))
