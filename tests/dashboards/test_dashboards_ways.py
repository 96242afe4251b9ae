"""The way from a figure to its passport, with its metric and its days, and the days a person can choose
there.
"""

from __future__ import annotations

import datetime as dt

import pytest
from dashboards_cases import PASSWORD, ROOT, TODAY
from screen import everything, open_app, run_page, sign_in
from streamlit.testing.v1 import AppTest

from dashboards.parts.page import way
from dashboards.parts.page.way import Asked
from metrics.query import access
from metrics.query.access import Viewer
from metrics.query.ask import ask
from warehouse.place import Place

YESTERDAY = TODAY - dt.timedelta(days=1)
LAST = (
    (TODAY.replace(day=1) - dt.timedelta(days=1)).replace(day=1),
    TODAY.replace(day=1) - dt.timedelta(days=1),
)


@pytest.fixture
def a(house: Place) -> Viewer:
    return access.sign_in(house, "a", PASSWORD)


def headline(app: AppTest) -> str:
    """The figure of the passport on the page."""
    return (
        next(item.value for item in app.markdown if item.value.startswith("### "))
        .removeprefix("### ")
        .split("  \n")[0]
    )


def figure(viewer: Viewer, metric: str, first: dt.date, last: dt.date) -> str:
    return f"¥{ask(viewer, [metric], period=(first, last)).rows[metric].item() / 100:,.2f}"


def test_one_tap_leads_from_yesterdays_figure_to_its_passport(a: Viewer) -> None:
    app = sign_in(open_app(), "a", PASSWORD)
    app.button(key="way_昨天_matured_net").click().run()
    assert not app.exception and not app.error
    assert (app.selectbox(key="passport_metric").value, app.selectbox(key="passport_period").value) == (
        "matured_net",
        "昨天",
    )
    assert headline(app) == figure(a, "matured_net", YESTERDAY, YESTERDAY)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (
            "overview",
            {"way_昨天_matured_net", "way_近7天_matured_net", "way_近30天_matured_net"},
        ),
        ("matured", {"way_matured_matured_net"}),
        ("ads", {"way_ads_ad_spend", "way_ads_matured_roi"}),
        ("profit", {"way_profit_contribution", "way_profit_gross_profit"}),
        ("ladder", {"way_ladder_placed_gmv", "way_ladder_net_by_order_date", "way_ladder_funded"}),
    ],
)
def test_figures_have_a_way_to_their_passports(a: Viewer, path: str, keys: set[str]) -> None:
    assert keys <= {str(item.key) for item in run_page(path, a, passport_page="the page").button}


def test_nobody_without_passports_is_shown_a_way_to_them(a: Viewer) -> None:
    assert not [item for item in run_page("overview", a).button if str(item.key).startswith("way_")]


def test_days_no_choice_names_come_along_as_ones_own(a: Viewer) -> None:
    first, last = TODAY - dt.timedelta(days=39), TODAY - dt.timedelta(days=30)
    app = run_page(
        "passport",
        a,
        passport_asked=Asked("paid_gmv", (first, last)),
        passport_metric="aov",
        passport_period="昨天",
    )
    assert (app.selectbox(key="passport_metric").value, app.selectbox(key="passport_period").value) == (
        "paid_gmv",
        "自选日期",
    )
    assert app.date_input(key="passport_days").value == (first, last)
    assert headline(app) == figure(a, "paid_gmv", first, last)
    app.date_input(key="passport_days").set_value((last, last)).run()
    assert headline(app) == figure(a, "paid_gmv", last, last), "what was asked for once does not come back"
    app.date_input(key="passport_days").set_value((last,)).run()
    assert "选开始和结束两个日期" in everything(app) and not app.exception


def test_a_channels_card_leads_to_the_passport_of_that_channel(
    a: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way.st, "switch_page", lambda page: None)  # a page alone has no others to go to
    cell, period = (
        {"platform": "douyin", "channel": "creator_live"},
        (TODAY - dt.timedelta(days=30), YESTERDAY),
    )
    app = run_page("channels", a, passport_page="the page")
    for name, value in cell.items():
        app.query_params[name] = value
    (key,) = [str(item.key) for item in app.run().button if str(item.key).startswith("way_近30天")]
    app.button(key=key).click().run()
    asked = app.session_state["passport_asked"]
    assert (asked.cell, asked.period) == (cell, period)
    shown = run_page("passport", a, passport_asked=Asked("net_by_order_date", period, cell))
    assert [shown.selectbox(key=f"passport_{name}").value for name in cell] == list(cell.values())
    alone = ask(a, ["net_by_order_date"], where=cell, period=period).rows.item()
    assert headline(shown) == f"¥{alone / 100:,.2f}" != figure(a, "net_by_order_date", *period)
    shown.selectbox(key="passport_platform").select("").run()
    wider = ask(a, ["net_by_order_date"], where={"channel": "creator_live"}, period=period).rows.item()
    assert headline(shown) == f"¥{wider / 100:,.2f}"


def test_a_whole_month_and_yesterday_can_be_chosen(a: Viewer) -> None:
    app = run_page("passport", a)
    offered = app.selectbox(key="passport_period")
    month = f"{LAST[0].year}年{LAST[0].month}月"
    assert (
        offered.value == "近30天"
        and offered.options[:4] == ["昨天", "近7天", "近30天", "今天（未完）"]
        and {month, "自选日期"} < set(offered.options)
    )
    offered.select(month).run()
    assert headline(app) == figure(a, "net_by_order_date", *LAST)


def test_the_tour_names_each_page_once() -> None:
    lines = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8").splitlines()
    named = [line.split("**")[1] for line in lines if line.startswith("- **")]
    assert len(named) > 5 and sorted(named) == sorted(set(named))
