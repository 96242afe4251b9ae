"""What a Vipshop bill holds besides its lines.

No export name is known to tell a moment, so only ``clean`` has work.
"""

from __future__ import annotations

import polars as pl

_EDGES = " \t\ufeff\"'`="


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """The sign as a whole number: order systems keep it as ``+1``, ``1`` or ``1.0``."""
    del kind, layout
    told = next((name for name in table.columns if name.strip(_EDGES) == "数据标识"), None)
    return (
        table
        if told is None
        else table.with_columns(pl.col(told).str.strip_chars(_EDGES).str.strip_prefix("+"))
    )
