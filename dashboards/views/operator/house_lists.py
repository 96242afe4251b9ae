"""公共录入: the hand-entered lists of the whole house, such as exchange rates."""

from __future__ import annotations

from dashboards.parts.entering.entry_lists import show_lists
from dashboards.parts.page.menu import Card
from metrics.query.access import Viewer
from pipeline.counter import lists_of

CARD = Card("house_lists", "公共录入", "Entered for all", ":material/currency_exchange:", 1)


def show(viewer: Viewer) -> None:
    """The lists of the house."""
    show_lists(viewer, tuple(item for item in lists_of(viewer) if item.is_house))
