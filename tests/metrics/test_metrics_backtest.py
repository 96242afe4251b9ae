"""What was said before, against what is: the same orders on both sides, bounds of sums, and nothing of what
was never public or is another's.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from metrics_cases import AT, OTHER, Row, day, merchant, publish, rows_of

from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports.staying.backtest import Said, Score, said_before, score
from warehouse.lake import Lake
from warehouse.ops import OUTLOOK
from warehouse.place import Place

#: A Monday; the release reads data up to the Tuesday 51 days later.
WEEK = dt.date(2026, 1, 19)
REACH = day(11)
_SHOP = {"merchant_id": "m1", "shop_id": "s1", "platform_code": "douyin"}


def now_row(date: dt.date, kept: int, point: int | None, *, shop: str = "s1", owner: str = "m1") -> Row:
    age = (REACH - date).days
    row: Row = {
        **_SHOP,
        "merchant_id": owner,
        "shop_id": shop,
        "channel_code": "own_live",
        "business_date": date,
        "paid_fen": 100_000,
        "kept_fen": kept,
    }
    row |= {
        "age_days_qty": age,
        "maturity_level_code": "channel",
        "matured_noise_number": 100,
        "matured_doubt_fen": 0,
    }
    return row | {"matured_fen": point, "matured_low_fen": point, "matured_high_fen": point}


def said_row(
    build: int,
    week: dt.date,
    last: dt.date,
    point: int,
    age: int,
    *,
    shop: str = "s1",
    owner: str = "m1",
    spread: int = 3_000,
) -> Row:
    row: Row = {
        **_SHOP,
        "build_number": build,
        "merchant_id": owner,
        "shop_id": shop,
        "first_date": week,
        "last_date": last,
        "paid_fen": 100_000,
    }
    row |= {
        "kept_fen": 90_000,
        "age_days_qty": age,
        "matured_fen": point,
        "matured_low_fen": point - 4_000,
        "matured_high_fen": point + 4_000,
    }
    return row | {"matured_noise_number": spread**2 // 10_000, "matured_doubt_fen": 0}


def tell(place: Place, said: list[Row], now: list[Row], *, hold_first: bool = False) -> Viewer:
    """Two builds said ``said``; the first may have been held back. The second is public and reads ``now``."""
    publish(place, {}, at=AT - dt.timedelta(days=15), hold=["X"] if hold_first else ())
    with Lake.open(place, write=True) as lake:
        lake.append(OUTLOOK, OUTLOOK.shape(pl.DataFrame(said, infer_schema_length=None)))
    publish(place, {"mart_outlook_daily": rows_of("mart_outlook_daily", now)})
    return merchant(place)


THEN = REACH - dt.timedelta(days=15)
SAID = [
    said_row(1, WEEK, THEN, 45_000, 31), said_row(1, WEEK + dt.timedelta(days=7), THEN, 30_000, 24),
    said_row(1, WEEK, THEN, 20_000, 31, shop="s2"),
    # the week that was not over then, one of another merchant, and what the newest build says
    said_row(1, dt.date(2026, 2, 23), THEN, 99_000, 0), said_row(1, WEEK, THEN, 7_777, 31, owner=OTHER),
    said_row(2, WEEK, REACH, 44_000, 46),
]  # fmt: skip
NOW = [
    now_row(WEEK, 43_000, 43_000), now_row(WEEK + dt.timedelta(days=7), 35_000, 31_000),
    now_row(WEEK, 22_000, 22_000, shop="s2"),
    now_row(dt.date(2026, 2, 23), 90_000, 60_000), now_row(WEEK, 7_777, 7_777, owner=OTHER),
]  # fmt: skip


def test_the_sentence_is_of_the_same_orders_on_both_sides(place: Place) -> None:
    found = said_before(tell(place, SAID, NOW))
    assert isinstance(found, Said)
    assert (found.said_date, found.days, found.weeks_qty, found.now_fen, found.added_fen) == (
        THEN,
        15,
        3,
        43_000 + 31_000 + 22_000,
        0,
    )
    assert found.done_share == pytest.approx(2 / 3), "the second week is 44 days old"
    # 95,000 ± 1.28 × √(3 × 3,000²): the bounds are of the sum, not the sum of bounds
    assert found.low_fen == pytest.approx(95_000 - 1.2816 * 5_196, abs=250)
    assert found.high_fen == pytest.approx(95_000 + 1.2816 * 5_196, abs=250)
    assert found.is_inside


def test_what_came_to_be_known_since_is_told_apart(place: Place) -> None:
    more = now_row(WEEK + dt.timedelta(days=1), 50_000, 50_000)
    found = said_before(tell(place, SAID, [*NOW, more]))
    assert found is not None
    assert (found.added_fen, found.is_inside) == (100_000, False)


def test_a_build_nobody_was_shown_said_nothing(place: Place) -> None:
    viewer = tell(place, SAID, NOW, hold_first=True)
    assert said_before(viewer) is None
    assert score(viewer) == Score(0, 0)


def test_nothing_said_long_enough_ago_is_no_sentence(place: Place) -> None:
    viewer = tell(place, [said_row(1, WEEK, REACH - dt.timedelta(days=13), 45_000, 31)], NOW)
    assert said_before(viewer) is None
    assert said_before(viewer, days=13) is not None
    assert said_before(Viewer(place, "test", "merchant", OTHER)) is None


def test_weeks_that_are_over_score_what_was_said_at_a_fortnight(place: Place) -> None:
    said = [
        said_row(1, WEEK, WEEK + dt.timedelta(days=20), 50_000, 14),
        said_row(2, WEEK, WEEK + dt.timedelta(days=21), 43_000, 15),
        said_row(1, WEEK, WEEK + dt.timedelta(days=20), 23_000, 14, shop="s2"),
        said_row(1, WEEK + dt.timedelta(days=7), THEN, 1, 15),
    ]  # fmt: skip
    # s1 ended at 43,000, outside 46,000–54,000 as first said; s2 at 22,000, inside; the second week is not
    # over
    assert score(tell(place, said, NOW)) == Score(2, 1)


@pytest.mark.parametrize(("age", "counts"), [(13, False), (14, True), (20, True), (21, False)])
def test_a_fortnight_lasts_a_week(place: Place, age: int, counts: bool) -> None:
    said = [said_row(1, WEEK, WEEK + dt.timedelta(days=age + 6), 43_000, age)]
    assert score(tell(place, said, NOW)) == Score(int(counts), int(counts))


@pytest.mark.parametrize(("days", "counts"), [(6, False), (7, True)])
def test_only_of_a_week_that_was_over_something_was_said(place: Place, days: int, counts: bool) -> None:
    viewer = tell(place, [said_row(1, WEEK, WEEK + dt.timedelta(days=days), 43_000, 14)], NOW)
    assert (said_before(viewer) is not None, score(viewer).weeks_qty) == (counts, int(counts))


def test_shops_whose_data_reached_less_far_do_not_make_the_sentence_older(place: Place) -> None:
    """And a week without an estimate today takes no part, nor does what an older build said of it."""
    earlier = said_row(1, WEEK, THEN - dt.timedelta(days=3), 20_000, 28, shop="s2")
    silent = [said_row(1, WEEK, THEN, 9_000, 31, shop="s3"), now_row(WEEK, 9_000, None, shop="s3")]
    found = said_before(tell(place, [SAID[0], earlier, silent[0]], [*NOW, silent[1]]))
    assert found is not None
    assert (found.said_date, found.days, found.weeks_qty, found.now_fen) == (THEN, 15, 2, 65_000)


def test_matured_net_is_asked_for_like_any_other(place: Place) -> None:
    viewer = tell(place, SAID, NOW)
    answer = ask(viewer, ["matured_net"], by=["shop"], period=(WEEK, WEEK + dt.timedelta(days=13)))
    assert answer.rows.rows() == [("s1", 74_000), ("s2", 22_000)]
    (note,) = [note for note in answer.notes if note.code == "MATURED_INTERVAL"]
    # 4,000 of the 100,000 kept are still to go, of variance 3 × 100 yuan²: one in ten that 2,000 or less do
    # (gamma distribution)
    assert note.amount_fen == pytest.approx(98_000, abs=30)
    assert "八成把握" in note.zh and answer.age is not None
    assert ask(viewer, ["matured_net", "paid_gmv"]).rows.row(0)[0] == 43_000 + 31_000 + 22_000 + 60_000


def test_a_sum_with_a_day_that_has_no_estimate_is_empty_and_says_so(place: Place) -> None:
    viewer = tell(place, SAID, [*NOW, now_row(day(9), 90_000, None)])
    answer = ask(viewer, ["matured_net"])
    assert answer.rows.row(0) == (None,)
    assert [(note.code, note.amount_fen) for note in answer.notes] == [("MATURED_UNTOLD", 100_000)]
    assert ask(viewer, ["matured_net"], by=["date"], period=(day(9), day(9))).rows[
        "matured_net"
    ].to_list() == [None]
    assert ask(viewer, ["matured_net"], period=(WEEK, WEEK)).rows.row(0) == (65_000,)
