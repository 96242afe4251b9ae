"""How final figures are, in words: returns come in for weeks after payment, so young figures only go down."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page.language import pick
from metrics.query.ages import MATURE_DAYS, Age

_ABOUT = (
    f"付款后 {MATURE_DAYS} 天内还会有退款。",
    f"Refunds keep coming in for {MATURE_DAYS} days after payment.",
)


def show_age(age: Age | None) -> None:
    """A badge; colour is only the second sign. Nothing where nothing was paid."""
    if age is None:
        return
    if age.is_open:
        st.badge(
            pick("还在退货期，数字还会降", "Returns still open: this will go down"),
            icon=":material/hourglass_top:",
            color="orange",
            help=pick(*_ABOUT),
        )
    else:
        st.badge(
            pick(
                f"付款都满 {MATURE_DAYS} 天，基本定了", f"All paid over {MATURE_DAYS} days ago: nearly final"
            ),
            icon=":material/check_circle:",
            color="green",
            help=pick(*_ABOUT),
        )
