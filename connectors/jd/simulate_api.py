"""JOS on loopback: one signed path, lists by time, pages of JSON.

Honest; faults are the server's business.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from starlette.responses import Response

from connectors.jd.simulate_words import APPLICATION, REASON, moment, order_states, say, yuan

_ZONE = ZoneInfo("Asia/Shanghai")
_TOLERANCE = dt.timedelta(minutes=6)
ORDERS = "jingdong.pop.order.search"
APPLICATIONS = "jingdong.pop.afs.soa.refundapply.queryPageList"
SERVICES = "jingdong.asc.serviceAndRefund.view"
_NEVER = "0001-01-01 00:00:00"


class Refusal(Exception):
    """An error answer of the gateway: its code and words."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.body = {"error_response": {"code": code, "zh_desc": zh, "en_desc": en, "request_id": "sim"}}
        super().__init__(en)


def answer(content: Mapping[str, Any]) -> Response:
    """JSON as the gateway writes it; HTTP 200, as always."""
    return Response(json.dumps(content, ensure_ascii=False), media_type="application/json;charset=UTF-8")


def error(code: str, zh: str, en: str) -> Response:
    """The gateway's error answer."""
    return answer(Refusal(code, zh, en).body)


def wrapped(method: str, name: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """A good answer, in the wrapper that JD misspells."""
    return {method.replace(".", "_") + "_responce": {"code": "0", name: result}}


def check(form: Mapping[str, str], secret: str) -> None:
    """Signature over everything that was sent, then the clock (the real one: requests are signed with it)."""
    joined = "".join(name + form[name] for name in sorted(form) if name != "sign")
    right = hashlib.md5((secret + joined + secret).encode(), usedforsecurity=False).hexdigest().upper()
    if not hmac.compare_digest(right.encode(), form.get("sign", "").encode()):
        raise Refusal("12", "无效签名", "Invalid Signature")
    if form.get("v") != "2.0":
        raise Refusal("5", "不支持的版本号", "Unsupported Version")
    try:
        sent = _second(form.get("timestamp", ""))
    except ValueError:
        raise Refusal("8", "非法的时间戳参数", "Invalid Timestamp") from None
    if abs(dt.datetime.now(_ZONE) - sent) > _TOLERANCE:
        raise Refusal("8", "非法的时间戳参数", "Invalid Timestamp")


def _second(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_ZONE)


def render_orders(lines: pl.DataFrame) -> pl.DataFrame:
    """``at`` (modified), ``key`` and ``body`` (JSON of every field) of each order that was paid or closed.

    Unpaid ones are not in this list.
    """
    told = order_states(lines).filter(pl.col("state") != "unpaid")
    item = pl.struct(
        skuId="sku_id", outerSkuId="sku_code",
        skuName=pl.format("{} {} {}", "product_name", "color_name", "size_name"),
        jdPrice=yuan(pl.col("unit_price_fen")),
        wareId="product_id", itemTotal=pl.col("line_qty").cast(pl.String), productNo="style_code",
        giftPoint=pl.lit("0"), newStoreId=pl.lit("0"),
    )  # fmt: skip
    orders = told.with_columns(item=item).group_by("order_id", maintain_order=True).agg(
        pl.col("state", "created_at", "paid_at", "total_fen", "seller_fen", "balance_fen", "due_fen",
            "freight_total").first(),
        pl.col("updated_at", "finished_at").max(), pl.col("shipped_at").min(), pl.col("item"),
    )  # fmt: skip
    body = pl.struct(
        orderId="order_id", venderId=pl.lit("10000001"), orderType=pl.lit("22"), payType=pl.lit("4-在线支付"),
        orderTotalPrice=yuan(pl.col("total_fen")),
        orderSellerPrice=yuan(pl.col("seller_fen")), orderPayment=yuan(pl.col("due_fen")),
        balanceUsed=yuan(pl.col("balance_fen")),
        sellerDiscount=yuan(pl.col("total_fen") - pl.col("seller_fen")),
        freightPrice=yuan(pl.col("freight_total")), orderState=say(pl.col("state"), api=True),
        orderStartTime=moment(pl.col("created_at")),
        paymentConfirmTime=moment(pl.col("paid_at")).fill_null(_NEVER),
        orderEndTime=moment(pl.col("finished_at")).fill_null(_NEVER),
        outBoundDate=moment(pl.col("shipped_at")).fill_null(_NEVER), modified=moment(pl.col("updated_at")),
        returnOrder=pl.lit("0"),
        parentOrderId=pl.lit("0"), directParentOrderId=pl.lit("0"), orderSource=pl.lit("移动端订单"),
        pin=pl.lit("jd_sim_buyer"),
        consigneeInfo=pl.struct(fullname=pl.lit("AAS/sim"), mobile=pl.lit("138****0000")),
        itemInfoList="item",
    )  # fmt: skip
    return orders.select(at="updated_at", key="order_id", body=body.struct.json_encode())


def render_applications(refunds: pl.DataFrame) -> pl.DataFrame:
    """Refund applications of cancelled orders; amounts in fen, buyers included."""
    cancelled = refunds.filter(pl.col("stage_code") == "before_shipment")
    body = pl.struct(
        id=pl.col("refund_id").cast(pl.Int64), orderId=pl.col("order_id").cast(pl.Int64),
        applyRefundSum="refund_fen",
        status=pl.col("refund_status_code").replace_strict(APPLICATION, return_dtype=pl.Int64),
        applyTime=moment(pl.col("applied_at")),
        checkTime=moment(pl.coalesce("refunded_at", "closed_at")), modified=moment(pl.col("updated_at")),
        buyerName=pl.lit("某*"), buyerId=pl.lit("jd_sim"),
        checkUserName=pl.lit("客服01"), reason=pl.col("reason_code")
        .replace_strict(REASON, return_dtype=pl.String),
    )  # fmt: skip
    return cancelled.select(at="updated_at", key="refund_id", body=body.struct.json_encode())


def render_services(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """After-sale services by time of application; the refund stands beside only once there is one.

    Amounts in yuan, times in milliseconds.
    """
    later = refunds.filter(pl.col("stage_code") != "before_shipment")
    later = later.join(
        lines.select("order_line_id", "sku_id", "product_name"),
        on="order_line_id",
        how="left",
        maintain_order="left",
    )
    done = pl.col("refund_status_code") == "success"
    bill = pl.struct(
        serviceId=pl.col("refund_id").cast(pl.Int64), orderId=pl.col("order_id").cast(pl.Int64),
        wareId=pl.col("sku_id").cast(pl.Int64),
        wareName="product_name",
        applyReason=pl.col("reason_code").replace_strict(REASON, return_dtype=pl.String),
        afsApplyTime=pl.col("applied_at").dt.epoch("ms"),
        customerPin=pl.lit("jd_sim_buyer"), questionDesc=pl.lit("穿着不合适,电话 13800138000"),
        approveName=pl.lit("客服01"),
    )  # fmt: skip
    body = pl.struct(
        sameOrderServiceBill=bill, afsRefundId=pl.when(done).then(pl.col("refund_id").cast(pl.Int64) + 1),
        status=pl.when(done).then(13),
        refoundAmount=pl.when(done).then(pl.col("refund_fen") / 100),
        completeTime=pl.when(done).then(pl.col("refunded_at").dt.epoch("ms")),
    )  # fmt: skip
    return later.select(at="applied_at", key="refund_id", body=body.struct.json_encode())


def page(
    rows: pl.DataFrame, window: tuple[str, str], number: int, size: int, *, descending: bool = False
) -> tuple[list[dict[str, Any]], int]:
    """The asked page of the rows of a window, both ends in, and how many it holds."""
    start, end = (_second(text) for text in window)
    second = pl.col("at").dt.truncate("1s")
    found = rows.filter(second.is_between(start, end)).sort("at", "key", descending=descending)
    return [json.loads(text) for text in found["body"].slice((number - 1) * size, size)], found.height


def too_wide(window: tuple[str, str], days: int) -> bool:
    """Whether a window is not one, or spans more than the list takes."""
    try:
        start, end = (_second(text) for text in window)
    except ValueError:
        return True
    return not dt.timedelta(0) <= end - start <= dt.timedelta(days=days)
