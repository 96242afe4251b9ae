"""Profit on a page: what it is of, what took how much, and who brings it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts.page.beside import show_beside, spark
from dashboards.parts.page.book import put_figures
from dashboards.parts.page.language import pick
from dashboards.parts.page.money import short_yuan, yuan
from dashboards.parts.page.table import named, show_table
from dashboards.parts.page.way import show_way
from dashboards.parts.page.windows import Window
from dashboards.parts.page.words import about
from metrics.query.access import Viewer
from metrics.query.amounts import share as cut_share
from metrics.query.ask import Answer
from metrics.reports.profit_steps import ProfitSteps
from metrics.reports.sheets import Column, Sheet
from metrics.reports.staying.compared import Compared

_METRICS = ("contribution", "gross_profit", "cost_coverage")
_COLUMNS = {
    "contribution": Column("贡献利润", "contribution", "fen"),
    "gross_profit": Column("毛利", "gross profit", "fen"),
    "cost_coverage": Column("已知成本", "known cost", "fraction"),
    "part": Column("利润占支付", "contribution to paid", "fraction"),
    "paid_fen": Column("支付", "paid", "fen"),
}
_HALF = 0.5


def show_summary(answer: Answer, found: ProfitSteps, window: Window, beside: Compared) -> None:
    """Contribution and gross profit large, and in plain words how much of the business they are of."""
    row = answer.rows.row(0, named=True)
    put_figures({name: row[name] for name in _METRICS}, window.period, answer=answer)
    with st.container(border=True, gap="xxsmall"):
        told = {
            "contribution": pick("贡献利润（未扣推广）", "Contribution (before advertising)"),
            "gross_profit": pick("毛利", "Gross profit"),
        }
        for column, (metric, title) in zip(st.columns(2), told.items(), strict=True):
            with column.container(gap=None):
                st.metric(title, short_yuan(row[metric]), help=about(metric), **_line(metric, beside))
                show_way(metric, window.period, "profit")
        st.caption(window.days)
        if row["contribution"] is not None:
            show_beside(window, beside, "contribution")
        st.markdown(_covered(found))
    if found.unbilled_fen:
        unbilled = yuan(found.unbilled_fen)
        zh = f"其中 {unbilled} 支付的订单还没有结算单，平台费和佣金还没扣，利润偏高。"
        en = f"Orders of {unbilled} have no bill yet: fees and commissions are still to come off."
        st.caption(pick(zh, en))


def _line(metric: str, beside: Compared) -> dict[str, Any]:
    """The sparkline, which is of the first of both."""
    return spark(beside) if metric == "contribution" else {}


def _covered(found: ProfitSteps) -> str:
    """How much of paid value has a known cost, in words; orange where it is less than half."""
    if found.paid_fen is None or found.untold_fen is None:
        zh = "这段时间的订单文件还没给，不知道支付了多少。"
        return f":gray[{pick(zh, 'No order file of these days was given yet: what was paid is unknown.')}]"
    if not found.paid_fen:
        return f":gray[{pick('这段时间没有支付。', 'Nothing was paid in this period.')}]"
    known = found.paid_fen - found.untold_fen
    if not known:
        zh = "**还没有一件商品的成本**，所以没有利润可算，也不猜。到「成本」页放上成本表就有了。"
        en = (
            "**No cost is known yet**, so no profit is worked out or guessed. Give your costs on the page "
            "“Costs”."
        )
        return f":orange[:material/help: {pick(zh, en)}]"
    if not found.untold_fen:
        zh = "**已知成本 100%**：每一笔支付的成本都知道。"
        return f":green[:material/check: {pick(zh, '**100% of costs known**: every item paid for.')}]"
    part = cut_share(known, found.untold_fen)
    zh = f"**已知成本 {part}**：另有 {yuan(found.untold_fen)} 支付的商品不知道成本，没算进利润，不当成 0。"
    colour = "orange" if known / found.paid_fen < _HALF else "gray"
    en = (
        f"**{part} of costs known**: another {yuan(found.untold_fen)} was paid for goods of unknown cost, "
        "which "
        "is left out of profit and not taken for free."
    )
    return f":{colour}[:material/info: {pick(zh, en)}]"


def show_members(
    viewer: Viewer, answer: Answer, rows: pl.DataFrame, what: tuple[str, str], names: Mapping[str, str]
) -> None:
    """One row per member of what ``answer`` is split by (``what`` in Chinese and English), in the order of
    ``rows``: profit, how much of it has a known cost, paid value.
    """
    is_known = pl.col("cost_coverage") == 1
    told = rows.with_columns(
        name=named(rows.columns[0], names),
        cost_coverage=pl.when(pl.col("cost_coverage") > 0).then("cost_coverage"),
        part=pl.when(is_known & (pl.col("paid_fen") != 0)).then(pl.col("contribution") / pl.col("paid_fen")),
    )
    columns = {"name": Column(*what)} | _COLUMNS
    sheet = Sheet(f"{pick('利润', 'Profit')} {pick(*what)}", columns, told, _METRICS, answer)
    show_table(viewer, sheet, leads=["name", *_COLUMNS])
