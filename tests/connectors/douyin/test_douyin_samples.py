"""The made-up samples of every layout, with what each row must become worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest
from douyin_cases import DECLARED, SAMPLES, conformed, moment, private_cells, read_sample

from connectors.douyin import PLATFORM
from connectors.files.cells import read_minutes
from contracts.canonical import LIVE_SESSION, ORDER_LINE, REFUND_LINE, content_columns, entity_key

NEW, OLD = "1792375211_orders_2025_75.csv", "1792375211_orders_2023_74.csv"
AFTER_SALES = "售后单-2026-10-19 10_00_11.xlsx"
LIVE_55, LIVE_54 = "直播明细_自营账号_20261012_20261014.xlsx", "直播明细_合作账号_20261012_20261014_54列.xlsx"
OWN, CREATOR = "2481937740551263", "1093382277416650"


@pytest.mark.parametrize(
    "name", sorted(item.name for item in SAMPLES.iterdir() if DECLARED[item.name][1] != "error")
)
def test_every_sample_reads_whole_and_lets_nothing_private_through(name: str) -> None:
    reading = read_sample(name)
    kind, layout = DECLARED[name]
    assert (reading.layout.kind, reading.layout.name) == (kind, layout)
    assert reading.quarantine.is_empty()
    assert reading.bronze.height == reading.rows_read > 0
    assert reading.new_columns == []
    # advertising reports and the product list name nobody
    assert bool(reading.dropped_columns) == any(
        column.personal for column in PLATFORM.layout(kind, layout).columns
    )
    frame = conformed(reading)
    assert frame.height == reading.bronze.height
    assert private_cells(reading.bronze) == private_cells(frame) == []


@pytest.mark.parametrize(
    ("name", "table"), [(NEW, ORDER_LINE), (AFTER_SALES, REFUND_LINE), (LIVE_55, LIVE_SESSION)]
)
def test_frames_have_only_columns_of_the_canonical_table(name: str, table: object) -> None:
    assert isinstance(table, type(ORDER_LINE))
    frame = conformed(read_sample(name))
    assert set(frame.columns) <= {
        *entity_key(table),
        *content_columns(table),
        "_export_id",
        "_row_number",
        "_observed_at",
    }
    assert set(table.required) - {"_last_observed_at", "_content_id"} <= set(frame.columns)


def test_layouts_and_moments() -> None:
    found = {name: read_sample(name) for name in (NEW, OLD, AFTER_SALES, LIVE_55, LIVE_54)}
    assert [item.layout.name for item in found.values()] == ["2025_75", "2023_74", "50", "55", "54"]
    assert found[NEW].observed_at == found[AFTER_SALES].observed_at == moment("2026-10-19 10:00:11")


def test_orders_of_2025() -> None:
    frame = conformed(read_sample(NEW)).with_columns(line=pl.col("order_line_id").str.tail(3))
    told = [
        "line",
        "order_status_code",
        "refund_status_code",
        "placed_fen",
        "paid_fen",
        "is_gift",
        "content_code",
        "seller_code",
        "creator_id",
        "is_paid_traffic",
    ]
    assert frame.select(told).rows() == [
        ("101", "finished", "none", 129900, 129900, False, "live", "own", OWN, True),
        ("245", "shipped", "none", 26400, 26400, False, "live", "own", OWN, False),
        ("252", "closed_refunded", "none", 0, 0, True, "live", "own", OWN, False),
        ("369", "finished", "success", 14990, 14990, False, "live", "creator", CREATOR, False),
        ("476", "closed_refunded", "success", 15990, 15990, False, "live", "creator", CREATOR, False),
        ("583", "closed_unpaid", "none", 12900, 0, False, "product_card", "own", None, False),
        ("690", "unpaid", "none", 12900, 0, False, "live", "own", None, None),
        ("707", "paid", "none", 139900, 139900, False, "short_video", "creator", CREATOR, True),
        ("814", "part_shipped", "pending", 15990, 15990, False, "search", "own", None, False),
        ("921", "paid", "none", 12900, 12900, False, "live", "own", OWN, None),
        ("028", "paid", "none", 12900, 12900, False, "short_video", "creator", CREATOR, None),
        ("135", "unknown", "unknown", 12900, 12900, False, "unknown", "unknown", None, False),
        ("242", "shipped", "none", 0, 0, False, "live", "own", None, False),
    ]
    first = frame.row(0, named=True)
    assert (first["product_name"], first["color_name"], first["size_name"], first["style_code"]) == (
        "羊毛双面呢大衣",
        "驼色",
        "M",
        "YS26F001",
    )
    assert (
        first["discount_platform_fen"],
        first["discount_merchant_fen"],
        first["discount_creator_fen"],
    ) == (2000, 8000, 0)
    assert (first["unit_price_fen"], first["line_qty"], first["freight_fen"]) == (139900, 1, 0)
    assert (first["order_id"], first["product_id"]) == ("6931570482213347101", "3620244734656483392")
    assert (first["created_at"], first["paid_at"]) == (
        moment("2026-10-12 20:15:03"),
        moment("2026-10-12 20:15:40"),
    )
    assert (first["shipped_at"], first["finished_at"]) == (
        moment("2026-10-13 10:00:00"),
        moment("2026-10-18 09:30:00"),
    )
    assert (
        frame.row(7, named=True)["style_code"] == "3620244734656483392"
    )  # without 货号 the product's own number


def test_orders_of_2023_tell_colour_and_size_only_where_the_text_follows_a_pattern() -> None:
    frame = conformed(read_sample(OLD))
    assert frame.select("color_name", "size_name").rows() == [
        ("驼色", "M"), ("米白", "L"), (None, None), ("深蓝", "2XL"), ("深蓝", "160/84A"), ("黑色", "S"),
        ("黑色", "M"), (None, None), (None, None),
        ("米白", "M"), (None, None), ("米白", "S"), ("白色", "均码"),
    ]  # fmt: skip
    assert frame["style_code"].to_list() == frame["product_id"].to_list()
    same = [
        "order_line_id",
        "order_status_code",
        "paid_fen",
        "content_code",
        "creator_id",
        "is_gift",
        "unit_price_fen",
        "product_name",
    ]
    assert frame.select(same).equals(conformed(read_sample(NEW)).select(same))


def test_after_sales() -> None:
    frame = conformed(read_sample(AFTER_SALES)).with_columns(id=pl.col("refund_id").str.tail(3))
    told = [
        "id",
        "refund_status_code",
        "refund_stage_code",
        "refund_type_code",
        "reason_code",
        "refund_fen",
        "refunded_at",
    ]
    assert frame.select(told).rows() == [
        (
            "101",
            "success",
            "before_shipment",
            "refund_only",
            "changed_mind",
            15990,
            moment("2026-10-13 22:00:00"),
        ),
        ("202", "success", "after_shipment", "return_refund", "size", 14990, moment("2026-10-19 07:00:00")),
        ("303", "success", "after_shipment", "refund_only", "late", 3600, moment("2026-10-17 12:00:00")),
        ("404", "pending", "after_shipment", "return_refund", "look", 12900, None),
        ("505", "closed", "after_shipment", "return_refund", "changed_mind", 129900, None),
        ("606", "exchanged", "after_shipment", "exchange", "size", 0, None),
        ("707", "closed", "after_shipment", "refund_only", "quality", 15990, None),
        (
            "808",
            "success",
            "after_shipment",
            "price_protection",
            "price",
            5000,
            moment("2026-10-18 10:20:00"),
        ),
        ("909", "pending", "before_shipment", "refund_only", "unknown", 139900, None),
        ("010", "unknown", "unknown", "unknown", "other", 1000, None),
        ("111", "success", "before_shipment", "refund_only", "price", 950, moment("2026-10-14 09:10:00")),
    ]
    assert frame.row(2, named=True)["order_line_id"] == "6931570482213347245"
    assert frame["refund_qty"].null_count() == frame.height


def test_live_sessions() -> None:
    frame = conformed(read_sample(LIVE_55))
    assert frame["live_session_id"].to_list() == [
        "79300514:20261012195537",
        "79300514:20261013200000",
        "yunshan_chuanda:20261014090000",
    ]
    first = frame.row(0, named=True)
    assert (first["started_at"], first["ended_at"]) == (
        moment("2026-10-12 19:55:37"),
        moment("2026-10-13 00:55:49"),
    )
    assert (first["exposure_qty"], first["views_qty"], first["viewers_qty"]) == (80286, 7254, 5093)
    assert (first["product_exposure_qty"], first["product_click_qty"], first["reported_orders_qty"]) == (
        17458,
        3306,
        236,
    )
    assert (first["reported_gmv_fen"], first["reported_refund_fen"]) == (3104530, 960308)
    both = pl.concat([frame, conformed(read_sample(LIVE_54))])
    assert both.height == 4
    # the platform's net is after refunds within the hour, not after all refunds
    assert (
        both.select(
            (pl.col("reported_gmv_fen") - pl.col("reported_hour_refund_fen")) == pl.col("reported_net_fen")
        )
        .to_series()
        .all()
    )


def test_order_answers() -> None:
    frame = (
        conformed(read_sample("order_searchList.json"))
        .with_columns(line=pl.col("order_line_id").str.tail(3))
        .sort("line")
    )
    told = [
        "line",
        "order_status_code",
        "refund_status_code",
        "paid_fen",
        "is_gift",
        "content_code",
        "seller_code",
        "creator_id",
        "is_paid_traffic",
        "style_code",
    ]
    assert frame.select(told).rows() == [
        ("028", "paid", "closed", 12900, False, "unknown", "unknown", None, None, "YS26F007"),
        ("101", "finished", "success", 129900, False, "live", "own", OWN, True, "YS26F001"),
        ("245", "shipped", "pending", 26400, False, "live", "own", OWN, False, "YS26F007"),
        ("252", "closed_refunded", "none", 0, True, "live", "own", OWN, False, "3739533408279848418"),
        ("476", "closed_refunded", "success", 15990, False, "live", "creator", CREATOR, False, "YS26F011"),
        ("583", "closed_unpaid", "none", 0, False, "search", "own", None, False, "YS26F007"),
        ("921", "paid", "none", 12900, False, "live", "own", OWN, None, "YS26F007"),
    ]
    whole = frame.filter(pl.col("line") == "101").row(0, named=True)
    assert (whole["product_id"], whole["color_name"], whole["size_name"], whole["province_name"]) == (
        "3620244734656483392",
        "驼色",
        "M",
        "广东省",
    )
    assert (whole["discount_platform_fen"], whole["discount_merchant_fen"]) == (2000, 8000)


def test_after_sale_answers() -> None:
    frame = conformed(read_sample("afterSale_List.json"))
    told = [
        "refund_status_code",
        "refund_stage_code",
        "refund_type_code",
        "reason_code",
        "refund_fen",
        "refund_qty",
        "refunded_at",
    ]
    done = moment("2026-10-17 12:00:00")
    assert frame.select(told).rows() == [
        (
            "success",
            "before_shipment",
            "refund_only",
            "changed_mind",
            15990,
            1,
            moment("2026-10-13 22:00:00"),
        ),
        ("success", "after_shipment", "refund_only", "late", 3600, 0, done),
        # 155 yuan over two sub-orders: once the parts leave the freight out, once they hold it
        ("success", "after_shipment", "return_refund", "size", 10500, 1, done.replace(hour=13)),
        ("success", "after_shipment", "return_refund", "size", 5000, 1, done.replace(hour=13)),
        ("success", "after_shipment", "return_refund", "quality", 10500, 1, done.replace(hour=14)),
        ("success", "after_shipment", "return_refund", "quality", 5000, 2, done.replace(hour=14)),
        ("pending", "after_shipment", "return_refund", "look", 12900, 1, None),
        ("closed", "after_shipment", "refund_only", "quality", 15990, 1, None),
        ("pending", "before_shipment", "price_protection", "price", 800, 0, None),
        ("closed", "before_shipment", "refund_only", "unknown", 139900, 1, None),
    ]


@pytest.mark.parametrize("kind", PLATFORM.kinds)
def test_no_rows_give_no_rows(kind: str) -> None:
    (frame,) = PLATFORM.conform(kind, PLATFORM.bronze[kind].empty()).values()
    assert frame.is_empty()


def test_an_undeclared_kind_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        PLATFORM.conform("minutes", pl.DataFrame())


def test_minutes_are_whole_seconds_half_up_and_nothing_else_is() -> None:
    """``1.07`` is 64.2 seconds and ``0.025`` counts as three hundredths of a minute, 1.8 seconds.

    A blank is nothing, a time below 0 or in words is bad.
    """
    told, bad = read_minutes(pl.Series(["1.07", "0", "12", "0.025", "-", "", "-1.5", "1分5秒"]))
    assert told.to_list() == [64, 0, 720, 2, None, None, None, None]
    assert bad.to_list() == [False] * 6 + [True] * 2
