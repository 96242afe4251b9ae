"""规则与分工: the rules in force; a publisher's what waits, the administrator's people and who looked."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.association.people import show_administration
from dashboards.parts.association.policy import show_policy
from dashboards.parts.association.waiting import show_waiting
from dashboards.parts.page.failure import TellFailure
from dashboards.parts.page.frame import loading
from dashboards.parts.page.language import label, pick
from dashboards.parts.page.menu import Card
from metrics.query.access import Viewer
from metrics.query.people import DUTY
from pipeline.counter import association_rules

CARD = Card("govern", "规则与分工", "Rules and duties", ":material/gavel:", 11)


def show(viewer: Viewer) -> None:
    """What one's duty adds, then the rules; each fails alone."""
    with loading():
        rules = association_rules(viewer)
    if viewer.duty:
        duty = label(DUTY, viewer.duty)
        st.markdown(pick(f"我的分工是**{duty}**。", f"My duty: **{duty}**."))
    if viewer.duty == "publisher" and rules.takes_two:
        show_waiting(viewer)
    if viewer.duty == "administrator":
        show_administration(viewer)
    with TellFailure(pick("规则", "The rules")):
        show_policy(rules)
