"""The mapping file: what is written is read back, and every mistake is named with its line and key."""

from __future__ import annotations

import pytest
from mapping_cases import AFTER_SALES, ORDERS, mapping

from connectors.mapping.file import FOLDER, read_mapping, shipped, write_mapping
from connectors.mapping.kinds import KINDS, NEEDED, names_of
from contracts.errors import UsageError


def test_every_shipped_mapping_is_what_its_file_is_called_and_survives_being_written() -> None:
    assert set(shipped()) == {path.stem for path in FOLDER.glob("*.yaml")}
    assert len(shipped()) >= 4
    for known in shipped().values():
        assert read_mapping(write_mapping(known)) == known


def test_words_stay_words() -> None:
    """YAML would read these as false, a number, a date."""
    told = mapping(ORDERS.replace("待付款: unpaid", "no: unpaid, 007: paid, 2026-01-01: closed"))
    assert told.columns["order_status_code"].values == {
        "no": "unpaid",
        "007": "paid",
        "2026-01-01": "closed",
        "已发货": "shipped",
        "已关闭": "closed",
    }


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (ORDERS.replace("kind: orders", "kind: order"), 6, "orders"),
        (ORDERS.replace("platform: other", "platform: taoboa"), 5, "taobao"),
        (ORDERS.replace("order_id: 单号", "order_no: 单号"), 9, "order_no"),
        (ORDERS.replace("  order_id: 单号\n", ""), 8, "order_id"),
        (ORDERS.replace("  paid_at: 付款\n", ""), 8, "paid_at"),
        (ORDERS.replace("  paid_fen: 实付\n", ""), 8, "paid_fen"),
        (ORDERS.replace("已发货: shipped", "已发货: sent"), 14, "sent"),
        (ORDERS.replace("paid_fen: 实付", "paid_fen: {header: 实付, cell: dollars}"), 12, "yuan"),
        (ORDERS.replace("paid_fen: 实付", "paid_fen: {headers: 实付}"), 12, "header"),
        (ORDERS.replace("paid_fen: 实付", "paid_fen: 单号"), 8, "单号"),
        (ORDERS + "personal: [单号]\n", 8, "单号"),
        (ORDERS + "signature: [没有的列]\n", 15, "没有的列"),
        (ORDERS + "time_zone: Mars/Olympus\n", 15, "Asia/Shanghai"),
        (ORDERS + "time_zone: Asia\n", 15, "Asia/Shanghai"),
        (ORDERS + f"time_zone: {'a' * 400}\n", 15, "Asia/Shanghai"),
        (ORDERS + "currency: dollars\n", 15, "A-Z"),
        (ORDERS + "encoding: utf-99\n", 15, "encoding"),
        (ORDERS + "header_row: 40\n", 15, "12"),
        (ORDERS + "constants: {paid_fen: 5}\n", 15, "constants"),
        (ORDERS + "constants: {seller_code: me}\n", 15, "creator"),
        (ORDERS + "same_as: {shipped_at: paid_fen}\n", 15, "same_as"),
        (ORDERS + "repeated: [discount_platform_fen]\n", 15, "repeated"),
        (ORDERS + "money: jiao\n", 15, "fen"),
        (ORDERS + "colour: blue\n", 15, "colour"),
        (ORDERS + "zh: 又一次\n", 15, "twice"),
        (ORDERS + "personal: [a, b\n", 16, "YAML"),
        (ORDERS.replace("origin: written for a test of the mapping file", "origin: mine"), 7, "20"),
        (AFTER_SALES.replace("  refund_fen: 退款\n", ""), 8, "refund_fen"),
        ("- a list\n", 1, "pairs"),
        ("", 1, "pairs"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_mapping(text, "mine.yaml")
    assert raised.value.rule == "BAD_MAPPING"
    assert raised.value.facts["file"] == "mine.yaml"
    assert raised.value.facts["line"] == line
    assert said in str(raised.value.facts)
    assert raised.value.step_en


@pytest.mark.parametrize(
    "text", ["a: &x [1]\nb: [*x, *x]\n", "[" * 50_000, "a: " + "{b: " * 20_000, "x" * 300_000,
        "a: !!python/object/apply:os.system [ls]\n", "a: \x00\n"]
)  # fmt: skip
def test_a_file_that_means_harm_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_mapping(text, "mine.yaml")
    assert raised.value.rule == "BAD_MAPPING"


def test_every_kind_needs_something_and_every_needed_name_is_one_of_the_kinds() -> None:
    for kind in KINDS:
        assert NEEDED[kind]
        assert set(NEEDED[kind]) <= set(names_of(kind))


PRICE_AND_QTY = "  unit_price_fen: 单价\n  line_qty: 数量\n"
OWN_NUMBER = ORDERS + "  erp_order_id: 内部单号\n"
BARE = ORDERS.replace("  paid_fen: 实付\n", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ORDERS + "repeated: [paid_fen]\nper_row: [paid_fen]\n", "in one place only"),
        (ORDERS + "per_row: [freight_fen]\n", "per_row"),
        (ORDERS + "repeated: [paid_fen]\nper_erp_order: [paid_fen]\n", "per_erp_order"),
        (OWN_NUMBER + "per_erp_order: [paid_fen]\n", "per_erp_order"),
        (BARE + "  unit_price_fen: 单价\npriced: [paid_fen]\n", "priced"),
        (ORDERS + PRICE_AND_QTY + "priced: [paid_fen]\n", "priced"),
        (BARE + PRICE_AND_QTY + "priced: [paid_fen, freight_fen]\n", "priced"),
        (ORDERS + "same_as: {placed_fen: freight_fen}\n", "same_as"),
        (ORDERS + "  placed_fen: 应付\nsame_as: {placed_fen: paid_fen}\n", "same_as"),
        (ORDERS.replace("order_id: 单号", "order_id: {header: 单号, values: {a: b}}"), "takes no values"),
        (ORDERS.replace("order_id: 单号", "order_id: {header: [单号, ' ']}"), "empty"),
        (ORDERS + "dates: serial\ntime_zone: Asia/Tokyo\n", "serial"),
        (ORDERS + "unread: [单号]\n", "单号"),
        (ORDERS + "header_row: 13\n", "12"),
        (ORDERS + "constants: {no_such_name: a}\n", "no_such_name"),
    ],
)
def test_what_does_not_go_together_is_named(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="BAD_MAPPING") as raised:
        read_mapping(text, "mine.yaml")
    assert said in str(raised.value.facts)


@pytest.mark.parametrize(
    "text",
    [
        ORDERS + "repeated: [paid_fen]\n",
        ORDERS + "  freight_fen: 运费\nrepeated: [paid_fen]\nper_row: [freight_fen]\n",
        OWN_NUMBER + "repeated: [paid_fen]\nper_erp_order: [paid_fen]\n",
        BARE + PRICE_AND_QTY + "priced: [paid_fen]\n",
        ORDERS + "same_as: {placed_fen: paid_fen}\n",
        ORDERS + "dates: serial\n",
        ORDERS + "unread: [备注]\npersonal: [收货人]\nsignature: [单号, 备注, 收货人]\n",
        ORDERS + "header_row: 12\n",
        ORDERS + "constants: {seller_code: own}\n",
        ORDERS.replace("order_id: 单号", "order_id: {header: [单号, 订单编号]}"),
    ],
)
def test_what_goes_together_is_taken(text: str) -> None:
    assert read_mapping(text, "mine.yaml").name == "own_orders"


def test_whether_a_row_without_an_amount_is_set_aside() -> None:
    """What is needed is, unless it is the whole's; a mapping may say otherwise of any column."""
    plain, whole = read_mapping(AFTER_SALES, "a"), read_mapping(AFTER_SALES + "repeated: [refund_fen]\n", "a")
    assert [plain.is_filled(name) for name in ("refund_id", "refund_fen", "sku_code")] == [True, True, False]
    assert [whole.is_filled(name) for name in ("refund_id", "refund_fen", "sku_code")] == [True, False, False]
    said = AFTER_SALES.replace("sku_code: 编码", "sku_code: {header: 编码, filled: true}")
    assert read_mapping(said, "a").is_filled("sku_code")
    assert not read_mapping(said.replace("true", "false"), "a").is_filled("sku_code")
    copies = "same_as: {placed_fen: paid_fen, shipped_at: paid_at}\n"
    copied = read_mapping(ORDERS + "repeated: [paid_fen]\n" + copies, "a")
    assert copied.once == ("paid_fen", "placed_fen")
