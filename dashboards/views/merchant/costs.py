"""成本: what goods, parcels, slots, samples and advertising cost, from the merchant: a template to fill in,
looked at before it counts, and what it changed.
"""

from __future__ import annotations

from dashboards.parts.entering.entry_form import is_under_way, show_delivery, show_list
from dashboards.parts.page.failure import show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.menu import Card
from metrics.query.access import Viewer
from pipeline.counter import entry_list, shops

CARD = Card("costs", "成本", "Costs", ":material/sell:", 17)


def show(viewer: Viewer) -> None:
    """A list under way or done, else the way to give one."""
    costs = entry_list("costs")
    if is_under_way(costs):
        show_delivery(viewer, costs)
        return
    show_heading("成本", "Costs")
    if not shops(viewer):
        show_empty(
            "**还没有登记店铺。** 请管理员先登记店铺。",
            "No shop is registered yet; ask your operator.",
            icon=":material/storefront:",
        )
        return
    show_list(viewer, costs)
