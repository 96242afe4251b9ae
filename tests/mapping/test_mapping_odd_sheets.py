"""What a sheet says in passing and counts all the same: orders it calls brushed, returns with the order's
amount, a moment that is not the sale's, the numbers of payments.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from mapping_cases import read, table
from public_path import Counter
from test_mapping_property import by_order

from connectors.mapping.answers import settled
from connectors.mapping.propose import propose
from connectors.reading import Reading
from contracts.errors import UsageError

DAY = "2026-11-03 10:00:00|2026-11-03 10:01:00"
ORDERS = "订单编号|下单时间|付款时间|商家编码|数量|实付金额"


def rows(*said: str, last: bool = True) -> list[str]:
    """Orders A1, A2 … of 10.00, 20.00 … with what one more column says of each."""
    return [f"A{place}|{DAY}|Y{place}|1|{place}0.00|{word}" for place, word in enumerate(said, 1)]


def paid(data: bytes, *held: str, **answers: str) -> dict[str, int]:
    own = settled(propose(data, kind="orders"), answers).model_copy(update={"platform": "other"})
    return by_order(data, own, *held)[0]


def reading(data: bytes, **answers: str) -> Reading:
    own = settled(propose(data, kind="orders"), answers).model_copy(update={"platform": "other"})
    return read(data, [own])


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("是否刷单", ("否", "是", "")),
        ("刷单标记", ("", "√", "")),
        ("补单", ("N", "Y", "N")),
        ("标签", ("", "刷单", "加急")),
        ("订单标记", ("VIP", "刷单,加急", "")),
    ],
)
def test_orders_a_sheet_calls_brushed_are_never_sold_without_a_word(
    header: str, words: tuple[str, str, str]
) -> None:
    data = table(f"{ORDERS}|{header}", *rows(*words))
    (question,) = propose(data, kind="orders").questions
    assert (question.key, question.options, question.default) == ("columns.is_void", (header, "-"), "")
    assert "1 行标着刷单（如单号 A2）" in question.zh
    with pytest.raises(UsageError) as left_open:
        paid(data)
    assert left_open.value.rule == "OPEN_QUESTION"
    out = {"columns.is_void": header}
    assert paid(data, **out) == {"A1": 1_000, "A2": 0, "A3": 3_000}
    (notice,) = [item for item in reading(data, **out).notices if item.rule == "BRUSHED_OUT"]
    assert (notice.count, notice.about) == (1, "A2")
    assert paid(data, **{"columns.is_void": "-"}) == {"A1": 1_000, "A2": 2_000, "A3": 3_000}


def test_of_a_sheet_without_any_nobody_is_asked_and_later_ones_do_not_count() -> None:
    clean = table(f"{ORDERS}|是否刷单", *rows("否", "否"))
    own = settled(propose(clean, kind="orders"), {}).model_copy(update={"platform": "other"})
    later = table(f"{ORDERS}|是否刷单", *rows("是", "否"))
    assert by_order(clean, own)[0] == {"A1": 1_000, "A2": 2_000}
    assert by_order(later, own)[0] == {"A1": 0, "A2": 2_000}
    assert "BRUSHED_OUT" in {notice.rule for notice in read(later, [own]).notices}
    assert "BRUSHED_OUT" not in {notice.rule for notice in read(clean, [own]).notices}


def test_a_sheet_that_voids_orders_besides_keeps_doing_so() -> None:
    data = table(f"{ORDERS}|是否作废|是否刷单", *(f"{row}|{word}" for row, word in
                 zip(rows("否", "否", "是"), ("否", "是", "否"), strict=True)))  # fmt: skip
    (question,) = propose(data, kind="orders").questions
    assert question.options == ("是否刷单", "是否作废")
    assert paid(data, **{"columns.is_void": "是否作废"}) == {"A1": 1_000, "A2": 2_000, "A3": 0}


def test_brushed_orders_are_in_no_figure(tmp_path: Path) -> None:
    counter, data = Counter(tmp_path), table(f"{ORDERS}|是否刷单", *rows("否", "是", "否"))
    assert counter.map("订单.csv", data).exit_code != 0, "let stand, the question is open"
    assert set(counter.open_questions("订单.csv", data)) == {"columns.is_void"}
    assert counter.map("订单.csv", data, "columns.is_void=是否刷单").exit_code == 0
    assert [item["rule"] for item in counter.ingest("订单.csv", data)["notices"]] == ["BRUSHED_OUT"]
    assert counter.ask("paid_gmv") == {"paid_gmv": 4_000}


TYPED = "订单编号|下单时间|付款时间|{}|商家编码|数量|金额"
SOLD = (f"A1|{DAY}|销售|Y1|1|50.00", f"A2|{DAY}|销售|Y1|1|60.00", f"A2|{DAY}|销售|Y2|1|40.00")


def sold_and_back(data: bytes, *held: str) -> tuple[dict[str, int], dict[str, int]]:
    own = settled(propose(data, kind="orders"), {"amount.金额": "each"})
    return by_order(data, own.model_copy(update={"platform": "other"}), *held)


@pytest.mark.parametrize("header", ["类型", "单据类别", "订单类型"])
def test_a_return_row_takes_back_what_stands_on_it(header: str) -> None:
    """Of one line all of it, of an order without goods all of the order."""
    back = (f"A1|{DAY}|退货|Y1|1|50.00", f"A2|{DAY}|退货|Y2|1|40.00")
    sold, refunds = sold_and_back(table(TYPED.format(header), *SOLD, *back))
    assert (sold, refunds) == ({"A1": 5_000, "A2": 10_000}, {"A1": 5_000, "A2": 4_000})


def test_a_return_row_with_the_whole_orders_amount_is_set_aside() -> None:
    """Which of 60.00 and 100.00 went back with Y1 nobody can know."""
    data = table(TYPED.format("类型"), *SOLD, f"A2|{DAY}|退货|Y1|1|100.00")
    sold, refunds = sold_and_back(data, "RETURN_AMOUNT")
    assert sold == {"A1": 5_000, "A2": 10_000} and sum(refunds.values()) == 0
    named = table(TYPED.format("类型"), *SOLD, f"A2|{DAY}|退货||1|100.00")
    assert sold_and_back(named)[1] == {"A1": 0, "A2": 10_000}, "a row that names no goods is the order's"


@pytest.mark.parametrize("moment", ["完成时间", "发货时间"])
@pytest.mark.parametrize("kind", ["orders", "order_heads"])
def test_a_moment_after_the_sale_stands_for_no_day_of_it(moment: str, kind: str) -> None:
    data = table(f"订单编号|{moment}|商家编码|实付金额", "A1|2026-11-03 10:00:00|Y1|50.00")
    with pytest.raises(UsageError) as lacking:
        settled(propose(data, kind=kind), {})
    assert lacking.value.rule == "MISSING_NAMES"
    assert f"只有“{moment}”" in lacking.value.zh and moment in lacking.value.en
    assert "勾选付款时间" in lacking.value.step_zh
    placed = table(f"订单编号|下单时间|{moment}|商家编码|实付金额", f"A1|{DAY}|Y1|50.00")
    assert [question.key for question in propose(placed, kind=kind).questions] == ["paid_when_placed"]


@pytest.mark.parametrize(
    "header",
    [
        "支付流水号",
        "微信支付流水号",
        "支付宝流水号",
        "微信支付单号",
        "付款流水号",
        "支付单号",
    ],
)
def test_the_number_of_a_payment_is_neither_read_nor_shown(header: str) -> None:
    data = table(f"{ORDERS}|{header}", *rows("4200002026110322001", "4200002026110322002"))
    proposal = propose(data)
    assert {match.header: match.how for match in proposal.matches}[header] == "personal"
    assert "42000020261103" not in proposal.model_dump_json()
    assert "42000020261103" not in reading(data).bronze.write_csv()
