"""How the open platform answers: every order and after-sale rendered to JSON text once per shop and moment,
then listed and handed out one by one.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np
import polars as pl

from connectors.xiaohongshu.simulate_words import (
    AFTER_SALE,
    MONEY_STATUS,
    REASONS,
    RETURN_STATUS,
    STATUS,
    by_sku,
    fund_word,
    red_code,
    red_id,
    return_type,
    say,
    yuan,
)

SIZE_CAP = 100
_Times = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Rendered:
    """A list: per item its id, its short form as JSON text, its moments in ms; and by id the whole item."""

    ids: list[str]
    short: list[str]
    created: _Times
    updated: _Times
    whole: dict[str, str]

    def page(self, clock: int, window: tuple[int, int], page: int, size: int) -> tuple[list[str], int]:
        """The short forms of one page, newest first, and how many the window holds.

        Both its ends belong to it.
        """
        moments = self.updated if clock == 2 else self.created
        inside = np.flatnonzero((moments >= window[0]) & (moments <= window[1]))
        inside = inside[np.argsort(-moments[inside], kind="stable")]
        return [self.short[row] for row in inside[(page - 1) * size : page * size]], len(inside)


def verified(method: str, app_id: str, secret: str, timestamp: str, sign: str) -> bool:
    """Whether a request's sign is right."""
    text = method + "?" + "&".join([f"appId={app_id}", f"timestamp={timestamp}", "version=2.0"]) + secret
    return hmac.compare_digest(
        hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().encode(), sign.encode()
    )


def _ms(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("ms").fill_null(0)


def render_orders(lines: pl.DataFrame) -> Rendered:
    """Rows of getOrderList, and getOrderDetail answers of a shop's lines.

    Receiver's fields are there, masked or in cipher, to be left alone.
    """
    rows = by_sku(lines)
    detail = pl.concat_list(
        pl.struct(
            skuId=red_id("sku_id"), erpCode="sku_code", barcode="sku_code", scSkuCode=red_code(),
            quantity="line_qty", skuName="product_name",
            pricePerSku="unit_price_fen", rawPricePerSku="unit_price_fen",
        )
    )  # fmt: skip
    sku = pl.struct(
        skuId=red_id("sku_id"), skuName="product_name", erpcode="sku_code",
        skuSpec=pl.concat_str("color_name", "size_name", separator=" "),
        skuQuantity="line_qty", skuDetailList=detail, totalPaidAmount="goods_fen",
        totalMerchantDiscount="discount_merchant_fen", totalRedDiscount="discount_platform_fen",
        skuTag=pl.col("is_gift").cast(pl.Int64), isChannel=pl.lit(False),
        kolId=pl.col("live_account_id").fill_null(""), kolName=pl.col("live_account_name").fill_null(""),
        skuAfterSaleStatus=say("refund_status_code", AFTER_SALE, 0).cast(pl.Int64),
        itemId=red_id("product_id"), itemName="product_name",
    )  # fmt: skip
    orders = rows.group_by("order_id", maintain_order=True).agg(
        pl.exclude("goods_fen", "freight_fen").first(),
        sku=sku.struct.json_encode().str.join(","),
        freight=pl.col("freight_fen").sum(),
    )
    state = say("order_order_status_code", STATUS, 0).cast(pl.Int64)
    short = pl.struct(
        orderId="order_id", orderType=pl.lit(1), orderStatus=state, createdTime=_ms("created_at"),
        paidTime=_ms("paid_at"), updateTime=_ms("order_updated_at"),
        deliveryTime=_ms("order_shipped_at"), finishTime=_ms("order_finished_at"),
        receiverProvinceName="province_name", receiverCityName="city_name",
        customerRemark=pl.lit("请打电话 13800138000"),
    ).struct.json_encode()  # fmt: skip
    more = pl.struct(
        totalPayAmount="order_fen", totalShippingFree="freight", totalDepositAmount=pl.lit(0),
        userId="buyer_ref", receiverName=pl.lit("##张##"),
        receiverPhone=pl.lit("138****8000"), expressTrackingNo=pl.lit("SF1234567890"),
    ).struct.json_encode()  # fmt: skip
    texts = orders.select(
        "order_id", _ms("created_at").alias("created"), _ms("order_updated_at").alias("updated"), short=short,
        whole=pl.concat_str(short.str.head(-1), pl.lit(","), more.str.slice(1).str.head(-1),
            pl.lit(',"skuList":['), "sku", pl.lit("]}")),
    )  # fmt: skip
    return _rendered(texts, "order_id")


def render_after_sales(refunds: pl.DataFrame, lines: pl.DataFrame) -> Rendered:
    """Rows of listAfterSaleInfos (the amount expected only) and getAfterSaleInfo answers (amounts are JSON
    numbers in yuan) of a shop's after-sales.
    """
    wanted = lines.select(
        "order_line_id", "product_name", "sku_id", "sku_code", "line_qty", "unit_price_fen", "buyer_ref"
    )
    rows = refunds.join(wanted, on="order_line_id", how="left", maintain_order="left")
    amount, done = pl.col("refund_fen"), pl.col("refund_status_code") == "success"
    head = pl.struct(
        returnsId="refund_id", returnType=return_type(0).cast(pl.Int64), reasonId=pl.lit(1),
        reasonNameZh=pl.col("reason_code").replace_strict(REASONS),
        status=say("refund_status_code", RETURN_STATUS, 0).cast(pl.Int64), userId="buyer_ref",
        orderId="order_id", applyTime=_ms("applied_at"),
        updatedAt=_ms("updated_at"), expireTime=pl.lit(-1), desc=pl.lit("电话 13800138000"),
        expectedRefundAmountYuan=amount / 100,
    ).struct.json_encode()  # fmt: skip
    goods = pl.struct(
        skuId=red_id("sku_id"), skuName="product_name", price=pl.col("unit_price_fen") / 100,
        boughtCount="line_qty", appliedCount="refund_qty",
        appliedTotalAmountYuan=amount / 100, scskucode=red_code(), skuERPCode="sku_code",
    ).struct.json_encode()  # fmt: skip
    money = pl.struct(
        refundAmountYuan=pl.when(done).then(amount / 100).otherwise(0.0),
        refundStatus=pl.col("refund_status_code").replace_strict(MONEY_STATUS, return_dtype=pl.String)
        .cast(pl.Int64), refundTime=_ms("refunded_at"),
    ).struct.json_encode()  # fmt: skip
    info = pl.concat_str(
        head.str.head(-1),
        pl.lit(","),
        money.str.slice(1).str.head(-1),
        pl.lit(',"skus":['),
        goods,
        pl.lit("]}"),
    )
    texts = rows.select(
        "refund_id", _ms("applied_at").alias("created"), _ms("updated_at").alias("updated"), short=head,
        whole=pl.concat_str(pl.lit('{"afterSaleInfo":'), info, pl.lit("}")),
    )  # fmt: skip
    return _rendered(texts, "refund_id")


def render_settlements(settlements: pl.DataFrame) -> Rendered:
    """Rows of pageQueryTransaction: amounts are text in yuan without a sign, settleBizType tells the
    direction.
    """

    def amount(column: str) -> pl.Expr:
        return yuan(pl.col(column).abs())

    back = pl.col("settlement_type_code") == "refund_after"
    row = pl.struct(
        transactionId=pl.col("settlement_ref").cast(pl.Int64), packageId="order_id",
        returnId=pl.col("refund_id").fill_null(""),
        transactionBizType=pl.when(back).then(3).otherwise(0), settleBizType=back.cast(pl.Int64),
        settledTime=_ms("settled_at").cast(pl.Float64),
        transactionSettleStatus=pl.lit(4), commonSettleStatus=pl.lit(1), amount=amount("settled_fen"),
        goodsAmount=amount("settled_fen"),
        payAmount=amount("base_fen"), appPromotion=pl.lit("0.00"), freightAmount=pl.lit("0.00"),
        freightAppPromotion=pl.lit("0.00"),
        commissionAmount=amount("fee_fen"), cpsAmount=amount("commission_fen"),
        payChannelAmount=pl.lit("0.00"), installmentAmount=pl.lit("0.00"),
        extraAmount=amount("leader_fen"),
    ).struct.json_encode()  # fmt: skip
    return _rendered(
        settlements.select(
            "settlement_ref", created=_ms("settled_at"), updated=_ms("settled_at"), short=row, whole=row
        ),
        "settlement_ref",
    )


def render_funds(funds: pl.DataFrame) -> Rendered:
    """Rows of querySellerAccountRecords."""
    moved = pl.col("moved_fen")
    row = pl.struct(
        tradeNo="fund_ref", incomeAmount=yuan(pl.when(moved > 0).then(moved).otherwise(0)),
        outcomeAmount=yuan(pl.when(moved < 0).then(-moved).otherwise(0)),
        balanceAmount=yuan(pl.col("balance_fen")), businessNo=pl.col("order_id").fill_null(""),
        type=fund_word(0), typeDesc=fund_word(1),
        createdTime=_ms("moved_at"), fundType=pl.lit("NOT_ER_QING"),
    ).struct.json_encode()  # fmt: skip
    return _rendered(
        funds.select("fund_ref", created=_ms("moved_at"), updated=_ms("moved_at"), short=row, whole=row),
        "fund_ref",
    )


def render_services(insurances: pl.DataFrame) -> Rendered:
    """Rows of pageQueryExpense: the merchant's premiums of 运费宝, without a sign."""
    shown = insurances.filter(pl.col("premium_merchant_fen") > 0)
    row = pl.struct(
        expenseId=pl.col("insurance_ref").str.extract(r"(\d+)$").cast(pl.Int64), baseBizType=pl.lit(4),
        packageId="order_id", bizNo="insurance_ref",
        settledTime=_ms("insured_at"), erqingType=pl.lit(0), settleBizType=pl.lit(1),
        transactionSettleStatus=pl.lit(4), commonSettleStatus=pl.lit(1),
        amount=yuan(pl.col("premium_merchant_fen")),
    ).struct.json_encode()  # fmt: skip
    return _rendered(
        shown.select(
            "insurance_ref", created=_ms("insured_at"), updated=_ms("insured_at"), short=row, whole=row
        ),
        "insurance_ref",
    )


def render_products(skus: pl.DataFrame) -> Rendered:
    """Entries of getDetailSkuList: a product's item beside each of its SKUs; prices in fen."""
    variants = pl.concat_list(
        pl.struct(id=pl.lit(key), name=pl.lit(key), value=pl.col(column))
        for key, column in (("颜色", "color_name"), ("尺码", "size_name"))
    )
    entry = pl.struct(
        item=pl.struct(id=red_id("product_id"), name="product_name", articleNo=pl.lit(""),
            categoryId=pl.lit("65f996e83e946300016b27e8"), faq=pl.lit("")),
        sku=pl.struct(
            id=red_id("sku_id"), itemId=red_id("product_id"), erpCode="sku_code", scSkucode=red_code(),
            originalPrice=pl.col("unit_price_fen") * 2,
            price="unit_price_fen", stock="stock_qty", variants=variants, buyable=pl.lit(True),
            isGift=pl.lit(False),
        ),
    ).struct.json_encode()  # fmt: skip
    still = pl.lit(0, dtype=pl.Int64)
    return _rendered(skus.select("sku_id", created=still, updated=still, short=entry, whole=entry), "sku_id")


def _rendered(texts: pl.DataFrame, key: str) -> Rendered:
    ids = texts[key].to_list()
    return Rendered(
        ids,
        texts["short"].to_list(),
        texts["created"].to_numpy(),
        texts["updated"].to_numpy(),
        dict(zip(ids, texts["whole"].to_list(), strict=True)),
    )
