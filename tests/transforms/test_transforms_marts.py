"""Marts: additive measures, each on its own clock."""

from __future__ import annotations

from typing import Any

import polars as pl
from transforms_cases import Gold, observed, run

from transforms.gold.sales import mart_kept_age_daily

JUNE, JULY = "2026-06-30 23:59:59", "2026-07-01 00:00:00"


def _line(name: str, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "order_id": name,
        "paid_fen": 100,
        "placed_fen": 100,
        "paid_at": JUNE,
        "line_qty": 1,
        "style_code": "S",
        "content_code": "search",
        **cells,
    }


def _refund(name: str, line: str, fen: int, done: str | None, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"refund_id": name, "order_id": line, "refund_fen": fen, "refunded_at": done, **cells}


def _build(lines: list[dict[str, Any]], refunds: list[dict[str, Any]]) -> Gold:
    return run(
        ("order_line", observed("order_line", *lines)), ("refund_line", observed("refund_line", *refunds))
    )


def _days(daily: pl.DataFrame, *measures: str) -> dict[str, tuple[int, ...]]:
    summed = daily.group_by("business_date").agg(pl.col(measures).sum()).sort("business_date")
    return {str(row[0]): row[1:] for row in summed.iter_rows()}


def test_paid_measures_on_the_payment_day_refunds_on_both_clocks() -> None:
    lines = [
        _line("1"),
        _line("2", paid_at=JULY, line_qty=3, paid_fen=250),
        _line("3", paid_at=None, order_status_code="unpaid"),
    ]
    built = _build(
        lines,
        [
            _refund("r", "1", 100, JULY, refund_stage_code="before_shipment"),
            _refund("q", "2", 30, "2026-07-05 12:00:00"),
        ],
    )
    measures = (
        "paid_fen",
        "paid_orders_qty",
        "units_qty",
        "cohort_refund_fen",
        "cohort_refund_before_fen",
        "cohort_refund_after_fen",
        "dated_refund_fen",
    )
    assert _days(built.daily, *measures) == {
        "2026-06-30": (100, 1, 1, 100, 100, 0, 0),
        "2026-07-01": (250, 1, 3, 30, 0, 30, 100),
        "2026-07-05": (0, 0, 0, 0, 0, 0, 30),
    }


def test_undated_refunds_stay_off_the_refund_clock() -> None:
    built = _build([_line("1", stated_refund_fen=40)], [_refund("r", "1", 10, None)])
    assert built.daily.select("cohort_refund_fen", "cohort_refund_undated_fen", "dated_refund_fen").row(
        0
    ) == (40, 40, 0)
    assert built.daily["cohort_refund_unstaged_fen"].to_list() == [30]


def test_channels_and_traffic_stand_apart_and_add_up() -> None:
    lines = [
        _line("1"),
        _line("2", content_code="product_card", is_paid_traffic=True),
        _line("3", content_code="product_card", is_paid_traffic=False),
    ]
    built = _build(lines, [_refund("r", "2", 60, JUNE)])
    rows = (
        built.daily.select("channel_code", "traffic_code", "paid_fen", "dated_refund_fen")
        .sort("channel_code", "traffic_code")
        .rows()
    )
    assert rows == [
        ("product_card", "free", 100, 0),
        ("product_card", "paid", 100, 60),
        ("search", "unknown", 100, 0),
    ]


def test_units_without_gifts_and_untold_ones_counted() -> None:
    gift = {
        "order_id": "1",
        "order_line_id": "1g",
        "is_gift": True,
        "paid_fen": 0,
        "line_qty": 1,
        "paid_at": JUNE,
    }
    built = _build([_line("1", line_qty=2), {**_line("2"), "line_qty": None}, gift], [])
    assert built.daily.select("units_qty", "units_untold_qty", "paid_orders_qty").sum().row(0) == (2, 1, 2)


def test_styles_split_what_the_day_sold_and_untold_styles_are_kept() -> None:
    lines = [
        _line("1"),
        _line("2", style_code="T", paid_fen=300),
        _line("3", style_code=None, product_id="77", paid_fen=50),
        _line("4", style_code=None, paid_fen=9),
    ]
    built = _build(lines, [_refund("r", "2", 120, JULY), _refund("q", "4", 9, JUNE)])
    rows = built.styles.select(
        "style_code",
        pl.col("business_date").cast(pl.String),
        "paid_fen",
        "cohort_refund_fen",
        "dated_refund_fen",
    ).rows()
    assert sorted(rows) == [
        ("77", "2026-06-30", 50, 0, 0),
        ("S", "2026-06-30", 100, 0, 0),
        ("T", "2026-06-30", 300, 120, 0),
        ("T", "2026-07-01", 0, 0, 120),
        ("untold", "2026-06-30", 9, 9, 9),
    ]
    for measure in ("paid_fen", "cohort_refund_fen", "dated_refund_fen", "units_qty", "paid_orders_qty"):
        assert built.styles[measure].sum() == built.daily[measure].sum()


def test_sessions_hold_their_lines_and_stay_without_any() -> None:
    live = {"content_code": "live", "seller_code": "own", "live_session_id": "L"}
    lines = [
        _line("1", **live),
        _line("2", **live, paid_at=JULY, paid_fen=50),
        _line("3", **live, paid_at=None),
        _line("4"),
    ]
    rooms = [
        {
            "live_session_id": "L",
            "started_at": "2026-06-30 20:00:00",
            "views_qty": 900,
            "viewers_qty": 300,
            "seller_code": "own",
        },
        {"live_session_id": "M", "started_at": "2026-06-30 20:00:00", "views_qty": 70, "seller_code": "own"},
        {"live_session_id": "N", "started_at": "2026-06-30 20:00:00", "live_account_id": "host"},
    ]
    built = run(
        ("order_line", observed("order_line", *lines)), ("live_session", observed("live_session", *rooms)),
        ("refund_line", observed("refund_line", _refund("r", "1", 100, JULY))),
    )  # fmt: skip
    table = built.session_mart.sort("live_session_id").select(
        "live_session_id", "paid_fen", "cohort_refund_fen", "paid_orders_qty", "session_views_qty"
    )
    assert table.rows() == [("L", 150, 100, 2, 900), ("M", 0, 0, 0, 70), ("N", 0, 0, 0, 0)]
    assert _days(built.daily, "session_paid_fen", "session_refund_fen", "session_views_qty") == {
        "2026-06-30": (150, 100, 970),
        "2026-07-01": (0, 0, 0),
    }


def test_a_session_adds_what_it_tells_and_owns_up_to_what_it_does_not() -> None:
    """Seconds stand over views: a session that tells only one of the two adds to neither."""
    told = {
        "views_qty": 900,
        "average_watch_qty": 64,
        "reported_buyers_qty": 3,
        "product_exposure_qty": 5_000,
    }
    rooms = [
        {"live_session_id": name, "started_at": JUNE, **cells}
        for name, cells in (("A", told), ("B", {"average_watch_qty": 50}), ("C", {"views_qty": 7}))
    ]
    table = run(("live_session", observed("live_session", *rooms))).session_mart.sort("live_session_id")
    names = (
        "session_buyers_qty",
        "session_shown_qty",
        "session_watch_qty",
        "session_watch_views_qty",
        "session_watch_untold_qty",
    )
    assert table.select(names).rows() == [(3, 5_000, 57_600, 900, 0), (0, 0, 0, 0, 1), (0, 0, 0, 0, 1)]


def test_marts_of_nothing_are_empty_and_keep_their_shape() -> None:
    built = run()
    assert (built.daily.height, built.styles.height, built.session_mart.height, built.refunds.height) == (
        0,
        0,
        0,
        0,
    )
    assert "dated_refund_fen" in built.daily.columns


def test_what_had_gone_back_by_an_age_stands_on_the_payment_day_and_the_limit_counts() -> None:
    """Paid at the last second of June: the 7th, 14th and 30th day after are 7, 14 and 30 July, whole.

    A refund without a date is at no age.
    """
    gone = [
        ("a", 10, "2026-07-07 23:59:59"),
        ("b", 20, "2026-07-08 00:00:00"),
        ("c", 30, "2026-07-14 12:00:00"),
        ("d", 5, "2026-07-30 23:59:59"),
    ]
    refunds = [
        _refund(name, "1", fen, done)
        for name, fen, done in [*gone, ("e", 4, "2026-07-31 00:00:00"), ("f", 3, None)]
    ]
    built = _build(
        [
            _line("1"),
            _line("2", style_code=None, paid_fen=250),
            _line("3", paid_at=None, order_status_code="unpaid"),
        ],
        refunds,
    )
    rows = mart_kept_age_daily.ASSET.build({"fct_order_line": built.lines, "fct_refund_line": built.refunds})
    measures = (
        "paid_fen",
        "cohort_refund_fen",
        "cohort_refund_undated_fen",
        *mart_kept_age_daily.BY_AGE.values(),
    )
    assert {row[0]: row[1:] for row in rows.select("style_code", *measures).rows()} == {
        "S": (100, 72, 3, 10, 60, 65),
        "untold": (250, 0, 0, 0, 0, 0),
    }
    assert set(rows["business_date"].dt.to_string()) == {"2026-06-30"}
