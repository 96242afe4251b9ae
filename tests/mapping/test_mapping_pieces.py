"""Pieces and units: a price taken for an amount, pieces written again on each payment, split orders in a
table of one row an order, confirmed names.
"""

from __future__ import annotations

import pytest
from mapping_cases import ORDERS, RECEIVED, frames, mapping, read, table

from connectors.mapped import source
from connectors.mapping.answers import settled
from connectors.mapping.labels import plain_answers
from connectors.mapping.model import MappingFile
from connectors.mapping.propose import propose
from connectors.reading import Origin, read_file
from contracts.errors import FileRefusedError, UsageError

HEADER = "订单编号|付款时间|商品编码|数量|实付金额"
AT = "2026-11-01 10:00:00"


def orders(*rows: str, header: str = HEADER) -> bytes:
    """Paid rows of ``order|code|pieces|amount``, and whatever stands behind."""
    cells = [row.split("|") for row in rows]
    return table(header, *("|".join([order, AT, *rest]) for order, *rest in cells))


def mapped(data: bytes, **answers: str) -> MappingFile:
    return settled(propose(data, kind="orders"), plain_answers(answers)).model_copy(
        update={"platform": "other"}
    )


def paid(data: bytes, own: MappingFile) -> int:
    made = frames(data, [own])
    return int(made.get("order", made["order_line"])["paid_fen"].sum())


# --- the price of one piece ---------------------------------------------------------------------------------

AS_ONE = orders("A1|S1|1|50.00", "A2|S1|2|50.00", "A3|S2|1|30.00")


def test_an_amount_that_several_pieces_have_as_one_piece_does_is_asked_about() -> None:
    (asked,) = propose(AS_ONE, kind="orders").questions
    assert (asked.key, asked.options, asked.default, "50.00" in asked.zh) == (
        "price.实付金额",
        ("row", "price"),
        "",
        True,
    )
    with pytest.raises(UsageError) as raised:
        mapped(AS_ONE)
    assert (raised.value.rule, raised.value.facts["questions"]) == ("OPEN_QUESTION", "单价.实付金额")
    assert paid(AS_ONE, mapped(AS_ONE, **{"price.实付金额": "row"})) == 13_000
    own = mapped(AS_ONE, **{"单价.实付金额": "单价"})
    assert (own.priced, paid(AS_ONE, own)) == (("paid_fen",), 18_000)


def test_a_price_beside_it_tells_as_much() -> None:
    header = HEADER + "|单价"
    as_price = orders("A1|S1|2|50.00|50.00", "A2|S2|1|30.00|30.00", header=header)
    assert [question.key for question in propose(as_price, kind="orders").questions] == ["price.实付金额"]
    assert paid(as_price, mapped(as_price, **{"price.实付金额": "price"})) == 13_000


@pytest.mark.parametrize(
    "data",
    [
        orders("A1|S1|1|50.00", "A2|S1|2|100.00", "A3|S1|2|50.00"), orders("A1|S1|2|50.00", "A2|S2|1|50.00"),
        orders("A1|S1|1|50.00", "A2|S1|2|90.00"),
        orders("A1|S1|1|50.00", "A1|S2|2|50.00"),
        orders("A1|S1|2|100.00|50.00", "A2|S2|1|30.00|30.00", header=HEADER + "|单价"),
    ],
)  # fmt: skip
def test_where_a_row_speaks_against_it_or_none_for_it_nobody_is_asked(data: bytes) -> None:
    assert [
        question.key
        for question in propose(data, kind="orders").questions
        if question.key.startswith("price.")
    ] == []


# --- rows that are payments, and orders the ERP has split ---------------------------------------------------


def test_pieces_written_again_on_each_payment_are_named() -> None:
    """A1: two pieces at 50.00, paid in 60.00 and 40.00; A2: two lines at 30.00 each."""
    header = HEADER + "|单价"
    rows = (
        "A1|S1|2|60.00|50.00",
        "A1|S1|2|40.00|50.00",
        "A2|S1|1|30.00|30.00",
        "A2|S1|1|30.00|30.00",
        "A3|S1|1|20.00|30.00",
        "A3|S1|1|25.00|30.00",
    )
    data = orders(*rows, header=header)
    own = mapped(data, **{"amount.实付金额": "each"})
    found = {notice.rule: (notice.count, notice.about) for notice in read(data, [own]).notices}
    assert found == {
        "PIECES_REPEATED": (1, "A1 S1"),
        "SAME_GOODS": (1, "A3 S1"),
        "IDENTICAL_ROWS": (1, "订单编号 A2"),
    }


def test_an_order_on_several_rows_of_a_table_of_heads_is_named() -> None:
    """Two parcels of 50.00 each are alike in their money: they would pass for one."""
    heads = mapping(
        ORDERS.replace("kind: orders", "kind: order_heads").replace("  sku_code: 编码\n", ""),
        "unread: [编码]\n",
    )
    header = "单号|下单|付款|实付|编码|状态"
    cells = "2026-11-01 10:00:00|2026-11-01 10:01:00"
    reading = read(
        table(
            header, f"A1|{cells}|50.00|S1|已发货", f"A1|{cells}|50.00|S2|已发货", f"A2|{cells}|9.00|S1|已发货"
        ),
        [heads],
    )
    assert [(notice.rule, notice.count, notice.about) for notice in reading.notices] == [
        ("HEADS_AGAIN", 1, "A1")
    ]
    assert read(table(header, f"A2|{cells}|9.00|S1|已发货"), [heads]).notices == []


def test_a_row_that_is_the_sum_of_the_others_is_named_and_left_out_where_it_says_so() -> None:
    """A1 has a subtotal under its goods.

    A2 a set of 100.00 beside its parts, which nothing tells from three lines; A3 a discount of 2.00.
    """
    rows = (
        "A1|S1|1|10.00",
        "A1|S2|1|20.00",
        "A1|小计|2|30.00",
        "A2|SET|1|100.00",
        "A2|S1|1|60.00",
        "A2|S2|1|40.00",
        "A3|S1|1|9.00",
        "A3|优惠|1|-2.00",
    )
    own = mapped(orders(*rows), **{"amount.实付金额": "each"})
    reading = read(orders(*rows), [own])
    assert {notice.rule: (notice.count, notice.about) for notice in reading.notices
        if notice.rule != "SUMMARY_ROW"} == {
        "ROW_IS_SUM": (1, "A2"), "LESS_THAN_NOTHING": (1, "A3"),
    }  # fmt: skip
    assert (reading.rows_read, paid(orders(*rows), own)) == (7, 3_000 + 20_000 + 900)


# --- units of confirmed names -------------------------------------------------------------------------------


def test_a_confirmed_name_in_another_unit_stands_for_nothing() -> None:
    """Also one that was confirmed before units were looked at: 1.25 of ten thousand yuan are never 1.25
    yuan.
    """
    own = source("other", [mapping(ORDERS)])
    data = table(
        "单号|下单|付款|到账(万元)|编码|状态", "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|1.25|S1|已发货"
    )
    origin = Origin("m", "s", "e" * 64, "x", RECEIVED)
    key = own.layouts[0].key
    with pytest.raises(FileRefusedError) as refused:
        read_file(data, origin, mappings=[own], aliases={key: {"到账(万元)": "实付"}})
    assert refused.value.rule == "MISSING_COLUMN" and "实付" in str(refused.value.facts["missing"])
    same = table(
        "单号|下单|付款|到账(元)|编码|状态", "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|1.25|S1|已发货"
    )
    assert read_file(same, origin, mappings=[own], aliases={key: {"到账(元)": "实付"}}).bronze[
        "paid_fen"
    ].to_list() == [125]
