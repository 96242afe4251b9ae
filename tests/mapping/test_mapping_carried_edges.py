"""Where carrying an order's number down begins and ends: above the first number, over the ERP's own numbers,
past a row of nobody, and what is said of it.
"""

from __future__ import annotations

import pytest
from mapping_cases import read, table
from test_mapping_carried import BLANK, FIRST, HEADER, TRUTH, paid

from connectors.mapping.answers import settled
from connectors.mapping.propose import propose


def said(data: bytes) -> list[str]:
    return [item.zh for item in propose(data, kind="orders").findings if "没有单号" in item.zh]


def test_a_row_above_the_first_number_is_of_nobody() -> None:
    data = table(HEADER, "||||Y9|帽|1|70.00", *BLANK)
    (question,) = propose(data, kind="orders").questions
    assert question.key == "carried" and "2 行没有单号" in question.zh, "two are below a number"
    assert paid(data, "MISSING_VALUE", carried="yes") == TRUTH


def test_an_order_in_several_of_the_erps_own_is_one_order() -> None:
    data = table(
        f"{HEADER}|内部订单号",
        *(f"{row}|{erp}" for row, erp in zip(BLANK, (11, 12, 13, 14, 15), strict=True)),
    )
    assert propose(data, kind="orders").questions == () and len(said(data)) == 1
    assert paid(data) == TRUTH


def test_the_rows_and_an_example_are_named() -> None:
    """The number of the first row that got one, not of the first order."""
    data = table(HEADER, BLANK[4], *BLANK[:4])
    (finding,) = said(data)
    assert "2 行没有单号" in finding and "如单号 B1" in finding
    own = settled(propose(data, kind="orders"), {}).model_copy(update={"platform": "other"})
    (notice,) = [item for item in read(data, [own]).notices if item.rule == "NUMBER_CARRIED"]
    assert (notice.count, notice.about) == (2, "B1: 4")


def test_a_row_without_goods_or_without_a_number_is_not_carried() -> None:
    """Neither a sum of money alone, nor goods of which nothing is counted."""
    for row in ("|||||||205.00", "||||Y7|袜||"):
        data = table(HEADER, *BLANK[:2], row, BLANK[4])
        assert paid(data, "MISSING_VALUE") == {"B1": 10_000, "B3": 8_800}, row
        assert "1 行没有单号" in said(data)[0], row


def test_goods_are_goods_by_whatever_tells_them() -> None:
    data = table(HEADER, *(row.replace("|Y2|裤|", "||裤|").replace("|Y3|衣|", "|Y3||") for row in BLANK))
    assert paid(data) == TRUTH and "2 行没有单号" in said(data)[0]


@pytest.mark.parametrize(
    "rows",
    [
        [BLANK[0], BLANK[1], f"|{FIRST}|Y4|袜|1|2.00"],  # one row says nothing of the order, another does
        ["B1||||Y1|裙|1|99.00", BLANK[1]],  # nor does the row above say anything of it
    ],
)
def test_what_is_not_sure_of_every_row_is_asked(rows: list[str]) -> None:
    proposal = propose(table(HEADER, *rows, BLANK[4]), kind="orders")
    assert [question.key for question in proposal.questions] == ["carried"] and not said(table(HEADER, *rows))


def test_goods_behind_a_row_of_nobody_are_of_nobody() -> None:
    data = table(HEADER, *BLANK[:2], "||||||5|205.00", "||||Y8|袜|1|5.00", BLANK[4])
    assert paid(data, "MISSING_VALUE", carried="yes") == {"B1": 10_000, "B3": 8_800}


@pytest.mark.parametrize("blank", [" ", "\t", "'", '="'])
def test_what_looks_empty_is_no_number(blank: str) -> None:
    data = table(HEADER, BLANK[0], f"{blank}{BLANK[1]}", BLANK[4])
    assert paid(data) == {"B1": 10_000, "B3": 8_800}


def test_nothing_is_carried_where_no_goods_are_told() -> None:
    data = table(
        "订单编号|下单时间|付款时间|实付金额", "B1|2026-11-03 10:00:00|2026-11-03 10:01:00|99.00", "|||1.00"
    )
    assert paid(data, "MISSING_VALUE") == {"B1": 9_900}


@pytest.mark.parametrize(
    ("number", "platform", "kept"),
    [
        ("4021234567890123401-1", "taobao", "4021234567890123401"),
        ("4021234567890123401-12", "jd", "4021234567890123401"),
        ("402123456789012-2", "taobao", "402123456789012"),  # fifteen digits
        ("40212345678901-2", "taobao", "40212345678901-2"),
        ("4021234567890123401-123", "taobao", "4021234567890123401-123"),
    ],
)
def test_how_long_the_number_of_a_part_is(number: str, platform: str, kept: str) -> None:
    data = table(HEADER, f"{number}|{FIRST}|Y1|裙|1|99.00", f"4021234567890123999|{FIRST}|Y2|裤|1|9.00")
    own = settled(propose(data, kind="orders", platform=platform), {})
    assert read(data, [own], platform=platform).bronze["order_id"].to_list() == [kept, "4021234567890123999"]
