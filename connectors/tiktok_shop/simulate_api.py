"""How the open platform answers: lists rendered to JSON text once per shop and moment, then cut into pages.

And who may ask.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from connectors.tiktok_shop.simulate_words import API_STATUS, CURRENCY, REASONS, baht, satang

SIZE_CAP = 100
_BEHIND, _AHEAD = 300, 30
#: What an after-sale's state is called: (return_status, cancel_status); a pending return says how far it is.
_RETURNS = {
    "pending": "RETURN_OR_REFUND_REQUEST_PENDING",
    "success": "RETURN_OR_REFUND_REQUEST_COMPLETE",
    "closed": "RETURN_OR_REFUND_REQUEST_CANCEL",
}
_CANCELS = {
    "pending": "CANCELLATION_REQUEST_PENDING",
    "success": "CANCELLATION_REQUEST_COMPLETE",
    "closed": "CANCELLATION_REQUEST_CANCEL",
}
_TYPES = {"return_refund": "RETURN_AND_REFUND", "exchange": "REPLACEMENT"}


class Refusal(Exception):
    """An error answer: code, sentence and HTTP status."""

    def __init__(self, code: int, message: str, status: int = 200) -> None:
        self.code, self.message, self.status = code, message, status
        super().__init__(message)


@dataclass(frozen=True)
class Rendered:
    """Every item of a list as JSON text with its update second."""

    texts: list[str]
    updated: np.ndarray[tuple[int], np.dtype[np.int64]]

    def page(self, first: int, last: int, offset: int, size: int) -> tuple[list[str], int]:
        """Items updated in ``[first, last)``, oldest first, from ``offset`` on, and how many there are.

        A token is a mere offset: it shifts as rows move.
        """
        inside = np.flatnonzero((self.updated >= first) & (self.updated < last))
        inside = inside[np.argsort(self.updated[inside], kind="stable")]
        return [self.texts[row] for row in inside[offset : offset + size]], len(inside)


def cipher(secret: str) -> str:
    """A shop's cipher in the simulation; nothing is encrypted in it."""
    return "ROW_" + hashlib.sha256(f"{secret}:cipher".encode()).hexdigest()[:32]


def check(secret: str, path: str, query: Mapping[str, str], body: str) -> None:
    """The clock (the real one: requests are signed with it), then the signature. Raises Refusal."""
    stamp = query.get("timestamp", "")
    late = time.time() - int(stamp) if stamp.isascii() and stamp.isdigit() else float("inf")
    if not -_AHEAD <= late <= _BEHIND:
        raise Refusal(
            36009004,
            "Invalid timestamp. The value of the `timestamp` query parameter must not be earlier than 5 "
            "minutes before the current time.",
        )
    words = "".join(name + query[name] for name in sorted(query) if name not in ("sign", "access_token"))
    right = hmac.new(
        secret.encode(), (secret + path + words + body + secret).encode(), hashlib.sha256
    ).hexdigest()
    if not hmac.compare_digest(right.encode(), query.get("sign", "").encode()):
        raise Refusal(106001, "Invalid credentials. The signature is wrong.")


def size_of(query: Mapping[str, str]) -> int:
    """The page size asked for. Raises Refusal."""
    size = query.get("page_size", "20")
    if not size.isdigit() or not 1 <= int(size) <= SIZE_CAP:
        raise Refusal(36009004, "Invalid page_size")
    return int(size)


def list_page(found: Rendered, name: str, query: Mapping[str, str], body: str) -> str:
    """The ``data`` of a list answer, as text. Raises Refusal."""
    asked: dict[str, Any] = json.loads(body or "{}")
    if query.get("sort_field", "update_time") != "update_time" or query.get("sort_order", "ASC") != "ASC":
        raise Refusal(36009004, "Invalid sort")
    size, offset = size_of(query), int(query.get("page_token") or 0)
    texts, total = found.page(
        int(asked.get("update_time_ge") or 0), int(asked.get("update_time_lt") or 2**40), offset, size
    )
    following = str(offset + size) if offset + size < total else ""
    return f'{{"{name}":[{",".join(texts)}],"total_count":{total},"next_page_token":"{following}"}}'


def _units(rows: pl.DataFrame, count: pl.Expr, *amounts: str) -> pl.DataFrame:
    """One row per unit, ``amounts`` divided among an order line's units without a remainder.

    ``unit`` counts from 0.
    """
    apart = (
        rows.with_columns(units=count).with_columns(unit=pl.int_ranges(0, pl.col("units"))).explode("unit")
    )
    share = {
        name: pl.col(name) * (pl.col("unit") + 1) // pl.col("units")
        - pl.col(name) * pl.col("unit") // pl.col("units")
        for name in amounts
    }
    return apart.with_columns(**share)


def _number(*columns: str, prefix: str) -> pl.Expr:
    """A platform-looking number that follows from the columns."""
    return pl.lit(prefix) + (pl.struct(*columns).hash(seed=5) % 10**15).cast(pl.String).str.zfill(15)


def _second(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("s").fill_null(0)


def render_orders(rows: pl.DataFrame) -> Rendered:
    """Orders of ``rows`` (``sku_lines``): every line item is one unit."""
    units = _units(rows, pl.col("line_qty"), "goods", "discount_platform", "discount_merchant")
    item = pl.struct(
        id=_number("order_id", "sku_id", "unit", prefix="577"), sku_id="sku_id", product_id="product_id",
        product_name="product_name",
        seller_sku="sku_code", sku_name=pl.format("{}, {}", "color_name", "size_name"),
        original_price=baht(pl.col("unit_price")),
        sale_price=baht(pl.col("goods")), platform_discount=baht(pl.col("discount_platform")),
        seller_discount=baht(pl.col("discount_merchant")),
        currency=pl.lit(CURRENCY), is_gift="is_gift", sku_type=pl.lit("NORMAL"), display_status=_status(),
    )  # fmt: skip
    orders = units.group_by("order_id", maintain_order=True).agg(
        pl.col("order_status", "created_at", "paid_at", "buyer_ref", "province_name").first(),
        pl.col("^order_(placed|freight|.*_at)$").first(),
        discount_platform=pl.col("discount_platform").sum(),
        discount_merchant=pl.col("discount_merchant").sum(), goods=pl.col("goods").sum(), items=item,
    )  # fmt: skip
    place = pl.concat_list(
        pl.struct(address_level_name=pl.lit("Country"), address_name=pl.lit("Thailand")),
        pl.struct(address_level_name=pl.lit("Province"), address_name="province_name"),
        pl.struct(address_level_name=pl.lit("District"), address_name=pl.lit("District 9")),
    )
    gone = pl.col("order_status").is_in(["closed_unpaid", "closed_refunded"])
    whole = pl.struct(
        id="order_id", status=_status(), create_time=_second("created_at"),
        update_time=_second("order_updated_at"), paid_time=_second("paid_at"),
        collection_time=_second("order_shipped_at"), delivery_time=_second("order_finished_at"),
        cancel_time=pl.when(gone).then(_second("order_closed_at")).otherwise(0),
        is_sample_order=pl.lit(False), is_cod=pl.lit(True), user_id="buyer_ref",
        buyer_email=pl.lit("v2b@chat.seller.tiktok.invalid"), buyer_message=pl.lit("call 0812345678 please"),
        line_items="items",
        payment=pl.struct(
            currency=pl.lit(CURRENCY), total_amount=baht(pl.col("order_placed")),
            sub_total=baht(pl.col("goods")), shipping_fee=baht(pl.col("order_freight")),
            platform_discount=baht(pl.col("discount_platform")),
            seller_discount=baht(pl.col("discount_merchant")), tax=pl.lit("0"),
        ),
        recipient_address=pl.struct(name=pl.lit("คุณเอ"), phone_number=pl.lit("(+66)81*****78"),
            full_address=pl.lit("99/9 Some Road"), district_info=place),
    )  # fmt: skip
    return Rendered(
        orders.select(whole.struct.json_encode()).to_series().to_list(),
        orders["order_updated_at"].dt.epoch("s").to_numpy(),
    )


def _status() -> pl.Expr:
    return pl.col("order_status").replace_strict(API_STATUS, return_dtype=pl.String)


def render_requests(refunds: pl.DataFrame, lines: pl.DataFrame, odd: int, *, cancels: bool) -> Rendered:
    """Cancellations (before shipment) or return orders (after it) of a shop's after-sales."""
    chosen = refunds.filter((pl.col("stage_code") == "before_shipment") == cancels)
    goods = lines.select("order_line_id", "sku_id", "sku_code", "product_name", "created_at")
    joined = chosen.join(goods, on="order_line_id", how="inner", maintain_order="left").with_columns(
        back=satang("refund_fen", odd)
    )
    units = _units(joined, pl.col("refund_qty").clip(lower_bound=1), "back")
    money = pl.struct(currency=pl.lit(CURRENCY), refund_total=baht(pl.col("back")))
    word = "cancel" if cancels else "return"
    item = pl.struct(
        _number("refund_id", "unit", prefix="404").alias(f"{word}_line_item_id"),
        _number("order_line_id", "unit", prefix="577").alias("order_line_item_id"),
        "sku_id", "product_name", pl.col("sku_code").alias("seller_sku"), money.alias("refund_amount"),
    )  # fmt: skip
    whole = units.group_by("refund_id", maintain_order=True).agg(
        pl.col("order_id", "type_code", "reason_code", "refund_status_code", "applied_at", "shipped_back_at",
            "updated_at").first(),
        back=pl.col("back").sum(), items=item,
    )  # fmt: skip
    kind = (
        pl.lit("BUYER_CANCEL")
        if cancels
        else pl.col("type_code").replace_strict(_TYPES, default="REFUND", return_dtype=pl.String)
    )
    text = pl.struct(
        pl.col("refund_id").alias(f"{word}_id"), "order_id", kind.alias(f"{word}_type"),
        _request_status(cancels=cancels).alias(f"{word}_status"),
        pl.col("reason_code").replace_strict(REASONS, default="Other", return_dtype=pl.String)
        .alias(f"{word}_reason_text"), pl.lit("BUYER").alias("role"),
        _second("applied_at").alias("create_time"), _second("updated_at").alias("update_time"),
        money.alias("refund_amount"),
        pl.col("items").alias(f"{word}_line_items"),
    )  # fmt: skip
    return Rendered(
        whole.select(text.struct.json_encode()).to_series().to_list(),
        whole["updated_at"].dt.epoch("s").to_numpy(),
    )


def _request_status(*, cancels: bool) -> pl.Expr:
    state = pl.col("refund_status_code")
    if cancels:
        return state.replace_strict(_CANCELS, return_dtype=pl.String)
    returning = (state == "pending") & (pl.col("type_code") == "return_refund")
    return (
        pl.when(returning & pl.col("shipped_back_at").is_not_null())
        .then(pl.lit("BUYER_SHIPPED_ITEM"))
        .when(returning)
        .then(pl.lit("AWAITING_BUYER_SHIP"))
        .otherwise(
            state.replace_strict(
                _RETURNS | {"exchanged": "RETURN_OR_REFUND_REQUEST_COMPLETE"}, return_dtype=pl.String
            )
        )
    )


def withdrawals(rows: pl.DataFrame, at: dt.datetime) -> dict[str, list[dict[str, Any]]]:
    """The movements of ``rows`` (``movement_rows``) as the list answers them, under ``withdrawals``.

    The youngest of a day are under way.
    """
    under_way = pl.col("moved_at") > at - dt.timedelta(days=1)
    movement = pl.struct(
        id="name", type="kind", amount=baht(pl.col("amount")), currency=pl.lit(CURRENCY),
        create_time=_second("moved_at"),
        status=pl.when((pl.col("kind") == "WITHDRAW") & under_way).then(pl.lit("PROCESSING"))
        .otherwise(pl.lit("SUCCESS")),
    )  # fmt: skip
    return {"withdrawals": rows.select(movement).to_series().to_list()}


def statements(rows: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Statement number → its answer's head, and its transactions under ``statement_transactions``, of
    ``rows`` (``statement_rows``).

    A statement bears the first moment (UTC) of its day.
    """
    found = {}
    for part in rows.sort("day", "created_at", "order_id").partition_by("day", maintain_order=True):
        second = int(part.select(pl.col("day").first().cast(pl.Datetime("us", "UTC")).dt.epoch("s")).item())
        number = f"72{second}{part['order_id'][0][-6:]}"
        fees = -(pl.col("fee") + pl.col("commission") + pl.col("leader"))
        transaction = pl.struct(
            id=_number("order_id", "settlement_type_code", "day", prefix="350"), type=pl.lit("ORDER"),
            order_id="order_id", currency=pl.lit(CURRENCY),
            order_create_time=_second("created_at"), settlement_amount=baht(pl.col("settled")),
            revenue_amount=baht(pl.col("base")), fee_amount=baht(fees),
            adjustment_amount=pl.lit("0"), platform_commission_amount=baht(-pl.col("fee")),
            affiliate_commission_amount=baht(-pl.col("commission")),
            affiliate_partner_commission_amount=baht(-pl.col("leader")),
        )  # fmt: skip
        head = {"statement_id": number, "statement_time": second, "currency": CURRENCY}
        found[number] = {**head, "statement_transactions": part.select(transaction).to_series().to_list()}
    return found
