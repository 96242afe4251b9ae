"""What mapped rows come to mean, worked out by hand: words, money, moments, amounts written twice, and whose
numbers a table's numbers are.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from mapping_cases import AFTER_SALES, ORDERS, frames, mapping, read, table

from connectors.base import platforms
from connectors.mapped import bronze_tables, source
from connectors.mapping.file import shipped
from contracts.errors import FileRefusedError

HEADER = "单号|下单|付款|实付|编码|状态"
ROW = "A1|2026-11-01 10:00:00|2026-11-01 10:01:00|89.00|S1|已发货"
RETURNS = "售后号|单号|子单号|编码|退款|状态|退款日"


def line(data: bytes, text: str, name: str) -> object:
    """One cell of a table's only order line."""
    return frames(data, [mapping(text)])["order_line"][name].item()


# --- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "paid", "code", "fen"),
    [
        ("已发货", "2026-11-01 10:01:00", "shipped", 8_900),
        (" 已 发货 ", "2026-11-01 10:01:00", "shipped", 8_900),
        ("发货了", "2026-11-01 10:01:00", "unknown", 8_900),
        ("", "2026-11-01 10:01:00", "paid", 8_900),
        ("", "", "unknown", 0),
        ("已关闭", "2026-11-01 10:01:00", "closed_refunded", 8_900),
        ("已关闭", "", "closed_unpaid", 0),
        ("待付款", "2026-11-01 10:01:00", "unpaid", 0),
        ("shipped", "2026-11-01 10:01:00", "shipped", 8_900),
    ],
)
def test_their_word_becomes_our_code_and_nothing_is_guessed(
    word: str, paid: str, code: str, fen: int
) -> None:
    told = frames(table(HEADER, f"A1|2026-11-01 10:00:00|{paid}|89.00|S1|{word}"), [mapping(ORDERS)])[
        "order_line"
    ]
    assert told.select("order_status_code", "paid_fen").row(0) == (code, fen)
    assert (told["paid_at"].item() is None) == (fen == 0)


def test_part_of_a_word_speaks_where_no_word_does_and_the_first_wins() -> None:
    rule = "{header: 状态, values: {已退: success}, contains: {待: pending, 拒: closed}, otherwise: unknown}"
    own = mapping(AFTER_SALES.replace("{header: 状态, values: {已退: success}}", rule))
    rows = [
        f"R{number}|A1||S1|5|{word}|2026-11-02"
        for number, word in enumerate(["已退", "待买家退货", "商家已拒绝", "等待中拒绝", "别的"])
    ]
    codes = frames(table(RETURNS, *rows), [own])["refund_line"]["refund_status_code"].to_list()
    assert codes == ["success", "pending", "closed", "pending", "unknown"]


def test_two_mappings_in_one_batch_keep_their_own_words() -> None:
    """The same word may mean different things to different tables."""
    first = mapping(ORDERS)
    second = mapping(
        ORDERS.replace("own_orders", "other_orders")
        .replace("单号", "编号")
        .replace("已发货: shipped", "已发货: finished")
    )
    both = source("other", [first, second])
    one = read(table(HEADER, ROW), [first])
    two = read(table(HEADER.replace("单号", "编号"), ROW.replace("A1", "A2")), [second])
    told = both.conform("mapped_orders", pl.concat([one.bronze, two.bronze]))["order_line"]
    assert dict(told.select("order_id", "order_status_code").iter_rows()) == {
        "A1": "shipped",
        "A2": "finished",
    }


def test_flags_constants_and_copies() -> None:
    text = ORDERS.replace("  paid_at: 付款\n", "  is_gift: {header: 付款, values: {送: true, 卖: false}}\n")
    text += "same_as: {paid_at: created_at}\nconstants: {content_code: live, seller_code: own}\n"
    told = frames(
        table(
            HEADER,
            "A1|2026-11-01 10:00:00|送|0.00|S1|",
            "A2|2026-11-01 11:00:00|卖|5|S1|",
            "A3|2026-11-01 12:00:00||5|S1|",
        ),
        [mapping(text)],
    )
    lines = told["order_line"].sort("order_id")
    assert lines["is_gift"].to_list() == [True, False, False]
    assert lines["paid_at"].equals(lines["created_at"].alias("paid_at"))
    assert lines.select("content_code", "seller_code").unique().rows() == [("live", "own")]


# --- money --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "currency", "cell", "fen"),
    [
        ("yuan", "CNY", "89", 8_900), ("yuan", "CNY", "1,289.50", 128_950), ("yuan", "CNY", "¥89.00", 8_900),
        ("yuan", "USD", "$89.00", 8_900), ("yuan", "USD", "US$1,089.00", 108_900),
        ("yuan", "USD", "89.00 USD", 8_900), ("yuan", "EUR", "EUR 0.10", 10), ("yuan", "GBP", "£7.5", 750),
        ("fen", "CNY", "8900", 8_900), ("li", "CNY", "89005", 8_901),
        ("yuan_stat", "CNY", "89.00499", 8_900), ("yuan_stat", "CNY", "89.005", 8_901),
    ],
)  # fmt: skip
def test_money_is_fen_to_the_last(unit: str, currency: str, cell: str, fen: int) -> None:
    own = ORDERS + f"money: {unit}\ncurrency: {currency}\n"
    assert line(table(HEADER, ROW.replace("89.00", cell)), own, "paid_fen") == fen


@pytest.mark.parametrize("cell", ["12.345", "1e3", "12,34", "twelve", "$", "8900分"])
def test_what_is_no_amount_is_set_aside_as_written(cell: str) -> None:
    aside = read(table(HEADER, ROW.replace("89.00", cell)), [mapping(ORDERS)]).quarantine
    assert aside["rule_name"].to_list() == ["BAD_MONEY"]


@pytest.mark.parametrize(
    ("sign", "cell", "fen"), [("absolute", "-5.00", 500), ("absolute", "(5.00)", 500), ("absolute", "5", 500),
        ("negated", "-5.00", 500)]
)  # fmt: skip
def test_the_sign_of_a_refund(sign: str, cell: str, fen: int) -> None:
    own = mapping(AFTER_SALES.replace("refund_fen: 退款", f"refund_fen: {{header: 退款, sign: {sign}}}"))
    assert (
        frames(table(RETURNS, f"R1|A1||S1|{cell}|已退|2026-11-02"), [own])["refund_line"]["refund_fen"].item()
        == fen
    )


def test_money_of_another_country_says_so() -> None:
    assert line(table(HEADER, ROW), ORDERS, "currency_code") is None
    assert line(table(HEADER, ROW), ORDERS + "currency: USD\n", "currency_code") == "USD"
    by_row = ORDERS + "currency: USD\n"
    rows = (ROW + "|EUR", ROW.replace("A1", "A2") + "|CNY", ROW.replace("A1", "A3") + "|")
    told = frames(
        table(HEADER + "|币种", *rows),
        [mapping(by_row.replace("columns:", "columns:\n  currency_code: 币种"))],
    )["order_line"].sort("order_id")
    assert told["currency_code"].to_list() == ["EUR", None, "USD"]


def test_an_orders_amount_on_each_of_its_rows_counts_once() -> None:
    own = mapping(ORDERS + "repeated: [paid_fen]\n")
    rows = [ROW, ROW.replace("S1", "S2"), ROW.replace("A1", "A2").replace("89.00", "10.00")]
    told = frames(table(HEADER, *rows), [own])
    assert dict(told["order"].select("order_id", "paid_fen").iter_rows()) == {"A1": 8_900, "A2": 1_000}
    assert told["order_line"].height == 3
    assert told["order_line"]["paid_fen"].null_count() == 3


def test_an_after_sales_amount_on_each_of_its_rows_is_shared_out_to_the_fen() -> None:
    own = mapping(AFTER_SALES + "repeated: [refund_fen]\n")
    rows = [
        "R1|A1||S1|10.00|已退|2026-11-02",
        "R1|A1||S2|10.00|已退|2026-11-02",
        "R1|A1||S3|10.00|已退|2026-11-02",
        "R2|A1||S1|7|已退|2026-11-02",
    ]
    told = frames(table(RETURNS, *rows), [own], "jd")["refund_line"]
    sums = dict(told.group_by("refund_id").agg(pl.col("refund_fen").sum()).iter_rows())
    assert sums == {"R1": 1_000, "R2": 700}
    assert told["refund_fen"].to_list() == [333, 333, 334, 700]
    assert told.select("refund_id", "order_line_id").is_unique().all()


# --- moments ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dates", "zone", "cell", "moment"),
    [
        ("ymd", "Asia/Shanghai", "2026-11-01 10:00:00", (2026, 11, 1, 10, 0, 0)),
        ("ymd", "America/Los_Angeles", "2026-07-01 10:00:00", (2026, 7, 1, 10, 0, 0)),
        ("ymd", "America/Los_Angeles", "2026-01-01 10:00:00", (2026, 1, 1, 10, 0, 0)),
        ("mdy", "America/New_York", "03/08/2026 02:05:09 PM", (2026, 3, 8, 14, 5, 9)),
        ("dmy", "Europe/London", "03/08/2026 14:05:09", (2026, 8, 3, 14, 5, 9)),
        ("ymd", "Asia/Tokyo", "2026/11/01 00:30", (2026, 11, 1, 0, 30, 0)),
        ("ymd", "UTC", "2026-11-01", (2026, 11, 1, 0, 0, 0)),
    ],
)
def test_a_moment_is_that_moment_wherever_it_was_written(
    dates: str, zone: str, cell: str, moment: tuple[int, ...]
) -> None:
    data = table(HEADER, ROW.replace("2026-11-01 10:01:00", cell).replace("2026-11-01 10:00:00", cell))
    told = line(data, ORDERS + f"dates: {dates}\ntime_zone: {zone}\n", "paid_at")
    assert isinstance(told, dt.datetime)
    assert told == dt.datetime(*moment, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(("dates", "cell"), [("epoch_s", "1793527260"), ("epoch_ms", "1793527260000")])
def test_an_epoch_needs_no_time_zone(dates: str, cell: str) -> None:
    data = table(HEADER, ROW.replace("2026-11-01 10:01:00", cell).replace("2026-11-01 10:00:00", cell))
    told = line(data, ORDERS + f"dates: {dates}\ntime_zone: America/New_York\n", "paid_at")
    assert told == dt.datetime.fromtimestamp(1793527260, tz=dt.UTC)


def test_an_hour_that_does_not_exist_is_set_aside() -> None:
    """At two o'clock on 8 March 2026 the clocks of New York were put forward to three."""
    rows = [
        ROW.replace("2026-11-01 10:01:00", cell).replace("A1", order)
        for cell, order in (("2026-03-08 02:30:00", "A1"), ("someday", "A2"), ("", "A3"))
    ]
    reading = read(table(HEADER, *rows), [mapping(ORDERS + "time_zone: America/New_York\n")])
    assert reading.quarantine.select("rule_name", "cell_name").rows() == [
        ("BAD_TIME", "2026-03-08 02:30:00 (no such hour)"),
        ("BAD_TIME", "someday"),
    ]
    assert reading.bronze["order_id"].to_list() == ["A3"]


# --- columns ------------------------------------------------------------------------------------------------


def test_the_first_of_several_columns_with_something_in_it_speaks() -> None:
    own = mapping(AFTER_SALES.replace("refund_id: 售后号", "refund_id: [平台售后号, 售后号]"))
    header = f"平台售后号|{RETURNS}"
    told = frames(table(header, "P1|R1|A1||S1|5|已退|2026-11-02", "-|R2|A1||S1|5|已退|2026-11-02"), [own])[
        "refund_line"
    ]
    assert told["refund_id"].to_list() == ["P1", "R2"]
    assert frames(table(RETURNS, "R3|A1||S1|5|已退|2026-11-02"), [own])["refund_line"][
        "refund_id"
    ].to_list() == ["R3"]
    with pytest.raises(FileRefusedError) as refused:
        read(table(RETURNS.replace("售后号", "别的"), "R3|A1||S1|5|已退|2026-11-02"), [own])
    assert refused.value.rule == "MISSING_COLUMN"
    assert "平台售后号" in str(refused.value.facts["missing"])


JAPANESE = """
name: jp_orders
zh: 日本订单
en: Japanese orders
platform: other
kind: orders
origin: written for a test of the mapping file
encoding: shift_jis
header_row: 2
columns: {order_id: 注文番号, paid_at: 入金日, paid_fen: 金額}
"""


def test_a_header_on_a_row_of_its_own_and_in_an_encoding_of_its_own() -> None:
    data = "売上一覧,,\n注文番号,入金日,金額\nA1,2026/11/01 10:00:00,89\n".encode("shift_jis")
    told = frames(data, [mapping(JAPANESE)])["order_line"]
    assert told.select("order_id", "paid_fen", "_row_number").rows() == [("A1", 8_900, 3)]
    with pytest.raises(FileRefusedError):
        read(data, [mapping(JAPANESE.replace("header_row: 2", "header_row: 1"))])
    with pytest.raises(FileRefusedError):
        read(data, [mapping(JAPANESE.replace("encoding: shift_jis\n", ""))])


def test_a_buyer_becomes_a_key_and_a_person_nothing() -> None:
    own = mapping(ORDERS + "buyer: 买家\npersonal: [手机]\n")
    data = table(
        HEADER + "|买家|手机",
        ROW + "|王小明|13800000000",
        ROW.replace("A1", "A2") + "|王小明|13800000000",
        ROW.replace("A1", "A3") + "|李|",
    )
    reading = read(data, [own])
    told = source("other", [own]).conform("mapped_orders", reading.bronze)["order_line"].sort("order_id")
    first, second, third = told["buyer_key"].to_list()
    assert first == second != third
    assert reading.dropped_columns == ["手机", "买家"]
    assert "王小明" not in str(told.to_dicts())
    assert "13800000000" not in str(reading.bronze.to_dicts())


# --- whose rows they are ------------------------------------------------------------------------------------


def test_rows_of_several_platforms_and_of_another_one_are_refused() -> None:
    own = mapping(
        ORDERS.replace("platform: other", "platform: shop")
        + "platform_column: {header: 平台, values: {抖音: douyin, 京东: jd}}\n"
    )
    ours, theirs = ROW + "|抖音", ROW.replace("A1", "A2") + "|京东"
    assert frames(table(HEADER + "|平台", ours), [own], "douyin")["order_line"][
        "platform_code"
    ].to_list() == ["douyin"]
    for rows, rule in (
        ([ours, theirs], "SEVERAL_SHOPS"),
        ([theirs], "WRONG_PLATFORM"),
        ([ROW + "|某站"], "WRONG_PLATFORM"),
    ):
        with pytest.raises(FileRefusedError) as refused:
            read(table(HEADER + "|平台", *rows), [own], "douyin")
        assert refused.value.rule == rule


def test_a_mapping_of_another_platform_is_not_there() -> None:
    with pytest.raises(FileRefusedError):
        read(table(HEADER, ROW), [mapping(ORDERS)], "douyin")


@pytest.mark.parametrize("platform", [*platforms(), "other"])
def test_a_sub_orders_number_is_one_only_where_the_platform_numbers_sub_orders(platform: str) -> None:
    """Elsewhere it is the other system's own, and the order with its goods has to find the line."""
    told = frames(table(RETURNS, "R1|A1|A1-9|S1|5|已退|2026-11-02"), [mapping(AFTER_SALES)], platform)[
        "refund_line"
    ]
    numbered = platform in ("douyin", "taobao", "other")
    assert told.select("order_line_id", "order_id", "sku_code").row(0) == (
        "A1-9" if numbered else "A1",
        "A1",
        "S1",
    )
    assert told["platform_code"].item() == platform


def test_money_has_gone_back_only_where_the_after_sale_succeeded() -> None:
    told = frames(
        table(RETURNS, "R1|A1||S1|5|已退|2026-11-02", "R2|A1||S1|5|什么|2026-11-02"), [mapping(AFTER_SALES)]
    )["refund_line"]
    assert told["refunded_at"].is_null().to_list() == [False, True]


def test_lines_of_one_order_are_told_apart_whatever_their_order() -> None:
    rows = [ROW, ROW.replace("89.00", "5.00"), ROW.replace("S1", "S2")]
    one = frames(table(HEADER, *rows), [mapping(ORDERS)])["order_line"]
    two = frames(table(HEADER, *reversed(rows)), [mapping(ORDERS)])["order_line"]
    assert sorted(one["order_line_id"]) == ["A1:S1", "A1:S1:2", "A1:S2"]
    key = ["order_line_id", "paid_fen"]
    assert one.select(key).sort(key).equals(two.select(key).sort(key))


def test_every_kind_has_one_bronze_table_whatever_the_platform() -> None:
    names = [item.full_name for item in bronze_tables()]
    assert len(names) == len(set(names))
    assert {
        f"bronze.{known.layout_kind.replace('mapped_', 'mapped__')}" for known in shipped().values()
    } <= set(names)


def test_a_merchants_own_answer_stands_beside_shipped_tables_that_count_by_the_erps_orders() -> None:
    """An order's amount on both of its rows, each an order of the ERP's: once, as the person said."""
    own = mapping(
        ORDERS.replace("  order_id: 单号", "  order_id: 单号\n  erp_order_id: 内部单号"),
        "repeated: [paid_fen]\n",
    )
    data = table(
        f"内部单号|{HEADER}",
        *(
            f"{number}|A1|2026-11-01 10:00:00|2026-11-01 10:01:00|300.00|S{number}|已发货"
            for number in (1, 2)
        ),
    )
    every = [own, *(item for item in shipped().values() if item.kind == "orders")]
    assert any(item.is_per_part("paid_fen") for item in every)
    for mappings in (every, every[::-1]):
        assert frames(data, mappings)["order"]["paid_fen"].to_list() == [30_000]
