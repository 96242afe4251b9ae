"""The archive: briefings as they were written, every published cell as a file, the same figures in all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import polars as pl
import pytest
from association_cases import MONTHS, NAMES, documents
from dashboards_cases import PASSWORD
from screen import cells, everything, run_page
from streamlit.testing.v1 import AppTest
from test_dashboards_association import NEWEST, association, with_document
from test_dashboards_browser import address, browser, settle, visit

from contracts.errors import NotFoundError
from dashboards.parts.page.book import Book
from metrics.query import access
from metrics.reports.association.archive import issues, read_briefing
from metrics.reports.sheets import Sheet, as_csv, as_workbook
from pipeline.briefing.making import brief_all
from warehouse.accounts.security import events
from warehouse.place import Place
from warehouse.settings import Settings
from warehouse.signed.briefings import FORMATS, LANGUAGES, Briefings

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["address", "browser", "visit"]

CUBES = {"渠道", "品类与平台", "品类与价格带", "品类与尺码", "品类与色系", "品类与地区"}
QUARTILES = {"退货率四分位", "quartiles of return rates"}


def labels(app: AppTest) -> list[str]:
    return [button.proto.label for button in app.get("download_button")]


def sheets(app: AppTest) -> dict[str, Sheet]:
    book = app.session_state["page_book"]
    assert isinstance(book, Book) and not app.exception and not app.error
    return {sheet.title: sheet for sheet in book.sheets}


def words(data: bytes) -> str:
    """A briefing's words without markup and blanks."""
    body = re.sub(r"(?s)<style>.*?</style>|<svg.*?</svg>|<[^>]+>", "", data.decode())
    return re.sub(r"\s+", "", unescape(body))


def newest_html(house: Place, language: str) -> str:
    viewer = association(house)
    first = issues(viewer, language)[0]
    return words(read_briefing(viewer, first.files["html"]))


# --- briefings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_release_is_there_in_the_language_of_the_page_as_it_was_written(
    house: Place, language: str
) -> None:
    viewer, kept = association(house), Briefings(house)
    found = issues(viewer, language)
    assert [item.month.name for item in found] == sorted(MONTHS, reverse=True)
    for item in found:
        assert set(item.files) == set(FORMATS)
        for ending, file in item.files.items():
            assert (file.language, file.month, file.ending) == (language, item.month.name, ending)
            assert read_briefing(viewer, file) == (kept.folder / file.name).read_bytes()
    assert labels(run_page("archive", viewer, language=language))[:3] == [
        {"zh": "网页", "en": "Web page"}[language], "PDF", "Word",
    ]  # fmt: skip


def test_a_corrected_month_has_the_briefing_from_before_and_its_own(own_house: Place) -> None:
    first = documents(own_house.home)[NEWEST]
    with_document(
        own_house, month=NEWEST, kind="correction", index=None, made_by="hui", why="退款补到",
        cells=[{**row, "kept_fen": row["kept_fen"] - 1000} for row in first["cells"]],
    )  # fmt: skip
    viewer = association(own_house)
    app = run_page("archive", viewer)
    assert app.selectbox[0].options[:2] == ["2026年9月（更正 1 次） · 第 4 次发布", "2026年9月 · 第 3 次发布"]
    assert "这份简报还没有做" in app.info[0].value and "网页" not in labels(app)
    brief_all(Settings(home=own_house.home))
    new, old = issues(viewer, "zh")[:2]
    assert (new.month.number, old.month.number) == (4, 3) and not old.month.corrections_qty
    assert read_briefing(viewer, new.files["pdf"]) != read_briefing(viewer, old.files["pdf"])
    assert labels(run_page("archive", viewer))[:3] == ["网页", "PDF", "Word"]


def test_a_month_without_a_cell_says_why_it_has_no_briefing(own_house: Place) -> None:
    empty = {"measure": "kept_fen", "base_month": None, "level_per_1000": None, "links": []}
    loss = [{**row, "shown_value_per_1000": None} for row in documents(own_house.home)[NEWEST]["loss"]]
    with_document(own_house, index=empty, cells=[], loss=loss)
    app = run_page("archive", association(own_house))
    assert "这次发布没有一格可以公开" in app.info[0].value and "网页" not in labels(app)
    assert app.selectbox[0].set_value(1).run().info == []
    assert labels(app)[:3] == ["网页", "PDF", "Word"]


def test_nobody_but_the_association_reads_a_briefing(house: Place) -> None:
    [file, *_] = Briefings(house).kept()
    merchant = access.sign_in(house, "a", PASSWORD)
    for ask in (lambda: issues(merchant, "zh"), lambda: read_briefing(merchant, file)):
        with pytest.raises(NotFoundError):
            ask()


@pytest.mark.browser
def test_what_a_browser_fetches_is_the_file_that_was_written(
    visit: Callable[..., Page], house: Place
) -> None:
    page = visit("archive", name="assoc")
    settle(page)
    for label, ending in (("网页", "html"), ("PDF", "pdf"), ("Word", "docx")):
        with page.expect_download() as coming:
            page.get_by_role("button", name=label, exact=True).click()
        file = coming.value
        name = f"000003-{NEWEST}.zh.{ending}"
        assert file.suggested_filename == f"白云直播服装产业简报-{name}"
        assert Path(file.path()).read_bytes() == (Briefings(house).folder / name).read_bytes()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Excel", exact=True).first.click()
    assert coming.value.suggested_filename == "association-渠道.xlsx"
    taken = [item.device for item in events(house, name="assoc", kinds=["took"])]
    assert taken[0] == "association-渠道.xlsx" and f"000003-{NEWEST}.zh.pdf" in taken
    first, last = pl.read_excel(Path(coming.value.path()), sheet_id=0)
    assert (first, last) == ("渠道", "说明")


# --- cubes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cube_is_every_published_cell_of_every_month(house: Place, language: str) -> None:
    viewer, told = association(house), documents(house.home)
    app = run_page("archive", viewer, language=language)
    found = sheets(app)
    assert labels(app).count("Excel") == labels(app).count("CSV") == len(found) == len(CUBES) + 1
    found = {title: sheet for title, sheet in found.items() if title not in QUARTILES}
    assert set(found) == CUBES or language == "en"
    for cube, sheet in zip(told[NEWEST]["cubes"], found.values(), strict=True):
        names = {item["name"] for item in cube["dimensions"]}
        expected = sorted(
            (month, row["kept_fen"], row["refund_fen"])
            for month in MONTHS
            for row in told[month]["cells"]
            if set(row["cell"]) <= names
        )
        assert sorted(sheet.rows.select("month", "kept", "refund").iter_rows()) == expected
        data = as_workbook(viewer, [sheet])
        first, last = pl.read_excel(io.BytesIO(data), sheet_id=0)
        assert last == "说明" and first != last
        about = pl.read_excel(io.BytesIO(data), sheet_name="说明", has_header=False)
        said = " ".join(str(cell) for row in about.rows() for cell in row)
        assert "已签名的协会发布第 1、2、3 号" in said and "保密或没有发生" in said
        assert not [name for name in NAMES if name in said + as_csv(sheet).decode()]


def test_the_quartiles_are_the_documents(house: Place) -> None:
    app = run_page("archive", association(house))
    [sheet] = [sheet for title, sheet in sheets(app).items() if title in QUARTILES]
    expected = [
        (month, *(f"{row[f'{name}_from_per_100']}%–{row[f'{name}_from_per_100'] + 5}%"
                  for name in ("lower", "median", "upper")))
        for month in MONTHS
        for row in documents(house.home)[month]["quartiles"]
    ]  # fmt: skip
    assert sheet.rows.select("month", "lower", "median", "upper").rows() == expected and len(expected) > 9


def test_nothing_but_released_cells_is_on_the_page_or_in_its_files(house: Place) -> None:
    """Whole fen of every file: each stands in a signed document, or is the sum of two that do."""
    public = {
        fen
        for document in documents(house.home).values()
        for row in document["cells"]
        for fen in (row["kept_fen"], row["refund_fen"], row["kept_fen"] + row["refund_fen"])
    }
    app = run_page("archive", association(house))
    for sheet in (sheet for title, sheet in sheets(app).items() if title not in QUARTILES):
        assert {*sheet.rows["kept"], *sheet.rows["refund"], *sheet.rows["paid"]} <= public
    assert not [name for name in NAMES if name in everything(app)]


# --- the same figures everywhere ----------------------------------------------------------------------------


def test_page_briefing_and_cube_tell_the_same_digits(house: Place) -> None:
    """The channels' page beside the CSV of its cube, the pages' sentences beside the briefing's."""
    viewer = association(house)
    archive = sheets(run_page("archive", viewer))
    rows = csv.DictReader(io.StringIO(as_csv(archive["渠道"]).decode("utf-8-sig")))
    filed = {(row["平台"], row["渠道"]): row["留下"] for row in rows if row["月份"] == NEWEST}
    page = cells(run_page("district_channels", viewer))
    shown = {
        (row["平台"], row["渠道"]): str(row["留下"]).replace("¥", "").replace(",", "")
        for row in page.iter_rows(named=True)
        if (row["平台"], row["渠道"]) in filed
    }
    assert len(shown) >= 6 and shown == {key: filed[key] for key in shown}
    whole = next(value for (platform, channel), value in filed.items() if platform == channel == "合计")
    html = newest_html(house, "zh")
    assert f"留下¥{int(whole.split('.')[0]):,}.{whole.split('.')[1]}" in html
    for path in ("pulse", "district_channels", "trends", "archive"):
        app = run_page(path, viewer)
        said = [
            str(item.value) for item in (*app.subheader[:1], *app.markdown) if "2026年9月" in str(item.value)
        ]
        assert said, path
        sentence = re.sub(r"\s+|\*", "", said[0])
        assert sentence in html, path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_archives_sentence_is_the_briefings(house: Place, language: str) -> None:
    app = run_page("archive", association(house), language=language)
    sentence = next(
        item.value for item in app.markdown if {"zh": "服装指数", "en": "index"}[language] in item.value
    )
    assert re.sub(r"\s+|\*", "", sentence) in newest_html(house, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_association_is_told_what_whoever_runs_the_server_could_see(house: Place, language: str) -> None:
    app = run_page("archive", association(house), language=language)
    (told,) = [item for item in app.expander if "服务器" in item.label or "server" in item.label]
    text = told.markdown[0].value
    wanted = {
        "zh": ("没有加密", "密钥也在服务器上", "参数", "改掉任何账号的密码", "签一份假的发布"),
        "en": ("not encrypted", "keys are on the server", "parameters", "password anew", "false release"),
    }
    assert not app.exception and all(word in text for word in wanted[language])


def test_it_is_told_before_anything_is_released(own_house: Place) -> None:
    rmtree(own_house.district)
    app = run_page("archive", association(own_house))
    assert not app.exception and not labels(app)
    assert [item for item in app.expander if item.label == "管服务器的人能看到什么"]
