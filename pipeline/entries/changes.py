"""What hand-entered lists have moved since the last judged build: which entries are new or gone, and what a
build must make anew for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipeline.build.merging import Touched
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.grain import ORDER
from warehouse import registry
from warehouse.lake import Lake


@dataclass(frozen=True)
class Changed:
    """A list's entries that only one of the lake and the last judged build has (none in ``is_first`` builds,
    before any was judged: then all).

    ``is_whole``: a build from landing makes everything anew.
    """

    rows: tuple[pl.DataFrame, ...]
    is_first: bool = False
    is_whole: bool = False

    @property
    def is_empty(self) -> bool:
        """True when the list stands as it did."""
        return all(frame.is_empty() for frame in self.rows)


def orders_of_owners(lake: Lake, changed: Changed) -> Touched:
    """Every order of the merchants whose entries changed: right for any list, and dear for a large
    merchant.
    """
    names = (
        owners_of(changed)
        if any("merchant_id" in rows.columns for rows in changed.rows)
        else set(registry.merchants(lake)["merchant_id"])
    )
    if changed.is_empty or not names:
        return Touched()
    return Touched(orders=orders_of_merchants(lake, sorted(names)))


def nothing(lake: Lake, changed: Changed) -> Touched:
    """No order: of a list that is read by merchant alone (see ``Derived.reads``)."""
    del lake, changed
    return Touched()


def orders_of_merchants(lake: Lake, merchants: list[str]) -> pl.DataFrame:
    """All orders in gold of merchants."""
    return lake.read(fct_order_line.TABLE, where={"merchant_id": merchants}, columns=ORDER).unique()


def owners_of(changed: Changed) -> set[str]:
    """The merchants whose entries changed."""
    return {str(name) for rows in changed.rows for name in rows["merchant_id"].unique()}
