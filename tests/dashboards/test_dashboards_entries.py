"""The page of hand-entered lists: every list that is declared is on it, a house-wide one on its operator's,
and an entry can be taken back.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from dashboards_cases import PASSWORD
from entry_cases import CODE, declare
from screen import cells, everything, run_page
from streamlit.testing.v1 import AppTest

from contracts.errors import NotFoundError
from metrics.query import access
from metrics.query.access import Viewer
from pipeline import counter
from pipeline.entries.lists import aside, rates
from pipeline.house import writing
from warehouse import entries
from warehouse.lake import Lake
from warehouse.place import Place
from warehouse.settings import Settings

CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture
def a(own_house: Place) -> Viewer:
    return access.sign_in(own_house, "a", PASSWORD)


def given(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    """A file on the page: Streamlit's test harness has no uploader."""
    import streamlit as st

    def uploader(*_: object, **__: object) -> io.BytesIO:
        file = io.BytesIO(text.encode())
        file.name = name
        return file

    monkeypatch.setattr(st, "file_uploader", uploader)


def choose(app: AppTest, code: str) -> AppTest:
    return app.segmented_control(key="entry_list").set_value(code).run()


def test_a_declared_list_is_on_the_page_by_itself(
    a: Viewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(tmp_path, monkeypatch)
    given(monkeypatch, "承诺.csv", "店铺,商家编码,日期,件数\na-douyin,A1,2026-01-31,40\n")
    app = choose(run_page("entries", a), CODE)
    assert "赠品承诺" in app.segmented_control(key="entry_list").options
    assert "答应送多少件" in everything(app) and "下载模板 Excel" in everything(app) and not app.error
    assert cells(app).select("变化", "商家编码", "改成").rows() == [("新增", "A1", "40")]
    assert not next(item for item in app.button if item.key == f"{CODE}_confirm").disabled


def test_an_order_is_excluded_and_taken_back_on_the_page(
    a: Viewer, own_house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(Settings(home=own_house.home)):
        pass  # a page reads only: whoever writes first makes the tables that are not there
    given(monkeypatch, "名单.csv", "店铺,订单号,原因,处理\na-douyin,777000111,刷单,\n")
    app = choose(run_page("entries", a), "aside")
    assert cells(app).select("变化", "订单号", "改成").rows() == [("新增", "777000111", "刷单")]
    seen = counter.preview_list(
        a, "aside", "x.csv", "店铺,订单号,原因,处理\na-douyin,777000111,刷单,\n".encode()
    ).seen
    counter.enter_list(
        a, "aside", "x.csv", "店铺,订单号,原因,处理\na-douyin,777000111,刷单,\n".encode(), seen
    ).outcome.result(timeout=120)
    again = choose(run_page("entries", a), "aside")
    assert "完全一样" in everything(again) and "现在有效的剔除名单 1 条" in everything(again)
    box = again.multiselect(key="aside_chosen")
    (option,) = box.options
    assert "777000111" in option and "刷单" in option
    rows, newest = counter.entries_in_force(a, "aside")
    box.set_value(rows["entry_id"].to_list()).run()
    assert next(item for item in again.button if item.key == "aside_take_back").label.startswith(
        "确认撤销 1 条"
    )
    counter.take_back(a, "aside", (rows["entry_id"][0],), newest).outcome.result(timeout=120)
    with Lake.open(own_house) as lake:
        assert entries.in_force(lake, aside.BOOK).is_empty()
    assert "777000111" not in everything(run_page("entries", access.sign_in(own_house, "b", PASSWORD)))


def test_rates_are_the_operators_alone(own_house: Place, a: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = access.sign_in(own_house, "op", PASSWORD)
    given(monkeypatch, "汇率.csv", "日期,币种,汇率\n2026-01-31,USD,7.1\n2026-02-01,USD,0.14\n")
    app = run_page("house_lists", operator)
    assert "第 3 行 · 汇率" in everything(app) and "写反了" in everything(app)
    given(monkeypatch, "汇率.csv", "日期,币种,汇率\n2026-01-31,USD,7.1\n")
    app = run_page("house_lists", operator)
    assert cells(app).select("变化", "日期", "币种", "改成").rows() == [("新增", "2026-01-31", "USD", "7.1")]
    for call in (
        lambda: counter.preview_list(a, "rates", "x.csv", b"date,currency,rate\n2026-01-31,USD,7\n"),
        lambda: counter.enter_list(a, "rates", "x.csv", b"", ()),
        lambda: counter.take_back(a, "rates", ("x",), ()),
        lambda: counter.preview_list(operator, "costs", "x.csv", b""),
    ):
        with pytest.raises(NotFoundError, match="NO_SUCH_PAGE"):
            call()
    assert rates.LIST.zh not in run_page("entries", a).segmented_control(key="entry_list").options


def test_an_english_reader_fills_in_sees_and_mends_a_list_in_english(
    a: Viewer, own_house: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers, choices, wrong rows and what is in force: none of our Chinese anywhere."""
    with writing(Settings(home=own_house.home)):
        pass
    data = counter.list_template(a, "costs", "csv", "en").decode("utf-8-sig")
    assert data.startswith("cost item,shop,SKU,") and "cost of goods,," in data and not CHINESE.search(data)
    head = data.splitlines()[0]
    text = f"{head}\npacking,,,,,,,take back,2026-01-01,\npacking,,,,,,,1.2.3,2026-01-01,\n"
    given(monkeypatch, "costs.csv", text)
    wrong = everything(run_page("costs", a, language="en"))
    assert "Row 3 · amount" in wrong and not CHINESE.search(wrong)
    text = f"{head}\npacking,,,,,,,1.20,2026-01-01,\ncost of goods,,A1,,,,,3,2026-01-01,\n"
    given(monkeypatch, "costs.csv", text)
    seen = counter.preview_list(a, "costs", "costs.csv", text.encode()).seen
    counter.enter_list(a, "costs", "costs.csv", text.encode(), seen).outcome.result(timeout=120)
    shown = everything(run_page("costs", a, language="en"))
    assert not CHINESE.search(shown) and all(word in shown for word in ("cost of goods", "per order", "all"))
