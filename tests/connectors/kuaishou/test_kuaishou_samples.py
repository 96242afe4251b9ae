"""The made-up samples of every layout, with what each row must become worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest
from kuaishou_cases import SAMPLES, conformed, moment, origin, private_cells, read_sample

from connectors.http import Client, Credentials
from connectors.kuaishou import PLATFORM
from connectors.reading import read_file
from contracts.errors import CollectError, FileRefusedError

NEW, OLD, API = "订单导出_64列.xlsx", "订单导出_61列.csv", "open.order.cursor.list.json"
OWN, CREATOR = "3100112233", "2755001122"


@pytest.mark.parametrize(
    "name", sorted(item.name for item in SAMPLES.iterdir() if not item.name.startswith("error"))
)
def test_every_sample_reads_whole_and_lets_nothing_private_through(name: str) -> None:
    reading = read_sample(name)
    assert reading.quarantine.is_empty()
    assert reading.bronze.height == reading.rows_read > 0
    assert reading.new_columns == []
    frame = conformed(reading)
    assert frame.height == reading.bronze.height
    assert private_cells(reading.bronze) == private_cells(frame) == []


def test_orders_to_the_fen() -> None:
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
    ]
    assert frame.select(told).rows() == [
        ("201", "finished", "none", 129900, 129900, False, "live", "own", OWN),
        ("219", "shipped", "pending", 26580, 26580, False, "live", "creator", CREATOR),
        ("227", "closed_refunded", "success", 15990, 15990, False, "short_video", "creator", CREATOR),
        ("235", "closed_unpaid", "none", 12900, 0, False, "product_card", "own", None),
        ("243", "unpaid", "none", 12900, 0, False, "other", "own", None),
        ("251", "paid", "none", 0, 0, True, "live", "own", None),
        ("268", "paid", "none", 0, 0, False, "product_card", "own", None),
        ("276", "finished", "closed", 9900, 9900, False, "unknown", "unknown", None),
        ("284", "unpaid", "none", 59900, 0, False, "live", "own", OWN),
    ]
    first = frame.row(0, named=True)
    assert (
        first["discount_platform_fen"],
        first["discount_merchant_fen"],
        first["discount_creator_fen"],
    ) == (2000, 8000, 0)
    assert (first["unit_price_fen"], first["line_qty"], first["freight_fen"]) == (139900, 1, 0)
    assert (first["created_at"], first["paid_at"], first["shipped_at"]) == (
        moment("2026-10-12 20:15:03"), moment("2026-10-12 20:15:40"), moment("2026-10-13 10:00:00"),
    )  # fmt: skip
    assert (first["product_name"], first["color_name"], first["size_name"], first["style_code"]) == (
        "羊毛双面呢大衣",
        "驼色",
        "M",
        "YS26F001",
    )
    assert (first["order_id"], first["order_line_id"], first["province_name"]) == (
        "2307650074108201",
        "2307650074108201",
        "浙江省",
    )
    assert frame.row(1, named=True)["freight_fen"] == 600


def test_what_the_buyer_pays_is_price_times_pieces_less_discounts_plus_freight() -> None:
    """The identity the API's amount rests on, on the rows of the file."""
    rows = read_sample(NEW).bronze
    discounts = pl.sum_horizontal(
        "discount_platform_fen",
        "discount_merchant_fen",
        "discount_creator_fen",
        "discount_mixed_fen",
        "discount_payment_fen",
    )
    made = pl.col("unit_price_fen") * pl.col("line_qty") - discounts + pl.col("freight_fen")
    assert rows.select(made == pl.col("placed_fen")).to_series().all()


def test_both_layouts_tell_the_same_orders() -> None:
    """61 columns as a GB18030 file with slashes in its times, against the workbook of 64."""
    old, new = read_sample(OLD), read_sample(NEW)
    assert (old.layout.name, new.layout.name) == ("2025_61", "2026_64")
    aside = ("_observed_at", "_export_id", "_row_number")
    assert conformed(old).drop(aside).equals(conformed(new).drop(aside))
    assert len(new.dropped_columns) == len(old.dropped_columns) == 12


def test_order_answers_to_the_fen() -> None:
    frame = conformed(read_sample(API)).with_columns(line=pl.col("order_line_id").str.tail(3))
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
    ]
    assert frame.select(told).rows() == [
        ("201", "finished", "none", 129900, 129900, False, "live", "own", OWN),
        ("219", "shipped", "pending", 26580, 26580, False, "live", "creator", CREATOR),
        ("227", "closed_refunded", "success", 15990, 15990, False, "short_video", "creator", CREATOR),
        ("235", "closed_unpaid", "none", 12900, 0, False, "product_card", "own", None),
        ("251", "paid", "none", 0, 0, True, "live", "own", None),
        ("276", "finished", "exchanged", 9900, 9900, False, "search", "unknown", None),
        ("284", "unpaid", "none", 59900, 0, False, "live", "own", OWN),
        ("292", "paid", "none", 59900, 59900, False, "live", "own", OWN),
        ("300", "paid", "none", 9500, 9500, False, "live", "own", None),
    ]
    # deposit orders: dated by the balance, unpaid without it
    assert frame.filter(pl.col("line") == "292")["paid_at"].to_list() == [moment("2026-10-19 09:00:00")]
    assert frame.filter(pl.col("line") == "284")["paid_at"].to_list() == [None]


def test_orders_of_file_and_api_agree_where_both_tell() -> None:
    by_file, by_api = (conformed(read_sample(name)).sort("order_line_id") for name in (NEW, API))
    # 276 has another after-sale and place of sale in the answer than in the file
    both = by_file.join(by_api, on="order_line_id", suffix="_api").filter(
        ~pl.col("order_line_id").str.ends_with("276")
    )
    same = [
        "order_id", "order_status_code", "created_at", "paid_at", "shipped_at", "product_id", "product_name",
        "sku_code", "style_code",
        "color_name", "size_name",
        "unit_price_fen", "line_qty", "placed_fen", "paid_fen", "freight_fen", "is_gift", "content_code",
        "seller_code", "creator_id", "creator_name",
        "province_name", "refund_status_code",
    ]  # fmt: skip
    assert both.height == 6
    for name in same:
        assert both[name].to_list() == both[f"{name}_api"].to_list(), name


def test_after_sale_answers_to_the_fen() -> None:
    frame = conformed(read_sample("open.seller.order.refund.pcursor.list.json")).with_columns(
        id=pl.col("refund_id").str.tail(1)
    )
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
        ("1", "success", "after_shipment", "return_refund", "size", 9900, moment("2026-11-02 09:30:00")),
        ("2", "success", "unknown", "refund_only", "changed_mind", 15990, moment("2026-10-13 22:00:00")),
        ("3", "pending", "after_shipment", "return_refund", "look", 12990, None),
        ("4", "closed", "after_shipment", "refund_only", "quality", 1000, None),
        ("5", "exchanged", "after_shipment", "exchange", "size", 0, None),
        ("6", "success", "after_shipment", "price_protection", "price", 500, moment("2026-10-21 10:00:00")),
        ("7", "unknown", "unknown", "unknown", "unknown", 100, None),
    ]
    assert frame["order_line_id"].to_list() == frame["order_id"].to_list()


def test_after_sale_files_tell_amounts_but_never_when() -> None:
    numbered, bare = conformed(read_sample("售后_部分列.xlsx")), conformed(read_sample("售后_2022.csv"))
    told = [
        "order_id",
        "refund_status_code",
        "refund_stage_code",
        "refund_type_code",
        "refund_fen",
        "applied_at",
        "refunded_at",
    ]
    assert numbered.select(told).equals(bare.select(told))
    assert numbered["refunded_at"].null_count() == numbered.height
    assert numbered["refund_id"].to_list()[0] == "2634000000000001"
    assert bare["refund_id"].to_list()[0] == "2307650074108201:20261030100000"
    assert not PLATFORM.layout("after_sales", "partial").verified


def test_the_real_refusal_is_an_error() -> None:
    assert PLATFORM.api is not None
    with pytest.raises(CollectError, match=r"PLATFORM_REFUSED.*2001/807000"):
        PLATFORM.api(Client(), Credentials("http://127.0.0.1", "key", "secret")).records(
            "orders", (SAMPLES / "error_2001.json").read_bytes()
        )


def test_an_encrypted_workbook_is_refused_with_what_to_do() -> None:
    encrypted = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 504
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 480
    )
    with pytest.raises(FileRefusedError, match=r"\[PASSWORD\].*密码"):
        read_file(encrypted, origin("订单导出123456.xlsx"))


@pytest.mark.parametrize("kind", PLATFORM.kinds)
def test_no_rows_give_no_rows(kind: str) -> None:
    (frame,) = PLATFORM.conform(kind, PLATFORM.bronze[kind].empty()).values()
    assert frame.is_empty()


def test_an_undeclared_kind_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        PLATFORM.conform("live_sessions", pl.DataFrame())
