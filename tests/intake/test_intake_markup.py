"""Tables called .xls that are web pages or XML of 2003: read cell by cell like any export, told from pages,
and never a way in.
"""

from __future__ import annotations

import datetime as dt
import html
import io
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
from intake_case import CREATED, DUE, ID, SUB, TITLE
from intake_files import HEADER, Table, column, data, order_id, orders, plain, with_column, workbook

from connectors.files.grids import MAX_ROWS, Grid, Merge
from connectors.files.tabular import open_sheets
from connectors.reading import Origin, Reading, read_file
from contracts.errors import FileRefusedError

ORIGIN = Origin("m1", "s1", "e" * 64, "订单.xls", dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC))
TEXT = "style=\"mso-number-format:'\\@'\""


def page(table: Table, *, head: str = "", before: str = "", cell: str = TEXT) -> str:
    """A table as back-offices write it: the header in th, no closing tag too many."""
    first, *rows = plain(table)
    lines = ["<tr>" + "".join(f"<th>{html.escape(word)}</th>" for word in first) + "</tr>"]
    lines += [
        "<tr>"
        + "".join(f"<td {cell}>{html.escape(word).replace(chr(10), '<br>')}</td>" for word in row)
        + "</tr>"
        for row in rows
    ]
    return (
        f"<html><head>{head}</head><body>{before}<table border=1>\r\n"
        + "\r\n".join(lines)
        + "</table></body></html>"
    )


def xml(tables: dict[str, Table], *, types: dict[str, str] | None = None, before: str = "") -> str:
    """SpreadsheetML as Excel and FineReport write it."""

    def cell(word: str, kind: str) -> str:
        return f'<Cell><Data ss:Type="{kind}">{escape(word)}</Data></Cell>' if word else "<Cell/>"

    sheets = []
    for name, table in tables.items():
        first, *rows = plain(table)
        kinds = [(types or {}).get(word, "String") for word in first]
        lines = [
            [("String", word) for word in first],
            *([(kind, word) for kind, word in zip(kinds, row, strict=True)] for row in rows),
        ]
        body = "".join(
            "<Row>" + "".join(cell(word, kind) for kind, word in line) + "</Row>" for line in lines
        )
        sheets.append(f'<Worksheet ss:Name="{name}"><Table>{body}</Table></Worksheet>')
    names = (
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    )
    return (
        f'<?xml version="1.0"?>{before}\n<?mso-application progid="Excel.Sheet"?>\n<Workbook '
        f"{names}>{''.join(sheets)}</Workbook>"
    )


def read(content: str | bytes, encoding: str = "utf-8") -> Reading:
    return read_file(content.encode(encoding) if isinstance(content, str) else content, ORIGIN)


def rule_of(content: str | bytes) -> FileRefusedError:
    with pytest.raises(FileRefusedError) as refused:
        read(content)
    return refused.value


WANTED = read_file(data(orders(3, **{TITLE: "羊毛<b>&大衣", DUE: "1,234.50"})), ORIGIN).bronze


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_page_that_is_a_table_is_read_like_the_csv_of_the_same_cells(encoding: str) -> None:
    found = read(
        page(
            orders(3, **{TITLE: "羊毛<b>&大衣", DUE: "1,234.50"}),
            head="<meta charset=gb2312><style>td{mso-x:1}</style>",
        ),
        encoding,
    )
    assert found.bronze.equals(WANTED) and found.quarantine.is_empty()
    assert found.bronze["order_id"].to_list() == [order_id(number) for number in range(3)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_xml_of_2003_is_read_like_the_csv_of_the_same_cells(encoding: str) -> None:
    found = read(xml({"订单": orders(3, **{TITLE: "羊毛<b>&大衣", DUE: "1,234.50"})}), encoding)
    assert found.bronze.equals(WANTED)


def test_numbers_and_times_of_xml_are_what_they_hold() -> None:
    table = column(column(orders(3), DUE, ["1234.5", "99", "0.1"]), CREATED, ["2026-10-12T20:15:03.000"] * 3)
    found = read(xml({"订单": table}, types={DUE: "Number", CREATED: "DateTime"}))
    assert found.bronze["placed_fen"].to_list() == [123_450, 9_900, 10]
    assert {f"{moment:%Y-%m-%d %H:%M:%S}" for moment in found.bronze["created_at"]} == {"2026-10-12 20:15:03"}


def test_ids_that_lost_digits_in_a_spreadsheet_are_noticed_here_too() -> None:
    table = column(orders(4), ID, ["6.93157048221335E+18"] * 4)
    assert rule_of(xml({"订单": table}, types={ID: "Number"})).rule == "ID_PRECISION_LOST"
    assert rule_of(page(table)).rule == "ID_PRECISION_LOST"


def test_a_number_shown_short_counts_as_excel_holds_it() -> None:
    content = page(orders(2, **{DUE: "1,234.5"})).replace(
        f"<td {TEXT}>1,234.5</td>", '<td class=xl24 x:num="1234.56">1,234.5</td>'
    )
    assert "x:num" in content and read(content).bronze["placed_fen"].to_list() == [123_456, 129_900]


def test_a_page_to_sign_in_on_is_told_so_whatever_it_is_laid_out_with() -> None:
    form = (
        "<form><table><tr><td>账号</td><td><input name=u></td></tr><tr><td>密码</td><td><input "
        "type=password></td></tr></table></form>"
    )
    for content in (
        f"<!DOCTYPE html><html><body>{form}</body></html>",
        page(orders(), before="<input type=password>"),
        "<html><p>请重新登录</p></html>",
    ):
        refused = rule_of(content)
        assert refused.rule == "HTML_NOT_TABLE" and "重新登录" in refused.step_zh
    assert rule_of('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>').rule == "HTML_NOT_TABLE"


def test_a_table_inside_a_table_is_a_table_of_its_own_and_others_are_told() -> None:
    inner = page(orders(3)).partition("<body>")[2].partition("</body>")[0]
    found = read(f"<table><tr><td>导出人</td><td>张三</td></tr><tr><td colspan=2>{inner}</td></tr></table>")
    assert found.rows_read == 3 and [notice.rule for notice in found.notices] == ["OTHER_SHEETS"]


def test_an_unknown_table_is_named_for_mapping_and_not_for_signing_in() -> None:
    refused = rule_of(page([["品名", "日期x"], ["大衣", "1"]]))
    assert refused.rule == "UNKNOWN_LAYOUT" and "baiyun map" in refused.step_zh


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_cut_page_or_workbook_is_refused(share: float) -> None:
    for content in (page(orders(6)).encode(), xml({"订单": orders(6)}).encode()):
        assert rule_of(content[: int(len(content) * share)]).rule in ("TRUNCATED", "BAD_ENCODING")


def test_entities_and_bombs_lead_nowhere() -> None:
    for before in (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>',
    ):
        assert rule_of(xml({"订单": orders()}, before=before)).rule == "XML_ENTITIES"
    assert rule_of(page(orders()).replace("<th>", "<th colspan=9999999>", 1)).rule == "TOO_MANY_COLUMNS"
    assert (
        rule_of(xml({"订单": orders()}).replace("<Row>", f'<Row ss:Index="{MAX_ROWS + 1}">', 1)).rule
        == "BAD_WORKBOOK"
    )
    far = '<Worksheet ss:Name="远"><Table>' + (
        '<Row ss:Index="1048576"><Cell ss:Index="400"><Data '
        'ss:Type="String">x</Data></Cell></Row></Table></Worksheet>'
    )
    assert (
        rule_of(xml({"订单": orders()}).replace("</Workbook>", far + "</Workbook>")).rule
        == "UNPACKED_TOO_LARGE"
    )
    assert rule_of(page(orders(**{TITLE: "大" * (2 << 20)}))).rule == "CELL_TOO_LARGE"


def test_hidden_sheets_and_cells_with_errors_are_as_in_any_workbook() -> None:
    hidden = "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>"
    content = xml({"旧": orders(2, 50), "订单": orders(3)}).replace("</Worksheet>", hidden, 1)
    assert read(content).rows_read == 3 and [notice.rule for notice in read(content).notices] == [
        "OTHER_SHEETS"
    ]
    broken = xml({"订单": orders(3, **{DUE: "#N/A"})}).replace(
        '<Data ss:Type="String">#N/A', '<Data ss:Type="Error">#N/A'
    )
    assert read(broken).quarantine.select("_row_number", "rule_name").rows() == [(2, "NO_CACHED_VALUE")]


# --- merged cells -------------------------------------------------------------------------------------------


def merged(table: Table, merges: dict[str, tuple[int, int]]) -> tuple[bytes, str]:
    """The table as a workbook and as a page, with cells of named columns merged over rows (1-based,
    included); only the first keeps its value.
    """
    table = plain(table)
    at = {
        (table[0].index(header), row): span
        for header, span in merges.items()
        for row in range(span[0], span[1] + 1)
    }
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("订单")
        for number, row in enumerate(table, 1):
            for place, word in enumerate(row):
                if (place, number) not in at:
                    sheet.write_string(number - 1, place, word)
        for header, (first, last) in merges.items():
            place = table[0].index(header)
            sheet.merge_range(first - 1, place, last - 1, place, table[first - 1][place])
    lines = []
    for number, row in enumerate(table, 1):
        cells = []
        for place, word in enumerate(row):
            span = at.get((place, number))
            if span is None:
                cells.append(f"<td>{html.escape(word)}</td>")
            elif span[0] == number:
                cells.append(f"<td rowspan={span[1] - span[0] + 1}>{html.escape(word)}</td>")
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return out.getvalue(), "<table>" + "".join(lines) + "</table>"


def one_order_of_three_lines() -> Table:
    table = orders(4)
    place = HEADER.index(ID)
    for row in table[2:5]:
        row[place] = table[2][place]
    return table


def test_a_merged_id_is_that_of_every_row_it_stands_beside() -> None:
    whole = read(data(one_order_of_three_lines()))
    for content in merged(one_order_of_three_lines(), {ID: (3, 5), CREATED: (3, 5), "订单状态": (3, 5)}):
        found = read(content)
        assert (
            found.bronze.drop("_observed_at").equals(whole.bronze.drop("_observed_at"))
            and found.quarantine.is_empty()
        )


def test_a_merged_amount_is_refused_with_its_cells() -> None:
    place = HEADER.index(DUE)
    for content in merged(one_order_of_three_lines(), {ID: (3, 5), DUE: (3, 5)}):
        refused = rule_of(content)
        letters = Merge(3, 5, place, place).name
        assert refused.rule == "MERGED_CELLS" and (refused.facts["cells"], refused.facts["column"]) == (
            letters,
            DUE,
        )


def test_a_merged_cell_nobody_reads_changes_nothing() -> None:
    table = with_column(one_order_of_three_lines(), "打包员", "小王")
    for content in merged(table, {"打包员": (3, 5)}):
        assert read(content).rows_read == 4


def test_a_header_over_two_lines_of_merged_cells_is_one_header() -> None:
    table = plain(orders(3))
    groups = ["订单信息" if word in (DUE, SUB) else word for word in table[0]]
    below = [word if word in (DUE, SUB) else "" for word in table[0]]
    lines = [
        "<tr>"
        + "".join(f"<td rowspan={1 if word == '订单信息' else 2}>{word}</td>" for word in groups)
        + "</tr>"
    ]
    lines += ["<tr>" + "".join(f"<td>{word}</td>" for word in below if word) + "</tr>"]
    lines += [
        "<tr>" + "".join(f"<td>{html.escape(word)}</td>" for word in row) + "</tr>" for row in table[1:]
    ]
    assert read("<table>" + "".join(lines) + "</table>").bronze["placed_fen"].to_list() == [129_900] * 3


def test_a_column_left_of_the_table_does_not_move_merged_cells() -> None:
    content, _ = merged([["", *row] for row in one_order_of_three_lines()], {ID: (3, 5)})
    assert read(content).bronze["order_id"].n_unique() == 2


def test_cells_are_named_as_a_spreadsheet_names_them() -> None:
    assert [Merge(1, 2, place, place).name for place in (0, 25, 26, 51, 52, 701, 702)] == [
        f"{name}1:{name}2" for name in ("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA")
    ]
    grid = Grid()
    grid.add("a", down=2)
    grid.add("b")
    grid.start_row()
    grid.add("c")
    assert grid.rows == [["a", "b"], [None, "c"]]


def test_a_workbook_without_merged_cells_has_none() -> None:
    assert read(workbook({"订单": plain(orders())})).rows_read == 4


def test_merged_are_cells_over_several_rows_or_columns_and_no_others() -> None:
    rows = [
        "<td>a<td>b<td>c",
        '<td rowspan="1" colspan="1">d<td rowspan="2">e<td colspan="0">f',
        "<td>g<td>h",
        '<td colspan="2">i<td>j',
    ]
    page = "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    (sheet,) = open_sheets(page.encode())
    assert [merge.name for merge in sheet.merges] == ["B2:B3", "A4:B4"]
