import csv
import datetime as dt
import io

import polars as pl
import pytest
from taobao_cases import ORDER_FILES, REFUND_FILES, SAMPLES, ZONE, read, read_sample

from connectors.taobao import PLATFORM, clean, exported_at
from contracts.errors import FileRefusedError


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("ExportOrderList202411061530.csv", dt.datetime(2024, 11, 6, 15, 30, tzinfo=ZONE)),
        ("ExportOrderDetailList2016092310161.xlsx", dt.datetime(2016, 9, 23, 10, 16, tzinfo=ZONE)),
        ("ExportOrderList202411061530 (1).csv", dt.datetime(2024, 11, 6, 15, 30, tzinfo=ZONE)),
        ("ItemList.csv", None),
        ("ExportOrderList202413991530.csv", None),
        ("订单5118609024991031607.csv", None),
        ("直播分场次_20241101_20241106.xlsx", None),
    ],
)
def test_exported_at(name: str, moment: dt.datetime | None) -> None:
    assert exported_at(name) == moment


def test_clean_reads_the_words_in_amount_cells() -> None:
    table = pl.DataFrame({"退款金额 ": ["无退款申请", "12.50", " 无退款申请 "], "_row_number": [2, 3, 4]})
    assert clean("order_items", "2022", table)["退款金额 "].to_list() == ["0", "12.50", "0"]


def test_clean_leaves_other_kinds_alone() -> None:
    table = pl.DataFrame({"退款金额": ["无退款申请"], "收货地址": ["广东省 广州市"], "_row_number": [2]})
    assert clean("refunds", "2025_51", table).equals(table)


def test_layouts_of_the_years_have_their_widths() -> None:
    widths = {
        layout.name: sum(column.header != "收货省份" for column in layout.columns)
        for layout in PLATFORM.layouts
        if layout.kind == "orders"
    }
    assert {year: widths[year] for year in (
            "2016", "2017", "2018", "2019", "2020", "2022", "report_2020")} == {
        "2016": 41, "2017": 46, "2018": 56, "2019": 61, "2020": 67, "2022": 71, "report_2020": 7,
    }  # fmt: skip


def test_personal_columns_are_flagged_everywhere() -> None:
    personal = (
        "会员",
        "支付宝账号",
        "收货人",
        "收货地址",
        "联系",
        "留言",
        "备注",
        "备忘",
        "抬头",
        "物流单号",
        "物流信息",
        "卖家",
        "操作人",
        "退款说明",
        "开票信息",
    )
    allowed = {"卖家服务费"}
    loose = [
        (layout.kind, layout.name, column.header)
        for layout in PLATFORM.layouts
        if layout.source == "file"
        for column in layout.columns
        if any(word in column.header for word in personal)
        and not column.personal
        and column.header not in allowed
    ]
    assert loose == []


@pytest.mark.parametrize("name", [*ORDER_FILES.values(), *REFUND_FILES.values()])
def test_no_personal_cell_gets_past_the_reader(name: str) -> None:
    reading = read_sample(name)
    kept = (
        reading.bronze.select(pl.col(pl.String)).unpivot()["value"].drop_nulls().to_list()
        + reading.quarantine["row_json"].to_list()
    )
    assert not any("139****0000" in cell or "**" in cell or "广州市" in cell for cell in kept)
    assert reading.new_columns == []


def test_address_is_named_as_removed_and_leaves_its_province() -> None:
    reading = read_sample(ORDER_FILES["2022"])
    assert "收货地址" in reading.dropped_columns
    assert reading.bronze["province_name"].drop_nulls().unique().len() == 10


def test_a_file_without_payment_time_is_refused() -> None:
    text = (SAMPLES / ORDER_FILES["2022"]).read_bytes().decode("gb18030").replace("订单付款时间", "其他时间")
    with pytest.raises(FileRefusedError) as refused:
        read(text.encode("gb18030"))
    assert refused.value.rule == "MISSING_COLUMN"
    assert "订单付款时间" in refused.value.sentence()


def test_columns_may_come_in_any_order_and_more_may_come() -> None:
    reading = read_sample(ORDER_FILES["2022"])
    rows = list(csv.reader(io.StringIO((SAMPLES / ORDER_FILES["2022"]).read_bytes().decode("gb18030"))))
    turned = io.StringIO()
    csv.writer(turned).writerows(
        [*reversed(row), "1" if number else "新列"] for number, row in enumerate(rows)
    )
    again = read(turned.getvalue().encode())
    assert again.new_columns == ["新列"]
    lineage = ["_export_id", "_observed_at"]
    assert again.bronze.drop(lineage).equals(reading.bronze.drop(lineage))
