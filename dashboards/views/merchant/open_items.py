"""平台还没结给我的钱: what the platform still owes and what nobody can place yet, for which orders, since
when, and what to do about it.
"""

from __future__ import annotations

import streamlit as st

from dashboards.parts.figures.open_items import (
    choose_item,
    show_reasons,
    show_statements,
    show_totals,
    tell_silent,
)
from dashboards.parts.figures.passport import show_raw_row
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, opening, show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.words import plain
from metrics.query.access import Viewer
from metrics.query.labels import labels
from metrics.reports.open_book import OpenBook, line_of, open_book
from pipeline.counter import raw_rows

CARD = Card("open_items", "平台还没结给我的钱", "Not settled yet", ":material/pending_actions:", 12)


def show(viewer: Viewer) -> None:
    """Totals first, then why, then which, then the statements they belong to; each part fails alone."""
    names = labels(viewer, "shop")
    shop = st.selectbox(
        pick("店铺", "Shop"),
        ["", *names],
        format_func=lambda code: plain(names[code], 30) if code else pick("全部店铺", "All shops"),
        key="open_items_shop",
        label_visibility="collapsed",
    )
    with loading():
        book = open_book(viewer, shop=shop or "")
    if book.statements.is_empty() and book.items.is_empty():
        _show_nothing(book, shop or "")
        tell_silent(book.silent, names)
        return
    show_heading("还没结清的", "Still open")
    show_totals(book)
    tell_silent(book.silent, names)
    if book.items.is_empty():
        st.success(
            pick("**给过的账单都对上了，没有未结的。**", "**All bills given are matched: nothing is open.**"),
            icon=":material/check_circle:",
        )
    else:
        show_heading("为什么，下一步", "Why, and the next step")
        show_reasons(book.items)
        show_heading("是哪些", "Which")
        with TellFailure(pick("明细", "Items")):
            _show_items(viewer, book, names)
    show_heading("每张账单的每一分", "Every fen of each statement")
    with TellFailure(pick("对账单", "Statements")):
        show_statements(viewer, book, names)


def _show_nothing(book: OpenBook, shop: str) -> None:
    if not shop and book.silent.is_empty():
        show_empty(
            "**发布的数据里还没有付款订单，也没有账单。**",
            "The released data has neither paid orders nor bills yet.",
        )
        return
    who = "这家店" if shop else "还没有一家店"
    told = f"{who}{'还没给' if shop else '给'}过结算单和资金流水。"
    show_empty(
        f"**{told}** "
        "在「上传」页交上平台的结算单，就知道平台还欠哪些订单；再交资金流水，就知道哪些钱没到账。",
        "**Neither a settlement bill nor an account flow was given yet.** Upload the platform's settlement "
        "bill "
        "to see which orders it still owes, and the account flow to see what did not arrive.",
    )


def _show_items(viewer: Viewer, book: OpenBook, names: dict[str, str]) -> None:
    item = choose_item(viewer, book.items, names)
    if item is None:
        return
    show_heading("原始行", "Rows as received")
    with opening():
        rows = raw_rows(viewer, line_of(item))
    for row in rows:
        show_raw_row(row)
    if not rows:
        st.caption(pick("没有找到这一笔的原始行。", "No received row was found."))
