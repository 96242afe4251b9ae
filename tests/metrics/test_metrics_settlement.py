"""What came through and what stands open, as a merchant asks for it: each on its own clock, ages to the
newest observation, nobody else's rows.
"""

from __future__ import annotations

from metrics_cases import MARCH, association, day, merchant, operator

from contracts.codes import OPEN_REASON, OPEN_STEP
from metrics.query.ask import ask
from metrics.reports.open_items import open_items, statements
from warehouse.place import Place


def test_settled_and_funded_stand_on_their_own_days(shown: Place) -> None:
    answer = ask(merchant(shown), ["settled", "funded"], by=["date"], period=MARCH)
    assert answer.rows.rows() == [(day(9), 80_00, 80_00), (day(20), -30_00, -25_00)]
    assert answer.age is None  # a statement does not mature
    beside = ask(merchant(shown), ["paid_gmv", "settled"], by=["month"])
    assert beside.rows.rows() == [("2026-02", 80_00, 0), ("2026-03", 350_01, 50_00), ("2026-04", 0, 7_00)]
    assert beside.age is not None


def test_a_shop_without_bills_is_owned_up_to(shown: Place) -> None:
    notes = {
        note.code: note.count for note in ask(merchant(shown), ["settled", "funded"], period=MARCH).notes
    }
    assert notes == {"BILLS_MISSING": 1, "ACCOUNTS_MISSING": 1}
    assert ask(merchant(shown), ["settled"], where={"shop": "s1"}).notes == []
    charged = ask(merchant(shown), ["commissions"], where={"platform": "douyin"}).notes
    assert [(note.code, note.amount_fen) for note in charged] == [("CHARGES_UNTOLD", 1_00)]


def test_open_items_tell_age_reason_and_step(shown: Place) -> None:
    rows = open_items(merchant(shown))
    assert rows.select("open_item_id", "open_fen", "age_days").rows() == [
        ("l1", -30_00, 20),
        ("e2", -5_00, 5),
        ("e9", -1_00, None),
    ]
    assert set(rows["merchant_id"]) == {"m1"}
    assert rows["reason_name"][0] == "结算后退款，未见扣回 / refunded after settlement, not taken back yet"
    assert all("/" in step for step in rows["step_name"])
    assert set(OPEN_REASON.values) == set(OPEN_STEP.values)


def test_who_reads_for_no_merchant_sees_none(shown: Place) -> None:
    for viewer in (association(shown), operator(shown)):
        assert open_items(viewer).is_empty() and statements(viewer).is_empty()
        assert open_items(viewer).columns == open_items(merchant(shown)).columns
