"""Triangles of kept value as people write them, and as the transforms read them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

#: Metric dictionary, §7: kept value by age of four cohorts.
GOLDEN = ([100, 70, 50, 40, 38], [120, 86, 61, 49], [90, 62, 44], [150, 104])


def steps(rows: Sequence[Sequence[int]]) -> pl.DataFrame:
    """A triangle of kept values as steps from one age to the next, all of one segment.

    Every refund stands as after shipment.
    """
    found = [
        {
            "cohort": number,
            "age": age,
            "base_fen": base,
            "before_fen": 0,
            "after_fen": base - left,
            "orders_qty": 1,
            "weight": 1.0,
        }
        for number, row in enumerate(rows)
        for age, (base, left) in enumerate(pairwise(row))
    ]
    return pl.DataFrame(found)
