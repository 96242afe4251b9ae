"""A Thai shop's market: goods and money as this platform tells them, in satang, and the words it says it
with. Written apart from the parser.
"""

from __future__ import annotations

import polars as pl

ZONE = "Asia/Bangkok"
COUNTRY = "Thailand"
CURRENCY = "THB"

#: The market's order status → Order Status and Order Substatus of an account signed in in English. No word is
#: known for a part shipment.
ENGLISH = {
    "unpaid": ("Unpaid", "Unpaid"), "paid": ("To ship", "Awaiting shipment"),
    "part_shipped": ("To ship", "Awaiting shipment"),
    "shipped": ("Shipped", "In transit"), "finished": ("Completed", "Completed"),
    "closed_unpaid": ("Canceled", "Canceled"),
    "closed_refunded": ("Canceled", "Canceled"),
}  # fmt: skip
#: The same in Thai, as far as a source gives the words.
THAI = ENGLISH | {
    "paid": ("ที่จะจัดส่ง", "รอเข้ารับ"), "part_shipped": ("ที่จะจัดส่ง", "รอเข้ารับ"),
    "shipped": ("จัดส่งแล้ว", "จัดส่งสำเร็จ"),
    "finished": ("เสร็จสมบูรณ์", "เสร็จสมบูรณ์"), "closed_unpaid": ("ยกเลิกแล้ว", "ยกเลิกแล้ว"),
    "closed_refunded": ("ยกเลิกแล้ว", "ยกเลิกแล้ว"),
}  # fmt: skip
API_STATUS = {
    "unpaid": "UNPAID", "paid": "AWAITING_SHIPMENT", "part_shipped": "PARTIALLY_SHIPPING",
    "shipped": "IN_TRANSIT", "finished": "COMPLETED",
    "closed_unpaid": "CANCELLED", "closed_refunded": "CANCELLED",
}  # fmt: skip
REASONS = {
    "size": "Item doesn't fit", "look": "Item doesn't match description", "quality": "Defective item",
    "changed_mind": "No longer needed",
    "price": "Found a better price", "late": "Package wasn't received", "other": "Other",
}  # fmt: skip
CONTENT = {"live": "LIVE", "short_video": "Videos"}


def satang(fen: str, odd: int) -> pl.Expr:
    """A fen column in satang by the rate of the order's day of creation: 5 for a fen on even days of the
    year, ``odd`` on odd ones.
    """
    even = pl.col("created_at").dt.ordinal_day() % 2 == 0
    return pl.col(fen) * pl.when(even).then(5).otherwise(odd)


def baht(minor: pl.Expr) -> pl.Expr:
    """Satang as decimal text, ``-12.05``."""
    sign = pl.when(minor < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(
        sign,
        (minor.abs() // 100).cast(pl.String),
        pl.lit("."),
        (minor.abs() % 100).cast(pl.String).str.zfill(2),
    )


def sku_lines(lines: pl.DataFrame, refunds: pl.DataFrame, odd: int) -> pl.DataFrame:
    """One row per order × SKU of a shop's lines as of a moment; amounts in satang (``odd``: see ``satang``).

    Order-level columns begin with ``order_`` and repeat.

    The platform knows no creator's coupon: it bears that part itself.
    """
    done = refunds.filter(
        (pl.col("refund_status_code") == "success") & (pl.col("stage_code") == "after_shipment")
    )
    back = done.group_by("order_line_id").agg(back_qty=pl.col("refund_qty").sum())
    money = {
        name: satang(f"{name}_fen", odd)
        for name in ("unit_price", "placed", "freight", "refunded", "discount_merchant")
    }
    told = lines.join(back, on="order_line_id", how="left", maintain_order="left").with_columns(
        **money,
        discount_platform=satang("discount_platform_fen", odd) + satang("discount_creator_fen", odd),
    )
    sums = ("line_qty", "back_qty", "placed", "freight", "refunded", "discount_merchant", "discount_platform")
    texts = (
        "product_id",
        "product_name",
        "sku_code",
        "style_code",
        "color_name",
        "size_name",
        "unit_price",
        "is_gift",
        "content_code",
        "live_account_id",
    )
    of_order = ("created_at", "paid_at", "buyer_ref", "province_name", "city_name")
    rows = told.group_by("order_id", "sku_id", maintain_order=True).agg(
        pl.col(*texts, *of_order).first(), pl.col(sums).sum(),
        pl.col("shipped_at", "finished_at", "closed_at", "updated_at").max(),
        order_status=pl.col("order_order_status_code").first(),
    )  # fmt: skip
    whole = {"order_placed": "placed", "order_freight": "freight", "order_refunded": "refunded"}
    latest = {
        "order_shipped_at": "shipped_at",
        "order_finished_at": "finished_at",
        "order_closed_at": "closed_at",
        "order_updated_at": "updated_at",
    }
    return rows.with_columns(
        *(pl.col(name).sum().over("order_id").alias(alias) for alias, name in whole.items()),
        *(pl.col(name).max().over("order_id").alias(alias) for alias, name in latest.items()),
        goods=pl.col("placed") - pl.col("freight"),
    )


def movement_rows(
    settlements: pl.DataFrame, lines: pl.DataFrame, funds: pl.DataFrame, odd: int
) -> pl.DataFrame:
    """``name, kind, moved_at, amount`` (satang, without sign): what each day's statement brought into the
    balance, and what was drawn out of it.
    """
    days = (
        statement_rows(settlements, lines, odd)
        .group_by("day")
        .agg(amount=pl.col("settled").sum())
        .filter(pl.col("amount") > 0)
    )
    start = pl.col("day").cast(pl.Datetime("us", "UTC")).dt.convert_time_zone("Asia/Shanghai")
    paid = days.select(
        name=pl.format("36{}", start.dt.epoch("s")), kind=pl.lit("SETTLE"), moved_at=start, amount="amount"
    )
    drawn = funds.filter(pl.col("fund_type_code") == "withdrawal").with_columns(created_at="moved_at")
    out = drawn.select(
        name="fund_ref", kind=pl.lit("WITHDRAW"), moved_at="moved_at", amount=satang("moved_fen", odd).abs()
    )
    return pl.concat([paid, out]).sort("moved_at", "name")


def statement_rows(settlements: pl.DataFrame, lines: pl.DataFrame, odd: int) -> pl.DataFrame:
    """One row per order and day of a statement, payouts and take-backs apart, in satang.

    ``day`` is the statement's date (Beijing).
    """
    created = lines.select("order_id", "created_at").unique("order_id", maintain_order=True)
    names = ("base", "settled", "fee", "commission", "leader")
    told = settlements.join(created, on="order_id", how="inner", maintain_order="left")
    told = told.with_columns(
        **{name: satang(f"{name}_fen", odd) for name in names}, day=pl.col("settled_at").dt.date()
    )
    return told.group_by("order_id", "settlement_type_code", "day", maintain_order=True).agg(
        pl.col("created_at").first(), pl.col(names).sum()
    )
