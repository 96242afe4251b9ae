"""How final figures are, in words: returns come in for weeks after payment, so young figures only go down."""

from __future__ import annotations

import streamlit as st

from metrics.query.ages import MATURE_DAYS, Age

_ABOUT = f"付款后 {MATURE_DAYS} 天内还会有退款。 Refunds keep coming in for {MATURE_DAYS} days after payment."


def show_age(age: Age | None) -> None:
    """A badge; colour is only the second sign. Nothing where nothing was paid."""
    if age is None:
        return
    if age.is_open:
        st.badge(
            "还在退货期,数字还会降",
            icon=":material/hourglass_top:",
            color="orange",
            help=f"{_ABOUT} Still maturing.",
        )
    else:
        st.badge(
            f"付款都满 {MATURE_DAYS} 天,基本定了",
            icon=":material/check_circle:",
            color="green",
            help=f"{_ABOUT} Mature.",
        )
