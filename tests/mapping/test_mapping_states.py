"""What a mapped row says became of its order and its refund, case by case."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from mapping_cases import ORDERS, mapping

from connectors.mapping.kinds import CLOSED, VOID
from connectors.mapping.states import (
    sent_again,
    void_rows,
    with_refunds_paid,
    with_status,
    without_denied,
    without_void,
)

AT = dt.datetime(2026, 11, 3, 10, tzinfo=dt.UTC)
_TIME, _TEXT = pl.Datetime("us", "UTC"), pl.String


@pytest.mark.parametrize(
    ("word", "moments", "status", "is_paid"),
    [
        (None, "", "unknown", False),
        (None, "p", "paid", True),
        (None, "s", "shipped", False),
        (None, "ps", "shipped", True),
        (None, "f", "finished", False),
        (None, "psf", "finished", True),
        ("paid", "psf", "paid", True),  # its word before its moments
        ("unpaid", "p", "unpaid", False),  # and what is said to be unpaid never was paid
        ("closed_unpaid", "p", "closed_unpaid", False),
        ("closed_refunded", "p", "closed_refunded", True),
        (CLOSED, "p", "closed_refunded", True),
        (CLOSED, "", "closed_unpaid", False),
        (CLOSED, "sf", "closed_unpaid", False),
    ],
)
def test_the_state_of_an_order(word: str | None, moments: str, status: str, is_paid: bool) -> None:
    row = {
        "order_status_code": word,
        **{name: AT if name[0] in moments else None for name in ("paid_at", "shipped_at", "finished_at")},
    }
    types = {"order_status_code": _TEXT, "paid_at": _TIME, "shipped_at": _TIME, "finished_at": _TIME}
    found = with_status(pl.DataFrame([row], schema=types)).row(0, named=True)
    assert (found["order_status_code"], found["paid_at"] is not None) == (status, is_paid)


@pytest.mark.parametrize(
    ("status", "stated", "counts"),
    [
        ("success", 500, 500),
        (None, 500, 500),  # no state is given: the amount counts
        ("pending", 500, 0),
        ("closed", 500, 0),
        ("pending", None, None),  # nothing was stated, and nothing is
        ("unknown", 500, None),
        ("unknown", None, None),
        ("success", None, None),
    ],
)
def test_only_a_refund_that_succeeded_has_gone_back(
    status: str | None, stated: int | None, counts: int | None
) -> None:
    rows = pl.DataFrame(
        [(status, stated)], schema={"refund_status_code": _TEXT, "stated_refund_fen": pl.Int64}, orient="row"
    )
    assert without_denied(rows)["stated_refund_fen"].to_list() == [counts]
    assert without_denied(rows.drop("refund_status_code"))["stated_refund_fen"].to_list() == [stated]


@pytest.mark.parametrize(
    ("status", "flag", "is_void"),
    [
        ("paid", None, False),
        ("paid", False, False),
        ("paid", True, True),
        (VOID, None, True),
        (None, None, False),
    ],
)
def test_an_order_that_is_none_has_no_money_pieces_or_payment(
    status: str | None, flag: bool | None, is_void: bool
) -> None:
    row = (status, flag, AT, 900, 800, 70, 2)
    columns = {
        "order_status_code": _TEXT, "is_void": pl.Boolean, "paid_at": _TIME, "placed_fen": pl.Int64,
        "paid_fen": pl.Int64, "freight_fen": pl.Int64, "line_qty": pl.Int64,
    }  # fmt: skip
    (found,) = without_void(pl.DataFrame([row], schema=columns, orient="row")).rows()
    assert found == (
        ("closed_unpaid", True, None, 0, 0, None, None) if is_void else (status, False, *row[2:])
    )


def test_what_refunds_left_was_paid_with_them_where_the_mapping_says_so() -> None:
    net = mapping(ORDERS + "net_of_refund: true\n").model_copy(update={"name": "net"})
    rows = pl.DataFrame(
        {
            "layout_name": ["net", "net", "gross"],
            "paid_fen": [700, 900, 700],
            "stated_refund_fen": [300, None, 300],
        }
    )
    found = with_refunds_paid([net, mapping(ORDERS)], rows)
    assert found["paid_fen"].to_list() == [1_000, 900, 700]
    assert with_refunds_paid([mapping(ORDERS)], rows).equals(rows)


TYPED = ORDERS.replace(
    "columns:",
    "columns:\n  row_type_code: {header: 类型, contains: {退: return, 换: exchange}, otherwise: sale}",
)


@pytest.mark.parametrize(
    ("rows", "again"),
    [
        ([("A", "销售"), ("A", "换货")], [False, True]),
        ([("A", "换货"), ("A", "退货")], [False, False]),  # nothing was sold in it: these are its goods
        ([("A", "销售"), ("B", "换货")], [False, False]),
        ([("A", "销售"), (None, "换货")], [False, False]),
        ([("A", None), ("A", "换货")], [False, True]),
    ],
)
def test_goods_are_sent_again_only_within_an_order_that_was_sold(
    rows: list[tuple[str | None, str | None]], again: list[bool]
) -> None:
    typed = pl.DataFrame(rows, schema={"order_id": _TEXT, "row_type_text": _TEXT}, orient="row")
    assert sent_again(mapping(TYPED), typed).to_list() == again
    assert not sent_again(mapping(TYPED + "exchange_paid: true\n"), typed).any()
    assert not sent_again(mapping(ORDERS), typed).any(), "no column tells what rows stand for"


def test_void_words_are_met_however_they_are_written() -> None:
    flag = "columns:\n  is_void: {header: 作废, values: {Y: 'true', N: 'false'}}"
    typed = pl.DataFrame({"void_text": ["Y", "y", " Y", "N", None, "?"]})
    void = void_rows(mapping(ORDERS.replace("columns:", flag)), typed)
    assert void.to_list() == [True, True, True, False, False, False]
