"""Star schema and marts, one file per table: its ``TABLE`` and, as ``ASSET``, what it is made of.

A new mart is a new file; ratios are computed when asked, not here.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter

from contracts.tables import Table
from transforms.asset import Additive
from transforms.derived import MERCHANT, Derived, Facts

Asset = Additive | Derived | Facts


def gold_tables() -> dict[str, Table]:
    """Every stored gold table: name → Table, by name."""
    return {name: asset.table for name, asset in sorted(assets().items()) if is_stored(asset)}


def additive_marts() -> dict[str, Additive]:
    """Every mart that is a sum of facts, stored or grouped when asked: name → its declaration, by name."""
    return {name: asset for name, asset in sorted(assets().items()) if isinstance(asset, Additive)}


@cache
def assets() -> dict[str, Asset]:
    """What every gold table is made of, found by looking: name → declaration, each after all it is made of.

    Raises ``TypeError`` as ``in_order`` does, and for a file with a ``TABLE`` and no ``ASSET``.
    """
    names = [item.name for item in pkgutil.walk_packages(__path__, f"{__name__}.")]
    found: dict[str, Asset] = {}
    for module in map(importlib.import_module, names):
        if hasattr(module, "TABLE"):
            if not hasattr(module, "ASSET"):
                raise TypeError(f"{module.__name__} says by no ASSET what its table is made of")
            found[module.TABLE.name] = module.ASSET
    return in_order(found)


def in_order(found: Mapping[str, Asset]) -> dict[str, Asset]:
    """``found``, each after all it is made of.

    Raises ``TypeError`` for tables made of one another, for one made of a gold table that nobody declares,
    and for one made in slices of what is made by merchant.
    """
    graph = {name: gold_inputs(asset) for name, asset in sorted(found.items())}
    for name, made_of in graph.items():
        if missing := [item for item in made_of if item not in found]:
            raise TypeError(f"gold.{name} is made of gold.{missing[0]}, which no file declares")
        for item in made_of:
            if _turn(found[item]) > _turn(found[name]):
                raise TypeError(f"gold.{name} is made before gold.{item}, of which it is made (Derived.by)")
    try:
        return {name: found[name] for name in TopologicalSorter(graph).static_order()}
    except CycleError as error:
        raise TypeError("gold tables are made of one another: " + " ← ".join(error.args[1])) from None


def gold_inputs(asset: Asset) -> list[str]:
    """The gold tables an asset is made of."""
    inputs = asset.reads if isinstance(asset, Additive) else asset.inputs
    return [item.name for item in inputs.values() if isinstance(item, Table) and item.layer == "gold"]


def is_stored(asset: Asset) -> bool:
    """False for a mart that is grouped from facts when somebody asks."""
    return asset.is_stored if isinstance(asset, Additive) else True


def _turn(asset: Asset) -> int:
    """0: made in slices of changed rows; 1: by merchant."""
    return int(isinstance(asset, Derived) and asset.by == MERCHANT)
