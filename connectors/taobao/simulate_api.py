"""Taobao's gateway on loopback: one path, signed form parameters, newest-modified-first pages.

Honest; faults are the server's business.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from starlette.responses import Response

from connectors.taobao import simulate_words
from connectors.taobao.simulate_words import moment, say, yuan

_ZONE = ZoneInfo("Asia/Shanghai")
_TOLERANCE = dt.timedelta(minutes=10)
_DEFAULT_TYPES = {"guarantee_trade", "auto_delivery", "ec", "cod", "step"}


class Refusal(Exception):
    """An error answer: code, message and optionally sub code and sub message."""

    def __init__(self, code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> None:
        self.body = {"code": code, "msg": msg, "sub_code": sub_code, "sub_msg": sub_msg, "request_id": "sim"}
        super().__init__(msg)


def error(code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> Response:
    """The gateway's error answer; HTTP 200, as always."""
    return answer({"error_response": Refusal(code, msg, sub_code, sub_msg).body})


def answer(content: dict[str, Any]) -> Response:
    """JSON as the gateway writes it."""
    return Response(json.dumps(content, ensure_ascii=False), media_type="text/javascript;charset=UTF-8")


def check(form: Mapping[str, str], secret: str) -> None:
    """Signature over everything that was sent, then the clock (the real one: requests are signed with it)."""
    joined = "".join(key + form[key] for key in sorted(form) if key != "sign" and form[key])
    if form.get("sign_method") == "hmac":
        expected = hmac.new(secret.encode(), joined.encode(), "md5").hexdigest()
    else:
        expected = hashlib.md5((secret + joined + secret).encode(), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(expected.upper().encode(), form.get("sign", "").encode()):
        raise Refusal(25, "Invalid signature")
    sent = _time(form, "timestamp")
    if abs(dt.datetime.now(_ZONE) - sent) > _TOLERANCE:
        raise Refusal(31, "Invalid timestamp")


def _time(form: Mapping[str, str], name: str) -> dt.datetime:
    try:
        return dt.datetime.strptime(form.get(name, ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=_ZONE)
    except ValueError:
        raise Refusal(41, f"Invalid arguments:{name}") from None


def _page(
    form: Mapping[str, str], rows: pl.DataFrame, widest: dt.timedelta | None
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The asked page of ``rows`` (``updated_at``, ``key``) modified in the asked window, newest first, and
    the counting fields of the answer.
    """
    start, end = _time(form, "start_modified"), _time(form, "end_modified")
    if end <= start or (widest is not None and end - start > widest):
        raise Refusal(41, "Invalid arguments:end_modified", "isv.invalid-parameter", "时间跨度不能大于一天")
    number, size = int(form.get("page_no") or 1), int(form.get("page_size") or 40)
    if number < 1 or not 1 <= size <= 100:
        raise Refusal(41, "Invalid arguments:page_size")
    found = rows.filter(pl.col("updated_at").dt.truncate("1s").is_between(start, end)).sort(
        "updated_at", "key", descending=True
    )
    page = found.slice((number - 1) * size, size)
    if form.get("use_has_next") == "true":
        return page, {"has_next": found.height > number * size}
    return page, {"total_results": found.height}


def _asked(form: Mapping[str, str]) -> set[str]:
    fields = {name.strip() for name in form.get("fields", "").split(",") if name.strip()}
    if not fields:
        raise Refusal(40, "Missing required arguments:fields")
    return fields


def _types(form: Mapping[str, str]) -> set[str]:
    return set(form["type"].split(",")) if form.get("type") else _DEFAULT_TYPES


def trades(form: Mapping[str, str], lines: pl.DataFrame, refunds: pl.DataFrame) -> dict[str, Any]:
    """taobao.trades.sold.increment.get over the shop's lines of the moment."""
    asked, types = _asked(form), _types(form)
    lines = simulate_words.line_states(lines)
    # one order in ten is of a type that the default query leaves out
    kind = pl.when(pl.col("key").str.ends_with("3")).then(pl.lit("tmall_i18n")).otherwise(pl.lit("fixed"))
    wanted = types | ({"fixed", "auction"} if "guarantee_trade" in types else set())
    orders = (
        simulate_words.orders_of(lines)
        .rename({"order_id": "key"})
        .with_columns(type=kind)
        .filter(pl.col("type").is_in(wanted))
    )
    page, counts = _page(form, orders, dt.timedelta(days=1))
    rendered = page.select(_trade_fields()).to_dicts()
    parts = lines.join(page.select(order_id="key"), on="order_id", how="semi").select(
        "order_id", pl.struct(_order_fields()).alias("order")
    )
    asked_of_orders = {name.removeprefix("orders.") for name in asked if name.startswith("orders.")}
    of_order: dict[str, list[dict[str, Any]]] = {}
    for order_id, order in parts.iter_rows():
        of_order.setdefault(order_id, []).append(_only(order, asked_of_orders, "orders" in asked))
    found = [_only(trade, asked) | {"orders": {"order": of_order[trade["tid_str"]]}} for trade in rendered]
    return {
        "trades_sold_increment_get_response": counts
        | ({"trades": {"trade": found}} if found else {})
        | {"request_id": "sim"}
    }


def _only(row: dict[str, Any], asked: set[str], everything: bool = False) -> dict[str, Any]:
    """The asked fields that have a value; the gateway leaves empty ones out."""
    return {
        name: value
        for name, value in row.items()
        if value is not None and (everything or name in asked or name.removesuffix("_str") in asked)
    }


def _trade_fields() -> list[pl.Expr]:
    api = simulate_words.STATUS
    paid = pl.col("goods_fen") + pl.col("freight_fen")
    done = pl.col("order_state") == "finished"
    return [
        pl.col("key").cast(pl.Int64).alias("tid"), pl.col("key").alias("tid_str"), pl.col("type"),
        say(pl.col("order_state"), api, api=True).alias("status"),
        moment(pl.col("created_at")).alias("created"), moment(pl.col("updated_at")).alias("modified"),
        moment(pl.col("paid_at")).alias("pay_time"),
        moment(pl.col("shipped_at")).alias("consign_time"),
        moment(pl.when(done).then("finished_at").otherwise("closed_at")).alias("end_time"),
        yuan(paid).alias("payment"), yuan(pl.col("freight_fen")).alias("post_fee"),
        yuan(pl.when(done).then(pl.col("paid_fen") - pl.col("refunded_fen")).otherwise(0))
        .alias("received_payment"),
        pl.col("pieces").alias("num"), pl.lit("店铺").alias("title"),
        pl.col("province_name").alias("receiver_state"),
    ]  # fmt: skip


def _order_fields() -> list[pl.Expr]:
    share = pl.col("placed_fen") - pl.col("freight_fen")
    alone = pl.len().over("order_id") == 1
    return [
        pl.col("order_line_id").cast(pl.Int64).alias("oid"), pl.col("order_line_id").alias("oid_str"),
        say(pl.col("state"), simulate_words.STATUS, api=True).alias("status"),
        pl.col("product_name").alias("title"),
        yuan(pl.col("unit_price_fen")).alias("price"),
        pl.col("line_qty").alias("num"), pl.col("product_id").cast(pl.Int64).alias("num_iid"),
        pl.col("sku_id"), pl.col("style_code").alias("outer_iid"),
        pl.col("sku_code").alias("outer_sku_id"),
        pl.concat_str(pl.lit("颜色分类:"), "color_name", pl.lit(";尺码:"), "size_name")
        .alias("sku_properties_name"),
        yuan(share + pl.when(alone).then("freight_fen").otherwise(0)).alias("payment"),
        yuan(share).alias("divide_order_fee"),
        say(pl.col("refund_status_code"), simulate_words.AFTER_SALE, api=True).alias("refund_status"),
        moment(pl.col("shipped_at")).alias("consign_time"),
        moment(pl.coalesce("finished_at", "closed_at")).alias("end_time"),
        pl.when("is_gift").then(pl.lit(True)).alias("is_free_gift"),
    ]  # fmt: skip


def refunds(form: Mapping[str, str], lines: pl.DataFrame, found: pl.DataFrame) -> dict[str, Any]:
    """taobao.refunds.receive.get over the shop's after-sales of the moment."""
    asked = _asked(form)
    states = simulate_words.refund_states(found, simulate_words.line_states(lines)).rename(
        {"refund_id": "key"}
    )
    page, counts = _page(form, states, None)
    rendered = page.select(
        pl.col("key").alias("refund_id"), pl.col("order_id").cast(pl.Int64).alias("tid"),
        pl.col("order_line_id").cast(pl.Int64).alias("oid"),
        say(pl.col("state"), simulate_words.AFTER_SALE, api=True).alias("status"),
        moment(pl.col("applied_at")).alias("created"),
        moment(pl.col("updated_at")).alias("modified"), yuan(pl.col("refund_fen")).alias("refund_fee"),
        pl.col("product_name").alias("title"),
        say(pl.col("goods"), simulate_words.GOODS, api=True).alias("good_status"),
        pl.col("type_code").is_in(["return_refund", "exchange"]).alias("has_good_return"),
        say(pl.col("order_state"), simulate_words.STATUS, api=True).alias("order_status"),
        pl.when("is_after_sale").then(pl.lit("aftersale")).otherwise(pl.lit("onsale")).alias("refund_phase"),
        say(pl.col("type_code"), simulate_words.TYPE, api=True).alias("dispute_type"), pl.col("reason"),
    ).to_dicts()  # fmt: skip
    rows = [_only(row, asked) for row in rendered]
    return {
        "refunds_receive_get_response": counts
        | ({"refunds": {"refund": rows}} if rows else {})
        | {"request_id": "sim"}
    }


METHODS: dict[str, Callable[[Mapping[str, str], pl.DataFrame, pl.DataFrame], dict[str, Any]]] = {
    "taobao.trades.sold.increment.get": trades,
    "taobao.refunds.receive.get": refunds,
}
