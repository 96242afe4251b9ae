"""Proposals: known headers are taken, near ones asked, cells tell what they can, and nothing is settled that
nobody said.
"""

from __future__ import annotations

import csv

import pytest
from mapping_cases import frames, table

from connectors.base import Layout, platforms
from connectors.mapped import source
from connectors.mapping.aliases import AliasOffer, propose_aliases
from connectors.mapping.answers import missing, settled, strange_words
from connectors.mapping.dictionary import check_personal, is_personal
from connectors.mapping.file import FOLDER, read_mapping, shipped, write_mapping
from connectors.mapping.labels import chosen, shown
from connectors.mapping.propose import Proposal, propose
from connectors.reading import recognise
from contracts.errors import FileRefusedError, UsageError

CHINESE = table(
    "订单编号|下单日期|付款日期|商家编码|商品标题|件数|应付总额|实付|订单状态|收货人姓名|联系电话|店铺",
    "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|YS01|围巾|1|99.00|89.00|已发货|张三|13800000000|云裳",
    "A2|2026-11-01 11:00:00||YS01|围巾|2|198.00|188.00|等待付款中|李四|13900000000|云裳",
)
ENGLISH = table(
    "Order Number|Placed On|Item Name|Qty|Total Paid|Shopper|Username",
    "1|03/04/2026 10:00:00|Hat|1|$12.00|joe|joe99",
)


def keys(proposal: Proposal) -> list[str]:
    return [question.key for question in proposal.questions]


def test_what_is_known_is_taken_and_what_is_near_is_asked() -> None:
    told = {match.header: (match.name, match.how) for match in propose(CHINESE).matches}
    assert told == {
        "订单编号": ("order_id", "known"), "下单日期": ("created_at", "known"),
        "付款日期": ("paid_at", "known"), "商家编码": ("sku_code", "known"),
        "商品标题": ("product_name", "known"), "件数": ("line_qty", "known"),
        "应付总额": ("placed_fen", "near"), "实付": ("paid_fen", "known"),
        "订单状态": ("order_status_code", "known"), "收货人姓名": ("", "personal"),
        "联系电话": ("", "personal"), "店铺": ("", "unread"),
    }  # fmt: skip
    assert keys(propose(CHINESE)) == ["columns.placed_fen"]


def test_nothing_near_is_used_unless_a_person_says_so() -> None:
    left = settled(propose(CHINESE), {"name": "mine"})
    said = settled(propose(CHINESE), {"name": "mine", "columns.placed_fen": "应付总额"})
    assert "placed_fen" not in left.columns
    assert "应付总额" in left.unread
    assert said.columns["placed_fen"].header == ("应付总额",)
    orders = frames(CHINESE, [said.model_copy(update={"platform": "other"})])["order"].sort("order_id")
    assert orders.select("placed_fen", "paid_fen").rows() == [(9_900, 8_900), (19_800, 0)], (
        "no order of several rows: as the orders' own"
    )


def test_words_nobody_knows_are_shown_until_a_person_says_what_they_mean() -> None:
    proposal = propose(CHINESE)
    assert strange_words(proposal, {}) == {"order_status_code": ("等待付款中",)}
    assert proposal.draft["columns"]["order_status_code"]["values"] == {"已发货": "shipped"}
    answers = {"words.order_status_code.等待付款中": "unpaid"}
    assert strange_words(proposal, answers) == {}
    for said, told in ((answers, ["shipped", "unpaid"]), ({}, ["shipped", "unknown"])):
        own = settled(proposal, said).model_copy(update={"platform": "other"})
        assert frames(CHINESE, [own])["order_line"].sort("order_id")["order_status_code"].to_list() == told


@pytest.mark.parametrize(
    ("key", "code", "said"), [("words.order_status_code.等待付款中", "waiting", "known: unpaid"),
        ("words.reason_code.尺码", "size", "words.reason_code.尺码")]
)  # fmt: skip
def test_a_word_may_only_mean_what_there_is(key: str, code: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        settled(propose(CHINESE), {key: code})
    assert raised.value.rule == "BAD_MAPPING"
    assert said in str(raised.value.facts)


def test_words_of_a_column_a_person_points_out_are_known_too() -> None:
    """And so are those behind the first two hundred rows."""
    rows = [f"A{number}|2026-11-01 10:00:00|1.00|已发货" for number in range(300)]
    proposal = propose(
        table("订单编号|付款时间|实付金额|进展", *rows, "B|2026-11-01 10:00:00|1.00|缺货中"), kind="orders"
    )
    put = {"columns.order_status_code": "进展"}
    assert strange_words(proposal, {}) == {}
    assert strange_words(proposal, put) == {"order_status_code": ("缺货中",)}
    assert settled(proposal, put).columns["order_status_code"].values == {"已发货": "shipped"}


def test_a_person_may_put_a_column_right_or_leave_it_out() -> None:
    said = settled(
        propose(CHINESE),
        {
            "columns.paid_fen": "应付总额",
            "columns.line_qty": "-",
            "columns.order_status_code": "-",
            "words.order_status_code.x": "paid",
        },
    )
    assert said.columns["paid_fen"].header == ("应付总额",)
    assert "line_qty" not in said.columns
    assert {"实付", "件数", "订单状态"} <= set(said.unread)
    assert said.personal == ("收货人姓名", "联系电话")


# --- personal data ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["收货人姓名", "联系电话", "客户"])
def test_a_personal_column_is_read_as_nothing(header: str) -> None:
    """By its name, or because its cells are mobile numbers: whatever a person says."""
    data = CHINESE.replace("店铺".encode(), "客户".encode()).replace("云裳".encode(), b"13800138000")
    with pytest.raises(UsageError) as raised:
        settled(propose(data), {"columns.product_name": header})
    assert (raised.value.rule, raised.value.facts["columns"]) == ("MAPPED_PERSONAL", header)


def test_of_a_buyer_a_digest_is_kept_and_nothing_else() -> None:
    said = settled(propose(CHINESE), {"columns.buyer_key": "收货人姓名"}).model_copy(
        update={"platform": "other"}
    )
    assert (said.buyer, said.personal) == ("收货人姓名", ("联系电话",))
    keys = frames(CHINESE, [said])["order_line"]["buyer_key"]
    assert keys.null_count() == 0
    assert "张三" not in keys.to_list()


def test_what_connectors_drop_is_personal_and_what_they_read_is_not() -> None:
    for word, told in {
        "City": True,
        "发票抬头": True,
        "主播昵称": False,
        "达人昵称": False,
        "买家实际支付金额": False,
        "收货地址-省": False,
        "主播手机": True,
    }.items():
        assert is_personal(word) is told, word
    for known in shipped().values():
        check_personal(known)


# --- what only a person can tell ----------------------------------------------------------------------------


def test_a_foreign_table_asks_what_no_cell_can_tell() -> None:
    proposal = propose(ENGLISH)
    assert keys(proposal) == ["columns.created_at", "currency", "time_zone", "dates", "paid_when_placed"]
    with pytest.raises(UsageError) as raised:
        settled(proposal, {"currency": "USD"})
    assert raised.value.rule == "OPEN_QUESTION"
    assert raised.value.facts["questions"] == "下单时间、时区、日期顺序、下单即付款"
    answers = {
        "columns.created_at": "Placed On",
        "time_zone": "America/New_York",
        "dates": "mdy",
        "paid_when_placed": "yes",
    }
    said = settled(proposal, answers)
    assert (said.currency, said.dates, said.time_zone, said.same_as) == (
        "USD",
        "mdy",
        "America/New_York",
        {"paid_at": "created_at"},
    )


@pytest.mark.parametrize(
    ("cells", "dates", "asked"),
    [
        (("03/04/2026 10:00:00", "05/06/2026 10:00:00"), "dmy", True),
        (("03/04/2026 10:00:00", "13/06/2026 10:00:00"), "dmy", False),
        (("03/04/2026 10:00:00", "05/16/2026 10:00:00"), "mdy", False),
        (("2026-03-04 10:00:00", "2026/3/4 1:00"), "ymd", False),
        (("1793527260", "1793527261"), "epoch_s", False),
        (("1793527260000", "1793527261000"), "epoch_ms", False),
    ],
)
def test_dates_tell_their_order_where_they_can(cells: tuple[str, str], dates: str, asked: bool) -> None:
    proposal = propose(
        table("订单编号|付款时间|实付金额", f"1|{cells[0]}|1.00", f"2|{cells[1]}|1.00"), kind="orders"
    )
    assert (proposal.draft["dates"], "dates" in keys(proposal)) == (dates, asked)


@pytest.mark.parametrize(
    ("cell", "asked"), [("1.00", False), ("100", True), ("¥100", False), ("$100", False)]
)
def test_whole_numbers_may_be_yuan_or_fen(cell: str, asked: bool) -> None:
    assert (
        "money"
        in keys(propose(table("订单编号|付款时间|实付金额", f"1|2026-11-01 10:00:00|{cell}"), kind="orders"))
    ) == asked


def test_lines_above_the_header_and_the_kind_by_the_header() -> None:
    proposal = propose(
        table(
            "本店十一月售后||||",
            "售后编号|订单编号|退款金额(元)|售后类型|退款状态",
            "R1|A1|89.00|仅退款|退款成功",
        )
    )
    assert (proposal.kind, proposal.header_row, proposal.missing, keys(proposal)) == (
        "after_sales",
        2,
        (),
        [],
    )
    refund = frames(
        table("售后编号|订单编号|退款金额(元)|售后类型|退款状态", "R1|A1|89.00|仅退款|退款成功"),
        [settled(proposal, {})],
    )["refund_line"]
    assert refund.select("refund_fen", "refund_type_code", "refund_status_code").row(0) == (
        8_900,
        "refund_only",
        "success",
    )


def test_a_column_of_mobile_numbers_is_personal_whatever_it_is_called() -> None:
    proposal = propose(
        table(
            "订单编号|付款时间|实付金额|客户",
            "1|2026-11-01 10:00:00|1.00|13800000000",
            "2|2026-11-01 10:00:00|1.00|13912345678",
        )
    )
    assert {match.header: match.how for match in proposal.matches}["客户"] == "personal"


def test_a_table_of_nothing_known_is_refused() -> None:
    with pytest.raises(FileRefusedError) as refused:
        propose(table("甲|乙|丙", "1|2|3"))
    assert refused.value.rule == "UNKNOWN_LAYOUT"


def test_a_needed_name_that_no_header_tells_is_named_until_a_person_says_which_does() -> None:
    proposal = propose(
        table("订单编号|商品名称|数量|到账|日子", "1|帽子|1|5.00|2026-11-01 10:00:00"), kind="orders"
    )
    assert proposal.missing == ("paid_at", "paid_fen/placed_fen")
    assert missing(proposal, {"columns.placed_fen": "到账"}) == [("paid_at",)]
    with pytest.raises(UsageError) as raised:
        settled(proposal, {"columns.placed_fen": "到账"})
    assert (raised.value.rule, raised.value.facts["names"]) == ("MISSING_NAMES", "支付时间")
    assert settled(proposal, {"columns.placed_fen": "到账", "columns.paid_at": "日子"}).columns[
        "paid_at"
    ].header == ("日子",)


def test_an_order_that_is_not_paid_when_placed_needs_a_payment() -> None:
    proposal = propose(table("订单编号|下单时间|实付金额", "1|2026-11-01 10:00:00|5.00"), kind="orders")
    assert missing(proposal, {}) == []
    assert missing(proposal, {"paid_when_placed": "no"}) == [("paid_at",)]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_mappings_sample_is_proposed_as_the_mapping_itself_has_it(name: str) -> None:
    known = shipped()[name]
    proposal = propose((FOLDER / "samples" / f"{name}.csv").read_bytes(), kind=known.kind)
    taken = {match.name: match.header for match in proposal.matches if match.how == "known"}
    first = {ours: rule.header for ours, rule in known.columns.items()}
    agree = [ours for ours in taken if ours in first and taken[ours] in first[ours]]
    assert len(agree) >= 0.8 * len([ours for ours in first if ours in taken])
    assert proposal.missing == () or "paid_when_placed" in keys(proposal)


def orders_layouts() -> list[Layout]:
    return [
        item
        for platform in platforms().values()
        for item in platform.layouts
        if item.source == "file" and item.kind == "orders"
    ]


@pytest.mark.parametrize("layout", orders_layouts(), ids=lambda item: f"{item.platform}-{item.name}")
def test_a_platforms_own_order_header_is_understood_without_its_connector(layout: Layout) -> None:
    """Of its columns the house knows most by the dictionary; personal ones are never taken for anything."""
    folder = platforms()[layout.platform].folder
    with (folder / "samples.csv").open(encoding="utf-8", newline="") as stream:
        name = next(
            row["file"]
            for row in csv.DictReader(stream)
            if (row["kind"], row["layout"]) == (layout.kind, layout.name)
        )
    data = (folder / "samples" / name).read_bytes()
    proposal = propose(data, kind="orders")
    assert proposal.header_row == recognise(data).header_row + 1
    taken = {match.name: match.header for match in proposal.matches if match.name}
    assert "order_id" in taken
    declared = {column.header.strip() for column in layout.columns if column.personal}
    named = {match.header for match in proposal.matches if match.name} & declared
    assert {header for header in named if is_personal(header)} == set()


# --- names that drifted -------------------------------------------------------------------------------------


def test_a_renamed_column_is_offered_and_nothing_learned() -> None:
    data = (
        (FOLDER / "samples" / "erp_after_sale.csv")
        .read_bytes()
        .decode("gb18030")
        .replace("申请时间", "售后申请时间")
        .encode()
    )
    ours = [source("jd", list(shipped().values()))]
    offer = propose_aliases(data, mappings=ours)
    assert offer is not None
    assert (offer.layout, offer.missing) == ("jd/mapped_after_sales/erp_after_sale", ("申请时间",))
    assert offer.offered["售后申请时间"][0][0] == "申请时间"
    assert propose_aliases(data, mappings=ours, aliases={offer.layout: {"售后申请时间": "申请时间"}}) is None
    assert propose_aliases(data, mappings=ours) == offer


def renamed(**names: str) -> AliasOffer:
    """The offer for Douyin's order file with some headers called otherwise."""
    path = platforms()["douyin"].folder / "samples" / "1792375211_orders_2025_75.csv"
    head, rest = path.read_text(encoding="utf-8-sig").split("\n", 1)
    offer = propose_aliases(
        "\n".join([",".join(names.get(cell, cell) for cell in head.split(",")), rest]).encode("utf-8-sig")
    )
    assert offer is not None
    return offer


def test_only_names_that_supply_what_is_missing_are_renames_the_surest_first() -> None:
    offer = renamed(达人ID="达人编号ID", 支付完成时间="付款完成时间", 商家备注="商家的备注")
    assert list(offer.offered) == ["付款完成时间", "商家的备注", "达人编号ID"], (
        "a note nobody needs is near a known header, too"
    )
    assert [(theirs, known) for theirs, known, _ in offer.renames] == [
        ("付款完成时间", "支付完成时间"),
        ("达人编号ID", "达人ID"),
    ]
    assert offer.is_renamed


def test_a_table_that_lacks_what_nothing_is_near_to_is_not_merely_renamed() -> None:
    offer = renamed(支付完成时间="付款完成时间", 达人ID="KOL")
    assert set(offer.missing) == {"支付完成时间", "达人ID"} and offer.renames and not offer.is_renamed


def test_a_known_file_and_an_unknown_one_offer_nothing() -> None:
    known = next((platforms()["kuaishou"].folder / "samples").glob("订单导出*.xlsx"))
    assert propose_aliases(known.read_bytes()) is None
    assert propose_aliases(table("甲|乙|丙", "1|2|3")) is None


def test_a_settled_proposal_is_a_file_a_person_can_keep() -> None:
    said = settled(propose(CHINESE), {"name": "mine", "zh": "自有商城"})
    assert read_mapping(write_mapping(said)) == said


def test_an_option_is_meant_by_its_number_from_one_by_its_name_or_as_it_is_and_nothing_else_is() -> None:
    options = ("once", "each", "他们的列", "paid_fen")
    assert [chosen(str(number), options) for number in range(1, 5)] == list(options)
    assert (
        [chosen(shown(option), options) for option in options]
        == [chosen(option, options) for option in options]
        == list(options)
    )
    assert [chosen(said, options) for said in ("0", "5", "-1", "1.0", "", "别的")] == [
        "0",
        "5",
        "-1",
        "1.0",
        "",
        "别的",
    ]
    assert chosen("2", ("5", "2", "7")) == "2", "an option that is a number is itself"


def test_an_amount_to_be_paid_never_stands_for_one_that_a_near_column_may_tell() -> None:
    """Let stand, 120.00 would be what was paid, where the buyer's own column says 99.00."""
    data = table(
        "订单号|付款时间|商品编码|订单金额|买家最终实付|商家到手",
        "A1|2026-11-01 10:00:00|S1|120.00|99.00|110.00",
    )
    proposal = propose(data, kind="orders")
    (question,) = [item for item in proposal.questions if item.key == "columns.paid_fen"]
    assert question.default == ""
    with pytest.raises(UsageError) as left_open:
        settled(proposal, {})
    assert left_open.value.rule == "OPEN_QUESTION"
    said = settled(proposal, {"columns.paid_fen": "买家最终实付"})
    assert said.columns["paid_fen"].header == ("买家最终实付",)
