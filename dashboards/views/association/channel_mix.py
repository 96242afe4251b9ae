"""The district's channel mix: released cells only, fixed choices only, so that no filter can single a
merchant out.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.figures import district as shapes
from dashboards.parts.page.charts import show_stacked_shares
from dashboards.parts.page.failure import show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.menu import Card
from metrics.query.access import Viewer
from metrics.reports.district import district

CARD = Card("channel_mix", "全区渠道结构", "Channel mix of the district", ":material/stacked_bar_chart:", 1)

_MEASURES = {"kept_share_rate": "净成交", "paid_share_rate": "支付"}
_WHY = (
    "一格只有在**足够多的商家**(同一老板的几家店算一家)都有贡献、"
    "且**没有哪一家占得过大**时才公开;否则显示**保密**,也不参与占比的计算。"
    "公开的数字四舍五入到 1 个百分点,因此合计可能不是 100%。月份结束满 45 天、退款成熟后才公开。"
)
_WHY_EN = (
    "A cell is shown only when enough holdings contribute and none of them dominates it; otherwise it is "
    "withheld and takes no part in the shares. "
    "Rounded to one point; a month appears 45 days after its end, when its refunds have matured. A withheld "
    "cell may also simply be empty."
)


def show(viewer: Viewer) -> None:
    """Stacked bars by month, then one month's cells, then the rule in words."""
    with st.spinner("正在读取… Loading"):
        rows = district(viewer).rows
    if rows.is_empty():
        show_empty(
            "**还没有可以公开的格子。** 参与的商家足够多、且有月份结束满 45 天之后才会显示。",
            "Nothing can be shown yet: it takes enough merchants and a month that ended 45 days ago.",
            icon=":material/lock:",
        )
        _explain()
        return
    platform, measure = _choose(rows)
    _show_months(rows, platform, measure)
    _show_cells(rows, measure)
    _explain()


def _choose(rows: pl.DataFrame) -> tuple[str, str]:
    """A platform and a measure, each from a closed list."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        names = {shapes.ALL: "全部平台", **{code: PLATFORM.zh(code) for code in shapes.platforms(rows)}}
        platform = st.selectbox(
            "平台 Platform", list(names), format_func=names.__getitem__, key="platform", width=220
        )
        first, *_ = _MEASURES
        measure = st.segmented_control(
            "口径 Measure",
            list(_MEASURES),
            default=first,
            required=True,
            format_func=_MEASURES.__getitem__,
            key="measure",
        )
    return platform, measure or first


def _show_months(rows: pl.DataFrame, platform: str, measure: str) -> None:
    where = "全部平台" if platform == shapes.ALL else PLATFORM.zh(platform)
    show_heading("每月渠道占比", "Share by channel and month")
    alt_text = f"{where}每月各渠道占全区可公开{_MEASURES[measure]}的比例"
    show_stacked_shares(shapes.stacks(rows, platform, measure), shapes.channels(rows), alt_text)
    st.caption(
        f"{where}各渠道占全区可公开{_MEASURES[measure]}的比例;保密的格子不在内。 Share of the district's "
        "released value."
    )


def _show_cells(rows: pl.DataFrame, measure: str) -> None:
    months = sorted(set(rows["business_month"]), reverse=True)
    show_heading("单月明细", "One month")
    month = st.selectbox("月份 Month", months, key="month", width=220)
    st.dataframe(shapes.grid(rows, month, measure), hide_index=True)


def _explain() -> None:
    with st.container(border=True):
        st.markdown(
            ":material/shield_lock: **哪些能看,为什么** :gray[:small[What is shown and "
            f"why]]\n\n{_WHY}\n\n:small[{_WHY_EN}]"
        )
