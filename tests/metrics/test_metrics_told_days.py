"""Which days a shop's order files and collections have told: a day is told once somebody has seen its end."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from contracts.fields import TIME_ZONE
from contracts.tables import Table
from metrics.reports.told_days import is_ahead, untold_days
from warehouse.lake import Lake
from warehouse.ops import COLLECTION, EXPORT, LOAD
from warehouse.place import Place

SHOP = {"merchant_id": "m1", "shop_id": "s1", "platform_code": "douyin"}
OWN: dict[str, object] = {"merchant_id": "m1", "shop_id": "s1"}


def day(number: int) -> dt.date:
    return dt.date(2026, 3, number)


def at(number: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2026, 3, number, hour, tzinfo=ZoneInfo(TIME_ZONE))


def add(lake: Lake, table: Table, **row: object) -> None:
    known: dict[str, object] = {**dict.fromkeys(table.columns), **SHOP, "kind_code": "orders", **row}
    lake.append(table, table.shape(pl.DataFrame([known], schema=table.dtypes)))


def add_file(
    lake: Lake, first: int, last: int, made: dt.datetime, verdict: str = "ok", **more: object
) -> None:
    """An order file made at ``made`` whose rows are of the days ``first`` to ``last``."""
    name = f"{first}-{last}-{made}-{verdict}-{more}"
    of_file = {name: value for name, value in more.items() if name in ("kind_code", "shop_id")}
    facts = {"source_code": "file", "export_name": name, "bytes_qty": 1, "landing_name": name}
    add(lake, EXPORT, export_id=name, **facts, received_at=made, observed_at=made, **more)
    counts = dict.fromkeys(
        ("rows_read_qty", "published_qty", "quarantined_qty", "superseded_qty", "duplicate_qty"), 0
    )
    add(
        lake,
        LOAD,
        export_id=name,
        build_number=1,
        loaded_at=made,
        verdict_code=verdict,
        first_date=day(first),
        last_date=day(last),
        **counts,
        **of_file,
    )


@pytest.fixture
def told(place: Place) -> Place:
    """Days 1–2 are whole and 3 ends after its file was made; nobody saw 4.

    Of 5 and 6 a collection asked, until ten on the 6th.
    """
    with Lake.open(place, write=True) as lake:
        add_file(lake, 1, 3, at(3))
        add_file(lake, 4, 4, at(9), "refused")
        add_file(lake, 4, 4, at(9), "unusable")
        add_file(lake, 4, 4, at(9), withdrawn_at=at(9))
        add_file(lake, 4, 4, at(9), kind_code="refunds")
        add_file(lake, 4, 4, at(9), shop_id="s2")
        add(
            lake,
            COLLECTION,
            run_name="r1",
            outcome_code="failed",
            changed_at=at(9),
            window_start_at=at(4, 0),
            window_end_at=at(5, 0),
        )
        add(
            lake,
            COLLECTION,
            run_name="r2",
            outcome_code="ok",
            changed_at=at(9),
            window_start_at=at(5, 0),
            window_end_at=at(6, 10),
        )
    return place


def test_a_day_is_told_wholly_by_whoever_saw_its_end_in_part_by_others_and_not_at_all_by_what_does_not_count(
    told: Place,
) -> None:
    with Lake.open(told) as lake:
        assert untold_days(lake, OWN, day(1), day(7)).rows() == [
            (day(3), "part"),
            (day(4), "none"),
            (day(6), "part"),
            (day(7), "none"),
        ]
        assert untold_days(lake, OWN, day(1), day(2)).is_empty()


@pytest.mark.parametrize("made", [at(4, 0), at(9)])
def test_one_file_that_saw_the_end_of_a_day_is_enough(told: Place, made: dt.datetime) -> None:
    """Beside the one made at noon; the end of a day is its midnight."""
    with Lake.open(told, write=True) as lake:
        add_file(lake, 3, 3, made)
    with Lake.open(told) as lake:
        assert untold_days(lake, OWN, day(3), day(3)).is_empty()


def test_a_period_lies_ahead_of_all_that_was_told_until_a_file_speaks_of_one_of_its_days(told: Place) -> None:
    with Lake.open(told) as lake:
        assert [is_ahead(lake, OWN, day(number)) for number in (1, 6, 7)] == [False, False, True]
