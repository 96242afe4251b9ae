"""Can today's figures be trusted: is every shop fresh, what has come, what was judged, which rows were set
aside, what became of the files.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import streamlit as st

from dashboards.parts.entering.confirming import show_confirming
from dashboards.parts.entering.on_counter import is_importing
from dashboards.parts.health.checks import all_checks, own_shops, show_failed
from dashboards.parts.health.coverage import came_to, show_shop_coverage
from dashboards.parts.health.files import show_files, show_quarantined
from dashboards.parts.health.shops import judge_shop, newest_attempts, shop_key, show_shop
from dashboards.parts.health.waiting import show_waiting
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.menu import Card
from dashboards.parts.page.words import BEIJING, moment
from metrics.query.access import Viewer
from metrics.reports import health

CARD = Card("data_health", "数据健康", "Data health", ":material/health_and_safety:", 2)

FILES = 30


def show(viewer: Viewer) -> None:
    """The whole page. Without a warehouse there is one sentence; else each part fails alone."""
    _show_shops(viewer)
    parts = {
        "等您确认": show_confirming,
        "汇率": show_waiting,
        "当前发布": _show_release,
        "检查": _show_checks,
        "问题行": _show_quarantine,
        "数据覆盖": _show_coverage,
        "最近文件": _show_files,
    }
    for name, part in parts.items():
        with TellFailure(name):
            part(viewer)


def _show_shops(viewer: Viewer) -> None:
    with st.spinner("正在读取… Loading"):
        shops = health.freshness(viewer)
        attempts = newest_attempts(health.collections(viewer))
    show_heading("店铺", "Shops")
    if shops.is_empty():
        show_empty("**还没有登记店铺。**", "No shop is registered yet.", icon=":material/storefront:")
    now = dt.datetime.now(BEIJING)
    for three in shops.iter_slices(3):
        for column, shop in zip(st.columns(3), three.iter_rows(named=True), strict=False):
            with column:
                mine = attempts.get(shop_key(shop), [])
                show_shop(shop, mine, judge_shop(shop, mine, now))


def _show_release(viewer: Viewer) -> None:
    show_heading("当前发布", "Release")
    line = health.release_line(viewer)
    if line.current is None or line.as_of is None:
        show_empty(
            "**还没有发布过。** 第一次构建通过检查后,页面才有数字。",
            "Nothing released yet.",
            icon=":material/rocket_launch:",
        )
        return
    state = "已固定,不随新发布变动" if line.is_pinned else "有新构建未放行,见页顶说明" if line.held else ""
    files = health.unjudged(viewer)
    late = (
        f"还有 {files} 个文件没进来,正在构建或等待构建"
        if files
        else "您上传的正在导入,还没进来"
        if is_importing()
        else ""
    )
    st.markdown(
        f"发布 **\\#{line.current}** · {moment(line.as_of)} · "
        f"{';'.join(filter(None, (state, late))) or '已是最新'}"
    )
    if late:
        st.caption(
            "构建、检查完就发布,刷新本页就能看到。 Files are still being built and checked; reload this page "
            "to see the release."
        )


def _show_checks(viewer: Viewer) -> None:
    show_heading("检查", "Checks")
    rows = health.checks(viewer)
    if rows.is_empty():
        show_empty("**还没有检查记录。**", "No check has been judged yet.", icon=":material/rule:")
        return
    failed = rows.filter(~pl.col("is_passed"))
    with st.container(horizontal=True, gap="small"):
        st.badge(
            f"通过 {rows.height - failed.height} 项 passed", icon=":material/check_circle:", color="green"
        )
        if broken := failed["rule_name"].n_unique():
            st.badge(
                f"未通过 {broken} 项 failed",
                icon=":material/cancel:",
                color="red" if "stop" in failed["severity_code"] else "orange",
            )
    shops = own_shops(viewer)
    show_failed(failed, shops)
    with st.expander(f"全部 {rows.height} 项 All checks"):
        st.dataframe(all_checks(rows, shops), hide_index=True)


def _show_quarantine(viewer: Viewer) -> None:
    show_heading("问题行(暂未计入)", "Quarantined rows")
    rows = health.quarantine(viewer)
    if rows.is_empty():
        st.markdown(":material/check_circle: 没有问题行。 :gray[:small[Nothing is quarantined.]]")
        return
    st.markdown(
        f"**{rows.height}** 条问题,这些行没有计入数字;其余行照常发布。 :gray[:small[Left out of all figures "
        "until fixed.]]"
    )
    show_quarantined(viewer, rows)


def _show_coverage(viewer: Viewer) -> None:
    shops, given = health.freshness(viewer), health.given(viewer)
    if shops.is_empty():
        return
    show_heading("数据覆盖", "What can be told, what has come")
    for two in shops.iter_slices(2):
        for column, shop in zip(st.columns(2), two.iter_rows(named=True), strict=False):
            with column:
                show_shop_coverage(shop, came_to(shop, given))
    zh = (
        "✓ 数据到哪一天,没有日期的数据是收到的那天。可上传、可授权:平台能给,还没有收到。"
        "未核实:版式没有外部来源证实。核对 ✓:有测试和模拟器的真值核对到分。"
    )
    en = (
        "Dates: up to when it came. 可上传 can be uploaded, 可授权 can be authorised. 未核实: layout "
        "confirmed by no outside source. 核对: tested to the fen."
    )
    st.caption(f"{zh} {en}")


def _show_files(viewer: Viewer) -> None:
    show_heading("最近文件", "Last files")
    rows = health.receipts(viewer, source="file", limit=FILES)
    if rows.is_empty():
        show_empty(
            "**还没有导入过文件。** 在「上传」页放入平台导出的原始文件。",
            "No file has been loaded yet.",
            icon=":material/upload_file:",
        )
        return
    show_files(viewer, rows)
    st.caption(
        "读取 = 发布 + 问题行 + 已被新文件更新 + 重复,每一行都有去处。 Every row read is in exactly one of "
        "the four."
    )
