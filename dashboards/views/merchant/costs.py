"""成本: what goods, parcels, slots, samples and advertising cost, from the merchant: a template to fill in, looked at before it counts, and what it changed."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.cost_list import COSTS, show_in_force
from dashboards.parts.failure import TellFailure, show_empty
from dashboards.parts.frame import show_heading
from dashboards.parts.menu import Card
from metrics.access import Viewer
from pipeline.counter import shops

CARD = Card("costs", "成本", "Costs", ":material/sell:", 17)


def show(viewer: Viewer) -> None:
    """A list under way or done, else the way to give one."""
    given = COSTS.delivery()
    if given is not None:
        COSTS.show_delivery(viewer, *given)
        return
    show_heading("成本", "Costs")
    if not shops(viewer):
        show_empty("**还没有登记店铺。** 请管理员先登记店铺。", "No shop is registered yet; ask your operator.", icon=":material/storefront:")
        return
    st.markdown(
        "告诉我们商品成本(按商家编码或款号)、打包、发货和退货运费、退货折损、坑位费、样品费,就能算利润;"
        "推广现金、推广赠款填在同一张表里,就能算投产比。没告诉的不猜。  \n"
        ":gray[:small[Tell us what goods, parcels, write-downs, slots and samples cost, and profit follows; advertising paid in cash or by grants goes into "
        "the same list. What is not told is never guessed.]]"
    )
    COSTS.show(viewer)
    with TellFailure("有效的成本"):
        show_in_force(viewer)
