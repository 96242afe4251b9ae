"""Our own made-up samples, one set of orders in every layout; the expected values were worked out by hand."""

import datetime as dt

import polars as pl
import pytest
from taobao_cases import (
    ITEM_FILES,
    LEDGER_FILES,
    LIVE_FILES,
    ORDER_FILES,
    REFUND_FILES,
    SAMPLES,
    ZONE,
    by_key,
    conformed_pages,
    fen,
    read_sample,
    sample,
)

from contracts.canonical import SILVER, entity_key

O = "31000000000000000"  # noqa: E741

STATUS = {
    f"{O}01": "finished", f"{O}02": "closed_refunded", f"{O}03": "unpaid", f"{O}04": "closed_unpaid",
    f"{O}05": "closed_refunded", f"{O}06": "shipped",
    f"{O}07": "finished", f"{O}08": "finished", f"{O}09": "unknown", f"{O}10": "finished", f"{O}11": "paid",
}  # fmt: skip
PAID = {
    f"{O}01": 12900, f"{O}02": 15700, f"{O}03": 0, f"{O}04": 0, f"{O}05": 19900, f"{O}06": 8880,
    f"{O}07": 10000, f"{O}08": 12000, f"{O}09": 4500,
    f"{O}10": 9980, f"{O}11": 3990,
}  # fmt: skip
LINE_PAID = {
    f"{O}01": 12900, "3100000000000090202": 8900, "3100000000000090302": 6000, f"{O}03": 0, f"{O}04": 0,
    f"{O}05": 19900, f"{O}06": 8880, f"{O}07": 10000,
    "3100000000000098108": 12000, "3100000000000098208": 0, f"{O}09": 4500, "3100000000000091110": 4990,
    "3100000000000091210": 4990, f"{O}11": 3990,
}  # fmt: skip


@pytest.mark.parametrize("layout", ["2017", "2018", "2019", "2020", "2022", "2026"])
def test_orders(layout: str) -> None:
    reading = read_sample(ORDER_FILES[layout])
    assert (reading.layout.kind, reading.layout.name) == ("orders", layout)
    order = sample(ORDER_FILES[layout])["order"]
    assert by_key(order, "order_id", "order_status_code") == STATUS
    assert by_key(order, "order_id", "paid_fen") == PAID
    assert fen(order, "placed_fen") == 111250
    assert fen(order, "stated_refund_fen") == 27750
    assert by_key(order, "order_id", "freight_fen")[f"{O}02"] == 800
    assert order.filter(pl.col("order_id") == f"{O}06")["paid_at"][0] == dt.datetime(
        2026, 11, 16, 0, 0, 1, tzinfo=ZONE
    )


def test_orders_of_2016_do_not_tell_refunds() -> None:
    order = sample(ORDER_FILES["2016"])["order"]
    assert by_key(order, "order_id", "order_status_code") == STATUS
    assert fen(order, "paid_fen") == 97850 - 27750
    assert order["stated_refund_fen"].null_count() == order.height


def test_orders_tell_shipment_only_since_2022() -> None:
    assert sample(ORDER_FILES["2020"])["order"]["shipped_at"].null_count() == 11
    assert sample(ORDER_FILES["2022"])["order"]["shipped_at"].drop_nulls().len() == 6


def test_report_of_seven_columns() -> None:
    order = sample(ORDER_FILES["report_2020"])["order"]
    assert by_key(order, "order_id", "paid_fen") == PAID
    assert fen(order, "stated_refund_fen") == 27750
    assert order["order_status_code"].value_counts(sort=True).rows() == [
        ("paid", 8),
        ("unpaid", 2),
        ("closed_refunded", 1),
    ]
    assert order["province_name"].null_count() == 1


def test_a_destroyed_order_number_is_quarantined() -> None:
    reading = read_sample(ORDER_FILES["2022"])
    assert reading.rows_read == 12
    assert reading.quarantine.select("_row_number", "rule_name", "column_name").rows() == [
        (13, "ID_PRECISION_LOST", "订单编号")
    ]


@pytest.mark.parametrize("layout", ["2022", "2026"])
def test_items(layout: str) -> None:
    reading = read_sample(ITEM_FILES[layout])
    assert (reading.layout.kind, reading.layout.name, reading.quarantine.height) == ("order_items", layout, 0)
    line = sample(ITEM_FILES[layout])["order_line"]
    assert by_key(line, "order_line_id", "paid_fen") == LINE_PAID
    assert fen(line, "placed_fen") == 111250 - 800
    assert fen(line, "stated_refund_fen") == 27750
    refunded = line.filter(pl.col("order_line_id") == "3100000000000090302").row(0, named=True)
    assert (refunded["order_status_code"], refunded["stated_refund_fen"], refunded["style_code"]) == (
        "closed_refunded",
        6000,
        "A1003",
    )
    assert line.filter("is_gift")["order_line_id"].to_list() == ["3100000000000098208"]
    assert by_key(line, "order_line_id", "stated_refund_fen")[f"{O}06"] == 0  # applied for, not yet refunded
    assert line.filter(pl.col("sku_code") == "A1002-01-L").select("color_name", "size_name").row(0) == (
        "白色",
        "L",
    )


@pytest.mark.parametrize(
    ("due", "actual", "word", "refund", "paid"),
    [
        (10000, 10000, "没有申请退款", 0, 10000),
        (10000, 9000, "没有申请退款", 0, 9000),
        (10000, 10000, "退款成功", 3000, 10000),
        (10000, 9000, "退款成功", 3000, 9000),  # a coupon of 10.00 went before
        (10000, 7000, "退款成功", 3000, 10000),  # an older file: what is left after the refund
        (10000, 7000, "买家已经申请退款，等待卖家同意", 3000, 7000),
    ],
)
def test_what_a_line_paid_is_gross_only_what_is_exactly_left_after_a_refund_is_taken_back_to_it(
    due: int, actual: int, word: str, refund: int, paid: int
) -> None:
    from connectors.taobao import PLATFORM

    told = {"goods_due_fen": due, "paid_gross_fen": actual, "refund_fen": refund}
    bronze = read_sample(ITEM_FILES["2022"]).bronze.head(1)
    bronze = bronze.with_columns(
        **{name: pl.lit(fen, pl.Int64) for name, fen in told.items()}, refund_status_text=pl.lit(word)
    )
    line = PLATFORM.conform("order_items", bronze)["order_line"]
    assert line.select("placed_fen", "paid_fen").row(0) == (due, paid)


def test_a_kept_item_of_a_closed_order_stays_delivered() -> None:
    assert (
        by_key(sample(ORDER_FILES["2022"])["order"], "order_id", "order_status_code")[f"{O}02"]
        == "closed_refunded"
    )
    assert (
        by_key(sample(ITEM_FILES["2022"])["order_line"], "order_line_id", "order_status_code")[
            "3100000000000090202"
        ]
        == "finished"
    )


def test_items_without_their_own_number_get_one_that_does_not_depend_on_row_order() -> None:
    reading = read_sample(ITEM_FILES["2016_2019"])
    line = sample(ITEM_FILES["2016_2019"])["order_line"]
    assert line["order_line_id"].is_unique().all()
    # of goods without a code the blake2b of their words, as `b2sum -l 48` has it: what was entered and
    # released names lines by it, so it stays what it is
    assert {f"{O}10:A1011-01-M:1", f"{O}10:A1011-01-M:2", f"{O}11:c9237415df80:1"} <= set(
        line["order_line_id"]
    )
    assert line["paid_fen"].null_count() == line["placed_fen"].null_count() == line.height
    from connectors.taobao import PLATFORM

    turned = PLATFORM.conform("order_items", reading.bronze.reverse())["order_line"]
    columns = ["order_line_id", "product_name", "line_qty", "order_status_code"]
    assert turned.select(columns).sort(columns).equals(line.select(columns).sort(columns))


@pytest.mark.parametrize("layout", list(REFUND_FILES))
def test_refunds(layout: str) -> None:
    assert read_sample(REFUND_FILES[layout]).layout.name == layout
    refund = sample(REFUND_FILES[layout])["refund_line"].with_columns(pl.col("refund_id").str.slice(-1))
    swap = {"2020_39": "success"}.get(layout, "exchanged")  # the old file does not tell an exchange
    assert by_key(refund, "refund_id", "refund_status_code") == {
        "1": "success", "2": "success", "3": "success", "4": "pending", "5": "closed", "6": swap,
        "7": "unknown", "8": "success",
    }  # fmt: skip
    stages = by_key(refund, "refund_id", "refund_stage_code")
    assert stages | {"7": ""} == dict.fromkeys("1345678", "after_shipment") | {
        "2": "before_shipment",
        "7": "",
    }
    assert by_key(refund, "refund_id", "refund_fen") == {
        "1": 6000,
        "2": 19900,
        "3": 1550,
        "4": 8880,
        "5": 12900,
        "6": 0,
        "7": 4500,
        "8": 300,
    }
    assert by_key(refund, "refund_id", "reason_code") == {
        "1": "size", "2": "changed_mind", "3": "quality", "4": "changed_mind", "5": "look", "6": "size",
        "7": "other", "8": "price",
    }  # fmt: skip
    assert by_key(refund, "refund_id", "refund_type_code")["8"] == "price_protection"
    told = by_key(refund, "refund_id", "refunded_at")
    assert told["2"] == dt.datetime(2026, 11, 4, 22, 10, tzinfo=ZONE)
    assert told["4"] is None
    assert told["5"] is None


@pytest.mark.parametrize(
    ("sign", "stage"),
    [
        ({}, "unknown"),
        ({"phase_text": "售后"}, "after_shipment"), ({"goods_status_text": "买家已收到货"}, "after_shipment"),
        ({"needs_return_text": "是"}, "after_shipment"),
        ({"refund_type_text": "换货"}, "after_shipment"),
        ({"refund_type_text": "已发货仅退款"}, "after_shipment"),
        ({"phase_text": "售中"}, "before_shipment"),
        ({"goods_status_text": "买家未收到货"}, "before_shipment"),
        ({"refund_type_text": "未发货仅退款"}, "before_shipment"),
        ({"phase_text": "售中", "goods_status_text": "买家已退货"}, "after_shipment"),
    ],
)  # fmt: skip
def test_one_sign_is_enough_to_know_whether_a_refund_came_before_or_after_shipment(
    sign: dict[str, str], stage: str
) -> None:
    from connectors.taobao import PLATFORM

    texts = dict.fromkeys(("phase_text", "goods_status_text", "needs_return_text", "refund_type_text")) | sign
    bronze = (
        read_sample(REFUND_FILES["2026"])
        .bronze.head(1)
        .with_columns(**{name: pl.lit(word, pl.String) for name, word in texts.items()})
    )
    assert PLATFORM.conform("refunds", bronze)["refund_line"]["refund_stage_code"].to_list() == [stage]


def test_only_money_that_went_to_the_buyer_is_a_refund() -> None:
    bronze = read_sample(REFUND_FILES["2026"]).bronze
    assert bronze.select("refund_total_fen", "refund_fen", "refund_platform_fen").row(0) == (6500, 6000, 500)


def test_live_sessions_are_the_shops_own_and_name_no_account() -> None:
    session = sample(LIVE_FILES["live_sessions"])["live_session"]
    assert session.select(
        "live_session_id",
        "views_qty",
        "viewers_qty",
        "reported_gmv_fen",
        "reported_orders_qty",
        "seller_code",
    ).rows() == [
        ("410000000001", 12345, 8901, 312050, 38, "own"),
        ("410000000002", 5400, 4100, 88000, 7, "own"),
        ("410000000003", 0, 0, 0, 0, "own"),
    ]


def test_live_orders_tell_channel_host_and_session() -> None:
    frames = sample(LIVE_FILES["live_orders"])
    channel = frames["line_channel"]
    assert channel["content_code"].unique().to_list() == ["live"]
    assert channel.select("order_line_id", "seller_code", "creator_id", "live_session_id").rows()[2:4] == [
        ("3100000000000090302", "own", None, "410000000002"),
        ("3100000000000098108", "creator", "2200000000001", "410000000009"),
    ]
    session = frames["live_session"]
    assert session.select("live_session_id", "live_account_id", "seller_code").rows() == [
        ("410000000001", None, "own"), ("410000000002", None, "own"),
        ("410000000009", "2200000000001", "creator"),
    ]  # fmt: skip


def test_a_session_is_what_the_first_row_that_tells_its_start_says_whatever_order_the_rows_are_in() -> None:
    from connectors.taobao import PLATFORM

    bronze = read_sample(LIVE_FILES["live_orders"]).bronze
    untold, again = (
        bronze.head(1).with_columns(_row_number=pl.lit(number, pl.Int64), session_name=pl.lit("又一次"))
        for number in (0, 99)
    )
    more = pl.concat(
        [
            again.with_columns(pl.col("started_at") + pl.duration(days=1)),
            bronze,
            untold.with_columns(started_at=pl.lit(None, bronze.schema["started_at"])),
        ]
    )
    told = ["live_session_id", "session_name", "started_at"]
    session = PLATFORM.conform("live_orders", bronze)["live_session"].select(told)
    assert session.height == 3 and session["started_at"].null_count() == 0
    assert (
        PLATFORM.conform("live_orders", more)["live_session"]
        .select(told)
        .sort(told)
        .equals(session.sort(told))
    )


def test_api_trades_agree_with_the_files() -> None:
    frames = conformed_pages("trades", [(SAMPLES / "api_trades.json").read_bytes()])
    assert by_key(frames["order"], "order_id", "paid_fen") == PAID
    assert by_key(frames["order"], "order_id", "order_status_code") == STATUS
    assert by_key(frames["order_line"], "order_line_id", "paid_fen") == LINE_PAID
    shared = [
        "order_line_id",
        "order_id",
        "order_status_code",
        "style_code",
        "sku_code",
        "color_name",
        "size_name",
        "placed_fen",
        "is_gift",
        "line_qty",
    ]
    line = sample(ITEM_FILES["2022"])["order_line"]
    assert frames["order_line"].select(shared).sort(shared).equals(line.select(shared).sort(shared))


def test_api_refunds_agree_with_the_files_and_name_the_line() -> None:
    api = conformed_pages("refunds", [(SAMPLES / "api_refunds.json").read_bytes()])["refund_line"]
    file = sample(REFUND_FILES["2025_51"])["refund_line"]
    shared = [
        "refund_id",
        "order_id",
        "refund_fen",
        "refund_status_code",
        "refund_type_code",
        "refund_stage_code",
        "reason_code",
        "applied_at",
        "refunded_at",
    ]
    assert api.select(shared).equals(file.select(shared))
    assert by_key(api, "refund_id", "order_line_id")["250000000000000001"] == "3100000000000090302"
    assert by_key(file, "refund_id", "order_line_id")["250000000000000001"] == f"{O}02"


@pytest.mark.parametrize(
    "name",
    [
        *ORDER_FILES.values(),
        *ITEM_FILES.values(),
        *REFUND_FILES.values(),
        *LIVE_FILES.values(),
        *LEDGER_FILES.values(),
    ],
)
def test_frames_fit_their_tables(name: str) -> None:
    for table_name, frame in sample(name).items():
        table = SILVER[table_name]
        shaped = table.shape(frame.with_columns(_last_observed_at="_observed_at"))
        assert set(entity_key(table)) <= set(frame.columns)
        good, failure = table.schema.filter(shaped)
        assert good.height == frame.height, failure.counts()
