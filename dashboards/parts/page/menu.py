"""A page's own card, and how pages are found: a file in an audience's folder is in that audience's menu."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import cast

from dashboards import views
from metrics.query.access import Viewer

IN_THE_ROW = 10


@dataclass(frozen=True)
class Card:
    """What a page says of itself in the menu.

    ``path`` is its address, unique over all audiences; the lowest ``place`` comes first.

    Places above ``IN_THE_ROW`` stand under 更多: a phone has room for what is asked every day.
    """

    path: str
    zh: str
    en: str
    icon: str
    place: int


@dataclass(frozen=True)
class Entry:
    """A page that can be shown to a viewer of ``audience``."""

    audience: str
    card: Card
    show: Callable[[Viewer], None]


@cache
def entries() -> tuple[Entry, ...]:
    """Every page of every audience, in menu order.

    A page is a module with ``CARD`` and ``show(viewer)``: without a viewer it cannot run.
    """
    found = [
        _entry(audience.name, page.name)
        for audience in pkgutil.iter_modules(views.__path__)
        for page in _pages(audience.name)
    ]
    return tuple(sorted(found, key=lambda entry: (entry.audience, entry.card.place, entry.card.path)))


def _pages(audience: str) -> list[pkgutil.ModuleInfo]:
    package = importlib.import_module(f"{views.__name__}.{audience}")
    return list(pkgutil.iter_modules(package.__path__))


def _entry(audience: str, page: str) -> Entry:
    module = importlib.import_module(f"{views.__name__}.{audience}.{page}")
    return Entry(audience, cast(Card, module.CARD), cast(Callable[[Viewer], None], module.show))
