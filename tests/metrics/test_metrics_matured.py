"""Matured net as a merchant asks for it: summed with its bounds, its age and what is open; its own rows only."""

from __future__ import annotations

import pytest
from metrics_cases import OTHER, Row, day, merchant, owned_by, publish, rows_of

from contracts.errors import UsageError
from metrics.access import Viewer
from metrics.matured import matured
from warehouse.place import Place


def outlook(date: int, channel: str, kept: int, point: int | None, age: int, shop: str = "s1") -> Row:
    """A day of 1,000 yuan paid; exact when it is old, else give or take 30 yuan."""
    noise, doubt = (0, 0) if age > 45 else (900, 0)
    row: Row = {"merchant_id": "m1", "shop_id": shop, "platform_code": "douyin", "channel_code": channel, "business_date": day(date)}
    row |= {"paid_fen": 100_000, "kept_fen": kept, "age_days_qty": age, "maturity_level_code": "mature" if age > 45 else "channel"}
    told = {"matured_fen": point, "matured_low_fen": point, "matured_high_fen": point, "matured_noise_number": noise, "matured_doubt_fen": doubt}
    return row | (told if point is not None else {})


@pytest.fixture
def told(place: Place) -> Place:
    rows = [
        outlook(1, "own_live", 40_000, 40_000, 50), outlook(25, "own_live", 90_000, 30_000, 2),
        outlook(1, "search", 60_000, 60_000, 50), outlook(25, "search", 80_000, 50_000, 2),
    ]  # fmt: skip
    publish(place, {"mart_outlook_daily": rows_of("mart_outlook_daily", [*rows, *owned_by(OTHER, [outlook(1, "own_live", 77, 77, 50)])])})
    return place


def test_the_youngest_do_not_rank_first_once_matured(told: Place) -> None:
    rows = matured(merchant(told), by=["channel"], period=(day(25), day(25)))
    found = {row["channel"]: row for row in rows.iter_rows(named=True)}
    assert found["own_live"]["kept_fen"] > found["search"]["kept_fen"], "so far ranks the returned one first"
    assert found["own_live"]["matured_fen"] < found["search"]["matured_fen"]
    assert [found[name]["age_days_qty"] for name in ("own_live", "search")] == [2, 2]
    assert found["own_live"]["open_rate"] == pytest.approx(0.6)
    assert found["own_live"]["matured_low_fen"] == pytest.approx(30_000 - 1.28 * 3_000, abs=150)
    assert found["own_live"]["matured_high_fen"] == pytest.approx(30_000 + 1.28 * 3_000, abs=150)


def test_old_orders_are_exact_and_the_whole_is_the_sum(told: Place) -> None:
    first = matured(merchant(told), by=["date"]).row(0, named=True)
    assert (first["matured_fen"], first["matured_low_fen"], first["matured_high_fen"], first["open_rate"]) == (100_000, 100_000, 100_000, 0.0)
    whole = matured(merchant(told))
    assert whole.height == 1
    assert whole.select("paid_fen", "kept_fen", "matured_fen", "age_days_qty").row(0) == (400_000, 270_000, 180_000, 2)


def test_a_day_without_an_estimate_leaves_its_sum_without_one(place: Place) -> None:
    publish(place, {"mart_outlook_daily": rows_of("mart_outlook_daily", [outlook(1, "own_live", 40_000, None, 3), outlook(2, "own_live", 50_000, 20_000, 2)])})
    assert matured(merchant(place)).select("kept_fen", "matured_fen", "matured_low_fen", "open_rate").row(0) == (90_000, None, None, None)


def test_others_see_nothing_of_it_and_wrong_words_are_refused(told: Place) -> None:
    assert matured(Viewer(told, "test", "merchant", OTHER))["kept_fen"].to_list() == [77]
    with pytest.raises(UsageError):
        matured(merchant(told), by=["style"])
