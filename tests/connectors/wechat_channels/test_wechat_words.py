"""Words and numbers: what is known has one meaning, what is not stays unknown."""

from __future__ import annotations

import polars as pl
import pytest
from wechat_cases import bronze_rows

from connectors.wechat_channels import PLATFORM, words
from contracts import codes

ORDER = {
    "order_id": "1",
    "product_id": "2",
    "sku_code": "A",
    "line_qty": 1,
    "real_fen": 100,
    "order_paid_fen": 100,
    "order_status_text": "100",
}
PAID = pl.Series(["2026-07-01 10:00:00"]).str.to_datetime(time_zone="Asia/Shanghai", time_unit="us")[0]


def line(layout: str = "api", **told: object) -> dict[str, object]:
    frames = PLATFORM.conform("orders", bronze_rows("orders", {**ORDER, **told}, layout=layout))
    return frames["order_line"].row(0, named=True)


def refund(**told: object) -> dict[str, object]:
    row = {"refund_id": "9", "order_id": "1", "refund_fen": 5, "refund_status_text": "USER_CANCELD", **told}
    return PLATFORM.conform("after_sales", bronze_rows("after_sales", row))["refund_line"].row(0, named=True)


def test_every_code_is_of_its_list() -> None:
    known = {"closed"} | set(codes.ORDER_STATUS.values)
    assert set(words.ORDER_STATUS.values()) <= known
    assert set(words.AFTER_SALE.values()) <= set(codes.REFUND_STATUS.values)
    assert set(words.CONTENT.values()) <= set(codes.CONTENT.values)
    assert set(words.SALE_CHANNEL.values()) | set(words.ACCOUNT_TYPE.values()) <= set(codes.SELLER.values)
    assert set(words.FUND_TYPE.values()) <= set(codes.FUND_TYPE.values)
    assert {code for code, _ in words.REASON_PATTERNS} | set(words.REASON.values()) <= set(
        codes.REFUND_REASON.values
    )


def test_a_number_and_its_label_mean_the_same() -> None:
    for number, label in words.FUND_SCENE.items():
        assert words.FUND_TYPE[number] == words.FUND_TYPE[label]


@pytest.mark.parametrize(
    ("status", "paid", "code"),
    [
        ("10", None, "unpaid"), ("12", PAID, "paid"), ("13", PAID, "paid"), ("20", PAID, "paid"),
        ("21", PAID, "part_shipped"), ("30", PAID, "shipped"),
        ("100", PAID, "finished"), ("190", PAID, "closed_refunded"), ("190", None, "closed_unpaid"),
        ("200", PAID, "closed_refunded"),
        ("250", None, "closed_unpaid"), ("50", PAID, "unknown"), ("已取消", None, "closed_unpaid"),
        ("待收货", PAID, "shipped"),
    ],
)  # fmt: skip
def test_order_status(status: str, paid: object, code: str) -> None:
    assert line(order_status_text=status, paid_at=paid)["order_status_code"] == code


@pytest.mark.parametrize(
    ("scene", "content"),
    [("1", "other"), ("2", "live"), ("3", "short_video"), ("4", "other"), ("5", "product_card"),
        ("6", "other"), ("7", "unknown"), (None, "unknown")]
)  # fmt: skip
def test_the_scene_is_the_content(scene: str | None, content: str) -> None:
    assert line(scene_text=scene)["content_code"] == content


@pytest.mark.parametrize(
    ("channel", "seller"),
    [
        ("0", "own"),
        ("1", "own"),
        ("2", "own"),
        ("100", "creator"),
        ("101", "creator"),
        ("102", "unknown"),
        ("103", "unknown"),
    ],
)
def test_the_sale_channel_is_the_seller(channel: str, seller: str) -> None:
    assert line(sale_channel_text=channel, scene_text="2")["seller_code"] == seller


def test_without_a_source_row_a_commission_decides() -> None:
    assert line(scene_text="2")["seller_code"] == "own"
    assert line(scene_text="2", commission_text="0")["seller_code"] == "creator"


@pytest.mark.parametrize(
    ("told", "seller"),
    [
        ({}, "own"),  # "-" in 带货方式: the shop's own sale
        ({"account_type_text": "带货达人"}, "creator"), ({"account_type_text": "带货机构"}, "creator"),
        ({"account_type_text": "视频号"}, "own"),
        ({"sold_by_text": "授权号", "creator_name": "某号"}, "own"),
        ({"sold_by_text": "达人带货"}, "creator"),
        ({"sold_by_text": "没见过的", "commission_fen": 100}, "creator"),
        ({"sold_by_text": "没见过的"}, None), ({"creator_name": "某号"}, None),
    ],
)  # fmt: skip
def test_who_sold_by_the_file(told: dict[str, object], seller: str | None) -> None:
    """Silent (null) where it does not say: what the API has told stays."""
    assert line("64", **told)["seller_code"] == seller


@pytest.mark.parametrize(
    ("opened", "done", "code"),
    [(None, None, "none"), (0, 0, "none"), (1, None, "pending"), (1, 1, "pending"), (0, 1, "success")],
)
def test_pieces_in_an_after_sale_now_and_done_with_one(
    opened: int | None, done: int | None, code: str
) -> None:
    assert line(open_after_qty=opened, done_after_qty=done)["refund_status_code"] == code


def test_the_file_does_not_tell_the_place_of_sale() -> None:
    assert line("64", sold_by_text="达人带货")["content_code"] is None
    assert line("64", sold_by_text="直播间")["content_code"] == "live"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("USER_CANCELD", "closed"), ("MERCHANT_PROCESSING", "pending"), ("MERCHANT_REJECT_REFUND", "pending"),
        ("PLATFORM_REFUND_FAIL", "pending"),
        ("MERCHANT_REFUND_SUCCESS", "success"), ("MERCHANT_RETURN_SUCCESS", "success"),
        ("MERCHANT_EXCHANGE_SUCCESS", "exchanged"),
        ("MERCHANT_REFUND_RETRY_FAIL", "closed"), ("RETURN_CLOSED", "closed"), ("SOMETHING_NEW", "unknown"),
    ],
)  # fmt: skip
def test_after_sale_status(status: str, code: str) -> None:
    told = refund(refund_status_text=status, updated_at=PAID)
    assert told["refund_status_code"] == code
    assert (told["refunded_at"] is not None) == (code == "success")


@pytest.mark.parametrize(
    ("told", "stage"),
    [
        ({}, "unknown"), ({"refund_type_text": "RETURN"}, "after_shipment"),
        ({"received_text": "1"}, "after_shipment"),
        ({"received_text": "0"}, "unknown"), ({"cause_text": "4"}, "before_shipment"),
        ({"cause_text": "8"}, "before_shipment"), ({"cause_text": "9"}, "unknown"),
        ({"order_told_text": "1", "line_sku_text": "7", "applied_at": PAID}, "before_shipment"),
        ({"order_told_text": "1", "line_sku_text": "7", "applied_at": PAID, "shipped_at": PAID},
            "after_shipment"),
        ({"order_told_text": "1", "applied_at": PAID}, "unknown"),  # the order is there, the line is not
    ],
)  # fmt: skip
def test_the_stage(told: dict[str, object], stage: str) -> None:
    assert refund(**told)["refund_stage_code"] == stage


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        (None, None, "unknown"), ("NO_REASON_7_DAYS", "七天无理由", "changed_mind"),
        ("NO_REASON_7_DAYS", "尺码不合适", "size"),
        ("10000021", "质量问题", "quality"), ("QUALITY_ISSUE", None, "quality"),
        ("NEW_CODE", "新原因", "other"), ("NOT_DELIVERED_TOO_LONG", None, "late"),
    ],
)  # fmt: skip
def test_the_reason_is_told_by_its_text_first(code: str | None, text: str | None, reason: str) -> None:
    assert refund(reason_text=code, reason_label_text=text)["reason_code"] == reason


def test_line_numbers_do_not_depend_on_the_order_of_the_rows() -> None:
    rows = [
        {**ORDER, "sku_code": code, "unit_price_fen": price, "real_fen": price, "product_id": "5"}
        for code, price in (("A", 0), ("A", 900), ("B", 500), (None, 100))
    ]
    ways = [rows, rows[::-1], [rows[2], rows[0], rows[3], rows[1]]]
    told = [
        PLATFORM.conform("orders", bronze_rows("orders", *way))["order_line"]
        .select("order_line_id", "unit_price_fen")
        .sort("order_line_id")
        .rows()
        for way in ways
    ]
    assert told[0] == told[1] == told[2]
    assert told[0][1:] == [("1:A", 900), ("1:A:2", 0), ("1:B", 500)]


def test_pages_of_one_order_in_two_exports_do_not_mix() -> None:
    both = pl.concat(
        [bronze_rows("orders", ORDER), bronze_rows("orders", ORDER).with_columns(_export_id=pl.lit("f"))]
    )
    frames = PLATFORM.conform("orders", both)
    assert frames["order"]["line_qty"].to_list() == [1, 1]
    assert frames["order_line"]["order_line_id"].to_list() == ["1:A", "1:A"]
