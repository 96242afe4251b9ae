"""The page of costs: the template can be given back, every wrong row is named, nothing is replaced unseen,
and what it changed is told.
"""

from __future__ import annotations

import csv
import io
import re

import pytest
from dashboards_cases import PASSWORD
from screen import cells, everything, run_page
from streamlit.testing.v1 import AppTest

from contracts.errors import FileRefusedError, NotFoundError, UsageError
from metrics.query import access
from metrics.query.access import Viewer
from pipeline import counter
from pipeline.entries.lists.costs import LIST
from warehouse.entries import read
from warehouse.lake import Lake
from warehouse.ops import UNIT_COST
from warehouse.place import Place

GOODS = "商品成本,,A1,,,,每件,38.50,2026-01-01,"


def csv_of(*rows: str) -> bytes:
    return ("\n".join([",".join(LIST.labels), *rows]) + "\n").encode()


@pytest.fixture
def a(own_house: Place) -> Viewer:
    return access.sign_in(own_house, "a", PASSWORD)


def enter(viewer: Viewer, *rows: str) -> None:
    """As the page does when it is confirmed.

    The house has no files to build from, so only the entries are looked at.
    """
    found = counter.preview_list(viewer, "costs", "成本.csv", csv_of(*rows))
    counter.enter_list(viewer, "costs", "成本.csv", csv_of(*rows), found.seen).outcome.result(timeout=120)


def verdicts(viewer: Viewer, *rows: str) -> list[tuple[object, ...]]:
    found = counter.preview_list(viewer, "costs", "成本.csv", csv_of(*rows))
    assert found.problems == ()
    return found.changes.sort("row").select("row", "verdict_code", "was_fen", "fen", "before_fen").rows()


def page(viewer: Viewer, data: bytes, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with a file on it: Streamlit's test harness has no uploader."""
    import streamlit as st

    class Given(io.BytesIO):
        name = "成本.csv"

    monkeypatch.setattr(st, "file_uploader", lambda *_, **__: Given(data))
    return run_page("costs", viewer)


def test_every_wrong_row_is_named_with_its_column_and_cell(
    a: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        GOODS,
        "房租,,,,,,,1,2026-01-01,",
        "商品成本,,A2,,,,,面议,2026-01-01,",
        "商品成本,b-douyin,A3,,,,,1,2026-01-01,",
        "商品成本,,A4,,,,,1,2026-13-01,",
        GOODS,
    ]
    app = page(a, csv_of(*rows), monkeypatch)
    assert not app.dataframe, "a phone would cut what is wrong and what to do off a table"
    [told] = [item.value.split("\n- ") for item in app.markdown if item.value.startswith("- ")]
    found = [re.match(r"(?:- )?\*\*第 (\d+) 行 · (.+)\*\*：「(.+)」 .+ → .+", line) for line in told]
    assert [line.groups() for line in found if line] == [
        ("3", "成本项目", "房租"), ("4", "金额\\(元\\)", "面议"), ("5", "店铺", "b\\-douyin"),
        ("6", "生效日期", "2026\\-13\\-01"), ("7", "整行", "（空）"),
    ]  # fmt: skip
    assert "整份没有收下" in everything(app) and "推广现金、推广赠款填在同一张表里" in everything(app)
    assert not app.button, "what is wrong cannot be confirmed"
    with pytest.raises(FileRefusedError) as raised:
        counter.enter_list(a, "costs", "成本.csv", csv_of(*rows), (0, 0)).outcome.result(timeout=120)
    assert (raised.value.facts["row"], raised.value.facts["column"]) == (3, "成本项目")


def test_a_preview_says_what_is_new_replaced_the_same_and_taken_back(a: Viewer) -> None:
    assert verdicts(a, GOODS, "打包费,,,,,,,1.20,2026-01-01,") == [
        (2, "new", None, 38_50, None),
        (3, "new", None, 1_20, None),
    ]
    enter(a, GOODS, "打包费,,,,,,,1.20,2026-01-01,", "坑位费,a-douyin,,,c1,,,100,2026-01-01,2026-01-07")
    changed = GOODS.replace("38.50", "41.00")
    later = changed.replace("2026-01-01", "2026-03-01")
    slot = "坑位费,a-douyin,,,c1,,,100,2026-01-01,2026-01-09"
    assert verdicts(a, changed, later, "打包费,,,,,,,1.20,2026-01-01,", slot,
        "样品费,a-douyin,,,,,,撤销,2026-01-01,") == [
        (2, "changed", 38_50, 41_00, None), (3, "new", None, 41_00, 38_50), (4, "same", 1_20, 1_20, None),
        (5, "changed", 100_00, 100_00, None),
        (6, "nothing", None, None, None),
    ]  # fmt: skip
    assert verdicts(a, GOODS.replace("38.50", "撤销")) == [(2, "taken_back", 38_50, None, None)]


def test_nothing_is_replaced_without_being_seen(a: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(a, GOODS)
    app = page(a, csv_of(GOODS.replace("38.50", "41.00")), monkeypatch)
    assert cells(app).select("变化", "现在", "改成").row(0) == ("更改", "¥38.50", "¥41.00")
    assert next(item for item in app.button if item.key == "costs_confirm").disabled
    app.checkbox[0].check().run()
    assert not next(item for item in app.button if item.key == "costs_confirm").disabled
    same = page(a, csv_of(GOODS), monkeypatch)
    assert "完全一样" in everything(same)
    assert next(item for item in same.button if item.key == "costs_confirm").disabled


def test_what_was_confirmed_is_what_happens_or_nothing_does(a: Viewer) -> None:
    data = csv_of(GOODS.replace("38.50", "1.00"))
    seen = counter.preview_list(a, "costs", "成本.csv", data).seen
    enter(a, GOODS)  # somebody else, in between
    with pytest.raises(UsageError, match="COSTS_MOVED"):
        counter.enter_list(a, "costs", "成本.csv", data, seen).outcome.result(timeout=120)
    with Lake.open(a.place) as lake:
        assert read(lake, UNIT_COST, "merchant-a")["unit_cost_fen"].to_list() == [38_50]


def test_the_template_is_a_list_of_the_same_shape_and_what_is_in_force_is_ones_own(
    a: Viewer, own_house: Place
) -> None:
    head, *rows = list(csv.reader(io.StringIO(counter.list_template(a, "costs").decode("utf-8-sig"))))
    assert tuple(head) == tuple(LIST.labels) and len(rows) == 12
    assert {row[2] for row in rows if row[2]} == {
        f"a-{shop}-{number}-M" for shop in ("douyin", "tmall") for number in (0, 1)
    }
    enter(a, GOODS)
    entries = counter.entries_in_force(a, "costs")[0]
    assert entries.select("sku_code", "fen", "received_by_name").rows() == [("A1", 38_50, "a")]
    b = access.sign_in(own_house, "b", PASSWORD)
    assert counter.entries_in_force(b, "costs")[0].is_empty()
    assert "A1" not in everything(run_page("costs", b))
    with pytest.raises(NotFoundError):
        counter.preview_list(access.sign_in(own_house, "assoc", PASSWORD), "costs", "成本.csv", csv_of(GOODS))
