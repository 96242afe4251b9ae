"""Texts without a final line break: a whole last row is taken, a cut one refuses the file, a doubtful one is
set aside. No value is ever changed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_case import CREATED, DUE, ID, QTY, TITLE
from intake_files import HEADER, TAOBAO, Table, order, orders, text

from connectors.files.endings import judge_last_cell
from connectors.reading import Origin, Reading, read_file
from contracts.errors import FileRefusedError

ORIGIN = Origin("m1", "s1", "e" * 64, "a.csv", dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC))
UNREAD = "仓库名称"


def last(table: Table, header: str) -> Table:
    """``table`` with a column moved to its end."""
    place = table[0].index(header)
    return [[*row[:place], *row[place + 1 :], row[place]] for row in table]


def open_ended(table: Table, cut: int = 0) -> bytes:
    whole = text(table).removesuffix("\r\n")
    return whole[: len(whole) - cut].encode("utf-8-sig")


def read(content: bytes) -> Reading:
    return read_file(content, ORIGIN)


def rule_of(content: bytes) -> str:
    with pytest.raises(FileRefusedError) as refused:
        read(content)
    return refused.value.rule


@pytest.mark.parametrize("header", [DUE, CREATED, ID, "商品ID"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_a_whole_last_row_needs_no_line_break(header: str, newline: str) -> None:
    table = last(orders(), header)
    with_break, without = text(table, newline=newline), text(table, newline=newline).removesuffix(newline)
    found, wanted = read(without.encode()), read(with_break.encode())
    assert (
        found.bronze.equals(wanted.bronze)
        and found.rows_read == 4
        and found.quarantine.is_empty()
        and found.notices == wanted.notices
    )


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_in_whatever_encoding(encoding: str) -> None:
    table = [[cell.strip("\t") for cell in row] for row in last(orders(), DUE)]
    assert (
        read(text(table, delimiter="\t").removesuffix("\r\n").encode(encoding)).bronze["placed_fen"].to_list()
        == [129_900] * 4
    )


def test_a_column_nobody_reads_may_end_anyhow() -> None:
    table = last(orders(), UNREAD)
    assert read(open_ended(table)).rows_read == 4 and read(open_ended(table)).quarantine.is_empty()


@pytest.mark.parametrize("header", [DUE, CREATED, ID])
def test_a_value_cut_in_the_middle_is_noticed(header: str) -> None:
    table = last(orders(), header)
    for cut in range(1, len(table[-1][-1])):
        assert rule_of(open_ended(table, cut)) == "TRUNCATED", cut


def test_a_cell_that_is_gone_where_all_others_have_one_is_noticed() -> None:
    assert rule_of(open_ended(last(orders(), DUE), len("1,299.00") + 2)) == "TRUNCATED"


def test_a_row_with_cells_missing_is_a_cut_file() -> None:
    table = orders()
    assert rule_of(open_ended([*table[:-1], table[-1][:-1]])) == "TRUNCATED"
    assert rule_of(open_ended([*table[:-1], table[-1][:1]])) == "TRUNCATED"


def test_an_open_quote_is_a_cut_file_and_a_closed_one_ends_a_cell() -> None:
    table = last(orders(**{TITLE: "大衣,长"}), TITLE)
    table[-1][-1] = "大衣,短\n款"
    whole = open_ended(table)
    assert whole.endswith('款"'.encode())
    assert read(whole).bronze["product_name"].to_list()[-1] == "大衣,短\n款"
    for cut in range(1, 6):
        assert rule_of(open_ended(table, cut)) in ("TRUNCATED", "SWALLOWED_ROWS"), cut


def test_a_number_that_might_go_on_sets_its_row_aside_and_says_what_to_do() -> None:
    table = last(orders(), QTY)
    found = read(open_ended(table))
    assert found.rows_read == 4 and found.bronze.height == 3
    assert found.quarantine.select("_row_number", "rule_name").rows() == [(5, "CUT_OFF")]
    again = read(open_ended(table) + b"\n")
    assert again.rows_read == again.bronze.height == 4


def test_a_row_of_another_width_above_says_nothing_of_the_last_one() -> None:
    """One such row in a file is set aside; the last is judged by itself."""
    odd = order(9)[:-2]
    for header, apart in ((DUE, []), (QTY, [(6, "CUT_OFF")])):
        table = last(orders(), header)
        table.insert(2, odd)
        found = read(open_ended(table))
        told = found.quarantine.select("_row_number", "rule_name").sort("_row_number").rows()
        assert told == [(3, "RAGGED_ROW"), *apart] and found.bronze.height == 4 - len(apart)


def test_a_footer_or_a_blank_line_at_the_end_is_no_cut_row() -> None:
    for ending in ("共 4 条", "第 1 页", " ", "," * (len(HEADER) - 1), "合计"):
        found = read(text(orders()).encode() + ending.encode())
        assert found.rows_read == 4 and found.quarantine.is_empty(), ending
    assert rule_of(text(orders()).encode() + b"693157") == "TRUNCATED"


def test_a_header_alone_without_a_line_break_holds_nothing() -> None:
    assert rule_of(open_ended(orders()[:1])) == "TRUNCATED"


@pytest.mark.parametrize(
    ("cell", "others", "kind", "verdict"),
    [
        ("12.50", ["3.00"], "yuan", "whole"),
        ("12.5", ["3.00", "4.10"], "yuan", "cut"),
        ("12", ["3", "4.1"], "yuan", "unknown"),
        ("12", [], "yuan", "unknown"),
        ("2026-10-12 20:15:03", [], "time", "whole"),
        ("2026-10-12 20:15", ["2026-10-12 20:15:03", "2026-10-12 20:16:04"], "time", "cut"),
        ("2026-10-12 20:15:03", ["2026-10-12 20:15:03.250"], "time", "unknown"),
        ("02:05:09", ["01:05:09 PM"], "time_mdy", "cut"),
        ("5%", ["12.5%"], "rate", "whole"),
        ("0.1", ["0.12"], "rate", "unknown"),
        ("1", ["1", "1"], "int", "unknown"),
        ("交易成功", ["交易成功", "等待买家付款"], "text", "whole"),
        ("等待", ["交易成功", "等待买家付款"], "text", "unknown"),
        ("已发货", ["已发货", "已发货,部分退款"], "text", "unknown"),
        ("X", ["M", "L"], "text", "unknown"),
        ("6931570482213347101", ["6931570482213347103"], "id", "whole"),
        ("693157048221334710", ["6931570482213347103"], "id", "cut"),
        ("", ["", "-"], "text", "unknown"),
        ("", ["", ""], "yuan", "whole"),
        ("", ["1.00", "2.00"], "yuan", "cut"),
        ("", [], "yuan", "unknown"),
    ],
)
def test_the_last_cell_is_judged_by_its_kind_and_its_column(
    cell: str, others: list[str], kind: str, verdict: str
) -> None:
    assert judge_last_cell(cell, pl.Series("others", others, dtype=pl.String), kind) == verdict


ENDS = [DUE, CREATED, ID, QTY, TITLE, "订单状态", "支付方式", UNREAD]
VARIED = [
    {DUE: "12.00", QTY: "12", TITLE: "大衣 M", "订单状态": "已完成"},
    {DUE: "1,299.90", QTY: "1", TITLE: '羊毛,"长"款', "订单状态": "待发货"},
    {DUE: "7", QTY: "120", TITLE: "大衣 M码\n长", "订单状态": "已关闭"},
]


def varied(header: str) -> Table:
    rows = [orders(1, number, **changes)[1] for number, changes in enumerate(VARIED * 2)]
    return last([list(HEADER), *rows], header)


@settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(ENDS), st.integers(0, 1 << 20), st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]))
def test_a_file_cut_anywhere_is_refused_or_gives_only_rows_as_they_were(
    header: str, place: int, encoding: str
) -> None:
    """Every row that is read is, cell for cell, that row of the whole file.

    The truth is read by the csv module.
    """
    table = varied(header)
    content = text(table).encode(encoding)
    try:
        found = read(content[: place % len(content)])
    except FileRefusedError:
        return
    rows = list(csv.reader(io.StringIO(text(table), newline="")))
    typed = {"order_id": ID, "product_name": TITLE, "order_status_text": "订单状态"}
    for row in found.bronze.iter_rows(named=True):
        truth = dict(zip(rows[0], rows[row["_row_number"] - 1], strict=True))
        assert {ours: row[ours] for ours in typed} == {
            ours: truth[theirs].strip() for ours, theirs in typed.items()
        }
        assert row["line_qty"] == int(truth[QTY]) and row["placed_fen"] == round(
            float(truth[DUE].replace(",", "")) * 100
        )
        assert f"{row['created_at']:%Y-%m-%d %H:%M:%S}" == truth[CREATED]


def test_a_third_partys_way_of_writing_is_taken() -> None:
    """Taobao's own list, as programs write it that join lines: no break behind the last."""
    whole = TAOBAO.read_bytes()
    found, wanted = read(whole.rstrip(b"\r\n")), read(whole)
    lost = found.quarantine.filter(pl.col("rule_name") == "CUT_OFF").height
    assert found.rows_read == wanted.rows_read and found.bronze.height + lost == wanted.bronze.height
