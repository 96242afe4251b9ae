"""Words of files and API become the same codes; what is not known stays unknown."""

import polars as pl
import pytest

from connectors.jd import words
from connectors.jd.exports import clean


def _status(word: str) -> str:
    frame = pl.DataFrame({"word": [word]})
    return str(
        frame.select(words.coded(pl.col("word").str.replace(words.PREFIX, ""), words.ORDER_STATUS)).item()
    )


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("等待付款", "unpaid"), ("(删除)等待付款确认", "unpaid"), ("（删除）延迟付款确认", "unpaid"),
        ("等待出库", "paid"), (" 等待出库", "paid"),
        ("(锁定)等待出库", "paid"), ("等待确认收货", "shipped"), ("完成", "finished"), ("已完成", "finished"),
        ("已取消", "closed"),
        ("WAIT_SELLER_STOCK_OUT", "paid"), ("WAIT_GOODS_RECEIVE_CONFIRM", "shipped"),
        ("FINISHED_L", "finished"), ("TRADE_CANCELED", "closed"),
        ("调度中", "unknown"), ("暂停", "unknown"), ("LOCKED", "unknown"), ("PAUSE", "unknown"),
        ("某个新状态", "unknown"),
    ],
)  # fmt: skip
def test_order_states(word: str, code: str) -> None:
    assert _status(word) == code


@pytest.mark.parametrize(
    ("remark", "code"),
    [
        ("2026年9月19日商家结算款", "sale"), ("提现", "withdrawal"), ("直赔退款代扣", "refund"),
        ("价保扣款", "refund"), ("综合违约金", "compensation"),
        ("京东联盟佣金", "commission"), ("运营服务费", "fee"), ("挽单补偿险保险费", "insurance"),
        ("京准通代收款", "advertising"), ("某种入账", "other"),
        (None, "unknown"),
    ],
)  # fmt: skip
def test_wallet_remarks(remark: str | None, code: str) -> None:
    frame = pl.DataFrame({"remark": [remark]}, schema={"remark": pl.String})
    assert frame.select(words.matched(pl.col("remark"), words.FUND_PATTERNS, "other")).item() == code


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("江西南昌市青山湖区某路", "江西省"), ("上海上海市某区", "上海市"),
        ("内蒙古呼和浩特市", "内蒙古自治区"), 
        ("黑龙江哈尔滨市", "黑龙江省"), ("新疆乌鲁木齐市", "新疆维吾尔自治区"),
        ("某路一号 广东", None), ("", None),
    ],
)  # fmt: skip
def test_provinces_without_their_last_character(address: str, name: str | None) -> None:
    assert pl.DataFrame({"address": [address]}).select(words.province(pl.col("address"))).item() == name


def test_every_province_level_division_is_known() -> None:
    assert len(words.PROVINCES) == 34


@pytest.mark.parametrize(
    ("remark", "children"),
    [
        ("订单拆分为  11729439936    11749907506", "11729439936 11749907506"),
        ("客户要求 订单拆分为 11729439936,11749907506 请尽快发货 13800138000", "11729439936 11749907506"),
        ("已电话联系 13800138000 改地址", None),
        ("", None),
    ],
)
def test_of_a_remark_only_the_numbers_of_split_orders_pass(remark: str, children: str | None) -> None:
    table = pl.DataFrame(
        {"订单号": ["1"], "商家备注": [remark], "客户地址": ["广东某地"], "_row_number": [2]}
    )
    told = clean("orders", "2016_30", table)
    assert told["拆分子单号"].item() == children
    assert told["客户省份"].item() == "广东省"


def test_repeated_headers_and_totals_are_no_rows() -> None:
    table = pl.DataFrame(
        {
            "订单编号": ['="31"', "订单编号", "合计", '="32"', ""],
            "金额": ["1", "金额", "2", "1", "3"],
            "_row_number": [2, 3, 4, 5, 6],
        }
    )
    assert clean("settlements", "wallet_21", table)["_row_number"].to_list() == [2, 5, 6]
