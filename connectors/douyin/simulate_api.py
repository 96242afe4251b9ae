"""How the open platform answers: orders, after-sales and the settlement bill rendered to JSON text once per
shop and moment, then cut into pages.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from connectors.douyin.simulate_files import REASON_LABELS, REASONS

SIZE_CAP = 100
DEPTH_CAP = 50_000

_ORDER_STATUS = {
    "unpaid": 1,
    "paid": 2,
    "part_shipped": 101,
    "shipped": 3,
    "finished": 5,
    "closed_unpaid": 4,
    "closed_refunded": 4,
}
_AFTER_SALE_STATUS = {"none": 0, "pending": 6, "success": 12, "closed": 28, "exchanged": 14}
_REFUND_STATUS = {"none": 0, "pending": 1, "success": 3, "closed": 1, "exchanged": 0}
_SELLER = {"own": 8, "creator": 2}
_CONTENT = {
    "live": ("live", "直播"),
    "short_video": ("video", "短视频"),
    "product_card": ("product_card", "商品卡"),
    "search": ("product_card", "商品卡"),
}
_FLOW = {"own": "小店自卖", "creator": "精选联盟"}
_ENTRANCE = {
    "live": "直播间",
    "short_video": "短视频",
    "product_card": "商城",
    "search": "搜索",
    "other": "购后页面",
}


@dataclass(frozen=True)
class Rendered:
    """Every item of a list as JSON text, with its creation and update second."""

    texts: list[str]
    created: np.ndarray[tuple[int], np.dtype[np.int64]]
    updated: np.ndarray[tuple[int], np.dtype[np.int64]]

    def page(
        self, clock: str, ascending: bool, window: tuple[int, int], page: int, size: int
    ) -> tuple[list[str], int]:
        """One page's items and the number in the window.

        The window's start belongs to it, its end does not.
        """
        seconds = self.updated if clock == "update_time" else self.created
        inside = np.flatnonzero((seconds >= window[0]) & (seconds < window[1]))
        inside = inside[np.argsort(seconds[inside], kind="stable")]
        if not ascending:
            inside = inside[::-1]
        return [self.texts[row] for row in inside[page * size : (page + 1) * size]], len(inside)


def verified(app_key: str, secret: str, query: Mapping[str, str], body: str) -> bool:
    """Whether the request's sign is right, by either digest; md5 when none is named."""
    text = "".join(
        f"{name}{value}"
        for name, value in sorted(
            {
                "app_key": app_key,
                "method": query.get("method", ""),
                "param_json": body,
                "timestamp": query.get("timestamp", ""),
                "v": query.get("v", ""),
            }.items()
        )
    )
    whole = (secret + text + secret).encode()
    if query.get("sign_method", "md5") == "hmac-sha256":
        right = hmac.new(secret.encode(), whole, hashlib.sha256).hexdigest()
    else:
        right = hashlib.md5(whole, usedforsecurity=False).hexdigest()
    return hmac.compare_digest(right.encode(), query.get("sign", "").encode())


def render_orders(lines: pl.DataFrame, refunds: pl.DataFrame, at: dt.datetime) -> Rendered:
    """shop_order_list items of a shop's lines as of ``at``."""
    last = refunds.sort("applied_at").group_by("order_line_id").agg(pl.col("type_code", "stage_code").last())
    told = lines.join(last, on="order_line_id", how="left", maintain_order="left")
    sku = pl.concat_str(
        pl.struct(_sku_fields()).struct.json_encode().str.head(-1),
        pl.lit(',"sku_order_tag_ui":['),
        _tags(at),
        pl.lit("]}"),
    )
    orders = told.group_by("order_id", maintain_order=True).agg(
        pl.col(
            "order_order_status_code", "created_at", "paid_at", "buyer_ref", "province_name", "city_name"
        ).first(),
        pl.col("placed_fen", "freight_fen").sum(),
        pl.col("updated_at", "shipped_at", "finished_at").max(),
        skus=sku.str.join(","),
    )
    whole = pl.concat_str(
        pl.struct(_shop_fields()).struct.json_encode().str.head(-1),
        pl.lit(',"sku_order_list":['),
        "skus",
        pl.lit("]}"),
    )
    return _rendered(orders, whole, "created_at")


def render_after_sales(refunds: pl.DataFrame, lines: pl.DataFrame) -> Rendered:
    """Elements ``items`` of a shop's after-sales; one sub-order each."""
    wanted = lines.select(
        "order_line_id",
        "product_name",
        "placed_fen",
        "freight_fen",
        "shipped_at",
        "finished_at",
        "line_qty",
        "created_at",
    )
    joined = refunds.join(wanted, on="order_line_id", how="left", maintain_order="left")
    kind = _after_sale_type()
    freight = pl.when(pl.col("refund_fen") == pl.col("placed_fen")).then("freight_fen").otherwise(0)
    returning = (pl.col("refund_status_code") == "pending") & (pl.col("type_code") == "return_refund")
    state = (
        pl.when(returning & pl.col("shipped_back_at").is_not_null())
        .then(11)
        .when(returning)
        .then(7)
        .otherwise(_coded("refund_status_code", _AFTER_SALE_STATUS))
    )
    labels = pl.concat_list(
        pl.struct(
            code=pl.lit(1),
            name=pl.col("reason_code").replace_strict(REASON_LABELS, default=None, return_dtype=pl.String),
        )
    )
    info = pl.struct(
        aftersale_id="refund_id", aftersale_order_type=pl.lit(1), aftersale_type=kind, aftersale_status=state,
        related_id="order_line_id",
        apply_time=_second("applied_at"), update_time=_second("updated_at"), refund_amount="refund_fen",
        refund_post_amount=freight,
        refund_tax_amount=pl.lit(0), return_promotion_amount=pl.lit(0), aftersale_num="refund_qty",
        part_type=pl.lit(0),
        aftersale_refund_type=pl.when(pl.col("type_code") == "exchange").then(4).otherwise(0),
        refund_status=_coded("refund_status_code", _REFUND_STATUS), remark=pl.lit("客服:电话 13800138000"),
        reason_second_labels=pl.when(pl.col("reason_code").is_in(list(REASON_LABELS))).then(labels),
    )  # fmt: skip
    step = (
        pl.when(pl.col("finished_at").is_not_null())
        .then(5)
        .when(pl.col("shipped_at").is_not_null())
        .then(3)
        .otherwise(2)
    )
    related = pl.struct(
        sku_order_id="order_line_id", order_status=step, pay_amount="placed_fen", post_amount="freight_fen",
        item_num="line_qty",
        product_name="product_name", aftersale_pay_amount=pl.col("refund_fen") - freight,
        aftersale_post_amount=freight,
        aftersale_tax_amount=pl.lit(0), aftersale_item_num="refund_qty", create_time=_second("created_at")
    )  # fmt: skip
    item = pl.struct(
        aftersale_info=info,
        order_info=pl.struct(
            shop_order_id="order_id", related_order_info=pl.concat_list(related), order_flag=pl.lit(0)
        ),
        text_part=pl.struct(
            reason_text=pl.col("reason_code").replace_strict(REASONS, default=None, return_dtype=pl.String)
        ),
    )
    return _rendered(joined, item.struct.json_encode(), "applied_at")


def _rendered(frame: pl.DataFrame, text: pl.Expr, created: str) -> Rendered:
    found = frame.select(text=text, created=_second(created), updated=_second("updated_at"))
    return Rendered(found["text"].to_list(), found["created"].to_numpy(), found["updated"].to_numpy())


def _second(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("s").fill_null(0)


def _coded(column: str, codes: dict[str, int], default: int = 0) -> pl.Expr:
    return pl.col(column).replace_strict(codes, default=default, return_dtype=pl.Int64)


def _after_sale_type() -> pl.Expr:
    before = pl.col("stage_code") == "before_shipment"
    refund_only = pl.when(before).then(2).otherwise(1)
    kinds = {"return_refund": 0, "exchange": 3, "price_protection": 6}
    return (
        pl.when(pl.col("type_code") == "refund_only").then(refund_only).otherwise(_coded("type_code", kinds))
    )


def _place() -> pl.Expr:
    return pl.struct(
        province=pl.struct(id=pl.lit("44"), name="province_name"),
        city=pl.struct(id=pl.lit("440100"), name="city_name"),
        town=pl.struct(id=pl.lit("440105"), name=pl.lit("中心区")),
        street=pl.struct(id=pl.lit("0"), name=pl.lit("某街道")),
        detail=pl.lit(""), encrypt_detail=pl.lit("##5bm/5bee##1##"),
    )  # fmt: skip


def _shop_fields() -> list[pl.Expr]:
    return [
        pl.col("order_id"), pl.lit(2).alias("order_level"),
        _coded("order_order_status_code", _ORDER_STATUS).alias("order_status"),
        _second("created_at").alias("create_time"), _second("paid_at").alias("pay_time"),
        _second("shipped_at").alias("ship_time"),
        _second("finished_at").alias("finish_time"), _second("updated_at").alias("update_time"),
        pl.lit("").alias("buyer_words"),
        pl.lit("已电话联系 13800138000").alias("seller_words"), pl.lit(2).alias("b_type"),
        pl.lit("抖音").alias("b_type_desc"),
        pl.col("placed_fen").alias("pay_amount"), pl.col("freight_fen").alias("post_amount"),
        pl.col("buyer_ref").alias("doudian_open_id"),
        pl.lit("").alias("post_receiver"), pl.lit("##6Zi/5aec##1##").alias("encrypt_post_receiver"),
        pl.lit("").alias("post_tel"),
        pl.lit("$$MTM4MDA$$1$$").alias("encrypt_post_tel"), pl.lit("阿**").alias("mask_post_receiver"),
        pl.lit("1********00").alias("mask_post_tel"),
        _place().alias("post_addr"), _place().alias("mask_post_addr"),
    ]  # fmt: skip


def _sku_fields() -> list[pl.Expr]:
    live, account = pl.col("content_code") == "live", pl.col("live_account_id").cast(pl.Int64).fill_null(0)
    paid_ad = pl.col("is_paid_traffic").fill_null(False)
    advert = pl.when(paid_ad).then(
        pl.col("content_code").replace_strict(
            {"live": "live", "short_video": "video"}, default="", return_dtype=pl.String
        )
    )
    discounts = pl.sum_horizontal("discount_platform_fen", "discount_merchant_fen", "discount_creator_fen")
    spec = pl.concat_list(
        pl.struct(name=pl.lit("颜色分类"), value="color_name"),
        pl.struct(name=pl.lit("尺码"), value="size_name"),
    )
    after_sale = pl.struct(
        after_sale_status=_coded("refund_status_code", _AFTER_SALE_STATUS),
        after_sale_type=_after_sale_type(),
        refund_status=_coded("refund_status_code", _REFUND_STATUS),
    )  # fmt: skip
    return [
        pl.col("order_line_id").alias("order_id"), pl.col("order_id").alias("parent_order_id"),
        _coded("order_status_code", _ORDER_STATUS).alias("order_status"),
        _second("created_at").alias("create_time"),
        _second("paid_at").alias("pay_time"), _second("shipped_at").alias("ship_time"),
        _second("finished_at").alias("finish_time"),
        _second("updated_at").alias("update_time"), pl.lit("").alias("cancel_reason"),
        pl.col("product_id").cast(pl.Int64),
        pl.col("product_id").alias("product_id_str"), pl.col("product_name"), pl.col("sku_id").cast(pl.Int64),
        pl.col("sku_code").alias("code"),
        pl.col("style_code").alias("out_product_id"), spec.alias("spec"),
        pl.col("line_qty").alias("item_num"),
        pl.col("unit_price_fen").alias("origin_amount"),
        (pl.col("unit_price_fen") * pl.col("line_qty")).alias("sum_amount"),
        pl.col("placed_fen").alias("pay_amount"), (pl.col("placed_fen") + discounts).alias("order_amount"),
        pl.col("freight_fen").alias("post_amount"),
        discounts.alias("promotion_amount"),
        pl.col("discount_platform_fen").alias("only_platform_cost_amount"),
        pl.col("discount_creator_fen").alias("author_cost_amount"),
        pl.col("discount_merchant_fen").alias("shop_cost_amount"),
        (pl.col("discount_platform_fen") + pl.col("discount_creator_fen")).alias("platform_cost_amount"),
        pl.lit(0).alias("tax_amount"),
        account.alias("author_id"), pl.col("live_account_name").fill_null("").alias("author_name"),
        pl.col("room_id").cast(pl.Int64).fill_null(0).alias("room_id"),
        pl.col("room_id").fill_null("0").alias("room_id_str"),
        pl.when(live).then(pl.lit("1")).otherwise(pl.lit("0")).alias("theme_type"),
        _coded("seller_code", _SELLER).alias("c_biz"),
        advert.fill_null("").alias("ad_env_type"), after_sale.alias("after_sale_info"),
        pl.lit(0).alias("trade_type"),
        pl.when(pl.col("is_gift")).then(pl.lit("FREE")).otherwise(pl.lit("")).alias("given_product_type"),
        pl.lit("1********00").alias("mask_post_tel"),
    ]  # fmt: skip


def _tags(at: dt.datetime) -> pl.Expr:
    """Attribution tags, which appear on the day after the order; before that only the shop's own tag."""
    own = pl.lit('{"key":"unsupport_7days_refund","text":"不支持7天","extra":""}')
    mark = pl.when(pl.col("is_paid_traffic")).then(pl.lit("ad_mark")).otherwise(pl.lit("not_ad_mark"))
    key, text = ({code: pair[part] for code, pair in _CONTENT.items()} for part in (0, 1))
    content = (
        pl.lit(',{"key":"compass_source_content_type_'),
        pl.col("content_code").replace_strict(key, default="other", return_dtype=pl.String),
        pl.lit('","text":"'),
        pl.col("content_code").replace_strict(text, default="其他", return_dtype=pl.String),
        pl.lit('","extra":"{\\"compass_first_level_entrance_text\\":\\"'),
        pl.col("content_code").replace_strict(_ENTRANCE, default="", return_dtype=pl.String),
        pl.lit('\\"}"}'),
    )
    attributed = pl.concat_str(
        own, pl.lit(',{"key":"compass_source_'), mark, pl.lit('","text":"","extra":""}'), *content
    )
    return pl.when(pl.col("created_at").dt.date() >= at.date()).then(own).otherwise(attributed)


@dataclass(frozen=True)
class Bill:
    """A shop's entries as JSON text in the order of the bill, with their moments (``2026-07-05 02:30:09``)
    and numbers.
    """

    texts: list[str]
    moments: list[str]
    numbers: list[str]

    def page(self, start: str, end: str, index: str, size: int) -> str:
        """``data`` of one answer as JSON text: entries from ``start`` (or after entry ``index``) and before
        ``end``, and where to go on.
        """
        first = self.numbers.index(index) + 1 if index else bisect_left(self.moments, start)
        last = bisect_right(self.moments, end, lo=first)
        shown = min(first + size, last)
        is_end = shown >= last
        following = "" if is_end else self.numbers[shown - 1]
        moment = "" if is_end else self.moments[shown - 1]
        rest = (
            f'"size":{size},"next_start_index":"{following}","next_start_time":"{moment}",'
            f'"is_end":{int(is_end)},"data_size":{shown - first}'
        )
        return f'{{"code":"100000","code_msg":"success","data":[{",".join(self.texts[first:shown])}],{rest}}}'


def render_bill(settlements: pl.DataFrame, lines: pl.DataFrame, at: dt.datetime) -> Bill:
    """The bill as of ``at``: a day's entries appear on the day after.

    Expenses are negative, like the fees they are made of.
    """
    amounts = ("paid_fen", "freight_fen", "discount_platform_fen", "discount_creator_fen")
    facts = lines.select("order_line_id", "created_at", "product_id", "line_qty", "seller_code", *amounts)
    told = settlements.filter(pl.col("settled_at").dt.date() < at.date()).join(
        facts, on="order_line_id", how="left", maintain_order="left"
    )
    told = told.sort("settled_at", "settlement_ref").with_columns(moment=_text("settled_at"))
    entry = pl.struct(cell.alias(name) for name, cell in _bill_fields().items())
    texts = (
        told.select(entry.struct.json_encode()).to_series() if told.height else pl.Series([], dtype=pl.String)
    )
    return Bill(texts.to_list(), told["moment"].to_list(), told["settlement_ref"].to_list())


def _bill_fields() -> dict[str, pl.Expr]:
    is_sale = pl.col("settlement_type_code") == "sale"
    gross = pl.sum_horizontal("paid_fen", "discount_platform_fen", "discount_creator_fen")
    before = pl.when(is_sale).then(gross - pl.col("base_fen")).otherwise(0)
    income = pl.when(is_sale).then("base_fen").otherwise(0)

    def of_sale(column: str) -> pl.Expr:
        return pl.when(is_sale).then(column).otherwise(0)

    return {
        "settle_time": pl.col("moment"), "request_no": pl.col("settlement_ref"),
        "shop_order_id": pl.col("order_id"), "order_id": pl.col("order_line_id"),
        "settle_amount": pl.col("settled_fen"), "pay_type_desc": pl.lit("聚合账户"),
        "trade_type": pl.when(is_sale).then(0).otherwise(1),
        "is_contains_refund_before_settle": (before > 0).cast(pl.Int64), "order_time": _text("created_at"),
        "product_id": pl.col("product_id"),
        "goods_count": pl.col("line_qty"),
        "flow_type_desc": pl.col("seller_code").replace_strict(_FLOW, return_dtype=pl.String),
        "order_type": pl.lit("普通订单"), "total_amount": gross,
        "total_goods_amount": gross - pl.col("freight_fen"), "post_amount": pl.col("freight_fen"),
        "shop_coupon": pl.lit(0), "refund_before_settle": before,
        "platform_coupon": of_sale("discount_platform_fen"),
        "author_coupon": of_sale("discount_creator_fen"), "zt_pay_promotion": pl.lit(0),
        "zr_pay_promotion": pl.lit(0), "real_pay_amount": pl.col("paid_fen"),
        "total_income": income, "platform_service_fee": -pl.col("fee_fen"),
        "commission": -pl.col("commission_fen"), "good_learn_channel_fee": pl.lit(0),
        "colonel_service_fee": -pl.col("leader_fen"), "channel_promotion_fee": pl.lit(0),
        "other_sharing_amount": pl.lit(0),
        "total_outcome": pl.col("settled_fen") - income, "remark": pl.lit("客服 13800138000"),
        "packing_amount": pl.lit(0),
    }  # fmt: skip


def _text(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%d %H:%M:%S")
