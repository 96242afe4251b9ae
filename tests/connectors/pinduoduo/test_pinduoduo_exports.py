"""What stands outside the cells: export moments in names, totals as control, and other banks' ledgers."""

from __future__ import annotations

import io

import polars as pl
import pytest
import xlsxwriter
from pinduoduo_cases import account_file, conformed, moment, read

from connectors.pinduoduo.exports import UNALLOCATED, clean, exported_at
from contracts.errors import FileRefusedError

ROWS = [
    "260620-100000000000001,2026-06-30 23:30:43,61.80,0,交易收入,-,0010002|交易收入-订单收入",
    (
        "260620-100000000000001,2026-06-30 23:30:44,0,-0.03 "
        "技术服务费,技术服务费,-,0030002|技术服务费-基础技术服务费"
    ),
]
FOOTERS = [
    "#支出合计：1笔-0.03元",
    "#收入合计：1笔61.80元",
    "#总计：2笔61.77元",
    "#导出时间：2026-07-01 10:00:00",
]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("7a23336f32a1f51a9d8bf27125e3b781orders_export2026-07-20-10-09-23.csv", "2026-07-20 10:09:23"),
        ("pdd-mall-bill-detail(wrc1ib6cxr8r905pg)_2026-07-20-10-09-55_2175.csv", "2026-07-20 10:09:55"),
        ("orders_export2026-13-20-10-09-23.csv", None),
        ("商品推广_账户_分天数据_20260606至20260612.xls", None),
        ("订单.csv", None),
    ],
)
def test_export_moments(name: str, told: str | None) -> None:
    assert exported_at(name) == (moment(told) if told else None)


def test_totals_agree_and_are_no_rows() -> None:
    reading = read(account_file(ROWS, FOOTERS))
    assert reading.rows_read == 2
    assert conformed(reading)["fund_entry"]["moved_fen"].to_list() == [6180, -3]


@pytest.mark.parametrize("footer", ["#支出合计：1笔-0.04元", "#收入合计：2笔，共123.60元"])
def test_an_account_that_does_not_add_up_is_refused_whole(footer: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read(account_file(ROWS, [footer]))
    assert refused.value.rule == "TRUNCATED"
    assert refused.value.facts["stated_fen"] != refused.value.facts["found_fen"]


def test_a_row_that_is_no_amount_is_set_aside_and_nothing_is_compared() -> None:
    reading = read(account_file([*ROWS, ROWS[0].replace("61.80", "61.805")], FOOTERS))
    assert reading.bronze.height == 2
    assert reading.quarantine["rule_name"].to_list() == ["BAD_MONEY"]


def test_a_row_without_an_order_is_no_footer_and_may_name_it_in_its_remark() -> None:
    """As a workbook has it: nothing stands in the cell."""
    names = ["商户订单号", "收入金额(+元)", "支出金额(-元)", "备注"]
    rows = [
        ("260620-1", "5.00", "0", "-"), (None, "0", "-2.00", "提现"),
        ("-", "3.00", "0", "订单260620-100000000000001"),
        ("#收入合计：2笔8.00元", None, None, None), ("#支出合计：1笔-2.00元", None, None, None),
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_row_index(
        "_row_number"
    )
    kept = clean("funds", "7", table)
    assert kept["_row_number"].to_list() == [0, 1, 2]
    assert kept["商户订单号"].to_list()[:2] == ["260620-1", ""]


def test_a_month_without_movements_has_no_rows() -> None:
    with pytest.raises(FileRefusedError) as refused:
        read(account_file([], ["#支出合计：0笔0.00元", "#收入合计：0笔0.00元"]))
    assert refused.value.rule == "NO_ROWS"


@pytest.mark.parametrize(
    "header",
    [
        (
            "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,"
            "账户余额（元）,交易渠道,业务类型,备注"
        ),
        # even with Pinduoduo's own words beside it: a balance is Alipay's
        "商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账户余额（元）,账务类型,备注,业务描述",
    ],
)
def test_alipays_ledger_is_not_taken_for_this_one(header: str) -> None:
    cells = ",".join("2026-06-30 10:00:00" if name == "发生时间" else "1" for name in header.split(","))
    data = "\n".join(
        [
            "#支付宝账务明细查询",
            "#账号：[2088]",
            "#起始日期：[2026年06月01日]",
            "#---账务明细列表---",
            header,
            cells,
            "",
        ]
    ).encode("gb18030")
    with pytest.raises(FileRefusedError) as refused:
        read(data)
    assert refused.value.rule in {"UNKNOWN_LAYOUT", "MISSING_COLUMN"}


def promotion(rows: list[tuple[str, str, str]], total: str | None) -> bytes:
    """推广 by product as a workbook: (day, product, spent) rows and the total's spend."""
    header = [
        "日期",
        "商品ID",
        "商品名称",
        "推广名称",
        "成交花费(元)",
        "交易额(元)",
        "总花费(元)",
        "曝光量",
        "点击量",
    ]  # 推广场景 is missing at times
    body = [[day, product, "裙", "计划", "-", "10", spent, "5", "1"] for day, product, spent in rows]
    last = [["总计", "-", "-", "-", "-", "20", total, "10", "2"]] if total is not None else []
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_numbers": False}) as book:
        page = book.add_worksheet("推广")
        for number, cells in enumerate([["名称：推广"], header, *body, *last]):
            page.write_row(number, 0, cells)
    return stream.getvalue()


def test_a_total_that_agrees_is_left_out() -> None:
    spend = conformed(read(promotion([("2026-06-01", "1", "20.1"), ("2026-06-02", "2", "9.9")], "30.00")))[
        "ad_spend"
    ]
    assert spend["spent_fen"].to_list() == [2010, 990]


def test_spend_without_a_product_stays_visible_on_its_day() -> None:
    spend = conformed(read(promotion([("2026-06-01", "1", "20.1"), ("2026-06-01", "2", "9.9")], "34.55")))[
        "ad_spend"
    ]
    assert spend["spent_fen"].to_list() == [2010, 990, 455]
    assert spend["ad_object_name"].to_list()[-1] == UNALLOCATED
    assert spend["product_id"].to_list()[-1] is None
    assert spend["reported_gmv_fen"].to_list() == [1000, 1000, None], (
        "the total's other figures are sums of the rows, not the gap's"
    )


@pytest.mark.parametrize(
    ("rows", "total"),
    [([("2026-06-01", "1", "20"), ("2026-06-02", "2", "10")], "34"), ([("2026-06-01", "1", "20")], "19.99")],
)
def test_a_gap_nobody_can_date_is_never_published(rows: list[tuple[str, str, str]], total: str) -> None:
    reading = read(promotion(rows, total))
    assert reading.bronze.height == len(rows)
    assert reading.bronze["spent_fen"].to_list() == [int(spent) * 100 for _, _, spent in rows]
    assert any(
        notice.rule == "SUMMARY_DISAGREES" and "总花费(元)" in notice.about for notice in reading.notices
    ), "but it is told"


def test_no_total_is_no_harm() -> None:
    assert read(promotion([("2026-06-01", "1", "20")], None)).bronze.height == 1
