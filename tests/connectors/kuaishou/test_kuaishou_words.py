"""Every word and number of the documents gives the code we mean, and an unheard one stays unknown."""

from __future__ import annotations

import pytest
from kuaishou_cases import bronze_rows, moment

from connectors.kuaishou import words
from connectors.kuaishou.conform import order_lines, refund_lines
from contracts import codes

PAID = {"order_id": "1", "paid_at": moment("2026-10-01 10:00:00"), "placed_fen": 1000}


def line(**cells: object) -> dict[str, object]:
    return order_lines(bronze_rows("orders", {**PAID, **cells})).row(0, named=True)


def refund(**cells: object) -> dict[str, object]:
    return refund_lines(
        bronze_rows("after_sales", {"refund_id": "1", "order_id": "2", "refund_fen": 1000, **cells})
    ).row(0, named=True)


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [
        ("待付款", "10", "unpaid"), ("待发货", "30", "paid"), ("已发货", "40", "shipped"),
        ("已收货", "50", "finished"), ("交易成功", "70", "finished"),
        ("交易关闭", "80", "closed_refunded"), ("新状态", "0", "unknown"),
    ],
)  # fmt: skip
def test_order_status_in_words_and_numbers(text: str, number: str, code: str) -> None:
    assert line(order_status_text=text)["order_status_code"] == code
    assert line(order_status_text=number)["order_status_code"] == code


def test_closed_without_payment_was_never_paid() -> None:
    found = line(order_status_text="交易关闭", paid_at=None)
    assert (found["order_status_code"], found["paid_fen"], found["placed_fen"]) == ("closed_unpaid", 0, 1000)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "none"), ("售后处理中", "pending"), ("退款成功", "success"), ("售后关闭", "closed"),
        ("售后失败", "closed"), ("新词", "unknown"),
        ("60", "success"), ("70", "closed"),
        *((str(number), "pending") for number in (10, 11, 12, 20, 21, 22, 30, 40, 45, 50)), ("99", "unknown"),
    ],
)  # fmt: skip
def test_after_sale_of_an_order(text: str | None, code: str) -> None:
    assert line(after_sale_text=text)["refund_status_code"] == code
    if text is not None:
        assert refund(refund_status_text=text, refund_way_text="10")["refund_status_code"] == code


def test_an_exchange_returns_no_money() -> None:
    assert line(after_sale_text="60", after_sale_way_text="3")["refund_status_code"] == "exchanged"
    found = refund(refund_status_text="60", refund_way_text="3", ended_at=moment("2026-10-02 10:00:00"))
    assert (found["refund_status_code"], found["refund_fen"], found["refunded_at"]) == ("exchanged", 0, None)


@pytest.mark.parametrize(
    ("way", "receipt", "kind", "stage"),
    [
        ("1", "1", "return_refund", "after_shipment"), ("退货退款", None, "return_refund", "after_shipment"),
        ("10", "2", "refund_only", "after_shipment"),
        ("10", "1", "refund_only", "unknown"), ("仅退款", None, "refund_only", "unknown"),
        ("3", None, "exchange", "after_shipment"),
        ("换货", None, "exchange", "after_shipment"), ("0", "0", "unknown", "unknown"),
        ("维权", None, "unknown", "unknown"),
    ],
)  # fmt: skip
def test_way_and_the_stage_it_tells(way: str, receipt: str | None, kind: str, stage: str) -> None:
    found = refund(refund_way_text=way, receipt_text=receipt, refund_status_text="60")
    assert (found["refund_type_code"], found["refund_stage_code"]) == (kind, stage)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("尺码不合适", "size"), ("商品有质量问题", "quality"), ("颜色/款式与描述不符", "look"),
        ("协商退差价", "price"), ("未按约定时间发货", "late"),
        ("拍错/多拍/不想要", "changed_mind"), ("七天无理由", "changed_mind"), ("其他", "other"),
        (None, "unknown"),
    ],
)  # fmt: skip
def test_reason_by_keyword(reason: str | None, code: str) -> None:
    found = refund(reason_text=reason, refund_way_text="10", refund_status_text="60")
    assert found["reason_code"] == code
    assert found["refund_type_code"] == ("price_protection" if reason == "协商退差价" else "refund_only")


def test_refunded_only_when_money_has_gone() -> None:
    ended = moment("2026-10-02 10:00:00")
    assert refund(refund_status_text="60", refund_way_text="10", ended_at=ended)["refunded_at"] == ended
    assert refund(refund_status_text="70", refund_way_text="10", ended_at=ended)["refunded_at"] is None


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [("分销", "2", "creator"), ("自营", "1", "own"), ("其它", "0", "unknown"), (None, None, "unknown")],
)
def test_who_sold(text: str | None, number: str | None, code: str) -> None:
    assert line(channel_text=text)["seller_code"] == code
    assert line(channel_text=number)["seller_code"] == code


@pytest.mark.parametrize(
    ("cells", "creator", "name"),
    [
        (
            {"cps_creator_id": "5", "cps_creator_name": "甲", "authorised_id": "6", "authorised_name": "乙"},
            "5",
            "甲",
        ),
        ({"cps_creator_id": "0", "authorised_id": "6", "authorised_name": "乙"}, "6", "乙"),
        ({"cps_creator_id": "0", "authorised_id": "0"}, None, None),
        ({"role_type_text": "3", "role_id": "7", "role_name": "丙"}, "7", "丙"),
        ({"role_type_text": "2", "role_id": "7", "role_name": "丙"}, "7", "丙"),
        ({"role_type_text": "1", "role_id": "7", "role_name": "丙"}, None, None),
        ({"leader_id": "8", "promoter_id": "9"}, None, None),
    ],
)
def test_who_is_the_creator(cells: dict[str, object], creator: str | None, name: str | None) -> None:
    found = line(**cells)
    assert (found["creator_id"], found["creator_name"]) == (creator, name)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"content_text": "直播"}, "live"), ({"content_text": "live"}, "live"),
        ({"content_text": "短视频"}, "short_video"),
        ({"content_text": "shortVideo"}, "short_video"), ({"content_text": "商品卡"}, "product_card"),
        ({"content_text": "itemCard"}, "product_card"),
        ({"content_text": "其他"}, "other"), ({"content_text": "other"}, "other"),
        ({"content_text": "图文"}, "unknown"),
        ({"content_text": "other", "carrier_type_text": "2"}, "other"), ({"carrier_type_text": "2"}, "live"),
        ({"carrier_type_text": "1"}, "short_video"),
        ({"carrier_type_text": "7"}, "other"), ({"carrier_type_text": "10008"}, "search"),
        ({"carrier_type_text": "12345"}, "unknown"), ({}, "unknown"),
    ],
)  # fmt: skip
def test_content_form(cells: dict[str, object], code: str) -> None:
    assert line(**cells)["content_code"] == code


@pytest.mark.parametrize(
    ("carrier", "room", "found"), [("2", "77", "77"), ("2", "0", None), ("1", "77", None), (None, "77", None)]
)
def test_only_a_live_room_is_a_session(carrier: str | None, room: str, found: str | None) -> None:
    assert line(carrier_type_text=carrier, carrier_id=room)["live_session_id"] == found


@pytest.mark.parametrize(
    ("cells", "gift"),
    [
        ({"placed_fen": 0}, True), ({"placed_fen": 0, "discount_merchant_fen": 900}, False),
        ({"placed_fen": 0, "discount_mixed_fen": 1}, False),
        ({"placed_fen": 0, "discount_total_fen": 900, "activity_text": "7;19"}, True),
        ({"placed_fen": 0, "discount_total_fen": 900, "activity_text": "12;25"}, False),
        ({"placed_fen": 0, "discount_merchant_fen": 900, "activity_text": "福袋"}, True),
        ({"placed_fen": 1, "activity_text": "19"}, False),
    ],
)  # fmt: skip
def test_gifts(cells: dict[str, object], gift: bool) -> None:
    assert line(**cells)["is_gift"] is gift


API = {"placed_fen": None, "goods_fen": 9000, "unit_price_fen": 5000, "line_qty": 2, "freight_fen": 600}


@pytest.mark.parametrize(
    ("cells", "placed"),
    [
        # two at 50 less 10 by the merchant (goods 90) and 5 by the platform, plus 6 of freight
        ({"discount_total_fen": 1500}, 9100),
        ({"discount_total_fen": 1000}, 9600),
        # a total above price x pieces, or discounts that leave more than the goods: not these fields'
        # meaning, so the goods stand
        ({"discount_total_fen": 0}, 9600),
        ({"discount_total_fen": 10_001}, 9600),
        ({"discount_total_fen": 1500, "unit_price_fen": None}, 9600),
        ({"discount_total_fen": 1500, "freight_fen": None}, 8500),
    ],
)
def test_what_the_buyer_was_to_pay_by_the_api(cells: dict[str, object], placed: int) -> None:
    found = line(**{**API, **cells})
    assert (found["placed_fen"], found["paid_fen"]) == (placed, placed)


@pytest.mark.parametrize(
    ("step", "balance", "paid"),
    [("1", None, False), ("1", moment("2026-10-03 09:00:00"), True), (None, None, True)],
)
def test_a_deposit_order_is_paid_with_its_balance(step: str | None, balance: object, paid: bool) -> None:
    found = line(step_type_text=step, balance_paid_at=balance)
    assert (found["paid_fen"] == 1000) is paid
    assert found["paid_at"] == (balance or (PAID["paid_at"] if step is None else None))


@pytest.mark.parametrize(
    ("spec", "code", "color", "size", "style"),
    [
        ("颜色:驼色;尺码:M", "YS26F001-01-M", "驼色", "M", "YS26F001"),
        ("颜色分类:深蓝 尺码:2XL", "YS26F011-02-2xl", "深蓝", "2XL", "YS26F011"),
        ("黑色;S", "YS26F001-S", "黑色", "S", "YS26F001"), ("米白,均码", "YS26F007", "米白", "均码", "P1"),
        ("默认", "YS26F007-M", None, None, "P1"),
        (None, None, None, None, "P1"),
    ],
)  # fmt: skip
def test_colour_size_and_style(
    spec: str | None, code: str | None, color: str | None, size: str | None, style: str
) -> None:
    found = line(spec_text=spec, sku_code=code, product_id="P1")
    assert (found["color_name"], found["size_name"], found["style_code"]) == (color, size, style)


def test_several_after_sales_of_one_order_without_numbers_stay_apart() -> None:
    rows = [
        {"order_id": "2", "refund_fen": 1, "applied_at": moment(f"2026-10-01 10:00:0{second}")}
        for second in (1, 2)
    ]
    found = refund_lines(bronze_rows("after_sales", *rows))
    assert found["refund_id"].to_list() == ["2:20261001100001", "2:20261001100002"]


def test_tables_hold_only_codes_of_the_contracts() -> None:
    pairs = [
        (codes.ORDER_STATUS, set(words.ORDER_STATUS.values()) - {"closed"}),
        (codes.REFUND_STATUS, set(words.AFTER_SALE.values())),
        (codes.REFUND_TYPE, set(words.REFUND_TYPE.values())),
        (codes.SELLER, set(words.SELLER.values())),
        (codes.CONTENT, set(words.CONTENT.values()) | set(words.CARRIER.values())),
        (codes.REFUND_REASON, {code for code, _ in words.REASON_PATTERNS}),
        (codes.FUND_TYPE, {code for code, _ in words.FUND_PATTERNS}),
    ]
    for known, used in pairs:
        assert used <= set(known.values), known.name
