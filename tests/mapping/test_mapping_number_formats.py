"""A currency that stands only in how a workbook shows its numbers: read as that currency, or asked, and never
as yuan.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from public_path import Counter

from connectors.files.currencies import mark_of

HEADER = ("订单号", "下单时间", "付款时间", "商品编码", "数量", "实付金额")
CLOCK = "time_zone=Asia/Shanghai"
#: Three orders of 100.50, 101.50 and 102.50.
FEN = 10_050 + 10_150 + 10_250


def workbook(*formats: str, left: int = 0) -> bytes:
    """One order a row, its amount shown by the row's own format; ``left`` columns and a row before are
    empty.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(left, left, HEADER)
    for place, text in enumerate(formats):
        row, looks = left + 1 + place, book.add_format({"num_format": text})
        told = (f"A{place:04d}", "2026-11-01 10:00:00", "2026-11-01 10:01:00", f"S{place}")
        sheet.write_row(row, left, told)
        sheet.write_number(row, left + 4, 1)
        sheet.write_number(row, left + 5, 100.5 + place, looks)
        sheet.write_blank(row, left + 6, None, looks)
    book.close()
    return out.getvalue()


def spreadsheet_ml(number_format: str) -> bytes:
    """As ``workbook``, in XML of 2003."""
    cells = [
        (f"A{place:04d}", "2026-11-01 10:00:00", "2026-11-01 10:01:00", f"S{place}", "1")
        for place in range(3)
    ]
    told = ["".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in HEADER)]
    for place, row in enumerate(cells):
        amount = f'<Cell ss:StyleID="s9"><Data ss:Type="Number">{100.5 + place}</Data></Cell>'
        told += ["".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) + amount]
    looks = number_format.replace('"', "&quot;")
    rows = "".join(f"<Row>{row}</Row>" for row in told)
    return f"""<?xml version="1.0"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="s9">
<NumberFormat ss:Format="{looks}"/></Style></Styles><Worksheet ss:Name="a"><Table>{rows}</Table></Worksheet>
</Workbook>""".encode()


def with_rate(counter: Counter, currency: str) -> None:
    path = counter.folder / "rates.csv"
    path.write_text(f"date,currency,rate\n2026-11-01,{currency},7.0000\n", encoding="utf-8")
    assert counter.run("rates", "import", path).exit_code == 0
    assert counter.run("build").exit_code == 0


@pytest.mark.parametrize(
    ("number_format", "currency"),
    [
        ("[$$-409]#,##0.00", "USD"),
        ("[$฿-41E]#,##0.00", "THB"),
        ('"US$"#,##0.00', "USD"),
    ],
)
def test_the_currency_of_a_number_format_is_the_amounts_currency(
    number_format: str, currency: str, tmp_path: Path
) -> None:
    counter, data = Counter(tmp_path), workbook(*[number_format] * 3)
    assert set(counter.open_questions("订单.xlsx", data)) == {"time_zone"}
    assert counter.map("订单.xlsx", data, CLOCK).exit_code == 0
    receipt = counter.ingest("订单.xlsx", data)
    assert (receipt["published"], [notice["about"] for notice in receipt["notices"]]) == (
        3,
        [f"{currency} 2026-11-01"],
    )
    with_rate(counter, currency)
    assert counter.ask("paid_gmv", "paid_orders") == {"paid_gmv": 7 * FEN, "paid_orders": 3}


@pytest.mark.parametrize(
    ("number_format", "mark"),
    [
        ("[$¥-411]#,##0.00", "JPY"), ('_-[$€-2] * #,##0.00_-;-[$€-2] * #,##0.00_-;_-"-"_-', "EUR"),
        ('#,##0.00"美元"', "USD"), ("[$HK$-C04]0", "HKD"), ("[$$-1000C04]0", "HKD"), ("[$$-en-CA]0", "CAD"),
        ("[$USD] 0", "USD"), ("[$KZT] 0", "KZT"), ('"RM"0', "MYR"), ('"RMB"0', ""), ("\\$0", "$"),
        ("_($* 0.00_)", "$"), ("[$-409]d/m/yy h:mm AM/PM;@", ""), ("[$-F800]dddd", ""), ("0.00%", ""),
    ],
)  # fmt: skip
def test_what_a_format_says_of_a_currency(number_format: str, mark: str) -> None:
    assert mark_of(number_format) == mark


def test_formats_of_yuan_and_of_no_currency_stay_yuan(tmp_path: Path) -> None:
    formats = (
        "¥#,##0.00", '"￥"#,##0.00', "[$￥-804]#,##0.00", "[$CNY] #,##0.00", "_ * #,##0.00_ ", '0.00"元"',
        "General", "[Red]#,##0.00;[$-409]-0.00",
    )  # fmt: skip
    counter, data = Counter(tmp_path), workbook(*formats)
    assert counter.map("订单.xlsx", data).exit_code == 0
    assert counter.ingest("订单.xlsx", data)["notices"] == []
    assert counter.ask("paid_gmv") == {"paid_gmv": 8 * 10_050 + 2_800}


def test_a_dollar_of_no_country_is_asked_about(tmp_path: Path) -> None:
    counter, data = Counter(tmp_path), workbook(*['_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_)'] * 3)
    assert "currency" in counter.open_questions("订单.xlsx", data, CLOCK)
    assert counter.map("订单.xlsx", data, CLOCK, "currency=HKD").exit_code == 0
    counter.ingest("订单.xlsx", data)
    with_rate(counter, "HKD")
    assert counter.ask("paid_gmv") == {"paid_gmv": 7 * FEN}


def test_an_amount_in_another_currency_than_the_tables_is_set_aside_where_it_stands(tmp_path: Path) -> None:
    """Also where the sheet begins with an empty row and column."""
    counter = Counter(tmp_path)
    assert counter.map("订单.xlsx", workbook(*["¥#,##0.00"] * 3)).exit_code == 0
    mixed = workbook("¥#,##0.00", "[$$-409]#,##0.00", "_ * #,##0.00_ ", left=1)
    receipt = counter.ingest("混合.xlsx", mixed)
    assert (receipt["published"], receipt["rules"]) == (2, {"BAD_MONEY": 1})
    assert counter.ask("paid_gmv") == {"paid_gmv": 10_050 + 10_250}
    assert "currency" in counter.open_questions("混合.xlsx", mixed, "name=other")


def test_xml_of_2003_shows_its_currency_the_same_way(tmp_path: Path) -> None:
    counter, data = Counter(tmp_path), spreadsheet_ml('"US$"#,##0.00')
    assert counter.map("订单.xls", data, CLOCK).exit_code == 0
    counter.ingest("订单.xls", data)
    with_rate(counter, "USD")
    assert counter.ask("paid_gmv") == {"paid_gmv": 7 * FEN}
