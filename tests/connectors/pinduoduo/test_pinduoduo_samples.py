"""Shipped samples to the fen; the expected values are worked out by hand from the files' cells."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from pinduoduo_cases import (
    ACCOUNT,
    ACCOUNT_ADS,
    ALL_82,
    DEFAULT_23,
    INSTALMENT_27,
    LINEAGE,
    OF_2020,
    PRODUCT_ADS,
    SAMPLES,
    conformed,
    moment,
    orders,
    read_answer,
    read_sample,
)

IDS = [f"261118-10000000000000{n}" for n in (1, 2, 3)] + [
    f"261119-10000000000000{n}" for n in (4, 5, 6, 7, 8)
]


def test_orders_with_all_columns() -> None:
    line = orders(ALL_82)
    assert line["order_id"].to_list() == line["order_line_id"].to_list() == IDS
    assert line["placed_fen"].to_list() == [11490, 6400, 19980, 8900, 0, 7250, 7550, 3990]
    assert line["paid_fen"].to_list() == [11490, 6400, 19980, 8900, 0, 0, 0, 3990]
    assert line["freight_fen"].to_list() == [0, 600, 0, 0, 0, 0, 0, 0]
    assert line["discount_platform_fen"].to_list() == [500, 0, 0, 0, 0, 0, 0, 0]
    assert line["discount_merchant_fen"].to_list() == [1000, 0, 0, 0, 0, 300, 0, 0]
    assert line["unit_price_fen"].to_list() == [12990, 5800, 9990, 8900, 0, 7550, 7550, 3990]
    assert line["order_status_code"].to_list() == [
        "finished", "closed_refunded", "closed_refunded", "shipped", "paid", "unpaid", "closed_unpaid",
        "paid",
    ]  # fmt: skip
    assert line["refund_status_code"].to_list() == [
        "none",
        "success",
        "success",
        "none",
        "none",
        "none",
        "none",
        "pending",
    ]
    # only what went back before shipment went back whole; order 3 may have kept a part
    assert line["stated_refund_fen"].to_list() == [None, 6400, None, None, None, None, None, None]
    assert line["paid_at"].to_list()[0] == moment("2026-11-18 14:05:09")
    assert line["paid_at"].is_null().to_list() == [False] * 5 + [True, True, False]
    assert line["content_code"].to_list() == ["live", "unknown", "live", *["unknown"] * 5]
    assert line["seller_code"].to_list() == ["own", "unknown", "own", *["unknown"] * 5]
    assert line["color_name"].to_list() == ["黑色", "黑色", "白色", None, "随机", "黑色", "黑色", "黑色"]
    assert line["size_name"].to_list() == ["M", "M", "L", None, "均码", "M", "M", "M"]
    assert line["is_gift"].to_list() == [False] * 4 + [True] + [False] * 3
    assert (line["style_code"][0], line["sku_code"][0], line["product_id"][0]) == (
        "LX001",
        "LX001-01-M",
        "654321098765",
    )
    assert line["province_name"][0] == "广东省"


def test_personal_columns_are_dropped_by_name() -> None:
    assert set(read_sample(ALL_82).dropped_columns) == {
        "商家备注", "买家留言", "消费者资料", "快递单号", "区", "街道/镇", "配送员手机号", "用户购买手机号",
        "旅行类信息", "充值号码",
    }  # fmt: skip
    assert {"收货人", "手机", "街道"} <= set(read_sample(OF_2020).dropped_columns)


@pytest.mark.parametrize("name", [DEFAULT_23, INSTALMENT_27, OF_2020])
def test_other_columns_tell_the_same_orders(name: str) -> None:
    """What was ticked changes what is told, never what is meant."""
    full, other = orders(ALL_82), orders(name)
    untold = [column for column in other.columns if other[column].is_null().all()]
    assert set(untold) <= {"created_at", "is_shipment_told", "content_code", "seller_code", "province_name"}
    same = [
        column
        for column in full.columns
        if column not in (*LINEAGE, *untold, *(["paid_at"] if name == DEFAULT_23 else []))
    ]
    assert other.select(same).equals(full.select(same))


def test_a_file_without_any_time_of_payment_falls_back_on_the_day_in_the_number() -> None:
    line = orders(DEFAULT_23)
    assert line["paid_at"].to_list() == [
        moment(f"2026-11-{day} 00:00:00") for day in (18, 18, 18, 19, 19)
    ] + [None, None, moment("2026-11-19 00:00:00")]


def test_orders_by_api() -> None:
    line = conformed(read_answer("orders", (SAMPLES / "api_orders.json").read_bytes()))["order_line"].sort(
        "order_id"
    )
    assert line["paid_fen"].to_list() == [11490, 6400, 19980, 0, 1780], (
        "a double's noise (17.799999999999997) is not money"
    )
    assert line["order_status_code"].to_list() == [
        "finished",
        "closed_refunded",
        "closed_refunded",
        "paid",
        "shipped",
    ]
    assert line["refund_status_code"].to_list() == ["none", "success", "success", "none", "exchanged"]
    assert line["stated_refund_fen"].to_list() == [None, 6400, None, None, None]
    assert line["is_gift"].to_list() == [False, False, False, True, False]
    assert line["is_shipment_told"].to_list() == [True] * 5, (
        "which a file does only where its column was ticked"
    )
    assert line["content_code"].to_list() == [None] * 5, "the API has no word on channels"
    assert line["created_at"][0] == moment("2026-11-18 14:04:55")
    full = orders(ALL_82)
    same = [
        name
        for name in line.columns
        if name not in (*LINEAGE, "created_at", "is_shipment_told", "content_code", "seller_code")
    ]
    assert line.head(3).select(same).equals(full.head(3).select(same))


def test_after_sales_by_api() -> None:
    refund = conformed(read_answer("after_sales", (SAMPLES / "api_after_sales.json").read_bytes()))[
        "refund_line"
    ].sort("refund_id")
    assert refund["refund_fen"].to_list() == [6400, 9990, 8900, 0, 11490, 5]
    assert refund["refund_status_code"].to_list() == [
        "success",
        "success",
        "pending",
        "exchanged",
        "closed",
        "success",
    ]
    assert refund["refund_type_code"].to_list() == [
        "refund_only",
        "return_refund",
        "refund_only",
        "exchange",
        "return_refund",
        "price_protection",
    ]
    assert refund["refund_stage_code"].to_list() == [
        "unknown",
        "after_shipment",
        "unknown",
        "after_shipment",
        "after_shipment",
        "after_shipment",
    ]
    assert refund["reason_code"].to_list() == [
        "changed_mind",
        "size",
        "late",
        "quality",
        "changed_mind",
        "price",
    ]
    told = dt.datetime.fromtimestamp(1763600000, tz=moment("2026-11-19 00:00:00").tzinfo)
    assert refund["refunded_at"].to_list() == [
        moment("2026-11-18 17:00:00"),
        told,
        None,
        None,
        None,
        moment("2026-11-19 13:05:00"),
    ]
    assert refund["order_line_id"].equals(refund["order_id"].alias("order_line_id"))


def test_the_account() -> None:
    reading = read_sample(ACCOUNT)
    assert reading.observed_at == moment("2026-11-20 10:00:00")
    frames = conformed(reading)
    fund = frames["fund_entry"].sort("_row_number")
    assert fund["moved_fen"].to_list() == [6180, 500, -40, -2750, 17, -300, -90, -90, -50000, -100000, -814]
    assert fund["fund_type_code"].to_list() == [
        "sale", "subsidy", "fee", "refund", "fee", "compensation", "commission", "commission", "advertising",
        "withdrawal", "other",
    ]  # fmt: skip
    assert fund["fund_entry_id"].n_unique() == 11, "two like movements of one second stay two"
    assert fund["order_id"][5] == "261101-100000000000013", "the number stands in the remark only"
    assert fund["_row_number"].to_list() == list(range(6, 17)), "line 5 is the header"
    entry = frames["settlement_entry"].sort("_row_number")
    assert entry["settled_fen"].sum() == 6180 + 500 - 40 - 2750 + 17 - 300 - 180 - 814
    assert (entry["income_fen"] + entry["expense_fen"]).equals(entry["settled_fen"].alias("income_fen"))
    assert entry["platform_fee_fen"].sum() == 40 - 17
    assert entry["commission_creator_fen"].sum() == 180
    assert entry["subsidy_platform_fen"].sum() == 500
    assert entry["settled_refund_fen"].sum() == 2750
    assert set(entry["settlement_type_code"]) == {
        "sale",
        "subsidy",
        "fee",
        "refund_after",
        "compensation",
        "other",
    }


def test_the_account_names_orders_by_either_header() -> None:
    one, other = (
        conformed(read_sample(name))["fund_entry"].drop(LINEAGE) for name in (ACCOUNT, "bill_goods_order.csv")
    )
    assert other.height == 5
    assert one.join(other, on=one.columns, how="semi", nulls_equal=True).height == 5


def test_promotion() -> None:
    spend = conformed(read_sample(PRODUCT_ADS))["ad_spend"]
    assert spend["spent_fen"].to_list() == [12050, 3025, 10000], "总花费, not 成交花费; the total is no row"
    assert spend["reported_gmv_fen"].to_list() == [48000, 0, 40010]
    assert spend["impressions_qty"].to_list() == [6000, 900, 5100]
    assert spend["product_id"].to_list() == ["654321098765", "654321098766", "654321098765"]
    days = conformed(read_sample(ACCOUNT_ADS))["ad_spend"]
    assert days.select("ad_date", "spent_fen", "reported_orders_qty", "reported_net_fen").rows() == [
        (dt.date(2026, 11, 17), 15075, 4, 47000), (dt.date(2026, 11, 18), 10000, 2, 40010),
    ]  # fmt: skip
    by_api = conformed(read_answer("ads", (SAMPLES / "api_ads.json").read_bytes()))["ad_spend"]
    assert by_api.select("spent_fen", "reported_gmv_fen").rows() == [(15076, 48000), (10000, 40010)], (
        "li: 150755 is 150.755 yuan, half a fen goes up"
    )
    assert pl.concat([spend, days, by_api])["ad_family_code"].unique().sort().to_list() == [
        "pinduoduo_account",
        "pinduoduo_product",
        "pinduoduo_scene",
    ]


def test_goods_are_skus_and_goods_without_any_are_themselves() -> None:
    product = conformed(read_answer("products", (SAMPLES / "api_goods.json").read_bytes()))["product"]
    assert product.select("product_id", "platform_sku_id", "style_code", "color_name", "size_name",
        "stock_qty", "is_on_sale").rows() == [
        ("612345678901", "1212345678901", "YS26F001", "驼色", "M", 40, True),
        ("612345678901", "1212345678902", "YS26F001", "黑色", "L", 20, False),
        ("612345678902", "612345678902", None, None, None, None, False),
    ]  # fmt: skip
