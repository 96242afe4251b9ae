"""Where the source does not tell, the answer says so; and how young a figure is."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from metrics_cases import AT, MARCH, day, frames, merchant, publish, rows_of, shop_day

from metrics.ages import MATURE_DAYS, Age
from metrics.ask import Note, ask
from metrics.notes import NOTES, amount, make_notes
from warehouse.place import Place


def notes(place: Place, *metrics: str, **more: object) -> dict[str, Note]:
    return {note.code: note for note in ask(merchant(place), metrics, **more).notes}  # type: ignore[arg-type]


def test_undated_refunds_are_left_out_of_the_refund_clock_and_said(shown: Place) -> None:
    found = notes(shown, "net_by_refund_date", period=MARCH)
    assert list(found) == ["REFUNDS_UNDATED", "REFUNDS_UNDATED_EARLIER", "ASIDE_INCLUDED"]
    assert found["REFUNDS_UNDATED"].amount_fen == 60_00
    assert "另有 60.00 元退款日期不明" in found["REFUNDS_UNDATED"].zh
    assert found["REFUNDS_UNDATED_EARLIER"].amount_fen == 20_00  # the order of 27 February may have been refunded in March
    february = (day(1, 2), day(28, 2))
    assert {code: note.amount_fen for code, note in notes(shown, "net_by_refund_date", period=february).items()} == {"REFUNDS_UNDATED": 20_00}
    assert {code: note.amount_fen for code, note in notes(shown, "net_by_refund_date").items()} == {"REFUNDS_UNDATED": 80_00, "ASIDE_INCLUDED": 30_00}
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
    answer = ask(merchant(shown), ["units", "refunds_before_shipment", "refunds_after_shipment", "refunds_untold_stage"], by=["platform"], period=MARCH)
    assert answer.rows.rows() == [("douyin", 5, 10_00, 30_00, 0), ("taobao", None, None, None, 60_00)]
    found = {note.code: note for note in answer.notes}
    assert found["UNITS_UNTOLD"].count == 4
    assert found["REFUND_STAGE_UNTOLD"].amount_fen == 60_00


def test_sessions_without_views_take_no_part_and_are_counted(shown: Place) -> None:
    found = notes(shown, "gpm", by=["session"])
    assert (found["VIEWS_UNTOLD"].count, found["VIEWS_UNTOLD"].amount_fen) == (1, None)
    assert ask(merchant(shown), ["gpm"], by=["session"]).rows.rows() == [("L1", 12000), ("L2", None), ("L3", 0), ("L4", 1664)]


def test_remarks_on_grain(shown: Place) -> None:
    assert list(notes(shown, "paid_gmv", by=["session"])) == ["SESSION_CLOCK"]
    assert list(notes(shown, "aov", by=["style"])) == ["ORDERS_ON_FIRST_LINE"]
    assert notes(shown, "paid_gmv", by=["style"]) == {}


def test_tmall_orders_of_2020(place: Place) -> None:
    """An order report without lines: refunds stated, but neither when nor at which stage."""
    untold = {"cohort_refund_fen": 572_335_92, "cohort_refund_unstaged_fen": 572_335_92, "cohort_refund_undated_fen": 572_335_92}
    row = shop_day(dt.date(2020, 2, 29), platform="taobao", channel="unknown", traffic="unknown", paid_fen=2_474_823_07, paid_orders_qty=24_087,
                   units_untold_qty=24_087, **untold)  # fmt: skip
    publish(place, {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", [row])})
    wanted = ["paid_gmv", "refunds", "net_by_order_date", "net_by_refund_date", "paid_orders", "units", "refunds_before_shipment", "aov"]
    answer = ask(merchant(place), wanted, by=["platform"])
    assert answer.rows.rows() == [("taobao", 2_474_823_07, 572_335_92, 1_902_487_15, 2_474_823_07, 24_087, None, None, 102_75)]
    assert {note.code: note.amount_fen or note.count for note in answer.notes} == {
        "UNITS_UNTOLD": 24_087,
        "REFUND_STAGE_UNTOLD": 572_335_92,
        "REFUNDS_UNDATED": 572_335_92,
    }
    assert answer.age == Age(dt.date(2020, 2, 29), (AT.date() - dt.date(2020, 2, 29)).days, open_share=0.0)


def test_a_shop_that_sold_and_never_told_of_a_refund_is_said(place: Place) -> None:
    rows = [shop_day(day(1), paid_fen=100_00, cohort_refund_fen=10_00), shop_day(day(1), shop="s2", paid_fen=300_00)]
    publish(place, {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", rows)})
    assert notes(place, "net_by_order_date")["REFUNDS_NONE"].count == 1
    assert list(notes(place, "net_by_order_date", where={"shop": "s1"})) == list(notes(place, "paid_gmv")) == []


def test_age_of_an_answer(place: Place) -> None:
    old = shop_day(day(20, 1), paid_fen=300_00, paid_orders_qty=1)
    publish(place, {**frames(), "mart_shop_channel_daily": rows_of("mart_shop_channel_daily", [old, shop_day(day(8), paid_fen=100_00, paid_orders_qty=1)])})
    assert ask(merchant(place), ["net_by_order_date"]).age == Age(day(8), 17, open_share=0.25)  # the data reach to 25 March
    assert ask(merchant(place), ["net_by_order_date"], period=(day(1, 1), day(31, 1))).age == Age(day(20, 1), 64, open_share=0.0)
    assert ask(merchant(place), ["net_gpm"]).age.newest_date == day(3)  # by sessions: the day they began


def test_time_that_nobody_watched_matures_nothing(place: Place) -> None:
    """A shop that stopped giving files is as young as its last file, however late the release; another shop's files say nothing of it."""
    rows = [shop_day(day(1), paid_fen=100_00), shop_day(day(1), shop="s2", paid_fen=300_00)]
    key = {"merchant_id": "m1", "platform_code": "douyin"}
    seen = [{**key, "shop_id": "s1", "observed_date": day(2)}, {**key, "shop_id": "s2", "observed_date": day(1) + dt.timedelta(days=MATURE_DAYS)}]
    observed = {"dim_observed": rows_of("dim_observed", seen)}
    publish(place, {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", rows), **observed}, at=AT + dt.timedelta(days=300))
    found = ask(merchant(place), ["net_by_order_date"]).age
    assert (found, found.is_open) == (Age(day(1), 1, open_share=0.25), True)
    older = ask(merchant(place), ["net_by_order_date"], where={"shop": "s2"}).age
    assert (older, older.is_open) == (Age(day(1), MATURE_DAYS, open_share=0.0), False)


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (123_456_789, "1,234,567.89"), (-100_05, "-100.05")])
def test_amounts_are_printed_exactly(fen: int, text: str) -> None:
    assert amount(fen) == text


def test_one_of_anything_is_no_plural() -> None:
    told = make_notes(NOTES, {kind.part: 1 for kind in NOTES.values() if kind.part.endswith("_qty")})
    assert len(told) > 1 and not [note.en for note in told if re.search(r"\b1 [a-z]+s\b", note.en)]
