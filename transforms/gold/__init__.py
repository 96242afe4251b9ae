"""Star schema and marts. One file per table: its ``TABLE``, then ``build(...)``. Marts hold additive measures; ratios are computed when asked."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from contracts.tables import Table


@cache
def gold_tables() -> dict[str, Table]:
    """Every gold table, found by looking: name → Table."""
    modules = (importlib.import_module(f"{__name__}.{item.name}") for item in pkgutil.iter_modules(__path__))
    found = [module.TABLE for module in modules if hasattr(module, "TABLE")]
    return {table.name: table for table in sorted(found, key=lambda table: table.name)}
