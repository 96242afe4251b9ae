"""库存: what lies, what is sold out, what is coming back, by shop.

And the list of goods received and counted.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import streamlit as st

from dashboards.parts.entering.entry_form import is_under_way, show_delivery, show_list
from dashboards.parts.figures.stock import LOOKS, show_cards, show_goods, show_picture
from dashboards.parts.page.failure import TellFailure, show_empty
from dashboards.parts.page.frame import loading, show_heading
from dashboards.parts.page.language import pick
from dashboards.parts.page.menu import Card
from dashboards.parts.page.words import day as day_name
from dashboards.parts.page.words import remark, visible
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.labels import labels
from metrics.query.question import Period
from pipeline.counter import entry_list, shops

CARD = Card("stock", "库存", "Stock", ":material/inventory_2:", 15)

_OF_SHOP = [
    "sell_through", "stock_to_sales_with_returns", "moving_rate_30", "returns_in_transit", "closing_stock",
    "kept_units_30", "unsold_skus", "sold_out_skus",
]  # fmt: skip
_OF_GOODS = [
    "closing_stock",
    "kept_units_30",
    "returns_in_transit",
    "sell_through",
    "stock_to_sales",
    "received_units",
]


def show(viewer: Viewer) -> None:
    """A list under way or done, else the shop's goods and the way to tell of them."""
    stock = entry_list("stock")
    if is_under_way(stock):
        show_delivery(viewer, stock)
        return
    if not shops(viewer):
        show_empty(
            "**还没有登记店铺。** 请管理员先登记店铺。",
            "No shop is registered yet; ask your operator.",
            icon=":material/storefront:",
        )
        return
    with loading():
        days = (
            ask(viewer, ["kept_units_30"], by=["shop", "date"])
            .rows.group_by("shop")
            .agg(pl.col("date").max())
            .sort("shop")
        )
    if days.is_empty():
        show_empty(
            "**发布的数据里还没有付款订单，也没有库存。**",
            "The released data has neither paid orders nor stock yet.",
        )
    else:
        with TellFailure(pick("库存", "Stock")):
            _show_shop(viewer, dict(days.iter_rows()))
    with TellFailure(pick("到货和盘点", "Arrivals and counts")):
        show_heading("录到货和盘点", "Received and counted")
        show_list(viewer, stock)


def _show_shop(viewer: Viewer, newest: dict[str, dt.date]) -> None:
    names = labels(viewer, "shop")
    shop = st.selectbox(
        pick("店铺", "Shop"),
        list(newest),
        format_func=lambda code: visible(names.get(code, code), 30),
        key="stock_shop",
        label_visibility="collapsed",
    )
    day = newest[shop]
    where, period = {"shop": shop}, (day, day)
    answer = ask(viewer, _OF_SHOP, where=where, period=period)
    show_heading(f"库存 · {day_name(day)}", f"Stock · {day_name(day)}")
    show_cards(answer)
    _show_goods(viewer, where, period, is_told=answer.rows["closing_stock"].item() is not None)
    for note in answer.notes:
        st.caption(remark(note))


def _show_goods(viewer: Viewer, where: dict[str, str], period: Period, *, is_told: bool) -> None:
    look = st.segmented_control(
        pick("看", "Look at"),
        list(LOOKS),
        default="lying",
        required=True,
        format_func=lambda name: pick(*LOOKS[name][:2]),
        key="stock_look",
        label_visibility="collapsed",
    )
    _, english, wanted, by = LOOKS[look or "lying"]
    answer = ask(viewer, _OF_GOODS, by=["style", "sku"], where=where, period=period)
    goods = answer.rows.filter(wanted)
    if goods.is_empty():
        zh, en = (
            ("没有这样的货。", f"None: {english.lower()}.")
            if is_told or look == "back"
            else ("没有库存记录，看不出来。", "No stock on record: cannot be seen.")
        )
        st.markdown(f":gray[{pick(zh, en)}]")
        return
    names = labels(viewer, "style")
    styles = ask(viewer, _OF_GOODS, by=["style"], where=where, period=period).rows.join(
        goods.select("style").unique(), on="style", how="semi"
    )
    show_picture(
        styles.filter(pl.col("style") != "untold").sort(
            by, "style", descending=[True, False], nulls_last=True
        ),
        names,
    )
    goods = goods.sort(by, "style", "sku", descending=[True, False, False], nulls_last=True)
    show_goods(viewer, answer, goods, names)
