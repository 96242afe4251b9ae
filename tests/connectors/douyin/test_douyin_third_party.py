"""Files nobody here wrote: each is read, or refused for a reason that helps."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from douyin_cases import conformed, moment, origin, private_cells, read_page, repository_samples

from connectors.douyin import PLATFORM
from connectors.reading import read_file, recognise
from contracts.errors import FileRefusedError

FOLDER = repository_samples()
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="third-party samples are not beside the repository"
)


def header_of(name: str) -> list[str]:
    return next(csv.reader([(FOLDER / name).read_text("utf-8-sig").splitlines()[0]]))


def workbook(header: list[str], row: list[object]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_urls": False}) as book:
        sheet = book.add_worksheet("直播间明细")
        sheet.write_row(0, 0, header)
        sheet.write_row(1, 0, row)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "kind", "layout"),
    [
        ("HEADER_order_75col_2025-26.csv", "orders", "2025_75"),
        ("HEADER_order_FinEngine.csv", "orders", "2023_74"),
        ("HEADER_after_sale_50col.csv", "after_sales", "50"),
        ("HEADER_settlement_34col.csv", "settlements", "34"),
        ("HEADER_fund_30col.csv", "funds", "flow_30"),
        ("HEADER_fund_39col.csv", "funds", "flow_39"),
        ("HEADER_shipping_insurance.csv", "insurance", "shipping_18"),
    ],
)
def test_headers_belong_to_a_layout_and_hold_no_rows(name: str, kind: str, layout: str) -> None:
    data = (FOLDER / name).read_bytes().rstrip(b"\r\n") + b"\n"
    found = recognise(data).layout
    assert (found.platform, found.kind, found.name) == ("douyin", kind, layout)
    assert [column.header for column in found.columns if column.header != "达人佣金"] == header_of(
        name
    )  # the bill's other name for 佣金
    with pytest.raises(FileRefusedError, match="NO_ROWS"):
        read_file(data, origin(name))


def test_an_export_without_payment_times_is_refused_by_name() -> None:
    name = "1791213782_order_export_tab_prefix_utf8bom.csv"
    assert PLATFORM.exported_at(name) == moment("2026-10-05 23:23:02")
    with pytest.raises(FileRefusedError, match=r"MISSING_COLUMN.*支付完成时间"):
        read_file((FOLDER / name).read_bytes(), origin(name))


def test_the_same_rows_read_once_the_columns_are_there() -> None:
    """The fixture's quirks (BOM, TAB, "-", ciphertext, gift line), with the columns a default export has
    besides.
    """
    name = "1791213782_order_export_tab_prefix_utf8bom.csv"
    rows = list(csv.DictReader(io.StringIO((FOLDER / name).read_text("utf-8-sig"))))
    for number, row in enumerate(rows):
        row.update(
            {
                "商品ID": f"\t361198868154146{number}314",
                "商品单价": "28.90",
                "支付完成时间": row["订单提交时间"],
                "优惠总金额": "0.00",
            }
        )
        row.update({"达人ID": "-", "流量来源": "小店自卖", "流量类型": "非广告", "流量体裁": "直播"})
    body = io.StringIO()
    writer = csv.DictWriter(body, list(rows[0]), quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    reading = read_file(("\ufeff" + body.getvalue()).encode(), origin(name))
    frame = conformed(reading)
    assert reading.dropped_columns == ["收件人", "收件人手机号", "详细地址", "商家备注"]
    assert private_cells(reading.bronze) == []
    assert frame.select(
        "order_line_id", "order_status_code", "refund_status_code", "paid_fen", "is_gift"
    ).rows() == [
        ("6917926768823643751", "finished", "success", 2890, False),
        ("6917926768823643752", "finished", "none", 2000, False),
        ("69179267688236437529", "closed_refunded", "none", 0, True),
        ("6917926768823643753", "closed_refunded", "success", 1590, False),
    ]


def test_the_bill_of_another_importer_to_the_fen() -> None:
    """Formula row below the header, expenses without their minus (97.02 = 109.00 - 11.98), 达人佣金, and a
    take-back.
    """
    name = "settlement_bill_with_formula_row2.csv"
    reading = read_file((FOLDER / name).read_bytes(), origin(name))
    assert (reading.layout.name, reading.rows_read, reading.quarantine.height, reading.new_columns) == (
        "34",
        3,
        0,
        [],
    )
    frame = conformed(reading)
    told = [
        "settlement_type_code",
        "order_line_id",
        "settled_fen",
        "income_fen",
        "expense_fen",
        "platform_fee_fen",
        "commission_creator_fen",
    ]
    assert frame.select(told).rows() == [
        ("sale", "8800000000001", 9702, 10900, -1198, 545, 653),
        ("refund_after", "8800000000001", -800, 0, -800, 0, 0),
        ("sale", "9900000000001", 5000, 5500, -500, 275, 0),
    ]  # fmt: skip
    assert frame.row(1, named=True)["settled_at"] == moment("2026-07-20 18:34:00")


def test_the_fund_flow_of_another_importer_to_the_fen() -> None:
    """Apostrophes before the ids, absolute amounts whose sign is the direction, a row without any order, a
    subsidy taken back pro rata.
    """
    name = "dongzhang_fund_flow_apostrophe_ids_utf8bom.csv"
    reading = read_file((FOLDER / name).read_bytes(), origin(name))
    assert (reading.layout.kind, reading.quarantine.height, reading.dropped_columns) == ("funds", 0, ["备注"])
    frame = conformed(reading)
    assert frame.select("fund_entry_id", "fund_type_code", "moved_fen").rows() == [
        ("S1", "sale", 4850), ("S2", "sale", 2600), ("S3", "sale", 1900), ("S6", "sale", 900),
        ("X1", "insurance", -500), ("S0", "sale", 950),
        ("R2", "refund", -4990), ("R3", "fee", 100), ("T1", "sale", 184),
    ]  # fmt: skip
    assert frame.filter(pl.col("order_id").is_null())["fund_entry_id"].to_list() == ["X1"]
    # each payout is what its own columns add up to
    parts = [
        "due_fen",
        "freight_fen",
        "subsidy_platform_fen",
        "order_refund_fen",
        "platform_fee_fen",
        "commission_creator_fen",
        "commission_leader_fen",
    ]
    sold = reading.bronze.filter(pl.col("scene_name") == "货款结算入账")
    assert sold.select(pl.sum_horizontal(*parts, "offsite_fee_fen") == pl.col("amount_fen")).to_series().all()


def test_the_one_real_live_row() -> None:
    header = [column.header for column in PLATFORM.layout("live_sessions", "55").columns]
    row: list[object] = list(
        json.loads((FOLDER / "compass_live_list_row_masked.json").read_text("utf-8")).values()
    )
    name = "直播明细_自营账号_20260907_20260907.xlsx"
    with pytest.raises(FileRefusedError, match=r"MASKED_KEY.*主播抖音号"):
        read_file(workbook(header, row), origin(name))
    row[header.index("主播抖音号")] = "79300514"  # whoever published the row put stars there
    reading = read_file(workbook(header, row), origin(name))
    assert (reading.layout.name, reading.quarantine.height) == ("55", 0)
    told = conformed(reading).row(0, named=True)
    assert (told["started_at"], told["ended_at"]) == (
        moment("2026-09-07 08:55:37"),
        moment("2026-09-08 00:55:49"),
    )
    assert told["live_session_id"] == "79300514:20260907085537"
    assert (told["views_qty"], told["viewers_qty"], told["reported_orders_qty"]) == (21254, 15093, 1536)
    assert (told["reported_gmv_fen"], told["reported_refund_fen"], told["reported_hour_refund_fen"]) == (
        6104530,
        1460308,
        1053240,
    )
    assert told["reported_net_fen"] == 5051290 == told["reported_gmv_fen"] - told["reported_hour_refund_fen"]
    # 1.07 minutes; 24 people online for 960 minutes are that over its views (人次), and 1.53 over its viewers
    # (人数), whatever the header says
    assert told["average_watch_qty"] == 64
    online = 60 * int(row[header.index("平均在线人数")]) * int(row[header.index("直播时长(分钟)")])  # type: ignore[call-overload]
    assert abs(online / told["views_qty"] - 64) < 2 and online / told["viewers_qty"] > 91
    seen = reading.bronze.row(0, named=True)
    funnel = [
        "viewers_qty",
        "product_exposure_viewers_qty",
        "product_click_viewers_qty",
        "reported_buyers_qty",
    ]
    rates = [seen[later] / seen[earlier] for earlier, later in itertools.pairwise(funnel)]
    # 观看-成交率(人数), as the platform prints it, is the product of exposure, click and purchase rates
    assert round(math.prod(rates), 4) == float(row[header.index("观看-成交率(人数)")])  # type: ignore[arg-type]
    assert [round(rate, 4) for rate in rates[1:]] == [
        float(row[header.index(f"商品{name}率(人数)")]) for name in ("曝光-点击", "点击-成交")
    ]  # type: ignore[arg-type]


def test_the_genuine_workbook_has_our_54_columns() -> None:
    structure = json.loads((FOLDER / "live_detail_schema_genuine_export.json").read_text("utf-8"))
    header = [column.header for column in PLATFORM.layout("live_sessions", "54").columns]
    assert header == structure["columns"]
    row: list[object] = [
        {
            "主播抖音号": 79300514,
            "直播开始时间": "2026/07/22 11:00:21",
            "直播结束时间": "2026/07/22 13:00:21",
        }.get(name, "-")
        for name in header
    ]
    reading = read_file(workbook(header, row), origin("直播明细_自营账号_20260701_20260731.xlsx"))
    assert reading.layout.name == "54"
    assert conformed(reading)["live_session_id"].to_list() == ["79300514:20260722110021"]


def test_the_real_order_of_the_api() -> None:
    told = json.loads(
        Path(FOLDER / "order_orderDetail_2023-07_wire_snake_case_DERIVED_REDACTED.json").read_text("utf-8")
    )
    order = told["data"]["shop_order_detail"]
    page = json.dumps(
        {**told, "data": {"page": 0, "size": 1, "total": 1, "shop_order_list": [order]}}
    ).encode()
    reading = read_page("orders", page)
    assert reading.quarantine.is_empty()
    assert private_cells(reading.bronze) == []
    line = conformed(reading).row(0, named=True)
    assert line["product_id"] == "3611988681541466314"  # the number beside it had lost its last digits
    assert (line["order_status_code"], line["refund_status_code"], line["paid_fen"]) == (
        "closed_refunded",
        "success",
        201,
    )
    assert (line["seller_code"], line["content_code"], line["is_paid_traffic"], line["creator_id"]) == (
        "own",
        "product_card",
        False,
        None,
    )
    assert (line["style_code"], line["province_name"], line["color_name"], line["is_gift"]) == (
        "3611988681541466314",
        "江苏省",
        None,
        False,
    )
    assert reading.bronze.select(pl.col("entrance_text")).item() == "购后页面"
