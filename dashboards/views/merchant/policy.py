"""协会的规则: who of the association may do and see what, for every member to read."""

from __future__ import annotations

from dashboards.parts.association.policy import show_policy
from dashboards.parts.page.frame import loading
from dashboards.parts.page.menu import Card
from metrics.query.access import Viewer
from pipeline.counter import member_rules

CARD = Card("policy", "协会的规则", "The association's rules", ":material/gavel:", 22)


def show(viewer: Viewer) -> None:
    """The rules in force."""
    with loading():
        rules = member_rules(viewer)
    show_policy(rules)
