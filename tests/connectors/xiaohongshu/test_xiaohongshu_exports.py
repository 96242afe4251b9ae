"""What surrounds the cells: names, totals, brackets, columns in any order.

And the simulated back-office with its quirks.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile

import polars as pl
import pytest
from xiaohongshu_cases import FUNDS, NOW, ORDERS, SAMPLES, moment, origin, read_sample

from connectors.reading import read_file, recognise
from connectors.xiaohongshu import PLATFORM, simulate, simulate_files
from connectors.xiaohongshu.exports import clean, exported_at
from contracts.errors import FileRefusedError
from simulator.history.market import Market

NEW, OLD = "yunshan-xiaohongshu", "tinglan-xiaohongshu"
FIRST = dt.date(2026, 6, 1)


def as_csv(header: list[str], *rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode()


def strings(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("xl/sharedStrings.xml").decode()


@pytest.fixture(scope="module")
def files(market: Market) -> dict[str, bytes]:
    return simulate.export_files(market, NEW, NOW, FIRST, NOW.date())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("小红书订单查询2026-06-08-15_11_383f4ff8.xlsx", "2026-06-08 15:11:00"),
        ("订单2026-06-08 15_11_09.xlsx", "2026-06-08 15:11:00"),
        ("小红书订单查询2026-13-08-15_11_383f4ff8.xlsx", None),
        ("小红书订单查询2026-06-08-25_11_38.xlsx", None), ("聚光报表_20261117_20261118.csv", None),
        ("订单.xlsx", None),
    ],
)  # fmt: skip
def test_the_minute_of_export_is_in_the_name(name: str, told: str | None) -> None:
    assert exported_at(name) == (moment(told) if told else None)


def test_totals_are_no_rows() -> None:
    table = pl.DataFrame(
        {
            "时间": ["2026-11-17", "总计", " 合计:", None, "汇总数据"],
            "消费": ["1", "1", "1", "2", "3"],
            "_row_number": [2, 3, 4, 5, 6],
        }
    )
    assert clean("ads", "spotlight", table)["_row_number"].to_list() == [2, 5]


def test_a_report_broken_down_by_plan_adds_up_to_its_days_and_its_totals_do_not_count() -> None:
    header = ["时间", "投放类型", "计划名称", "笔记ID", "消费", "展现量", "点击量"]
    rows = [
        ["合计", "全站", "合计", "", "999.00", "1", "1"],
        ["2026-09-01", "全站", "计划A", "n1", "100.00", "10", "1"],
        ["2026-09-01", "信息流", "计划B", "n2", "50.50", "5", "1"],
        ["2026-09-01", "信息流", "合计汇总", "", "150.50", "15", "2"],
        ["2026-09-02", "全站", "计划A", "n1", "7.00", "2", "0"],
        ["2026-09-02", "全站", "计划A", "合计", "7.00", "2", "0"],
    ]  # fmt: skip
    reading = read_file(as_csv(header, *rows), origin("聚光.csv"))
    assert (reading.layout.name, reading.new_columns, reading.bronze.height) == ("spotlight", [], 3)
    spend = PLATFORM.conform("ads", reading.bronze)["ad_spend"]
    assert spend.select("ad_entry_id", "spent_fen", "impressions_qty").rows() == [
        ("spotlight:2026-09-01:", 15050, 15),
        ("spotlight:2026-09-02:", 700, 2),
    ]


@pytest.mark.parametrize(
    "spelling",
    ["商家应收金额(元)（支付金额）", "商家应收金额(元)(支付金额)", "商家应收金额（元）（支付金额）"],
)
def test_brackets_of_any_width_are_one_header(spelling: str) -> None:
    header = ["订单号", "订单状态", "支付时间", "SKU件数", "用户应付金额（元）", spelling]
    reading = read_file(
        as_csv(header, ["P1", "待配货", "2026-06-01 10:00:00", "1", "1,299.00", "1319"]), origin("x.csv")
    )
    assert (reading.layout.kind, reading.layout.name, reading.new_columns) == ("orders", "2026", [])
    assert reading.bronze.select("payable_fen", "receivable_fen").rows() == [(129900, 131900)]


def test_columns_ticked_off_leave_a_file_that_is_still_read(files: dict[str, bytes]) -> None:
    """Without the creator's and the gift's columns it is the partial layout: nothing is guessed from
    positions.
    """
    whole = read_file(next(data for name, data in files.items() if "订单" in name), origin("a"))
    found = recognise(next(data for name, data in files.items() if "订单" in name))
    table, _ = found.sheet.read(found.header_row)
    kept = [
        index
        for index, name in enumerate(found.header)
        if name not in ("达人ID", "达人名称", "是否为赠品", "订单类型", "订单标记")
    ]
    rows = [
        ["" if cell is None else cell for cell in row]
        for row in table.select(str(index) for index in kept).rows()
    ]
    part = read_file(as_csv([found.header[index] for index in kept], *rows), origin("a"))
    assert (whole.layout.name, part.layout.name) == ("72", "2026")
    same = ["order_id", "payable_fen", "paid_at", "sku_code", "order_status_text"]
    assert part.bronze.select(same).rows() == whole.bronze.select(same).rows()


def test_an_answer_saved_as_a_file_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="JSON_NOT_TABLE"):
        read_file((SAMPLES / "order_getOrderDetail.json").read_bytes(), origin("order.xlsx"))


def test_a_whole_monthly_statement_is_refused_with_what_to_do() -> None:
    """Its sheets have different headers: each is to be saved as a file of its own."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        for name in ("商品销售", "人工退款"):
            sheet = book.add_worksheet(name)
            header = [
                column.header
                for column in PLATFORM.layout(
                    "settlements", "2019_sales" if name == "商品销售" else "2019_manual_refunds"
                ).columns
            ]
            sheet.write_row(0, 0, header)
            sheet.write_row(1, 0, ["1"] * len(header))
    with pytest.raises(FileRefusedError, match="SEVERAL_SHEETS") as refused:
        read_file(stream.getvalue(), origin("结算单.xlsx"))
    assert "每个工作表" in refused.value.step_zh


@pytest.mark.parametrize("name", [ORDERS, FUNDS])
def test_an_id_turned_into_a_number_by_a_spreadsheet_sets_its_row_aside(name: str) -> None:
    assert read_sample(name).quarantine.is_empty()
    header = ["订单号", "订单状态", "支付时间", "SKU件数", "用户应付金额(元)"]
    reading = read_file(
        as_csv(
            header, ["7.12E+17", "待配货", "2026-06-01 10:00:00", "1", "9"], ["P2", "待配货", "", "1", ""]
        ),
        origin("x.csv"),
    )
    assert (reading.bronze["order_id"].to_list(), reading.quarantine["column_name"].to_list()) == (
        ["P2"],
        ["订单号"],
    )


# --- the simulated back-office ------------------------------------------------------------------------------


def test_there_is_a_download_of_each_known_header(files: dict[str, bytes]) -> None:
    kinds = {name: recognise(data).layout for name, data in files.items()}
    assert [(layout.kind, layout.name) for layout in kinds.values()] == [
        ("orders", "72"), ("after_sales", "2026"), ("settlements", "23"), ("services", "8"),
        ("funds", "2026"), ("ads", "spotlight")
    ]  # fmt: skip


def test_headers_are_those_of_the_declared_layouts() -> None:
    """Written down twice on purpose; a slip in either copy shows here."""
    for kind, layout, header in (
        ("orders", "72", simulate_files._ORDERS), ("settlements", "23", simulate_files._SETTLEMENTS),
        ("services", "8", simulate_files._SERVICES),
        ("funds", "2026", simulate_files._FUNDS), ("after_sales", "2026", simulate_files._AFTER_SALES),
    ):  # fmt: skip
        assert [column.header for column in PLATFORM.layout(kind, layout).columns] == header.split(",")
    assert set(simulate_files._OLD_ORDERS.split(",")) == {
        column.header for column in PLATFORM.layout("orders", "2026").columns
    }


def test_order_file_quirks(files: dict[str, bytes], market: Market) -> None:
    text = strings(next(data for name, data in files.items() if "订单" in name))
    for pattern in (r">138\*\*\*\*8000<", r">已取消<", r">待配货<", r">请打电话 13800138000<", r">是<"):
        assert re.search(pattern, text), pattern
    assert pl.select(simulate_files._grouped(pl.Series([9900, 129990, 12345678]))).to_series().to_list() == [
        "99.00",
        "1,299.90",
        "123,456.78",
    ]
    old = simulate.export_files(market, OLD, NOW, FIRST, NOW.date())
    header = recognise(next(data for name, data in old.items() if "订单" in name)).header
    assert header[0] != "订单号" and "达人名称(待下线)" in header


def test_unpaid_orders_have_empty_money_and_time_cells(files: dict[str, bytes]) -> None:
    bronze = read_file(next(data for name, data in files.items() if "订单" in name), origin("a")).bronze
    unpaid = bronze.filter(pl.col("paid_at").is_null())
    assert unpaid.height > 0
    assert unpaid["payable_fen"].null_count() == unpaid["goods_total_fen"].null_count() == unpaid.height


def test_the_same_moment_tells_the_same(market: Market, files: dict[str, bytes]) -> None:
    again = simulate.export_files(market, NEW, NOW, FIRST, NOW.date())
    assert list(again) == list(files)
    for name, data in files.items():
        assert read_file(again[name], origin(name)).bronze.equals(read_file(data, origin(name)).bronze)


def test_only_the_days_asked_for_are_exported(market: Market) -> None:
    day = dt.date(2026, 7, 10)
    files = simulate.export_files(market, NEW, NOW, day, day)
    orders = read_file(next(data for name, data in files.items() if "订单" in name), origin("a")).bronze
    assert orders["created_at"].dt.date().unique().to_list() == [day]
    assert simulate.export_files(market, NEW, NOW, dt.date(2020, 1, 1), dt.date(2020, 1, 2)) == {}
