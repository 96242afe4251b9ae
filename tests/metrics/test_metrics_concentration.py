"""The index by hand: on net, to the unit, and empty where a share means nothing."""

from __future__ import annotations

import pytest
from metrics_cases import MARCH, day, merchant, publish, rows_of, shop_day

from contracts.codes import CHANNEL
from metrics.reports.concentration import concentration
from warehouse.place import Place

CHANNELS = [code for code in CHANNEL.values if code != "unknown"]


def test_it_is_of_net_and_not_of_paid_value(place: Place) -> None:
    """Half of what the first channel sold came back: on paid value it would be (2/3)² + (1/3)² = 5,556."""
    rows = [
        shop_day(day(1), channel="own_live", paid_fen=200_00, cohort_refund_fen=100_00),
        shop_day(day(1), channel="creator_live", paid_fen=100_00),
        shop_day(day(2), channel="search", paid_fen=50_00, cohort_refund_fen=50_00),
    ]
    publish(place, {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", rows)})
    found = concentration(merchant(place), "channel", period=MARCH)
    assert (found.index, found.groups_qty) == (5_000, 2)
    alone = concentration(merchant(place), "channel", period=MARCH, where={"channel": "own_live"})
    assert (alone.index, alone.groups_qty) == (10_000, 1)


@pytest.mark.parametrize(
    ("kept", "leaders", "level"),
    [
        ([100], 1, "concentrated"),
        ([50, 50], 1, "concentrated"),  # 2 × 2,500
        ([25, 25, 25, 25], 0.75, "concentrated"),  # 4 × 625 = 2,500
        ([20, 20, 20, 20, 20], 0.6, "moderate"),  # 5 × 400
        ([30, 10, 10, 10, 10, 10, 10, 10], 0.5, "moderate"),  # 900 + 7 × 100 = 1,600
        ([20, 20, 10, 10, 10, 10, 10, 10], 0.5, "spread"),  # 2 × 400 + 6 × 100 = 1,400
    ],
)
def test_what_the_three_largest_keep_and_what_that_is_called(
    place: Place, kept: list[int], leaders: float, level: str
) -> None:
    rows = [
        shop_day(day(1), channel=channel, paid_fen=fen * 100)
        for channel, fen in zip(CHANNELS, kept, strict=False)
    ]
    publish(place, {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", rows)})
    found = concentration(merchant(place), "channel", period=MARCH)
    assert (found.leaders_share, found.level, found.groups_qty) == (leaders, level, len(kept))


def test_it_rounds_half_up_and_splits_by_what_a_line_tells(shown: Place) -> None:
    # of 50.00 + 60.01 kept by sizes L 30.00 and M 80.01: (3000² + 8001²) / 11001² = 0.60333…
    found = concentration(merchant(shown), "size", period=MARCH, where={"shop": "s1"})
    assert found.index == pytest.approx((3000**2 + 8001**2) / 11001**2 * 10_000, abs=0.5)
    assert isinstance(found.index, int)


def test_a_group_below_nothing_and_nothing_at_all_have_no_index(place: Place) -> None:
    rows = [
        shop_day(day(1), paid_fen=100_00),
        shop_day(day(1), channel="search", paid_fen=10_00, cohort_refund_fen=12_00),
    ]
    publish(place, {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", rows)})
    below = concentration(merchant(place), "channel", period=MARCH)
    assert (below.index, below.groups_qty, below.below_qty) == (None, 1, 1)
    nothing = concentration(merchant(place), "channel", period=(day(20), day(21)))
    assert (nothing.index, nothing.groups_qty, nothing.below_qty) == (None, 0, 0)


def test_it_names_the_largest_and_leaves_out_what_nobody_names(place: Place) -> None:
    """Lines of untold channel are not one channel: their 500.00 is said beside the rest, of which own
    sessions keep 7 of 10.
    """
    rows = [
        shop_day(day(1), channel=channel, paid_fen=fen)
        for channel, fen in (("own_live", 70_00), ("search", 30_00), ("unknown", 500_00))
    ]
    publish(place, {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", rows)})
    found = concentration(merchant(place), "channel", period=MARCH)
    assert (found.largest, found.share, found.untold_fen, found.index, found.groups_qty) == (
        "own_live",
        0.7,
        500_00,
        5_800,
        2,
    )
    untold = concentration(merchant(place), "channel", period=MARCH, where={"channel": "unknown"})
    assert (untold.largest, untold.index, untold.untold_fen) == (None, None, 500_00)
