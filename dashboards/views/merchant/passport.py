"""凭证: what stands behind a figure, down to the row of the file it came from."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from contracts.codes import CHANNEL, PLATFORM
from dashboards.parts.figures.passport import show_lines, show_passport, show_raw_row
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import called, label, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.period import choose_days, offer_days, windows_of
from dashboards.parts.page.way import asked
from dashboards.parts.page.windows import Window, months_to
from dashboards.parts.page.words import channel_name, plain
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.explain import explain, order_lines
from metrics.query.labels import labels
from metrics.query.question import Period
from metrics.query.sources import find_source
from pipeline.counter import raw_rows

CARD = Card("passport", "数字凭证", "Proof of a figure", ":material/verified:", 16)

_ALL = ""
_FIRST = "net_by_order_date"
_MONTHS = 6
_APART = {"platform": ("平台", "Platform"), "shop": ("店铺", "Shop"), "month": ("月份", "Month")}


def show(viewer: Viewer) -> None:
    """Choose a figure; then its passport, its lines, and the received rows of the line that is picked."""
    windows = windows_of(viewer)
    if not windows:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    windows += months_to(max(window.last for window in windows), _MONTHS)
    _begin(windows)
    chosen = _choose(viewer, windows)
    if chosen is None:
        show_empty("选开始和结束两个日期。", "Choose both days.", icon=":material/date_range:")
        return
    metric, cell, period = chosen
    found = None
    with TellFailure(pick("凭证", "Proof")), loading():
        found = explain(viewer, metric, cell, period=period)
        show_passport(viewer, found)
    if found is None:
        return
    show_heading("逐行明细", "Lines")
    with TellFailure(pick("逐行明细", "Row by row")):
        lines = order_lines(viewer, metric, cell, period=period)
        if lines.value != found.value:
            st.warning(
                pick(
                    "**明细之和与这个数字不符，请联系管理员。**",
                    "**The lines do not add up to this figure: tell your operator.**",
                ),
                icon=":material/error:",
            )
        line = show_lines(viewer, lines)
        if line is not None:
            show_heading("原始行", "Rows as received")
            rows = raw_rows(viewer, line)
            for row in rows:
                show_raw_row(row)
            if not rows:
                st.caption(
                    pick(
                        "这一行没有原始行：它是推算出来的，不来自文件。",
                        "No received row: it was reckoned, not read from a file.",
                    )
                )


def _begin(windows: list[Window]) -> None:
    """Where nothing was chosen yet: what a person came for, by the button beside a figure.

    Else the usual figure of 30 days.
    """
    wanted = asked()
    st.session_state.setdefault("passport_metric", _FIRST)
    if wanted is not None:
        cell = {f"passport_{name}": wanted.cell.get(name, _ALL) for name in ("shop", "platform", "channel")}
        st.session_state.update(passport_metric=wanted.metric, **cell)
        offer_days(windows, "passport", wanted.period)


def _choose(viewer: Viewer, windows: list[Window]) -> tuple[str, dict[str, str], Period | None] | None:
    shops = labels(viewer, "shop")
    with st.container(horizontal=True, gap="small"):
        metric = st.selectbox(
            pick("指标", "Metric"),
            list(METRICS),
            format_func=lambda name: called(METRICS[name]),
            key="passport_metric",
        )
        source = find_source(METRICS[metric].clock, ())
        if source and source.apart:
            return metric, _choose_apart(viewer, metric, source.apart, shops), None
        period = choose_days(windows, "passport")
        shop = st.selectbox(
            pick("店铺", "Shop"),
            [_ALL, *shops],
            format_func=lambda name: plain(shops[name]) if name else pick("全部店铺", "All shops"),
            key="passport_shop",
        )
        cell = {"shop": shop, **_choose_codes(viewer, metric)}
    told = {name: value for name, value in cell.items() if value}
    return None if period is None else (metric, told, period)


def _choose_codes(viewer: Viewer, metric: str) -> dict[str, str]:
    """A platform and a channel, of those that the metric can be told apart by."""
    sold = ask(viewer, ["paid_gmv"], by=["platform"]).rows["platform"]
    offered = {
        "platform": (_APART["platform"], sold.to_list(), ("全部平台", "All platforms")),
        "channel": (("渠道", "Channel"), list(CHANNEL.values), ("全部渠道", "All channels")),
    }
    found: dict[str, str] = {}
    for name, (title, codes, every) in offered.items():
        if find_source(METRICS[metric].clock, (*found, name), METRICS[metric].parts):
            chosen = st.session_state.get(f"passport_{name}", _ALL)
            found[name] = st.selectbox(
                pick(*title),
                [_ALL, *dict.fromkeys([*codes, *([chosen] if chosen else [])])],
                format_func=lambda code, every=every: _code_name(code) if code else pick(*every),
                key=f"passport_{name}",
            )
    return found


def _code_name(code: str) -> str:
    return label(PLATFORM, code) if code in PLATFORM.values else channel_name(code)


def _choose_apart(
    viewer: Viewer, metric: str, apart: tuple[str, ...], shops: Mapping[str, str]
) -> dict[str, str]:
    """One member of each dimension over which the metric is never added up, the newest first.

    What nobody tells is offered where nothing is told.
    """
    rows = ask(viewer, [metric], by=apart).rows
    left = rows.drop_nulls(metric)
    left = left if left.height else rows
    cell: dict[str, str] = {}
    for name in apart:
        # a shop by its name, a platform by its word; a month is neither and stays as it is
        chosen = st.selectbox(
            pick(*_APART[name]),
            sorted(set(left[name]), reverse=True),
            format_func=lambda value: plain(shops[value]) if value in shops else label(PLATFORM, value),
            key=f"passport_{name}",
        )
        if chosen is not None:
            cell[name] = chosen
            left = left.filter(left[name] == chosen)
    return cell
