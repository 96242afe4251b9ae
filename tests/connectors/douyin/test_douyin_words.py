"""Every word and number of the documents gives the code we mean, and an unheard one stays unknown."""

from __future__ import annotations

import pytest
from douyin_cases import bronze_rows, moment

from connectors.douyin import words
from connectors.douyin.conform import order_lines, refund_lines
from contracts import codes

PAID = {"paid_at": moment("2026-10-01 10:00:00"), "placed_fen": 1000}


def line(**cells: object) -> dict[str, object]:
    return order_lines(bronze_rows("orders", {**PAID, **cells})).row(0, named=True)


def refund(**cells: object) -> dict[str, object]:
    return refund_lines(
        bronze_rows("after_sales", {"refund_id": "1", "refund_goods_fen": 1000, **cells})
    ).row(0, named=True)


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [
        ("待支付", "1", "unpaid"), ("已支付", "105", "paid"), ("待发货", "2", "paid"),
        ("备货中", "2", "paid"), ("部分发货", "101", "part_shipped"),
        ("已发货", "3", "shipped"), ("已完成", "5", "finished"), ("已关闭", "4", "closed_refunded"),
        ("已取消", "4", "closed_refunded"),
    ],
)  # fmt: skip
def test_order_status_in_words_and_numbers(text: str, number: str, code: str) -> None:
    assert line(order_status_text=text)["order_status_code"] == code
    assert line(order_status_text=number)["order_status_code"] == code


@pytest.mark.parametrize("text", ["审核中", "6", "", "已关闭了"])
def test_unheard_status_is_unknown_never_paid(text: str) -> None:
    assert line(order_status_text=text)["order_status_code"] == "unknown"


@pytest.mark.parametrize(
    ("cells", "is_gift"),
    [
        ({}, True),  # nothing to pay, and no coupon that explains it
        ({"discount_total_fen": 5_000}, False),
        ({"discount_total_fen": 5_000, "given_product_text": "FREE"}, True),
        ({"discount_total_fen": 5_000, "trade_type_text": words.GIVEN_TRADES[0]}, True),
        ({"discount_total_fen": 5_000, "product_name": "发圈(赠品)"}, True),
        ({"discount_total_fen": 5_000, "cancel_reason_text": "主品已退款"}, True),
        (
            {
                "discount_total_fen": 5_000,
                "given_product_text": "NORMAL",
                "product_name": "大衣",
                "cancel_reason_text": "不想要了",
            },
            False,
        ),
        ({"given_product_text": "FREE", "placed_fen": 1}, False),  # whatever is paid for is goods
        ({"product_name": "赠品", "placed_fen": None}, None),
    ],
)
def test_what_is_a_gift(cells: dict[str, object], is_gift: bool | None) -> None:
    assert line(**{"placed_fen": 0, **cells})["is_gift"] is is_gift


def test_closed_without_payment_was_never_paid() -> None:
    found = line(order_status_text="已关闭", paid_at=None)
    assert (found["order_status_code"], found["paid_fen"]) == ("closed_unpaid", 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "none"), ("退款成功", "success"), ("已全额退款", "success"), ("退款中", "pending"),
        ("待收退货", "pending"), ("售后待处理", "pending"),
        ("待退货", "pending"), ("售后关闭", "closed"), ("售后已拒绝", "pending"), ("换货成功", "exchanged"),
        ("补寄成功", "exchanged"), ("新状态", "unknown"),
    ],
)  # fmt: skip
def test_after_sale_words_of_the_order_file(text: str | None, code: str) -> None:
    assert line(after_sale_text=text)["refund_status_code"] == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("同意退款，退款成功", "success"), ("同意退款,退款成功", "success"), ("售后关闭", "closed"),
        ("换货成功", "exchanged"), ("待商家处理", "pending"),
        ("待商家收货", "pending"), ("待买家退货", "pending"), ("待买家退货（处理）", "pending"),
        ("待买家退货处理", "pending"), ("拒绝售后申请", "pending"),
        ("新状态", "unknown"),
    ],
)  # fmt: skip
def test_after_sale_words_of_the_after_sale_file(text: str, code: str) -> None:
    assert refund(after_sale_text=text)["refund_status_code"] == code


@pytest.mark.parametrize(
    ("state", "money", "kind", "code"),
    [
        ("0", "0", "0", "none"), ("6", "1", "0", "pending"), ("7", "1", "0", "pending"),
        ("11", "1", "0", "pending"), ("27", "1", "0", "pending"),
        ("29", "1", "0", "pending"), ("12", "3", "1", "success"), ("12", "1", "1", "pending"),
        ("12", "4", "1", "pending"), ("53", "3", "5", "success"),
        ("28", "1", "0", "closed"), ("13", "0", "3", "pending"), ("14", "0", "3", "exchanged"),
        ("12", "0", "7", "exchanged"), ("51", "0", "4", "none"),
        ("51", "3", "4", "success"), ("99", "0", "0", "unknown"), ("12", "5", "0", "success"),
    ],
)  # fmt: skip
def test_after_sale_numbers(state: str, money: str, kind: str, code: str) -> None:
    assert (
        line(after_sale_text=state, after_sale_refund_text=money, after_sale_type_text=kind)[
            "refund_status_code"
        ]
        == code
    )
    listed = refund(after_sale_text=state, refund_status_text=money, after_sale_type_text=kind)[
        "refund_status_code"
    ]
    assert listed == ("closed" if code == "none" else code)


@pytest.mark.parametrize(
    ("text", "number", "kind", "stage"),
    [
        ("退货退款", "0", "return_refund", "after_shipment"),
        ("已发货退款", "1", "refund_only", "after_shipment"),
        ("未发货退款", "2", "refund_only", "before_shipment"), ("换货", "3", "exchange", "after_shipment"),
        ("价保", "6", "price_protection", "unknown"),
        ("补寄", "7", "other", "after_shipment"), ("维修", "8", "other", "after_shipment"),
        ("上门回收", "9", "unknown", "unknown"),
    ],
)  # fmt: skip
def test_after_sale_type_and_the_stage_it_tells(text: str, number: str, kind: str, stage: str) -> None:
    for spelling in (text, number):
        found = refund(after_sale_type_text=spelling)
        assert (found["refund_type_code"], found["refund_stage_code"]) == (kind, stage)


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        ("未发货", "before_shipment"), ("0/2已发货", "before_shipment"), ("2", "before_shipment"),
        ("1/1已发货", "after_shipment"), ("1/2已发货", "after_shipment"),
        ("部分发货", "after_shipment"), ("3", "after_shipment"), ("255", "after_shipment"), (None, "unknown"),
        ("别的", "unknown"),
    ],
)  # fmt: skip
def test_stage_by_the_goods_where_the_type_does_not_tell(state: str | None, stage: str) -> None:
    assert refund(after_sale_type_text="价保", ship_state_text=state)["refund_stage_code"] == stage


def test_type_outranks_the_state_of_the_goods() -> None:
    assert refund(after_sale_type_text="2", ship_state_text="255")["refund_stage_code"] == "before_shipment"


@pytest.mark.parametrize(
    ("reason", "label", "code"),
    [
        ("大小/尺寸与商品描述不符", None, "size"),
        ("尺码拍错/不喜欢/效果差", None, "size"),
        ("七天无理由退货", "尺码偏小", "size"),
        ("七天无理由退货", None, "changed_mind"),
        ("颜色/图案/款式与商品描述不符", None, "look"),
        ("质量问题", None, "quality"),
        ("商品破损/污渍", None, "quality"),
        ("多拍/拍错/不想要", None, "changed_mind"),
        ("买贵了/商品降价", None, "price"),
        ("退运费", None, "price"),
        ("未按约定时间发货", None, "late"),
        ("快递/物流一直未收到", None, "late"),
        ("其他", None, "other"),
        ("协商一致退款", "别的标签", "other"),
        ("质量问题", "别的标签", "quality"),
        (None, None, "unknown"),
    ],
)
def test_reason_by_keyword(reason: str | None, label: str | None, code: str) -> None:
    assert refund(reason_text=reason, reason_label_text=label)["reason_code"] == code


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [
        ("精选联盟", "2", "creator"),
        ("小店自卖", "8", "own"),
        ("商城", None, "own"),
        ("鲁班广告", None, "own"),
        ("新来源", "0", "unknown"),
    ],
)
def test_who_sold(text: str, number: str | None, code: str) -> None:
    assert line(traffic_source_text=text)["seller_code"] == code
    assert number is None or line(traffic_source_text=number)["seller_code"] == code


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"content_text": "直播"}, "live"), ({"content_text": "直播", "entrance_text": "搜索"}, "live"),
        ({"content_text": "短视频"}, "short_video"),
        ({"content_text": "商品卡"}, "product_card"),
        ({"content_text": "商品卡", "entrance_text": "搜索"}, "search"), ({"content_text": "其他"}, "other"),
        ({"content_text": "全新体裁"}, "unknown"),
        ({"content_text": "其他", "theme_type_text": "1"}, "other"),
        ({"content_text": words.NEXT_DAY}, "live"),
        ({"content_text": words.NEXT_DAY, "ad_channel_text": "短视频"}, "short_video"),
        ({"content_text": words.NEXT_DAY, "ad_channel_text": "无"}, "live"),
        ({"theme_type_text": "1"}, "live"), ({"theme_type_text": "1", "ad_channel_text": "video"}, "live"),
        ({"theme_type_text": "0"}, "unknown"),
        ({"theme_type_text": "0", "ad_channel_text": "video"}, "short_video"),
        ({"theme_type_text": "0", "ad_channel_text": "live"}, "live"), ({}, "unknown"),
    ],
)  # fmt: skip
def test_content_form(cells: dict[str, object], code: str) -> None:
    assert line(**cells)["content_code"] == code


@pytest.mark.parametrize(
    ("text", "flag"),
    [("广告", True), ("非广告", False), (words.NEXT_DAY, None), ("新词", None), (None, None)],
)
def test_paid_traffic(text: str | None, flag: bool | None) -> None:
    assert line(traffic_type_text=text)["is_paid_traffic"] is flag


def test_tables_hold_only_codes_of_the_contracts() -> None:
    pairs = [
        (codes.ORDER_STATUS, set(words.ORDER_STATUS.values()) - {"closed"}),
        (codes.REFUND_STATUS, set(words.AFTER_SALE.values())),
        (codes.REFUND_TYPE, set(words.REFUND_TYPE.values())),
        (codes.REFUND_STAGE, set(words.TYPE_STAGE.values())),
        (codes.SELLER, set(words.SELLER.values())),
        (codes.CONTENT, set(words.CONTENT.values()) | set(words.AD_CONTENT.values())),
        (codes.REFUND_REASON, {code for code, _ in words.REASON_PATTERNS}),
    ]
    for known, used in pairs:
        assert used <= set(known.values), known.name
