"""In whatever order rows of after-sales and lines stand, each refund is matched the same: to the fen, and in
all that is said of it.
"""

from __future__ import annotations

import random
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from transforms_cases import fold, gold, observed

from contracts.canonical import REFUND_LINE
from transforms.gold.orders.refund_match import match_refunds
from transforms.gold.orders.refund_rows import tell_once
from transforms.silver.states import current

DONE, SEEN = "2026-06-10 10:00:00", "2026-06-12 00:00:00"
_FEN = st.sampled_from([1, 50, 100, 101, 333])


@st.composite
def _cases(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]:
    """An order with postage on its lines, and after-sales of one moment and one file: of a line, of the
    order, of numbers no line has, several rows of one among them.
    """
    lines = [
        {
            "order_id": "O",
            "order_line_id": name,
            "paid_fen": fen,
            "placed_fen": fen,
            "paid_at": "2026-06-01 10:00:00",
            "sku_code": draw(st.sampled_from(["a", "b"])),
            "stated_refund_fen": draw(st.sampled_from([None, 0, 101])),
        }
        for name in "ABC"[: draw(st.integers(1, 3))]
        for fen in [draw(_FEN)]
    ]
    paid = sum(line["paid_fen"] for line in lines)
    freight = draw(st.sampled_from([0, 7, 100]))
    head = {
        "order_id": "O",
        "paid_fen": paid + freight,
        "freight_fen": freight,
        "paid_at": lines[0]["paid_at"],
    }
    names = st.tuples(st.sampled_from(["r", "s"]), st.sampled_from(["A", "B", "O", "77", "78", "79"]))
    refunds = [
        {
            "refund_id": refund,
            "order_id": "O",
            "order_line_id": line,
            "refund_fen": draw(_FEN),
            "refunded_at": draw(st.sampled_from([DONE, None])),
            "applied_at": "2026-06-08 10:00:00",
            "sku_code": draw(st.sampled_from([None, "a", "b"])),
            "reason_code": draw(st.sampled_from(["size", "look", None])),
            "_observed_at": SEEN,
            "_row_number": draw(st.integers(1, 2)),
        }
        for refund, line in draw(st.lists(names, min_size=2, max_size=6, unique=True))
    ]
    return lines, head, refunds


def _turned(frame: pl.DataFrame, dice: random.Random) -> pl.DataFrame:
    places = list(range(frame.height))
    dice.shuffle(places)
    return frame[places]


def _same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    key = ["refund_id", "order_line_id"]
    return one.sort(key).equals(other.sort(key))


@settings(max_examples=25, deadline=None)
@given(_cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_stand_decides_nothing(
    case: tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]], dice: random.Random
) -> None:
    lines, head, refunds = case
    arrivals = [
        ("order_line", observed("order_line", *lines)),
        ("order", observed("order", head)),
        ("refund_line", observed("refund_line", *refunds)),
    ]
    states = fold(arrivals)
    facts, rows = gold(states).lines, current(REFUND_LINE, states["refund_line"])
    found = match_refunds(facts, rows)
    for _ in range(3):
        assert _same(match_refunds(_turned(facts, dice), _turned(rows, dice)), found)
    named = rows.with_columns(is_line=pl.col("order_line_id").is_in(facts["order_line_id"].implode()))
    assert _same(tell_once(_turned(named, dice)), tell_once(named))
