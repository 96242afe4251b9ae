"""Matured net as a merchant asks for it: summed with its bounds, its age and what is open; its own rows
only.
"""

from __future__ import annotations

import pytest
from fact_cases import facts, line
from metrics_cases import OTHER, Row, day, merchant, owned_by, publish, rows_of

from contracts.errors import UsageError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.matured import matured
from warehouse.place import Place


def outlook(date: int, channel: str, kept: int, point: int | None, age: int, shop: str = "s1") -> Row:
    """A day of 1,000 yuan paid; exact when it is old, else give or take 30 yuan."""
    noise, doubt = (0, 0) if age > 45 else (900, 0)
    row: Row = {
        "merchant_id": "m1",
        "shop_id": shop,
        "platform_code": "douyin",
        "channel_code": channel,
        "business_date": day(date),
    }
    row |= {
        "paid_fen": 100_000,
        "kept_fen": kept,
        "age_days_qty": age,
        "maturity_level_code": "mature" if age > 45 else "channel",
    }
    told = {
        "matured_fen": point,
        "matured_low_fen": point,
        "matured_high_fen": point,
        "matured_noise_number": noise,
        "matured_doubt_fen": doubt,
    }
    return row | (told if point is not None else {})


@pytest.fixture
def told(place: Place) -> Place:
    rows = [
        outlook(1, "own_live", 40_000, 40_000, 50), outlook(25, "own_live", 90_000, 30_000, 2),
        outlook(1, "search", 60_000, 60_000, 50), outlook(25, "search", 80_000, 50_000, 2),
    ]  # fmt: skip
    publish(
        place,
        {
            "mart_outlook_daily": rows_of(
                "mart_outlook_daily", [*rows, *owned_by(OTHER, [outlook(1, "own_live", 77, 77, 50)])]
            )
        },
    )
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
    assert (
        first["matured_fen"],
        first["matured_low_fen"],
        first["matured_high_fen"],
        first["open_rate"],
    ) == (100_000, 100_000, 100_000, 0.0)
    whole = matured(merchant(told))
    assert whole.height == 1
    assert whole.select("paid_fen", "kept_fen", "matured_fen", "age_days_qty").row(0) == (
        400_000,
        270_000,
        180_000,
        2,
    )


def test_a_day_without_an_estimate_leaves_its_sum_without_one(place: Place) -> None:
    publish(
        place,
        {
            "mart_outlook_daily": rows_of(
                "mart_outlook_daily",
                [outlook(1, "own_live", 40_000, None, 3), outlook(2, "own_live", 50_000, 20_000, 2)],
            )
        },
    )
    assert matured(merchant(place)).select("kept_fen", "matured_fen", "matured_low_fen", "open_rate").row(
        0
    ) == (90_000, None, None, None)


def test_others_see_nothing_of_it_and_wrong_words_are_refused(told: Place) -> None:
    assert matured(Viewer(told, "test", "merchant", OTHER))["kept_fen"].to_list() == [77]
    with pytest.raises(UsageError):
        matured(merchant(told), by=["traffic"])


def sold(date: int, style: str, kept: int, paid: int | None = None, **more: str) -> Row:
    """A line of a style and what is kept of it."""
    paid = kept if paid is None else paid
    return line(day(date), style_code=style, paid_fen=paid, cohort_refund_fen=paid - kept, **more)


def share(date: int, style: str, goes: int, noise: int = 0, doubt: int = 0, **more: str) -> Row:
    """What a style is expected to lose of a day, in mart_outlook_detail_daily."""
    shop = {
        "merchant_id": "m1",
        "shop_id": "s1",
        "platform_code": "douyin",
        "channel_code": "own_live",
        "business_date": day(date),
    }
    cuts = dict.fromkeys(
        (
            "sku_code",
            "size_name",
            "color_name",
            "province_name",
            "creator_id",
            "paid_hour_code",
            "live_session_id",
        ),
        "untold",
    )
    return {
        **shop,
        **cuts,
        "style_code": style,
        "to_return_fen": goes,
        "matured_noise_number": noise,
        "matured_doubt_fen": doubt,
        **more,
    }


@pytest.fixture
def cut(place: Place) -> Place:
    """Of the 25th 900 yuan kept, 600 to go, give or take 30; of the 1st 400 kept for good.

    A of session L1, and of L2; B of none.
    """
    days = [outlook(1, "own_live", 40_000, 40_000, 50), outlook(25, "own_live", 90_000, 30_000, 2)]
    lines = [
        sold(1, "A", 10_000, 60_000, live_session_id="L1"), sold(1, "B", 30_000, 40_000),
        sold(25, "B", 40_000, 50_000),
        sold(25, "A", 30_000, live_session_id="L1"), sold(25, "A", 20_000, live_session_id="L2"),
    ]  # fmt: skip
    shares = [
        share(25, "A", 20_000, 300, live_session_id="L1"),
        share(25, "A", 15_000, 200, live_session_id="L2"),
        share(25, "B", 25_000, 400),
    ]
    tables = {"mart_outlook_daily": days, "mart_outlook_detail_daily": shares}
    gold = {name: rows_of(name, [*rows, *owned_by(OTHER, rows)]) for name, rows in tables.items()}
    publish(place, gold | {"fct_order_line": facts("fct_order_line", [*lines, *owned_by(OTHER, lines)])})
    return place


def test_styles_and_sessions_are_told_as_days_are_and_add_up_to_them(cut: Place) -> None:
    viewer = merchant(cut)
    styles = matured(viewer, by=["style"])
    assert styles.select("style", "paid_fen", "kept_fen", "matured_fen", "age_days_qty").rows() == [
        ("A", 110_000, 60_000, 25_000, 2), ("B", 90_000, 70_000, 45_000, 2),
    ]  # fmt: skip
    # of A 350 yuan are to go of 600 kept, give or take √500 = 22.4; of B 250 of 700, give or take 20
    assert styles["matured_low_fen"].to_list() == pytest.approx(
        [25_000 - 1.28 * 2_236, 45_000 - 1.28 * 2_000], abs=150
    )
    assert styles["matured_high_fen"].to_list() == pytest.approx(
        [25_000 + 1.28 * 2_236, 45_000 + 1.28 * 2_000], abs=150
    )
    assert styles["open_rate"].to_list() == pytest.approx([35 / 110, 25 / 90])
    assert matured(viewer, by=["session"]).select("session", "matured_fen").rows() == [
        ("L1", 20_000),
        ("L2", 5_000),
        ("untold", 45_000),
    ]
    assert ask(
        viewer, ["matured_net"], by=["style", "date"], where={"session": ["L1", "L2"]}
    ).rows.rows() == [("A", day(1), 10_000), ("A", day(25), 15_000)]
    assert matured(viewer, by=["style"], period=(day(1), day(1)))["matured_high_fen"].to_list() == [
        10_000,
        30_000,
    ], "what is old enough is what it is"


@pytest.mark.parametrize("name", ["style", "sku", "size", "color", "province", "creator", "hour", "session"])
def test_every_cut_adds_up_to_the_figure_and_has_its_interval(cut: Place, name: str) -> None:
    viewer = merchant(cut)
    whole, answer = ask(viewer, ["matured_net"]), ask(viewer, ["matured_net"], by=[name])
    assert answer.rows["matured_net"].sum() == whole.rows.item() == 70_000
    assert [(note.code, note.amount_fen) for note in answer.notes] == [
        (note.code, note.amount_fen) for note in whole.notes
    ], "the same bounds of the whole"
    assert (answer.age, answer.first_date, answer.last_date) == (whole.age, day(1), day(25))


def test_a_style_with_a_day_that_has_no_estimate_has_none(place: Place) -> None:
    days = [outlook(1, "own_live", 40_000, 40_000, 50), outlook(25, "own_live", 90_000, None, 2)]
    lines = [sold(1, "A", 10_000), sold(1, "B", 30_000), sold(25, "B", 90_000, 100_000)]
    publish(
        place,
        {
            "mart_outlook_daily": rows_of("mart_outlook_daily", days),
            "fct_order_line": facts("fct_order_line", lines),
        },
    )
    answer = ask(merchant(place), ["matured_net"], by=["style"])
    assert answer.rows.rows() == [("A", 10_000), ("B", None)]
    assert [(note.code, note.amount_fen) for note in answer.notes] == [("MATURED_UNTOLD", 100_000)]
    assert matured(merchant(place), by=["style"])["matured_fen"].to_list() == [10_000, None]
