"""Sheets in the headings of ERPs and shop systems are recognised whole: each heading is what it is, and
nobody has to be asked what it is.
"""

from __future__ import annotations

import csv
import difflib
import re
from pathlib import Path

import polars as pl
import pytest
from erp_sheets import HEADINGS, P, cell
from mapping_cases import frames, read, table

import connectors
from connectors.mapping.answers import settled
from connectors.mapping.dictionary import NEAR, headers_of, is_personal, near, words_of
from connectors.mapping.file import FOLDER
from connectors.mapping.kinds import KINDS, codes_of, names_of
from connectors.mapping.propose import propose
from connectors.mapping.questions import AMOUNT
from connectors.mapping.vocabulary import ROLES
from connectors.typed import fold
from contracts.errors import FileRefusedError, UsageError

VOCABULARY = FOLDER / "vocabulary"


def rows(file: str) -> list[dict[str, str]]:
    with Path(VOCABULARY / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def lines_of(data: bytes) -> pl.DataFrame:
    """The order lines of a table whose amounts are each row's own."""
    proposal = propose(data, kind="orders")
    each = {f"{AMOUNT}{match.header}": "each" for match in proposal.matches if match.name.endswith("_fen")}
    return frames(data, [settled(proposal, each).model_copy(update={"platform": "other"})])["order_line"]


def sheet(name: str) -> bytes:
    """Two rows under a sheet's headings."""
    heading = HEADINGS[name]
    told = [heading.names.get(word, "") for word in heading.header]
    return table("|".join(heading.header), *("|".join(cell(ours, row) for ours in told) for row in (0, 1)))


@pytest.mark.parametrize("name", sorted(HEADINGS))
def test_each_heading_is_what_it_is(name: str) -> None:
    heading = HEADINGS[name]
    proposal = propose(sheet(name))
    wanted = {theirs: ours for theirs, ours in heading.names.items() if ours not in ROLES}
    assert proposal.kind == heading.kind
    assert {match.header: match.name for match in proposal.matches if match.name} == wanted
    assert {match.how for match in proposal.matches if match.name} == {"known"}, (
        "nothing is only near: nobody is asked what a heading is"
    )
    assert {match.header for match in proposal.matches if match.how == "personal"} == {
        theirs for theirs, ours in heading.names.items() if ours == P
    }


def test_an_empty_column_is_not_taken_where_a_filled_one_says_the_same() -> None:
    proposal = propose(
        table(
            "线上订单号|订单号|付款时间|实付金额",
            "|A1|2026-11-01 10:00:00|1.50",
            "|A2|2026-11-01 10:00:00|2.50",
        )
    )
    assert {match.name: match.header for match in proposal.matches if match.name}["order_id"] == "订单号"


def test_numbers_of_lines_within_an_order_are_no_sub_order_numbers() -> None:
    """聚水潭 counts 1, 2 within each order; taken for sub-order numbers, one order's line would be
    another's.
    """
    head, moment = "线上订单号|子订单编号|付款时间|实付金额", "2026-11-01 10:00:00"
    counted = propose(table(head, f"A|1|{moment}|1.50", f"A|2|{moment}|2.50", f"B|1|{moment}|3.50"))
    distinct = propose(table(head, f"A|11|{moment}|1.50", f"A|12|{moment}|2.50", f"B|13|{moment}|3.50"))
    assert ["order_line_id" in {match.name for match in item.matches} for item in (counted, distinct)] == [
        False,
        True,
    ]


# --- units --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "cells", "fen"),
    [
        ("(元)", ("100", "90"), (10_000, 9_000)),
        ("（分）", ("10000", "9000"), (10_000, 9_000)),
        ("[厘]", ("100000", "90000"), (10_000, 9_000)),
    ],
)
def test_a_unit_in_a_heading_is_the_unit_of_its_money(
    unit: str, cells: tuple[str, str], fen: tuple[int, int]
) -> None:
    """Whole numbers would have to be asked about; the heading has said it."""
    data = table(
        f"订单号|付款时间|应付金额{unit}|实付金额{unit}", f"1|2026-11-01 10:00:00|{cells[0]}|{cells[1]}"
    )
    proposal = propose(data, kind="orders")
    assert "money" not in {question.key for question in proposal.questions}
    lines = lines_of(data)
    assert lines.select("placed_fen", "paid_fen").row(0) == fen


def test_columns_of_two_units_are_each_read_in_their_own() -> None:
    data = table("订单号|付款时间|应付金额(元)|实付金额(分)", "1|2026-11-01 10:00:00|100.50|9000")
    lines = lines_of(data)
    assert lines.select("placed_fen", "paid_fen").row(0) == (10_050, 9_000)


def test_a_unit_nobody_can_read_money_in_leaves_the_column_unread() -> None:
    proposal = propose(table("订单号|付款时间|实付金额(角)", "1|2026-11-01 10:00:00|1.5"), kind="orders")
    assert "paid_fen/placed_fen" in proposal.missing
    with pytest.raises(UsageError) as refused:
        settled(proposal, {"columns.paid_fen": "实付金额(角)"})
    assert refused.value.rule == "UNIT_DISAGREES"


def test_ten_thousands_of_yuan_are_read_as_such_and_never_as_yuan() -> None:
    """1.25 and 0.008999 are 12,500.00 and 89.99 yuan."""
    in_wan = table(
        "订单号|付款时间|实付金额(万元)", "1|2026-11-01 10:00:00|1.25", "2|2026-11-01 10:00:00|0.008999"
    )
    proposal = propose(in_wan, kind="orders")
    own = settled(proposal, {"columns.paid_fen": "实付金额(万元)"}).model_copy(update={"platform": "other"})
    heads = frames(in_wan, [own])["order"]
    assert dict(heads.select("order_id", "paid_fen").iter_rows()) == {"1": 1_250_000, "2": 8_999}
    for header in ("实付金额(元)", "实付金额"):
        in_yuan = table(f"订单号|付款时间|{header}", "1|2026-11-01 10:00:00|1.25")
        other = settled(propose(in_yuan, kind="orders"), {}).model_copy(update={"platform": "other"})
        assert frames(in_yuan, [other])["order"]["paid_fen"].to_list() == [125]
        with pytest.raises(FileRefusedError) as refused:
            read(in_wan, [other])
        assert refused.value.rule == "UNIT_DISAGREES"


def test_a_foreign_unit_is_the_currency() -> None:
    proposal = propose(table("订单号|付款时间|实付金额(美元)", "1|2026-11-01 10:00:00|12.50"), kind="orders")
    assert (proposal.draft["currency"], "currency" in {question.key for question in proposal.questions}) == (
        "USD",
        False,
    )


# --- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "paid_at", "code", "money"),
    [
        ("已付款待审核", "2026-11-01 10:01:00", "paid", (9_950, 8_900)),
        ("异常", "2026-11-01 10:01:00", "paid", (9_950, 8_900)),
        ("待递交仓库", "2026-11-01 10:01:00", "paid", (9_950, 8_900)),
        ("卖家已发货", "2026-11-01 10:01:00", "shipped", (9_950, 8_900)),
        ("已签收", "2026-11-01 10:01:00", "shipped", (9_950, 8_900)),
        ("交易成功", "2026-11-01 10:01:00", "finished", (9_950, 8_900)),
        ("交易关闭", "2026-11-01 10:01:00", "closed_refunded", (9_950, 8_900)),
        ("已取消", "", "closed_unpaid", (9_950, 0)),
        ("等未付", "", "unpaid", (9_950, 0)), ("被合并", "2026-11-01 10:01:00", "closed_unpaid", (0, 0)),
        ("被拆分", "2026-11-01 10:01:00", "closed_unpaid", (0, 0)),
        ("已作废", "2026-11-01 10:01:00", "closed_unpaid", (0, 0)),
    ],
)  # fmt: skip
def test_the_words_of_erps_are_known(word: str, paid_at: str, code: str, money: tuple[int, int]) -> None:
    data = table(
        "线上订单号|下单时间|付款日期|应付金额|已付金额|状态",
        f"A1|2026-11-01 10:00:00|{paid_at}|99.50|89.00|{word}",
    )
    (line,) = lines_of(data).iter_rows(named=True)
    assert (line["order_status_code"], line["placed_fen"], line["paid_fen"]) == (code, *money)


def test_an_order_merged_into_another_counts_there_and_nowhere_else() -> None:
    """聚水潭 lists the merged order with its own amounts beside the one that holds its goods now: both
    together are one sale.
    """
    moment = "2026-11-01 10:00:00"
    data = table(
        "线上订单号|下单时间|付款日期|商品编码|数量|应付金额|买家实付|运费|订单退款金额|状态",
        f"A1|{moment}|{moment}|S1|1|50.00|45.00|1.00|0.00|被合并",
        f"A2|{moment}|{moment}|S2|1|60.00|55.00|0.00|0.00|已发货",
        f"A2|{moment}|{moment}|S1|1|50.00|45.00|0.00|0.00|已发货",
        f"A3|{moment}|{moment}|S3|2|90.00|80.00|0.00|0.00|被拆分",
        f"A3|{moment}|{moment}|S3|1|45.00|40.00|0.00|0.00|已发货",
        f"A3|{moment}|{moment}|S3|1|45.00|40.00|0.00|0.00|已发货",
    )  # fmt: skip
    lines = lines_of(data)
    assert (lines["paid_fen"].sum(), lines["placed_fen"].sum(), lines["line_qty"].sum()) == (
        18_000,
        20_000,
        4,
    )
    assert lines["order_line_id"].n_unique() == lines.height == 6


def test_an_order_flagged_void_is_none() -> None:
    data = table(
        "平台单号|拍单时间|付款时间|让利后金额|作废",
        *(f"A{row}|2026-11-01 10:00:00|2026-11-01 10:00:00|10.50|{said}" for row, said in enumerate("是否")),
    )
    lines = lines_of(data).sort("order_id")
    assert lines["paid_fen"].to_list() == [0, 1_050]


# --- specifications -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("颜色:黑色;尺码:M", ("黑色", "M")), ("颜色分类：米白；尺码：XL【建议】", ("米白", "XL")),
        ("黑色;M", ("黑色", "M")), ("黑色 L码", ("黑色", "L")),
        ("XL/雾蓝", ("雾蓝", "XL")), ("杏色,均码", ("杏色", "均码")), ("红色", (None, None)),
        ("红色;大号;加绒", (None, None)), ("", (None, None)),
    ],
)  # fmt: skip
def test_colour_and_size_come_out_of_one_text_or_not_at_all(
    said: str, told: tuple[str | None, str | None]
) -> None:
    data = table(
        "订单号|付款时间|实付金额|规格",
        f"1|2026-11-01 10:00:00|1.50|{said}",
        "2|2026-11-01 10:00:00|1.50|黑色;M",
    )
    lines = lines_of(data).filter(pl.col("order_id") == "1")
    assert lines.select("color_name", "size_name").row(0) == told


# --- the vocabulary itself ----------------------------------------------------------------------------------


def test_every_entry_is_of_something_there_is_and_names_its_source() -> None:
    sources = {row["source"]: row["citation"] for row in rows("sources.csv")}
    names = {name for kind in KINDS for name in names_of(kind)} | set(ROLES)
    headers, words = rows("headers.csv"), rows("words.csv")
    assert {row["name"] for row in headers} <= names
    assert {row["source"] for row in (*headers, *words)} <= sources.keys()
    assert all(len(citation) >= 20 for citation in sources.values())
    for row in words:
        is_currency = row["name"] == "currency_code" and re.fullmatch("[A-Z]{3}", row["code"])
        assert is_currency or row["code"] in codes_of(row["name"]), row
    for name in {row["name"] for row in headers}:
        listed = [fold(row["header"]) for row in headers if row["name"] == name]
        assert len(listed) == len(set(listed)), name


def test_no_personal_header_is_one_of_our_names_and_no_header_of_ours_is_personal() -> None:
    headers = rows("headers.csv")
    assert [row["header"] for row in headers if row["name"] == P and not is_personal(row["header"])] == []
    assert [row["header"] for row in headers if row["name"] not in ROLES and is_personal(row["header"])] == []


def test_the_codes_own_labels_stay_known() -> None:
    assert words_of("order_status_code")[fold("已支付待发货")] == "paid"


@pytest.mark.parametrize("kind", ["orders", "after_sales", "settlements", "ads"])
def test_headers_of_platforms_own_files_are_known_and_fields_of_their_answers_are_not(kind: str) -> None:
    wanted, met = set(names_of(kind)), 0
    for folder in Path(connectors.__file__).parent.glob("[a-z]*/columns.csv"):
        with folder.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        sources = {(row["kind"], row["layout"]): row["source"] for row in rows if row["source"]}
        for row in rows:
            is_kept = row["name"] in wanted - {"buyer_key"} and not {"personal", "buyer"} & set(
                row["flags"].split()
            )
            if is_kept and sources[row["kind"], row["layout"]] == "file":
                assert row["name"] in headers_of(kind)[fold(row["header"])], row
                met += 1
    assert met > 10
    assert not [field for field in ("trade.tid", "order.oid", "refund_id_str") if field in headers_of(kind)]


def test_the_headers_near_one_are_those_a_look_at_each_finds() -> None:
    """Though most are passed over by their lengths and letters alone."""
    known, met = headers_of("orders"), 0
    told = ["", "订", *(fold(word) for name in sorted(HEADINGS)[:4] for word in HEADINGS[name].header)]
    for word in (*told, *(word[::-1] for word in told), *(word[1:] for word in told)):
        looked = {other: difflib.SequenceMatcher(None, word, other).ratio() for other in known}
        expected = sorted(((score, other) for other, score in looked.items() if score >= NEAR), reverse=True)
        assert near(word, known) == expected, word
        met += len(expected)
    assert met > 100, "some have to be near"
