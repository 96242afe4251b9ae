"""Each page whole in one language: no Chinese on an English page but what came from outside, and no English
sentence on a Chinese one.
"""

from __future__ import annotations

import re

import polars as pl
import pytest
from dashboards_cases import PASSWORD
from screen import CODES, everything, open_app, outside, run_page, sign_in

from dashboards.parts.page.menu import entries
from metrics.query import access
from metrics.query.access import Viewer, open_desk
from metrics.reports import health
from warehouse import accounts
from warehouse.place import Place

NAMES = {"merchant": "a", "association": "assoc", "operator": "op"}
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff5e]+")
#: Four words of English one after the other say something; two or three may be a name.
ENGLISH = re.compile(r"(?<![\w/.-])[A-Za-z][a-z']*(?:,? [A-Za-z][a-z']*){3,}")
#: Marks of English between Chinese words.
HALF_WIDTH = re.compile(r"[\u3400-\u9fff] ?[,;:!?][\u3400-\u9fff]+")
#: What is the same in both languages: how the other one is called, and marks of a file from outside.
SAME = {"中文", "English"}


def of_outside(viewer: Viewer) -> set[str]:
    """Every text in the viewer's own rows: names, titles, files, cells as they were received."""
    frames = [health.freshness(viewer), health.receipts(viewer), health.quarantine(viewer)]
    if viewer.role == "merchant":
        desk = open_desk(viewer)
        frames += [desk.sql(f"SELECT * FROM {name}") for name in desk.tables()]  # noqa: S608 - our own names
    return {
        text
        for frame in frames
        for column in frame.select(pl.col(pl.String)).iter_columns()
        for text in column.drop_nulls().unique()
    }


def words_of_ours(text: str, outside: set[str]) -> str:
    """What is left of a page's text without what came from outside, the longest first."""
    for words in sorted(outside | SAME, key=len, reverse=True):
        if CHINESE.search(words):
            text = text.replace(words, " ")
    return re.sub(r"(?s):material/\w+:|https?://\S+|<style>.*?</style>", " ", text)


@pytest.mark.parametrize("audience", NAMES)
def test_an_english_page_shows_no_chinese_of_ours(house: Place, audience: str) -> None:
    viewer = access.sign_in(house, NAMES[audience], PASSWORD)
    outside = of_outside(viewer) if audience == "merchant" else set()
    found = {}
    for entry in (entry for entry in entries() if entry.audience == audience):
        app = run_page(entry.card.path, viewer, language="en")
        assert not app.exception, entry.card.path
        left = words_of_ours(everything(app).replace("\\", ""), outside)
        found[entry.card.path] = sorted(set(CHINESE.findall(left)))
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("audience", NAMES)
def test_a_chinese_page_shows_no_english_sentence(house: Place, audience: str) -> None:
    """Nor a mark of English. And a merchant's no name of a rule, but where technical details are folded
    away.
    """
    viewer = access.sign_in(house, NAMES[audience], PASSWORD)
    outside_words = of_outside(viewer) if audience == "merchant" else set()
    found, codes = {}, {}
    for entry in (entry for entry in entries() if entry.audience == audience):
        app = run_page(entry.card.path, viewer)
        text = re.sub(r":material/\w+:", " ", everything(app))
        marks = HALF_WIDTH.findall(words_of_ours(text, outside_words - {""})) if outside_words else []
        found[entry.card.path] = sorted({*ENGLISH.findall(text), *marks})
        codes[entry.card.path] = set(CODES.findall(outside(app))) if audience == "merchant" else set()
    assert {path: words for path, words in found.items() if words} == {}
    assert {path: names for path, names in codes.items() if names} == {}


def test_the_top_of_every_page_is_in_the_language_too(own_house: Place) -> None:
    chinese = everything(sign_in(open_app(), "a", PASSWORD))
    assert not ENGLISH.findall(re.sub(r":material/\w+:", " ", chinese)) and "未放行" in chinese
    accounts.choose_language(own_house, "a", "en")
    viewer = access.sign_in(own_house, "a", PASSWORD)
    text = words_of_ours(everything(sign_in(open_app(), "a", PASSWORD)), of_outside(viewer))
    assert set(CHINESE.findall(text)) == set() and "held back" in text
