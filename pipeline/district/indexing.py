"""The index of a month that is released, from what the releases before were made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

import polars as pl

from district.audit_index import Panel, reveals
from district.document import FIRST
from district.links import Link, MemberMonth, index_of, member_month, no_index
from district.policy import Policy
from district.release import MonthRelease
from pipeline.district.kept import contributions_of
from warehouse.signed.district_log import Entry, ReleaseLog


def index_section(
    log: ReleaseLog, entries: Sequence[Entry], rows: pl.DataFrame, release: MonthRelease, policy: Policy
) -> dict[str, Any]:
    """What the document of ``release``, made of ``rows``, says of the index, beside ``entries``."""
    if () not in release.figures:
        return no_index()
    newest = {entry.document["month"]: entry for entry in entries}
    earlier = {
        entry.document["month"]: entry.document["index"]
        for entry in entries
        if entry.document["kind"] == FIRST and entry.document.get("index", {}).get("base_month")
    }
    published = [{"month": month, **link} for month, index in earlier.items() for link in index["links"]]

    @cache
    def months(month: str) -> MemberMonth:
        return member_month(rows if month == release.month else contributions_of(log, newest[month]))

    def panel(month: str) -> Panel:
        found = months(month)
        return {member: (found.owners[member], value) for member, value in found.values.items()}

    def audit(month: str, link: Link) -> bool:
        told = {"month": month, **asdict(link)}
        if reveals(told, published, panel, policy):
            return False
        published.append(told)
        return True

    return index_of(release.month, months, earlier, policy, audit)
