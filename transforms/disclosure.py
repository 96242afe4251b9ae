"""Disclosure control: which cells of a table over several owners may be shown.

Primary rules from the SDC Handbook, chapter 4.2: minimum frequency and the p% rule, on holdings (owners), not
shops or merchants. The parameter p is a secret of the association's operator and never leaves the settings.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class DisclosureRule:
    """``minimum_owners`` contributors at least.

    ``p`` percent: no insider may come closer than this to the largest one's value.

    ``largest_share`` bounds what one owner may make up of a cell.
    """

    minimum_owners: int = 5
    p: float = 15.0
    largest_share: float = 0.40


def judge_cells(
    contributions: pl.DataFrame, cell: list[str], value: str, rule: DisclosureRule
) -> pl.DataFrame:
    """One row per cell: ``cell`` columns, ``owners_qty``, ``is_released``.

    ``contributions`` has one row per cell × ``owner_id`` with a non-negative ``value``. Owners contributing
    nothing do not count.
    """
    counted = contributions.filter(pl.col(value) > 0)
    stats = counted.group_by(cell).agg(
        owners_qty=pl.col("owner_id").n_unique().cast(pl.Int64),
        total=pl.col(value).sum(),
        first=pl.col(value).max(),
        second=pl.col(value).sort(descending=True).slice(1, 1).sum(),
    )
    remainder = pl.col("total") - pl.col("first") - pl.col("second")
    is_released = (
        (pl.col("owners_qty") >= rule.minimum_owners)
        & (remainder >= pl.col("first") * (rule.p / 100))
        & (pl.col("first") <= pl.col("total") * rule.largest_share)
    )
    return stats.select(*cell, "owners_qty", is_released=is_released)
