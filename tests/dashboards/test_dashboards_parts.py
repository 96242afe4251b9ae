"""Money, words, periods and shop verdicts, each against figures worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from dashboards_cases import BEIJING, NOW, TODAY
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from contracts.codes import CHANNEL
from dashboards.parts.figures.outlook import bounds
from dashboards.parts.health.shops import judge_shop, late_shops, newest_attempts
from dashboards.parts.page import money, phone, words
from dashboards.parts.page.charts import CHANNEL_COLOURS
from dashboards.parts.page.windows import months_to, so_far, whole_day, windows_to
from metrics.reports.sheets import Column

YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("fen", "exact", "short"),
    [
        (190_248_715, "¥1,902,487.15", "¥190.2万"),
        (0, "¥0.00", "¥0.00"),
        (1, "¥0.01", "¥0.01"),
        (-1_234_567, "-¥12,345.67", "-¥1.23万"),
        (999_999, "¥9,999.99", "¥9,999.99"),
        (1_000_000, "¥10,000.00", "¥1.00万"),
        (1_235_000, "¥12,350.00", "¥1.24万"),  # half up, not to even
        (999_999_999, "¥9,999,999.99", "¥1,000万"),
        (9_999_999_999, "¥99,999,999.99", "¥1.00亿"),
        (12_345_678_901, "¥123,456,789.01", "¥1.23亿"),
        (None, "—", "—"),
    ],
)
def test_money_is_exact_or_short(fen: int | None, exact: str, short: str) -> None:
    assert (money.yuan(fen), money.short_yuan(fen)) == (exact, short)


@pytest.mark.parametrize(
    ("width", "shown"),
    [(356, ["name", "kept", "why"]), (560, ["name", "kept", "why", "rows"]), (200, ["name", "kept"])],
)
def test_a_phone_has_what_leads_whole_before_any_other_column(width: int, shown: list[str]) -> None:
    columns = {"name": Column("月份", "month"), "why": Column("算不算", "does it count"),
               "rows": Column("行数", "rows", "count"), "kept": Column("留下", "kept", "fen")}  # fmt: skip
    cells = {"name": ["月份", "2026-12"], "why": ["不计入：这个月不是整月都是成员，所以不算在里面"],
             "rows": ["行数", "7,108"], "kept": ["留下", "¥497,513.26"]}  # fmt: skip
    found = phone.fitted(columns, cells, ("name", "kept", "why"), width)
    assert list(found) == shown and sum(found.values()) == width
    assert found["kept"] >= phone.pixels("¥497,513.26") and found["name"] >= phone.pixels("2026-12")


@given(st.integers(-(10**15), 10**15))
def test_exact_money_reads_back_to_the_fen(fen: int) -> None:
    digits = money.yuan(fen).replace("¥", "").replace(",", "")
    whole, part = digits.removeprefix("-").split(".")
    assert (int(whole) * 100 + int(part)) * (-1 if digits.startswith("-") else 1) == fen


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.385, "39%"),
        (0.384, "38%"),
        (0.0, "0%"),
        (0.00187, "0.19%"),
        (-0.005, "-0.50%"),
        (0.01, "1%"),
        (1.25, "125%"),
        (None, "—"),
    ],
)
def test_percent(fraction: float | None, text: str) -> None:
    assert money.percent(fraction) == text


@pytest.mark.parametrize(
    ("part", "whole", "found"), [(1, 4, 0.25), (1, 0, None), (None, 4, None), (3, None, None), (0, 4, 0.0)]
)
def test_share_of_nothing_is_nothing(part: int | None, whole: int | None, found: float | None) -> None:
    assert money.share(part, whole) == found


@pytest.mark.parametrize(
    ("count", "text"), [(9_999, "9,999"), (23_000, "2.30万"), (1_234_567, "123.5万"), (None, "—")]
)
def test_counts(count: int | None, text: str) -> None:
    assert money.short_count(count) == text


@given(st.integers(-(10**12), 0), st.integers(0, 10**14))
def test_marks_of_an_axis_are_few_hold_all_and_read_as_what_they_are(least_fen: int, most_fen: int) -> None:
    lowest, highest = Decimal(least_fen) / 100, Decimal(most_fen) / 100
    marks = money.ticks(float(lowest), float(highest))
    words = [money.tick_yuan(mark) for mark in marks]
    assert 2 <= len(marks) <= 7 and marks[0] <= lowest and highest <= marks[-1] and 0 in marks
    units = {"万": 10**4, "亿": 10**8}
    assert [Decimal(word.rstrip("万亿").replace(",", "")) * units.get(word[-1], 1) for word in words] == marks


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "—"), (0, "0秒"), (59, "59秒"), (60, "1分00秒"), (64, "1分04秒"), (3_600, "60分00秒")],
)
def test_a_time_is_minutes_and_seconds(seconds: int | None, text: str) -> None:
    assert money.duration(seconds) == text


@pytest.mark.parametrize(
    ("highest", "words"),
    [
        (0, ["0", "0.25"]),
        (15_000, ["0", "5,000", "1万", "1.5万"]),
        (18_000, ["0", "5,000", "1万", "1.5万", "2万"]),
        (2.3e8, ["0", "1亿", "2亿", "3亿"]),
    ],
)
def test_marks_of_an_axis_in_words(highest: float, words: list[str]) -> None:
    assert [money.tick_yuan(mark) for mark in money.ticks(0, highest)] == words


# words
def test_invisible_and_turning_characters_are_shown() -> None:
    assert words.visible("a\u202eb\u200bc\x07\n👩\u200d👧") == "a⟨U+202E⟩b⟨U+200B⟩c⟨U+0007⟩ 👩\u200d👧"


def test_long_words_are_cut() -> None:
    assert words.visible("长" * 50, 10) == "长" * 9 + "…"


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=40))
def test_plain_leaves_no_mark_unescaped(text: str) -> None:
    shown = words.plain(text, 100)
    rest = shown.replace("\u2060", "")
    marks = [
        place for place, character in enumerate(rest) if not character.isalnum() and character not in " \\"
    ]
    assert all(rest[place - 1] == "\\" for place in marks)


@pytest.mark.parametrize(
    "text",
    [
        ":fire: :material/lock:",
        "http://x.invalid www.x.invalid",
        "$x^2$ $$y$$",
        "[a](b) **c** :red[d] <b>e</b>",
        "# 1. - > |",
    ],
)
def test_plain_words_survive_as_words(text: str) -> None:
    """What a reader sees is what was written: backslashes and joiners are all that was added."""
    assert words.plain(text).replace("\u2060", "").replace("\\", "") == text
    assert ":fire:" not in words.plain(text) and "http:" not in words.plain(text)


def test_stored_sentences_are_split_into_chinese_and_english() -> None:
    assert words.halves("金额无法识别 / not an amount / of money") == (
        "金额无法识别",
        "not an amount / of money",
    )
    assert words.halves(None) == ("", "")


def test_days_carry_their_year_only_when_it_is_another() -> None:
    assert words.day(dt.date(2020, 3, 1)) == "2020年3月1日"
    assert words.day(TODAY) == f"{TODAY.month}月{TODAY.day}日"
    assert words.span(dt.date(2020, 2, 1), dt.date(2020, 3, 1)) == "2020年2月1日–3月1日"
    assert words.span(dt.date(2019, 12, 31), dt.date(2020, 1, 6)) == "2019年12月31日–2020年1月6日"


def test_moments_are_beijing_time() -> None:
    assert words.moment(dt.datetime(2020, 3, 1, 16, 5, tzinfo=dt.UTC)) == "2020年3月2日 00:05"


# periods
@pytest.mark.parametrize("newest", [YESTERDAY, TODAY, TODAY + dt.timedelta(days=2)])
def test_periods_end_yesterday_however_much_of_today_is_there(newest: dt.date) -> None:
    assert [(item.zh, (item.last - item.first).days + 1, item.last) for item in windows_to(newest)] == [
        ("近7天", 7, YESTERDAY),
        ("近30天", 30, YESTERDAY),
    ]


def test_periods_of_old_data_end_on_their_newest_day() -> None:
    old = TODAY - dt.timedelta(days=3)
    assert [(item.zh, item.last) for item in windows_to(old)] == [("近7天", old), ("近30天", old)]


def test_only_yesterday_is_called_so_and_today_says_that_it_is_not_over() -> None:
    yesterday, earlier = TODAY - dt.timedelta(days=1), TODAY - dt.timedelta(days=2)
    assert [(item.zh, item.period) for item in (whole_day(yesterday), whole_day(earlier), so_far())] == [
        ("昨天", (yesterday, yesterday)), ("最新一天", (earlier, earlier)), ("今天（未完）", (TODAY, TODAY))
    ]  # fmt: skip


def test_months_are_whole_but_for_the_one_that_runs() -> None:
    assert [(item.zh, item.period) for item in months_to(dt.date(2020, 3, 12), 3)] == [
        ("2020年3月（未完）", (dt.date(2020, 3, 1), dt.date(2020, 3, 12))),
        ("2020年2月", (dt.date(2020, 2, 1), dt.date(2020, 2, 29))),
        ("2020年1月", (dt.date(2020, 1, 1), dt.date(2020, 1, 31))),
    ]
    assert months_to(dt.date(2020, 2, 29), 1)[0].zh == "2020年2月"


# charts
def test_every_channel_has_a_colour_of_its_own() -> None:
    assert list(CHANNEL_COLOURS) == CHANNEL.values
    assert len(set(CHANNEL_COLOURS.values())) == len(CHANNEL_COLOURS)


# shops
def seen(observed: dt.datetime | None, covered: dt.datetime | None = None) -> dict[str, object]:
    return {"observed_at": observed, "covered_until_at": covered}


@pytest.mark.parametrize(
    ("shop", "word", "colour"),
    [
        (seen(NOW - dt.timedelta(hours=2)), "正常", "green"),
        (seen(NOW - dt.timedelta(days=9), NOW), "正常", "green"),
        (seen(NOW - dt.timedelta(days=3, hours=1)), "3 天没有新数据", "orange"),
        (seen(NOW - dt.timedelta(hours=37)), "1 天没有新数据", "orange"),
        (seen(None), "还没有数据", "red"),
    ],
)
def test_a_shops_word(shop: dict[str, object], word: str, colour: str) -> None:
    found = judge_shop(shop, [], NOW)
    assert (found.word, found.colour) == (word, colour)


def test_a_failed_collection_outweighs_fresh_data_and_tells_the_step() -> None:
    failed = [
        {
            "outcome_code": "failed",
            "message_name": "授权已失效 / permission gone",
            "next_step_name": "重新授权 / authorise again",
            "rule_name": "X",
        }
    ]
    found = judge_shop(seen(NOW), failed, NOW)
    assert found.colour == "red"
    assert found.step == "授权已失效。重新授权。"


def test_only_the_newest_attempt_of_each_kind_counts() -> None:
    shop = {"merchant_id": "m", "shop_id": "s", "platform_code": "douyin"}
    rows = [
        {**shop, "kind_code": "orders", "outcome_code": "ok", "changed_at": NOW},
        {**shop, "kind_code": "orders", "outcome_code": "failed", "changed_at": NOW - dt.timedelta(days=1)},
        {**shop, "kind_code": "refunds", "outcome_code": "failed", "changed_at": NOW},
    ]
    found = newest_attempts(pl.DataFrame(rows))
    assert [(row["kind_code"], row["outcome_code"]) for row in found["m", "s", "douyin"]] == [
        ("orders", "ok"),
        ("refunds", "failed"),
    ]


def test_a_shop_is_late_for_a_day_until_it_was_seen_after_its_midnight_in_beijing() -> None:
    midnight = dt.datetime(2020, 3, 1, 16, 0, tzinfo=dt.UTC)  # the end of 1 March
    told = {
        "on time": midnight,
        "late": midnight - dt.timedelta(minutes=1),
        "later": midnight - dt.timedelta(days=2),
        "never": None,
    }
    shops = pl.DataFrame(
        [{"shop_name": name, **seen(at)} for name, at in told.items()],
        schema_overrides={"covered_until_at": pl.Datetime("us", "UTC")},
    )
    assert late_shops(shops, dt.date(2020, 3, 1), NOW) == [("later", told["later"]), ("late", told["late"])]
    assert [name for name, _ in late_shops(shops, dt.date(2020, 3, 1), midnight - dt.timedelta(days=1))] == [
        "later",
        "on time",
        "late",
    ], "a release tells no more"


def test_beijing_is_where_the_day_begins() -> None:
    assert words.today() == dt.datetime.now(BEIJING).date()


def test_plain_words_reach_the_screen_unread() -> None:
    """Through Streamlit itself: the body still holds the escapes, so nothing in it was taken for markup."""
    app = AppTest.from_string(
        "import streamlit as st\nfrom dashboards.parts.page.words import plain\nst.markdown(plain('**x** "
        "$y$'))"
    ).run()
    assert app.markdown[0].value == "\\*\\*x\\*\\* \\$y\\$"


@pytest.mark.parametrize(
    ("age", "kept", "low", "high", "said"),
    [
        (46, 900_00, 900_00, 900_00, "已定"),
        (7, 0, 0, 0, "已定"),
        (21, 782_00, 782_00, 782_00, "同类到这时不再退"),
        (21, 782_00, 700_00, 782_00, "八成把握 ¥700–¥782"),
        (21, 782_00, None, None, "还没有估计"),
    ],
)
def test_what_may_still_come_back_is_not_called_settled(
    age: int, kept: int, low: int | None, high: int | None, said: str
) -> None:
    """Where an estimate sees no more refunds, that is what it saw of others.

    Only what is of age, or gone, is settled.
    """
    assert (
        bounds({"age_days_qty": age, "kept_fen": kept, "matured_low_fen": low, "matured_high_fen": high})
        == said
    )


# on whom it hangs
@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            "Concentration(4107, 5, 'x', 0.6, 1_621_120, 1)",
            [
                "能分出渠道的净成交里 **60%** 靠一个渠道：**x**",
                "¥16,211.20",
            ],
        ),
        (
            "Concentration(4107, 5, 'x', 0.6, 0, 1, leaders_share=0.9)",
            ["净成交里 **60%** 靠一个渠道：**x**，**偏集中**"],
        ),
        (
            "Concentration(1900, 9, 'x', 0.31, 0, 1, leaders_share=0.624)",
            ["前三个渠道占了净成交的 **62%**，**集中度适中**；最大的是 **x**，占 **31%**"],
        ),
        (
            "Concentration(700, 40, 'x', 0.11, 0, 1, leaders_share=0.2)",
            ["前三个渠道占了净成交的 **20%**，**分散**"],
        ),
        ("Concentration(3450, 3, 'x', 0.4, 0, 1, leaders_share=1)", ["最大的渠道 **x** 占净成交 **40%**"]),
        ("Concentration(10_000, 1, 'x', 1.0, 0, 1, leaders_share=1)", ["净成交全部来自一个渠道：**x**"]),
        (
            "Concentration(None, 397, None, None, 58_00, 1, 1)",
            ["有 1 个渠道退回的比付的还多"],
        ),
        ("Concentration(None, 0, None, None, 58_00, 1)", ["来源没有说是哪个渠道"]),
        ("Concentration(None, 0, None, None, 0, 1)", ["没有留存的净成交"]),
    ],
)
def test_on_whom_it_hangs_says_of_what_and_why_not(found: str, said: list[str]) -> None:
    imports = (
        "from dashboards.parts.figures.people import show_concentration\nfrom "
        "metrics.reports.concentration import Concentration\n"
    )
    app = AppTest.from_string(
        f"{imports}show_concentration({found}, ('净成交', 'kept money'), '渠道', 'channel', {{}})"
    ).run()
    text = "\n".join(item.value for kind in (app.markdown, app.caption) for item in kind)
    assert not app.exception and [part for part in said if part not in text] == []
    assert "指数" not in text and "4,107" not in text
    assert ("能分出渠道" in text) == ("1_621_120" in found) and ("来源没有说" in text) == (
        "来源没有说" in said[0]
    )
