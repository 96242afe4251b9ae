"""Every word of the documents gives the code we mean, whatever the language, and an unheard one stays
unknown.
"""

from __future__ import annotations

import polars as pl
import pytest
from tiktok_cases import moment

from connectors.tiktok_shop import PLATFORM, words
from contracts import codes

PAID = moment("2026-11-01 10:00:00")


def bronze(kind: str, *rows: dict[str, object]) -> pl.DataFrame:
    """Typed bronze rows with only the given columns filled."""
    table = PLATFORM.bronze[kind]
    lineage = {
        "merchant_id": "m",
        "shop_id": "s",
        "platform_code": "tiktok_shop",
        "_export_id": "e",
        "layout_name": "x",
        "_observed_at": PAID,
    }
    full = [{**lineage, "_row_number": number, **row} for number, row in enumerate(rows, 1)]
    return table.shape(
        pl.DataFrame(
            full,
            schema_overrides={
                name: dtype for name, dtype in table.dtypes.items() if name in set().union(*full)
            },
        )
    )


ROW = {
    "order_id": "1", "platform_sku_id": "2", "created_at": PAID, "paid_at": PAID, "order_amount_fen": 1500,
    "subtotal_fen": 1000, "line_qty": 1,
    "order_status_text": "Shipped", "region_code": "TH",
}  # fmt: skip


def orders(*changes: dict[str, object]) -> dict[str, pl.DataFrame]:
    return PLATFORM.conform("orders", bronze("orders", *({**ROW, **change} for change in changes)))


def order(**cells: object) -> dict[str, object]:
    return orders(cells)["order"].row(0, named=True)


def line(**cells: object) -> dict[str, object]:
    return orders(cells)["order_line"].row(0, named=True)


def entry(**cells: object) -> dict[str, object]:
    row = {
        "entry_ref": "9",
        "type_text": "Order",
        "settled_at": PAID,
        "settled_fen": 900,
        "currency_code": "THB",
        **cells,
    }
    return PLATFORM.conform("settlements", bronze("settlements", row))["settlement_entry"].row(0, named=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UNPAID", "unpaid"), ("Unpaid", "unpaid"), ("AWAITING_SHIPMENT", "paid"),
        ("AWAITING_COLLECTION", "paid"), ("To ship", "paid"),
        ("Awaiting shipment", "paid"), ("PARTIALLY_SHIPPING", "part_shipped"), ("IN_TRANSIT", "shipped"),
        ("DELIVERED", "shipped"), ("Shipped", "shipped"),
        ("In transit", "shipped"), ("Delivered", "shipped"), ("COMPLETED", "finished"),
        ("Completed", "finished"), ("CANCELLED", "closed_refunded"),
        ("Canceled", "closed_refunded"), ("ON_HOLD", "paid"), ("On hold", "paid"), ("ที่จะจัดส่ง", "paid"),
        ("รอเข้ารับ", "paid"), ("จัดส่งแล้ว", "shipped"),
        ("จัดส่งสำเร็จ", "shipped"), ("ยกเลิกแล้ว", "closed_refunded"), ("Perlu dikirim", "paid"),
        ("Dikirim", "shipped"), ("Selesai", "finished"),
        ("Dibatalkan", "closed_refunded"), ("Đã giao", "unknown"), ("something new", "unknown"),
    ],
)  # fmt: skip
def test_order_status_in_every_language_heard_of(text: str, code: str) -> None:
    assert order(order_status_text=text)["order_status_code"] == code


@pytest.mark.parametrize(
    ("text", "code"), [("CANCELLED", "closed_unpaid"), ("ON_HOLD", "unpaid"), ("ยกเลิกแล้ว", "closed_unpaid")]
)
def test_without_payment_closed_was_never_paid(text: str, code: str) -> None:
    found = order(order_status_text=text, paid_at=None, order_refund_fen=1500)
    assert (
        found["order_status_code"],
        found["paid_fen"],
        found["placed_fen"],
        found["stated_refund_fen"],
    ) == (code, 0, 1500, None)


def test_the_least_far_along_speaks_for_an_order() -> None:
    frames = orders(
        {"order_status_text": "Completed"}, {"platform_sku_id": "3", "order_status_text": "To ship"}
    )
    assert frames["order"]["order_status_code"].to_list() == ["paid"]
    assert frames["order_line"]["order_status_code"].to_list() == ["finished", "paid"]
    frames = orders(
        {"order_status_text": "Canceled"}, {"platform_sku_id": "3", "order_status_text": "Shipped"}
    )
    assert frames["order"]["order_status_code"].to_list() == ["shipped"], "closed only when nothing lives"


@pytest.mark.parametrize(
    ("cells", "gift", "paid"),
    [
        ({"gift_text": "true"}, True, 1500),
        ({"sample_text": "true"}, True, 0),
        ({"sample_text": "false"}, False, 1500),
    ],
)
def test_gifts_and_samples(cells: dict[str, object], gift: bool, paid: int) -> None:
    """A free sample sent to a creator is no sale.

    A gift in a paid order is a line without money beside one with.
    """
    assert (line(**cells)["is_gift"], order(**cells)["paid_fen"]) == (gift, paid)


def test_a_line_the_platform_paid_for_in_full_is_no_gift() -> None:
    assert line(subtotal_fen=0, discount_platform_fen=1000)["is_gift"] is False
    assert line(subtotal_fen=0, discount_platform_fen=0)["is_gift"] is True


def test_units_of_the_api_and_rows_of_a_file_are_one_line() -> None:
    unit = {"line_qty": None, "subtotal_fen": 500, "discount_merchant_fen": 50}
    (told,) = orders({**unit, "line_item_id": "a"}, {**unit, "line_item_id": "b"})["order_line"].to_dicts()
    assert (
        told["line_qty"],
        told["placed_fen"],
        told["discount_merchant_fen"],
        told["discount_platform_fen"],
    ) == (2, 1000, 100, None)


@pytest.mark.parametrize(
    ("variation", "code", "color", "size", "style"),
    [
        ("Black, M", "YU1001-BK-M", "Black", "M", "YU1001"),
        ("Khaki, 2XL", "YU1001-03-2xl", "Khaki", "2XL", "YU1001"),
        ("Red, FREE SIZE", "YU1001", "Red", "FREE SIZE", "YU1001"),
        ("30ml", "SER-30ml", None, None, "SER-30ml"), ("Default", "X", None, None, "X"),
        (None, None, None, None, None), ("Black, Long, M", "A-M", None, None, "A-M"),
    ],
)  # fmt: skip
def test_colour_size_and_style(
    variation: str | None, code: str | None, color: str | None, size: str | None, style: str | None
) -> None:
    found = line(variation_text=variation, sku_code=code)
    assert (found["color_name"], found["size_name"], found["style_code"]) == (color, size, style)


@pytest.mark.parametrize(
    ("told", "region", "currency"),
    [
        (None, "TH", "THB"),
        (None, "VN", "VND"),
        (None, "US", "USD"),
        ("MYR", None, "MYR"),
        (None, None, None),
        ("IDR", "TH", "IDR"),
    ],
)
def test_the_currency_is_told_or_the_regions(
    told: str | None, region: str | None, currency: str | None
) -> None:
    assert order(currency_code=told, region_code=region)["currency_code"] == currency


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        *(("after_sales", word, code) for word, code in [
            ("RETURN_OR_REFUND_REQUEST_COMPLETE", "success"), ("RETURN_OR_REFUND_REQUEST_SUCCESS", "pending"),
            ("AWAITING_BUYER_SHIP", "pending"),
            ("BUYER_SHIPPED_ITEM", "pending"), ("RETURN_OR_REFUND_REQUEST_PENDING", "pending"),
            ("REFUND_OR_RETURN_REQUEST_REJECT", "closed"),
            ("REFUND_RETURN_REQUEST_REJECT", "closed"), ("RETURN_OR_REFUND_REQUEST_CANCEL", "closed"),
            ("NEW", "unknown"),
        ]),
        ("cancellations", "CANCELLATION_REQUEST_COMPLETE", "success"),
        ("cancellations", "CANCELLATION_REQUEST_SUCCESS", "pending"),
        ("cancellations", "CANCELLATION_REQUEST_CANCEL", "closed"),
    ],
)  # fmt: skip
def test_a_granted_request_is_no_money_yet(kind: str, status: str, code: str) -> None:
    row = {
        "refund_id": "1",
        "order_id": "2",
        "refund_status_text": status,
        "applied_at": PAID,
        "updated_at": PAID,
        "refund_total_fen": 500,
    }
    (found,) = PLATFORM.conform(kind, bronze(kind, row))["refund_line"].to_dicts()
    assert found["refund_status_code"] == code
    assert found["refunded_at"] == (PAID if code == "success" else None)
    assert found["refund_stage_code"] == ("after_shipment" if kind == "after_sales" else "before_shipment")


@pytest.mark.parametrize(
    ("word", "code", "status"),
    [
        ("REFUND", "refund_only", "success"),
        ("RETURN_AND_REFUND", "return_refund", "success"),
        ("REPLACEMENT", "exchange", "exchanged"),
        ("?", "unknown", "success"),
    ],
)
def test_what_was_asked_for(word: str, code: str, status: str) -> None:
    row = {
        "refund_id": "1", "order_id": "2", "refund_type_text": word,
        "refund_status_text": "RETURN_OR_REFUND_REQUEST_COMPLETE", "applied_at": PAID,
        "updated_at": PAID,
    }  # fmt: skip
    (found,) = PLATFORM.conform("after_sales", bronze("after_sales", row))["refund_line"].to_dicts()
    assert (found["refund_type_code"], found["refund_status_code"]) == (code, status)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Item doesn't fit", "size"), ("Too small", "size"), ("Item doesn't match description", "look"),
        ("Defective item", "quality"),
        ("Better price available", "price"), ("Discount not as expected", "look"),
        ("Package delivery failed", "late"), ("No longer needed", "changed_mind"),
        ("Ordered by mistake", "changed_mind"), ("ไม่ต้องการ", "other"), (None, None),
    ],
)  # fmt: skip
def test_reasons_are_picked_from_a_menu(text: str | None, code: str | None) -> None:
    row = {
        "refund_id": "1",
        "order_id": "2",
        "refund_status_text": "NEW",
        "applied_at": PAID,
        "updated_at": PAID,
        "reason_text": text,
    }
    assert PLATFORM.conform("after_sales", bronze("after_sales", row))["refund_line"][
        "reason_code"
    ].to_list() == [code]


@pytest.mark.parametrize(
    ("total", "items", "parts"),
    [
        (30, (10, 20), [10, 20]), (27, (10, 20), [9, 18]), (30, (10, None), [30, 0]),
        (None, (10, 20), [10, 20]), (30, (None, None), [15, 15]), (0, (0, 0), [0, 0]),
        (31, (None, None), [15, 16]),
    ],
)  # fmt: skip
def test_a_requests_total_is_its_items_amounts_where_they_add_up_else_shared_by_them(
    total: int | None, items: tuple[int | None, int | None], parts: list[int]
) -> None:
    told = [
        {
            "refund_id": "r",
            "order_id": "1",
            "platform_sku_id": sku,
            "item_id": f"i{sku}",
            "refund_total_fen": total,
        }
        | {"item_refund_fen": fen, "updated_at": PAID}
        for sku, fen in zip("AB", items, strict=True)
    ]
    found = PLATFORM.conform("after_sales", bronze("after_sales", *told))["refund_line"].sort("order_line_id")
    assert found["refund_fen"].to_list() == parts


@pytest.mark.parametrize(
    ("text", "amount", "code"),
    [
        ("Order", 900, "sale"), ("Order", -900, "refund_after"), ("ORDER", 900, "sale"),
        ("Refund", -1, "refund_after"),
        ("Logistics reimbursement", 1, "compensation"), ("Platform compensation", 1, "compensation"),
        ("TikTok Shop shipping subsidy", 1, "subsidy"),
        ("Service fee", -1, "fee"), ("TikTok Ads", -1, "fee"), ("Adjustment", -1, "adjustment"),
        ("ปรับยอด", -1, "unknown"),
    ],
)  # fmt: skip
def test_types_of_an_income_row(text: str, amount: int, code: str) -> None:
    assert entry(type_text=text, settled_fen=amount)["settlement_type_code"] == code


def test_parts_are_believed_only_where_they_add_up() -> None:
    parts = {
        "revenue_fen": 1000,
        "fees_fen": -150,
        "shipping_fen": 50,
        "platform_commission_fen": -50,
        "affiliate_commission_fen": -70,
    }
    good, bad = entry(**parts), entry(**parts, adjustment_fen=-1)
    names = ("income_fen", "expense_fen", "platform_fee_fen", "commission_creator_fen", "other_fee_fen")
    assert [good[name] for name in names] == [1000, -100, 50, 70, -20]
    assert [bad[name] for name in names] == [None] * 5
    assert bad["settled_fen"] == 900


def test_an_adjustment_has_a_number_of_its_own_and_names_its_order() -> None:
    found = entry(entry_ref="77", type_text="Platform compensation", related_order_id="9")
    assert (found["settlement_entry_id"], found["order_id"]) == ("77:compensation:20261101", "9")
    assert entry(entry_ref="77", type_text="Platform compensation")["order_id"] is None, (
        "its number is no order's"
    )


def test_two_entries_of_one_order_and_day_are_two_and_the_same_row_twice_is_one() -> None:
    row = {"entry_ref": "9", "type_text": "Order", "settled_at": PAID, "currency_code": "THB"}
    rows = [{**row, "settled_fen": amount} for amount in (900, 900, 400)]
    frame = PLATFORM.conform("settlements", bronze("settlements", *rows))["settlement_entry"]
    assert frame.select("settlement_entry_id", "settled_fen").rows() == [
        ("9:sale:20261101:2", 900),
        ("9:sale:20261101", 400),
    ]


@pytest.mark.parametrize(
    ("text", "creator", "content", "seller"),
    [
        ("LIVE", "mali", "live", "creator"), ("Livestream", "mali", "live", "creator"),
        ("Videos", "@mali", "short_video", "creator"),
        ("Video", "mali", "short_video", "creator"), ("Product cards", "mali", "product_card", "creator"),
        ("Story", "mali", "unknown", "creator"),
        (None, None, "unknown", "unknown"),
    ],
)  # fmt: skip
def test_who_sold_and_by_what(text: str | None, creator: str | None, content: str, seller: str) -> None:
    row = {"order_id": "1", "platform_sku_id": "2", "creator_name": creator, "content_type_text": text}
    (found,) = PLATFORM.conform("affiliate_orders", bronze("affiliate_orders", row))[
        "line_channel"
    ].to_dicts()
    assert (found["content_code"], found["seller_code"], found["creator_id"]) == (
        content,
        seller,
        creator and creator.strip("@"),
    )
    assert found["order_line_id"] == "1:2"


def test_a_line_two_creators_claim_goes_to_the_larger_commission_base() -> None:
    rows = [
        {
            "order_id": "1",
            "platform_sku_id": "2",
            "creator_name": name,
            "content_type_text": "LIVE",
            "commission_base_fen": base,
        }
        for name, base in (("a", None), ("b", 500), ("c", 100))
    ]
    assert PLATFORM.conform("affiliate_orders", bronze("affiliate_orders", *rows))["line_channel"][
        "creator_id"
    ].to_list() == ["b"]


def test_tables_hold_only_codes_of_the_contracts() -> None:
    pairs = [
        (codes.ORDER_STATUS, set(words.ORDER_STATUS.values()) - {"closed", "held"} | set(words.STATUS_RANK)),
        (codes.REFUND_STATUS, set(words.REFUND_STATUS.values())),
        (codes.REFUND_TYPE, set(words.REFUND_TYPE.values())),
        (codes.REFUND_REASON, {code for code, _ in words.REASONS}),
        (codes.CONTENT, set(words.CONTENT.values())),
        (codes.SETTLEMENT_TYPE, {code for code, _ in words.SETTLEMENT_PATTERNS}),
    ]
    for known, used in pairs:
        assert used <= set(known.values), known.name
    assert set(words.STATUS_RANK) == set(codes.ORDER_STATUS.values), (
        "every status has its place in the order of progress"
    )
