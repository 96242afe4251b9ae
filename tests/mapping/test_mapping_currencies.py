"""Whose money an amount is, by the marks in its cells and the words of a currency column: never another
country's money as if it were the table's own.
"""

from __future__ import annotations

import pytest
from mapping_cases import ORDERS, frames, mapping, read, table

from connectors.mapping.answers import settled
from connectors.mapping.propose import propose

HEADER = "单号|下单|付款|实付|编码|状态"
ASKED = "订单号|下单时间|付款时间|商品编码|数量|实付金额"


def row(order: str, amount: str) -> str:
    return f"{order}|2026-11-01 10:00:00|2026-11-01 10:01:00|{amount}|S1|已发货"


def offered(*amounts: str) -> bytes:
    rows = [
        f"A{place}|2026-11-01 10:00:00|2026-11-01 10:01:00|S1|1|{cell}" for place, cell in enumerate(amounts)
    ]
    return table(ASKED, *rows)


@pytest.mark.parametrize("strange", ["$100.00", "US$100.00", "HK$ 40.00", "€12", "12.00 USD", "＄9.00"])
def test_a_cell_in_another_currency_is_set_aside_and_the_others_stand(strange: str) -> None:
    reading = read(
        table(HEADER, row("A1", "¥100.00"), row("A2", strange), row("A3", "58.00")), [mapping(ORDERS)]
    )
    assert reading.quarantine["rule_name"].to_list() == ["BAD_MONEY"]
    assert reading.bronze.select("order_id", "paid_fen").rows() == [("A1", 10_000), ("A3", 5_800)]


def test_a_table_of_dollars_takes_dollars_of_its_own_country_and_no_yuan() -> None:
    own = mapping(ORDERS, "currency: HKD\n")
    reading = read(
        table(HEADER, *(row(f"A{n}", cell) for n, cell in enumerate(["HK$1", "$2", "¥3", "US$4"]))), [own]
    )
    assert reading.bronze["paid_fen"].to_list() == [100, 200]
    assert reading.quarantine["rule_name"].to_list() == ["BAD_MONEY", "BAD_MONEY"]


@pytest.mark.parametrize(
    ("amounts", "currency", "asks"),
    [
        (("¥100.00", "58.00"), "CNY", False),
        (("100.00", "58.00"), "CNY", False),
        (("$100.00", "$58.00"), "USD", True),  # a dollar is of many countries
        (("HK$100.00", "HK$58.00"), "HKD", False),
        (("€100.00", "€58.00"), "EUR", False),
        (("¥100.00", "$58.00"), "", True),
        (("100.00", "$58.00"), "", True),
        (("100.00", "€58.00"), "", True),
    ],
)
def test_marks_of_two_currencies_are_asked_about_and_nobody_is_answered_for(
    amounts: tuple[str, ...], currency: str, asks: bool
) -> None:
    proposal = propose(offered(*amounts), kind="orders")
    (question,) = [item for item in proposal.questions if item.key == "currency"] or [None]
    assert (question is not None) == asks
    if question:
        assert question.default == currency  # "": -y does not choose
    else:
        assert (
            settled(proposal, {"time_zone": "Asia/Shanghai"} if currency != "CNY" else {}).currency
            == currency
        )


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("人民币", None),
        ("RMB", None),
        ("cny", None),
        ("元", None),
        ("美元", "USD"),
        ("usd", "USD"),
        ("港币", "HKD"),
    ],
)
def test_a_currencys_name_is_its_code_and_ours_is_no_foreign_one(word: str, code: str | None) -> None:
    own = mapping(ORDERS.replace("  sku_code: 编码", "  sku_code: 编码\n  currency_code: 币种"))
    rows = frames(table(f"{HEADER}|币种", f"{row('A1', '9.00')}|{word}"), [own])["order_line"]
    assert rows["currency_code"].to_list() == [code]
