"""One language at a time: figures, days and names as an English reader reads them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from dashboards_cases import BEIJING

from contracts.codes import PLATFORM
from dashboards.parts.page import language, money, words
from metrics.model.definitions import METRICS


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is read in English."""
    monkeypatch.setattr(language, "language", lambda: "en")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("fen", "short"),
    [
        (190_248_715, "¥1.90m"),
        (999_999, "¥9,999.99"),
        (1_000_000, "¥10.0k"),
        (-1_234_567, "-¥12.3k"),
        (99_949_999, "¥999.5k"),
        (99_996_000, "¥1.00m"),  # 1,000.0k would be four digits of thousands
        (12_345_678_901, "¥123.5m"),
        (123_456_789_012, "¥1.23bn"),
        (None, "—"),
    ],
)
def test_large_money_is_in_thousands_and_millions(fen: int | None, short: str) -> None:
    assert money.short_yuan(fen) == short


@pytest.mark.usefixtures("english")
def test_figures_days_and_names_in_english() -> None:
    assert money.yuan(190_248_715) == "¥1,902,487.15"
    assert money.short_count(1_234_567) == "1.23m" and money.short_count(9_999) == "9,999"
    assert [money.tick_yuan(Decimal(mark)) for mark in (0, 2500, 15_000, 2_500_000)] == [
        "0",
        "2.5k",
        "15k",
        "2.5m",
    ]
    assert (money.duration(64), money.duration(9)) == ("1 min 04 s", "9 s")
    assert money.tenths(0.68) == "68%"
    day, last = dt.date(2025, 12, 28), dt.date(2026, 1, 3)
    assert words.day(day, 2025) == "28 Dec" and words.day(day, 2026) == "28 Dec 2025"
    assert words.span(day, last).startswith("28 Dec 2025–3 Jan") and words.span(last, last) == words.day(last)
    assert words.weekday(last) == "Saturday" and words.month(day) == "Dec 2025"
    assert words.moment(dt.datetime(2025, 11, 24, 14, 5, tzinfo=BEIJING)).startswith("24 Nov 2025 14:05")
    assert language.label(PLATFORM, "douyin") == "Douyin" and language.label(PLATFORM, "x") == "x"
    assert language.called(METRICS["paid_gmv"]) == METRICS["paid_gmv"].en
    assert language.phrase("中文", "a phrase") == "A phrase." and language.listed(["A", "B"]) == "A, B"


def test_chinese_is_what_nobody_chose() -> None:
    assert language.language() == "zh" and language.pick("中文", "English") == "中文"
    assert language.phrase("一句话", "a phrase") == "一句话。" and language.listed(["甲", "乙"]) == "甲、乙"
    assert words.span(dt.date(2025, 12, 28), dt.date(2026, 1, 3)).endswith("1月3日")
