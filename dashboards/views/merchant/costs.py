"""成本: what goods, parcels, slots and samples cost, from the merchant: a template to fill in, looked at before it counts, and what it changed."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.cost_list import show_changes, show_done, show_in_force, show_problems
from dashboards.parts.failure import TellFailure, show_empty
from dashboards.parts.frame import show_heading
from dashboards.parts.menu import Card
from dashboards.parts.receipts import show_progress
from metrics import health
from metrics.access import Viewer
from pipeline.counter import Delivery, cost_template, enter_costs, preview_costs, shops

CARD = Card("costs", "成本", "Costs", ":material/sell:", 15)

_DELIVERY, _ROUND = "costs_delivery", "costs_round"


def show(viewer: Viewer) -> None:
    """A list under way or done, else the way to give one."""
    given = st.session_state.get(_DELIVERY)
    if given is not None:
        _show_delivery(viewer, *given)
        return
    show_heading("成本", "Costs")
    if not shops(viewer):
        show_empty("**还没有登记店铺。** 请管理员先登记店铺。", "No shop is registered yet; ask your operator.", icon=":material/storefront:")
        return
    st.markdown(
        "告诉我们商品成本(按商家编码或款号)、打包、发货和退货运费、退货折损、坑位费、样品费,就能算利润。没告诉的不猜。  \n"
        ":gray[:small[Tell us what goods, parcels, write-downs, slots and samples cost, and profit follows. What is not told is never guessed.]]"
    )
    label, name = "下载模板 Template", "成本模板.csv"
    st.download_button(label, cost_template(), name, "text/csv", icon=":material/download:", key="costs_template")
    _show_upload(viewer)
    with TellFailure("有效的成本"):
        show_in_force(viewer)


def _show_upload(viewer: Viewer) -> None:
    key = f"costs_file_{st.session_state.get(_ROUND, 0)}"
    file = st.file_uploader("填好的模板(CSV;Excel 请另存为 CSV) The list, as CSV", type=["csv"], key=key)
    if file is None:
        return
    with TellFailure("成本表"):
        data = file.getvalue()
        found = preview_costs(viewer, file.name, data)
        if found.problems:
            show_problems(found.problems)
            return
        is_ready = show_changes(found)
        count = sum(found.count(code) for code in ("new", "changed", "taken_back"))
        if st.button(f"确认导入 {count} 条 Enter", type="primary", icon=":material/check:", disabled=not is_ready, key="costs_confirm"):
            line = health.release_line(viewer)
            st.session_state[_DELIVERY] = (enter_costs(viewer, file.name, data, found.seen), line.current)
            st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
            st.rerun()


def _show_delivery(viewer: Viewer, delivery: Delivery, before: int | None) -> None:
    if not delivery.outcome.done():
        show_heading("正在录入成本", "Entering costs")
        show_progress(delivery)
        return
    show_heading("录入结果", "Result")
    with TellFailure("录入成本"):
        show_done(viewer, delivery.outcome.result(), before)
    if st.button("返回 Back", icon=":material/arrow_back:", type="primary", key="costs_back"):
        del st.session_state[_DELIVERY]
        st.rerun()
