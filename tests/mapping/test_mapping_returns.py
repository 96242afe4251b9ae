"""An order table of another system: rows that take something back, money that only price × quantity tells, an
order's amount beside its lines'.
"""

from __future__ import annotations

import polars as pl
import pytest
from mapping_cases import frames, mapping, read, table
from test_mapping_amounts import PAID_AT, accepted, asked, orders, paid

from connectors.mapped import BRONZE
from connectors.mapping.answers import missing, settled, strange_words
from connectors.mapping.propose import propose
from contracts.errors import UsageError

TOP = (
    "name: own_orders\nzh: 自有\nen: own\nplatform: other\nkind: orders\norigin: written for a test of the "
    "mapping file\n"
)
BACK = TOP + (
    "columns: {order_id: 单号, paid_at: 付款, sku_code: 编码, line_qty: 数量, paid_fen: 实付, "
    "row_type_code: {header: 类型, values: {退货: return, 换货: exchange, 销售: sale}}}\n"
)
HEADER = "单号|付款|编码|数量|实付|类型"


def row(*cells: str) -> str:
    order, sku, qty, paid, kind = cells
    return f"{order}|{PAID_AT}|{sku}|{qty}|{paid}|{kind}"


@pytest.mark.parametrize(
    ("cells", "refund"),
    [
        (("A1", "S1", "-1", "-100.00", ""), ("A1", "S1", 10_000, 1, "return_refund")),
        (("A1", "S1", "1", "-20.00", ""), ("A1", "S1", 2_000, 1, "refund_only")),
        (("A1", "S1", "-1", "100.00", ""), ("A1", "S1", 10_000, 1, "return_refund")),
        (("A1", "S1", "1", "100.00", "退货"), ("A1", "S1", 10_000, 1, "return_refund")),
        (("A1", "S1", "-1", "-100.00", "换货"), ("A1", "S1", 10_000, 1, "exchange")),
    ],
)
def test_a_row_that_takes_back_is_a_refund_of_its_order_and_no_sale(
    cells: tuple[str, ...], refund: tuple[object, ...]
) -> None:
    told = frames(
        table(
            HEADER, row("A1", "S1", "2", "200.00", "销售"), row("A1", "S2", "1", "50.00", "销售"), row(*cells)
        ),
        [mapping(BACK)],
    )
    assert told["order_line"].sort("sku_code").select("order_id", "line_qty", "paid_fen").rows() == [
        ("A1", 2, 20_000),
        ("A1", 1, 5_000),
    ]
    back = told["refund_line"]
    assert (
        back.select("order_id", "sku_code", "refund_fen", "refund_qty", "refund_type_code").row(0) == refund
    )
    assert (back["refund_status_code"].item(), back["_row_number"].item()) == ("success", 4)


def test_a_row_below_nothing_keeps_the_contract_of_what_was_received() -> None:
    """A file holds what it holds; what may be below nothing is for the tables it is told in to say."""
    bronze = read(table(HEADER, row("A1", "S1", "-1", "-100.00", "")), [mapping(BACK)]).bronze
    contract = BRONZE["mapped_orders"]
    good, failure = contract.schema.filter(contract.shape(bronze), cast=False)
    assert (good.select("line_qty", "paid_fen").rows(), failure.counts()) == ([(-1, -10_000)], {})


def test_two_returns_of_one_article_are_two_refunds() -> None:
    rows = [
        row("A1", "S1", "3", "300.00", ""),
        row("A1", "S1", "-1", "-100.00", ""),
        row("A1", "S1", "-1", "-100.00", ""),
    ]
    back = frames(table(HEADER, *rows), [mapping(BACK)])["refund_line"]
    assert (back["refund_fen"].sum(), back["refund_id"].n_unique()) == (20_000, 2)


def test_an_orders_repeated_amount_says_nothing_of_what_came_back_unless_it_is_negative() -> None:
    """A positive one on a return's row is the order's again: the row is set aside.

    A negative one on two rows is the return's whole.
    """
    own = mapping(BACK + "repeated: [paid_fen]\n")
    sold = [row("A1", "S1", "1", "239.00", ""), row("A1", "S2", "1", "239.00", "")]
    told = frames(
        table(HEADER, *sold, row("A1", "S1", "-1", "-100.01", ""), row("A1", "S2", "-1", "-100.01", "")),
        [own],
    )
    assert dict(told["order"].select("order_id", "paid_fen").iter_rows()) == {"A1": 23_900}
    assert told["refund_line"]["refund_fen"].to_list() == [5_000, 5_001]
    silent = read(table(HEADER, *sold, row("A1", "S1", "-1", "239.00", "")), [own])
    assert silent.quarantine.select("_row_number", "rule_name", "column_name").rows() == [
        (4, "RETURN_AMOUNT", "实付")
    ]
    differing = read(
        table(HEADER, *sold, row("A1", "S1", "-1", "-100.00", ""), row("A1", "S2", "-1", "-50.00", "")), [own]
    )
    assert set(differing.quarantine["rule_name"]) == {"AMOUNTS_DIFFER"}


@pytest.mark.parametrize(("per_parcel", "refunds"), [(False, [5_000, 5_001]), (True, [10_001, 10_001])])
def test_a_negative_amount_again_in_each_parcel_is_the_orders_or_the_parcels_as_the_mapping_says(
    per_parcel: bool, refunds: list[int]
) -> None:
    said = "repeated: [paid_fen]\n" + "per_erp_order: [paid_fen]\n" * per_parcel
    own = mapping(BACK.replace("row_type_code:", "erp_order_id: 系统单号, row_type_code:") + said)
    parcels = [
        ("S1", "1", "239.00", "P1"),
        ("S2", "1", "239.00", "P2"),
        ("S1", "-1", "-100.01", "P1"),
        ("S2", "-1", "-100.01", "P2"),
    ]
    rows = [f"{row('A1', sku, qty, paid, '')}|{parcel}" for sku, qty, paid, parcel in parcels]
    told = frames(table(f"{HEADER}|系统单号", *rows), [own])
    assert sorted(told["refund_line"]["refund_fen"]) == refunds


def test_returns_are_no_evidence_of_whose_an_amount_is() -> None:
    header = "订单编号|付款时间|商家编码|数量|实付金额"
    data = orders(
        "A1|S1|1|239.00",
        "A1|S2|1|239.00",
        "A1|S1|-1|-100.00",
        "A2|S1|1|9.00",
        "A2|S1|-1|-9.00",
        header=header,
    )
    assert "1 个多行单里，1 个的几行写着同一个金额" in asked(propose(data, kind="orders"))["amount.实付金额"]


def test_a_column_of_types_is_known_and_its_words_need_no_person() -> None:
    header = "订单编号|付款时间|商家编码|数量|实付金额|单据类型"
    data = orders(
        "A1|S1|1|139.00|普通订单",
        "A1|S2|1|100.00|普通订单",
        "A1|S1|1|139.00|销售退货",
        "A2|S2|1|7.00|换货补寄",
        header=header,
    )
    proposal = propose(data, kind="orders")
    assert (asked(proposal), strange_words(proposal, {})) == ({}, {})
    told = frames(data, [accepted(data)])
    assert told["order_line"]["paid_fen"].sum() == 24_600
    assert told["refund_line"].select("order_id", "sku_code", "refund_fen").rows() == [("A1", "S1", 13_900)]


# --- price × quantity ---------------------------------------------------------------------------------------

PRICED = table(
    "订单编号|付款时间|商家编码|数量|单价",
    f"A1|{PAID_AT}|S1|2|39.90",
    f"A1|{PAID_AT}|S2|1|100.00",
    f"A2|{PAID_AT}|S1|3|39.90",
)


def test_price_times_quantity_is_paid_only_if_a_person_says_so() -> None:
    proposal = propose(PRICED, kind="orders")
    assert proposal.missing == ()
    assert "实付 = “单价” × “数量”吗（39.90 × 2）？" in asked(proposal)["priced"]
    with pytest.raises(UsageError) as raised:
        settled(proposal, {})
    assert (raised.value.rule, raised.value.facts["questions"]) == ("OPEN_QUESTION", "按单价乘数量付款")
    assert missing(proposal, {"priced": "no"}) == [("paid_fen", "placed_fen")]
    own = settled(proposal, {"priced": "yes"}).model_copy(update={"platform": "other"})
    assert own.priced == ("paid_fen",)
    assert frames(PRICED, [own])["order_line"].sort("order_line_id")["paid_fen"].to_list() == [
        7_980,
        10_000,
        11_970,
    ]


def test_a_product_needs_both_its_columns_and_none_of_its_own() -> None:
    for columns in (
        "order_id: 单号, paid_at: 付款, line_qty: 数量",
        "order_id: 单号, paid_at: 付款, line_qty: 数量, unit_price_fen: 单价, paid_fen: 实付",
    ):
        with pytest.raises(UsageError) as raised:
            mapping(f"{TOP}columns: {{{columns}}}\npriced: [paid_fen]\n")
        assert "priced" in str(raised.value.facts)


# --- an order's amount beside its lines' --------------------------------------------------------------------

BESIDE = "订单编号|付款时间|商家编码|数量|实付金额|运费|分摊后总价"


@pytest.mark.parametrize("header", [BESIDE, BESIDE.replace("分摊后总价", "某列")], ids=["known", "unknown"])
def test_lines_that_add_up_to_the_orders_amount_are_the_lines_money_and_the_orders_checks_them(
    header: str,
) -> None:
    """A2's freight of 8.00 is in what was paid and in no line."""
    rows = [
        "A1|S1|1|239.00|0|139.01",
        "A1|S2|1|239.00|0|99.99",
        "A2|S1|1|68.00|8.00|20.00",
        "A2|S2|1|68.00|8.00|40.00",
        "A3|S1|1|5.00|0|5.00",
    ]
    data = orders(*rows, header=header)
    proposal = propose(data, kind="orders")
    assert asked(proposal) == {"amount.运费": asked(proposal)["amount.运费"]}
    assert f"“{header.rpartition('|')[2]}”各行相加就是“实付金额”" in proposal.findings[0].zh
    own = accepted(data)
    told = frames(data, [own])
    assert told["order_line"].sort("order_line_id")["paid_fen"].to_list() == [
        13_901,
        9_999,
        2_000,
        4_000,
        500,
    ]
    assert dict(told["order"].select("order_id", "paid_fen").iter_rows()) == {
        "A1": 23_900,
        "A2": 6_800,
        "A3": 500,
    }
    later = read(orders("B1|S1|1|239.00|0|139.00", "B1|S2|1|239.00|0|90.00", header=header), [own])
    assert [(notice.rule, notice.count, notice.about) for notice in later.notices] == [
        ("ORDER_SUM_DIFFERS", 1, "实付金额 B1")
    ]
    odd = read(orders("B1|S1|1|239.00|0|139.00", "B1|S2|1|240.00|0|100.00", header=header), [own])
    assert set(odd.quarantine["rule_name"]) == {"AMOUNTS_DIFFER"}


def test_a_column_that_adds_up_in_all_orders_but_one_is_not_taken() -> None:
    rows = [
        "A1|S1|1|239.00|0|139.00",
        "A1|S2|1|239.00|0|100.00",
        "A2|S1|1|60.00|0|20.00",
        "A2|S2|1|60.00|0|40.00",
        "A3|S1|1|5.00|0|4.99",
    ]
    proposal = propose(orders(*rows, header=BESIDE.replace("分摊后总价", "某列")), kind="orders")
    assert [match.name for match in proposal.matches if match.header == "某列"] == [""]
    assert "amount.实付金额" in asked(proposal)


# --- a price that looks like an amount ----------------------------------------------------------------------


def test_a_column_that_times_quantity_is_another_is_the_price_and_the_other_the_amount() -> None:
    """Whoever took 实付 for the amount would lose 39.90 of A1 and 79.80 of A2."""
    data = orders(
        "A1|S1|2|39.90|79.80",
        "A1|S2|1|100.00|100.00",
        "A2|S1|3|39.90|119.70",
        header="订单编号|付款时间|商家编码|数量|实付|某列",
    )
    proposal = propose(data, kind="orders")
    assert {match.header: match.name for match in proposal.matches if match.name.endswith("_fen")} == {
        "实付": "unit_price_fen",
        "某列": "paid_fen",
    }
    assert "“实付” × 数量就是“某列”" in proposal.findings[0].zh
    assert paid(data, accepted(data)) == 7_980 + 10_000 + 11_970


def test_half_a_price_for_two_is_no_price_of_one() -> None:
    """Two for the price of one are 某列 twice in A1.

    The single piece of A2 was half off as well, so 实付 is what was paid.
    """
    data = orders(
        "A1|S1|2|50.00|100.00", "A2|S1|1|25.00|50.00", header="订单编号|付款时间|商家编码|数量|实付|某列"
    )
    assert paid(data, accepted(data)) == 7_500


@pytest.mark.parametrize(
    ("header", "cells"),
    [("sold price", ("39.90", "100.00")), ("价格", ("39.90", "100.00")), ("售价", ("39.90", "100.00"))],
)
def test_a_price_is_never_paid_for_several_pieces_unless_a_person_says_so(
    header: str, cells: tuple[str, ...]
) -> None:
    data = orders(
        f"A1|S1|2|{cells[0]}", f"A2|S2|1|{cells[1]}", header=f"订单编号|付款时间|商家编码|数量|{header}"
    )
    proposal = propose(data, kind="orders")
    assert "priced" in asked(proposal)
    own = settled(proposal, {"priced": "yes"}).model_copy(update={"platform": "other"})
    assert paid(data, own) == 7_980 + 10_000


def test_a_price_of_single_pieces_is_what_was_paid() -> None:
    data = orders("A1|S1|1|39.90", "A2|S2|1|100.00", header="订单编号|付款时间|商家编码|数量|sold price")
    assert (asked(propose(data, kind="orders")), paid(data, accepted(data))) == ({}, 13_990)


def test_a_return_with_a_document_number_of_its_own_is_another_than_one_of_an_earlier_file() -> None:
    """95.00 and 100.00 went back of one article, in two files."""
    own = mapping(BACK.replace("sku_code: 编码", "sku_code: 编码, erp_order_id: 单据"))
    header = f"{HEADER}|单据"
    files = [
        table(header, row("R1", "K1", "-1", f"-{fen}", "退货") + f"|{document}")
        for fen, document in (("95.00", "TH1"), ("100.00", "TH2"))
    ]
    back = [frames(data, [own])["refund_line"].select("refund_id", "refund_fen").row(0) for data in files]
    assert back == [("R1:K1:TH1:back:1", 9_500), ("R1:K1:TH2:back:1", 10_000)]
    unnumbered = frames(table(header, row("R1", "K1", "-1", "-95.00", "退货") + "|"), [own])["refund_line"]
    assert unnumbered["refund_id"].item() == "R1:K1:back:1"


def test_a_stated_refund_counts_only_where_its_state_does_not_deny_it() -> None:
    """60.00 succeeded and 40.00 has no state: 100.00 went back."""
    header = "订单编号|付款时间|商家编码|数量|实付金额|退款金额|退款状态"
    states = [
        ("60.00", "退款成功"),
        ("70.00", "退款关闭"),
        ("50.00", "商家拒绝"),
        ("40.00", ""),
        ("10.00", "某种状态"),
        ("", "退款关闭"),
    ]
    data = orders(
        *(f"A{number}|S1|1|100.00|{amount}|{state}" for number, (amount, state) in enumerate(states)),
        header=header,
    )
    own = accepted(data)
    assert "refund_status_code" in own.columns and "stated_refund_fen" in own.columns
    words = {"商家拒绝": "closed", **own.columns["refund_status_code"].values}
    rule = own.columns["refund_status_code"].model_copy(update={"values": words})
    own = own.model_copy(update={"columns": {**own.columns, "refund_status_code": rule}})
    stated = dict(frames(data, [own])["order"].select("order_id", "stated_refund_fen").iter_rows())
    assert stated == {"A0": 6_000, "A1": 0, "A2": 0, "A3": 4_000, "A4": None, "A5": None}


def test_refunds_that_are_all_below_nothing_are_read_without_their_sign() -> None:
    data = table(
        "售后单号|订单号|退款金额|退款状态",
        "R1|A1|-10.00|退款成功",
        "R2|A2|(5.50)|退款成功",
        "R3|A3|0|退款成功",
    )
    proposal = propose(data, kind="after_sales")
    assert "“退款金额”都写成负数" in "".join(finding.zh for finding in proposal.findings)
    own = settled(proposal, {}).model_copy(update={"platform": "other"})
    assert own.columns["refund_fen"].sign == "absolute"
    assert frames(data, [own])["refund_line"].sort("refund_id")["refund_fen"].to_list() == [1_000, 550, 0]
    mixed = propose(
        table("售后单号|订单号|退款金额|退款状态", "R1|A1|-10.00|退款成功", "R2|A2|5.50|退款成功"),
        kind="after_sales",
    )
    assert settled(mixed, {}).columns["refund_fen"].sign == "as_told"


EXCHANGED = (
    "A1|S1|1|199.00|销售订单", "A1|S1L|1|209.00|换货订单", "A1|S9|1|5.00|补发订单", "A2|S2|1|7.00|换货订单",
    "A3|S1|1|99.00|销售订单", "A3|S2|1|50.00|销售订单",
)  # fmt: skip


@pytest.mark.parametrize(("answers", "paid"), [({}, 19_900), ({"exchange_paid": "yes"}, 41_300)])
def test_what_stands_on_goods_sent_in_exchange_was_paid_with_the_order(
    answers: dict[str, str], paid: int
) -> None:
    """It is asked, and let stand no money counts twice; where only the exchange is told, it counts."""
    data = orders(*EXCHANGED, header="订单编号|付款时间|商家编码|数量|实付金额|单据类型")
    proposal = propose(data, kind="orders")
    (question,) = [item for item in proposal.questions if item.key == "exchange_paid"]
    assert question.default == "no" and "A1" in question.zh
    own = settled(proposal, answers).model_copy(update={"platform": "other"})
    lines = frames(data, [own])["order_line"]
    assert dict(lines.group_by("order_id").agg(pl.col("paid_fen").sum()).iter_rows()) == {
        "A1": paid,
        "A2": 700,
        "A3": 14_900,
    }
    told = [notice.count for notice in read(data, [own]).notices if notice.rule == "EXCHANGE_UNPAID"]
    assert told == ([] if answers else [2])


def test_a_column_of_directions_says_which_rows_gave_money_back() -> None:
    """Without it the rows paid back would be sales."""
    header = "订单号|下单时间|付款时间|商品编码|数量|收支方向|金额"
    at = f"{PAID_AT}|{PAID_AT}"
    data = table(header, f"D1|{at}|S1|1|收入|100.00", f"D2|{at}|S1|1|收入|70.00", f"D3|{at}|S2|1|支出|40.00")
    own = settled(propose(data, kind="orders"), {"amount.金额": "each"})
    assert own.columns["row_type_code"].header == ("收支方向",)
    found = frames(data, [own.model_copy(update={"platform": "other"})])
    assert found["order_line"]["order_id"].to_list() == ["D1", "D2"]
    assert found["refund_line"].select("order_id", "refund_fen").rows() == [("D3", 4_000)]
