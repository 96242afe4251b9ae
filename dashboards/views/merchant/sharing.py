"""给协会的: what the association sees and never sees, being a member, and every row that is contributed."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import listed, pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.money import percent
from dashboards.parts.page.table import sheet_of, show_table
from dashboards.parts.page.words import day
from metrics.query.access import Viewer
from metrics.reports.association.names import DIMENSIONS
from metrics.reports.association.told.words import called
from metrics.reports.sheets import Column, Sheet
from pipeline.counter import Sharing, contribute, contributed

CARD = Card("sharing", "给协会的", "Shared with the association", ":material/handshake:", 20)

_STATES = {
    "released": ("已在发布的月份里", "in a released month"),
    "due": ("已关账，等协会发布", "closed, to be released"),
    "open": ("退款还在来，未关账", "returns are still coming"),
    "apart": ("不计入：这个月不是整月成员", "not counted: no member for the whole month"),
}


def show(viewer: Viewer) -> None:
    """What is seen, the membership, then the rows; each fails alone."""
    with loading():
        found = contributed(viewer)
    show_heading("协会看到什么，看不到什么", "What the association sees, and what it never sees")
    _show_rules(found)
    show_heading("我的成员身份", "My membership")
    with TellFailure(pick("成员身份", "The membership")):
        _show_membership(viewer, found)
    show_heading("我贡献的每一行", "Every row I contribute")
    with TellFailure(pick("贡献", "The contributions")):
        _show_rows(viewer, found)


def _show_rules(found: Sharing) -> None:
    """In words, from the rules in force; what would help somebody to come closer is not among them."""
    tables = listed([pick(cube.zh, cube.en) for cube in found.cubes])
    n, platforms, lag = found.minimum_owners, found.minimum_platforms, found.lag_days
    zh = (
        f"- **看得到**：全区每月的合计，按{tables}分开；月末满 {lag} 天、退款来齐后才公开。\n"
        "- 还看得到：各位老板退货率的四分位，每个品类、每个渠道一组，只说落在哪几个百分点里；"
        "老板不够多就没有。\n"
        f"- 一格至少有 **{n} 个不同的老板**（同一老板的几家店算一个）、{platforms} 个平台；谁占得太大也不"
        "公开。公开的数互相加减，也算不出任何一家。\n"
        "- **看不到**：店名、订单、买家、单价、您一家的任何数。协会的账号打不开商家的数据。\n"
        "- 管服务器的人能接触到机器上的全部数据，和任何软件一样；他是谁，请问协会。"
    )
    en = (
        f"- **It sees** the district's monthly totals, by {tables}; {lag} days after a month's end, when its "
        "returns have come.\n"
        "- It sees, too, the quartiles of owners' return rates, of each category and channel, told by the "
        "few points in which they lie; where owners are too few there are none.\n"
        f"- A cell has at least **{n} different owners** (shops of one owner count as one) and {platforms} "
        "platforms, and nobody too large a part of it. No sums and differences of what is public give away "
        "any one member.\n"
        "- **It never sees** shop names, orders, buyers, prices, or any figure of yours alone: its account "
        "cannot open merchants' data.\n"
        "- Whoever runs the server can reach everything on it, as with any software; ask the association who "
        "that is."
    )
    st.markdown(pick(zh, en))


def _show_membership(viewer: Viewer, found: Sharing) -> None:
    for joined, left in found.members.sort("joined_date").iter_rows():
        until = pick(f"，{day(left)}退出", f", left {day(left)}") if left else pick("，至今", ", until now")
        st.markdown(pick(f"{day(joined)}加入{until}。", f"Joined {day(joined)}{until}."))
    if found.is_member:
        words = pick("退出协会统计", "Leave the association's figures")
        zh = "从今天起不再计入；到最后一个完整月份为止。已经公开的合计不改，它们里面也算不出您。"
        en = (
            "Nothing counts from today on, and the last whole month is the last. Totals that are public "
            "stay: nobody can tell you from them."
        )
    else:
        words = pick("加入协会统计", "Join the association's figures")
        zh = "从下一个完整月份起计入。随时可以退出。下面每一行就是会计入的内容，没有别的。"
        en = (
            "You count from the next whole month on, and may leave at any time. The rows below are all there "
            "is."
        )
    with st.popover(words, icon=":material/handshake:"):
        st.markdown(pick(zh, en))
        if st.button(pick("确定", "Confirm"), type="primary", key="sharing_confirm"):
            contribute(viewer, not found.is_member)
            st.rerun()


def _show_rows(viewer: Viewer, found: Sharing) -> None:
    if found.rows.is_empty():
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    by_month = found.rows.group_by("business_month").agg(
        pl.col("state").first(), pl.len(), pl.col("kept_fen", "refund_fen").sum()
    )
    states = {code: pick(*words) for code, words in _STATES.items()}
    months = by_month.sort("business_month", descending=True).select(
        pl.col("business_month").alias(pick("月份", "month")),
        pl.col("state").replace(states).alias(pick("算不算", "does it count")),
        pl.col("len").alias(pick("行数", "rows")),
        pl.col("kept_fen").alias(pick("留下（元）", "kept (¥)")),
        pl.col("refund_fen").alias(pick("退回（元）", "went back (¥)")),
    )
    title = pick("按月", "By month")
    month, state, _, kept, _ = months.columns
    sheet = sheet_of(title, months, c2="count", c3="fen", c4="fen")
    show_table(viewer, sheet, leads=(month, kept, state))
    st.caption(_about_words(found))
    show_table(
        viewer, _every_row(found), leads=("business_month", "kept_fen", "platform_code", "channel_code")
    )


def _about_words(found: Sharing) -> str:
    shares = listed(
        [f"{pick(*DIMENSIONS[cut])} {percent(share)}" for cut, share in found.unclassified.items()]
    )
    return pick(
        f"品类、色系、尺码、地区从标题、规格和省份读出；读不出的算「未归类」，按金额：{shares}。",
        f"Category, colour, size and region are read from titles, options and provinces; not classified, by "
        f"value: {shares}.",
    )


def _every_row(found: Sharing) -> Sheet:
    named = found.rows.with_columns(
        pl.col(cut).replace({code: called(pick, cut, code) for code in found.rows[cut].drop_nulls().unique()})
        for cut in DIMENSIONS
    )
    columns = {
        "business_month": Column("月份", "month", "text"),
        **{cut: Column(zh, en, "text") for cut, (zh, en) in DIMENSIONS.items()},
        "kept_fen": Column("留下", "kept", "fen"),
        "refund_fen": Column("退回", "went back", "fen"),
    }
    rows = named.sort(
        "business_month", *DIMENSIONS, descending=[True, *[False] * len(DIMENSIONS)], nulls_last=True
    )
    return Sheet(pick("每一行", "Every row"), columns, rows.select(list(columns)))
