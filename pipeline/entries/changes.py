"""What hand-entered lists have moved since the last judged build: which entries are new or gone, and what a
build must make anew for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from pipeline.build.golden import orders_of_merchants
from pipeline.build.merging import Touched
from warehouse import registry
from warehouse.lake import Lake

#: Who and when: an entry that says the same says nothing new.
WHO_AND_WHEN = ("received_by_name", "changed_at")
_DAYS = {**dict.fromkeys(SHOP, pl.String), "business_date": pl.Date}


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


@dataclass
class InputChanges:
    """What a build must make anew without a new file.

    ``touched``: orders, sessions and ledger rows. ``days``: shop × ``business_date`` of the profit sheet.
    ``merchants``: everything that is made by merchant; ``buyers`` and ``stock``: these sheets alone.
    """

    touched: Touched = field(default_factory=Touched)
    days: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_DAYS))
    merchants: set[str] = field(default_factory=set)
    buyers: set[str] = field(default_factory=set)
    stock: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to do."""
        return (
            self.touched.is_empty
            and self.days.is_empty()
            and not (self.merchants or self.buyers or self.stock)
        )


def entries_changed(before: Lake | None, after: Lake, table: Table) -> pl.DataFrame:
    """Entries that only one of the two has, whoever entered them whenever; without ``before`` all there
    are.
    """
    names = [name for name in table.columns if name not in WHO_AND_WHEN]
    new = after.read(table, columns=names)
    if before is None:
        return new
    old = before.read(table, columns=names)
    return pl.concat(
        [one.join(other, on=names, how="anti", nulls_equal=True) for one, other in ((new, old), (old, new))]
    )


def together(parts: Iterable[InputChanges]) -> InputChanges:
    """All of them as one."""
    every = list(parts)
    touched = Touched(
        **{
            name: pl.concat([getattr(part.touched, name) for part in every]).unique()
            for name in ("orders", "sessions", "entries", "funds")
        },
    )
    days = pl.concat([part.days for part in every]).unique()
    merged = {
        name: set().union(*(getattr(part, name) for part in every))
        for name in ("merchants", "buyers", "stock")
    }
    return InputChanges(touched, days, **merged)


def orders_of_owners(lake: Lake, changed: Changed) -> InputChanges:
    """Every order of the merchants whose entries changed, and everything made by merchant: right for any
    list, and dear for a large merchant.
    """
    names = (
        owners_of(changed)
        if any("merchant_id" in rows.columns for rows in changed.rows)
        else set(registry.merchants(lake)["merchant_id"])
    )
    if changed.is_empty or not names:
        return InputChanges()
    return InputChanges(Touched(orders=orders_of_merchants(lake, sorted(names))), merchants=names)


def owners_of(changed: Changed) -> set[str]:
    """The merchants whose entries changed."""
    return {str(name) for rows in changed.rows for name in rows["merchant_id"].unique()}
