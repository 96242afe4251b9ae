"""The first figure of a period and what it is set beside: parts that add up, whole against whole, shops that
were there for both, and nothing ranked by what has not come back yet.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from metrics_cases import AT, Row, merchant, publish, rows_of, shop_day

from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports.staying.compared import Against, compared
from metrics.reports.staying.headline import FEW_ORDERS, headline
from metrics.reports.staying.ranked import ranked
from transforms.maturity.calendar import NEW_YEARS, PROMOTIONS, last_year
from warehouse.place import Place

#: Observed on the morning after.
LAST = AT.date() - dt.timedelta(days=1)
_SHOP = {"merchant_id": "m1", "platform_code": "douyin"}


def ago(days: int) -> dt.date:
    return LAST - dt.timedelta(days=days)


def sold(
    date: dt.date, paid: int, kept: int, stays: int | None, *, orders: int = 40, shop: str = "s1",
    channel: str = "own_live", age: int = 5,
) -> tuple[Row, Row]:  # fmt: skip
    """A day of a shop, in fen, and what is told of it; ``stays`` None: nothing."""
    measures = {"paid_fen": paid, "cohort_refund_fen": paid - kept, "paid_orders_qty": orders}
    told = {"paid_fen": paid, "kept_fen": kept, "matured_fen": stays, "matured_low_fen": stays}
    told |= {"matured_high_fen": stays, "age_days_qty": age, "maturity_level_code": "channel"}
    told |= {"matured_noise_number": 25 if age <= 45 else 0, "matured_doubt_fen": 0}
    where = {**_SHOP, "shop_id": shop, "channel_code": channel, "business_date": date}
    return shop_day(date, shop=shop, channel=channel, **measures), {**where, **told}


def tell(place: Place, days: list[tuple[Row, Row]], observed: dict[str, dt.date] | None = None) -> Viewer:
    shops = sorted({str(row["shop_id"]) for row, _ in days})
    seen = {**dict.fromkeys(shops, AT.date()), **(observed or {})}
    publish(
        place,
        {
            "mart_shop_channel_daily": rows_of("mart_shop_channel_daily", [row for row, _ in days]),
            "mart_outlook_daily": rows_of("mart_outlook_daily", [row for _, row in days]),
            "dim_observed": rows_of(
                "dim_observed", [{**_SHOP, "shop_id": shop, "observed_date": seen[shop]} for shop in shops]
            ),
        },
    )
    return merchant(place)


def test_the_parts_add_up_to_what_was_paid_and_equal_what_is_asked(place: Place) -> None:
    viewer = tell(place, [sold(LAST, 100_000, 80_000, 45_000), sold(ago(1), 50_000, 30_000, 20_000)])
    found = headline(viewer, (ago(1), LAST))
    assert (found.stays_fen, found.back_fen, found.still_fen) == (65_000, 40_000, 45_000)
    assert found.stays_fen + found.back_fen + found.still_fen == found.paid_fen == 150_000
    assert (found.kept_fen, found.orders, found.apart_fen) == (110_000, 80, 0)
    assert found.is_told and not found.is_over and not found.is_few
    names = ["matured_net", "refunds", "still_to_return", "paid_gmv", "net_by_order_date", "paid_orders"]
    answer = ask(viewer, names, period=(ago(1), LAST))
    assert answer.rows.row(0) == (65_000, 40_000, 45_000, 150_000, 110_000, 80)
    (note,) = [note for note in answer.notes if note.code == "MATURED_INTERVAL"]
    assert (note.beside, note.amount_fen) == (found.low_fen, found.high_fen)
    # variance 50 yuan²: 450 yuan go back ± 7.07, nearly normal: 1.2816 × 7.07 = 9.06
    assert found.low_fen == pytest.approx(65_000 - 906, abs=15)
    assert found.high_fen == pytest.approx(65_000 + 906, abs=15)


def test_old_days_are_a_fact_and_few_orders_no_estimate(place: Place) -> None:
    old, few = ago(70), ago(2)
    viewer = tell(
        place,
        [
            sold(old, 100_000, 40_000, 40_000, orders=3, age=71),
            sold(few, 9_000, 9_000, 5_000, orders=FEW_ORDERS - 1),
            sold(ago(3), 9_000, 9_000, 5_000, orders=FEW_ORDERS),
            sold(ago(4), 9_000, 9_000, None),
        ],
    )
    fact, thin, enough, untold = (headline(viewer, (day, day)) for day in (old, few, ago(3), ago(4)))
    assert fact.is_over and fact.is_told and (fact.low_fen, fact.high_fen, fact.still_fen) == (None, None, 0)
    assert thin.is_few and not thin.is_told
    assert enough.is_told and not enough.is_over
    assert untold.stays_fen is None and not untold.is_told and not untold.is_few


def test_days_stand_beside_the_day_and_the_weekday_before_at_the_age_of_45_days(place: Place) -> None:
    """The day before kept more so far, being younger then is no merit: what will stay is compared."""
    viewer = tell(
        place,
        [
            sold(LAST, 100_000, 90_000, 45_000, age=2),
            sold(ago(1), 100_000, 70_000, 50_000, age=3),
            sold(ago(7), 100_000, 55_000, 40_000, age=9),
            sold(ago(8), 1_000, 1_000, 500, orders=1, age=10),
        ],
    )
    found = compared(viewer, (LAST, LAST))
    assert found.against == (
        Against("day_before", (ago(1), ago(1)), "matured_net", 45_000, 50_000),
        Against("week_before", (ago(7), ago(7)), "matured_net", 45_000, 40_000),
    )
    assert [one.change for one in found.against] == pytest.approx([-0.1, 0.125])
    # nine days have begun; of those without orders there is nothing
    assert found.points == (500, 40_000, 0, 0, 0, 0, 0, 50_000, 45_000)


def test_without_an_estimate_for_both_what_was_paid_is_compared(place: Place) -> None:
    viewer = tell(
        place,
        [
            sold(LAST, 100_000, 90_000, 45_000),
            sold(ago(1), 80_000, 70_000, None),
            sold(ago(7), 50_000, 55_000, 40_000, orders=FEW_ORDERS - 1),
        ],
    )
    assert [(one.kind, one.metric, one.now, one.then) for one in compared(viewer, (LAST, LAST)).against] == [
        ("day_before", "paid_gmv", 100_000, 80_000),
        ("week_before", "paid_gmv", 100_000, 50_000),
    ]


def test_a_part_is_never_set_against_a_whole(place: Place) -> None:
    """s2 began yesterday, s3 has not told all of the period: neither is in the comparison; nothing is set
    beside a period that is not over, or beside one the data only reach into.
    """
    days = [sold(ago(number), 10_000, 9_000, 5_000) for number in range(20)]
    days += [sold(LAST, 70_000, 70_000, 30_000, shop="s2")]
    days += [sold(ago(number), 10_000, 9_000, 5_000, shop="s3") for number in range(1, 20)]
    viewer = tell(place, days, {"s3": LAST})
    day_before, week_before = compared(viewer, (LAST, LAST)).against
    assert (day_before.now, day_before.then, day_before.shops) == (5_000, 5_000, ("s1",))
    assert week_before.shops == ("s1",)
    assert compared(viewer, (LAST, AT.date())).against == (), "today is not over"
    assert [one.kind for one in compared(viewer, (ago(6), LAST)).against] == ["period_before"]
    assert compared(viewer, (ago(12), LAST)).against == (), "twenty days hold one period of thirteen"
    assert compared(viewer, (ago(9), LAST)).points == (), "a point of s1 and s2 would be a part of the other"


def test_last_year_is_aligned_by_promotion_by_lunar_new_year_or_by_weekday(place: Place) -> None:
    assert last_year(dt.date(2026, 11, 5), dt.date(2026, 11, 11)) == (
        dt.date(2025, 11, 5), dt.date(2025, 11, 11), "双11",
    )  # fmt: skip
    # a week to new year's eve: 17 February 2026 and 29 January 2025
    assert last_year(dt.date(2026, 2, 10), dt.date(2026, 2, 16)) == (
        dt.date(2025, 1, 22), dt.date(2025, 1, 28), "lunar",
    )  # fmt: skip
    first, _, by = last_year(dt.date(2026, 4, 8), dt.date(2026, 4, 8))
    assert (first, by) == (dt.date(2025, 4, 9), "weekday") and first.weekday() == dt.date(
        2026, 4, 8
    ).weekday()
    aligned = last_year(LAST, LAST)
    viewer = tell(
        place, [sold(LAST, 100_000, 90_000, 45_000), sold(aligned[0], 90_000, 30_000, 30_000, age=400)]
    )
    (one,) = [one for one in compared(viewer, (LAST, LAST)).against if one.kind == "last_year"]
    assert (one.period, one.aligned, one.now, one.then) == (aligned[:2], aligned[2], 45_000, 30_000)


def test_lunar_years_are_of_twelve_or_thirteen_months() -> None:
    """Twelve moons are 354 or 355 days (353 never between these), thirteen 383 to 385; the year begins
    between 21 January and 20 February.
    """
    days = [NEW_YEARS[year] for year in range(2015, 2041)]
    gaps = {(after - before).days for before, after in pairwise(days)}
    assert gaps <= {354, 355, 383, 384, 385}
    assert all((1, 21) <= (day.month, day.day) <= (2, 20) for day in days)
    assert NEW_YEARS[2026] == dt.date(2026, 2, 17) and len(PROMOTIONS) == 3 * 26


def test_channels_rank_by_what_will_stay_and_not_by_what_is_still_out(place: Place) -> None:
    """The search channel kept most so far, being two days old; the live channel will."""
    viewer = tell(
        place,
        [
            sold(LAST, 100_000, 95_000, 30_000, channel="search", age=2),
            sold(ago(30), 90_000, 50_000, 40_000, channel="own_live", age=32),
            sold(ago(3), 70_000, 65_000, None, channel="short_video"),
            sold(ago(3), 80_000, 65_000, None, channel="product_card"),
        ],
    )
    rows, answer = ranked(viewer, ["channel"], (ago(40), LAST))
    assert rows["channel"].to_list() == ["own_live", "search", "product_card", "short_video"]
    assert rows["matured_fen"].to_list() == [40_000, 30_000, None, None]
    assert rows["matured_low_fen"].null_count() == 2
    asked = dict(answer.rows.select("channel", "matured_net").rows())
    assert asked == dict(rows.select("channel", "matured_fen").rows())


def test_what_tells_no_channel_ranks_after_all_that_do(place: Place) -> None:
    viewer = tell(
        place,
        [
            sold(ago(3), 900_000, 800_000, 700_000, channel="unknown"),
            sold(ago(3), 100_000, 95_000, 30_000, channel="search"),
            sold(ago(3), 80_000, 65_000, None, channel="product_card"),
        ],
    )
    rows, _ = ranked(viewer, ["channel"], (ago(40), LAST))
    assert rows["channel"].to_list() == ["search", "product_card", "unknown"]
    assert rows["matured_fen"].to_list() == [30_000, None, 700_000]
    rows, _ = ranked(viewer, ["platform", "channel"], (ago(40), LAST))
    assert rows["channel"].to_list()[-1] == "unknown"


def test_a_part_of_too_few_orders_has_no_estimate_and_old_ones_are_a_fact(place: Place) -> None:
    few = FEW_ORDERS - 1
    viewer = tell(
        place,
        [
            sold(ago(3), 900_000, 800_000, 700_000, channel="own_live", orders=few),
            sold(ago(3), 100_000, 95_000, 30_000, channel="search", orders=FEW_ORDERS),
            sold(ago(60), 50_000, 20_000, 20_000, channel="short_video", orders=2, age=62),
        ],
    )
    rows, answer = ranked(viewer, ["channel"], (ago(70), LAST))
    told = ["channel", "orders", "matured_fen", "matured_low_fen", "adds_fen", "paid_fen"]
    assert rows.select(told).rows() == [
        ("search", FEW_ORDERS, 30_000, rows["matured_low_fen"][0], 30_000, 100_000),
        ("short_video", 2, 20_000, 20_000, 20_000, 50_000),
        ("own_live", few, None, None, 700_000, 900_000),
    ]
    assert rows["adds_fen"].sum() == answer.rows["matured_net"].sum() == 750_000
