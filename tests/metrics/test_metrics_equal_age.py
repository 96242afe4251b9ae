"""Kept at one age: the trap of the youngest looking best, refunds of untold date, days too young to tell, and
whose rows they are.
"""

from __future__ import annotations

import datetime as dt

import pytest
from metrics_cases import OTHER, Row, day, merchant, owned_by, publish, rows_of

from contracts.errors import UsageError
from metrics.query.access import Viewer
from metrics.reports.equal_age import kept_at_age
from warehouse.place import Place

#: The last day known whole is the day before.
OBSERVED = dt.date(2026, 3, 31)
_SHOP = {"merchant_id": "m1", "shop_id": "s1", "platform_code": "douyin"}
#: Metric dictionary §7: kept value of four weeks at four ages, here 7, 14 and 30 days and later still; w4 is
#: the youngest.
GOLDEN = {"w1": [100, 70, 50, 40, 38], "w2": [120, 86, 61, 49], "w3": [90, 62, 44], "w4": [150, 104]}
PAID_ON = {"w1": day(1, 1), "w2": day(20, 2), "w3": day(10), "w4": day(20)}


def sold(style: str, date: dt.date, kept: list[int], *, channel: str = "own_live", undated: int = 0) -> Row:
    """A day of a style: paid, then kept at 7, 14, 30 days and later, as far as it has lived (yuan)."""
    gone = [100 * (kept[0] - value) for value in kept[1:]]
    known = gone + [gone[-1]] * (4 - len(gone))
    row: Row = {
        **_SHOP,
        "style_code": style,
        "channel_code": channel,
        "business_date": date,
        "paid_fen": 100 * kept[0],
    }
    row |= {f"refund_by_{age}_fen": fen for age, fen in zip((7, 14, 30), known, strict=False)}
    return row | {"cohort_refund_fen": known[-1] + undated, "cohort_refund_undated_fen": undated}


def tell(place: Place, rows: list[Row]) -> Viewer:
    observed = [{**_SHOP, "merchant_id": name, "observed_date": OBSERVED} for name in ("m1", OTHER)]
    publish(
        place,
        {
            "mart_kept_age_daily": rows_of("mart_kept_age_daily", rows),
            "dim_observed": rows_of("dim_observed", observed),
        },
    )
    return merchant(place)


def test_golden_trap_the_youngest_is_first_so_far_and_not_at_equal_age(place: Place) -> None:
    viewer = tell(place, [sold(name, PAID_ON[name], kept) for name, kept in GOLDEN.items()])
    rows = kept_at_age(viewer, 7, by=["style"], days=365)
    so_far = rows.sort(rows["kept_now_fen"] / rows["paid_fen"], descending=True)["style"].to_list()
    assert so_far == ["w4", "w3", "w2", "w1"], "the younger, the better it looks"
    assert rows["style"].to_list() == ["w2", "w1", "w4", "w3"]
    assert rows["kept_fen"].to_list() == [86_00, 70_00, 104_00, 62_00]
    assert rows["kept_rate"].to_list() == pytest.approx([86 / 120, 70 / 100, 104 / 150, 62 / 90])
    # at 14 days the youngest has not lived: it is left out, not shown as best
    assert kept_at_age(viewer, 14, by=["style"], days=365)["style"].to_list() == ["w2", "w1", "w3"]
    assert kept_at_age(viewer, 30, by=["style"], days=365)["kept_fen"].to_list() == [49_00, 40_00]


def test_a_rate_is_of_the_sums_and_a_day_takes_part_from_the_day_it_is_that_old(place: Place) -> None:
    last = OBSERVED - dt.timedelta(days=1)
    days = [last - dt.timedelta(days=7), last - dt.timedelta(days=6), last - dt.timedelta(days=9)]
    viewer = tell(
        place, [sold("A", days[0], [100, 10]), sold("A", days[1], [900, 900]), sold("A", days[2], [300, 300])]
    )
    row = kept_at_age(viewer, 7).row(0, named=True)
    assert (row["paid_fen"], row["kept_fen"], row["days_qty"], row["newest_date"]) == (
        400_00,
        310_00,
        2,
        days[0],
    )
    assert row["kept_rate"] == pytest.approx(0.775)
    assert kept_at_age(viewer, 7, days=1)["paid_fen"].to_list() == [100_00]


def test_refunds_of_untold_date_leave_the_rate_untold_and_last(place: Place) -> None:
    rows = [
        sold("A", day(1), [100, 90]),
        sold("B", day(1), [100, 99], channel="search", undated=1_01),
        sold("C", day(1), [100, 50], undated=1_00),
    ]
    found = kept_at_age(tell(place, rows), 7, by=["style", "channel"])
    assert found.select("style", "channel", "kept_fen").rows() == [
        ("A", "own_live", 90_00),
        ("C", "own_live", 49_00),
        ("B", "search", None),
    ]


def test_only_ones_own_and_only_what_there_is(place: Place) -> None:
    viewer = tell(
        place, [sold("A", day(1), [100, 90]), *owned_by(OTHER, [sold("canary", day(1), [777, 777])])]
    )
    assert kept_at_age(viewer, 7, by=["style"])["style"].to_list() == ["A"]
    assert kept_at_age(Viewer(place, "test", "merchant", OTHER), 7, by=["style"])["style"].to_list() == [
        "canary"
    ]
    assert kept_at_age(Viewer(place, "test", "association", None), 7, by=["style"]).is_empty()
    for wrong in ({"age": 8}, {"age": 7, "by": ["session"]}):
        with pytest.raises(UsageError):
            kept_at_age(viewer, **wrong)  # type: ignore[arg-type]


def test_what_tells_no_channel_is_last_however_much_it_keeps(place: Place) -> None:
    kept = {"unknown": [100, 99], "own_live": [100, 40], "search": [100, 60]}
    viewer = tell(place, [sold("s", day(1), stays, channel=channel) for channel, stays in kept.items()])
    assert kept_at_age(viewer, 7, by=["channel"])["channel"].to_list() == ["search", "own_live", "unknown"]
