"""The page 对平: a number read off a platform is led to ours, a wrong one leaves a rest, and a line of a step
opens onto its received row.
"""

from __future__ import annotations

import datetime as dt

import pytest
from proof_cases import owner_of
from screen_of import page_of, text
from streamlit.testing.v1 import AppTest
from truth_cases import FIRST, LATER, small_market

from dashboards.views.merchant import match as page
from metrics.reports.match import match, shops
from metrics.reports.screens import screens_of
from metrics.reports.typed import Typed
from simulator.truths.backoffice import back_office
from warehouse.settings import Settings

DAYS = (FIRST, FIRST + dt.timedelta(days=25))


@pytest.fixture
def app(house: Settings, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(page, "today", LATER.date)
    return page_of(page.show, owner_of(house))


def asked(app: AppTest, number: str) -> AppTest:
    app.date_input(key="match_days").set_value(DAYS)
    app.text_input(key="match_number").set_value(number)
    return app.button[0].click().run()


def test_a_number_is_led_to_ours_and_its_lines_are_shown(app: AppTest, house: Settings) -> None:
    viewer, market = owner_of(house), small_market(seed=5, lines=200, merchants=2)
    mine = shops(viewer)
    shop, platform, _ = mine.row(0)
    screen = screens_of(platform)[-1]
    app.selectbox(key="match_shop").set_value(shop).run()
    app.selectbox(key=f"match_screen_{platform}").set_value(screen.id).run()
    shown = back_office(market, LATER, shop, screen.id, *DAYS)
    assert shown > 0
    said = text(asked(app, f"{shown / 100:,.2f}"))
    assert not app.exception and not app.error and not app.warning
    assert (
        "对上了：差 0 分" in said
        and "每一步相加，差 **0 分**" in said
        and screen.where_zh.split(" → ")[0] in said
    )
    found = match(viewer, screen.id, shop, DAYS, Typed(shown))
    step = str(app.selectbox(key="match_step").value)
    told = {round(amount * 100) for amount in app.dataframe[0].value["金额"]}
    assert told == set(found.lines(step)["amount"])
    wrong = text(asked(app, f"{(shown + 12_345) / 100:.2f}"))
    assert "还差 ¥123.45，原因未知" in wrong and "后台多" in wrong and "对上了" not in wrong


def test_what_cannot_be_read_or_matched_is_one_sentence(app: AppTest) -> None:
    said = text(asked(app, "很多"))
    assert "看不懂这个金额" in said and not app.exception
    assert "对上了" not in said and not app.dataframe
    app.date_input(key="match_days").set_value((DAYS[0],))
    app.text_input(key="match_number").set_value("1")
    assert "请选开始和结束两个日期" in text(app.button[0].click().run())
