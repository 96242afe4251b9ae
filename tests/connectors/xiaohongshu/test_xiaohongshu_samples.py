"""Every shipped sample to the fen, against figures added up by hand."""

from __future__ import annotations

import polars as pl
import pytest
from xiaohongshu_cases import (
    AFTER_SALES,
    FUNDS,
    ORDERS,
    ORDERS_72,
    SERVICES,
    SETTLEMENTS,
    moment,
    read_sample,
    sample,
)


def rows(frame: pl.DataFrame, key: str, *names: str) -> dict[object, tuple[object, ...]]:
    return {row[0]: row[1:] for row in frame.select(key, *names).iter_rows()}


def test_order_file() -> None:
    reading = read_sample(ORDERS)
    assert reading.observed_at == moment("2026-11-20 15:11:00")
    assert reading.new_columns == []
    assert set(reading.dropped_columns) == {
        "区",
        "收件人姓名",
        "收件人电话",
        "收件人地址",
        "用户编号",
        "快递单号",
        "用户备注",
        "包裹备注信息",
    }
    line = sample(ORDERS)["order_line"]
    assert line.height == 8
    assert line["paid_fen"].sum() == 129900 + 19900 + 17901 + 15800 + 25900 + 8880
    p = "P7123456789012341"
    assert rows(line, "order_line_id", "paid_fen", "order_status_code", "is_gift", "line_qty") == {
        f"{p}01:XHS-32JY3DKV2Q68": (129900, "finished", False, 1),
        f"{p}02:XHS-32JY3DKV2Q68": (19900, "paid", False, 1),
        f"{p}02:XHS-7QK2M4P8T1WZ": (17901, "paid", False, 2),
        f"{p}03:XHS-7QK2M4P8T1WZ": (0, "closed_unpaid", False, 1),
        f"{p}04:XHS-7QK2M4P8T1WZ": (15800, "closed_refunded", False, 1),
        f"{p}05:XHS-32JY3DKV2Q68": (25900, "paid", False, 1),
        f"{p}05:XHS-GIFT00000001": (0, "paid", True, 1),
        line["order_line_id"][7]: (8880, "paid", False, 1),
    }
    first = line.row(0, named=True)
    assert (first["style_code"], first["color_name"], first["size_name"], first["province_name"]) == (
        "YS010007",
        "黑色",
        "M",
        "广东省",
    )
    assert (first["content_code"], first["creator_id"], first["creator_name"]) == (
        "live",
        None,
        "云杉官方直播间",
    )
    assert first["placed_fen"] == 129900, "what the buyer was to pay, not 商品总价 and not 商家应收"
    assert (first["shipped_at"], first["finished_at"]) == (
        moment("2026-11-02 10:00:00"),
        moment("2026-11-12 09:30:00"),
    )
    assert line["placed_fen"][3] is None, (
        "an unpaid order's money cells are empty: nothing is told, and nothing made up"
    )


def test_a_sku_without_codes_is_named_by_what_it_is_called() -> None:
    name = sample(ORDERS)["order_line"]["order_line_id"][7]
    assert name.startswith("P712345678901234106:")
    assert len(name.split(":")[1]) == 12


def test_order_details() -> None:
    frames = sample("order_getOrderDetail.json", "orders")
    p = "P7123456789012341"
    assert rows(frames["order"], "order_id", "paid_fen", "placed_fen", "freight_fen",
        "order_status_code") == {
        f"{p}01": (129900, 129900, 0, "finished"), f"{p}10": (27700, 27700, 1000, "shipped"),
        f"{p}03": (0, 15800, 0, "closed_unpaid"),
    }  # fmt: skip
    assert rows(
        frames["order_line"],
        "order_line_id",
        "paid_fen",
        "is_gift",
        "discount_platform_fen",
        "discount_merchant_fen",
    ) == {
        f"{p}01:XHS-32JY3DKV2Q68": (129900, False, 2000, 18000),
        f"{p}10:XHS-32JY3DKV2Q68": (25900, False, 0, 0),
        f"{p}10:XHS-GIFT00000001": (0, True, 0, 0),
        f"{p}10:65f0a1b2c3d4e5f607182932": (800, False, 0, 0),  # a bundle: its parts' codes are not its own
        f"{p}03:XHS-7QK2M4P8T1WZ": (0, False, 0, 1000),
    }
    first = frames["order_line"].row(0, named=True)
    assert (first["creator_id"], first["creator_name"], first["content_code"], first["unit_price_fen"]) == (
        "1035092496881587",
        "云杉官方直播间",
        "live",
        149900,
    )
    assert frames["order_line"]["content_code"].to_list() == ["live", None, None, None, None]


def test_file_and_api_name_the_same_line_alike() -> None:
    by_file = sample(ORDERS)["order_line"].row(0, named=True)
    by_api = sample("order_getOrderDetail.json", "orders")["order_line"].row(0, named=True)
    same = [
        "order_line_id",
        "order_id",
        "order_status_code",
        "paid_fen",
        "placed_fen",
        "created_at",
        "paid_at",
        "shipped_at",
        "finished_at",
        "sku_code",
    ]
    same += [
        "style_code",
        "color_name",
        "size_name",
        "product_name",
        "line_qty",
        "is_gift",
        "content_code",
        "creator_name",
        "province_name",
    ]
    assert {name: by_file[name] for name in same} == {name: by_api[name] for name in same}


def test_after_sale_file_tells_what_was_applied_for_and_money_only_where_the_status_proves_it() -> None:
    line = sample(AFTER_SALES)["refund_line"]
    names = ("refund_status_code", "refund_fen", "refund_type_code", "refund_stage_code", "reason_code")
    assert list(rows(line, "refund_id", *names).values()) == [
        ("success", 15800, "refund_only", "before_shipment", "changed_mind"),
        ("pending", 129900, "return_refund", "after_shipment", "size"),
        ("success", 9990, "return_refund", "after_shipment", "quality"),
        ("exchanged", 0, "exchange", "after_shipment", "size"),
        ("closed", 2000, "refund_only", "unknown", "other"),
    ]
    assert line["refunded_at"].null_count() == 5, "the file tells no moment of the refund"
    assert (line["order_line_id"] == line["order_id"]).all()


def test_after_sale_details_tell_what_was_refunded_and_share_it_to_the_fen() -> None:
    line = sample("afterSale_getAfterSaleInfo.json", "after_sales")["refund_line"]
    assert line.select("order_line_id", "refund_status_code", "refund_fen", "refunded_at").rows() == [
        ("P712345678901234110:XHS-32JY3DKV2Q68", "pending", 25900, None),
        # 300.00 came back of 300.01 asked for; the first line is due 20001 × 30000 / 30001 = 20000.3 fen
        ("P712345678901234111:XHS-32JY3DKV2Q68", "success", 20000, moment("2026-11-10 10:00:01")),
        ("P712345678901234111:XHS-7QK2M4P8T1WZ", "success", 10000, moment("2026-11-10 10:00:01")),
        ("P712345678901234112:XHS-7QK2M4P8T1WZ", "success", 1990, moment("2026-11-06 11:00:00")),
        ("P712345678901234113:XHS-7QK2M4P8T1WZ", "exchanged", 0, None),
    ]
    assert line["refund_stage_code"].to_list() == ["after_shipment"] * 3 + [
        "before_shipment",
        "after_shipment",
    ]


def test_settlement_entries_are_signed_by_their_direction() -> None:
    entry = sample("finance_pageQueryTransaction.json", "settlements")["settlement_entry"]
    names = (
        "settlement_type_code",
        "settled_fen",
        "income_fen",
        "expense_fen",
        "platform_fee_fen",
        "commission_creator_fen",
        "other_fee_fen",
    )
    assert rows(entry, "settlement_entry_id", *names) == {
        "sale:P712345678901234101::20261114030000:121306": ("sale", 121306, 131900, -10594, 6600, 3071, 923),
        "refund_after:P712345678901234107:4148092911795003:20261114040000:9990": (
            "refund_after",
            -9990,
            -9990,
            0,
            0,
            0,
            0,
        ),
        "refund_after:P712345678901234114:4148092911795020:20261114050000:5000": (
            "refund_after",
            0,
            -5000,
            5000,
            0,
            0,
            0,
        ),  # entry and reversal cancel out: nothing is settled
    }
    assert (entry["income_fen"] + entry["expense_fen"] == entry["settled_fen"]).all()
    first = entry.row(0, named=True)
    assert (
        first["income_fen"]
        - first["platform_fee_fen"]
        - first["commission_creator_fen"]
        - first["other_fee_fen"]
        == first["settled_fen"]
    )
    assert (first["subsidy_platform_fen"], first["settled_at"]) == (2000, moment("2026-11-14 03:00:00"))
    assert entry["refund_id"].to_list() == [None, "4148092911795003", "4148092911795020"]
    assert entry["settled_refund_fen"].to_list() == [0, 9990, 5000]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "结算单2019-08_商品销售.xlsx",
            [
                ("P190800000000000001", "sale", 26976, 32000, 4800, 224),
                ("P190800000000000002", "sale", 13479, 15990, 2399, 112),
            ],
        ),
        ("结算单2019-09_退货.xlsx", [("P190800000000000001", "refund_after", -26976, -32000, -4800, -224)]),
        ("结算单2019-09_人工退款.xlsx", [("P190800000000000002", "refund_after", -1700, -2000, -300, 0)]),
    ],
)
def test_statement_sheets_of_2019(name: str, told: list[tuple[object, ...]]) -> None:
    """Their totals row is left out; freight stays out of what was settled."""
    entry = sample(name)["settlement_entry"]
    assert (
        entry.select(
            "order_id",
            "settlement_type_code",
            "settled_fen",
            "income_fen",
            "platform_fee_fen",
            "other_fee_fen",
        ).rows()
        == told
    )
    assert entry["settlement_entry_id"].n_unique() == entry.height
    back = [-income if kind == "refund_after" else 0 for _, kind, _, income, *_ in told]
    assert entry["settled_refund_fen"].to_list() == back


def test_account_flow_by_file_and_api() -> None:
    by_file = sample(FUNDS)["fund_entry"]
    by_api = sample("finance_querySellerAccountRecords.json", "funds")["fund_entry"]
    assert by_file.select("fund_type_code", "moved_fen", "balance_fen", "order_id").rows() == [
        ("sale", 121306, 50121306, "P712345678901234101"),
        ("refund", -9990, 50111316, "P712345678901234107"),
        ("withdrawal", -100000, 50011316, None),
        ("freight", -1200, 50010116, None),
    ]
    same = [
        "fund_entry_id",
        "moved_at",
        "moved_fen",
        "balance_fen",
        "fund_type_code",
        "order_id",
        "scene_name",
    ]
    assert by_api.select(same).rows() == by_file[[0, 2]].select(same).rows()
    assert set(by_api["account_name"]) == {"店铺余额"}
    steps = by_file["balance_fen"].diff().drop_nulls()
    assert steps.to_list() == by_file["moved_fen"][1:].to_list()


def test_spotlight_days() -> None:
    spend = sample("聚光报表_20261117_20261118.csv")["ad_spend"]
    assert spend.select("ad_entry_id", "spent_fen", "impressions_qty", "clicks_qty").rows() == [
        ("spotlight:2026-11-17:", 32050, 18492, 402),
        ("spotlight:2026-11-18:", 12000, 6000, 150),
    ]


def test_the_full_order_file_tells_as_much_as_the_api() -> None:
    reading = read_sample(ORDERS_72)
    assert reading.new_columns == []
    assert "buyer_key" in reading.bronze.columns and reading.bronze["buyer_key"].null_count() == 4, (
        "without the tenant's secret there is no key"
    )
    by_file = sample(ORDERS_72)["order_line"]
    by_api = sample("order_getOrderDetail.json", "orders")["order_line"]
    same = [
        "order_line_id",
        "order_status_code",
        "paid_fen",
        "created_at",
        "paid_at",
        "product_id",
        "sku_code",
        "style_code",
        "is_gift",
        "content_code",
    ]
    same += [
        "creator_id",
        "creator_name",
        "discount_platform_fen",
        "discount_merchant_fen",
        "province_name",
        "line_qty",
    ]
    told = by_file.filter(pl.col("paid_fen") > 0).select(same)
    assert told.height == 2
    assert told.join(by_api, on=same, how="anti", nulls_equal=True).is_empty()
    assert by_file["is_gift"].to_list() == [False, False, True, False]
    assert by_file["placed_fen"].to_list() == [129900, 25900, 0, None]


def test_settlement_file_and_api_name_the_same_entry_alike() -> None:
    by_file = sample(SETTLEMENTS)["settlement_entry"]
    by_api = sample("finance_pageQueryTransaction.json", "settlements")["settlement_entry"]
    same = [
        name
        for name in by_file.columns
        if not name.startswith("_") and name not in ("commission_service_fen", "freight_fen")
    ]
    assert by_file[:2].select(same).rows() == by_api[:2].select(same).rows()
    third = by_file.row(2, named=True)
    # 100.00 less 5.00, 0.60, 6.40 and 1.00, whatever their signs
    assert [third[name] for name in ("income_fen", "expense_fen", "settled_fen", "platform_fee_fen",
            "commission_service_fen", "other_fee_fen")] == [
        10000, -1300, 8700, 500, 740, 60
    ]  # fmt: skip
    assert (by_file["income_fen"] + by_file["expense_fen"]).equals(by_file["settled_fen"], check_names=False)


def test_services_by_file_and_api() -> None:
    by_file = sample(SERVICES)["settlement_entry"]
    by_api = sample("finance_pageQueryExpense.json", "services")["settlement_entry"]
    assert by_file.select(
        "settlement_type_code", "settled_fen", "income_fen", "expense_fen", "subsidy_platform_fen"
    ).rows() == [
        ("compensation", -1230, 0, -1230, 0),
        ("insurance", -120, 0, -120, 0),
        ("subsidy", 300, 300, 0, 300),
        ("unknown", -200, 0, -200, 0),
    ]
    same = [name for name in by_file.columns if not name.startswith("_")]
    assert by_api[:3].select(same).rows() == by_file[:3].select(same).rows()
    assert by_api.row(3, named=True)["settled_fen"] == 0, "offset: nothing is settled"


def test_products_are_skus() -> None:
    product = sample("product_getDetailSkuList.json", "products")["product"]
    assert product.select(
        "sku_code", "style_code", "color_name", "size_name", "unit_price_fen", "stock_qty", "is_on_sale"
    ).rows() == [
        ("YS010007-03-M", "YS010007", "黑色", "M", 149900, 35, True),
        ("YS020011-01-L", "YS0200", "白色", "L", 16800, 0, True),  # 商品货号 goes first
        (None, None, None, None, 8880, 7, False),
    ]
    ordered = sample("order_getOrderDetail.json", "orders")["order_line"]
    assert set(product["product_id"][:2]) <= set(ordered["product_id"])


def test_a_buyer_has_one_key_under_the_tenants_secret_and_no_name() -> None:
    one, other = (read_sample(ORDERS_72, secret=secret).bronze["buyer_key"] for secret in (b"one", b"other"))
    assert one.n_unique() == 1 and len(one[0]) == 64
    assert one[0] != other[0]
