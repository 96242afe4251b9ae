"""Every hand-entered list there is: each module of ``lists`` is one."""

from __future__ import annotations

import importlib
import pkgutil
from typing import cast

from contracts.errors import NotFoundError
from contracts.tables import Table
from pipeline.entries import lists
from pipeline.entries.declaration import EntryList


def entry_lists() -> tuple[EntryList, ...]:
    """Every list, by the name of its file."""
    names = sorted(module.name for module in pkgutil.iter_modules(lists.__path__))
    return tuple(cast(EntryList, importlib.import_module(f"{lists.__name__}.{name}").LIST) for name in names)


def entry_list(code: str) -> EntryList:
    """One list. Raises ``NotFoundError``."""
    for item in entry_lists():
        if item.code == code:
            return item
    raise NotFoundError("NO_SUCH_LIST", "没有这种清单", "no such list", list=code)


def entry_tables() -> list[Table]:
    """The tables hand-entered lists are kept in."""
    return list({book.table.name: book.table for item in entry_lists() for book in item.books}.values())
