"""The page of stock: one shop on its newest day, what lies and what is gone, what nobody told.

And the list is looked at before it counts.
"""

from __future__ import annotations

import datetime as dt
import io
import re

import polars as pl
import pytest
from dashboards_cases import NOW, PASSWORD, TODAY
from screen import cells, everything, run_page
from streamlit.testing.v1 import AppTest

from contracts.codes import REPORT
from contracts.errors import NotFoundError, UsageError
from dashboards.parts.figures.stock import in_words
from dashboards.parts.page import words
from dashboards.parts.page.words import dated
from metrics.query import access
from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline import counter
from pipeline.entries.lists.stock import LIST
from transforms.gold.orders import dim_reported
from warehouse import release
from warehouse.entries import read
from warehouse.lake import Lake
from warehouse.ops import STOCK_ENTRY
from warehouse.place import Place

COUNT = "盘点,a-douyin,A1,2026-01-31,40"


def csv_of(*rows: str) -> bytes:
    return ("\n".join([",".join(LIST.labels), *rows]) + "\n").encode()


@pytest.fixture
def a(own_house: Place) -> Viewer:
    return access.sign_in(own_house, "a", PASSWORD)


def test_the_newest_day_of_one_shop_is_shown_and_never_a_sum(house: Place) -> None:
    app = run_page("stock", access.sign_in(house, "a", PASSWORD))
    text = everything(app)
    # 73 of 150 received are sold; 77 and 3 on their way back over 11 sold of what has stock; the month before
    # had twice as much
    assert [item.value for item in app.metric] == ["49%", "7.27", "0%", "3 件"]
    assert "手上 **77** 件：**1** 个 SKU 30 天没动，**1** 个卖光了" in text
    assert "另有 9 件净销的商品没有录到货" in text
    assert not re.search(r"(?<![0-9a-f])154(?![0-9a-f])", text), "ids of widgets are hexadecimal"
    assert cells(app).select("商家编码", "库存", "售罄率", "库销比").rows() == [
        ("a-douyin-0-M", "77", "23%", "—")
    ]
    beside = ask(access.sign_in(house, "a", PASSWORD), ["closing_stock"], by=["shop", "month"])
    assert beside.rows.filter(shop="a-douyin")["closing_stock"].to_list() == [154, 77]
    assert [note.count for note in beside.notes if note.code == "STOCK_UNTOLD"] == [9], (
        "of the newest month alone"
    )
    app.segmented_control[0].set_value("gone").run()
    assert cells(app).select("商家编码", "库存", "30天净销").rows() == [("a-douyin-0-L", "0", "11")]


def test_a_shop_of_which_nobody_told_anything_says_what_to_do(own_house: Place) -> None:
    app = run_page("stock", access.sign_in(own_house, "b", PASSWORD))
    assert "录到货和盘点" in everything(app) and "下载模板" in everything(app)
    assert not app.error


def page(viewer: Viewer, data: bytes, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with a file on it: Streamlit's test harness has no uploader."""
    import streamlit as st

    class Given(io.BytesIO):
        name = "库存.csv"

    monkeypatch.setattr(st, "file_uploader", lambda *_, **__: Given(data))
    return run_page("stock", viewer)


def enter(viewer: Viewer, *rows: str) -> None:
    found = counter.preview_list(viewer, "stock", "库存.csv", csv_of(*rows))
    counter.enter_list(viewer, "stock", "库存.csv", csv_of(*rows), found.seen).outcome.result(timeout=120)


def test_nothing_is_replaced_without_being_seen_and_a_wrong_row_is_named(
    a: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(a, COUNT)
    app = page(a, csv_of(COUNT.replace(",40", ",41")), monkeypatch)
    assert cells(app).filter(变化="更改").select("商家编码", "现在", "改成").rows() == [("A1", "40", "41")]
    assert next(item for item in app.button if item.key == "stock_confirm").disabled
    app.checkbox[0].check().run()
    assert not next(item for item in app.button if item.key == "stock_confirm").disabled
    wrong = page(a, csv_of(COUNT, "到货,b-douyin,A1,2026-01-31,1"), monkeypatch)
    assert "整份没有收下" in everything(wrong)
    assert not [item for item in wrong.button if item.key == "stock_confirm"]


def test_what_was_confirmed_is_what_happens_and_only_to_ones_own(a: Viewer, own_house: Place) -> None:
    seen = counter.preview_list(a, "stock", "库存.csv", csv_of(COUNT)).seen
    enter(a, COUNT.replace("A1", "A2"))  # somebody else, in between
    with pytest.raises(UsageError, match="STOCKS_MOVED"):
        counter.enter_list(a, "stock", "库存.csv", csv_of(COUNT), seen).outcome.result(timeout=120)
    with Lake.open(a.place) as lake:
        assert read(lake, STOCK_ENTRY)["sku_code"].to_list() == ["A2"]
    assert "A2" not in everything(run_page("stock", access.sign_in(own_house, "b", PASSWORD)))
    with pytest.raises(NotFoundError):
        counter.preview_list(access.sign_in(own_house, "assoc", PASSWORD), "stock", "库存.csv", csv_of(COUNT))


def test_nothing_on_record_is_not_said_to_be_nothing_on_hand() -> None:
    """A shop that sold nothing for 30 days and of whose stock nobody told sums to 0, which is no word on what
    it holds.
    """
    row = {"closing_stock": 0, "kept_units_30": 0, "unsold_skus": 0, "sold_out_skus": 0}
    assert "没有这个店铺有货的记录" in in_words(row) and "手上" not in in_words(row)
    assert "手上 **0** 件" in in_words({**row, "sold_out_skus": 2})
    nothing = in_words({**row, "closing_stock": None, "kept_units_30": None})
    assert "还没录库存" in nothing and "近 30 天" not in nothing, "of a shop that gave no quantities either"
    assert "还没录库存" in in_words({**row, "closing_stock": None})


def test_the_day_stock_was_told_up_to_stands_in_data_health_and_both_pages_write_it_alike(
    own_house: Place,
) -> None:
    """Half of the stock page's period is not given: it says up to which day, as data health does."""
    yesterday = TODAY - dt.timedelta(days=1)
    told = dict.fromkeys(REPORT.values, TODAY) | {"stock": yesterday}
    key = {"merchant_id": "merchant-a", "shop_id": "a-douyin", "platform_code": "douyin"}
    days = {
        report: {"first_date": TODAY - dt.timedelta(days=40), "last_date": day, "whole_until_date": day}
        for report, day in told.items()
    }
    with Lake.open(own_house, write=True) as lake:
        number = release.begin_build(lake, at=NOW)
        rows = [
            {**key, "report_code": report, "is_reported": True, **days[report]} for report in REPORT.values
        ]
        lake.append(dim_reported.TABLE, dim_reported.TABLE.shape(pl.DataFrame(rows)))
        release.publish(lake, snapshot=lake.snapshot(), build_number=number, at=NOW)
    viewer = access.sign_in(own_house, "a", PASSWORD)
    name = f"{yesterday.month}月{yesterday.day}日"
    stock = [item.value for item in run_page("stock", viewer).caption]
    (part,) = [line for line in stock if "没给全" in line]
    assert part.startswith(f"{TODAY.month}月{TODAY.day}日 没给全：数据到 雾山抖音店 {name}；")
    assert not re.search(r"\d{4}-\d\d", "".join(stock))
    health = [item.value for item in run_page("data_health", viewer).caption]
    assert [line for line in health if f"库存录到 {name}" in line]
    english = [item.value for item in run_page("stock", viewer, language="en").caption]
    assert f"data up to 雾山抖音店 {yesterday:%-d %b}; what" in "".join(english)


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("2026-03-03 – 2026-03-14 没给全", "2026年3月3日–3月14日 没给全"),
        (
            "2026-03、2026-04：数据到 s1 2026-03-12；",
            "2026年3月、2026年4月：数据到 s1 2026年3月12日；",
        ),
        ("2026-W07、A2026-03-12 和 2026-13", "2026-W07、A2026-03-12 和 2026-13"),
        ("2026-01-15 –；", "2026年1月15日 –；"),
    ],
)
def test_days_within_a_note_are_written_as_a_page_writes_days(
    text: str, zh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "today", lambda: dt.date(2030, 1, 1))
    assert dated(text) == zh
