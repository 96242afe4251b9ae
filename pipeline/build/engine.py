"""Brings gold up to date by its declarations, each table after all it is made of.

What a build touched names the first slices; from there on the rows that change name the others. Sums take the
signed difference; what is made by merchant, or of the whole house, is made anew at the end, and only where a
table it is made of was written or, if people enter it, has changed since the last judged build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from contracts.canonical import SHOP
from pipeline.build import additive, ledgers
from pipeline.build.merging import Touched
from pipeline.build.reading import Held, Reading, table_named
from pipeline.build.slices import Change, rewrite
from transforms.asset import COUNT
from transforms.derived import MERCHANT, Choices, Derived, Facts, Slices, View
from transforms.gold import Asset, assets
from transforms.gold.sales import mart_shop_channel_daily
from warehouse import registry
from warehouse.changes import Since
from warehouse.lake import EVERYBODY, Lake

#: What makes the facts whose rows answer one another (``transforms.derived.Facts``).
MAKERS: Mapping[str, Callable[[Lake, Touched, Mapping[str, pl.DataFrame]], Mapping[str, Change]]] = {
    "ledgers": ledgers.remake
}
#: What files have become: written by builds. These tables wait for a build by themselves.
_LOADED = "ops.load"
_OF_FILES = (_LOADED, "ops.export", "ops.cursor")
#: Merchants of so many facts together are made at once: it bounds what is held.
_AT_ONCE = 250_000
assets()  # what cannot be made is said when this is imported


def refresh(lake: Lake, touched: Touched, choices: Choices) -> None:
    """Bring facts, and everything made in slices of them, up to date for what was ``touched``."""
    if not touched.is_empty:
        _Refresh(lake, touched, choices).run()


@dataclass(frozen=True)
class _Refresh:
    lake: Lake
    touched: Touched
    choices: Choices
    changes: dict[str, Change] = field(default_factory=dict)
    held: Held = field(default_factory=Held)
    answered: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Everything that is not made by merchant or of the whole house."""
        made = [asset for asset in assets().values() if not _is_late(asset)]
        self.held.whole.update(self.touched.states or {})
        for number, asset in enumerate(made):
            if isinstance(asset, Derived):
                self._remake(asset)
                self.held.forget_views_but(_views(made[number + 1 :]))
            elif isinstance(asset, Facts):
                self._answer(asset.maker)
            elif asset.is_stored:
                additive.add(self.lake, asset, self.changes)

    def _remake(self, asset: Derived) -> None:
        slices = self._slices(asset)
        is_whole = self.touched.states is not None and "shop_id" in asset.by
        if is_whole:  # also when there is none of it
            self.held.whole[asset.table.name] = asset.table.empty()
        if slices.is_empty():
            return
        after = asset.build(Reading(self.lake, asset, slices, self.choices, self.held))
        self.held.made[asset.table.name] = (slices, after)
        if is_whole:
            self.held.whole[asset.table.name] = after
        before = self._stored(asset, slices, is_whole=is_whole)
        self._note(asset.table.name, rewrite(self.lake, asset.table, before, after, by=asset.by))

    def _slices(self, asset: Derived) -> pl.DataFrame:
        """What was named, and what rows that changed name."""
        named = self.touched.slices.get(asset.by)
        found = [] if named is None else [named]
        for name, item in asset.moved_by.items():
            change = self.changes.get(name.partition(".")[2]) if name.startswith("gold.") else None
            if change and not isinstance(item, str) and (names := asset.names_of(item)):
                found.append(change.rows.select(**names))
        if not found:
            return pl.DataFrame(schema={name: asset.table.dtypes[name] for name in asset.by})
        slices = pl.concat([frame.select(asset.by) for frame in found]).drop_nulls().unique()
        # the very same slices keep what was made for them
        return named if named is not None and slices.height == named.height else slices

    def _stored(self, asset: Derived, slices: pl.DataFrame, *, is_whole: bool) -> pl.DataFrame:
        """Rows of the slices as they stood; new shops have few."""
        if not is_whole:
            return self.lake.read(asset.table, keys=slices)
        stored = self.lake.read(asset.table, keys=slices.select(SHOP).unique())
        return stored.join(slices, on=list(asset.by), how="semi")

    def _answer(self, maker: str) -> None:
        """Make, once, all facts that ``maker`` makes together."""
        if maker in self.answered:
            return
        self.answered.add(maker)
        for name, change in MAKERS[maker](self.lake, self.touched, self.held.whole).items():
            self._note(name, change)
            if self.touched.states is not None:
                self.held.whole[name] = change.after

    def _note(self, name: str, change: Change) -> None:
        if not change.is_empty:
            self.changes[name] = change


def derive(
    lake: Lake,
    choices: Choices,
    since: Since,
    *,
    is_whole: bool = False,
    made_now: Callable[[Derived, Slices], None] = lambda asset, of: None,
) -> dict[str, set[str]]:
    """Make anew what is made by merchant, of those a table of whose was written in this transaction or
    entered ``since`` then (``is_whole``: of all). Returns the merchants by table.

    ``made_now`` is given each table when it is made, with what it was made of: its views are still held.
    """
    made = [asset for asset in assets().values() if isinstance(asset, Derived) and _is_late(asset)]
    due, done = _Due(lake, choices, since, is_whole), dict[str, set[str]]()
    everybody = set[str]().union(*(due.of(asset) for asset in made))
    for merchants in _together(lake, everybody):
        held, frames = Held(), dict[frozenset[str], pl.DataFrame]()
        for number, asset in enumerate(made):
            mine = frozenset(due.of(asset) & merchants)
            if mine:
                keys = frames.setdefault(mine, pl.DataFrame({"merchant_id": sorted(mine)}))
                of = Reading(lake, asset, keys, choices, held)
                _make(lake, asset, of)
                made_now(asset, of)
                done.setdefault(asset.table.name, set()).update(mine)
            held.forget_views_but(_views(made[number + 1 :]))
    return done


def is_entered(since: Since) -> bool:
    """Whether anything that people enter, and a table by merchant is made of, has changed ``since`` then."""
    late = [asset for asset in assets().values() if isinstance(asset, Derived) and _is_late(asset)]
    names = {name for asset in late for name, item in asset.moved_by.items() if isinstance(item, str)}
    return any(since.owners(table_named(name)) for name in sorted(names - {*_OF_FILES}))


@dataclass(frozen=True)
class _Due:
    """Of which merchants a table has to be made anew."""

    lake: Lake
    choices: Choices
    since: Since
    is_whole: bool
    entered: dict[str, set[str]] = field(default_factory=dict)

    def of(self, asset: Derived) -> set[str]:
        """As far as what it is made of has been written by now."""
        found = self._stale(asset) | (self._registered if self.is_whole else set())
        found |= self.lake.written.get(asset.table.full_name, set())  # rows of it were deleted
        for name, item in asset.moved_by.items():
            written = self.lake.written.get(name, set())
            found |= self._registered if EVERYBODY in written else written
            if isinstance(item, str) and name != _LOADED:
                found |= self._entered(name)
        return found

    @cached_property
    def _registered(self) -> set[str]:
        return {str(name) for name in registry.merchants(self.lake)["merchant_id"]}

    def _entered(self, name: str) -> set[str]:
        if name not in self.entered:
            self.entered[name] = self.since.owners(table_named(name))
        return self.entered[name]

    def _stale(self, asset: Derived) -> set[str]:
        """Whose stored rows other choices made."""
        if asset.is_stale is None or not self.lake.may_hold_rows(asset.table):
            return set()
        which = asset.is_stale(self.choices)
        rows = self.lake.sql(f"SELECT DISTINCT merchant_id FROM {asset.table.full_name} WHERE {which}")  # noqa: S608
        return {str(name) for name in rows["merchant_id"]}


def _make(lake: Lake, asset: Derived, of: Reading) -> None:
    after = asset.build(of)
    where: dict[str, object] = {name: of.keys[name].to_list() for name in asset.by}
    rewrite(lake, asset.table, lake.read(asset.table, where=where), after, by=asset.stored_by or None)


def _together(lake: Lake, merchants: set[str]) -> Iterator[set[str]]:
    """``merchants`` in groups of no more facts than may be held at once; a merchant is never divided."""
    if not merchants:
        return
    daily = mart_shop_channel_daily.TABLE
    held = lake.read(daily, where={"merchant_id": sorted(merchants)}, columns=["merchant_id", COUNT])
    sizes: dict[str, int] = dict(held.group_by("merchant_id").agg(pl.col(COUNT).sum()).iter_rows())
    group, size = set[str](), 0
    for name in sorted(merchants):
        if group and size + sizes.get(name, 0) > _AT_ONCE:
            yield group
            group, size = set(), 0
        group.add(name)
        size += sizes.get(name, 0)
    yield group


def _is_late(asset: Asset) -> bool:
    return isinstance(asset, Derived) and asset.by == MERCHANT


def _views(made: Sequence[Asset]) -> list[View[Any]]:
    return [view for asset in made if isinstance(asset, Derived) for view in asset.views]
