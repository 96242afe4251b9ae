"""Whose a stranger's amounts are: the cells are asked, a person where they leave a doubt, and nobody's money
counts twice.
"""

from __future__ import annotations

import polars as pl
import pytest
from mapping_cases import frames, mapping, read, table

from connectors.mapping.answers import settled
from connectors.mapping.judged import lines_beside
from connectors.mapping.model import MappingFile
from connectors.mapping.propose import Proposal, propose
from contracts.errors import UsageError

HEADER = "订单编号|付款时间|商家编码|数量|实付金额"
PAID_AT = "2026-11-01 10:00:00"


def orders(*cells: str, header: str = HEADER) -> bytes:
    """Rows of ``order|sku|qty|amount`` and whatever follows, all paid."""
    rows = [cell.split("|") for cell in cells]
    return table(header, *("|".join([row[0], PAID_AT, *row[1:]]) for row in rows))


#: Two lines of 239.00 that are one payment; a single line; three rows of one payment again.
ALIKE = (
    "A1|S1|1|239.00",
    "A1|S2|1|239.00",
    "A2|S1|1|50.00",
    "A3|S1|1|120.50",
    "A3|S2|2|120.50",
    "A3|S3|1|120.50",
)
#: What the customers of ``ALIKE`` paid if it is the order's (239.00 + 50.00 + 120.50), and if each row is its
#: own.
ONCE, EACH = 40_950, 88_950


def accepted(data: bytes, **answers: str) -> MappingFile:
    """The mapping that comes of a proposal with these answers, the rest let stand."""
    said = {f"amount.{header}": meaning for header, meaning in answers.items()}
    return settled(propose(data, kind="orders"), said).model_copy(update={"platform": "other"})


def paid(data: bytes, own: MappingFile) -> int:
    """What all orders of a table come to, in fen: an order's own amount, else what its lines add up to."""
    told = frames(data, [own])
    heads = (
        dict(told["order"].select("order_id", "paid_fen").drop_nulls().iter_rows()) if "order" in told else {}
    )
    lines = told["order_line"].filter(~told["order_line"]["order_id"].is_in(list(heads)))["paid_fen"].sum()
    return int(sum(heads.values()) + lines)


def asked(proposal: Proposal) -> dict[str, str]:
    return {question.key: question.zh for question in proposal.questions}


def test_one_amount_on_all_lines_of_every_order_is_asked_with_its_evidence_and_counts_once_if_let_stand() -> (
    None
):
    proposal = propose(orders(*ALIKE), kind="orders")
    (question,) = [question for question in proposal.questions if question.key == "amount.实付金额"]
    assert (question.default, question.options) == ("once", ("once", "each"))
    assert "2 个多行单里，2 个的几行写着同一个金额（如单号 A3:3 行，120.50）" in question.zh
    assert (
        "2 of 2 orders of several rows have one amount on their rows (e.g. A3: 3 rows, 120.50)" in question.en
    )
    own = accepted(orders(*ALIKE))
    assert (own.repeated, own.per_row, paid(orders(*ALIKE), own)) == (("paid_fen",), (), ONCE)
    said = accepted(orders(*ALIKE), 实付金额="each")
    assert (said.repeated, said.per_row, paid(orders(*ALIKE), said)) == ((), ("paid_fen",), EACH)


def test_amounts_that_differ_within_orders_are_the_lines_and_nobody_is_asked() -> None:
    data = orders("A1|S1|1|139.00", "A1|S2|1|100.00", "A2|S1|1|50.00", "A2|S2|1|50.00")
    proposal = propose(data, kind="orders")
    assert asked(proposal) == {}
    assert [finding.zh for finding in proposal.findings] == [
        "“实付金额”按每行各自的金额读，相加：2 个多行单里 1 个的几行金额不同"
    ]
    assert paid(data, accepted(data)) == 33_900


@pytest.mark.parametrize("blank", ["", "0.00", "-"])
def test_an_amount_on_the_first_line_only_is_the_orders(blank: str) -> None:
    data = orders(
        "A1|S1|1|239.00", f"A1|S2|1|{blank}", "A2|S1|1|50.00", f"A2|S2|1|{blank}", f"A2|S3|1|{blank}"
    )
    proposal = propose(data, kind="orders")
    assert asked(proposal) == {}
    assert "都只在第一行有金额" in proposal.findings[0].zh
    own = accepted(data)
    assert own.repeated == ("paid_fen",)
    told = frames(data, [own])
    assert dict(told["order"].select("order_id", "paid_fen").iter_rows()) == {"A1": 23_900, "A2": 5_000}
    assert told["order_line"]["paid_fen"].null_count() == 5, (
        "gold shares it out to all lines, not to the first alone"
    )


def test_merged_cells_leave_the_rest_of_the_order_blank_and_it_is_paid_all_the_same() -> None:
    data = table(HEADER, f"A1|{PAID_AT}|S1|1|239.00", "A1||S2|1|", f"A2|{PAID_AT}|S1|1|50.00")
    lines = frames(data, [accepted(data)])["order_line"]
    assert lines.filter(lines["paid_at"].is_null()).is_empty()
    assert set(lines["order_status_code"]) == {"paid"}


PRICED = "订单编号|付款时间|商家编码|数量|实付金额|单价"


def test_price_times_quantity_proves_whose_it_is() -> None:
    """A1 and A3 look repeated; the price on the row is the row's amount, or the rows' prices come to it."""
    same_price = orders(
        "A1|S1|1|9.90|9.90", "A1|S2|1|9.90|9.90", "A3|S1|2|19.80|9.90", "A3|S2|2|19.80|9.90", header=PRICED
    )
    whole = orders(
        "A1|S1|1|239.00|139.00",
        "A1|S2|1|239.00|100.00",
        "A3|S1|2|60.00|20.00",
        "A3|S2|1|60.00|20.00",
        header=PRICED,
    )
    for data, reading, total in ((same_price, (), 5_940), (whole, ("paid_fen",), 29_900)):
        proposal = propose(data, kind="orders")
        assert asked(proposal) == {}
        assert "与单价、数量逐单核对相符" in proposal.findings[0].zh
        assert (accepted(data).repeated, paid(data, accepted(data))) == (reading, total)


def test_another_columns_lines_that_add_up_to_it_prove_an_orders_amount() -> None:
    header = HEADER.replace("实付金额", "应付金额|实付金额")
    data = orders("A1|S1|1|139.00|239.00", "A1|S2|1|100.00|239.00", "A2|S1|1|60.00|60.00", header=header)
    proposal = propose(data, kind="orders")
    assert asked(proposal) == {}
    assert any(
        "“实付金额”按整单的金额读，只算一次：与应付金额逐单核对相符" in finding.zh
        for finding in proposal.findings
    )
    told = frames(data, [accepted(data)])
    assert told["order_line"].sort("order_line_id")["paid_fen"].to_list() == [13_900, 10_000, 6_000]
    assert dict(told["order"].select("order_id", "paid_fen").iter_rows()) == {"A1": 23_900, "A2": 6_000}


def test_an_orders_amount_is_shared_out_by_what_its_lines_placed_to_the_fen() -> None:
    own = mapping(
        "name: own_orders\nzh: 自有\nen: own\nplatform: other\nkind: orders\norigin: written for a test of "
        "the mapping file\n"
        "columns: {order_id: 订单编号, paid_at: 付款时间, sku_code: 商家编码, paid_fen: 实付金额, "
        "placed_fen: 应付金额}\nrepeated: [paid_fen]\n"
    )
    data = table(
        "订单编号|付款时间|商家编码|实付金额|应付金额",
        *(f"A1|{PAID_AT}|S{n}|10.00|{cell}" for n, cell in enumerate(("3.00", "3.00", "6.00", "0.00"))),
    )
    lines = frames(data, [own])["order_line"].sort("sku_code")
    assert lines.select("paid_fen", "placed_fen").rows() == [(250, 300), (250, 300), (500, 600), (0, 0)]


@pytest.mark.parametrize("taken", ["订单金额", "商品金额"])
@pytest.mark.parametrize(("orders_of_several", "are_pair"), [(0, False), (1, False), (2, True)])
def test_two_columns_are_the_orders_money_and_its_lines_from_the_second_order_of_several_rows_on(
    taken: str, orders_of_several: int, are_pair: bool
) -> None:
    """One order that comes to its lines' sum may be chance."""
    rows = [
        ("A1", "100.00", "60.00"),
        ("A1", "100.00", "40.00"),
        ("A2", "70.00", "50.00"),
        ("A2", "70.00", "20.00"),
    ][: 2 * orders_of_several]
    rows += [("A3", "30.00", "30.00"), ("A4", "25.00", "25.00")]
    cells = dict(
        zip(
            ("订单编号", "订单金额", "商品金额"),
            (pl.Series(column) for column in zip(*rows, strict=True)),
            strict=True,
        )
    )
    found = lines_beside("orders", {"order_id": "订单编号", "paid_fen": taken}, cells)
    assert found == ({"paid_fen": ("商品金额", "订单金额")} if are_pair else {})


def test_with_no_order_of_several_lines_the_safe_reading_is_taken_and_said() -> None:
    proposal = propose(orders("A1|S1|1|239.00", "A2|S1|1|50.00"), kind="orders")
    assert asked(proposal) == {}
    assert "没有带金额的多行单" in proposal.findings[0].zh
    own = accepted(orders("A1|S1|1|239.00", "A2|S1|1|50.00"))
    assert own.repeated == ("paid_fen",)


def test_rows_of_a_later_file_that_contradict_an_orders_amount_are_set_aside() -> None:
    own = accepted(orders("A1|S1|1|239.00", "A2|S1|1|50.00"))
    later = read(
        orders("B1|S1|1|100.00", "B1|S2|1|60.00", "B2|S1|1|70.00", "B2|S2|1|70.00", "B3|S1|1|5.00"), [own]
    )
    assert later.quarantine.select("_row_number", "rule_name", "column_name", "cell_name").rows() == [
        (2, "AMOUNTS_DIFFER", "实付金额", "100.00"), (3, "AMOUNTS_DIFFER", "实付金额", "60.00"),
    ]  # fmt: skip
    assert later.bronze["order_id"].to_list() == ["B2", "B2", "B3"]


def test_a_later_file_whose_lines_all_look_like_the_orders_is_said_on_the_receipt() -> None:
    own = accepted(orders("A1|S1|1|139.00", "A1|S2|1|100.00"))
    later = read(orders(*ALIKE), [own])
    assert [(notice.rule, notice.count, notice.about) for notice in later.notices] == [
        ("AMOUNTS_ALIKE", 2, "实付金额 A3")
    ]
    assert later.notices[0].calls
    some = read(orders(*ALIKE, "A4|S1|1|1.00", "A4|S2|1|2.00"), [own])
    assert some.notices == [], "one order tells its lines apart"
    sure = accepted(orders(*ALIKE), 实付金额="each")
    assert read(orders(*ALIKE), [sure]).notices == [], "a person has said so"


def test_an_after_sales_amount_on_several_rows_is_asked_too() -> None:
    header = "售后单号|订单号|商家编码|退款金额|退款状态"
    data = table(header, "R1|A1|S1|30.01|退款成功", "R1|A1|S2|30.01|退款成功", "R2|A2|S1|5.00|退款成功")
    proposal = propose(data, kind="after_sales")
    assert "1 个多行售后单里，1 个的几行写着同一个金额" in asked(proposal)["amount.退款金额"]
    for answers, total in (({}, 3_501), ({"amount.退款金额": "each"}, 6_502)):
        own = settled(proposal, answers).model_copy(update={"platform": "jd"})
        assert frames(data, [own], "jd")["refund_line"]["refund_fen"].sum() == total


def test_an_after_sales_amount_on_its_first_row_only_is_shared_out() -> None:
    data = table(
        "售后单号|订单号|商家编码|退款金额|退款状态",
        "R1|A1|S1|30.01|退款成功",
        "R1|A1|S2||退款成功",
        "R2|A2|S1|5.00|退款成功",
    )
    own = settled(propose(data, kind="after_sales"), {}).model_copy(update={"platform": "jd"})
    assert frames(data, [own], "jd")["refund_line"]["refund_fen"].to_list() == [1_500, 1_501, 500]


def test_what_a_person_says_of_a_column_is_what_the_cells_are_asked_about() -> None:
    data = orders(*ALIKE, header=HEADER.replace("实付金额", "到账"))
    assert "amount.到账" not in asked(propose(data, kind="orders"))
    proposal = propose(data, kind="orders", columns={"paid_fen": "到账"})
    assert "2 个多行单里，2 个的几行写着同一个金额" in asked(proposal)["amount.到账"]
    unseen = settled(propose(data, kind="orders"), {"columns.paid_fen": "到账"})
    assert unseen.repeated == ("paid_fen",), "of a column nobody looked at, what cannot count money twice"


def test_a_wrong_word_for_whose_it_is_is_named() -> None:
    with pytest.raises(UsageError) as raised:
        accepted(orders(*ALIKE), 实付金额="order")
    assert raised.value.facts == {"amount.实付金额": "order"}


def test_a_copied_amount_is_the_orders_where_the_copied_one_is() -> None:
    text = (
        "name: own_orders\nzh: 自有\nen: own\nplatform: other\nkind: orders\norigin: written for a test "
        "of the mapping file\n"
    )
    text += (
        "columns: {order_id: 订单编号, paid_at: 付款时间, sku_code: 商家编码, paid_fen: "
        "实付金额}\nsame_as: {placed_fen: paid_fen}\nrepeated: [paid_fen]\n"
    )
    told = frames(orders(*ALIKE), [mapping(text)])
    assert told["order_line"]["placed_fen"].null_count() == 6
    assert dict(told["order"].select("order_id", "placed_fen").iter_rows()) == {
        "A1": 23_900,
        "A2": 5_000,
        "A3": 12_050,
    }


def test_what_an_order_was_to_pay_is_not_what_its_lines_paid() -> None:
    """The order's 应付金额 stands on its first line, each line tells what was paid for it: 5.00 less in
    all.
    """
    header = HEADER.replace("实付金额", "应付金额|实付金额")
    data = orders(
        "A1|S1|1|239.00|134.00", "A1|S2|1||100.00", "A2|S1|1|50.00|50.00", "A2|S2|1||0.00", header=header
    )
    told = frames(data, [accepted(data)])
    assert told["order"].sort("order_id").select("placed_fen", "paid_fen").rows() == [
        (23_900, None),
        (5_000, None),
    ]
    assert told["order_line"].sort("order_line_id")["paid_fen"].to_list() == [13_400, 10_000, 5_000, 0]


# --- orders the ERP has split into several of its own -------------------------------------------------------

SPLIT = "内部订单号|线上订单号|付款时间|商品编码|数量|已付金额|状态"


def split(*cells: str, header: str = SPLIT) -> bytes:
    """Rows of ``ERP order|order|sku|amount`` and perhaps a state, one piece each, all paid."""
    rows = [cell.split("|") for cell in cells]
    return table(
        header,
        *(
            "|".join([erp, order, PAID_AT, sku, "1", amount, *(more or ["已发货"])])
            for erp, order, sku, amount, *more in rows
        ),
    )


def test_amounts_of_the_erps_own_orders_count_once_in_each_and_add_up() -> None:
    """A1 went out in two parcels, of 100.00 (two lines) and 50.00."""
    data = split("11|A1|S1|100.00", "11|A1|S2|100.00", "12|A1|S3|50.00", "21|A2|S1|30.00")
    question = next(
        question for question in propose(data, kind="orders").questions if question.key == "amount.已付金额"
    )
    assert (question.options, question.default) == (("part", "each"), "part")
    own = accepted(data)
    assert (own.repeated, own.per_erp_order, paid(data, own)) == (("paid_fen",), ("paid_fen",), 18_000)
    assert dict(frames(data, [own])["order"].select("order_id", "paid_fen").iter_rows()) == {
        "A1": 15_000,
        "A2": 3_000,
    }
    assert paid(data, accepted(data, 已付金额="each")) == 28_000


@pytest.mark.parametrize("blank", ["", "0.00"])
def test_an_amount_on_the_first_line_of_each_of_the_erps_orders_is_that_orders(blank: str) -> None:
    data = split("11|A1|S1|100.00", f"11|A1|S2|{blank}", "12|A1|S3|100.00", f"12|A1|S4|{blank}")
    assert asked(propose(data, kind="orders")) == {}
    assert paid(data, accepted(data)) == 20_000


def test_one_amount_on_all_parcels_of_an_order_may_be_the_orders_and_is_asked() -> None:
    data = split("11|A1|S1|150.00", "11|A1|S2|150.00", "12|A1|S3|150.00", "21|A2|S1|30.00")
    question = next(
        question for question in propose(data, kind="orders").questions if question.key == "amount.已付金额"
    )
    assert (question.options, question.default) == (("once", "part", "each"), "once")
    totals = {meaning: paid(data, accepted(data, 已付金额=meaning)) for meaning in ("once", "part", "each")}
    assert totals == {"once": 18_000, "part": 33_000, "each": 48_000}


def test_an_erps_order_of_several_orders_is_shared_among_them_to_the_fen() -> None:
    data = split("11|A1|S1|100.01", "11|A2|S2|100.01", "12|A3|S1|5.00", "13|A3|S2|7.00")
    assert dict(frames(data, [accepted(data)])["order"].select("order_id", "paid_fen").iter_rows()) == {
        "A1": 5_000,
        "A2": 5_001,
        "A3": 1_200,
    }


def test_amounts_in_runs_are_asked_about_where_no_number_tells_the_parcels() -> None:
    """100.00, 100.00, 50.00 are three lines' own, or two parcels': nobody can know."""
    rows = ("A1|S1|1|100.00", "A1|S2|1|100.00", "A1|S3|1|50.00", "A2|S1|1|30.00")
    question = asked(propose(orders(*rows), kind="orders"))["amount.实付金额"]
    assert "其中 1 个同样的金额连在一起，像拆成几个包裹的单" in question
    assert set(read(orders(*rows), [accepted(orders(*rows))]).quarantine["rule_name"]) == {
        "AMOUNTS_DIFFER"
    }, "let stand, they are no one's money"
    assert paid(orders(*rows), accepted(orders(*rows), 实付金额="each")) == 28_000
    priced = tuple(f"{row}|{row.rpartition('|')[2]}" for row in rows)
    assert asked(propose(orders(*priced, header=PRICED), kind="orders")) == {}, (
        "price × quantity is each row's amount"
    )


def test_orders_merged_split_or_voided_are_no_evidence() -> None:
    """The void order's amounts differ; the one that stands repeats its own."""
    data = split("11|A1|S1|100.00|被拆分", "11|A1|S2|60.00|被拆分", "12|A1|S1|80.00", "12|A1|S2|80.00")
    assert "1 个多行单里，1 个的几行写着同一个金额" in asked(propose(data, kind="orders"))["amount.已付金额"]
    assert paid(data, accepted(data)) == 8_000


def test_rows_of_a_later_file_that_contradict_the_erps_order_are_set_aside_and_equal_parcels_are_said() -> (
    None
):
    own = accepted(split("11|A1|S1|100.00", "11|A1|S2|100.00", "12|A1|S3|50.00"))
    later = read(split("31|B1|S1|100.00", "31|B1|S2|60.00", "32|B1|S3|20.00"), [own])
    assert later.quarantine.select("_row_number", "rule_name").rows() == [
        (2, "AMOUNTS_DIFFER"),
        (3, "AMOUNTS_DIFFER"),
    ]
    alike = read(split("31|B1|S1|90.00", "31|B1|S2|90.00", "32|B1|S3|90.00"), [own])
    assert [(notice.rule, notice.count) for notice in alike.notices] == [("AMOUNTS_ALIKE", 1)]


def test_what_repeats_by_the_erps_order_needs_its_number() -> None:
    text = (
        "name: own_orders\nzh: 自有\nen: own\nplatform: other\nkind: orders\norigin: written for a test "
        "of the mapping file\n"
    )
    text += (
        "columns: {order_id: 订单编号, paid_at: 付款时间, paid_fen: 实付金额}\nrepeated: "
        "[paid_fen]\nper_erp_order: [paid_fen]\n"
    )
    with pytest.raises(UsageError) as raised:
        mapping(text)
    assert "erp_order_id" in str(raised.value.facts)


def test_rows_alike_in_every_cell_count_each_and_are_named() -> None:
    own = accepted(orders("A1|S1|1|139.00", "A1|S2|1|100.00"), 实付金额="each")
    data = orders("A1|S1|1|139.00", "A2|S1|1|50.00", "A2|S1|1|50.00", "A3|S1|1|50.00", "A3|S1|1|60.00")
    (told,) = [notice for notice in read(data, [own]).notices if notice.rule == "IDENTICAL_ROWS"]
    assert (told.count, told.about, paid(data, own)) == (1, "订单编号 A2", 34_900)
