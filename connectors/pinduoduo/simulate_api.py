"""Pinduoduo's gateway on loopback: one path, signed form parameters, pages newest first.

Honest; faults are the server's business.
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
import numpy.typing as npt
import polars as pl
from starlette.responses import Response

from connectors.pinduoduo import simulate_words as words
from connectors.pinduoduo.simulate_words import moment, yuan

_TOLERANCE_SECONDS = 600
_WINDOW_SECONDS = 1800
_SIZE_CAP = 100


class Refusal(Exception):
    """An error answer."""

    def __init__(self, code: int, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def error(code: int, message: str) -> Response:
    """The gateway's error answer; HTTP 200, as always."""
    body = {
        "error_msg": message,
        "sub_msg": "",
        "sub_code": None,
        "error_code": code,
        "request_id": f"sim{time.time_ns()}",
    }
    return answer(json.dumps({"error_response": body}, ensure_ascii=False))


def answer(text: str) -> Response:
    """JSON as the gateway writes it."""
    return Response(text, media_type="application/json;charset=UTF-8")


def check(form: Mapping[str, str], secret: str) -> None:
    """The clock (the real one: requests are signed with it), then the signature over everything that was
    sent.
    """
    stamp = form.get("timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(int(stamp) - time.time()) > _TOLERANCE_SECONDS:
        raise Refusal(10001, "公共参数错误:timestamp")
    joined = "".join(key + form[key] for key in sorted(form) if key != "sign")
    expected = hashlib.md5((secret + joined + secret).encode(), usedforsecurity=False).hexdigest().upper()
    if not hmac.compare_digest(expected.encode(), form.get("sign", "").encode()):
        raise Refusal(20004, "签名sign校验失败")


@dataclass(frozen=True)
class Rendered:
    """One shop's list at a moment, newest update first: each row's JSON text and its update second
    (descending).
    """

    texts: list[str]
    updated: npt.NDArray[np.int64]

    def page(self, form: Mapping[str, str]) -> tuple[list[str], int]:
        """The asked page of the asked window and how many rows the window holds.

        Both ends of a window belong to it.
        """
        numbers = [form.get(name, "") for name in ("start_updated_at", "end_updated_at")]
        number, size = form.get("page", "1"), form.get("page_size", "100")
        if not all(text.isascii() and text.isdigit() for text in (*numbers, number, size)):
            raise Refusal(21001, "请求参数错误")
        start, end = (int(text) for text in numbers)
        if not 0 < end - start <= _WINDOW_SECONDS:
            raise Refusal(21001, "开始时间结束时间间距不超过 30 分钟")
        if int(number) < 1 or not 1 <= int(size) <= _SIZE_CAP:
            raise Refusal(21001, "请求参数错误:page_size")
        low = int(np.searchsorted(-self.updated, -end, side="left"))
        high = int(np.searchsorted(-self.updated, -start, side="right"))
        begin = low + (int(number) - 1) * int(size)
        return self.texts[begin : min(begin + int(size), high)], high - low


def _rendered(frame: pl.DataFrame, row: pl.Expr, key: str) -> Rendered:
    found = frame.sort("updated_at", key, descending=True).select(
        text=row.struct.json_encode(), updated=pl.col("updated_at").dt.epoch("s")
    )
    return Rendered(found["text"].to_list(), found["updated"].to_numpy())


def _double(fen: pl.Expr) -> pl.Expr:
    return fen / 100


def render_orders(lines: pl.DataFrame) -> Rendered:
    """order_sn_list: orders whose group is formed, which is all that were paid."""
    told = words.states(lines.filter(pl.col("paid_at").is_not_null()))
    goods = pl.col("unit_price_fen") * pl.col("line_qty")
    discounts = pl.col("discount_platform_fen") + pl.col("discount_merchant_fen")
    item = pl.struct(
        goods_id=pl.col("product_id").cast(pl.Int64), goods_name="product_name",
        goods_spec=pl.concat_str("color_name", pl.lit(","), "size_name"),
        goods_count="line_qty", goods_price=_double(pl.col("unit_price_fen")), outer_goods_id="style_code",
        outer_id="sku_code",
        sku_id=pl.col("sku_id").cast(pl.Int64), goods_img=pl.lit("https://img.example.invalid/a.jpeg"),
    )  # fmt: skip
    row = pl.struct(
        order_sn="order_id", order_status=words.said("state", words.STATE, 2),
        refund_status=words.said("refund_status_code", words.AFTER_SALE, 1),
        after_sales_status=words.said("refund_status_code", words.AFTER_SALE, 2), confirm_status=pl.lit(1),
        group_status=pl.lit(1), trade_type=pl.lit(0),
        is_lucky_flag=pl.lit(1), created_time=moment(pl.col("created_at")),
        pay_time=moment(pl.col("paid_at")), confirm_time=moment(pl.col("paid_at")),
        shipping_time=moment(pl.col("shipped_at")), receive_time=moment(pl.col("finished_at")),
        updated_at=moment(pl.col("updated_at")),
        goods_amount=_double(goods), postage=_double(pl.col("freight_fen")),
        platform_discount=_double(pl.col("discount_platform_fen")),
        seller_discount=_double(pl.col("discount_merchant_fen")), capital_free_discount=pl.lit(0.0),
        discount_amount=_double(discounts),
        duo_duo_pay_reduction=pl.lit(0.0), order_change_amount=pl.lit(0.0),
        pay_amount=_double(pl.col("placed_fen")), pay_type=pl.lit("WEIXIN"),
        province="province_name", city="city_name", receiver_name=pl.lit("~AgAAAAJK~0~~"),
        receiver_phone=pl.lit("$AgAAAAJK$$0$$"),
        receiver_address=pl.lit("~AgAAAAJL~0~~"), contact_mobile=pl.lit("13800138000"),
        remark=pl.lit("已电话联系 13800138000"),
        item_list=pl.concat_list(item), related_order_list=pl.lit([], dtype=pl.List(pl.String)),
    )  # fmt: skip
    return _rendered(told, row, "order_id")


def render_refunds(refunds: pl.DataFrame, lines: pl.DataFrame) -> Rendered:
    """refund_list. Money is text in yuan; times are text too, Unix seconds as in the documented example."""
    bought = lines.select(
        "order_line_id",
        "product_id",
        "product_name",
        "sku_code",
        "style_code",
        "sku_id",
        "line_qty",
        "unit_price_fen",
        "placed_fen",
        "paid_at",
    )
    joined = refunds.join(bought, on="order_line_id", how="left", maintain_order="left")
    pending_back = (pl.col("refund_status_code") == "pending") & pl.col("shipped_back_at").is_not_null()
    state = pl.when(pending_back).then(pl.lit("sent_back")).otherwise("refund_status_code")
    reason = (
        pl.when(pl.col("type_code") == "price_protection")
        .then(pl.lit(words.PRICE_DIFFERENCE))
        .otherwise(pl.col("reason_code").replace_strict(words.REASON))
    )
    kept = (pl.col("stage_code") == "after_shipment") & pl.col("type_code").is_in(
        ["refund_only", "price_protection"]
    )

    def second(column: str) -> pl.Expr:
        return pl.col(column).dt.epoch("s").cast(pl.String)

    row = pl.struct(
        id=pl.col("refund_id").cast(pl.Int64), order_sn="order_id",
        after_sales_status=state.replace_strict(words.REFUND_STATUS),
        after_sales_type=pl.col("type_code").replace_strict(words.TYPE), after_sale_reason=reason,
        refund_amount=yuan(pl.col("refund_fen")),
        order_amount=yuan(pl.col("placed_fen")), discount_amount=pl.lit("0"),
        created_time=second("applied_at"), updated_time=second("updated_at"),
        confirm_time=second("paid_at"), goods_id=pl.col("product_id").cast(pl.Int64),
        goods_name="product_name",
        goods_number=pl.col("line_qty").cast(pl.String), goods_price=yuan(pl.col("unit_price_fen")),
        outer_goods_id="style_code",
        outer_id="sku_code", sku_id="sku_id", dispute_refund_status=pl.lit(0),
        refund_operator_role=pl.lit(2), speed_refund_flag=pl.lit(0),
        user_shipping_status=pl.when(kept).then(pl.lit("2")).otherwise(pl.lit("0")),
        shipping_name=pl.lit(""), tracking_number=pl.lit(""),
    )  # fmt: skip
    return _rendered(joined, row, "refund_id")


def goods_list(form: Mapping[str, str], skus: pl.DataFrame) -> str:
    """pdd.goods.list.get: a page of goods, each with its SKUs and their stock; no prices."""
    number, size = form.get("page", "1"), form.get("page_size", "100")
    if not (number.isdigit() and size.isdigit() and int(number) >= 1 and 1 <= int(size) <= _SIZE_CAP):
        raise Refusal(21001, "请求参数错误:page_size")
    sku = pl.struct(
        sku_id=pl.col("sku_id").cast(pl.Int64), outer_goods_id="style_code", outer_id="sku_code",
        sku_quantity="stock_qty", reserve_quantity=pl.lit(0),
        spec=pl.concat_str("color_name", pl.lit(","), "size_name"), is_sku_onsale=pl.lit(1),
    )  # fmt: skip
    goods = skus.group_by("product_id", maintain_order=True).agg(
        pl.col("product_name").first(), pl.col("stock_qty").sum(), skus=sku
    )
    row = pl.struct(
        goods_id=pl.col("product_id").cast(pl.Int64), goods_name="product_name", goods_quantity="stock_qty",
        is_onsale=pl.lit(1),
        is_more_sku=(pl.col("skus").list.len() > 1).cast(pl.Int64), sku_list="skus",
        image_url=pl.lit("https://img.example.invalid/a.jpeg"),
    )  # fmt: skip
    texts = goods.select(row.struct.json_encode()).to_series().to_list()
    first = (int(number) - 1) * int(size)
    return (
        f'{{"goods_list_get_response":{{"goods_list":[{",".join(texts[first : first + int(size)])}],'
        f'"total_count":{len(texts)}}}}}'
    )


def ad_report(form: Mapping[str, str], ads: pl.DataFrame, today: dt.date) -> str:
    """pdd.ad.api.report.daily.report.query of the whole account in one scene; money in thousandths of a
    yuan.
    """
    try:
        first, last = (
            dt.date.fromisoformat(form.get(name, "")) for name in ("startDateString", "endDateString")
        )
    except ValueError:
        raise Refusal(21001, "请求参数错误") from None
    if first < last and last >= today:
        raise Refusal(21001, "不能跨今日和历史查询")
    if (
        (last - first).days >= 90
        or form.get("queryDimensionType") != "0"
        or form.get("scenesType") not in ("0", "1", "2")
    ):
        raise Refusal(21001, "请求参数错误")
    scene = pl.col("plan_name").replace_strict(words.SCENES, default="0", return_dtype=pl.String)
    chosen = ads.filter(pl.col("ad_date").is_between(first, last) & (scene == form["scenesType"]))
    days = (
        chosen.group_by("ad_date")
        .agg(
            pl.col(
                "spent_fen", "reported_gmv_fen", "reported_orders_qty", "impressions_qty", "clicks_qty"
            ).sum()
        )
        .sort("ad_date")
    )
    rows: list[dict[str, Any]] = days.select(
        date=pl.col("ad_date").cast(pl.String), spend=pl.col("spent_fen") * 10,
        gmv=pl.col("reported_gmv_fen") * 10, orderNum="reported_orders_qty",
        impression="impressions_qty", click="clicks_qty", cpc=pl.lit("0.0"), roi=pl.lit("0.0"),
    ).to_dicts()  # fmt: skip
    total = {
        name: sum(int(row[name]) for row in rows)
        for name in ("spend", "gmv", "orderNum", "impression", "click")
    }
    return json.dumps(
        {
            "response": {
                "errorCode": 0,
                "errorMsg": "",
                "success": True,
                "result": {"dailyReportList": rows, "sumReport": total},
            }
        }
    )
