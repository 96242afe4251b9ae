"""The association's rules as any member can read them, generated from what is in force."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page.failure import show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import listed, pick
from pipeline.counter import Rules

_ROLES = (
    "- **商家**：自己的全部数字，和“我的位置”里公开的那几个数；打不开协会的页面，也打不开别家的。\n"
    "- **协会的分析员**：看已公开的月份，下载表格和简报。\n"
    "- **协会的发布人**：和分析员一样；要两个人发布的时候，公开之前先看到审核过的那个月，由他们批准或退回。\n"
    "- **协会的管理员**：和分析员一样，另外管协会账号的分工、看访问记录；自己的分工自己改不了。\n"
    "- **协会的任何人**都看不到哪一家的数：店名、订单、买家、单价、一家的合计，一个也没有。\n"
    "- **管服务器的人**：技术上能接触到机器上的全部数据，和任何软件一样；他是谁，请问协会。"
)
_ROLES_EN = (
    "- **A merchant** sees all figures of their own, and the released ones beside them on My position; "
    "neither the association's pages nor another's open.\n"
    "- **An analyst** of the association looks at released months, and downloads tables and briefings.\n"
    "- **A publisher** of the association does what an analyst does; where a release takes two people, "
    "publishers see an audited month before it is public, and approve it or send it back.\n"
    "- **An administrator** of the association does what an analyst does, gives its people their duties and "
    "reads who looked; the own duty is changed by others only.\n"
    "- **Nobody of the association** sees any one merchant's figures: no shop, order, buyer, price, and no "
    "total of one.\n"
    "- **Whoever runs the server** can reach everything on it, as with any software; ask the association who "
    "that is."
)
_ONE = (
    "**现在一个人就能发布**：关账的月份每天早上自动发布，管服务器的人也能发布。",
    "**One person can release now**: closed months are released every morning by themselves, and by whoever "
    "runs the server.",
)
_TWO = (
    "**要两个人才能发布**：关账的月份每天早上准备好，先不公开；两位发布人看过、批准了才公开。"
    "发布人自己提出的，要另一位批准。谁提出、谁批准，都签名留着。",
    "**It takes two people to release**: closed months are prepared every morning and stay back until two "
    "publishers have looked and approve. What a publisher proposes is approved by another. Who proposed and "
    "who approved is signed and kept.",
)
_PURPOSES = (
    "- **协会统计**：商家在“给协会的”页自己加入、自己退出；从下一个完整月份起计入，退出那天起不再计入。\n"
    "- **品牌榜、产销对接**：还没有这两项功能，所以没有什么可以同意。\n"
    "- **凭证**：商家自己出具、自己决定交给谁；协会的页面读不到。"
)
_PURPOSES_EN = (
    "- **The association's figures**: merchants join and leave by themselves, on the page Shared with the "
    "association. They count from the next whole month on, and no longer from the day they leave.\n"
    "- **Brand board, matching of supply and demand**: neither is there yet, so there is nothing to consent "
    "to.\n"
    "- **Statements**: a merchant makes one and decides who gets it; the association's pages cannot read it."
)
_LOG = (
    "协会的人每打开一页（同一页一小时记一次）、每下载一个文件、每提出、批准或退回一次发布，都记下是谁、什么时候、"
    "从哪里；"
    "留一年，管理员可看。"
)
_LOG_EN = (
    "Each page that somebody of the association opens (the same one once an hour), each file taken, and each "
    "release proposed, approved or sent back is noted: who, when, from where. It is kept for a year, for the "
    "administrator to read."
)


def show_policy(rules: Rules) -> None:
    """Who may do and see what, and what may be released."""
    show_heading("谁能做什么，看到什么", "Who may do and see what")
    st.markdown(pick(_ROLES, _ROLES_EN))
    show_heading("什么时候、什么样的数才公开", "What is released, and when")
    words, icon = (_TWO, ":material/group:") if rules.takes_two else (_ONE, ":material/person:")
    show_empty(*words, icon=icon)
    st.markdown(pick(*_release_words(rules)))
    show_heading("商家同意了什么", "What merchants consent to")
    st.markdown(pick(_PURPOSES, _PURPOSES_EN))
    show_heading("谁看过，都有记录", "Who looked is noted")
    st.markdown(pick(_LOG, _LOG_EN))


def _release_words(rules: Rules) -> tuple[str, str]:
    tables = listed([pick(cube.zh, cube.en) for cube in rules.cubes])
    n, platforms, lag = rules.minimum_owners, rules.minimum_platforms, rules.lag_days
    return (
        f"- 只公开全区每月的合计，按{tables}分开；月末满 {lag} 天、退款来齐后才公开，公开后只能发更正。\n"
        f"- 一格至少有 **{n} 个不同的老板**（同一老板的几家店算一个）、{platforms} 个平台；"
        "谁占得太大也不公开，公开的数互相加减也算不出任何一家，有独立的审核。",
        f"- Only the district's monthly totals are released, by {tables}; {lag} days after a month's end, "
        "when its returns have come. Afterwards there are corrections only.\n"
        f"- A cell has at least **{n} different owners** (shops of one owner count as one) and {platforms} "
        "platforms, and nobody too large a part of it; no sums and differences of what is public give away "
        "any one member, which is audited independently.",
    )
