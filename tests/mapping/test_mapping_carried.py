"""Order numbers left blank below an order's first row: carried down where the rows say nothing else, asked
where they may be orders of their own, never taken over a total or a row of somebody else's.
"""

from __future__ import annotations

import pytest
from mapping_cases import read
from mapping_cases import table as bar_table
from test_mapping_property import by_order

from connectors.mapping.answers import settled
from connectors.mapping.propose import propose
from contracts.errors import UsageError

HEADER = "订单编号|下单时间|付款时间|订单状态|商家编码|商品名称|数量|实付金额"
FIRST, SECOND = "2026-11-03 10:00:00|2026-11-03 10:01:00|已发货", "2026-11-04 10:00:00||待付款"
#: 99.00 + 1.00 and 88.00 paid, and an order nobody paid.
BLANK = (
    f"B1|{FIRST}|Y1|裙|1|99.00", "||||Y2|裤|1|1.00", f"B2|{SECOND}|Y1|裙|1|9.00", "||||Y3|衣|1|8.00",
    f"B3|{FIRST}|Y1|裙|1|88.00",
)  # fmt: skip
TRUTH = {"B1": 10_000, "B2": 0, "B3": 8_800}


def paid(data: bytes, *held: str, **answers: str) -> dict[str, int]:
    own = settled(propose(data, kind="orders"), answers).model_copy(update={"platform": "other"})
    return by_order(data, own, *held)[0]


def test_rows_that_say_nothing_of_an_order_are_of_the_one_above_and_the_receipt_says_so() -> None:
    data = bar_table(HEADER, *BLANK)
    proposal = propose(data, kind="orders")
    assert [question.key for question in proposal.questions] == []
    assert any("2 行没有单号" in finding.zh for finding in proposal.findings)
    own = settled(proposal, {}).model_copy(update={"platform": "other"})
    assert by_order(data, own)[0] == TRUTH
    (notice,) = [item for item in read(data, [own]).notices if item.rule == "NUMBER_CARRIED"]
    assert (notice.count, notice.about) == (2, "B1: 3")


@pytest.mark.parametrize(
    "total",
    [
        "||||||5|205.00",  # no word, no goods: the sum of all
        "合计||||||5|205.00",
        "|||||合计|5|205.00",
        "||||小计||5|205.00",
        "||||制表人:李工|||",  # a note, in the column of the goods
    ],
)
def test_a_total_below_blank_numbers_is_no_goods_of_the_last_order(total: str) -> None:
    data = bar_table(HEADER, *BLANK, total)
    assert paid(data, "MISSING_VALUE") == TRUTH
    (found,) = [finding.zh for finding in propose(data, kind="orders").findings if "没有单号" in finding.zh]
    assert "2 行没有单号" in found, "the total is none of the rows whose number is carried down"


def test_an_orders_own_amount_below_which_nothing_stands_counts_once() -> None:
    rows = [row if row[0] == "B" else row.rpartition("|")[0] + "|" for row in BLANK]
    assert paid(bar_table(HEADER, *rows)) == {"B1": 9_900, "B2": 0, "B3": 8_800}


def test_rows_with_a_time_of_their_own_are_asked_about_and_never_guessed() -> None:
    """They may be orders whose number was lost."""
    data = bar_table(
        HEADER, f"B1|{FIRST}|Y1|裙|1|99.00", f"|{FIRST}|Y2|裤|1|1.00", f"B3|{FIRST}|Y1|裙|1|88.00"
    )
    (question,) = propose(data, kind="orders").questions
    assert (question.key, question.default) == ("carried", "")
    with pytest.raises(UsageError) as left_open:
        settled(propose(data, kind="orders"), {})
    assert left_open.value.facts["questions"] == "单号只在第一行"
    assert paid(data, carried="yes") == {"B1": 10_000, "B3": 8_800}
    assert paid(data, "MISSING_VALUE", carried="no") == {"B1": 9_900, "B3": 8_800}


def test_a_row_of_another_time_and_what_follows_it_stay_without_a_number() -> None:
    data = bar_table(
        HEADER, *BLANK[:2], "|2026-11-05 10:00:00|2026-11-05 10:00:00|已发货|Y9|帽|1|70.00",
        "||||Y8|袜|1|5.00", BLANK[-1],
    )  # fmt: skip
    assert paid(data, "MISSING_VALUE", carried="yes") == {"B1": 10_000, "B3": 8_800}
    with pytest.raises(UsageError):
        settled(propose(data, kind="orders"), {})


def test_a_table_with_every_number_reads_no_later_row_without_one() -> None:
    """Whoever mapped it never said that numbers are left out."""
    full = bar_table(HEADER, BLANK[0], BLANK[4])
    own = settled(propose(full, kind="orders"), {}).model_copy(update={"platform": "other"})
    assert not own.carried
    assert by_order(bar_table(HEADER, *BLANK), own, "MISSING_VALUE")[0] == {"B1": 9_900, "B2": 0, "B3": 8_800}


def test_an_after_sale_of_several_rows_with_its_number_on_the_first() -> None:
    data = bar_table(
        "售后单号|订单号|售后状态|退款时间|商品编码|退款金额",
        "R1|B1|退款成功|2026-11-09 10:00:00|Y1|20.00", "||||Y2|5.00",
        "R2|B3|退款成功|2026-11-09 10:00:00|Y1|8.00",
    )  # fmt: skip
    own = settled(propose(data, kind="after_sales"), {}).model_copy(update={"platform": "other"})
    bronze = read(data, [own]).bronze
    assert bronze.select("refund_id", "order_id", "refund_fen").rows() == [
        ("R1", "B1", 2_000), ("R1", "B1", 500), ("R2", "B3", 800),
    ]  # fmt: skip


@pytest.mark.parametrize(("platform", "orders"), [("taobao", 1), ("other", 2)])
def test_the_number_of_a_part_an_erp_made_is_its_orders_number(platform: str, orders: int) -> None:
    """No platform writes ``-1`` behind nineteen digits; of another source nobody knows."""
    number = "4021234567890123401"
    data = bar_table(HEADER, f"{number}|{FIRST}|Y1|裙|1|99.00", f"{number}-1|{FIRST}|Y2|裤|1|9.00")
    own = settled(propose(data, kind="orders", platform=platform), {})
    reading = read(data, [own], platform=platform)
    assert reading.bronze["order_id"].n_unique() == orders
    assert reading.bronze["paid_fen"].sum() == 10_800
