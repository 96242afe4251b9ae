"""Goods on hand on a page: what they come to, a picture by style, and the table behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.parts.page.book import put_figures
from dashboards.parts.page.charts import show_kept_bars
from dashboards.parts.page.findings import show_finding
from dashboards.parts.page.language import pick
from dashboards.parts.page.money import NOTHING, percent, times
from dashboards.parts.page.table import named, show_table
from dashboards.parts.page.words import about, plain, visible
from metrics.query.access import Viewer
from metrics.query.ask import Answer
from metrics.reports.sheets import Column, Sheet

_DRAWN = 8
_COLUMNS = {
    "sku": Column("商家编码", "SKU"),
    "closing_stock": Column("库存", "on hand", "count"),
    "kept_units_30": Column("30天净销", "kept, 30 days", "count"),
    "returns_in_transit": Column("退货在途", "coming back", "count"),
    "sell_through": Column("售罄率", "sell-through", "fraction"),
    "stock_to_sales": Column("库销比", "stock to sales", "ratio"),
    "received_units": Column("到货", "received", "count"),
    "name": Column("款", "style"),
}
_OF_METRICS = (
    "closing_stock", "kept_units_30", "returns_in_transit", "sell_through", "stock_to_sales",
    "received_units",
)  # fmt: skip
_CARDS = {
    "sell_through": ("售罄率", "Sell-through"),
    "stock_to_sales_with_returns": ("库销比（含在途）", "Stock to sales"),
    "moving_rate_30": ("动销率（30天）", "SKUs that sell"),
    "returns_in_transit": ("在途退货", "Coming back"),
}

#: What a person looks for → its heading, the rows it is about, and the column by which they are sorted,
#: largest first.
LOOKS = {
    "lying": ("压着的", "Lying", pl.col("closing_stock") > 0, "closing_stock"),
    "gone": (
        "卖光的",
        "Sold out",
        (pl.col("closing_stock") == 0) & (pl.col("kept_units_30") > 0),
        "kept_units_30",
    ),
    "back": ("退货在路上", "Coming back", pl.col("returns_in_transit") > 0, "returns_in_transit"),
}


def show_cards(answer: Answer) -> None:
    """The shop's four figures, empty where nobody tells what they are made of."""
    row = answer.rows.row(0, named=True)
    put_figures(row, answer=answer)
    with st.container(border=True, gap="xxsmall"):
        with st.container(horizontal=True, gap="medium"):
            for name, title in _CARDS.items():
                st.metric(pick(*title), figure(name, row[name]), help=about(name), width=140)
        st.markdown(in_words(row))


def in_words(row: Mapping[str, Any]) -> str:
    """What a shop holds and what of it moves, in one sentence; what is to be done where nobody told."""
    if row["closing_stock"] is None:
        kept = row["kept_units_30"]
        sold = (
            ("", "") if kept is None else (f"近 30 天净销 {kept:,} 件。", f"{kept:,} units kept in 30 days. ")
        )
        zh = f"{sold[0]}**这家店还没录库存**：在下面录到货和盘点；没说的不猜，也不当成 0。"
        en = (
            f"{sold[1]}**This shop has no stock entered yet**: enter arrivals and counts below; what is not "
            "entered is not guessed, and not taken for 0."
        )
        return f":orange[:material/help: {pick(zh, en)}]"
    if not any(
        row[name] for name in ("closing_stock", "unsold_skus", "sold_out_skus")
    ):  # none told, or all told as 0 and nothing sold: the sums cannot say
        zh = "**没有这个店铺有货的记录**：到货和盘点还没录，或都录成了 0；没说的不猜。"
        en = (
            "**No goods on record**: arrivals and counts were not entered, or all of them as 0; nothing is "
            "guessed."
        )
        return f":orange[:material/help: {pick(zh, en)}]"
    zh = (
        f"手上 **{row['closing_stock']:,}** 件：**{row['unsold_skus']:,}** 个 SKU 30 "
        f"天没动，**{row['sold_out_skus']:,}** 个卖光了。"
    )
    en = (
        f"**{row['closing_stock']:,}** units on hand: **{row['unsold_skus']:,}** SKUs did not sell in 30 "
        "days, "
        f"**{row['sold_out_skus']:,}** are sold out."
    )
    return pick(zh, en)


def figure(metric: str, value: float | None) -> str:
    """A figure of this page as people read it."""
    if value is None:
        return NOTHING
    if metric in ("sell_through", "moving_rate_30"):
        return percent(value)
    if metric.startswith("stock_to_sales"):
        return times(value)
    return pick(f"{int(value):,} 件", f"{int(value):,}")


def show_picture(rows: pl.DataFrame, names: Mapping[str, str]) -> None:
    """The first styles of ``rows`` as sorted: stock behind, what was kept in 30 days before it."""
    drawn = rows.head(_DRAWN)
    show_finding(_most(drawn, names))
    stock, sold = pick("库存", "on hand"), pick("30天净销", "kept in 30 days")
    told = [
        (f"{stock} {row['closing_stock']:,} · " if row["closing_stock"] is not None else "")
        + f"{sold} {row['kept_units_30']:,}"
        for row in drawn.iter_rows(named=True)
    ]
    shown = drawn.with_columns(
        name=pl.Series([visible(names.get(code, code), 24) for code in drawn["style"]], dtype=pl.String),
        figures=pl.Series(told, dtype=pl.String),
    )
    show_kept_bars(
        shown.with_columns(pl.col("closing_stock").fill_null(0)),
        pick("各款库存与近30天净销", "Stock and units kept in 30 days, by style"),
        front="kept_units_30", back="closing_stock",
    )  # fmt: skip
    st.caption(pick("浅色是库存，深色是近 30 天净销的件数。", "Light: on hand; dark: units kept in 30 days."))


def _most(rows: pl.DataFrame, names: Mapping[str, str]) -> tuple[str, str]:
    """The style that stands first, and what of it lies and sells."""
    if rows.is_empty():
        return "没有款式信息", "No style is known"
    row = rows.row(0, named=True)
    name, sold = plain(names.get(row["style"], row["style"]), 24), row["kept_units_30"]
    zh, en = f"第一位是{name}：", f"First is {name}: "
    if row["closing_stock"] is not None:
        zh, en = f"{zh}库存 {row['closing_stock']:,} 件，", f"{en}{row['closing_stock']:,} on hand, "
    return f"{zh}近 30 天净销 {sold:,} 件", f"{en}{sold:,} kept in 30 days"


def show_goods(viewer: Viewer, answer: Answer, rows: pl.DataFrame, names: Mapping[str, str]) -> None:
    """One row per SKU, in the order of ``rows``."""
    told = rows.with_columns(
        pl.col("sku").replace({"untold": pick("没有商家编码", "no SKU code")}),
        received_units=pl.col("received_units").replace({0: None}),
        name=named("style", names),
    )
    sheet = Sheet(pick("库存明细", "Stock by SKU"), _COLUMNS, told, _OF_METRICS, answer)
    show_table(viewer, sheet, leads=("sku", "closing_stock", "kept_units_30", "sell_through"))
