"""All channels in a few sentences: on which one the money hangs, and what advertising took, which no platform
tells by channel.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.figures.creators import creator_names
from dashboards.parts.page.money import percent, rough_yuan, share, tenths, yuan
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import channel_name, plain
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports.channels.table import UNKNOWN, ChannelTable
from metrics.reports.concentration import Concentration, concentration

STAYS, KEPT = "matured_net", "net_by_order_date"
_MOST = 0.5


def show_finding(viewer: Viewer, window: Window, table: ChannelTable) -> None:
    """On whom it hangs, in words; the exact parts in small print."""
    metric = STAYS if table.is_estimated else KEPT
    base = "最后留下的钱" if table.is_estimated else "目前留下的钱"
    money = _money(table)
    untold = int(money.filter(channel=UNKNOWN)["fen"].sum())
    known = f"能分出渠道的{base}里" if untold else f"{base}里"
    channel = concentration(viewer, "channel", period=window.period, metric=metric)
    platform = concentration(viewer, "platform", period=window.period, metric=metric)
    creator = concentration(
        viewer, "creator", period=window.period, where={"channel": "creator_live"}, metric=metric
    )
    told = [
        _hangs(known, channel, channel_name(channel.largest or UNKNOWN)),
        _hangs(base, platform, PLATFORM.zh(platform.largest) if platform.largest else ""),
    ]
    if creator.groups_qty > 1:
        name = plain(creator_names(viewer).get(creator.largest or "", creator.largest), 40)
        told.append(_hangs(f"达播{base}里", creator, name))
    for place, line in enumerate(line for line in told if line):
        st.markdown(f"##### {line}" if not place else line)
    if untold:
        part = percent(share(untold, int(money["fen"].sum())))
        st.caption(
            f"另有 {rough_yuan(untold)}({part})平台没分渠道,放在最后,不摊给别的渠道。 What no platform "
            "tells the channel of stands last and is never spread."
        )


def show_advertising(viewer: Viewer, window: Window) -> None:
    """What advertising took, by platform."""
    rows = ask(viewer, ["ad_spend", STAYS], by=["platform"], period=window.period).rows
    told = rows.drop_nulls("ad_spend").filter(rows.drop_nulls("ad_spend")["ad_spend"] != 0)
    for platform, spent, stays in told.sort("ad_spend", descending=True).iter_rows():
        part = share(spent, stays)
        of = f" :gray[:small[最后留下的 {percent(part)}]]" if part is not None and part >= 0 else ""
        st.markdown(f"{PLATFORM.zh(platform)} **{yuan(spent)}**{of}")
    silent = sorted(set(rows["platform"]) - set(told["platform"]))
    if silent:
        names = "、".join(PLATFORM.zh(platform) for platform in silent)
        st.caption(f"{names}:没给推广报表,也没录,不是 0。 No spend told.")
    st.caption("平台只按店说推广花了多少,分不到渠道,不摊。 Platforms tell spend by shop, not by channel.")


def _hangs(base: str, found: Concentration, name: str) -> str:
    if found.share is None:
        return ""
    part = f":gray[:small[({percent(found.share)})]]"
    if found.share >= _MOST:
        return f"{base},**{tenths(found.share)}**靠**{name}**{part}"
    return f"{base},最多的是**{name}**,占**{tenths(found.share)}**{part}"


def _money(table: ChannelTable) -> pl.DataFrame:
    """Channel and what stays of it."""
    return table.rows.select("channel", fen="matured_fen" if table.is_estimated else "kept_fen")
