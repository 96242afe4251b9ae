"""From lines and refunds to projected cohorts: what is laid on which age, what teaches and what does not, and
what a projection may never do.
"""

from __future__ import annotations

import datetime as dt
import math

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from contracts.canonical import SHOP
from transforms.maturity.cohorts import ALL_GOODS, COHORT, Promotion, make_cohorts, segment_lines
from transforms.maturity.interval import bounds
from transforms.maturity.outlook import project
from transforms.maturity.said import said_by_week, summed
from transforms.maturity.triangle import HORIZON, make_triangle

KNOWN = dt.date(2026, 7, 31)
_SHOP = {"merchant_id": "m", "shop_id": "s", "platform_code": "douyin"}
KNOWN_DAYS = pl.DataFrame([_SHOP | {"known_date": KNOWN}])
REFUND = {
    "refund_date": pl.Date,
    "refund_fen": pl.Int64,
    "refund_stage_code": pl.String,
    "order_line_id": pl.String,
} | dict.fromkeys(_SHOP, pl.String)


def lines(days_ago: list[int], **more: object) -> pl.DataFrame:
    """One order of 100 yuan for each day before the last known one."""
    rows = [
        _SHOP
        | {
            "order_line_id": str(number),
            "order_id": str(number),
            "channel_code": "own_live",
            "paid_date": KNOWN - dt.timedelta(days=ago),
            "paid_fen": 10_000,
        }
        | {"cohort_refund_fen": 0, "refund_undated_fen": 0, "unit_price_fen": 10_000, "category_name": None}
        | more
        for number, ago in enumerate(days_ago)
    ]
    return pl.DataFrame(rows, schema_overrides={"category_name": pl.String})


def refunds(found: dict[int, tuple[int, int, str]], days_ago: list[int]) -> pl.DataFrame:
    """Line number → (age, fen, stage) of its refund."""
    rows = [
        _SHOP
        | {
            "order_line_id": str(number),
            "refund_date": KNOWN - dt.timedelta(days=days_ago[number] - age),
            "refund_fen": fen,
            "refund_stage_code": stage,
        }
        for number, (age, fen, stage) in found.items()
    ]
    return pl.DataFrame(rows, schema=REFUND)


def cohorts_of(
    sold: pl.DataFrame, back: pl.DataFrame, promotions: tuple[Promotion, ...] = ()
) -> tuple[pl.DataFrame, pl.DataFrame]:
    sums = back.group_by("order_line_id").agg(_sum=pl.col("refund_fen").sum())
    told = sold.join(sums, on="order_line_id", how="left").with_columns(
        cohort_refund_fen=pl.col("refund_undated_fen") + pl.col("_sum").fill_null(0)
    )  # fmt: skip
    return make_cohorts(segment_lines(told.drop("_sum"), KNOWN_DAYS, promotions), back)


def test_refunds_lie_on_their_age_and_their_stage() -> None:
    days = [3, 3, 3]
    triangle = make_triangle(
        *cohorts_of(
            lines(days),
            refunds(
                {0: (0, 4_000, "before_shipment"), 1: (2, 5_000, "after_shipment"), 2: (2, 600, "unknown")},
                days,
            ),
        ),
        COHORT,
    )
    found = triangle.sort("age").select("age", "base_fen", "before_fen", "after_fen").rows()
    assert found == [(0, 30_000, 4_000, 0), (1, 26_000, 0, 0), (2, 26_000, 0, 5_600), (3, 20_400, 0, 0)]


def test_the_day_that_is_not_over_waits_and_dates_before_payment_count_on_the_paid_day() -> None:
    days = [1, 1]
    cohorts, back = cohorts_of(
        lines(days), refunds({0: (2, 4_000, "before_shipment"), 1: (-3, 500, "before_shipment")}, days)
    )
    assert cohorts.select("kept_fen", "kept_known_fen").row(0) == (15_500, 19_500)
    triangle = make_triangle(cohorts, back, COHORT)
    assert triangle.sort("age").select("age", "base_fen", "before_fen").rows() == [
        (0, 20_000, 500),
        (1, 19_500, 0),
    ]


def test_a_cohort_whose_refunds_have_no_date_teaches_nothing_and_is_still_projected() -> None:
    """Ten days with refunds of untold date and one old day that was watched: the factors come from that one
    alone.
    """
    days = [*range(1, 11), 50]
    sold = lines(days).with_columns(
        refund_undated_fen=pl.when(pl.col("order_line_id") != "10").then(6_000).otherwise(0)
    )
    cohorts, back = cohorts_of(sold, refunds({10: (20, 5_000, "after_shipment")}, days))
    assert make_triangle(cohorts, back, COHORT)["paid_date"].unique().to_list() == [
        KNOWN - dt.timedelta(days=50)
    ]
    found = project(cohorts, back)
    young = found.filter(pl.col("age") < HORIZON)
    assert young["kept_fen"].to_list() == [4_000] * 10
    assert young["matured_fen"].to_list() == pytest.approx([2_000.0] * 10)


def test_money_that_came_in_on_one_line_of_an_order_and_went_back_on_another_is_not_kept() -> None:
    """JD tells what an order was paid, and a refund by its line: 100 yuan paid on the rest, 60 of it back on
    a line that was paid nothing.
    """
    days = [3, 3]
    sold = lines(days).with_columns(paid_fen=pl.Series([10_000, 0]), order_id=pl.lit("one"))
    cohorts, back = cohorts_of(sold, refunds({1: (1, 6_000, "after_shipment")}, days))
    assert cohorts.select("paid_fen", "kept_fen", "kept_known_fen", "orders_qty").rows() == [
        (10_000, 4_000, 4_000, 1)
    ]
    assert make_triangle(cohorts, back, COHORT).sort("age").select("base_fen", "after_fen").rows() == [
        (10_000, 0),
        (10_000, 6_000),
        (4_000, 0),
        (4_000, 0),
    ]


def test_a_cohort_refunded_more_than_it_was_paid_stays_as_it_is() -> None:
    days = [3, 50, 50]
    found = (
        project(
            *cohorts_of(
                lines(days),
                refunds({0: (1, 12_000, "after_shipment"), 1: (20, 5_000, "after_shipment")}, days),
            )
        )
        .sort("age")
        .row(0, named=True)
    )
    assert (found["kept_fen"], found["matured_fen"], found["noise2"], found["doubt_fen"]) == (
        -2_000,
        -2_000,
        0.0,
        0.0,
    )


def test_a_few_undated_fen_count_as_gone_at_once() -> None:
    cohorts, back = cohorts_of(lines([2]).with_columns(refund_undated_fen=pl.lit(90)), refunds({}, [2]))
    assert make_triangle(cohorts, back, COHORT).sort("age").select("base_fen", "after_fen").rows() == [
        (10_000, 90),
        (9_910, 0),
        (9_910, 0),
    ]


def test_nothing_is_projected_before_anybody_was_watched_to_the_end() -> None:
    days = list(range(1, 40))
    found = project(*cohorts_of(lines(days), refunds({38: (5, 3_000, "after_shipment")}, days)))
    assert found["matured_fen"].to_list() == [None] * len(days)


@pytest.mark.parametrize(("back", "matured"), [(10_000, None), (9_999, 1.0)])
def test_nothing_is_projected_where_nobody_watched_had_anything_left_to_give_back(
    back: int, matured: float | None
) -> None:
    """Of 100 yuan bought 45 days ago ``back`` went on day 6: with nothing left no later age tells whether
    people keep what they still have then.
    """
    days = [0, HORIZON]
    found = project(*cohorts_of(lines(days), refunds({1: (6, back, "before_shipment")}, days))).sort("age")
    assert found["matured_fen"].to_list() == [matured and pytest.approx(matured), 10_000 - back]


def test_thin_goods_stand_with_their_channel_and_promotions_apart() -> None:
    days = [5] * 205
    sold = lines(days).with_columns(
        category_name=pl.when(pl.col("order_line_id").cast(pl.Int64) < 203)
        .then(pl.lit("连衣裙"))
        .otherwise(pl.lit("风衣"))
    )
    found = segment_lines(sold, KNOWN_DAYS)
    assert set(found.group_by("category_name", "price_band_code").len().rows()) == {
        ("连衣裙", "(9900, 19900]", 203),
        (ALL_GOODS, ALL_GOODS, 2),
    }
    day = KNOWN - dt.timedelta(days=5)
    for promotion, marked in (
        (Promotion("618", day, day), True),
        (Promotion("618", day, day, "taobao"), False),
    ):
        assert segment_lines(sold, KNOWN_DAYS, (promotion,))["is_promotion"].unique().to_list() == [marked]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[int], dict[int, tuple[int, int, str]]]:
    days = [*draw(st.lists(st.integers(-1, 60), min_size=1, max_size=12)), HORIZON]
    found = {}
    for number in draw(st.sets(st.integers(0, len(days) - 1))):
        stage = draw(st.sampled_from(["before_shipment", "after_shipment", "unknown"]))
        found[number] = draw(st.integers(-1, 70)), draw(st.integers(1, 12_000)), stage
    return days, {number: item for number, item in found.items() if item[0] <= days[number] + 1}


def had_something_left(days: list[int], found: dict[int, tuple[int, int, str]]) -> bool:
    """Whether of a day of at least ``HORIZON`` days ago anything was still kept when its last watched age
    began.
    """
    left = {
        ago: 10_000 * days.count(ago)
        - sum(fen for line, (age, fen, _) in found.items() if days[line] == ago and age < HORIZON)
        for ago in days
    }
    return any(fen > 0 for ago, fen in left.items() if ago >= HORIZON)


@settings(max_examples=25, deadline=None)
@example(([0, 45], {0: (0, 1, "before_shipment"), 1: (6, 11_999, "before_shipment")}), 0)
@given(histories(), st.integers(0, 10**6))
def test_a_projection_stays_between_nothing_and_what_is_kept_whatever_the_order(
    history: tuple[list[int], dict[int, tuple[int, int, str]]], seed: int
) -> None:
    days, found = history
    sold, back = lines(days), refunds(found, days)
    rows = project(*cohorts_of(sold, back)).sort(COHORT)
    assert rows["paid_date"].to_list() == sorted(set(sold["paid_date"])), "every cohort has its row"
    mature = rows.filter(pl.col("age") >= HORIZON)
    assert mature["matured_fen"].to_list() == mature["kept_fen"].to_list()
    assert mature.select("noise2", "doubt_fen").sum().row(0) == (0.0, 0.0)
    young = rows.filter(pl.col("age") < HORIZON)
    if had_something_left(days, found):
        assert (
            young.filter(
                pl.col("matured_fen").is_between(pl.min_horizontal("kept_fen", 0), pl.col("kept_fen"))
            ).height
            == young.height
        )
        assert young.filter(pl.col("noise2") >= 0, pl.col("doubt_fen") >= 0).height == young.height
    else:
        assert young["matured_fen"].is_null().all()
    again = project(
        *cohorts_of(
            sold.sample(fraction=1.0, shuffle=True, seed=seed),
            back.sample(fraction=1.0, shuffle=True, seed=seed),
        )
    ).sort(COHORT)
    assert_series_equal(again["matured_fen"], rows["matured_fen"], rel_tol=1e-9, abs_tol=1e-6)


def test_shops_without_a_known_day_are_left_out() -> None:
    assert segment_lines(lines([3]), KNOWN_DAYS.clear()).is_empty()
    assert set(SHOP) < set(COHORT)


def day(channel: str, ago: int, **more: int | None) -> dict[str, object]:
    """A row of the outlook: 1,000 yuan kept, half of it to stay, give or take 60 yuan by chance and 80 by
    doubt.
    """
    row = _SHOP | {
        "channel_code": channel,
        "business_date": KNOWN - dt.timedelta(days=ago),
        "age_days_qty": ago,
        "paid_fen": 150_000,
        "kept_fen": 100_000,
    }
    return row | {"matured_fen": 50_000, "matured_noise_number": 3_600, "matured_doubt_fen": 8_000, **more}


def test_sums_of_days_add_chance_squared_and_the_doubt_of_a_shop_straight() -> None:
    rows = pl.DataFrame([day("own_live", 3), day("search", 4), day("own_live", 4) | {"shop_id": "other"}])
    found = summed(rows, ["merchant_id"]).row(0, named=True)
    spread = (3 * 6_000**2 + (8_000 + 8_000) ** 2 + 8_000**2) ** 0.5
    assert (found["paid_fen"], found["kept_fen"], found["matured_fen"], found["age_days_qty"]) == (
        450_000,
        300_000,
        150_000,
        3,
    )
    # a sum of many parts is nearly normal: 10 % lie below −1.28 standard errors
    assert found["matured_low_fen"] == pytest.approx(150_000 - 1.2816 * spread, abs=0.1 * spread)
    assert found["matured_high_fen"] == pytest.approx(150_000 + 1.2816 * spread, abs=0.1 * spread)


def test_weeks_of_another_age_share_part_of_their_doubt() -> None:
    """Three fifths of the square of their sum, two fifths of the sum of their squares.

    The days of one week all of it.
    """
    rows = pl.DataFrame([day("own_live", 3), day("own_live", 4), day("own_live", 20)])
    found = summed(rows, ["merchant_id"]).row(0, named=True)
    variance = 3 * 6_000**2 + 0.6 * 24_000**2 + 0.4 * (16_000**2 + 8_000**2)
    low, high = pl.select(
        *(
            bound.alias(name)
            for name, bound in zip(
                "lh", bounds(pl.lit(300_000.0), pl.lit(150_000.0), pl.lit(variance)), strict=True
            )
        )
    ).row(0)
    assert (found["matured_low_fen"], found["matured_high_fen"]) == (math.floor(low), math.ceil(high))


def test_a_week_is_told_as_long_as_one_of_its_days_is_open() -> None:
    monday = KNOWN - dt.timedelta(days=46)  # 2026-06-15
    open_week = [day("own_live", 46), day("own_live", 45)]
    assert said_by_week(pl.DataFrame(open_week)).select("first_date", "last_date", "matured_fen").rows() == [
        (monday, KNOWN, 100_000)
    ]
    assert said_by_week(pl.DataFrame([day("own_live", 46), day("own_live", 47)])).is_empty()
    assert said_by_week(
        pl.DataFrame([day("own_live", 46), day("own_live", 45, matured_fen=None)])
    ).is_empty(), "nothing to go by"
