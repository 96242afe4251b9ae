"""Foreign money: one rate per order, exact against plain decimals, and nothing guessed."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from transforms_cases import at, observed

from contracts.canonical import OF_ORDERS
from transforms.currency import RATE_UNIT, convert_orders
from transforms.silver.states import current

_TABLES = {table.name: table for table in OF_ORDERS}
_CREATED = at("2026-06-01 10:00:00")


def _frames(minor: int, refund: int, currency: str | None) -> dict[str, pl.DataFrame]:
    line = {
        "order_line_id": "o1",
        "order_id": "o1",
        "created_at": _CREATED,
        "paid_fen": minor,
        "placed_fen": minor,
        "currency_code": currency,
    }
    back = {
        "refund_id": "r1",
        "order_id": "o1",
        "order_line_id": "o1",
        "refund_fen": refund,
        "currency_code": currency,
    }
    told = {"order_line": observed("order_line", line), "refund_line": observed("refund_line", back)}
    return {name: current(table, told.get(name, table.empty())) for name, table in _TABLES.items()}


def _rates(*rows: tuple[dt.date, str, int]) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={"rate_date": pl.Date, "currency_code": pl.String, "cny_e8_number": pl.Int64},
        orient="row",
    )


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**12), st.integers(1, 10**11))
def test_money_is_what_plain_decimals_say(minor: int, rate: int) -> None:
    found = convert_orders(_frames(minor, minor, "THB"), _rates((dt.date(2026, 6, 1), "THB", rate)))
    expected = int((Decimal(minor) * Decimal(rate) / RATE_UNIT).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert found["order_line"].select("paid_fen", "placed_fen").row(0) == (expected, expected)
    assert found["refund_line"]["refund_fen"].to_list() == [expected], "a full refund keeps nothing"


def test_an_order_without_a_rate_waits() -> None:
    frames = _frames(1_000, 400, "THB")
    for rates in (
        _rates(),
        _rates((dt.date(2026, 6, 2), "THB", 20_000_000)),
        _rates((dt.date(2026, 6, 1), "USD", 700_000_000)),
    ):
        found = convert_orders(frames, rates)
        assert found["order_line"].is_empty()
        assert found["refund_line"].is_empty()


def test_home_money_is_left_alone() -> None:
    for currency in (None, "CNY"):
        found = convert_orders(_frames(1_234, 99, currency), _rates((dt.date(2026, 6, 1), "THB", 1)))
        assert found["order_line"]["paid_fen"].to_list() == [1_234]
        assert found["refund_line"]["refund_fen"].to_list() == [99]
