"""手工录入: every list a merchant enters by hand, one at a time; a list that is declared is here."""

from __future__ import annotations

from dashboards.parts.entering.entry_lists import show_lists
from dashboards.parts.page.failure import show_empty
from dashboards.parts.page.menu import Card
from metrics.query.access import Viewer
from pipeline.counter import lists_of, shops

CARD = Card("entries", "手工录入", "Entered by hand", ":material/edit_note:", 18)


def show(viewer: Viewer) -> None:
    """The lists of the viewer's merchant."""
    if not shops(viewer):
        show_empty(
            "**还没有登记店铺。** 请管理员先登记店铺。",
            "No shop is registered yet; ask your operator.",
            icon=":material/storefront:",
        )
        return
    show_lists(viewer, lists_of(viewer))
