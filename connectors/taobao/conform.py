"""Typed Taobao rows → canonical frames.

See README, section "口径 / meanings", for what was decided where sources disagree.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from connectors.taobao import words
from connectors.taobao.ledgers import conform_ads, conform_funds, conform_products
from connectors.taobao.lines import conform_items, conform_trades

_HEAD = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")

Frames = dict[str, pl.DataFrame]


def conform(kind: str, bronze: pl.DataFrame) -> Frames:
    """Silver table name → frame, for bronze rows of one kind. KeyError for a kind that is not Taobao's."""
    return _CONFORM[kind](bronze)


def _orders(bronze: pl.DataFrame) -> Frames:
    """订单报表: one row per main order.

    ``买家实际支付金额`` is what is left after refunds, so refunds are added back.
    """
    paid = pl.col("paid_at").is_not_null()
    due = pl.coalesce(pl.col("goods_due_fen") + pl.col("freight_fen").fill_null(0), "total_fen")
    money = bronze.with_columns(
        placed_fen=due, now=pl.col("paid_now_fen").fill_null(0), refund=pl.col("refund_fen").fill_null(0)
    )
    with_refund = pl.col("now") + pl.col("refund")
    # more than was to be paid cannot have been paid: then the column was gross already
    is_net = with_refund <= pl.col("placed_fen").fill_null(with_refund)
    money = money.with_columns(
        paid_fen=pl.when(~paid).then(0).when(is_net).then(with_refund).otherwise("now")
    )
    order = money.select(
        *_HEAD, "order_id", "created_at", "paid_at", "shipped_at", "finished_at", "placed_fen", "paid_fen",
        "freight_fen", "line_qty", "product_name",
        "province_name", order_status_code=_order_status(paid),
        stated_refund_fen=pl.when(paid).then("refund_fen"),
    )  # fmt: skip
    return {"order": order}


def _order_status(paid: pl.Expr) -> pl.Expr:
    word = pl.col("order_status_text")
    all_back = (pl.col("paid_fen") > 0) & (pl.col("refund") >= pl.col("paid_fen"))
    untold = (
        pl.when(~paid)
        .then(pl.lit("unpaid"))
        .when(all_back)
        .then(pl.lit("closed_refunded"))
        .otherwise(pl.lit("paid"))
    )
    closed = pl.when(paid).then(pl.lit("closed_refunded")).otherwise(pl.lit("closed_unpaid"))
    is_closed = words.fold_word(word) == words.CLOSED_WORD
    return (
        pl.when(word.is_null())
        .then(untold)
        .when(is_closed)
        .then(closed)
        .otherwise(words.coded(word, words.ORDER_STATUS))
    )


def _refunds(bronze: pl.DataFrame) -> Frames:
    """退款管理 and taobao.refunds.receive.get.

    The files name no sub-order: their ``order_line_id`` is the main order's number (see README).
    """
    told_type = words.coded(pl.col("refund_type_text"), words.REFUND_TYPE)
    returns = words.coded(pl.col("needs_return_text"), words.NEEDS_RETURN)
    type_code = (
        pl.when(pl.col("reason_text").str.contains(words.PRICE_ADJUSTED).fill_null(False))
        .then(pl.lit("price_protection"))
        .otherwise(pl.coalesce(pl.when(told_type != "unknown").then(told_type), returns, pl.lit("unknown")))
    )
    typed = bronze.with_columns(
        refund_type_code=type_code,
        told_status=words.coded(pl.col("refund_status_text"), words.REFUND_STATUS).fill_null("unknown"),
        finished=pl.coalesce("completed_at", pl.when(pl.col("layout_name") == "api").then("modified_at")),
    )
    done = pl.col("told_status") == "success"
    is_exchange = pl.col("refund_type_code") == "exchange"
    refund = typed.select(
        *_HEAD, "refund_id", "order_id", "refund_type_code", "refund_fen", "applied_at", "product_id",
        order_line_id=pl.coalesce("order_line_id", "order_id"),
        sku_code=pl.col("merchant_code"),
        refund_status_code=pl.when(done & is_exchange).then(pl.lit("exchanged")).otherwise("told_status"),
        refund_stage_code=_stage(),
        reason_code=words.reason(pl.col("reason_text")),
        refunded_at=pl.when(done & ~is_exchange).then("finished"),
    )  # fmt: skip
    return {"refund_line": refund}


def _stage() -> pl.Expr:
    """After shipment: 售后, a return or exchange, goods with the buyer or back.

    Before: 售中, or no phase told and nothing received.
    """
    phase = words.fold_word(pl.col("phase_text"))
    goods = words.fold_word(pl.col("goods_status_text"))
    type_word = pl.col("refund_type_text").fill_null("")
    after = (
        phase.is_in(words.AFTER_SALE)
        | goods.is_in(words.GOODS_AWAY)
        | pl.col("refund_type_code").is_in(["return_refund", "exchange"])
        | type_word.str.contains("已发货", literal=True)
    ).fill_null(False)
    before = (
        phase.is_in(words.ON_SALE)
        | (phase.is_null() & goods.is_in(words.NOT_RECEIVED))
        | type_word.str.contains("未发货", literal=True)
    ).fill_null(False)
    return (
        pl.when(after)
        .then(pl.lit("after_shipment"))
        .when(before)
        .then(pl.lit("before_shipment"))
        .otherwise(pl.lit("unknown"))
    )


def _live_sessions(bronze: pl.DataFrame) -> Frames:
    """生意参谋 直播分场次: the shop's own rooms. The file names no account and no end."""
    session = bronze.select(
        *_HEAD, "live_session_id", "session_name", "started_at", "views_qty", "viewers_qty",
        "product_click_qty", "reported_gmv_fen", "reported_orders_qty",
        seller_code=pl.lit("own"),
    )  # fmt: skip
    return {"live_session": session}


def _live_orders(bronze: pl.DataFrame) -> Frames:
    """生意参谋 直播订单明细: these sub-orders were sold live.

    With a 代播id by that host, else by the shop itself.
    """
    seller = pl.when(pl.col("host_id").is_null()).then(pl.lit("own")).otherwise(pl.lit("creator"))
    told = bronze.with_columns(seller_code=seller, content_code=pl.lit("live"))
    channel = told.select(
        *_HEAD,
        "order_id",
        "order_line_id",
        "content_code",
        "seller_code",
        "live_session_id",
        creator_id="host_id",
        creator_name="host_name",
    )
    first = (
        told.filter(pl.col("started_at").is_not_null())
        .sort("_row_number")
        .unique(["merchant_id", "shop_id", "_export_id", "live_session_id"], keep="first")
    )
    session = first.select(
        *_HEAD,
        "live_session_id",
        "session_name",
        "started_at",
        "seller_code",
        live_account_id="host_id",
        live_account_name="host_name",
    )
    return {"line_channel": channel, "live_session": session.sort("_export_id", "_row_number")}


_CONFORM: dict[str, Callable[[pl.DataFrame], Frames]] = {
    "orders": _orders,
    "order_items": conform_items,
    "refunds": _refunds,
    "live_sessions": _live_sessions,
    "live_orders": _live_orders,
    "trades": conform_trades,
    "funds": conform_funds,
    "ads": conform_ads,
    "products": conform_products,
}
