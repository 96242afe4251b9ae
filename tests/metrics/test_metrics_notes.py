"""Where the source does not tell, the answer says so; and how young a figure is."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from metrics_cases import (
    AT,
    MARCH,
    buyers,
    day,
    frames,
    merchant,
    publish,
    reported,
    rows_of,
    settled_day,
    shop_day,
)

from contracts.amounts import yuan
from metrics.model.notes import NOTES, make_notes
from metrics.query.ages import MATURE_DAYS, Age
from metrics.query.ask import Note, ask
from warehouse.place import Place


def notes(place: Place, *metrics: str, **more: object) -> dict[str, Note]:
    return {note.code: note for note in ask(merchant(place), metrics, **more).notes}  # type: ignore[arg-type]


def test_undated_refunds_are_left_out_of_the_refund_clock_and_said(shown: Place) -> None:
    found = notes(shown, "net_by_refund_date", period=MARCH)
    assert list(found) == [
        "REFUND_DAYS_MISSING",
        "REFUNDS_UNDATED",
        "REFUNDS_UNDATED_EARLIER",
        "ASIDE_INCLUDED",
    ]
    assert found["REFUNDS_UNDATED"].amount_fen == 60_00
    assert "另有 60.00 元退款日期不明" in found["REFUNDS_UNDATED"].zh
    assert (
        found["REFUNDS_UNDATED_EARLIER"].amount_fen == 20_00
    )  # the order of 27 February may have been refunded in March
    february = (day(1, 2), day(28, 2))
    assert {
        code: note.amount_fen
        for code, note in notes(shown, "net_by_refund_date", period=february).items()
        if note.amount_fen
    } == {"REFUNDS_UNDATED": 20_00}
    every = notes(shown, "net_by_refund_date")
    assert {code: note.amount_fen for code, note in every.items() if note.amount_fen} == {
        "REFUNDS_UNDATED": 80_00,
        "ASIDE_INCLUDED": 30_00,
    }
    by_month = notes(shown, "net_by_refund_date", where={"month": "2026-03"})
    assert by_month["REFUNDS_UNDATED_EARLIER"].amount_fen == 20_00


def test_a_shop_that_tells_everything_needs_no_note(shown: Place) -> None:
    for metric in ("net_by_refund_date", "units", "refunds_before_shipment"):
        assert notes(shown, metric, where={"platform": "douyin"}) == {}
    assert notes(shown, "paid_gmv", "refunds", "net_by_order_date", where={"platform": "douyin"}) == {}


def test_orders_set_aside_are_told_beside_the_figures_they_are_in(shown: Place) -> None:
    for metric in ("paid_gmv", "net_by_order_date", "net_by_refund_date"):
        note = notes(shown, metric, period=MARCH)["ASIDE_INCLUDED"]
        assert note.amount_fen == 30_00 and "30.00 元" in note.zh


def test_untold_units_and_stages_are_empty_not_zero(shown: Place) -> None:
    answer = ask(
        merchant(shown),
        ["units", "refunds_before_shipment", "refunds_after_shipment", "refunds_untold_stage"],
        by=["platform"],
        period=MARCH,
    )
    assert answer.rows.rows() == [("douyin", 5, 10_00, 30_00, 0), ("taobao", None, None, None, 60_00)]
    found = {note.code: note for note in answer.notes}
    assert found["UNITS_UNTOLD"].count == 4
    assert found["REFUND_STAGE_UNTOLD"].amount_fen == 60_00


def test_sessions_without_views_take_no_part_and_are_counted(shown: Place) -> None:
    found = notes(shown, "gpm", by=["session"])
    assert (found["VIEWS_UNTOLD"].count, found["VIEWS_UNTOLD"].amount_fen) == (1, None)
    assert ask(merchant(shown), ["gpm"], by=["session"]).rows.rows() == [
        ("L1", 12000),
        ("L2", None),
        ("L3", 0),
        ("L4", 1664),
    ]


def test_remarks_on_grain(shown: Place) -> None:
    assert list(notes(shown, "paid_gmv", by=["session"])) == ["SESSION_CLOCK"]
    assert list(notes(shown, "aov", by=["style"])) == ["ORDERS_ON_FIRST_LINE"]
    assert notes(shown, "paid_gmv", by=["style"]) == {}


def test_a_session_on_no_list_has_no_figure_of_the_list_beside_what_lines_say_of_it(shown: Place) -> None:
    """Half of style A was sold in L1, the rest outside any session.

    L2 and L4 sold what has no known cost, L3 sold nothing.
    """
    answer = ask(merchant(shown), ["paid_gmv", "cost_coverage"], by=["session"])
    assert [row[:2] for row in answer.rows.rows()] == [
        ("L1", 120_00),
        ("L2", 30_00),
        ("L4", 10_00),
        ("untold", None),
    ]
    assert answer.rows["cost_coverage"].to_list() == [1.0, None, None, 0.0]
    (note,) = (note for note in answer.notes if note.code == "SESSION_DAYS")
    assert "支付金额（含退款） 记在开播日" in note.zh and "成本覆盖率" in note.zh
    assert "SESSION_DAYS" not in notes(shown, "paid_gmv", "gpm", by=["session"])
    assert ask(merchant(shown), ["paid_gmv"], where={"session": "L3"}).rows.item() == 0, (
        "on the list, and it sold nothing"
    )
    assert ask(merchant(shown), ["paid_gmv"], where={"session": "L9"}).rows.item() is None


def test_tmall_orders_of_2020(place: Place) -> None:
    """An order report without lines: refunds stated, but neither when nor at which stage."""
    untold = {
        "cohort_refund_fen": 572_335_92,
        "cohort_refund_unstaged_fen": 572_335_92,
        "cohort_refund_undated_fen": 572_335_92,
    }
    row = shop_day(dt.date(2020, 2, 29), platform="taobao", channel="unknown", traffic="unknown",
        paid_fen=2_474_823_07, paid_orders_qty=24_087,
                   units_untold_qty=24_087, **untold)  # fmt: skip
    publish(place, {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", [row])})
    wanted = [
        "paid_gmv",
        "refunds",
        "net_by_order_date",
        "net_by_refund_date",
        "paid_orders",
        "units",
        "refunds_before_shipment",
        "aov",
    ]
    answer = ask(merchant(place), wanted, by=["platform"])
    assert answer.rows.rows() == [
        ("taobao", 2_474_823_07, 572_335_92, 1_902_487_15, 2_474_823_07, 24_087, None, None, 102_75)
    ]
    assert {note.code: note.amount_fen or note.count for note in answer.notes} == {
        "UNITS_UNTOLD": 24_087,
        "REFUND_STAGE_UNTOLD": 572_335_92,
        "REFUNDS_UNDATED": 572_335_92,
    }
    assert answer.age == Age(dt.date(2020, 2, 29), (AT.date() - dt.date(2020, 2, 29)).days, open_share=0.0)


def test_what_a_shop_never_gave_is_empty_and_in_no_total(place: Place) -> None:
    """s2 gave orders that tell no refunds: what it keeps is not known, and not all it was paid."""
    rows = [
        shop_day(day(1), paid_fen=100_00, cohort_refund_fen=10_00),
        shop_day(day(1), shop="s2", paid_fen=300_00),
    ]
    given = {
        ("m1", "s1", "douyin"): ["orders", "paid_days", "refunds"],
        ("m1", "s2", "douyin"): ["orders", "paid_days"],
    }
    names = [
        {
            "merchant_id": "m1",
            "shop_id": "s1",
            "platform_code": "douyin",
            "shop_name": "云山店",
            "merchant_name": "云山",
        }
    ]
    publish(
        place,
        {
            "mart_shop_channel_daily": rows_of("mart_shop_channel_daily", rows),
            "dim_reported": rows_of("dim_reported", reported(given)),
            "dim_shop": rows_of("dim_shop", names),
        },
    )
    asked = ["paid_gmv", "refunds", "net_by_order_date", "return_rate_value"]
    by_shop = ask(merchant(place), asked, by=["shop"])
    assert by_shop.rows.rows() == [("s1", 100_00, 10_00, 90_00, 0.1), ("s2", 300_00, None, None, None)]
    assert ask(merchant(place), asked).rows.row(0) == (400_00, 10_00, 90_00, 0.1), (
        "a rate is of the same shops on both sides"
    )
    (note,) = (note for note in by_shop.notes if note.code == "REFUNDS_NONE")
    assert note.count == 1
    assert (
        "2 家店里给过的有 1 家（云山店），没给过的：s2" in note.zh
        and "given by 1 of all shops asked (2): 云山店; not by s2" in note.en
    )
    assert (
        list(notes(place, "net_by_order_date", where={"shop": "s1"})) == list(notes(place, "paid_gmv")) == []
    )


def test_a_part_of_a_month_is_no_month(place: Place) -> None:
    """s1 was watched from 15 February to 12 March, its bills to the 5th; s2 from February to April."""
    rows = [
        shop_day(date, shop=shop, paid_fen=100_00) for date in (day(20, 2), day(3)) for shop in ("s1", "s2")
    ]
    bills = {
        "mart_settlement_daily": rows_of(
            "mart_settlement_daily",
            [settled_day(day(4), settled_fen=7_00), settled_day(day(20, 2), settled_fen=3_00)],
        )
    }
    given = ["orders", "paid_days"]
    days = [
        *reported({("m1", "s1", "douyin"): [*given, "bills"]}, first=day(15, 2), until=day(12)),
        *reported({("m1", "s2", "douyin"): given}, first=day(1, 2)),
    ]
    days = [
        {**row, "last_date": day(5), "whole_until_date": day(4)}
        if row["report_code"] == "bills" and row["shop_id"] == "s1"
        else row
        for row in days
    ]
    publish(
        place,
        {
            "mart_shop_channel_daily": rows_of("mart_shop_channel_daily", rows),
            "dim_reported": rows_of("dim_reported", days),
            **bills,
        },
    )
    march = notes(place, "paid_gmv", by=["month"])["PERIODS_PART"]
    assert march.zh == (
        "2026-03 没给全：数据到 s1 2026-03-12；一点没给的为空，不是 0，给了一部分的不能和完整的一天、一周、"
        "一月比"
    )
    assert notes(place, "settled", by=["month"])["PERIODS_PART"].en.startswith(
        "2026-02, 2026-03: not given whole, with data up to s1 2026-03-05"
    )
    assert "2026-03 " in notes(place, "paid_gmv", where={"month": "2026-03"})["PERIODS_PART"].zh
    for more in (
        {"by": ["date"]},
        {"by": ["week"]},
        {"by": ["month"], "where": {"shop": "s2"}},
        {"by": ["month"], "period": (day(1), day(12))},
        {},
    ):
        assert "PERIODS_PART" not in notes(place, "paid_gmv", **more)
    for by in ([], ["shop"]):
        span = notes(place, "paid_gmv", by=by, period=(day(3), day(14)))["PERIODS_PART"]
        assert span.zh.startswith("2026-03-03 – 2026-03-14 没给全：数据到 s1 2026-03-12；")
        assert "PERIODS_PART" not in notes(place, "paid_gmv", by=by, period=(day(3), day(12)))
    assert "2026-01-01 – " in notes(place, "paid_gmv", period=(day(1, 1), day(12)))["PERIODS_PART"].zh, (
        "nobody gave days of January"
    )


def test_a_window_that_opens_before_the_data_is_a_part(place: Place) -> None:
    """Windows of 90 days: March's opens on 1 January, April's on 31 January.

    Orders are known from 15 January on.
    """
    months = [buyers("douyin", day(31), 4, 1), buyers("douyin", day(30, 4), 4, 1)]
    days = reported({("m1", "s1", "douyin"): ["orders", "paid_days", "refunds"]}, first=day(15, 1))
    publish(
        place,
        {
            "mart_buyer_monthly": rows_of("mart_buyer_monthly", months),
            "dim_reported": rows_of("dim_reported", days),
        },
    )
    part = notes(place, "repurchase_rate", by=["month", "platform"])["PERIODS_PART"]
    assert part.zh.startswith("2026-01-01 – 2026-03-31 没给全：数据到 2026-01-15 –；")


def test_age_of_an_answer(place: Place) -> None:
    old = shop_day(day(20, 1), paid_fen=300_00, paid_orders_qty=1)
    publish(
        place,
        {
            **frames(),
            "mart_shop_channel_daily": rows_of(
                "mart_shop_channel_daily", [old, shop_day(day(8), paid_fen=100_00, paid_orders_qty=1)]
            ),
        },
    )
    assert ask(merchant(place), ["net_by_order_date"]).age == Age(
        day(8), 17, open_share=0.25
    )  # the data reach to 25 March
    assert ask(merchant(place), ["net_by_order_date"], period=(day(1, 1), day(31, 1))).age == Age(
        day(20, 1), 64, open_share=0.0
    )
    assert ask(merchant(place), ["net_gpm"]).age.newest_date == day(3)  # by sessions: the day they began


def test_time_that_nobody_watched_matures_nothing(place: Place) -> None:
    """A shop that stopped giving files is as young as its last file, however late the release.

    Another shop's files say nothing of it.
    """
    rows = [shop_day(day(1), paid_fen=100_00), shop_day(day(1), shop="s2", paid_fen=300_00)]
    key = {"merchant_id": "m1", "platform_code": "douyin"}
    seen = [
        {**key, "shop_id": "s1", "observed_date": day(2)},
        {**key, "shop_id": "s2", "observed_date": day(1) + dt.timedelta(days=MATURE_DAYS)},
    ]
    observed = {"dim_observed": rows_of("dim_observed", seen)}
    publish(
        place,
        {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", rows), **observed},
        at=AT + dt.timedelta(days=300),
    )
    found = ask(merchant(place), ["net_by_order_date"]).age
    assert (found, found.is_open) == (Age(day(1), 1, open_share=0.25), True)
    older = ask(merchant(place), ["net_by_order_date"], where={"shop": "s2"}).age
    assert (older, older.is_open) == (Age(day(1), MATURE_DAYS, open_share=0.0), False)


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (123_456_789, "1,234,567.89"), (-100_05, "-100.05")]
)
def test_amounts_are_printed_exactly(fen: int, text: str) -> None:
    assert yuan(fen) == text


#: Words that stand in Chinese and in English apart.
_PAIRED = [f"{name}_{language}" for name in ("names", "began", "own") for language in ("zh", "en")]


def test_one_of_anything_is_no_plural() -> None:
    plain = dict.fromkeys(("names", "without", "periods", "reach", *_PAIRED), "A")
    words = {code: {"asked": 1, "given": 1, **plain} for code in NOTES}
    told = make_notes(NOTES, {kind.part: 1 for kind in NOTES.values() if kind.part.endswith("_qty")}, words)
    assert len(told) > 1 and not [note.en for note in told if re.search(r"\b1 [a-z]+s\b", note.en)]
