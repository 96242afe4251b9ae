"""Star schema and marts, one file per table: its ``TABLE`` and what it is made of.

A new mart is a new file; ratios are computed when asked, not here.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from contracts.tables import Table
from transforms.asset import Additive


@cache
def gold_tables() -> dict[str, Table]:
    """Every stored gold table, found by looking: name → Table."""
    asked = {mart.table.name for mart in additive_marts().values() if not mart.is_stored}
    found = [
        module.TABLE for module in _modules() if hasattr(module, "TABLE") and module.TABLE.name not in asked
    ]
    return {table.name: table for table in sorted(found, key=lambda table: table.name)}


@cache
def additive_marts() -> dict[str, Additive]:
    """Every mart that is a sum of facts, stored or grouped when asked, found by looking: name → its
    declaration.
    """
    found = [module.ASSET for module in _modules() if hasattr(module, "ASSET")]
    return {asset.table.name: asset for asset in sorted(found, key=lambda asset: asset.table.name)}


def _modules() -> list[ModuleType]:
    return [importlib.import_module(item.name) for item in pkgutil.walk_packages(__path__, f"{__name__}.")]
