"""What cells look like, on either side of every bound: numbers, moments, currencies, clocks."""

from __future__ import annotations

import polars as pl
import pytest

from connectors.files.currencies import mark_of
from connectors.mapping.evidence import amounts, fits, is_negated, look, of_another


def cells(*said: str | None) -> pl.Series:
    return pl.Series(said, dtype=pl.String)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "paid_fen", ("12", "12.5", "-3.00", "1,200.00", "¥12", "US$ 3.10", "(5.00)", "12 元"),
            ("12号", "ABCD1", "", "甲"),
        ),
        ("line_qty", ("1", "-2", "1,000", "2.0", "2.00"), ("2.5", "1件", "x")),
        (
            "paid_at",
            (
                "2026-11-03 10:00:00", "2026/11/3", "3/11/2026", "2026年11月3日", "20261103", "202611031000",
                "20261103100000", "1793676000", "1793676000000", "46329", "46329.41",
            ),
            ("昨天", "10:00", "12345", "36329", "179367600", "19991103"),
        ),
        ("sku_code", ("x", "12", "任何"), ()),
    ],
)  # fmt: skip
def test_what_a_cell_of_a_name_looks_like(name: str, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    assert all(fits(cells(cell), name) for cell in good)
    assert not any(fits(cells(cell), name) for cell in bad), [cell for cell in bad if fits(cells(cell), name)]


@pytest.mark.parametrize(("good", "bad", "is_so"), [(4, 1, True), (3, 1, False), (8, 2, True), (7, 2, False)])
def test_four_fifths_of_a_column_make_it_one(good: int, bad: int, is_so: bool) -> None:
    assert fits(cells(*["12.50"] * good, *["x"] * bad), "paid_fen") is is_so


def test_an_empty_column_may_be_anything() -> None:
    assert fits(cells(), "paid_fen") and fits(cells(), "paid_at")


@pytest.mark.parametrize(
    ("said", "is_so"),
    [
        (("-1.00", "0"), True),
        (("-1.00", None), True),
        (("-1.00", "0.01"), False),
        (("0", "0.00"), False),
        ((), False),
        (("x",), False),
    ],
)
def test_amounts_of_which_none_is_above_nothing_are_negated(said: tuple[str, ...], is_so: bool) -> None:
    assert is_negated(cells(*said)) is is_so


@pytest.mark.parametrize(
    ("currency", "said", "of_others"),
    [
        ("CNY", ("5", "¥5", "￥5", "RMB 5", "CNY5", None), [False] * 6),
        ("CNY", ("$5", "US$5", "€5", "£5", "5 USD", "usd 5", "HK$5", "THB5"), [True] * 8),
        ("USD", ("$5", "US$5", "5 USD", "5"), [False] * 4),
        ("USD", ("HK$5", "€5", "5 HKD", "¥5"), [True] * 4),
        ("JPY", ("¥5", "5"), [False] * 2),
    ],
)
def test_a_cell_of_another_currency(currency: str, said: tuple[str, ...], of_others: list[bool]) -> None:
    assert of_another(cells(*said), currency).to_list() == of_others


def test_amounts_are_compared_without_their_marks() -> None:
    said = ("12.50", "US$12.50", "12.50 USD", "€ 12.50", "￥1,200", "-3", "12件", "", None)
    assert amounts(cells(*said)).to_list() == [1_250] * 4 + [120_000, -300, None, None, None]


@pytest.mark.parametrize(
    ("header", "said", "currency", "is_sure"),
    [
        ("实付金额", ("12.50", "3"), "CNY", True),
        ("实付金额", ("¥12.50", "¥3"), "CNY", True),
        ("实付金额(美元)", ("12.50",), "USD", True),
        ("实付金额", ("US$12.50", "US$3.00"), "USD", True),
        ("实付金额", ("$12.50", "$3.00"), "USD", False),  # a dollar is of many countries
        ("实付金额", ("US$12.50", "3.00"), "", False),
        ("实付金额", ("US$12.50", "€3.00"), "", False),
        ("实付金额", ("12.50 USD", "3 USD"), "USD", True),
        ("Total Paid", ("12.50",), "", False),
        ("Total Paid", ("¥12.50",), "CNY", False),  # or yen
        ("Total Paid", ("€12.50",), "EUR", True),
        ("Total Paid", (), "", True),
    ],
)
def test_whose_money_it_is(header: str, said: tuple[str, ...], currency: str, is_sure: bool) -> None:
    found = look({"paid_fen": header}, {header: cells(*said)})
    assert (found.currency, found.is_currency_sure) == (currency, is_sure)


@pytest.mark.parametrize(
    ("header", "said", "is_sure"),
    [
        ("实付金额", ("12.50", "3"), True),
        ("实付金额", ("1250", "300"), False),  # yuan or fen
        ("实付金额", ("¥1250",), True),
        ("实付金额(元)", ("1250",), True),
        ("实付金额(分)", ("1250",), True),
        ("实付金额", (), True),
    ],
)
def test_which_unit_money_is_in(header: str, said: tuple[str, ...], is_sure: bool) -> None:
    assert look({"paid_fen": header}, {header: cells(*said)}).is_money_sure is is_sure


@pytest.mark.parametrize(
    ("headers", "said", "zone", "is_sure"),
    [
        (("付款时间", "下单时间"), "2026-11-03 10:00:00", "", True),  # of a Chinese table: Beijing's
        (("Paid", "Placed"), "2026-11-03 10:00:00", "", False),
        (("Paid (UTC)", "Placed (UTC)"), "2026-11-03 10:00:00", "UTC", True),
        (("Paid (UTC)", "Placed (UTC+8)"), "2026-11-03 10:00:00", "", False),
        (("Paid (UTC)", "Placed"), "2026-11-03 10:00:00", "", False),
        (("付款时间(UTC)", "下单时间"), "2026-11-03 10:00:00", "", False),
        (("Paid", "Placed"), "2026-11-03T10:00:00+08:00", "", True),
    ],
)
def test_whose_clock_it_is(headers: tuple[str, str], said: str, zone: str, is_sure: bool) -> None:
    found = look(
        dict(zip(("paid_at", "created_at"), headers, strict=True)), {name: cells(said) for name in headers}
    )
    assert (found.zone, found.is_zone_sure) == (zone, is_sure)


@pytest.mark.parametrize(
    ("number_format", "mark"),
    [
        ("General", ""), ("0.00", ""), ("[Red]0.00;[Blue]-0.00", ""), ("[$-804]yyyy-mm-dd", ""),
        ('"¥"#,##0.00', ""), ("[$￥-804]#,##0.00", ""), ("[$¥-411]#,##0", "JPY"), ("[$RMB] 0", ""),
        ("[$$-409]0.00", "USD"), ("[$$-c04]0.00", "HKD"), ("[$$-1004]0.00", "SGD"), ("[$$]0.00", "$"),
        ("[$$-10409]0.00", "USD"), ('"US$"0.00', "USD"), (r"\$0.00", "$"), (r"0.00\ €", "EUR"),
        ("[$USD] 0.00", "USD"), ("[$KZT] 0.00", "KZT"), ('0.00"美元"', "USD"), ('0.00"元"', ""),
        ('"TERM"0', ""), ("[$RM-43E]0.00", "MYR"), ("[$$-zh-HK]0.00", "HKD"), ("＄0.00", "$"),
    ],
)  # fmt: skip
def test_the_currency_a_number_format_shows(number_format: str, mark: str) -> None:
    assert mark_of(number_format) == mark
