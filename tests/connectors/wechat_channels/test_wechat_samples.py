"""The shipped samples, computed by hand to the fen."""

from __future__ import annotations

import polars as pl
import pytest
from wechat_cases import SAMPLES, moment, page, private_cells, read, read_page, sample

from connectors.wechat_channels import PLATFORM


def rows(frame: pl.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return frame.select(columns).rows()


def test_order_amounts_repeat_on_every_item_and_are_counted_once() -> None:
    order = sample("orders_64_20260720213000.xlsx")["order"]
    assert rows(
        order, "order_id", "placed_fen", "paid_fen", "freight_fen", "line_qty", "order_status_code"
    ) == [
        ("3730049440287691377", 36320, 36320, 600, 4, "finished"),
        ("3730049440287692889", 129000, 129000, 0, 1, "shipped"),
        (
            "3730049440287693153",
            6700,
            0,
            800,
            1,
            "unpaid",
        ),  # 0 paid: 59.00 of goods and 8.00 of freight were to be paid
        ("3730049440287694433", 8800, 8800, 0, 1, "closed_refunded"),
    ]


def test_lines_carry_the_goods_alone_and_the_freight_is_the_orders_rest() -> None:
    frames = sample("orders_64_20260720213000.xlsx")
    line = frames["order_line"]
    assert rows(
        line,
        "sku_code",
        "paid_fen",
        "stated_refund_fen",
        "refund_status_code",
        "is_gift",
        "seller_code",
        "creator_id",
    ) == [
        ("YS01-B-M", 17900, 0, "none", False, "own", None),
        ("YS02-W-L", 17820, 8910, "success", False, "own", None),
        ("ZP01", 0, 0, "none", True, "own", None),
        ("YS03-K-S", 129000, 0, "none", False, "creator", "sphD1x2Y3z"),
        ("YS04-B-M", 0, None, "none", False, "own", None),  # never paid: nothing can have come back
        ("YS05-R-S", 8800, 8800, "success", False, None, None),  # 带货方式 says a word nobody has listed
    ]
    paid = line.group_by("order_id").agg(pl.col("paid_fen").sum()).join(frames["order"], on="order_id")
    assert (
        dict(paid.select("order_id", pl.col("paid_fen_right") - pl.col("paid_fen")).iter_rows())[
            "3730049440287691377"
        ]
        == 600
    )


def test_discounts_of_the_order_are_shared_out_to_the_fen() -> None:
    line = sample("orders_64_20260720213000.xlsx")["order_line"].filter(
        pl.col("order_id") == "3730049440287691377"
    )
    # 29.80 by 199.00 : 198.00 : 0.00 → 14.937…, so 14.93 and 14.87; the platform's part is told by the item
    # itself
    assert rows(line, "discount_merchant_fen", "discount_platform_fen", "discount_creator_fen") == [
        (1493, 500, None),
        (1487, 500, None),
        (0, 0, None),
    ]


def test_settled_money_is_what_merchants_make_of_the_order_file() -> None:
    entry = sample("orders_64_20260720213000.xlsx")["settlement_entry"]
    # 373.20 received − 89.10 back − 18.66 fee
    assert rows(
        entry,
        "order_id",
        "settled_fen",
        "income_fen",
        "expense_fen",
        "platform_fee_fen",
        "settled_refund_fen",
        "settled_at",
    ) == [("3730049440287691377", 26544, 37320, -10776, 1866, 8910, moment("2026-07-14 02:00:00"))]


def test_rows_that_together_say_more_than_the_order_share_its_amount() -> None:
    frames = sample("orders_57.csv")
    line = frames["order_line"].filter(pl.col("order_id") == "3730049440287695517")
    # 90.00 + 80.00 + 85.00 on an order of 250.01
    assert line["paid_fen"].to_list() == [8823, 7844, 8334]
    assert line["paid_fen"].sum() == 25001
    entry = frames["settlement_entry"]
    assert rows(entry, "settled_fen", "commission_service_fen", "commission_creator_fen") == [
        (25001 - 1250 - 3000, 3000, 0)
    ]


def test_a_row_without_sku_code_is_named_by_product_and_attributes() -> None:
    line = sample("orders_57.csv")["order_line"]
    first, second, other, coded = line["order_line_id"]
    assert second == f"{first}:2"  # the same goods twice, attributes in another order and another typography
    assert first.startswith("3730049440287695517:10000123456811-")
    assert other.rpartition("-")[0] == first.rpartition("-")[0] and other != first
    assert coded == "3730049440287696653:YS07-G"
    assert rows(line, "color_name", "size_name")[:2] == [("黑色", "M"), ("黑色", "M")]


def test_the_2024_file_tells_the_order_and_leaves_its_lines_silent_on_money() -> None:
    frames = sample("orders_2024.csv")
    assert rows(frames["order"], "placed_fen", "paid_fen", "order_status_code") == [
        (27730, 27730, "shipped"),
        (12900, 0, "unpaid"),
    ]
    assert rows(
        frames["order_line"], "paid_fen", "stated_refund_fen", "content_code", "seller_code", "creator_name"
    ) == [
        (None, None, "live", None, "云杉官方直播间"),
        (None, None, "live", None, "云杉官方直播间"),
        (0, None, None, None, None),
    ]


def test_one_order_can_have_two_channels() -> None:
    """order_scene is the order's, sale_channel each SKU's."""
    line = sample("order_get.json")["order_line"]
    assert rows(line, "sku_code", "content_code", "seller_code", "creator_id", "live_session_id") == [
        ("YS02-W-L", "live", "creator", "sphD1x2Y3z", "548599636993"),
        ("YS01-B-M", "live", "own", "sphOwn1", "548599636993"),
        ("ZP01", "live", "own", "sphOwn1", "548599636993"),
        ("YS04-B-M", "product_card", "own", None, None),
        ("YS05-R-S", "short_video", "unknown", "wx1", None),  # 102: the platform says "other"
    ]


def test_file_and_api_name_the_same_order_alike() -> None:
    file, api = sample("orders_64_20260720213000.xlsx"), sample("order_get.json")
    for table, columns in (
        ("order", ["order_id", "placed_fen", "paid_fen", "paid_at"]),
        ("order_line", ["order_line_id", "placed_fen", "paid_fen"]),
    ):
        both = (
            file[table]
            .select(columns)
            .join(api[table].select(columns), on=columns, how="inner", nulls_equal=True)
        )
        assert both.height == api[table].height, table


def test_after_sales_find_their_line_and_their_stage() -> None:
    refund = sample("getaftersaleorder.json", "after_sales")["refund_line"]
    assert rows(
        refund,
        "order_line_id",
        "refund_status_code",
        "refund_stage_code",
        "refund_type_code",
        "reason_code",
        "refund_fen",
        "refunded_at",
    ) == [
        (
            "3730049440287691377:YS02-W-L",
            "success",
            "after_shipment",
            "return_refund",
            "size",
            8910,
            moment("2026-07-07 12:53:20"),
        ),
        (
            "3730049440287694433:YS05-R-S",
            "success",
            "before_shipment",
            "refund_only",
            "changed_mind",
            8800,
            moment("2026-07-04 23:46:40"),
        ),
        # its order is not given any more: the order's number stands for the line, and only the goods in hand
        # tell the stage
        ("3730049440287699919", "pending", "after_shipment", "refund_only", "other", 5000, None),
    ]


def test_after_sale_file_dates_the_money_and_names_the_line() -> None:
    refund = sample("after_sales_37_20260720213000.xlsx")["refund_line"]
    assert rows(
        refund,
        "order_line_id",
        "refund_status_code",
        "refund_stage_code",
        "refund_type_code",
        "reason_code",
        "refund_fen",
        "refunded_at",
    ) == [
        (
            "3730049440287691377:YS02-W-L",
            "success",
            "after_shipment",
            "return_refund",
            "size",
            8910,
            moment("2026-07-07 12:53:25"),
        ),
        (
            "3730049440287694433:YS05-R-S",
            "success",
            "before_shipment",
            "refund_only",
            "changed_mind",
            8800,
            moment("2026-07-04 23:46:40"),
        ),
        # no SKU code: the order's number stands for the line; no word for the shipment: an exchange has been
        # delivered
        ("3730049440287692889", "pending", "after_shipment", "exchange", "other", 0, None),
        # a word nobody has listed, yet 用户到账时间 proves the money
        (
            "3730049440287692889:YS03-K-S",
            "success",
            "unknown",
            "unknown",
            "unknown",
            129000,
            moment("2026-07-12 08:00:00"),
        ),
        ("3730049440287692889:YS03-K-S", "closed", "after_shipment", "refund_only", "quality", 500, None),
    ]
    by_api = sample("getaftersaleorder.json", "after_sales")["refund_line"]
    assert refund["order_line_id"].to_list()[:2] == by_api["order_line_id"].to_list()[:2]


def test_the_ledger_signs_by_direction_not_by_amount() -> None:
    file, api = (
        sample(name, "funds")["fund_entry"]
        for name in ("funds_12_20260720213000.xlsx", "getfundsflowdetail.json")
    )
    assert file["moved_fen"].to_list() == [37320, -1866, -8910, -25800, -100000, 100]
    assert file["fund_type_code"].to_list() == [
        "sale",
        "fee",
        "refund",
        "commission",
        "withdrawal",
        "unknown",
    ]
    assert file["scene_name"].to_list()[-1] == "某种新类型"
    assert rows(api, "moved_fen", "fund_type_code", "order_id", "refund_id") == [
        (37320, "sale", "3730049440287691377", None),
        (-1866, "fee", "3730049440287691377", None),
        (-8910, "refund", "3730049440287691377", "2000000000731"),
        (-100000, "withdrawal", None, None),
        (-95, "insurance", "3730049440287692889", None),
    ]
    old = sample("funds_11.csv", "funds")["fund_entry"]
    assert old.drop("_observed_at").equals(file.head(4).drop("_observed_at"))
    assert sum(file["moved_fen"][1:]) == file["balance_fen"][-1] - file["balance_fen"][0]


def test_a_ledger_number_told_twice_keeps_both_movements() -> None:
    text = (
        (SAMPLES / "funds_11.csv")
        .read_text(encoding="utf-8-sig")
        .replace("FL20260714000139", "FL20260714000137")
    )
    fund = PLATFORM.conform("funds", read(text.encode()).bronze)["fund_entry"]
    assert fund["fund_entry_id"].n_unique() == 4
    assert fund["moved_fen"].sum() == 37320 - 1866 - 8910 - 25800
    same = text.splitlines()
    twice = PLATFORM.conform("funds", read("\n".join([*same, same[1], ""]).encode()).bronze)["fund_entry"]
    assert twice["fund_entry_id"].n_unique() == 4  # the very same row again is the same movement


def test_sessions_take_the_dashboards_figures_only_where_both_surely_mean_the_same() -> None:
    session = sample("live_day.json", "live_sessions")["live_session"]
    assert rows(
        session,
        "live_session_id",
        "live_account_id",
        "started_at",
        "ended_at",
        "viewers_qty",
        "reported_gmv_fen",
    ) == [
        (
            "548599636993",
            "sphOwn1",
            moment("2026-07-01 20:00:00"),
            moment("2026-07-02 00:00:00"),
            2170,
            645600,
        ),
        ("export/UzFfB", None, moment("2026-07-01 09:40:00"), None, 15, 0),
    ]
    crowded = (SAMPLES / "live_day.json").read_text(encoding="utf-8").replace("1782870000", "1782907300")
    unsure = PLATFORM.conform("live_sessions", read_page("live_sessions", crowded.encode()).bronze)[
        "live_session"
    ]
    assert rows(unsure, "live_session_id", "viewers_qty") == [("548599636993", None)]


def test_products_are_skus() -> None:
    product = sample("product_get.json", "products")["product"]
    assert rows(
        product, "platform_sku_id", "style_code", "sku_code", "unit_price_fen", "stock_qty", "is_on_sale"
    ) == [
        ("2001345671", "YS01", "YS01-B-M", 19900, 35, True),
        ("2001345679", "YS01", "YS01-B-L", 19900, 0, True),
        ("2001345673", "YS02", "YS02-W-L", 9900, 7, False),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "orders_64_20260720213000.xlsx",
        "orders_57.csv",
        "orders_2024.csv",
        "after_sales_37_20260720213000.xlsx",
        "funds_12_20260720213000.xlsx",
    ],
)
def test_nothing_personal_leaves_a_file(name: str) -> None:
    reading = read((SAMPLES / name).read_bytes(), name)
    assert private_cells(reading.bronze) == []


def test_nothing_personal_is_taken_from_an_answer() -> None:
    for name, kind in (
        ("order_get.json", "orders"),
        ("getaftersaleorder.json", "after_sales"),
        ("getfundsflowdetail.json", "funds"),
    ):
        assert "齐" in (SAMPLES / name).read_text(encoding="utf-8") or kind == "after_sales"
        assert private_cells(read_page(kind, (SAMPLES / name).read_bytes()).bronze) == []


def test_an_after_sale_of_goods_bought_twice_goes_to_the_line_with_a_price() -> None:
    item = {
        "product_id": "1001",
        "sku_id": "7",
        "sku_code": "A",
        "sku_cnt": 1,
        "sale_price": 0,
        "real_price": 0,
    }
    order = {
        "order_id": "88",
        "order_detail": {"product_infos": [item, {**item, "sale_price": 500, "real_price": 500}]},
    }
    after = {
        "after_sale_order_id": "9",
        "order_id": "88",
        "status": "MERCHANT_REFUND_SUCCESS",
        "product_info": {"sku_id": "7"},
        "refund_info": {"amount": 500},
    }
    body = (
        page("order/get", {"order": order})[:-1]
        + b","
        + page("aftersale/getaftersaleorder", {"after_sale_order": {**after, "create_time": 1783175000}})[1:]
    )
    refund = PLATFORM.conform("after_sales", read_page("after_sales", body).bronze)["refund_line"]
    assert refund["order_line_id"].to_list() == ["88:A"]
