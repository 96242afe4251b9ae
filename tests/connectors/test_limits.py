"""How many, how long, how much: every bound a file is held to, on either side of it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from connectors import http
from connectors.base import Column, platforms
from connectors.files import archives, delimited, grids, oddities, tabular
from connectors.files.personal import mask_cells
from connectors.files.tabular import open_sheets
from connectors.reading import Origin, read_file, read_pages
from connectors.recognising import recognise
from contracts.errors import FileRefusedError

ORDERS = next(
    layout for layout in platforms()["douyin"].layouts if layout.kind == "orders" and layout.source == "file"
)
AT = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
MEGABYTE = 1024 * 1024


def rule_of(call: Callable[[], object]) -> str:
    """The rule a call is refused by, "" where it is not."""
    try:
        call()
    except FileRefusedError as error:
        return error.rule
    return ""


def test_what_no_honest_file_comes_near_is_bounded_as_is_told() -> None:
    """Beyond these a machine is at risk."""
    assert tabular.MAX_FILE_BYTES == 400 * MEGABYTE and http.MAX_BODY_BYTES == 64 * MEGABYTE
    assert (archives.MAX_UNPACKED_BYTES, archives.RATIO_FROM_BYTES, archives.MAX_RATIO) == (
        1024 * MEGABYTE,
        50 * MEGABYTE,
        200,
    )
    assert (archives.MAX_PARTS, archives.MAX_FILES) == (2000, 200)
    assert (grids.MAX_ROWS, grids._MAX_CELLS, delimited.MAX_CELL_BYTES) == (1_048_576, 50_000_000, MEGABYTE)


@pytest.mark.parametrize(("columns", "rule"), [(400, ""), (401, "TOO_MANY_COLUMNS")])
def test_columns(columns: int, rule: str) -> None:
    header, row = ",".join(f"c{number}" for number in range(columns)), ",".join("1" * columns)
    assert rule_of(lambda: open_sheets(f"{header}\n{row}\n".encode())) == rule
    cells = "".join(f"<td>c{number}</td>" for number in range(columns))
    assert rule_of(lambda: open_sheets(f"<table><tr>{cells}</tr></table>\n".encode())) == rule
    book = io.BytesIO()
    pl.DataFrame({f"c{number}": ["1"] for number in range(columns)}).write_excel(book)
    assert rule_of(lambda: open_sheets(book.getvalue())) == rule


@pytest.mark.parametrize(("more", "rule"), [(0, ""), (1, "FILE_TOO_LARGE")])
def test_bytes_of_a_file(more: int, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file as large as may be is read; of one byte more it is said how many it has and may have."""
    data = b"a,b\n10,20\n"
    monkeypatch.setattr(tabular, "MAX_FILE_BYTES", len(data) - more)
    assert rule_of(lambda: open_sheets(data)) == rule
    if rule:
        with pytest.raises(FileRefusedError) as refused:
            open_sheets(data)
        assert (refused.value.facts["bytes"], refused.value.facts["limit"]) == (10, 9)


@pytest.mark.parametrize(("size", "rule"), [(MEGABYTE, ""), (MEGABYTE + 1, "CELL_TOO_LARGE")])
def test_bytes_of_a_cell(size: int, rule: str) -> None:
    (sheet,) = open_sheets(b"a,b\n" + b"1,2\n" * 12 + b"1," + b"x" * size + b"\n")
    assert rule_of(lambda: sheet.read(0)) == rule


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        (b"a,b\n1,2", True),
        (b"a,b\n1,2\n", False),
        (b"a,b\r\n1,2\r\n", False),
        (b"a,b\r1,2\r", False),
        (b"a,b\r1,2", True),
        (b"\na,b\n1,2", True),
        (b"a,b\n1,2\n  ", False),
    ],
)
def test_a_text_is_open_where_no_break_ends_its_last_row(text: bytes, is_open: bool) -> None:
    assert delimited.open_text(text).is_open is is_open


@pytest.mark.parametrize(("above", "rule"), [(11, ""), (12, "UNKNOWN_LAYOUT")])
def test_lines_above_a_header(above: int, rule: str) -> None:
    header = ",".join(f'"{column.header}"' for column in ORDERS.columns)
    data = (
        "".join(f'"第{number}行"\n' for number in range(above))
        + header
        + "\n"
        + ",".join("1" for _ in ORDERS.columns)
        + "\n"
    )
    assert rule_of(lambda: recognise(data.encode())) == rule


def dated(*cells: str) -> pl.Series:
    return pl.Series(cells, dtype=pl.String)


@pytest.mark.parametrize(
    ("bad", "good", "rule"),
    [
        (["3/9/2026"] * 2, [AT, AT, None], "AMBIGUOUS_DATES"),
        (["3/9/2026"] * 2, [AT, AT, AT], ""),
        (["3/9/26"], [], "AMBIGUOUS_DATES"),
        ([], [], ""),
        (["3.9.2026", "x"], [AT], ""),
        (["3-9-2026", "31/12/26"], [AT], "AMBIGUOUS_DATES"),
        (["3/9/202"], [], ""),
        (["3/9/2026 10:00"], [], "AMBIGUOUS_DATES"),
        (["46300.5"] * 2, [AT, AT], "SERIAL_DATES"),
        (["39999"], [], "SERIAL_DATES"),
        (["29999"], [], ""),
        (["50000"], [], ""),
        (["463001"], [], ""),
    ],
)
def test_from_half_of_a_column_on_dates_nobody_can_know_refuse_it(
    bad: list[str], good: list[dt.datetime | None], rule: str
) -> None:
    values = pl.Series(good, dtype=pl.Datetime("us", "UTC"))
    assert rule_of(lambda: oddities.check_dates(dated(*bad), values, "下单时间 ")) == rule


@pytest.mark.parametrize(
    ("keys", "rule", "rows"),
    [
        (["1*2", "12"], "MASKED_KEY", []),
        (["1*2", "12", "13"], "", [("MASKED_KEY", [True, False, False])]),
        (["1*2", None], "MASKED_KEY", []),
        (
            ["1\ufffd", "12", "1*\ufffd", "14", "15"],
            "",
            [("MASKED_KEY", [False, False, True, False, False]), ("BROKEN_CHARACTER", [True, *[False] * 4])],
        ),
        (["12", None], "", []),
    ],
)
def test_from_half_of_a_column_on_masked_keys_refuse_it(
    keys: list[str | None], rule: str, rows: list[tuple[str, list[bool]]]
) -> None:
    told: list[tuple[pl.Series, str]] = []
    assert (
        rule_of(lambda: told.extend(oddities.key_problems(pl.Series(keys, dtype=pl.String), "单号"))) == rule
    )
    assert [(name, mask.to_list()) for mask, name in told] == rows


@pytest.mark.parametrize(("same", "rows"), [(8, 1), (7, 2)])
def test_a_row_that_says_four_fifths_of_the_header_is_one(same: int, rows: int) -> None:
    header = [f"列{number}" for number in range(10)]
    again = [*header[:same], *("x" for _ in range(10 - same))]
    table = pl.DataFrame(
        [["v"] * 10, again], schema=[str(place) for place in range(10)], orient="row"
    ).with_columns(_row_number=pl.int_range(2, 4))
    left, notices = oddities.without_repeated_headers(table, header)
    assert (left.height, [(notice.rule, notice.count) for notice in notices]) == (
        rows,
        [("REPEATED_HEADER", 1)] if rows == 1 else [],
    )


def misfits(*texts: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(number, text, "RAGGED_ROW") for number, text in enumerate(texts, 7)],
        schema=delimited.MISFITS,
        orient="row",
    )


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (["说明:" + "字" * 497], 0),
        (["说明:" + "字" * 498], 1),
        (["注:见下"] * 15, 0),
        (["注:见下"] * 16, 16),
        (["注:见下,说明"], 0),
        (["注:见下,说明,再说"], 1),
        (["1注"], 1),
    ],
)
def test_notes_under_a_table_are_short_and_few(texts: list[str], left: int) -> None:
    rest, notices = oddities.misfit_notices(misfits(*texts))
    assert rest.height == left
    assert [(notice.rule, notice.count) for notice in notices] == (
        [("FOOTER", len(texts))] if left == 0 else []
    )


def test_totals_among_misfits_are_told_apart_from_footers() -> None:
    rest, notices = oddities.misfit_notices(
        misfits("合计,12.00", "#结束", "第 1 页", "20260001,1.00,x", "总计:5,123.00")
    )
    assert rest["_row_number"].to_list() == [10]
    assert [(notice.rule, notice.count) for notice in notices] == [("SUMMARY_ROW", 2), ("FOOTER", 2)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["说明:甲", "说明:乙"], [("DESCRIPTION_ROW", 2)]),
        (["合计", "说明:乙"], [("SUMMARY_ROW", 1), ("DESCRIPTION_ROW", 1)]),
        (["合计"], [("SUMMARY_ROW", 1)]),
    ],
)
def test_rows_a_platform_leaves_out_are_totals_or_descriptions(
    words: list[str], told: list[tuple[str, int]]
) -> None:
    gone = pl.DataFrame({"列": words, "_row_number": range(2, 2 + len(words))})
    totals, notices = oddities.told_of(gone, [])
    assert totals.height == words.count("合计")
    assert [(notice.rule, notice.count) for notice in notices] == told


@pytest.mark.parametrize("rows", [10_000, 20_000, 50_000])
def test_files_of_as_many_rows_as_platforms_cut_at_are_told(rows: int) -> None:
    assert [
        [(notice.rule, notice.count) for notice in oddities.capped(count)]
        for count in (rows - 1, rows, rows + 1)
    ] == [[], [("EXPORT_CAPPED", rows)], []]


@pytest.mark.parametrize(("known", "is_garbled"), [(3, True), (2, False)])
def test_three_known_words_make_a_garbled_header(known: int, is_garbled: bool) -> None:
    words = ["订单编号", "商品名称", "实付金额"]
    for wrong, right in (("latin-1", "gb18030"), ("gb18030", "utf-8")):
        garbled = [word.encode(right).decode(wrong, errors="replace") for word in words]
        if any("\ufffd" in word for word in garbled):
            continue
        assert oddities.is_mojibake(garbled[:known], frozenset(words)) is is_garbled
    assert not oddities.is_mojibake(words, frozenset(words))


def test_a_cell_nobody_understood_is_kept_up_to_two_hundred_characters() -> None:
    assert [
        len(cell) for cell in mask_cells(pl.Series("c", ["1" + "-" * 198 + "2", "1" + "-" * 200 + "2"]))
    ] == [200, 200]


def lines(rows: int, ragged: int = 0, **cells: str) -> bytes:
    """A file of Douyin's orders; ``ragged`` more rows of another width."""
    usual = {"id": "69315704822133{:05}", "time": "2026-10-12 20:15:03", "yuan": "12.00", "int": "1"}
    made = [
        [
            cells.get(column.header.strip(), usual.get(column.cell, "x")).format(number)
            for column in ORDERS.columns
        ]
        for number in range(rows)
    ]
    text = [
        ",".join(column.header for column in ORDERS.columns),
        *(",".join(row) for row in made),
        *("1,2,3" for _ in range(ragged)),
    ]
    return ("\n".join(text) + "\n").encode()


@pytest.mark.parametrize(
    ("rows", "ragged", "rule"),
    [
        (198, 2, ""),
        (197, 2, "RAGGED_ROWS"),
        (3, 1, ""),
        (3, 2, "RAGGED_ROWS"),
        (297, 3, ""),
        (296, 3, "RAGGED_ROWS"),
    ],
)
def test_one_row_in_a_hundred_may_be_of_another_width_and_one_in_any_file(
    rows: int, ragged: int, rule: str
) -> None:
    reading = [rule_of(lambda: read_file(lines(rows, ragged), Origin("m", "s", "e", "neutral", AT)))]
    assert reading == [rule]


def test_net_sales_and_tiny_orders_are_counted_where_a_layout_tells_money() -> None:
    money = Column("paid_fen", "实付", "yuan", True, True, False)
    rows = pl.DataFrame({"paid_fen": [1, 1, 2, None]})
    for layout, count in (
        (replace(ORDERS, columns=(money,)), 2),
        (replace(ORDERS, columns=(replace(money, filled=False),)), 0),
        (replace(ORDERS, columns=()), 0),
    ):
        assert [(notice.rule, notice.count) for notice in oddities.doubtful(rows, layout)] == (
            [("TINY_ORDERS", count)] if count else []
        )


def test_an_answer_of_no_rows_is_no_rows() -> None:
    platform = platforms()["douyin"]
    reading = read_pages(
        platform,
        "orders",
        [(Origin("m", "s", "e" * 64, "page", AT), []), (Origin("m", "s", "f" * 64, "page", AT), [])],
    )
    assert (reading.rows_read, reading.bronze.height) == (0, 0)
