"""Whose a merchant is where owners are counted."""

from __future__ import annotations

import polars as pl

#: Letters of an owner's id that is made of a merchant's.
OWNER_LETTERS = 41
#: All merchants whose owner nobody named, together: they may be one person's.
COMMON_OWNER = "(unnamed)"


def unnamed_owner(merchant_id: str) -> str:
    """The owner a merchant is registered under until somebody names one."""
    return f"owner-{merchant_id}"[:OWNER_LETTERS]


def named_owner() -> pl.Expr:
    """Of ``merchant_id``, ``owner_id``, ``owner_name``: the owner where somebody named one, else null.

    An owner's name that is its id was never given.
    """
    stands_in = (pl.lit("owner-") + pl.col("merchant_id")).str.head(OWNER_LETTERS)
    is_unnamed = (pl.col("owner_id") == stands_in) & (pl.col("owner_name") == pl.col("owner_id"))
    return pl.when(~is_unnamed.fill_null(False)).then("owner_id")
