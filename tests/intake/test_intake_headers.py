"""Units in headers: read where they are the column's own, never read as another unit, and told by name."""

from __future__ import annotations

import datetime as dt

import pytest
from intake_case import DUE, QTY
from intake_files import data, orders, renamed

from connectors.files.headers import agrees, split_unit
from connectors.reading import Origin, Reading, read_file
from contracts.errors import FileRefusedError

ORIGIN = Origin("m1", "s1", "e" * 64, "a.csv", dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC))
FREIGHT = "运费"


def read(theirs: str, known: str = DUE, **changes: str) -> Reading:
    return read_file(data(renamed(orders(**changes), known, theirs)), ORIGIN)


@pytest.mark.parametrize(
    ("header", "bare", "unit"),
    [
        ("总金额(元)", "总金额", "yuan"),
        (" 总金额 （ 元 ） ", "总金额", "yuan"),
        ("总金额【人民币】", "总金额", "yuan"),
        ("总金额(单位:分)", "总金额", "fen"),
        ("总金额（单位：万元）", "总金额", "wan_yuan"),
        ("单价(元/件)", "单价", "yuan"),
        ("Amount (CNY)", "amount", "yuan"),
        ("Amount/USD", "amount", "USD"),
        ("金额_元", "金额", "yuan"),
        ("时长(分钟)", "时长", "minute"),
        ("数量(件)", "数量", "piece"),
        ("点击率(%)", "点击率", "percent"),
        ("单价/件", "单价/件", ""),
        ("积分", "积分", ""),
        ("支付渠道费(运费)", "支付渠道费(运费)", ""),
        ("(元)", "(元)", ""),
        ("总金额", "总金额", ""),
    ],
)
def test_a_header_is_taken_apart_into_name_and_unit(header: str, bare: str, unit: str) -> None:
    assert split_unit(header) == (bare, unit)


def test_a_unit_agrees_with_the_cells_that_are_written_in_it_and_with_no_others() -> None:
    assert (
        agrees("yuan", "yuan")
        and agrees("fen", "fen")
        and agrees("piece", "int")
        and agrees("", "yuan")
        and agrees("yuan", "text")
    )
    for unit, cell in [
        ("fen", "yuan"),
        ("wan_yuan", "yuan"),
        ("USD", "yuan"),
        ("yuan", "fen"),
        ("yuan", "int"),
        ("percent", "rate"),
        ("minute", "int"),
    ]:
        assert not agrees(unit, cell), (unit, cell)


@pytest.mark.parametrize(
    "theirs", [f"{DUE}(元)", f"{DUE}（元）", f"{DUE} ( 人民币 )", f"{DUE}(单位：元)", f"{DUE}/元"]
)
def test_a_header_with_the_columns_own_unit_is_that_column(theirs: str) -> None:
    found = read(theirs, **{DUE: "1,234.50"})
    assert found.bronze["placed_fen"].to_list() == [123_450, 129_900, 129_900, 129_900]
    assert [(notice.rule, notice.about) for notice in found.notices] == [
        ("UNIT_IN_HEADER", theirs.strip())
    ] and found.new_columns == []


@pytest.mark.parametrize("theirs", [f"{DUE}(分)", f"{DUE}（单位：分）", f"{DUE}(万元)", f"{DUE}(USD)"])
def test_a_required_column_in_another_unit_is_refused_by_name(theirs: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read(theirs)
    assert (
        refused.value.rule == "UNIT_DISAGREES"
        and f"{theirs}≠{DUE}" in refused.value.sentence()
        and "baiyun map" in refused.value.step_zh
    )


def test_an_optional_column_in_another_unit_is_left_unread_and_told() -> None:
    plain = read_file(data(orders(**{FREIGHT: "12.00"})), ORIGIN)
    found = read(f"{FREIGHT}(分)", FREIGHT, **{FREIGHT: "12.00"})
    name = next(column.name for column in found.layout.columns if column.header.strip() == FREIGHT)
    assert plain.bronze[name][0] == 1_200 and found.bronze[name].null_count() == 4
    assert [(notice.rule, notice.about) for notice in found.notices] == [("OTHER_UNIT", f"{FREIGHT}(分)")]


def test_a_column_that_is_there_under_its_own_name_stays_the_column() -> None:
    table = orders()
    table[0].append(f"{DUE}(元)")
    for row in table[1:]:
        row.append("1.00")
    found = read_file(data(table), ORIGIN)
    assert found.bronze["placed_fen"].to_list() == [129_900] * 4 and found.new_columns == [f"{DUE}(元)"]


def test_a_count_may_name_its_unit() -> None:
    assert read(f"{QTY}(件)", QTY, **{QTY: "3"}).bronze["line_qty"].to_list() == [3, 1, 1, 1]
