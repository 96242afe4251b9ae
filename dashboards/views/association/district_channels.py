"""全区渠道: platform × channel as shares of the whole district, what is not published a block of its own; on
how few it hangs, and what goes back.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from dashboards.parts.association.charts import show_share_bars
from dashboards.parts.association.cubes import cube_sheet, notes_of
from dashboards.parts.association.page import months_of, show_method
from dashboards.parts.page.book import put
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.table import show_table
from metrics.query.access import Viewer
from metrics.reports.association.releases import Month
from metrics.reports.association.told.shares import (
    MEASURES,
    PARTS,
    Row,
    colours_of,
    concentration_words,
    finding,
    part_name,
    platforms_of,
    refund_words,
    rows_of,
    value,
)
from metrics.reports.association.told.words import HIDDEN, REST, marked, month_name
from metrics.reports.sheets import Column, Sheet

CARD = Card("district_channels", "全区渠道", "District channels", ":material/stacked_bar_chart:", 2)

_CUBE, _PLATFORM, _CHANNEL = "channels", "platform_code", "channel_code"
_WHY = (
    "一格只有在**足够多的老板**（同一老板的几家店算一家）都有贡献、**没有哪一家占得过大**、"
    "而且从公开的数里推不出任何一家时才公开。占比都是占**全区**的，没有单独公开的部分是图上灰色的一块。"
)
_WHY_EN = (
    "A cell is shown only when enough owners contribute, none of them dominates it, and nothing that is "
    "public tells anyone's figure. Shares are of the **whole district**; what is not published by itself is "
    "the grey block."
)


def show(viewer: Viewer) -> None:
    """The whole page; each part fails alone."""
    months = months_of(viewer)
    if not months:
        return
    month, measure = _choose(months)
    if () in month.figures:
        st.subheader(finding(pick, month, measure), anchor=False)
        with TellFailure(pick("占比图", "Chart of shares")):
            _show_bars(month, measure)
        st.markdown(concentration_words(pick, month))
    else:
        where = month_name(pick, month.name)
        show_empty(
            f"**{where}全区的合计保密，没有占比。** 成员太少，或有人占得太大。",
            f"**{where}: the district's total is withheld, so there are no shares.** Members are too few, or "
            "one is too large.",
            icon=":material/lock:",
        )
    with TellFailure(pick("平台和渠道", "Platforms and channels")):
        _show_table(viewer, months, month, measure)
    title = pick("哪些能看，为什么", "What is shown, and why")
    show_method(f":material/shield_lock: **{title}**\n\n{pick(_WHY, _WHY_EN)}", month, months)
    put(cube_sheet(months, _CUBE))


def _choose(months: Sequence[Month]) -> tuple[Month, str]:
    """A month and a measure, each from a closed list."""
    newest = list(reversed(months))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        at = st.selectbox(
            pick("月份", "Month"),
            range(len(newest)),
            format_func=lambda place: marked(pick, newest[place]),
            key="district_month",
            width=220,
        )
        first, *_ = MEASURES
        measure = st.segmented_control(
            pick("口径", "Measure"),
            list(MEASURES),
            default=first,
            required=True,
            format_func=lambda name: pick(*MEASURES[name]),
            key="district_measure",
        )
    return newest[at], measure or first


def _show_bars(month: Month, measure: str) -> None:
    """One bar for the district, one for each platform, all of them against the same whole."""
    rows = rows_of(pick, month, measure)
    show_heading(*_heading(rows))
    names, colours = colours_of(rows)
    frame = pl.DataFrame(
        [(row.row, row.told, row.name, row.share, row.text) for row in rows if row.share > 0],
        schema=["row", "told", "name", "share", "text"],
        orient="row",
    )
    where = month_name(pick, month.name)
    alt = pick(
        f"{where}全区各平台、各渠道的占比", f"{where}: platforms and channels as shares of the district"
    )
    show_share_bars(frame, names, colours, alt)


def _heading(rows: Sequence[Row]) -> tuple[str, str]:
    count = len({row.row for row in rows} - {pick(*REST)}) - 1
    return (
        f"全区和 {count} 个公开的平台，按渠道分",
        f"The district and its {count} published {'platform' if count == 1 else 'platforms'} by channel",
    )


def _show_table(viewer: Viewer, months: Sequence[Month], month: Month, measure: str) -> None:
    show_heading(*refund_words(pick, month))
    columns = {
        "platform": Column("平台", "platform"),
        "channel": Column("渠道", "channel"),
        "share": Column("占全区", "share of the district", "fraction"),
        "kept": Column("留下", "kept", "fen"),
        "refund": Column("退回占支付", "went back", "fraction"),
    }
    whole = month.figures.get(())
    total = sum(whole[name] for name in PARTS[measure]) if whole else 0
    rows = []
    for platform, inside in platforms_of(month, measure):
        for channel in inside or [platform]:
            rows.append(
                {
                    "platform": part_name(pick, _PLATFORM, platform),
                    "channel": part_name(pick, _CHANNEL, channel) if inside else pick(*HIDDEN),
                    "share": value(channel, measure) / total if total else None,
                    "kept": channel.kept_fen,
                    "refund": channel.refund_rate,
                }
            )
    shape = {"text": pl.String, "fen": pl.Int64, "fraction": pl.Float64}
    frame = pl.DataFrame(rows, schema={name: shape[column.kind] for name, column in columns.items()})
    title = pick(f"{month.name} 平台和渠道", f"{month.name} platforms and channels")
    sheet = Sheet(title, columns, frame, notes=notes_of(months))
    show_table(viewer, sheet, leads=("platform", "channel", "kept", "refund"))
