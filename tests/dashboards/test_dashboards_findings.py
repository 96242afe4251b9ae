"""Sentences above charts: true of what is drawn, and said where there is nothing."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from dashboards.parts.page.findings import best_day, largest_step, most_and_least, most_will_stay
from metrics.reports.nobody import leading

NAMES = ["自播", "达播", "**搜索**"]
FRONT = ("最后留下", "to stay")
DAY = dt.date(2026, 11, 10)


@pytest.mark.parametrize(
    ("amounts", "zh", "en"),
    [
        ([100_00, 300_00, 100_00], "最后留下最多的是达播，¥300，占列出的 3 个的 60%", "60% of the 3 shown"),
        ([None, 300_00, None], "最后留下最多的是达播，¥300", "Most will stay of 达播: ¥300"),
        ([-100, 300_00, 0], "最后留下最多的是达播，¥300", "¥300"),  # a part of a sum with losses says nothing
        (
            [5_00, 5_00, None],
            "最后留下最多的是自播等 2 个（一样多），¥5，占列出的 2 个的 50%",
            "1 more alike",
        ),
        ([None, None, None], "还估不了谁最后留得最多", "Nothing can be estimated yet"),
        ([None, None, 12_345_678_00], "最后留下最多的是\\*\\*搜索\\*\\*，¥1,235万", "¥1,235万"),
    ],
)
def test_of_whom_most_will_stay(amounts: list[int | None], zh: str, en: str) -> None:
    told = most_will_stay(amounts, NAMES)
    assert told[0] == zh and en in told[1]


@pytest.mark.parametrize(
    ("apart", "zh", "en"),
    [
        (
            [800_00, None],
            "最后留下最多的是达播，¥300，占能分出渠道的 3 个的 60%；另有 ¥800 平台没分渠道",
            "60% of the 3 whose channel is known; of another ¥800 no platform gives the channel",
        ),
        ([None], "最后留下最多的是达播，¥300，占列出的 3 个的 60%", "60% of the 3 shown"),
    ],
)
def test_what_no_platform_tells_the_channel_of_leads_nothing(
    apart: list[int | None], zh: str, en: str
) -> None:
    told = most_will_stay([100_00, 300_00, 100_00], NAMES, apart)
    assert told[0] == zh and told[1].endswith(en)


@pytest.mark.parametrize(
    ("rates", "zh"),
    [
        ([0.4, 0.7, 0.5], "留得最多的是达播，70%；最少的是自播，40%"),
        ([0.4, None, None], "留得最多的是自播，40%"),
        ([0.4, 0.4, 0.4], "留得最多的是自播等 3 个（一样多），40%"),
        ([None, None, None], "还没有可以比的"),
    ],
)
def test_who_keeps_the_largest_part_and_the_smallest(rates: list[float | None], zh: str) -> None:
    assert most_and_least(rates, NAMES)[0] == zh


def steps(*amounts: int) -> pl.DataFrame:
    last = len(amounts) - 1
    rows = [
        {
            "step": str(place),
            "zh": f"第{place}级",
            "en": f"rung {place}",
            "fen": fen,
            "is_total": place in (0, last),
        }
        for place, fen in enumerate(amounts)
    ]
    return pl.DataFrame(rows)


def test_a_waterfall_says_its_ends_and_its_largest_step() -> None:
    told = largest_step(steps(100_00, -30_00, 50_00, -50_00, 70_00))
    assert told[0] == "从第0级 ¥100.00 到第4级 ¥70.00，最大的一步是第2级 +¥50.00", "the first of two as large"
    assert told[1] == "From rung 0 ¥100.00 to rung 4 ¥70.00; the largest step is rung 2, +¥50.00"
    assert largest_step(steps(7, 0, 7))[0] == "从第0级 ¥0.07 到第2级 ¥0.07，中间没有差别"


def days(*amounts: int | None) -> pl.DataFrame:
    dates = [DAY + dt.timedelta(days=number) for number in range(len(amounts))]
    return pl.DataFrame(
        {"date": dates, "front_fen": amounts}, schema={"date": pl.Date, "front_fen": pl.Int64}
    )


@pytest.mark.parametrize(
    ("amounts", "zh", "en"),
    [
        (
            [1_00, 12_300_00, 5],
            "3 天里最后留下最多的是11月11日，¥1.23万",
            "Of 3 days 11 Nov had most to stay: ¥1.23万",
        ),
        ([None, 9_00, None], "3 天里最后留下最多的是11月11日，¥9；2 天没有数据", "2 without data"),
        ([None, None], "这 2 天还没有数字", "No figures of these 2 days yet"),
        ([7, 7], "2 天里最后留下最多的是11月10日等 2 个（一样多），¥0", "10 Nov and 1 more alike"),
    ],
)
def test_the_best_of_some_days(amounts: list[int | None], zh: str, en: str) -> None:
    told = best_day(days(*amounts), FRONT)
    assert told[0] == zh and en in told[1]


def test_what_no_platform_gives_the_channel_of_is_never_cut_off() -> None:
    channels = [f"named{number}" for number in range(5)] + ["untold"]
    rows = pl.DataFrame({"platform": ["jd"] * len(channels), "channel": channels})
    listed = leading(rows, ("platform", "channel"), 3)["channel"].to_list()
    assert listed == [*channels[:3], "untold"]
