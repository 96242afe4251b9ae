"""What stands open on a page: how much and how old, why and what to do about it, the largest items, and
whether the statements close.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from contracts.codes import LEDGER, OPEN_REASON, OPEN_STEP
from dashboards.parts.page.language import capital, label, listed, pick
from dashboards.parts.page.money import NOTHING, count_orders, yuan
from dashboards.parts.page.table import in_words, named, show_table
from dashboards.parts.page.words import plain
from metrics.query.access import Viewer
from metrics.reports.open_book import STANDS, OpenBook, sums
from metrics.reports.sheets import Column, Sheet

_ITEM = {
    "open_fen": Column("金额", "amount", "fen"),
    "age_days": Column("天数", "age in days", "days"),
    "reason": Column("原因", "why"),
    "order_id": Column("订单", "order"),
    "step": Column("下一步", "next step"),
    "shop": Column("店铺", "shop"),
    "open_item_id": Column("编号", "id"),
}
_STATEMENT = {
    "month": Column("月份", "month"),
    "ledger": Column("对账", "statement"),
    "total_fen": Column("合计", "total", "fen"),
    "matched_fen": Column("已对上", "matched", "fen"),
    "explained_fen": Column("自有划转", "own movements", "fen"),
    "listed_fen": Column("未结", "open", "fen"),
    "residual_fen": Column("差", "difference", "fen"),
    "shop": Column("店铺", "shop"),
}
#: Ledger → the ledgers of statements without which nobody knows of it: a bill's, an account's.
_TOLD_BY = {
    "order": {"settlement"},
    "funding": {"settlement", "fund"},
    "settlement": {"settlement"},
    "fund": {"fund"},
}
_GIVEN = {"settlement": ("结算单", "settlement bill"), "fund": ("资金流水", "account flow")}


def show_totals(book: OpenBook) -> None:
    """A line per ledger: what is still to come, and what is to go back, never one against the other."""
    rows = {row["ledger_code"]: row for row in sums(book.items).iter_rows(named=True)}
    given = set(book.statements["ledger_code"])
    finished = int(book.items.filter(open_reason_code="order_unsettled")["open_fen"].sum())
    with st.container(border=True, width=720, gap="small"):
        for code, (zh, en) in STANDS.items():
            untold = [pick(*words) for name, words in _GIVEN.items() if name in _TOLD_BY[code] - given]
            told, figure = _told(rows.get(code), untold)
            _line(f"**{pick(zh, capital(en))}**  \n{told}", figure)
            if code == "order" and finished:
                st.markdown(f"{pick('其中已完成的', 'of finished orders')} **{yuan(finished)}**")
    st.caption(
        pick(
            "四项各看各的，不相加。订单按支付减退款算，平台的费用还没扣；天数算到各店最新的数据。",
            "Read each by itself; they do not add up. Orders are paid less returned, before the platform's "
            "charges; ages run to each shop's newest data.",
        )
    )


def _told(row: Mapping[str, Any] | None, untold: list[str]) -> tuple[str, str]:
    """How many and how old, and the figure; what is missing where nobody can say."""
    if row is None:
        never = pick("还没有给过", "not given yet: ") + listed(untold)
        return (f":orange[{never}]", NOTHING) if untold else (f":gray[{pick('没有', 'none')}]", yuan(0))
    return f":gray[{_counted(row)}]", _figure(row)


def show_reasons(items: pl.DataFrame) -> None:
    """Why it stands open, and the next step, a block per reason."""
    with st.container(width=720):
        for row in sums(items, "open_reason_code").iter_rows(named=True):
            code = row["open_reason_code"]
            why = pick(OPEN_REASON.zh(code), capital(OPEN_REASON.en(code)))
            with st.container(gap=None):
                _line(f"**{why}**  \n:gray[:small[{_counted(row)}]]", _figure(row))
                st.markdown(f"→ {label(OPEN_STEP, code)}")


def choose_item(viewer: Viewer, items: pl.DataFrame, names: Mapping[str, str]) -> dict[str, Any] | None:
    """The largest items, of one reason where a person chooses one; the one they pick is returned."""
    reasons = sums(items, "open_reason_code")["open_reason_code"].unique(maintain_order=True).to_list()
    if len(reasons) > 1:
        reason = st.selectbox(
            pick("原因", "Reason"),
            ["", *reasons],
            format_func=lambda code: label(OPEN_REASON, code) if code else pick("全部原因", "All reasons"),
            key="open_items_reason",
        )
        items = items.filter(open_reason_code=reason) if reason else items
    rows = items.with_columns(
        reason=in_words("open_reason_code", OPEN_REASON),
        step=in_words("open_reason_code", OPEN_STEP),
        shop=named("shop_id", names),
    )
    picked = show_table(
        viewer,
        Sheet(pick("未结明细", "Open items"), _ITEM, rows),
        picks=True,
        leads=("reason", "open_fen", "age_days"),
    )
    # reasons are not added up: one may say the same money from the other side
    is_one = items["open_reason_code"].n_unique() == 1
    sum_of = f"**{yuan(int(items['open_fen'].sum()))}**"
    total = pick(f"相加 {sum_of}。", f"{sum_of} in all. ") if is_one else ""
    st.caption(total + pick("选一行看原始数据。", "Choose a row to see it as received."))
    return picked


def show_statements(viewer: Viewer, book: OpenBook, names: Mapping[str, str]) -> None:
    """Each month's statement, what it is made of, and what is left over, always said."""
    rows = book.statements.with_columns(
        month=pl.col("business_month").replace({"undated": pick("没写日期", "no date")}),
        ledger=in_words("ledger_code", LEDGER),
        shop=named("shop_id", names),
    )
    sheet = Sheet(pick("对账单", "Statements"), _STATEMENT, rows)
    show_table(viewer, sheet, leads=("month", "ledger", "listed_fen", "residual_fen"))
    if book.residual_fen:
        left = yuan(book.residual_fen)
        st.error(pick(f"还差 {left} 没有去处。", f"{left} is not accounted for."), icon=":material/error:")
    else:
        zh = f"{rows.height:,} 行，每行 合计 = 已对上 + 自有划转 + 未结，差 **0 分**。"
        en = f"{rows.height:,} rows; each total = matched + own movements + open, to **0 fen**."
        st.caption(pick(zh, en))


def tell_silent(silent: pl.DataFrame, names: Mapping[str, str]) -> None:
    """Which shops never gave what this page compares with."""
    no_bill, no_account = ~pl.col("has_bill"), ~pl.col("has_account")
    for rows, word, en in (
        (silent.filter(no_bill & no_account), "结算单和资金流水", "a settlement bill or an account flow"),
        (silent.filter(no_bill & ~no_account), "结算单", "a settlement bill"),
        (silent.filter(~no_bill & no_account), "资金流水", "an account flow"),
    ):
        if not rows.is_empty():
            told = listed(plain(names.get(shop, shop), 20) for shop in rows["shop_id"])
            zh = f"还没有给过{word}：{told}。给了才知道差多少。"
            st.caption(
                f":orange[:material/help:] {pick(zh, f'Never gave {en}: {told}. Only then is it known.')}"
            )


def _line(told: str, figure: str) -> None:
    """Words on the left, the amount on the right, which a phone keeps on one row."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
    ):
        st.markdown(told, width="content")
        st.markdown(figure, width="content", text_alignment="right")


def _counted(row: Mapping[str, Any]) -> str:
    orders, items = row["orders_qty"], row["items_qty"]
    counted = (
        pick(f"{orders:,} 单", count_orders(orders))
        if row["ledger_code"] == "order"
        else pick(f"{items:,} 笔", f"{items:,} items")
    )
    days = row["oldest_days"]
    oldest = (
        pick("没写日期", "no date") if days is None else pick(f"最久 {days:,} 天", f"oldest {days:,} days")
    )
    return f"{counted} · {oldest}"


def _figure(row: Mapping[str, Any]) -> str:
    """What is to come, and what is to go back below it."""
    parts = [f"**{yuan(row[name])}**" for name in ("to_come_fen", "to_go_fen") if row[name]]
    to_go = pick("要扣", "to go back")
    return f"  \n:gray[:small[{to_go}]] ".join(parts) or f"**{yuan(0)}**"
