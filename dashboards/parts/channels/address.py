"""What of the channels is looked at, as the page's address tells it: ids and days, never a figure.

Whoever has the link sees the same place, of their own merchant; going back leads to the place before.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import streamlit as st

from contracts.codes import CHANNEL, PLATFORM
from dashboards.parts.page.way import page_of
from metrics.query.question import Period
from metrics.reports.channels.cell import MEMBERS

PATH = "channels"
#: The word by which the first page is told that another one was asked for, which this account has not.
NO_PAGE = "no_page"
_LONGEST = 120
_FIRST_PAGE = 1


@dataclass(frozen=True)
class Spot:
    """One place on the page: all channels of ``period`` (None the usual one), or one channel taken apart by
    ``by``, or one ``member`` of it, or one order of it. ``page`` of a list, from 1. Empty is not chosen.
    """

    period: Period | None = None
    platform: str = ""
    channel: str = ""
    by: str = ""
    member: str = ""
    shop: str = ""
    order: str = ""
    page: int = _FIRST_PAGE

    @property
    def cell(self) -> dict[str, str]:
        """Dimension → the value looked at."""
        told = {"platform": self.platform, "channel": self.channel}
        told |= {self.by: self.member} if self.member else {}
        return {name: value for name, value in told.items() if value}

    @property
    def is_known(self) -> bool:
        """Whether the channel it names is one there can be: platform and channel both, or neither."""
        return (self.platform in PLATFORM.values and self.channel in CHANNEL.values) or not (
            self.platform or self.channel or self.member
        )

    def params(self) -> dict[str, str]:
        """Words of the address, always in one order."""
        days = {"from": f"{self.period[0]}", "to": f"{self.period[1]}"} if self.period else {}
        taken_apart = {self.by: self.member} if self.member else {"by": self.by}
        told = {"platform": self.platform, "channel": self.channel, **taken_apart}
        told |= {"shop": self.shop, "order": self.order}
        told |= {"page": str(self.page)} if self.page > _FIRST_PAGE else {}
        return days | {name: value for name, value in told.items() if value}


def read_spot() -> Spot:
    """The place the address tells; words it does not know, and days that are none, are left out.

    The address is written anew from it, so that a tap stands in the browser's history.
    """
    told = {name: value[:_LONGEST] for name, value in st.query_params.to_dict().items()}
    by = next((name for name in MEMBERS if told.get(name)), told.get("by", ""))
    page = told.get("page", "")
    spot = Spot(
        period=_period(told.get("from", ""), told.get("to", "")),
        by=by if by in MEMBERS else "",
        member=told.get(by, "") if by in MEMBERS else "",
        page=int(page) if page.isascii() and page.isdigit() and 0 < int(page) < 10_000 else _FIRST_PAGE,
        **{name: told.get(name, "") for name in ("platform", "channel", "shop", "order")},
    )
    st.query_params.from_dict(spot.params())
    return spot


def dropped(path: str) -> dict[str, str]:
    """What the address says that the page at ``path`` does not go by; it is forgotten."""
    told = st.query_params.to_dict() if path != PATH else {}
    if told:
        st.query_params.clear()
    return told


def go(spot: Spot) -> None:
    """Lead to ``spot``; for callbacks."""
    st.query_params.from_dict(spot.params())


def show_tap(label: str, spot: Spot, *, icon: str | None = None, place: str = "") -> None:
    """A link to ``spot`` over the whole width, a thumb high; words from outside go through ``plain`` first.

    Words alone where the page is not in the viewer's menu. ``place`` tells apart two links to one spot.
    """
    page = page_of(PATH)
    with st.container(key=f"tap_{place}{spot.params()}"):
        if page is None:
            st.markdown(label)
        else:
            st.page_link(page, label=label, icon=icon, query_params=spot.params() or None, width="stretch")


def _period(first: str, last: str) -> Period | None:
    try:
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        return None
    return days if days[0] <= days[1] and 2000 <= days[0].year <= days[1].year <= 2100 else None


def up(spot: Spot) -> list[Spot]:
    """The places ``spot`` lies within, the widest first."""
    found = [Spot(spot.period)]
    if spot.platform and (spot.member or spot.order):
        found.append(replace(spot, member="", shop="", order="", page=_FIRST_PAGE))
    if spot.member and spot.order:
        found.append(replace(spot, shop="", order="", page=_FIRST_PAGE))
    return found
