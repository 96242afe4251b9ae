"""Every word and number falls into its code, and one nobody listed into ``unknown``."""

from __future__ import annotations

import pytest
from pinduoduo_cases import NOW, bronze_rows

from connectors.pinduoduo.conform import conform


def order(**cells: object) -> dict[str, object]:
    """The one conformed line of an order with these bronze cells."""
    row = {"order_id": "261101-1", "user_paid_fen": 1000, "goods_total_fen": 1000} | cells
    return next(conform("orders", bronze_rows("orders", row))["order_line"].iter_rows(named=True))


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("待支付", "unpaid"), ("待付款", "unpaid"), ("待发货", "paid"), ("已发货，待签收", "shipped"),
        ("已发货,待收货", "shipped"), ("已签收", "finished"),
        ("已收货", "finished"), ("已取消", "closed_unpaid"), ("未发货，退款成功", "closed_refunded"),
        ("未发货退款成功", "closed_refunded"),
        ("已发货，退款成功", "closed_refunded"), ("已签收，退款成功", "closed_refunded"),
        ("未成交，退款成功", "closed_refunded"), ("新的词", "unknown"),
    ],
)  # fmt: skip
def test_order_words(word: str, code: str) -> None:
    assert order(order_status_text=word)["order_status_code"] == code


@pytest.mark.parametrize(
    ("word", "after_sale", "refund", "code"),
    [
        (None, None, None, None), (None, None, "1", "none"), (None, None, "4", "success"),
        (None, "16", "1", "exchanged"), (None, "25", None, "exchanged"), (None, "10", "2", "pending"),
        ("退款成功", "16", "1", "success"), ("无售后或售后取消", None, "4", "none"),
    ],
)  # fmt: skip
def test_what_became_of_an_after_sale_is_told_by_its_word_else_by_its_numbers(
    word: str | None, after_sale: str | None, refund: str | None, code: str | None
) -> None:
    line = order(after_sale_text=word, after_sales_number_text=after_sale, refund_status_number_text=refund)
    assert line["refund_status_code"] == code


def test_a_cancelled_order_that_was_paid_was_refunded() -> None:
    assert order(order_status_text="已取消", paid_at=NOW)["order_status_code"] == "closed_refunded"


def test_an_unknown_word_is_paid_only_with_a_time() -> None:
    assert order(order_status_text="新的词")["paid_fen"] == 0
    assert order(order_status_text="新的词", deal_at=NOW)["paid_fen"] == 1000


@pytest.mark.parametrize(
    "word", ["未发货，退款成功", "未成交，退款成功", "已取消，退款成功", "未发货退款成功"]
)
def test_before_shipment_the_whole_order_goes_back(word: str) -> None:
    assert order(order_status_text=word)["stated_refund_fen"] == 1000


@pytest.mark.parametrize("word", ["已发货，退款成功", "已收货，退款成功", "已收货", "已取消"])
def test_otherwise_no_amount_is_stated(word: str) -> None:
    assert order(order_status_text=word)["stated_refund_fen"] is None


@pytest.mark.parametrize(
    ("status", "refund", "confirm", "code", "stated"),
    [
        ("1", "1", "1", "paid", None), ("2", "1", "1", "shipped", None), ("3", "2", "1", "finished", None),
        ("1", "4", "1", "closed_refunded", 1000),
        ("3", "4", "1", "closed_refunded", None), ("1", "1", "2", "closed_refunded", None),
        ("7", "1", "1", "unknown", None),
    ],
)  # fmt: skip
def test_order_numbers(status: str, refund: str, confirm: str, code: str, stated: int | None) -> None:
    line = order(
        order_status_number_text=status,
        refund_status_number_text=refund,
        confirm_status_number_text=confirm,
        paid_at=NOW,
    )
    assert (line["order_status_code"], line["stated_refund_fen"]) == (code, stated)


def test_cancelled_and_never_paid() -> None:
    line = order(order_status_number_text="1", refund_status_number_text="1", confirm_status_number_text="2")
    assert (line["order_status_code"], line["paid_fen"]) == ("closed_unpaid", 0)


@pytest.mark.parametrize(
    ("told", "content", "seller"), [("是", "live", "own"), ("否", "unknown", "unknown"), (None, None, None)]
)  # fmt: skip
def test_the_live_column_is_all_there_is_of_a_channel(
    told: str | None, content: str | None, seller: str | None
) -> None:
    line = order(order_status_text="待发货", live_text=told, live_led_text="是")
    assert (line["content_code"], line["seller_code"]) == (content, seller)


@pytest.mark.parametrize(
    ("spec", "color", "size"),
    [
        ("黑色,M", "黑色", "M"), ("黑色，XL【建议100-115斤】", "黑色", "XL"),
        ("颜色:白色;尺码:L", "白色", "L"), ("无规格", None, None), ("10双装", None, None),
        ("白色,均码", "白色", "均码"),
    ],
)  # fmt: skip
def test_colour_and_size(spec: str, color: str | None, size: str | None) -> None:
    line = order(order_status_text="待发货", spec_text=spec)
    assert (line["color_name"], line["size_name"]) == (color, size)


def test_money_in_parts_never_makes_a_price_up() -> None:
    assert order(order_status_text="待发货", goods_total_fen=1000, line_qty=3)["unit_price_fen"] is None
    assert order(order_status_text="待发货", goods_total_fen=999, line_qty=3)["unit_price_fen"] == 333


def refund(**cells: object) -> dict[str, object]:
    row = {"refund_id": "1", "order_id": "261101-1", "refund_fen": 100, "updated_at": NOW} | cells
    return next(conform("after_sales", bronze_rows("after_sales", row))["refund_line"].iter_rows(named=True))


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ("2 3 4 5 6 7 8 14 15 18 21 22 27 31 32 33", "pending"), ("0 9 11 12 13 17 24", "closed"),
        ("10", "success"), ("16 25", "exchanged"),
        ("1 19 99", "unknown"),
    ],
)  # fmt: skip
def test_after_sale_numbers(numbers: str, code: str) -> None:
    assert {refund(refund_status_number_text=number)["refund_status_code"] for number in numbers.split()} == {
        code
    }


def test_only_a_success_has_a_day() -> None:
    days = {
        number: refund(refund_status_number_text=number)["refunded_at"]
        for number in ("2", "10", "11", "16", "99")
    }
    assert [number for number, day in days.items() if day is not None] == ["10"]


@pytest.mark.parametrize(
    ("number", "came", "code", "stage"),
    [
        ("2", "0", "refund_only", "unknown"), ("2", "1", "refund_only", "unknown"),
        ("2", "2", "refund_only", "after_shipment"),
        ("3", "0", "return_refund", "after_shipment"), ("4", "0", "exchange", "after_shipment"),
        ("5", None, "exchange", "after_shipment"),
        ("6", None, "exchange", "after_shipment"), ("1", None, "unknown", "unknown"),
        (None, None, "unknown", "unknown"),
    ],
)  # fmt: skip
def test_types_and_stages(number: str | None, came: str | None, code: str, stage: str) -> None:
    line = refund(
        refund_status_number_text="10", refund_type_number_text=number, goods_status_number_text=came
    )
    assert (line["refund_type_code"], line["refund_stage_code"]) == (code, stage)


@pytest.mark.parametrize(
    ("account", "scene", "code"),
    [
        ("交易收入", "0010002|交易收入-订单收入", "sale"),
        ("交易收入", "0010005|交易收入-优惠券结算", "subsidy"),
        ("交易退款", "0020002|交易退款-订单退款", "refund"),
        ("交易退款", "0020005|交易退款-优惠券结算", "subsidy"),
        ("技术服务费", "0030003|技术服务费-百亿补贴技术服务费", "fee"),
        ("售后费用", "0040005|售后费用-虚假发货", "compensation"),
        ("服务支出", "0050002|服务支出-消费者体验提升计划", "fee"),
        ("多多进宝", "0060001|营销费用-多多进宝", "commission"),
        ("营销费用", "0060002|营销费用-跨店满返", "other"),
        ("转账", "0070004|转账-广告账户", "advertising"),
        ("转账", "转账-其他", "transfer"), ("提现", "0080001|提现-提现申请", "withdrawal"),
        ("其他支出", "0140028|其他支出-合作费追回", "other"),
        ("技术服务费", None, "fee"), ("新类型", "0990001|新类型-新", "unknown"),
    ],
)  # fmt: skip
def test_account_words(account: str, scene: str | None, code: str) -> None:
    row = {"account_type_text": account, "scene_text": scene, "moved_at": NOW, "expense_fen": -5}
    frames = conform("funds", bronze_rows("funds", row))
    assert frames["fund_entry"]["fund_type_code"].to_list() == [code]
    assert frames["settlement_entry"].height == (
        code not in {"advertising", "transfer", "withdrawal", "deposit"}
    )


def test_entry_numbers_do_not_depend_on_the_order_of_rows() -> None:
    rows = [
        {"account_type_text": "多多进宝", "moved_at": NOW, "expense_fen": amount, "order_id": "1"}
        for amount in (-90, -80, -90)
    ]
    ids = [
        set(conform("funds", bronze_rows("funds", *parts))["fund_entry"]["fund_entry_id"])
        for parts in (rows, rows[::-1])
    ]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 3
