"""凭证与导出: the signed statement of a month with the files it rests on, and all that is theirs."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable

import streamlit as st

from dashboards.parts.page.book import put
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.progress import show_progress
from dashboards.parts.page.words import today
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.question import Period
from metrics.reports.sheets import Column, Sheet
from pipeline.counter import Takeout, take_everything, take_statement

CARD = Card("take_out", "凭证与导出", "Statement and export", ":material/inventory:", 19)

_MEANWHILE = ("可以离开本页，做好后回来取。", "You may leave this page and come back for it.")
_OF_A_MONTH = ("paid_gmv", "net_by_order_date")
_STATEMENT, _EVERYTHING = "take_statement", "take_everything"


def show(viewer: Viewer) -> None:
    """Both, one under the other; each fails alone."""
    months = _months(viewer)
    show_heading("月度凭证（签名）", "Signed statement of a month")
    with TellFailure(pick("月度凭证", "The statement")):
        _show_statement(viewer, months)
    show_heading("我的全部数据", "Everything that is mine")
    with TellFailure(pick("全部数据", "Everything")):
        _show_everything(viewer)


def _months(viewer: Viewer) -> list[str]:
    """Months of which the release tells anything, the newest first; the page's workbook has their totals."""
    answer = ask(viewer, _OF_A_MONTH, by=["month"])
    rows = answer.rows.sort("month", descending=True)
    columns = {"month": Column("月份", "month")} | {
        name: Column(METRICS[name].zh, METRICS[name].en, "fen") for name in _OF_A_MONTH
    }
    if rows.height:
        put(Sheet(pick("月份", "Months"), columns, rows, _OF_A_MONTH, answer))
    return rows["month"].to_list()


def _show_statement(viewer: Viewer, months: list[str]) -> None:
    zh = (
        "一个月的净成交，按店铺、渠道列清，带数字签名：改动一分钱就核验不过。可以交给合作方、平台或银行，"
        "对方用 `baiyun verify` 核验。"
    )
    en = (
        "What was kept in a month, by shop and channel, with a digital signature: a single fen changed and "
        "it does not verify. Give it to partners or a bank; they check it with `baiyun verify`."
    )
    st.markdown(pick(zh, en))
    if not months:
        show_empty("**发布的数据里还没有付款订单。**", "The released data has no paid orders yet.")
        return
    month = st.selectbox(
        pick("月份", "Month"),
        months,
        index=min(1, len(months) - 1),
        format_func=_month_name,
        key="take_month",
    )
    names = [
        (pick("凭证 PDF", "Statement, PDF"), ":material/picture_as_pdf:"),
        (
            pick("凭证和它依据的原始文件 zip", "Statement and the files it rests on, zip"),
            ":material/folder_zip:",
        ),
    ]
    _show_takeout(
        f"{_STATEMENT}_{month}",
        pick("出具凭证", "Make the statement"),
        lambda: take_statement(viewer, _days(month)),
        names,
    )


def _show_everything(viewer: Viewer) -> None:
    zh = (
        "一个 zip：**全部数字**（DuckDB 文件：汇总、明细、"
        "您录入的清单，每个指标怎么算）和**收到的全部原始文件**"
        "（一个字节不改）。原始文件里有平台写进去的收件人信息，请妥善保管。"
    )
    en = (
        "One zip: **all figures** (a DuckDB file: marts, facts, your own entries, how each is defined) and "
        "**every file as received**, to the byte. Those hold what platforms put into them about buyers: keep "
        "them safe."
    )
    st.markdown(pick(zh, en))
    names = [(pick("我的全部数据 zip", "Everything that is mine, zip"), ":material/folder_zip:")]
    _show_takeout(
        _EVERYTHING, pick("打包全部数据", "Pack everything"), lambda: take_everything(viewer), names
    )


def _show_takeout(key: str, label: str, begin: Callable[[], Takeout], names: list[tuple[str, str]]) -> None:
    """The button; what is being made, with how far it is; then its files, each with a link to fetch it."""
    made: Takeout | None = st.session_state.get(key)
    if made is not None and made.outcome.done() and made.outcome.exception():
        del st.session_state[key]
        with TellFailure(label):
            made.outcome.result()
        made = None
    if made is None or made.is_gone:
        if st.button(label, type="primary", icon=":material/download:", key=f"{key}_begin"):
            st.session_state[key] = begin()
            st.rerun()
    elif not made.outcome.done():
        show_progress(made, _MEANWHILE)
    else:
        _show_files(made, names)
        if st.button(pick("重新做一份", "Make it again"), icon=":material/refresh:", key=f"{key}_again"):
            del st.session_state[key]
            st.rerun()


def _show_files(made: Takeout, names: list[tuple[str, str]]) -> None:
    with st.container(horizontal=True, gap="small"):
        for number, ((words, icon), path) in enumerate(zip(names, made.outcome.result(), strict=True)):
            size = _size(path.stat().st_size)
            label = pick(f"{words}（{size}）", f"{words} ({size})")
            st.link_button(label, f"/take_out/{made.id}/{number}", icon=icon)
    st.caption(pick("留一小时，过后重新做。", "Kept for an hour; make it again after that."))


def _month_name(month: str) -> str:
    """``2026年11月``; the one that is not over says so."""
    first, last = _days(month)
    is_over = last < today()
    zh = f"{first.year}年{first.month}月{'' if is_over else '（未完）'}"
    return pick(zh, f"{first:%B %Y}{'' if is_over else ' (not over)'}")


def _days(month: str) -> Period:
    first = dt.date.fromisoformat(f"{month}-01")
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MB" if count >= 2**20 else f"{max(1, count >> 10):,} KB"
