"""What a merchant sees of it: the passport page down to the received row, and the line that says what moved
since the last look.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from proof_cases import ANEW, SECOND, merchants, owner_of, published
from screen_of import page_of
from streamlit.testing.v1 import AppTest

from dashboards.parts.page import period
from dashboards.parts.page.money import yuan
from dashboards.parts.page.way import Asked
from dashboards.views.merchant import sharing
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.explain import order_lines
from metrics.query.lineage import EVIDENCE_KINDS
from metrics.reports.restated import last_look, look, restatements
from pipeline.counter import raw_rows
from warehouse import accounts
from warehouse.settings import Settings

_SCRIPT = """
import streamlit as st
from dashboards.parts.page.failure import TellFailure
from dashboards.parts.figures.passport import show_raw_row
from dashboards.parts.figures.restated import show_restated
from dashboards.views.merchant import passport
parts = {"passport": passport.show, "restated": show_restated, "row": lambda row: show_raw_row(row)}
with TellFailure("页面"):
    parts[st.session_state["part"]](st.session_state["looking"])
"""


def shown(part: str, looking: object, **chosen: str) -> AppTest:
    app = AppTest.from_string(_SCRIPT, default_timeout=60)
    for name, value in chosen.items():
        app.session_state[name] = value
    app.session_state["part"], app.session_state["looking"] = part, looking
    return app.run()


def text(app: AppTest) -> str:
    return "\n".join(str(item.value) for item in [*app.markdown, *app.caption, *app.warning, *app.error])


def test_the_passport_page(house: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = owner_of(house)
    days = ask(viewer, ["paid_gmv"], by=["date"]).rows["date"]
    monkeypatch.setattr(period, "today", lambda: days.max())
    app = shown("passport", viewer)
    said = text(app)
    assert not app.exception and not app.error and not app.warning
    last = published(house)[ANEW]
    assert f"\\#{last.number}" in said and "支付金额" in said and "通过" in said
    tables = [item.value for item in app.dataframe]
    assert any("SHA-256" in table.columns for table in tables) and any(
        "子订单" in table.columns for table in tables
    )
    app.selectbox(key="passport_metric").set_value("return_rate_value").run()
    assert not app.exception and not app.error and "%" in text(app)


@pytest.mark.parametrize("metric", ["paid_gmv", "net_by_order_date", "paid_orders", "gross_profit"])
def test_the_passport_page_says_what_ask_says_and_shows_all_that_adds_up_to_it(
    house: Settings, metric: str
) -> None:
    viewer = owner_of(house, 1)
    days = ask(viewer, ["paid_gmv"], by=["date"]).rows["date"]
    first, last = days.min(), days.max()
    assert isinstance(first, dt.date) and isinstance(last, dt.date)
    figure = ask(viewer, [metric], period=(first, last)).rows[metric].item()
    app = shown("passport", viewer, passport_asked=Asked(metric, (first, last)))
    item, is_money = METRICS[metric], METRICS[metric].unit.startswith("fen")
    told = yuan(figure) if is_money else f"{figure:,}"
    assert figure and f"### {told}  \n{item.zh}" in text(app) and f"全部相加 **{told}**。" in text(app)
    column = "金额" if is_money else "数量"
    (table,) = (item.value for item in app.dataframe if column in item.value.columns)
    assert round(table[column].sum() * (100 if is_money else 1)) == figure
    assert len(table) == order_lines(viewer, metric, {}, period=(first, last)).rows.height < 500


@pytest.mark.parametrize(
    ("metric", "kinds"),
    [
        ("matured_net", {"现在留下"}),
        ("launched_styles", {"上新首单", "上新期内"}),
        ("sell_through", {"到货（录入）", "留存件数"}),
    ],
)
def test_the_passport_of_an_estimate_a_launch_and_of_stock(
    house: Settings, monkeypatch: pytest.MonkeyPatch, metric: str, kinds: set[str]
) -> None:
    """Each ends in lines that say what they are and add up; an estimate says how much of it is one."""
    viewer = owner_of(house, 1)
    monkeypatch.setattr(period, "today", lambda: ask(viewer, ["paid_gmv"], by=["date"]).rows["date"].max())
    app = shown("passport", viewer, passport_metric=metric)
    assert not app.exception and not app.error and not app.warning
    (table,) = (item.value for item in app.dataframe if "是什么" in item.value.columns)
    assert kinds <= set(table["是什么"]) <= {zh for zh, _ in EVIDENCE_KINDS.values()}
    assert ("行是估计" in "".join(item.value for item in app.info)) == (metric == "matured_net")


def test_a_received_row_on_the_page(house: Settings) -> None:
    viewer = owner_of(house)
    line = order_lines(viewer, "paid_gmv", {}).rows.row(0, named=True)
    row = raw_rows(viewer, line)[0]
    app = shown("row", row)
    assert not app.exception and row.export_id[:16] in text(app)
    assert line["order_id"] in "".join(app.dataframe[0].value["原值"])


def test_what_moved_since_the_last_look_is_one_line_for_the_session_and_gone_for_the_next(
    house: Settings,
) -> None:
    mine = merchants(house)[0]
    accounts.add(house.place, "掌柜", "密码密码密码密码", role="merchant", merchant_id=mine)
    viewer = Viewer(house.place, "掌柜", "merchant", mine, has_account=True)
    try:
        assert text(shown("restated", viewer)) == "", "nothing has moved since nobody looked"
        seen, now = published(house)[SECOND].number, published(house)[ANEW].number
        assert last_look(viewer) == now
        look(viewer, seen)
        app = shown("restated", viewer)
        rows = restatements(viewer, since=seen)
        assert f"发布 \\#{seen}" in text(app)
        assert yuan(abs(rows.filter(metric_id="net_by_order_date")["restated_number"].sum())) in text(app)
        assert app.dataframe[0].value.shape[0] == min(500, rows.height)
        assert text(app.run()) == text(app) != "", "it stays while the session lasts"
        assert last_look(viewer) == now and text(shown("restated", viewer)) == ""
    finally:
        accounts.remove(house.place, "掌柜")


def test_what_is_shared_is_what_ask_says_month_by_month(house: Settings) -> None:
    viewer = owner_of(house, 1)
    asked = ask(viewer, ["paid_gmv", "net_by_order_date"], by=["month"]).rows.filter(pl.col("paid_gmv") != 0)
    months, every = (item.value for item in page_of(sharing.show, viewer).dataframe)
    told = pl.from_pandas(months).select(
        month=pl.col("月份"),
        kept=(pl.col("留下（元）") * 100).round().cast(pl.Int64),
        back=(pl.col("退回（元）") * 100).round().cast(pl.Int64),
    )
    true = asked.select(
        month=pl.col("month").cast(pl.String).str.head(7),
        kept="net_by_order_date",
        back=pl.col("paid_gmv") - pl.col("net_by_order_date"),
    )
    assert told.height >= 2 and told.sort("month").equals(true.sort("month"))
    assert round(every["留下"].sum() * 100) == true["kept"].sum()
