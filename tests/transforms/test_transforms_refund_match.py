"""Refunds that name the order only, or come twice: each counts once, on the line that can be told, never
beside its own statement.
"""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transforms_cases import Gold, observed, run

PAID = "2026-06-01 10:00:00"
DONE = "2026-06-10 10:00:00"


def _line(name: str, paid: int, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "order_id": "O",
        "order_line_id": name,
        "paid_fen": paid,
        "placed_fen": paid,
        "paid_at": PAID,
        "sku_code": f"sku-{name}",
        **cells,
    }


def _refund(name: str, fen: int, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "refund_id": name,
        "order_id": "O",
        "refund_fen": fen,
        "refunded_at": DONE,
        "applied_at": "2026-06-08 10:00:00",
        **cells,
    }


def _build(lines: list[dict[str, Any]], refunds: list[dict[str, Any]], *orders: dict[str, Any]) -> Gold:
    arrivals = [("order", observed("order", *orders))] if orders else []
    if lines:
        arrivals.append(("order_line", observed("order_line", *lines)))
    return run(*arrivals, ("refund_line", observed("refund_line", *refunds)))


def _back(built: Gold) -> dict[str, int]:
    return dict(
        built.lines.filter(pl.col("cohort_refund_fen") > 0)
        .sort("order_line_id")
        .select("order_line_id", "cohort_refund_fen")
        .iter_rows()
    )


def _parts(built: Gold) -> dict[tuple[str, str], int]:
    return {
        row[:2]: row[2]
        for row in built.refunds.select("refund_id", "order_line_id", "refund_fen").iter_rows()
    }


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"sku_code": "sku-B"}, "B"),
        ({"sku_code": "style-A"}, "A"),
        ({"product_id": "11"}, "B"),
        ({"sku_code": "sku-B", "product_id": "11"}, "B"),
    ],
)
def test_the_goods_decide(told: dict[str, str], line: str) -> None:
    lines = [
        _line("A", 300, style_code="style-A", product_id="10"),
        _line("B", 300, style_code="style-B", product_id="11"),
    ]
    built = _build(lines, [_refund("r", 120, **told)])
    assert _parts(built) == {("r", line): 120}
    assert built.line(line)["refund_after_fen"] == 120
    assert built.line(line)["refund_undated_fen"] == 0


@pytest.mark.parametrize(
    ("others", "parts"),
    [
        ([], {"B": 50}),  # both deny it: it is whole on the one that has just that
        ([_line("C", 80)], {"C": 50}),  # somebody who does not deny it has room: the money goes there
        ([_line("C", 0)], {"B": 50}),  # or has none
    ],
)
def test_an_amount_all_lines_deny_is_of_the_one_that_has_just_that(
    others: list[dict[str, Any]], parts: dict[str, int]
) -> None:
    """What a line says of itself later than the refund: nothing went back."""
    later = {"stated_refund_fen": 0, "_observed_at": "2026-06-20 12:00:00"}
    lines = [{**_line("A", 100), **later}, {**_line("B", 50), **later}, *others]
    found = _parts(_build(lines, [_refund("r", 50)]))
    assert found == {("r", line): fen for line, fen in parts.items()}


def test_the_sku_decides_between_two_sizes_of_one_product() -> None:
    lines = [
        _line("A", 300, style_code="S", product_id="10"),
        _line("B", 300, style_code="S", product_id="10"),
    ]
    assert _parts(_build(lines, [_refund("r", 120, sku_code="sku-B", product_id="10")])) == {("r", "B"): 120}


def test_goods_that_are_not_told_may_be_the_ones_goods_that_differ_may_not() -> None:
    lines = [_line("A", 300), {**_line("B", 300), "sku_code": None}]
    for told in ({"sku_code": "sku-Z", "product_id": "11"}, {"sku_code": "sku-Z"}):
        assert _parts(_build(lines, [_refund("r", 120, **told)])) == {("r", "B"): 120}
    lines = [_line("A", 300, product_id="10"), {**_line("B", 300), "sku_code": None}]
    assert _parts(_build(lines, [_refund("r", 120, product_id="11")])) == {("r", "B"): 120}


def test_two_refunds_of_two_lines_each_with_its_own_date() -> None:
    refunds = [
        _refund("r1", 300, sku_code="sku-A", refunded_at="2026-06-05 10:00:00"),
        _refund("r2", 200, sku_code="sku-B", refunded_at=DONE),
    ]
    built = _build([_line("A", 300), _line("B", 200)], refunds)
    dated = built.refunds.sort("refund_id").select(
        "order_line_id", pl.col("refund_date").cast(pl.String), "refund_fen"
    )
    assert dated.rows() == [("A", "2026-06-05", 300), ("B", "2026-06-10", 200)]


def test_the_lines_own_statement_decides_where_no_goods_are_told() -> None:
    lines = [
        _line("A", 300, stated_refund_fen=0),
        _line("B", 300, stated_refund_fen=120),
        _line("C", 300, stated_refund_fen=80),
    ]
    built = _build(lines, [_refund("r2", 80), _refund("r1", 120)])
    assert _parts(built) == {("r1", "B"): 120, ("r2", "C"): 80}
    assert built.lines["refund_undated_fen"].sum() == 0


def test_equal_statements_take_one_refund_each() -> None:
    lines = [_line("A", 300, stated_refund_fen=120), _line("B", 300, stated_refund_fen=120)]
    assert _parts(_build(lines, [_refund("r1", 120), _refund("r2", 120)])) == {
        ("r1", "A"): 120,
        ("r2", "B"): 120,
    }


def test_a_whole_lines_money_is_that_lines() -> None:
    assert _parts(_build([_line("A", 300), _line("B", 120)], [_refund("r", 120)])) == {("r", "B"): 120}


def test_an_amount_that_two_lines_have_left_is_neither_ones() -> None:
    assert _parts(_build([_line("A", 120), _line("B", 120)], [_refund("r", 120)])) == {
        ("r", "A"): 60,
        ("r", "B"): 60,
    }


def test_what_nothing_tells_is_split_by_what_is_left_to_refund() -> None:
    named = _refund("r0", 200, order_line_id="A")
    built = _build([_line("A", 300), _line("B", 300)], [named, _refund("r1", 101)])
    assert _parts(built) == {("r0", "A"): 200, ("r1", "A"): 25, ("r1", "B"): 76}


def test_parts_fill_statements_first_so_that_nothing_counts_twice() -> None:
    """A states 150 in two refunds of 100 and 50 that name nothing: no part may land on B beside what A still
    states.
    """
    lines = [_line("A", 300, stated_refund_fen=150), _line("B", 300, stated_refund_fen=0)]
    built = _build(lines, [_refund("r1", 100), _refund("r2", 50)])
    assert _back(built) == {"A": 150}
    assert built.lines["refund_undated_fen"].sum() == 0


def test_an_amount_that_is_just_left_somewhere_says_nothing_against_a_waiting_statement() -> None:
    lines = [_line("A", 100, stated_refund_fen=0), _line("B", 200, stated_refund_fen=200)]
    built = _build(lines, [_refund("r1", 100), _refund("r2", 100)])
    assert (_back(built), built.lines["refund_undated_fen"].sum()) == ({"B": 200}, 0)


def test_gifts_and_other_goods_take_nothing() -> None:
    lines = [_line("A", 300), _line("B", 200), _line("G", 0, is_gift=True, unit_price_fen=0)]
    assert set(_parts(_build(lines, [_refund("r", 250)]))) == {("r", "A"), ("r", "B")}


def test_an_order_without_lines_takes_its_refunds_itself() -> None:
    order = {"order_id": "O", "paid_fen": 500, "placed_fen": 500, "paid_at": PAID, "stated_refund_fen": 150}
    built = _build(
        [], [_refund("r", 100, sku_code="sku-A"), _refund("q", 20, order_line_id="unheard-of")], order
    )
    assert _parts(built) == {("r", "O"): 100, ("q", "O"): 20, ("stated:O", "O"): 30}
    assert built.line("O")["refund_undated_fen"] == 30


def test_goods_no_line_has_come_from_the_orders_rest() -> None:
    """The order paid 500, its one known line 300: what was on the line nobody told came back."""
    order = {"order_id": "O", "paid_fen": 500, "placed_fen": 500, "paid_at": PAID}
    assert _parts(_build([_line("A", 300)], [_refund("r", 200, sku_code="sku-Z")], order)) == {
        ("r", "O:rest"): 200
    }
    # but not from a rest that is too small to hold it, such as freight
    order["paid_fen"] = 310
    assert _parts(_build([_line("A", 300)], [_refund("r", 200, sku_code="sku-Z")], order))[("r", "A")] > 190


@pytest.mark.parametrize("newer", ["file", "api"])
def test_one_refund_told_by_file_and_api_counts_once(newer: str) -> None:
    """The API names the sub-order, the file the order.

    The line is the API's; the facts are those observed last.
    """
    early, late = "2026-06-09 00:00:00", "2026-06-12 00:00:00"
    asked = {"refund_status_code": "pending", "refunded_at": None}
    api = _refund(
        "r",
        120,
        order_line_id="B",
        _export_id="api",
        _observed_at=late if newer == "api" else early,
        **({} if newer == "api" else asked),
    )
    file = _refund(
        "r",
        120,
        sku_code="sku-A",
        _export_id="file",
        _observed_at=late if newer == "file" else early,
        **({} if newer == "file" else asked),
    )
    built = _build([_line("A", 300), _line("B", 300)], [file, api])
    assert _parts(built) == {("r", "B"): 120}
    assert built.daily["dated_refund_fen"].sum() == built.daily["cohort_refund_fen"].sum() == 120


def test_one_after_sale_over_two_sub_orders_keeps_both_parts() -> None:
    refunds = [_refund("r", 100, order_line_id="A"), _refund("r", 50, order_line_id="B"), _refund("r", 150)]
    assert _parts(_build([_line("A", 300), _line("B", 300)], refunds)) == {("r", "A"): 100, ("r", "B"): 50}


def test_a_sub_order_number_that_no_line_has_is_matched_like_an_order() -> None:
    """Old item files have no sub-order numbers, the API has: the goods still meet."""
    lines = [_line("O:sku-A:1", 300, sku_code="sku-A"), _line("O:sku-B:1", 200, sku_code="sku-B")]
    refunds = [_refund("r", 90, order_line_id="77", sku_code="sku-B"), _refund("r", 90, sku_code="sku-B")]
    assert _parts(_build(lines, refunds)) == {("r", "O:sku-B:1"): 90}


def test_pending_and_closed_applications_are_no_money() -> None:
    refunds = [
        _refund("r1", 100, refund_status_code="pending"),
        _refund("r2", 100, refund_status_code="closed"),
        _refund("r3", 100, refund_status_code="exchanged"),
    ]
    refunds += [_refund("r4", 0), _refund("r5", 0, order_line_id="A")]
    built = _build([_line("A", 300), _line("B", 300)], refunds)
    assert (_back(built), built.refunds.height) == ({}, 0)


def test_refunds_of_unknown_and_unpaid_orders_wait() -> None:
    lines = [_line("A", 300, paid_at=None)]
    refunds = [
        _refund("r1", 300),
        _refund("r2", 10, order_id="elsewhere"),
        _refund("r3", 300, order_line_id="A"),
    ]
    built = _build(lines, refunds)
    assert (_back(built), built.refunds.height) == ({}, 0)


def test_refunds_of_two_shops_never_meet() -> None:
    lines = [_line("A", 300), _line("A", 300, shop_id="t")]
    built = _build(lines, [_refund("r", 120, shop_id="t", order_line_id="A")])
    assert built.refunds.select("shop_id", "refund_fen").rows() == [("t", 120)]
    assert built.daily.filter(pl.col("shop_id") == "s")["cohort_refund_fen"].to_list() == [0]


_PRICE = st.integers(1, 6).map(lambda hundreds: hundreds * 100)


@st.composite
def _order(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """One order as it truly is: lines, and refunds of single lines that add up to at most what each paid."""
    skus = draw(st.lists(st.sampled_from("ABC"), min_size=1, max_size=4))
    lines, refunds = [], []
    for number, sku in enumerate(skus):
        paid = draw(_PRICE)
        amounts = draw(st.lists(_PRICE, max_size=2))
        amounts = amounts if sum(amounts) <= paid else []
        lines.append(_line(f"L{number}", paid, sku_code=sku, back=amounts))
        refunds += [
            _refund(f"r{number}{turn}", fen, sku_code=sku, order_line_id=f"L{number}")
            for turn, fen in enumerate(amounts)
        ]
    return lines, refunds


@settings(max_examples=60, deadline=None)
@given(
    _order(),
    st.sampled_from(["order", "coded", "mixed"]),
    st.sampled_from(["own", "late", "untold"]),
    st.randoms(use_true_random=False),
)
def test_every_refund_counts_once_however_it_is_told(
    order: tuple[list[dict[str, Any]], list[dict[str, Any]]], way: str, statement: str, dice: random.Random
) -> None:
    """Refunds named by order or told twice, statements present, stale or absent: totals are the truth, and
    lines too where goods differ.
    """
    lines, refunds = order
    whole = sum(refund["refund_fen"] for refund in refunds)
    true_lines = {line["order_line_id"]: sum(line["back"]) for line in lines if line["back"]}
    told_lines = [{name: cell for name, cell in line.items() if name != "back"} for line in lines]
    if statement == "own":
        told_lines = [
            {**line, "stated_refund_fen": true_lines.get(line["order_line_id"], 0)} for line in told_lines
        ]
    if statement == "late":
        told_lines = [{**line, "stated_refund_fen": 0} for line in told_lines]
    lost = {
        "order": {"order_line_id": "O", "sku_code": None},
        "coded": {"order_line_id": "O"},
        "mixed": {"order_line_id": "O"},
    }[way]
    told = [{**refund, **lost, "_export_id": "file"} for refund in refunds]
    if way == "mixed":
        told += [
            {**refund, "sku_code": None, "_export_id": "api"} for refund in refunds if dice.random() < 0.5
        ]
    dice.shuffle(told)
    built = _build(told_lines, told) if told else _build(told_lines, [])
    assert (
        built.refunds["refund_fen"].sum()
        == built.lines["cohort_refund_fen"].sum()
        == built.daily["dated_refund_fen"].sum()
        == whole
    )
    amounts = dict(built.refunds.group_by("refund_id").agg(pl.col("refund_fen").sum()).iter_rows())
    assert amounts == {refund["refund_id"]: refund["refund_fen"] for refund in refunds}
    assert built.lines["refund_undated_fen"].sum() == 0
    if way != "order" and len({line["sku_code"] for line in lines}) == len(lines):
        assert _back(built) == true_lines
    if statement == "own" and way == "order":
        assert _back(built) == true_lines


@settings(max_examples=30, deadline=None)
@given(_order(), st.randoms(use_true_random=False))
def test_arrival_decides_nothing(
    order: tuple[list[dict[str, Any]], list[dict[str, Any]]], dice: random.Random
) -> None:
    lines, refunds = order
    told = [{**refund, "order_line_id": "O", "sku_code": None} for refund in refunds]
    if not told:
        return
    plain = [{name: cell for name, cell in line.items() if name != "back"} for line in lines]
    turned_lines, turned = dice.sample(plain, len(plain)), dice.sample(told, len(told))
    # the same rows of the same export: each keeps its row number
    number = {row["refund_id"]: place for place, row in enumerate(told, 1)}
    one, other = (
        [{**row, "_row_number": number[row["refund_id"]]} for row in rows] for rows in (told, turned)
    )
    assert _parts(_build(plain, one)) == _parts(_build(turned_lines, other))
