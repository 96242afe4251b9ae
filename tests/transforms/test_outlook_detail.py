"""What is still to go back, shared among the lines: small numbers worked out on paper."""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.canonical import SHOP
from transforms.gold.forecast import mart_outlook_daily, mart_outlook_detail_daily
from transforms.gold.forecast.mart_outlook_daily import TABLE as DAYS
from transforms.gold.sales.mart_order_detail_daily import DETAIL

_SHOP = {"merchant_id": "m", "shop_id": "s", "platform_code": "douyin"}
DAY = dt.date(2026, 7, 20)
MEASURES = ["to_return_fen", "matured_noise_number", "matured_doubt_fen"]


def line(style: str, paid: int, back: int = 0, category: str = "裙", **more: str) -> dict[str, object]:
    """A paid line of one cohort."""
    cohort = {
        "channel_code": "own_live",
        "category_name": category,
        "price_band_code": "*",
        "is_promotion": False,
        "paid_date": DAY,
    }
    cuts = dict.fromkeys(DETAIL, "untold") | {"style_code": style, "live_session_id": "L1"} | more
    return {**_SHOP, **cohort, **cuts, "paid_fen": paid, "cohort_refund_fen": back}


def cohort(
    kept: int, matured: float | None, noise2: float = 0.0, doubt: float = 0.0, category: str = "裙"
) -> dict[str, object]:
    """What is foretold of one."""
    row = {
        **_SHOP,
        "channel_code": "own_live",
        "category_name": category,
        "price_band_code": "*",
        "is_promotion": False,
        "paid_date": DAY,
    }
    return row | {"kept_fen": kept, "matured_fen": matured, "noise2": noise2, "doubt_fen": doubt}


def a_day(
    kept: int, matured: int | None, noise: int = 0, doubt: int = 0, level: str = "channel"
) -> pl.DataFrame:
    """The day as mart_outlook_daily tells it."""
    row = {
        **_SHOP,
        "channel_code": "own_live",
        "business_date": DAY,
        "paid_fen": kept,
        "kept_fen": kept,
        "age_days_qty": 11,
        "matured_fen": matured,
    }
    return DAYS.shape(
        pl.DataFrame(
            [row | {"matured_noise_number": noise, "matured_doubt_fen": doubt, "maturity_level_code": level}]
        )
    )


def shared(
    lines: list[dict[str, object]],
    cohorts: list[dict[str, object]],
    days: pl.DataFrame,
    by: str = "style_code",
) -> list[tuple[object, ...]]:
    built = mart_outlook_detail_daily.build(pl.DataFrame(lines), pl.DataFrame(cohorts), days)
    return built.group_by(by).agg(pl.col(MEASURES).sum()).sort(by).rows()


def test_a_cohort_s_returns_are_shared_by_what_its_lines_keep() -> None:
    """300 yuan kept, 90 to go: of A keeping 200 yuan 60, of B keeping 100 yuan (300 paid, 200 back) 30.

    C is gone, and loses nothing more.
    """
    lines = [line("A", 200_00), line("B", 300_00, 200_00), line("C", 100_00, 100_00)]
    assert shared(lines, [cohort(300_00, 210_00.0, 9_000_000.0, 30_00.0)],
        a_day(300_00, 210_00, 900, 30_00)) == [
        ("A", 60_00, 600, 20_00), ("B", 30_00, 300, 10_00),
    ]  # fmt: skip


def test_goods_that_come_back_more_lose_more_though_they_sold_the_same() -> None:
    """Dresses keep 100 yuan and lose 40, scarves keep 100 and lose 10; a style of both bears both."""
    lines = [line("A", 100_00), line("B", 60_00, category="巾"), line("M", 40_00, category="巾")]
    cohorts = [cohort(100_00, 60_00.0), cohort(100_00, 90_00.0, category="巾")]
    assert shared(lines, cohorts, a_day(200_00, 150_00)) == [
        ("A", 40_00, 0, 0),
        ("B", 6_00, 0, 0),
        ("M", 4_00, 0, 0),
    ]


def test_sums_are_rounded_and_not_parts_so_that_no_fen_is_lost() -> None:
    """Ten fen over three equal lines: sums of 3.33, 6.67 and 10 round to 3, 7 and 10.

    Whatever order the lines come in.
    """
    lines = [line(name, 1_00) for name in "ABC"]
    for order in (lines, lines[::-1]):
        assert shared(order, [cohort(3_00, 2_90.0)], a_day(3_00, 2_90)) == [
            ("A", 3, 0, 0),
            ("B", 4, 0, 0),
            ("C", 3, 0, 0),
        ]


def test_cells_differ_by_session_and_size_and_add_up_the_same() -> None:
    lines = [
        line("A", 50_00, size_name="M"),
        line("A", 50_00, size_name="L", live_session_id="L2"),
        line("A", 100_00, size_name="L"),
    ]
    told = [cohort(200_00, 100_00.0, 10_000.0, 2_00.0)], a_day(200_00, 100_00, 1, 2_00)
    assert shared(lines, *told, by="size_name") == [("L", 75_00, 1, 1_50), ("M", 25_00, 0, 50)]
    assert shared(lines, *told, by="live_session_id") == [("L1", 75_00, 1, 1_50), ("L2", 25_00, 0, 50)]


def test_more_refunded_than_paid_is_an_error_of_the_source_and_takes_no_share() -> None:
    lines = [line("A", 100_00), line("B", 10_00, 30_00)]
    assert shared(lines, [cohort(80_00, 60_00.0)], a_day(80_00, 60_00)) == [("A", 20_00, 0, 0)]


def test_a_doubt_or_chance_of_goods_that_are_gone_falls_on_what_is_left() -> None:
    """A day's chance is a whole number of at least one yuan², though its cohorts have none."""
    assert shared(
        [line("A", 100_00), line("B", 100_00)], [cohort(200_00, 200_00.0)], a_day(200_00, 200_00, 2, 0)
    ) == [("A", 0, 1, 0), ("B", 0, 1, 0)]


def test_days_that_are_over_or_have_no_estimate_are_not_shared() -> None:
    for days in (a_day(100_00, 100_00, level="mature"), a_day(100_00, None)):
        assert mart_outlook_detail_daily.build(
            pl.DataFrame([line("A", 100_00)]), pl.DataFrame([cohort(100_00, 80_00.0)]), days
        ).is_empty()
    assert set(SHOP) < set(mart_outlook_detail_daily.TABLE.key)


def test_a_day_is_foretold_no_finer_than_its_coarsest_cohort() -> None:
    """Dresses have a history of their own (level 4), coats only that of the merchant (0).

    Where one cohort tells nothing, the day tells nothing.
    """
    daily = pl.DataFrame(
        [
            {
                **_SHOP,
                "channel_code": "own_live",
                "business_date": DAY,
                "paid_fen": 300_00,
                "cohort_refund_fen": 100_00,
            }
        ]
    )
    observed = pl.DataFrame([{**_SHOP, "returns_date": DAY + dt.timedelta(days=11)}])
    told = [
        cohort(120_00, 100_00.0, 100.0, 1.0) | {"level_number": 4},
        cohort(80_00, 50_00.0, 100.0, 1.0, "大衣") | {"level_number": 0},
    ]
    row = mart_outlook_daily.build(daily, pl.DataFrame(told), observed).row(0, named=True)
    assert (row["kept_fen"], row["matured_fen"], row["age_days_qty"], row["maturity_level_code"]) == (
        200_00,
        150_00,
        11,
        "merchant",
    )
    silent = mart_outlook_daily.build(
        daily, pl.DataFrame([told[0], told[1] | {"matured_fen": None}]), observed
    ).row(0, named=True)
    assert (silent["matured_fen"], silent["matured_low_fen"], silent["matured_high_fen"]) == (
        None,
        None,
        None,
    )
