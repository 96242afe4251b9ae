"""Words and numbers: what is known has one meaning, what is not stays unknown."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from xiaohongshu_cases import NOW, bronze_rows

from connectors.xiaohongshu import PLATFORM, words
from contracts import codes

ORDER = {
    "order_id": "P1",
    "sku_code": "A-M",
    "red_code": "R1",
    "line_qty": 1,
    "line_paid_fen": 100,
    "order_paid_fen": 100,
    "order_status_text": "7",
}


def lines(*rows: dict[str, object], layout: str = "api") -> pl.DataFrame:
    return PLATFORM.conform("orders", bronze_rows("orders", *rows, layout=layout))["order_line"]


def line(layout: str = "api", **told: object) -> dict[str, object]:
    return lines({**ORDER, **told}, layout=layout).row(0, named=True)


def refund(layout: str = "api", **told: object) -> dict[str, object]:
    row = {
        "refund_id": "9",
        "order_id": "P1",
        "applied_fen": 500,
        "returned_fen": 500,
        "after_sale_status_text": "4",
        "after_sale_type_text": "1",
        **told,
    }
    return PLATFORM.conform("after_sales", bronze_rows("after_sales", row, layout=layout))["refund_line"].row(
        0, named=True
    )


def test_every_code_is_of_its_list() -> None:
    assert set(words.ORDER_STATUS.values()) <= {"closed", *codes.ORDER_STATUS.values}
    assert set(words.ORDER_AFTER_SALE.values()) <= set(codes.REFUND_STATUS.values)
    assert set(words.AFTER_SALE.values()) <= {"done", *codes.REFUND_STATUS.values}
    assert set(words.REFUND_TYPE.values()) <= set(codes.REFUND_TYPE.values)
    assert set(words.TYPE_STAGE.values()) <= set(codes.REFUND_STAGE.values)
    assert {code for code, _ in words.REASONS} <= set(codes.REFUND_REASON.values)
    assert set(words.FUND_TYPE.values()) <= set(codes.FUND_TYPE.values)
    assert {*words.DIRECTION.values(), *words.SERVICE.values()} <= set(codes.SETTLEMENT_TYPE.values)
    assert set(words.SERVICE_NAME.values()) == set(words.SERVICE)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("待付款", "1"),
        ("待配货", "4"),
        ("配货中", "4"),
        ("部分发货", "5"),
        ("待收货", "6"),
        ("已完成", "7"),
        ("已关闭", "8"),
        ("已取消", "9"),
    ],
)
def test_a_files_word_and_the_apis_number_mean_the_same(word: str, number: str) -> None:
    assert words.ORDER_STATUS[word] == words.ORDER_STATUS[number]


@pytest.mark.parametrize(
    ("status", "paid", "code"),
    [
        ("1", None, "unpaid"), ("2", NOW, "paid"), ("3", NOW, "paid"), ("4", NOW, "paid"),
        ("5", NOW, "part_shipped"), ("6", NOW, "shipped"),
        ("7", NOW, "finished"), ("8", NOW, "closed_refunded"), ("8", None, "closed_unpaid"),
        ("9", None, "closed_unpaid"), ("9", NOW, "closed_refunded"),
        ("10", NOW, "unknown"), ("待配货", NOW, "paid"), ("没见过", NOW, "unknown"),
    ],
)  # fmt: skip
def test_order_status(status: str, paid: dt.datetime | None, code: str) -> None:
    assert line(order_status_text=status, paid_at=paid)["order_status_code"] == code


def test_only_a_paid_order_has_paid() -> None:
    assert (line(paid_at=NOW)["paid_fen"], line()["paid_fen"], line()["placed_fen"]) == (100, 0, 100)


def test_a_creator_in_the_line_is_a_lower_bound_of_live() -> None:
    """An empty field proves nothing: the goods may have been put into the cart during the session and bought
    later.
    """
    assert line(creator_id="k1")["content_code"] == "live"
    assert (line("2026", creator_name="某达人")["content_code"], line()["content_code"]) == ("live", None)


@pytest.mark.parametrize(
    ("told", "gift"),
    [
        ({"gift_text": "1"}, True), ({"gift_text": "0"}, False),
        ({"gift_text": "0", "line_paid_fen": 0}, False),
        ({"order_type_text": "5", "line_paid_fen": 0}, True), ({"order_type_text": "5"}, False),
    ],
)  # fmt: skip
def test_gifts_by_the_api(told: dict[str, object], gift: bool) -> None:
    assert line(**told)["is_gift"] is gift


def test_gifts_by_the_file() -> None:
    paid, free = (
        {"order_id": "P1", "red_code": code, "payable_fen": fen, "receivable_fen": fen}
        for code, fen in (("R1", 500), ("R2", 0))
    )
    assert lines(paid, free, layout="2026")["is_gift"].to_list() == [False, True], (
        "a free row beside a paid one"
    )
    assert lines(free, layout="2026")["is_gift"].to_list() == [False], "alone it may be anything"
    assert lines({**free, "gift_text": "是"}, {**paid, "gift_text": "否"}, layout="72")[
        "is_gift"
    ].to_list() == [True, False]


@pytest.mark.parametrize(
    ("spec", "code", "color", "size", "style"),
    [
        ("黑色 M", "YS010007-03-M", "黑色", "M", "YS010007"), ("M 黑色", "YS01-M", "黑色", "M", "YS01"),
        ("黑色/xl", "YS01-XL", "黑色", "xl", "YS01"),
        ("均码 驼色", "YS01", "驼色", "均码", "YS01"), ("黑色 白色", "YS01-M", None, None, "YS01-M"),
        ("165 M", "YS01-M", None, None, "YS01-M"),
        ("随机", None, None, None, None),
    ],
)  # fmt: skip
def test_goods_by_their_specification(
    spec: str, code: str | None, color: str | None, size: str | None, style: str | None
) -> None:
    told = line(spec_text=spec, sku_code=code)
    assert (told["color_name"], told["size_name"], told["style_code"]) == (color, size, style)


def test_line_numbers_do_not_depend_on_the_order_of_the_rows() -> None:
    rows = [
        {**ORDER, "red_code": code, "line_paid_fen": fen}
        for code, fen in (("R1", 0), ("R1", 900), ("R2", 500))
    ]
    told = [
        lines(*way).select("order_line_id", "placed_fen").sort("order_line_id").rows()
        for way in (rows, rows[::-1])
    ]
    assert told[0] == told[1] == [("P1:R1", 900), ("P1:R1:2", 0), ("P1:R2", 500)]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"refund_status_text": "2"}, "success"),
        ({"refund_status_text": "2", "after_sale_status_text": "3"}, "success"),
        ({"refund_status_text": "1"}, "unknown"),  # done, but the money is not with the buyer yet
        ({"after_sale_status_text": "4", "after_sale_type_text": "2"}, "exchanged"),
        ({"after_sale_status_text": "9"}, "pending"),
        ({"after_sale_status_text": "9001"}, "pending"), ({"after_sale_status_text": "14"}, "pending"),
        ({"after_sale_status_text": "5"}, "closed"),
        ({"after_sale_status_text": "6"}, "closed"), ({"after_sale_status_text": "77"}, "unknown"),
    ],
)  # fmt: skip
def test_after_sale_status_by_the_api(told: dict[str, object], status: str) -> None:
    assert refund(**told)["refund_status_code"] == status


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"after_sale_status_text": "已完成", "after_sale_type_text": "退货退款"}, "success"),
        ({"after_sale_status_text": "已完成", "after_sale_type_text": "换货"}, "exchanged"),
        ({"after_sale_status_text": "已完成", "after_sale_type_text": "没见过"}, "unknown"),
        ({"after_sale_status_text": "退款成功"}, "success"),
        ({"after_sale_status_text": "待审核"}, "pending"), ({"after_sale_status_text": "已关闭"}, "closed"),
    ],
)  # fmt: skip
def test_after_sale_status_by_the_file(told: dict[str, object], status: str) -> None:
    row = refund("2026", **told)
    assert row["refund_status_code"] == status
    assert row["refunded_at"] is None


@pytest.mark.parametrize(
    ("number", "word", "stage", "kind"),
    [
        ("1", "退货退款", "after_shipment", "return_refund"),
        ("2", "换货", "after_shipment", "exchange"), ("4", "已发货仅退款", "after_shipment", "refund_only"),
        ("5", "未发货仅退款", "before_shipment", "refund_only"), ("6", "价保", "unknown", "price_protection"),
        ("3", "仅退款", "unknown", "refund_only"),
    ],
)  # fmt: skip
def test_the_type_tells_the_stage(number: str, word: str, stage: str, kind: str) -> None:
    for told in (refund(after_sale_type_text=number), refund("2026", after_sale_type_text=word)):
        assert (told["refund_stage_code"], told["refund_type_code"]) == (stage, kind)


def test_the_api_counts_what_was_refunded_the_file_what_was_applied_for() -> None:
    assert refund(refund_status_text="2", returned_fen=400)["refund_fen"] == 400
    assert refund(after_sale_status_text="1", returned_fen=0)["refund_fen"] == 500
    assert refund("2026", after_sale_status_text="退款成功", returned_fen=None)["refund_fen"] == 500


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "unknown"), ("尺码不合适", "size"), ("质量问题", "quality"), ("商品与描述不符", "look"),
        ("7天无理由", "changed_mind"),
        ("未按约定时间发货", "late"), ("申请价保", "price"), ("新原因", "other"),
    ],
)  # fmt: skip
def test_the_reason(text: str | None, code: str) -> None:
    assert refund(reason_text=text)["reason_code"] == code


@pytest.mark.parametrize(
    ("told", "settled"),
    [
        ({"direction_text": "0"}, 500), ({"direction_text": "1"}, -500),
        ({"direction_text": "1", "moved_fen": -500}, -500),
        ({"direction_text": "没见过", "moved_fen": -500}, -500), ({"direction_text": "没见过"}, 500),
        ({"direction_text": "1", "settle_status_text": "6"}, 0),
    ],
)  # fmt: skip
def test_the_sign_of_a_service(told: dict[str, object], settled: int) -> None:
    row = {"service_text": "1", "moved_fen": 500, "settled_at": NOW, **told}
    entry = PLATFORM.conform("services", bronze_rows("services", row))["settlement_entry"].row(0, named=True)
    assert (entry["settled_fen"], entry["settlement_type_code"], entry["other_fee_fen"]) == (
        settled,
        "fee",
        -settled,
    )
    assert entry["income_fen"] + entry["expense_fen"] == settled


def test_entries_that_are_alike_are_counted_not_lost() -> None:
    row = {"order_id": "P1", "settled_at": NOW, "direction_text": "0", "moved_fen": 500, "income_fen": 600}
    entry = PLATFORM.conform("settlements", bronze_rows("settlements", row, row, {**row, "moved_fen": 400}))[
        "settlement_entry"
    ]
    assert entry["settlement_entry_id"].n_unique() == 3
    assert entry["settled_fen"].sum() == 1400
