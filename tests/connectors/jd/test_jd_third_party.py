"""Headers and rows nobody here wrote: each is recognised as what its source says it is."""

from __future__ import annotations

import csv
import io
import json

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from jd_cases import THIRD_PARTY, conformed, read

from contracts.errors import FileRefusedError

pytestmark = pytest.mark.skipif(
    not THIRD_PARTY.is_dir(), reason="third-party samples are not beside the repository (../shared/samples)"
)

HEADERS = {
    "HEADER_order_30col.csv": ("orders", "2016_30", 30),
    "HEADER_wallet_bill_old21.csv": ("settlements", "wallet_21", 21),
    "HEADER_wallet_bill_settled22.csv": ("settlements", "wallet_22", 22),
    "HEADER_wallet_bill_detail23.csv": ("settlements", "wallet_23", 23),
    "HEADER_settled_detail_20col_xlsx_sheet2.csv": ("settlement_totals", "settled_20", 20),
    "HEADER_marketing_account_11col_csv.csv": ("promotions", "marketing_11", 11),
}
CELLS = {
    "订购数量": "1", "商品数量": "1", "京东价": "1.00", "订单金额": "1.00", "结算金额": "1.00",
    "余额支付": "0.00", "应付金额": "1.00", "运费金额": "0.00",
    "金额": "1.00", "商品单价": "1.00", "结算金额合计": "1.00", "收入金额合计": "1.00",
    "支出金额合计": "0.00", "京东承担金额": "1.00", "商家承担金额": "0.00",
    "政府承担金额": "--", "账单日期": "20261120", "对账日期": "20261120",
}  # fmt: skip


def _header(name: str) -> list[str]:
    return next(csv.reader(io.StringIO((THIRD_PARTY / name).read_text(encoding="utf-8"))))


def _cell(header: str) -> str:
    return CELLS.get(header) or (
        "2026-11-20 12:00:00"
        if "时间" in header
        else "123456789012"
        if header.endswith(("号", "ID"))
        else "词"
    )


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_alone_is_refused_as_empty(name: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read((THIRD_PARTY / name).read_bytes())
    assert refused.value.rule in {"NO_ROWS", "TRUNCATED"}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_with_a_row_is_the_layout_its_source_names(name: str) -> None:
    header = _header(name)
    kind, layout, width = HEADERS[name]
    assert len(header) == width
    text = ",".join(header) + "\r\n" + ",".join(_cell(item) for item in header) + "\r\n"
    reading = read(text.encode("gb18030"))
    assert (reading.layout.kind, reading.layout.name, reading.layout.verified) == (kind, layout, True)
    assert reading.new_columns == []
    assert conformed(reading)


def test_the_one_real_settled_row_adds_up() -> None:
    row = json.loads((THIRD_PARTY / "settled_bill_detail_row_masked.json").read_text(encoding="utf-8"))
    names = [
        "venderId", "companyId", "companyName", "walletAccount", "orderId", "rfBusiId", "parentOrderId",
        "orderStatus", "orderTime", "finishTime", "skuId",
        "skuName", "skuPrice", "skuNum", "settleTime", "settleAmount", "incomeAmount", "expenseAmount",
        "merchantOrderNo", "fundRemark",
    ]  # fmt: skip
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.add_worksheet("说明").write(0, 0, "已结算明细")
        page = book.add_worksheet("明细")
        page.write_row(0, 0, _header("HEADER_settled_detail_20col_xlsx_sheet2.csv"))
        # the numbers are masked with stars in the source; whole ones stand in for them here
        page.write_row(1, 0, [str(row[name] or "").replace("****", "0000") for name in names])
    entry = conformed(read(stream.getvalue()))["settlement_entry"].row(0, named=True)
    assert (entry["income_fen"], entry["expense_fen"], entry["settled_fen"]) == (384, -33, 351)
    assert entry["settled_fen"] == entry["income_fen"] + entry["expense_fen"]
    assert (entry["order_id"], str(entry["settled_at"])[:10]) == ("35800001963", "2026-09-20")


def test_the_one_real_order_row_is_a_split_order_and_no_sale() -> None:
    """Quoted in a public importer of 2016 (names and addresses replaced): deleted, paid, and split into two
    others.
    """
    header = _header("HEADER_order_30col.csv")
    cells = [
        "11729384072", "1953814331", "某银饰 套装", "1", "在线支付", "2015-12-31 23:19:56", "758.00",
        "1097.00", "932.45", "0.00", "932.45", "(删除)等待出库",
        "销售订单", "某", "某", "江西南昌市某区某路", "13000000000", "", "", "", "",
        "订单拆分为  11729439936    11749907506", "", "0.00",
        "2015-12-31 23:20:30", "", "", "", "移动端订单", "暂无来源",
    ]  # fmt: skip
    text = ",".join(header) + ",\r\n" + ",".join(cells) + ",\r\n"
    order = conformed(read(text.encode("gbk")))["order"].row(0, named=True)
    assert (
        order["order_status_code"],
        order["paid_fen"],
        order["placed_fen"],
        order["paid_at"],
        order["stated_refund_fen"],
    ) == (
        "closed_unpaid",
        0,
        0,
        None,
        None,
    )
    assert order["province_name"] == "江西省"
