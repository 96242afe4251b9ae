"""The association's pages beside a plain reading of the signed documents: the same figures, and no others."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from association_cases import MONTHS, NAMES, documents, released_folder
from dashboards_cases import PASSWORD
from screen import cells, everything, run_page
from streamlit.testing.v1 import AppTest

from dashboards.parts.association.cubes import notes_of
from dashboards.parts.page.book import Book
from metrics.query import access
from metrics.query.access import Viewer
from metrics.reports.association.releases import released
from metrics.reports.association.told.shares import Row, colours_of, rows_of
from metrics.reports.association.told.words import PICKS
from metrics.reports.sheets import as_workbook
from warehouse.place import Place
from warehouse.signed.district_log import ReleaseLog
from warehouse.signed.entry import sign_document

PAGES = ("pulse", "district_channels", "trends")
NEWEST, BEFORE, YEAR_AGO = MONTHS[2], MONTHS[1], MONTHS[0]
CHANNELS = {"own_live": "自播", "creator_live": "达播", "short_video": "短视频"}
PLATFORMS = {"douyin": "抖音", "taobao": "淘宝/天猫", "kuaishou": "快手"}
CATEGORIES = {"dress": "连衣裙", "skirt": "半身裙", "t_shirt": "T恤", "shirt": "衬衫", "jeans": "牛仔裤"}


def association(place: Place) -> Viewer:
    return access.sign_in(place, "assoc", PASSWORD)


def plain(place: Place, month: str = NEWEST) -> dict[tuple[tuple[str, str], ...], Mapping[str, Any]]:
    """Cell → its row in the document."""
    return {tuple(sorted(row["cell"].items())): row for row in documents(place.home)[month]["cells"]}


def signed(rate: float) -> str:
    return f"{'−' if rate < 0 else '+'}{abs(rate) * 100:.1f}%"


def heading(app: AppTest) -> str:
    return str(app.subheader[0].value)


def with_document(place: Place, **changed: object) -> None:
    """One more release like the newest, of the month after, with some of it changed."""
    log = ReleaseLog(place)
    last = log.entries()[-1]
    document = {**last.document, "number": 4, "month": "2026-10", "previous_sha256": last.sha256, **changed}
    log.append(sign_document(Place(released_folder().parent), document))  # by the key that signed the others


# --- 景气 ---------------------------------------------------------------------------------------------------


def test_the_first_line_is_the_documents_index(house: Place) -> None:
    index = documents(house.home)[NEWEST]["index"]
    ratios = {one["since"]: one["ratio_per_1000"] / 1000 - 1 for one in index["links"]}
    level = f"{index['level_per_1000'] / 1000:.1f}"
    assert heading(run_page("pulse", association(house))) == (
        f"2026年9月：白云直播服装指数 {level}（2025年9月 = 100），环比 {signed(ratios[BEFORE])}，"
        f"同比 {signed(ratios[YEAR_AGO])}；没有比上月放缓。"
    )


def test_every_month_of_the_table_is_the_documents(house: Place) -> None:
    told = documents(house.home)
    table = cells(run_page("pulse", association(house)))
    assert table["月份"].to_list() == ["2026年9月", "2026年8月", "2025年9月"]
    assert table["指数"].to_list() == [
        f"{told[month]['index']['level_per_1000'] / 1000:.1f}" for month in reversed(MONTHS)
    ]
    newest = told[NEWEST]["index"]["links"][0]
    row = table.row(0, named=True)
    assert (row["配对成员"], row["成员"], row["配对金额至少"]) == ("30", "30", "90%")
    assert row["扩散指数"] == str(newest["diffusion_per_100"])
    assert row["环比"] == signed(newest["ratio_per_1000"] / 1000 - 1)


def test_a_month_without_an_index_says_so_and_why(own_house: Place) -> None:
    index = documents(own_house.home)[NEWEST]["index"]
    refused = {**index["links"][0], "ratio_per_1000": None, "rounded_to_per_1000": None,
               "matched_from_per_100": None, "diffusion_per_100": None, "since": NEWEST}  # fmt: skip
    with_document(own_house, index={**index, "level_per_1000": None, "links": [refused]})
    app = run_page("pulse", association(own_house))
    assert heading(app).startswith("2026年10月没有指数：") and "不到金额的六成" in heading(app)
    assert [item.value for item in app.metric][:2] == ["—", "保密"]
    assert not app.exception and not app.error


def test_a_withheld_total_is_said_on_every_page(own_house: Place) -> None:
    """As with too few members, or a giant among few."""
    empty = {"measure": "kept_fen", "base_month": None, "level_per_1000": None, "links": []}
    loss = [{**row, "shown_value_per_1000": None} for row in documents(own_house.home)[NEWEST]["loss"]]
    with_document(own_house, index=empty, cells=[], loss=loss)
    said = {path: everything(run_page(path, association(own_house))) for path in PAGES}
    assert "2026年10月没有指数：全区的合计保密" in said["pulse"]
    assert "2026年10月全区的合计保密，没有占比" in said["district_channels"]
    assert "没有两个月都公开的格子" in said["trends"]


# --- 渠道 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("measure", "names"), [("kept", ["kept_fen"]), ("paid", ["kept_fen", "refund_fen"])])
def test_platforms_by_channel_are_shares_of_the_whole_district(
    house: Place, measure: str, names: list[str]
) -> None:
    rows = plain(house)
    whole = sum(rows[()][name] for name in names)
    app = run_page("district_channels", association(house), district_measure=measure)
    table = cells(app)
    shown = {
        (row["平台"], row["渠道"]): (row["占全区"], row["退回占支付"]) for row in table.iter_rows(named=True)
    }
    expected = {}
    for key, row in rows.items():
        nodes = dict(key)
        if set(nodes) == {"platform_code", "channel_code"}:
            paid = row["kept_fen"] + row["refund_fen"]
            expected[PLATFORMS[nodes["platform_code"]], CHANNELS[nodes["channel_code"]]] = (
                f"{100 * sum(row[name] for name in names) / whole:.0f}%",
                f"{100 * row['refund_fen'] / paid:.0f}%",
            )
    assert len(expected) >= 6
    assert {key: shown[key] for key in expected} == expected
    total = sum(float(value.rstrip("%")) for value, _ in shown.values())
    assert total == pytest.approx(100, abs=len(shown) / 2), "what is not published is a row of its own"


def test_the_finding_names_the_largest_platform_and_what_is_not_published(house: Place) -> None:
    rows = plain(house)
    whole = rows[()]["kept_fen"]
    platforms = {key[0][1]: row["kept_fen"] for key, row in rows.items()
                 if len(key) == 1 and key[0][0] == "platform_code"}  # fmt: skip
    name, most = max(platforms.items(), key=lambda pair: pair[1])
    said = heading(run_page("district_channels", association(house)))
    assert said.startswith(f"2026年9月，全区留下的钱里，{PLATFORMS[name]}占 {100 * most / whole:.0f}%，")
    rest = 1 - sum(platforms.values()) / whole
    assert said.endswith(f"；{100 * rest:.0f}% 没有按平台公开。")


def test_the_rules_numbers_stay_secret(house: Place) -> None:
    for path in PAGES:
        app = run_page(path, association(house))
        words = [item.value for item in (*app.markdown, *app.caption)]
        ours = re.sub(r"45 天|\d+ (个月|年|格)|60%", "", " ".join(words))
        assert not re.search(r"(?<!\d)(15|0\.15|40|0\.4)(?![\d.])\s?%?(?= |，|。|$)", ours), path


def test_what_it_hangs_on_is_said_in_words(house: Place) -> None:
    said = [item.value for item in run_page("district_channels", association(house)).markdown]
    assert "**集中度**：平台集中在少数；渠道集中在少数。" in said  # a third each: 3 × (1/3)² = 0.33


# --- 趋势 ---------------------------------------------------------------------------------------------------


def test_what_rose_and_fell_most_is_the_documents(house: Place) -> None:
    """Dresses fell by a fifth in the newest month."""
    now, before = plain(house), plain(house, BEFORE)
    rates = {}
    for key in now.keys() & before.keys():
        if [name for name, _ in key] == ["category_code"] and key[0][1] in CATEGORIES:
            rates[CATEGORIES[key[0][1]]] = now[key]["kept_fen"] / before[key]["kept_fen"] - 1
    assert len(rates) >= 2
    app = run_page("trends", association(house))
    low = min(rates, key=lambda name: rates[name])
    assert f"跌得最多的是{low}，{signed(rates[low])}" in heading(app)
    table = cells(app).filter(pl.col("格子").is_in(list(rates)) & pl.col("2026年8月").is_not_null())
    assert dict(table.select("格子", "变化").rows()) == {name: signed(rate) for name, rate in rates.items()}


@pytest.mark.parametrize("by", ["price", "colour", "size", "region"])
def test_finer_cells_are_compared_with_both_months(house: Place, by: str) -> None:
    app = run_page("trends", association(house), trends_table=by)
    assert not app.exception and not app.error
    assert [item.value.split("：")[0] for item in app.subheader if item.value.startswith("2026年9月和")] == [
        "2026年9月和上月比", "2026年9月和去年同月比",
    ]  # fmt: skip
    assert any("格单独公开" in item.value for item in app.caption)


# --- 下载 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "sheet", "dimensions"),
    [
        ("district_channels", "渠道", {"platform_code", "channel_code"}),
        ("trends", "品类与平台", {"category_code", "platform_code"}),
    ],
)
def test_every_published_cell_of_a_cube_is_in_the_file(
    house: Place, path: str, sheet: str, dimensions: set[str]
) -> None:
    viewer = association(house)
    app = run_page(path, viewer)
    book = app.session_state["page_book"]
    assert isinstance(book, Book)
    data = as_workbook(viewer, book.pages(), path)
    found = pl.read_excel(io.BytesIO(data), sheet_name=sheet)
    expected = [
        (month, row["kept_fen"], row["refund_fen"])
        for month in MONTHS
        for row in documents(house.home)[month]["cells"]
        if set(row["cell"]) <= dimensions
    ]
    kept, refund = ((found[name] * 100).round().cast(pl.Int64) for name in ("留下 kept", "退回 went back"))
    assert sorted(zip(found["月份 month"], kept, refund, strict=True)) == sorted(expected)
    about = pl.read_excel(io.BytesIO(data), sheet_name="说明", has_header=False)
    words = " ".join(str(cell) for row in about.rows() for cell in row)
    assert "已签名的协会发布第 1、2、3 号" in words and "发布 Release" not in words
    assert not [name for name in NAMES if name in words]


def test_a_corrected_month_says_so_on_every_page(own_house: Place) -> None:
    """A correction by the same signed log: all cells, the index left as it was."""
    first = documents(own_house.home)[NEWEST]
    with_document(
        own_house, month=NEWEST, kind="correction", index=None, made_by="hui", why="退款补到",
        cells=[{**row, "kept_fen": row["kept_fen"] - 1000} for row in first["cells"]],
    )  # fmt: skip
    for path in PAGES:
        said = everything(run_page(path, association(own_house)))
        assert "2026年9月（更正 1 次）" in said and "更正过 1 次（最多 3 次），指数不随更正改" in said, path
    table = cells(run_page("district_channels", association(own_house)))
    assert not table.is_empty()
    assert "Sep 2026 (correction 1)" in everything(
        run_page("district_channels", association(own_house), language="en")
    )


# --- nothing yet ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("language", "words"), [("zh", "还没有发布任何月份"), ("en", "No month has been released yet")]
)
def test_before_the_first_month_it_says_when_it_comes_and_what_it_takes(
    empty_house: Place, path: str, language: str, words: str
) -> None:
    app = run_page(path, association(empty_house), language=language)
    [told] = app.info
    assert words in told.value and "baiyun district publish" in told.value
    assert re.search(r"20\d\d", told.value) and not app.exception and not app.error


@pytest.mark.parametrize("measure", ["kept", "paid"])
def test_the_bars_are_the_whole_and_its_platforms(house: Place, measure: str) -> None:
    """The first bar is the district, by channel as far as is published; the others add up to it."""
    [month] = [month for month in released(association(house)) if month.name == NEWEST]
    rows = rows_of(PICKS["zh"], month, measure)
    first = rows[0].row
    by_bar: dict[str, float] = {}
    for row in rows:
        by_bar[row.row] = by_bar.get(row.row, 0.0) + row.share
    assert by_bar.pop(first) == pytest.approx(1)
    assert sum(by_bar.values()) == pytest.approx(1)
    names = ["kept_fen"] if measure == "kept" else ["kept_fen", "refund_fen"]
    cells = plain(house)
    whole = sum(cells[()][name] for name in names)
    live = sum(
        cells[key][name]
        for key in cells
        for name in names
        if len(key) == 2 and dict(key).get("channel_code") == "own_live" and "platform_code" in dict(key)
    )
    [shown] = [row.share for row in rows if row.row == first and row.code == "own_live"]
    assert shown == pytest.approx(live / whole)


def test_no_two_parts_of_a_bar_look_alike() -> None:
    codes = ("own_live", "creator_live+product_card", "other+search+short_video", "")
    names, colours = colours_of([Row("全区", "", code, 0.25, "", code) for code in codes])
    assert len(names) == len(set(colours)) == len(codes)


def test_two_years_of_releases_are_named_in_one_breath(house: Place) -> None:
    [month] = released(association(house))[-1:]
    document = dict(month.document)
    many = [replace(month, document=document | {"number": number}) for number in (1, *range(3, 25))]
    assert "协会发布第 1、3–24 号" in notes_of(many)[0].zh and "releases 1, 3–24;" in notes_of(many)[0].en
