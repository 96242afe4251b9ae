"""How the open platform answers: lists rendered to JSON text once per shop and moment, then cut into pages by
cursor.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from connectors.kuaishou import simulate_words as words

if TYPE_CHECKING:
    from simulator.world import World

Longs = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Rendered:
    """Every item of a list as JSON text, with its number and its creation and update millisecond."""

    texts: list[str]
    numbers: Longs
    created: Longs
    updated: Longs

    def page(
        self, clock: str, way: int, window: tuple[int, int], cursor: str, size: int
    ) -> tuple[list[str], str]:
        """One page behind ``cursor`` (``<millisecond>_<number>`` of the last item told) and the next cursor,
        empty at the end. Both ends belong in.
        """
        stamps = self.updated if clock == "updated" else self.created
        inside = np.flatnonzero((stamps >= window[0]) & (stamps <= window[1]))
        order = inside[np.lexsort((self.numbers[inside], stamps[inside]))][::way]
        if cursor:
            last = tuple(int(part) for part in cursor.split("_"))
            told = [(int(stamps[row]), int(self.numbers[row])) for row in order]
            order = np.array(
                [
                    row
                    for row, key in zip(order, told, strict=True)
                    if (key > last if way > 0 else key < last)
                ],
                dtype=np.int64,
            )
        rows = order[:size]
        more = len(order) > size
        return [
            self.texts[row] for row in rows
        ], f"{stamps[rows[-1]]}_{self.numbers[rows[-1]]}" if more else ""


def secrets_of(app_secret: str) -> tuple[str, str]:
    """An app's two secrets out of the shop's one text: ``appSecret:signSecret``, or one for both."""
    parts = app_secret.split(":")
    return parts[0], parts[-1]


def verified(sign_secret: str, told: Mapping[str, str]) -> bool:
    """Whether the request's sign is right, by the digest it names (MD5 when it names none)."""
    signed = sorted((name, text) for name, text in told.items() if name in _SIGNED)
    text = "&".join([f"{name}={value}" for name, value in signed] + [f"signSecret={sign_secret}"]).encode()
    if told.get("signMethod", "MD5") == "HMAC_SHA256":
        right = base64.b64encode(hmac.new(sign_secret.encode(), text, hashlib.sha256).digest())
    else:
        right = hashlib.md5(text, usedforsecurity=False).hexdigest().encode()
    return hmac.compare_digest(right, told.get("sign", "").encode())


_SIGNED = {"access_token", "appkey", "method", "param", "signMethod", "timestamp", "version"}


def _orders(world: World, shop_id: str) -> Rendered:
    lines, refunds = world.lines(shop_id), world.refunds(shop_id)
    state = refunds.with_columns(way=_way(), state=_refund_state()).sort(
        "applied_at", "refund_id", descending=True
    )
    newest = state.group_by("order_id", maintain_order=True).agg(
        refund_list=pl.struct(
            refundId=pl.col("refund_id").cast(pl.Int64), refundStatus="state", handlingWay="way"
        )
    )
    told = lines.join(newest, on="order_id", how="left", maintain_order="left")
    return _rendered(
        told, pl.struct(_order_parts()).struct.json_encode(), "order_id", "created_at", "updated_at"
    )


def _after_sales(world: World, shop_id: str) -> Rendered:
    goods = world.lines(shop_id).select("order_line_id", "product_id", "sku_code", "sku_id")
    told = (
        world.refunds(shop_id)
        .join(goods, on="order_line_id", how="left", maintain_order="left")
        .with_columns(way=_way(), state=_refund_state())
    )
    return _rendered(
        told, pl.struct(_after_sale_fields()).struct.json_encode(), "refund_id", "applied_at", "updated_at"
    )


def _settlements(world: World, shop_id: str) -> Rendered:
    wanted = world.lines(shop_id).select(
        "order_line_id", "product_id", "product_name", "line_qty", "created_at", "paid_fen",
        "discount_platform_fen", "discount_creator_fen",
        "live_account_id", "seller_code",
    )  # fmt: skip
    told = world.settlements(shop_id).join(wanted, on="order_line_id", how="left", maintain_order="left")
    return _rendered(
        told,
        pl.struct(_settlement_fields()).struct.json_encode(),
        "settlement_ref",
        "settled_at",
        "settled_at",
    )


RENDER: dict[str, Callable[[World, str], Rendered]] = {
    "orders": _orders,
    "after_sales": _after_sales,
    "settlements": _settlements,
}


def _rendered(frame: pl.DataFrame, text: pl.Expr, number: str, created: str, updated: str) -> Rendered:
    found = frame.select(
        text=text, number=pl.col(number).cast(pl.Int64), created=pl.col(created).dt.epoch("ms"),
        updated=pl.col(updated).dt.epoch("ms")
    )  # fmt: skip
    return Rendered(
        found["text"].to_list(),
        found["number"].to_numpy(),
        found["created"].to_numpy(),
        found["updated"].to_numpy(),
    )


def _ms(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("ms").fill_null(0)


def _way() -> pl.Expr:
    return pl.col("type_code").replace_strict(words.WAY, return_dtype=pl.Int64)


def _refund_state() -> pl.Expr:
    """Waiting for the seller (10, 11), for the goods (30), goods on their way back (40), done (60) or ended
    without money (70).
    """
    sends = pl.col("type_code").is_in(["return_refund", "exchange"])
    waiting = pl.when(pl.col("shipped_back_at").is_not_null()).then(40).when(sends).then(30).otherwise(10)
    done = {"success": 60, "exchanged": 60, "closed": 70}
    return (
        pl.col("refund_status_code")
        .replace_strict(done, default=None, return_dtype=pl.Int64)
        .fill_null(waiting)
    )


def _account(seller: str) -> pl.Expr:
    return (
        pl.when(pl.col("seller_code") == seller).then(pl.col("live_account_id").cast(pl.Int64)).fill_null(0)
    )


def _order_parts() -> list[pl.Expr]:
    live = pl.col("content_code") == "live"
    role = pl.when(_account("own") > 0).then(3).when(_account("creator") > 0).then(2).otherwise(1)
    discounts = pl.sum_horizontal("discount_platform_fen", "discount_merchant_fen", "discount_creator_fen")
    goods = pl.col("unit_price_fen") * pl.col("line_qty")
    base = pl.struct(
        pl.col("order_id").cast(pl.Int64).alias("oid"), _ms("created_at").alias("createTime"),
        _ms("paid_at").alias("payTime"),
        _ms("shipped_at").alias("sendTime"), _ms("finished_at").alias("recvTime"),
        _ms("updated_at").alias("updateTime"),
        words.say("order_status_code", words.STATUS, 1, pl.Int64).alias("status"),
        (goods - pl.col("discount_merchant_fen")).alias("totalFee"),
        discounts.alias("discountFee"), pl.col("freight_fen").alias("expressFee"),
        words.say("seller_code", words.SELLER, 1, pl.Int64).alias("cpsType"),
        words.say("content_code", words.CARRIER, 1, pl.String).alias("channel"),
        words.say("content_code", words.CARRIER, 2, pl.Int64).alias("carrierType"),
        pl.when(live).then("room_id").fill_null("0").alias("carrierId"), pl.lit(0).alias("riskCode"),
        pl.lit(0).alias("preSale"),
        pl.concat_list(pl.lit(7)).alias("allActivityType"), pl.col("buyer_ref").alias("buyerOpenId"),
        pl.lit("陈某某").alias("buyerNick"),
        pl.lit("请放门口 13800138000").alias("remark"),
        pl.struct(roleType=role, roleId=pl.col("live_account_id").cast(pl.Int64).fill_null(0),
            roleName="live_account_name").alias("orderSellerRoleInfo"),
    )  # fmt: skip
    item = pl.struct(
        pl.col("product_id").cast(pl.Int64).alias("itemId"), pl.col("product_name").alias("itemTitle"),
        pl.col("sku_id").cast(pl.Int64).alias("skuId"),
        pl.format("颜色:{};尺码:{}", "color_name", "size_name").alias("skuDesc"),
        pl.col("sku_code").alias("skuNick"), pl.col("line_qty").alias("num"),
        pl.col("unit_price_fen").alias("price"), pl.col("unit_price_fen").alias("originalPrice"),
        discounts.alias("discountFee"),
    )  # fmt: skip
    cps = pl.struct(
        distributorId=_account("creator"),
        distributorName=pl.when(pl.col("seller_code") == "creator").then("live_account_name").fill_null(""),
        activityUserId=pl.lit(0), activityUserNickName=pl.lit(""), kwaiMoneyUserId=pl.lit(0),
        kwaiMoneyUserNickName=pl.lit(""),
    )  # fmt: skip
    address = pl.struct(
        province="province_name", city="city_name", district=pl.lit("中心区"), town=pl.lit("某街道"),
        desensitiseMobile=pl.lit("1********00"),
        encryptedMobile=pl.lit("##MTM4MDA##"), desensitiseConsignee=pl.lit("陈**"),
        encryptedAddress=pl.lit("##5bm/5bee##"),
    )  # fmt: skip
    return [
        base.alias("orderBaseInfo"), item.alias("orderItemInfo"), cps.alias("orderCpsInfo"),
        address.alias("orderAddress"),
        pl.col("refund_list").alias("orderRefundList"),
    ]  # fmt: skip


def _after_sale_fields() -> list[pl.Expr]:
    """``receiptStatus`` 1 holds whatever the buyer has not got: parcels under way (each seventh refund-only
    after shipment) as well as goods never sent.
    """
    after = pl.col("stage_code") == "after_shipment"
    under_way = (pl.col("type_code") == "refund_only") & pl.col("refund_id").str.ends_with("7")
    reason = pl.col("reason_code").replace_strict(words.REASON, return_dtype=pl.String)
    protected = pl.col("type_code") == "price_protection"
    return [
        pl.col("refund_id").cast(pl.Int64).alias("refundId"), pl.col("order_id").cast(pl.Int64).alias("oid"),
        pl.col("way").alias("handlingWay"),
        pl.col("state").alias("status"), pl.col("refund_fen").alias("refundFee"),
        pl.lit(1).alias("refundType"),
        pl.when(protected).then(pl.lit(words.PRICE_DIFFERENCE)).otherwise(reason).alias("refundReasonDesc"),
        pl.lit("穿着不合适,电话 13800138000").alias("refundDesc"),
        pl.when(after & ~under_way).then(2).otherwise(1).alias("receiptStatus"),
        _ms("applied_at").alias("submitTime"), _ms("applied_at").alias("createTime"),
        _ms("updated_at").alias("updateTime"),
        pl.coalesce("refunded_at", "closed_at").dt.epoch("ms").fill_null(0).alias("endTime"),
        pl.col("product_id").cast(pl.Int64).alias("itemId"),
        pl.col("sku_id").cast(pl.Int64).alias("skuId"), pl.col("sku_code").alias("skuNick"),
        pl.lit(2).alias("negotiateStatus"),
        pl.lit(2_300_001_234).alias("buyerId"),
    ]  # fmt: skip


def _settlement_fields() -> list[pl.Expr]:
    """Amounts are text in fen."""
    sale = pl.col("settlement_type_code") == "sale"

    def text(fen: pl.Expr) -> pl.Expr:
        return fen.cast(pl.String)

    def of_sale(column: str) -> pl.Expr:
        return pl.when(sale).then(column).otherwise(0)

    income = of_sale("paid_fen") + of_sale("discount_platform_fen") + of_sale("discount_creator_fen")
    creator = pl.when(pl.col("seller_code") == "creator").then("live_account_id").fill_null("0")
    refund = pl.when(~sale).then(
        pl.concat_list(
            pl.struct(refundId=pl.col("refund_id").cast(pl.Int64), actualPayRefund=-pl.col("base_fen"))
        )
    )
    return [
        pl.col("order_id").cast(pl.Int64).alias("orderNo"), pl.col("product_id").alias("productId"),
        pl.col("product_name").alias("productName"),
        pl.col("line_qty").alias("productNum"), _ms("created_at").cast(pl.String).alias("orderCreateTime"),
        text(of_sale("paid_fen")).alias("actualPayAmount"),
        text(of_sale("discount_platform_fen")).alias("platformAllowanceAmount"),
        text(of_sale("discount_creator_fen")).alias("anchorHongBaoAmount"),
        text(income).alias("totalIncome"), text(income - pl.col("base_fen")).alias("totalRefundAmount"),
        text(pl.col("fee_fen")).alias("platformCommissionAmount"),
        creator.alias("distributorId"), text(pl.col("commission_fen")).alias("distributorCommissionAmount"),
        text(pl.col("leader_fen")).alias("activityUserCommissionAmount"),
        pl.lit("0").alias("kzkCommissionAmount"), pl.lit("0").alias("serviceAmount"),
        pl.lit(0).alias("otherAmount"), text(pl.sum_horizontal("fee_fen", "commission_fen", "leader_fen"))
        .alias("totalOutgoingAmount"),
        text(pl.col("settled_fen")).alias("settlementAmount"),
        _ms("settled_at").cast(pl.String).alias("settlementTime"), refund.alias("refundInfo"),
        pl.lit("陈某某").alias("accountName"), pl.lit("联系 13800138000").alias("orderRemark"),
    ]  # fmt: skip
