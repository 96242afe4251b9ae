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
from dashboards.parts.health.files import show_files, show_quarantined, show_rules
from dashboards.parts.health.shops import judge_shop, newest_attempts, shop_key, show_shop
from dashboards.parts.health.waiting import show_waiting
from dashboards.parts.page.details import details
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.table import sheet_of, show_table
from dashboards.parts.page.words import BEIJING, moment
from metrics.query.access import Viewer
from metrics.reports import health

CARD = Card("data_health", "数据健康", "Data health", ":material/health_and_safety:", 2)

FILES = 30


def show(viewer: Viewer) -> None:
    """The whole page. Without a warehouse there is one sentence; else each part fails alone."""
    _show_shops(viewer)
    parts = {
        pick("等您确认", "Waiting for your word"): show_confirming,
        pick("汇率", "Exchange rates"): show_waiting,
        pick("当前发布", "Release"): _show_release,
        pick("检查", "Checks"): _show_checks,
        pick("问题行", "Problem rows"): _show_quarantine,
        pick("数据覆盖", "What can be given, what has come"): _show_coverage,
        pick("最近文件", "Last files"): _show_files,
    }
    for name, part in parts.items():
        with TellFailure(name):
            part(viewer)


def _show_shops(viewer: Viewer) -> None:
    with loading():
        shops = health.freshness(viewer)
        attempts = newest_attempts(health.collections(viewer))
    show_heading("店铺", "Shops")
    if shops.is_empty():
        show_empty("**还没有登记店铺。**", "**No shop is registered yet.**", icon=":material/storefront:")
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
            "**还没有发布过。** 第一次构建通过检查后，页面才有数字。",
            "**Nothing is released yet.** Pages have figures once a first build passes its checks.",
            icon=":material/rocket_launch:",
        )
        return
    held = (
        pick("有新构建未放行，见页顶说明", "a newer build is held back, as said above") if line.held else ""
    )
    state = pick("已固定，不随新发布变动", "pinned, whatever is released later") if line.is_pinned else held
    files = health.unjudged(viewer)
    late = (
        pick(
            f"还有 {files} 个文件没进来，正在构建或等待构建",
            f"{files} files are not in it yet: being built, or waiting",
        )
        if files
        else pick("您上传的正在导入，还没进来", "your upload is being imported and not in it yet")
        if is_importing()
        else ""
    )
    told = pick("；", "; ").join(filter(None, (state, late))) or pick("已是最新", "up to date")
    st.markdown(f"{pick('发布', 'Release')} **\\#{line.current}** · {moment(line.as_of)} · {told}")
    if late:
        st.caption(
            pick(
                "构建、检查完就发布，刷新本页就能看到。",
                "It is released once built and checked: reload this page to see it.",
            )
        )


def _show_checks(viewer: Viewer) -> None:
    show_heading("检查", "Checks")
    rows = health.checks(viewer)
    if rows.is_empty():
        show_empty("**还没有检查记录。**", "**No check has been judged yet.**", icon=":material/rule:")
        return
    failed = rows.filter(~pl.col("is_passed"))
    passed = rows.height - failed.height
    with st.container(horizontal=True, gap="small"):
        st.badge(pick(f"通过 {passed} 项", f"{passed} passed"), icon=":material/check_circle:", color="green")
        if broken := failed["rule_name"].n_unique():
            st.badge(
                pick(f"未通过 {broken} 项", f"{broken} failed"),
                icon=":material/cancel:",
                color="red" if "stop" in failed["severity_code"] else "orange",
            )
    shops = own_shops(viewer)
    show_failed(failed, shops)
    with details((f"全部 {rows.height} 项", f"all {rows.height} checks")):
        show_table(viewer, sheet_of(pick("检查", "Checks"), all_checks(rows, shops)), is_folded=True)


def _show_quarantine(viewer: Viewer) -> None:
    show_heading("问题行（暂未计入）", "Problem rows (in no figure yet)")
    rows = health.quarantine(viewer)
    if rows.is_empty():
        st.markdown(f":material/check_circle: {pick('没有问题行。', 'No problem rows.')}")
        return
    st.markdown(
        pick(
            f"**{rows.height}** 条问题，这些行没有计入数字；其余行照常发布。",
            f"**{rows.height}** problems: these rows are in no figure until mended; all others are released.",
        )
    )
    show_quarantined(viewer, rows)
    show_rules(viewer, rows)


def _show_coverage(viewer: Viewer) -> None:
    shops, given = health.freshness(viewer), health.given(viewer)
    if shops.is_empty():
        return
    show_heading("数据覆盖", "What can be given, what has come")
    for two in shops.iter_slices(2):
        for column, shop in zip(st.columns(2), two.iter_rows(named=True), strict=False):
            with column:
                show_shop_coverage(viewer, shop, came_to(shop, given))
    zh = (
        "✓ 数据到哪一天，没有日期的数据是收到的那天。可上传、可授权：平台能给，还没有收到。"
        "未核实：版式没有外部来源证实。核对 ✓：有测试和模拟器的真值核对到分。"
    )
    en = (
        "✓ up to which day it came; where it has no day, when it was received. Can be uploaded, can be "
        "authorised: "
        "the platform gives it, and it has not come yet. Unconfirmed: no outside source confirms the "
        "layout. Tested ✓: "
        "tests hold it against the simulator's truth, to the fen."
    )
    st.caption(pick(zh, en))


def _show_files(viewer: Viewer) -> None:
    show_heading("最近文件", "Last files")
    rows = health.receipts(viewer, source="file", limit=FILES)
    if rows.is_empty():
        show_empty(
            "**还没有导入过文件。** 在「上传」页放入平台导出的原始文件。",
            "**No file was imported yet.** Put original exports of the platforms on the page “Upload”.",
            icon=":material/upload_file:",
        )
        return
    show_files(viewer, rows)
    st.caption(
        pick(
            "读取 = 发布 + 问题行 + 已被新文件更新 + 重复，每一行都有去处。",
            "Read = published + problem rows + superseded by a newer file + duplicates: every row is in one "
            "of the four.",
        )
    )
