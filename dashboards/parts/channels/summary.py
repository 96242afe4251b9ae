"""All channels in a few sentences: on which one the money hangs, and what advertising took, which no platform
tells by channel.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from contracts.codes import PLATFORM
from dashboards.parts.figures.creators import creator_names
from dashboards.parts.page.language import label, listed, pick
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
    zh, en = (
        ("最后留下的钱", "what will stay") if table.is_estimated else ("目前留下的钱", "what is kept so far")
    )
    money = _money(table)
    untold = int(money.filter(channel=UNKNOWN)["fen"].sum())
    base = (f"{zh}里", f"Of {en}")
    known = (f"能分出渠道的{zh}里", f"Of {en} and has a known channel") if untold else base
    channel = concentration(viewer, "channel", period=window.period, metric=metric)
    platform = concentration(viewer, "platform", period=window.period, metric=metric)
    creator = concentration(
        viewer, "creator", period=window.period, where={"channel": "creator_live"}, metric=metric
    )
    told = [
        _hangs(known, channel, channel_name(channel.largest or UNKNOWN)),
        _hangs(base, platform, label(PLATFORM, platform.largest) if platform.largest else ""),
    ]
    if creator.groups_qty > 1:
        name = plain(creator_names(viewer).get(creator.largest or "", creator.largest), 40)
        told.append(_hangs((f"达播{zh}里", f"Of {en} of creators' lives"), creator, name))
    for place, line in enumerate(line for line in told if line):
        st.markdown(f"##### {line}" if not place else line)
    if untold:
        part = percent(share(untold, int(money["fen"].sum())))
        st.caption(
            pick(
                f"另有 {rough_yuan(untold)}（{part}）平台没分渠道，放在最后，不摊给别的渠道。",
                f"Of another {rough_yuan(untold)} ({part}) no platform gives the channel: it stands last "
                "and is "
                "never spread over the others.",
            )
        )


def show_advertising(viewer: Viewer, window: Window) -> None:
    """What advertising took, by platform."""
    rows = ask(viewer, ["ad_spend", STAYS], by=["platform"], period=window.period).rows
    told = rows.drop_nulls("ad_spend").filter(rows.drop_nulls("ad_spend")["ad_spend"] != 0)
    for platform, spent, stays in told.sort("ad_spend", descending=True).iter_rows():
        part = share(spent, stays)
        rate = pick(f"最后留下的 {percent(part)}", f"{percent(part)} of what will stay")
        of = f" :gray[:small[{rate}]]" if part is not None and part >= 0 else ""
        st.markdown(f"{label(PLATFORM, platform)} **{yuan(spent)}**{of}")
    silent = sorted(set(rows["platform"]) - set(told["platform"]))
    if silent:
        names = listed(label(PLATFORM, platform) for platform in silent)
        st.caption(
            pick(
                f"{names}：没给推广报表，也没录，不是 0。",
                f"{names}: no advertising report and nothing entered, which is not 0.",
            )
        )
    st.caption(
        pick(
            "平台只按店说推广花了多少，分不到渠道，不摊。",
            "Platforms report spend by shop and not by channel: it is not spread.",
        )
    )


def _hangs(base: tuple[str, str], found: Concentration, name: str) -> str:
    if found.share is None:
        return ""
    zh, en = base
    tenth, part = tenths(found.share), f":gray[:small[（{percent(found.share)}）]]"
    if found.share >= _MOST:
        return pick(f"{zh}，**{tenth}**靠**{name}**{part}", f"{en}, **{tenth}** hangs on **{name}**")
    return pick(
        f"{zh}，最多的是**{name}**，占**{tenth}**{part}", f"{en}, **{name}** brings most: **{tenth}**"
    )


def _money(table: ChannelTable) -> pl.DataFrame:
    """Channel and what stays of it."""
    return table.rows.select("channel", fen="adds_fen" if table.is_estimated else "kept_fen")
