"""Which line money of an order goes back to where no source names it: never a line that denies it while
another has room, postage on postage.
"""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transforms_cases import Gold, observed, run

PAID, EARLY, LATE = "2026-06-01 10:00:00", "2026-06-03 06:00:00", "2026-06-09 06:00:00"
REST = "O:rest"


def _line(name: str, paid: int, stated: int | None = 0, seen: str = LATE, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    told = {
        "order_id": "O",
        "order_line_id": name,
        "paid_fen": paid,
        "placed_fen": paid,
        "paid_at": PAID,
        "stated_refund_fen": stated,
        "line_qty": 1,
    }
    return {**told, "_observed_at": seen, "_export_id": f"x{seen}", **cells}


def _order(paid: int, stated: int | None = None, freight: int | None = 0, seen: str = LATE) -> dict[str, Any]:
    money = {"paid_fen": paid, "placed_fen": paid, "freight_fen": freight, "stated_refund_fen": stated}
    return {"order_id": "O", "paid_at": PAID, **money, "_observed_at": seen}


def _refund(fen: int, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "refund_id": "r",
        "order_id": "O",
        "refund_fen": fen,
        "applied_at": EARLY,
        "refunded_at": "2026-06-05 10:00:00",
        **cells,
    }


def _build(lines: list[dict[str, Any]], order: dict[str, Any], *refunds: dict[str, Any]) -> Gold:
    return run(
        ("order_line", observed("order_line", *lines)),
        ("order", observed("order", order)),
        ("refund_line", observed("refund_line", *refunds)),
    )


def _back(built: Gold) -> dict[str, int]:
    return dict(
        built.lines.filter(pl.col("cohort_refund_fen") > 0)
        .sort("order_line_id")
        .select("order_line_id", "cohort_refund_fen")
        .iter_rows()
    )


def test_what_an_order_states_belongs_to_the_line_not_read_since() -> None:
    """N12: of three items two were read with the order and had no refund.

    The third item's row was damaged that day.
    """
    lines = [_line("A", 76_689), _line("B", 149_311), _line("C", 243_054, seen=EARLY)]
    built = _build(lines, _order(469_054, stated=243_054))
    assert _back(built) == {"C": 243_054}
    # the order said so already when all three were read: then none is more likely than another
    known = _build(lines, _order(469_054, stated=243_054, seen=EARLY))
    assert sum(_back(known).values()) == 243_054 and set(_back(known)) == {"A", "B", "C"}


def test_what_an_order_states_belongs_to_the_line_that_was_never_read() -> None:
    assert _back(_build([_line("A", 300), _line("B", 200)], _order(900, stated=350))) == {REST: 350}
    # more than it can hold goes on to the others
    assert _back(_build([_line("A", 300), _line("B", 200)], _order(900, stated=450))) == {
        REST: 400,
        "A": 30,
        "B": 20,
    }


def test_a_line_that_states_nothing_takes_it_before_one_that_says_none() -> None:
    assert _back(_build([_line("A", 300), _line("B", 200, stated=None)], _order(500, stated=150))) == {
        "B": 150
    }


@pytest.mark.parametrize("cells", [{}, {"refunded_at": None}])
def test_an_after_sale_without_a_line_is_not_of_one_that_denies_it_since(cells: dict[str, Any]) -> None:
    """A line read after the money went back, and without it, is not the one.

    Of an after-sale without its day nobody can say so.
    """
    found = _back(_build([_line("A", 120), _line("B", 300, seen=EARLY)], _order(420), _refund(120, **cells)))
    assert found == ({"A": 120} if cells else {"B": 120})


def test_what_a_line_waits_for_is_no_room_for_anything_else() -> None:
    """A says that 100 of its 300 went back: 250 of the order are these and 150 of what is left of both."""
    lines = [_line("A", 300, stated=100, seen=EARLY), _line("B", 100, stated=None)]
    assert _back(_build(lines, _order(400), _refund(250))) == {"A": 200, "B": 50}


def test_postage_refunded_with_the_goods_stands_on_the_postage() -> None:
    """N9: by a named line, by its goods, by nothing, and as the line itself states it."""
    lines = [_line("A", 10_000, stated=None, sku_code="a"), _line("B", 5_000, stated=None, sku_code="b")]
    order = _order(15_800, freight=800)
    for told in ({"order_line_id": "A"}, {"sku_code": "a"}):
        assert _back(_build(lines, order, _refund(10_800, **told))) == {"A": 10_000, REST: 800}
    assert _back(_build(lines, order, _refund(15_800))) == {"A": 10_000, "B": 5_000, REST: 800}
    assert _back(_build(lines, order, _refund(800))) == {REST: 800}
    assert _back(_build(lines, order, _refund(3_000))) == {"A": 2_000, "B": 1_000}
    stated = [{**lines[0], "stated_refund_fen": 10_800}, lines[1]]
    assert (
        _back(_build(stated, order))
        == _back(_build(stated, order, _refund(10_800, order_line_id="A")))
        == {"A": 10_000, REST: 800}
    )
    built = _build(stated, order, _refund(10_800, order_line_id="A"))
    assert (built.lines["refund_undated_fen"].sum(), built.refunds["refund_fen"].sum()) == (0, 10_800)


@pytest.mark.parametrize("freight", [1, 800])
def test_a_refund_of_the_goods_alone_leaves_the_postage_alone(freight: int) -> None:
    lines = [_line("A", 10_000, stated=None), _line("B", 5_000, stated=None)]
    order = _order(15_000 + freight, freight=freight)
    assert _back(_build(lines, order, _refund(10_000, order_line_id="A"))) == {"A": 10_000}
    both = _back(_build(lines, order, _refund(10_000 + freight, order_line_id="A")))
    assert both == {"A": 10_000, REST: freight}


def test_what_one_line_states_below_its_money_takes_nothing_from_anothers_postage() -> None:
    order, lines = _order(15_800, freight=800), [_line("A", 10_000, stated=9_999)]
    assert _back(_build([*lines, _line("B", 5_000, stated=5_800)], order)) == {
        "A": 9_999, "B": 5_000, REST: 800,
    }  # fmt: skip
    # what a line states beyond the postage is goodwill, and its own
    assert _back(_build([*lines, _line("B", 5_000, stated=5_900)], order)) == {
        "A": 9_999, "B": 5_100, REST: 800,
    }  # fmt: skip


@pytest.mark.parametrize("unread", [400, 1])
def test_goods_no_line_told_take_their_own_before_the_postage_on_them(unread: int) -> None:
    """The order's rest is both: what goes back for the goods leaves the postage where it is."""
    order = _order(300 + unread + 80, stated=unread, freight=80)
    assert _back(_build([_line("A", 300)], order)) == {REST: unread}
    more = _order(300 + unread + 80, stated=unread + 80 + 20, freight=80)
    assert _back(_build([_line("A", 300)], more)) == {REST: unread + 80, "A": 20}


def test_postage_goes_back_though_every_line_denies_a_refund() -> None:
    lines = [_line("A", 10_000, stated=0), _line("B", 5_000, stated=0)]
    assert _back(_build(lines, _order(15_800, freight=800), _refund(800))) == {REST: 800}


def test_goodwill_above_a_line_and_its_postage_stays_on_the_line() -> None:
    lines = [_line("A", 10_000, stated=None), _line("B", 5_000, stated=None)]
    assert _back(_build(lines, _order(15_800, freight=800), _refund(11_000, order_line_id="A"))) == {
        "A": 10_200,
        REST: 800,
    }
    # money of goods that no line reports is no postage
    assert _back(_build(lines, _order(15_800), _refund(11_000, order_line_id="A"))) == {"A": 11_000}


def test_postage_shared_among_lines_takes_what_exceeds_one_of_them() -> None:
    """JD reports money by order: its lines share the postage, and a cancelled line takes all of it back."""
    money = {"paid_fen": None, "placed_fen": None, "stated": None}
    lines = [_line("A", 0, unit_price_fen=10_000, **money), _line("B", 0, unit_price_fen=20_000, **money)]
    built = _build(lines, _order(30_900, freight=900), _refund(10_900, order_line_id="A"))
    assert dict(
        built.lines.select("order_line_id", pl.col("paid_fen") - pl.col("cohort_refund_fen")).iter_rows()
    ) == {"A": 0, "B": 20_000}
    assert built.lines["postage_fen"].to_list() == [300, 600]


_FEN = st.integers(1, 9).map(lambda hundreds: hundreds * 100)


@st.composite
def _orders(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]:
    """An order: lines that state their refund, an older one or none, one perhaps never read, postage, and
    refunds told by line, by order and by the order.
    """
    lines = []
    for name in "ABC"[: draw(st.integers(1, 3))]:
        paid = draw(_FEN)
        stated = draw(st.sampled_from([None, 0, 0, paid // 2]))
        lines.append(_line(name, paid, stated, seen=draw(st.sampled_from([EARLY, LATE]))))
    freight, unread = draw(st.sampled_from([0, 70])), draw(st.sampled_from([0, 500]))
    paid = sum(line["paid_fen"] for line in lines)
    named = [
        _refund(draw(_FEN), refund_id=f"n{number}", order_line_id=draw(st.sampled_from("ABC")))
        for number in range(draw(st.integers(0, 2)))
    ]
    loose = [_refund(draw(_FEN), refund_id=f"o{number}") for number in range(draw(st.integers(0, 2)))]
    stated = draw(st.one_of(st.none(), st.integers(0, paid + freight + unread)))
    return lines, _order(paid + freight + unread, stated, freight), [*named, *loose]


Order = tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]
#: So many orders are built at once, each under numbers of its own.
_TOGETHER = 4


def _apart(order: Order, number: int) -> Order:
    def own(row: dict[str, Any]) -> dict[str, Any]:
        ids = [name for name in ("order_id", "order_line_id", "refund_id") if name in row]
        return row | {name: f"{row[name]}{number}" for name in ids}

    lines, head, refunds = order
    return [own(row) for row in lines], own(head), [own(row) for row in refunds]


def _by_line(lines: pl.DataFrame) -> dict[str, int]:
    return dict(lines.select("order_line_id", "cohort_refund_fen").iter_rows())


@settings(max_examples=120 // _TOGETHER, deadline=None)
@given(st.lists(_orders(), min_size=_TOGETHER, max_size=_TOGETHER), st.randoms(use_true_random=False))
def test_money_back_adds_up_and_stands_where_it_may(drawn: list[Order], dice: random.Random) -> None:
    orders = [_apart(order, number) for number, order in enumerate(drawn)]
    lines = [row for order in orders for row in order[0]]
    heads = [order[1] for order in orders]
    refunds = [row for order in orders for row in order[2]]
    numbered = [{**row, "_row_number": number} for number, row in enumerate(refunds, 1)]
    built = run(
        ("order_line", observed("order_line", *lines)),
        ("order", observed("order", *heads)),
        ("refund_line", observed("refund_line", *numbered)),
    )
    for order in orders:
        mine = pl.col("order_id") == order[1]["order_id"]
        _check(order, built.lines.filter(mine), built.refunds.filter(mine))
    assert built.lines["cohort_refund_fen"].sum() == built.daily["cohort_refund_fen"].sum()
    assert set(built.lines["order_id"]) == {head["order_id"] for head in heads}
    turned = run(
        ("refund_line", observed("refund_line", *dice.sample(numbered, len(numbered)))),
        ("order", observed("order", *heads)),
        ("order_line", observed("order_line", *dice.sample(lines, len(lines)))),
    )  # fmt: skip
    assert _by_line(turned.lines) == _by_line(built.lines)


def _check(order: Order, facts: pl.DataFrame, returned: pl.DataFrame) -> None:
    """What an order has become: each after-sale once, to the fen, and all of it where it may stand."""
    lines, head, refunds = order
    back = _by_line(facts)
    itemised = dict(
        returned.filter(~pl.col("refund_id").str.starts_with("stated:"))
        .group_by("refund_id")
        .agg(pl.col("refund_fen").sum())
        .iter_rows()
    )
    assert itemised == {row["refund_id"]: row["refund_fen"] for row in refunds}
    assert sum(back.values()) == returned["refund_fen"].sum()
    stated = max(head["stated_refund_fen"] or 0, sum(line["stated_refund_fen"] or 0 for line in lines))
    assert sum(back.values()) >= max(stated, sum(itemised.values()))
    if refunds:
        return
    assert sum(back.values()) == stated
    paid = {line["order_line_id"]: line["paid_fen"] for line in lines}
    rest, unread = head["paid_fen"] - sum(paid.values()), f"{head['order_id']}:rest"
    denying = {
        line["order_line_id"]: line["stated_refund_fen"]
        for line in lines
        if line["stated_refund_fen"] is not None and line["_observed_at"] == LATE
    }
    others = [back[name] < paid[name] for name in paid if name not in denying]
    if any([*others, bool(rest) and back[unread] < rest]):
        assert all(back[name] == fen for name, fen in denying.items()), (
            "a line that denies it takes none while another has room"
        )
    if rest == head["freight_fen"] > 0 and back[unread] > 0:
        assert all(back[name] == paid[name] for name in paid if name not in denying), (
            "postage goes back when the goods have"
        )
