"""Order lines as they stand now: what was paid, what came back, through which channel."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from contracts.canonical import LIVE_SESSION, OF_ORDERS, ORDER_LINE, SETTLEMENT_ENTRY, SHOP
from contracts.tables import Table
from transforms.currency import convert_orders
from transforms.derived import Derived, Slices, View
from transforms.gold.orders.aside import listed, mark_aside, no_orders
from transforms.gold.orders.channel import assign_channel
from transforms.gold.orders.grain import LINE, ORDER
from transforms.gold.orders.line_outcome import add_outcome, doubtful, subsidy
from transforms.gold.orders.refund_totals import add_refunds, add_unsized
from transforms.money import split_fen
from transforms.silver.restated import standing_lines
from transforms.silver.states import current

TABLE = Table(
    "gold",
    "fct_order_line",
    "子订单事实",
    "order line facts",
    "One sub-order as last observed. A line with ``is_order_level`` stands for an order, or the part of it, "
    "whose lines no source has told.",
    key=(*SHOP, "order_line_id"),
    required=(
        "order_id", "order_status_code", "channel_code", "content_code", "seller_code", "traffic_code",
        "is_gift", "is_order_level", "is_order_head",
        "is_order_refunded", "is_order_kept",
        "paid_fen", "cohort_refund_fen", "refund_before_fen", "refund_after_fen", "refund_unstaged_fen",
        "refund_undated_fen",
    ),
    optional=(
        "created_at", "paid_at", "shipped_at", "finished_at", "created_date", "paid_date", "placed_fen",
        "stated_refund_fen", "unit_price_fen", "line_qty",
        "postage_fen", "refund_stated_at",
        "discount_platform_fen", "discount_merchant_fen", "discount_creator_fen", "product_id",
        "product_name", "style_code", "sku_code",
        "color_name", "size_name", "creator_id", "creator_name", "live_session_id", "start_date",
        "province_name", "buyer_key", "is_shipment_told", "is_aside",
        "is_shipped", "sent_qty", "back_qty", "subsidy_fen", "undated_fen", "doubtful_fen",
        "refund_unsized_fen", "channel_basis_code",
    ),
)  # fmt: skip


#: Statuses that say of an order that it was paid, whether or not its source reports when.
_PAID = ("paid", "part_shipped", "shipped", "finished", "closed_refunded")
#: What an order states of its lines' refunds, and since when.
_STATED = {"order_stated_fen": "stated_refund_fen", "order_stated_at": "_stated_since_at"}


@dataclass(frozen=True)
class Current:
    """Current states (lines: ``standing_lines``) of touched orders, all of each order's.

    Sessions and own accounts of their shops; orders set aside; ``charged``: what bills say of them.
    """

    order: pl.DataFrame
    order_line: pl.DataFrame
    refund_line: pl.DataFrame
    line_channel: pl.DataFrame
    live_session: pl.DataFrame
    own_account: pl.DataFrame
    aside: pl.DataFrame = field(default_factory=no_orders)
    charged: pl.DataFrame = field(default_factory=SETTLEMENT_ENTRY.empty)


def build(now: Current) -> pl.DataFrame:
    """Fact rows (columns of ``TABLE``) for every order in ``now``."""
    lines = _lines_with_order(now.order_line, now.order)
    lines = pl.concat([lines, _order_level_lines(lines, now.order)], how="diagonal")
    lines = _only_paid_money(lines)
    lines = assign_channel(lines, now.line_channel, now.live_session, now.own_account, now.charged)
    lines = lines.with_columns(style_code=pl.coalesce("style_code", "product_id"), is_order_head=_is_head())
    lines = mark_aside(lines, now.aside)
    dates = {"created_date": pl.col("created_at").dt.date(), "paid_date": pl.col("paid_at").dt.date()}
    lines = lines.with_columns(**dates, subsidy_fen=subsidy(), doubtful_fen=doubtful(lines))
    lines, matched = add_refunds(lines, now.refund_line)
    return TABLE.shape(_stated_where_asked(add_outcome(add_unsized(lines), matched)))


def _stated_where_asked(lines: pl.DataFrame) -> pl.DataFrame:
    """Until when lines state their refunds, of orders with money back alone: of others nobody asks, and every
    new file would move it.
    """
    has_money_back = (pl.col("cohort_refund_fen").sum().over(ORDER) > 0) & pl.col("paid_at").is_not_null()
    return lines.with_columns(refund_stated_at=pl.when(has_money_back).then("refund_stated_at"))


def _is_head() -> pl.Expr:
    """The non-gift line with the smallest id, a told one before the order's rest.

    An order of gifts only has none and is not an order.
    """
    name, goods = pl.col("order_line_id"), ~pl.col("is_gift")
    first = pl.coalesce(
        name.filter(goods & ~pl.col("is_order_level")).min().over(ORDER), name.filter(goods).min().over(ORDER)
    )
    return (name == first).fill_null(False)


def _lines_with_order(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Lines completed from their order where the line itself is silent.

    Money that no goods line of an order reports is split from the order's.

    A gift reports no price of goods: neither does it keep the money from the goods beside it, nor take any.
    """
    shared = ["created_at", "paid_at", "shipped_at", "finished_at", "province_name", "buyer_key"]
    header = orders.select(
        *ORDER,
        *(pl.col(name).alias(f"order_{name}") for name in shared),
        "paid_fen",
        "placed_fen",
        "freight_fen",
        **_STATED,
    )
    joined = lines.join(header, on=ORDER, how="left", suffix="_of_order", validate="m:1")
    joined = joined.with_columns(
        *(pl.coalesce(name, f"order_{name}").alias(name) for name in shared),
        is_order_level=pl.lit(False), postage_fen=pl.lit(None, pl.Int64), refund_stated_at="_stated_until_at",
    )  # fmt: skip
    reports_money = pl.col("placed_fen").is_not_null() | pl.col("paid_fen").is_not_null()
    reported = (
        joined.filter((reports_money & ~pl.col("is_gift")) | (pl.col("paid_fen") > 0)).select(ORDER).unique()
    )
    silent = joined.filter(~pl.col("is_gift")).join(reported, on=ORDER, how="anti")
    weight = pl.col("unit_price_fen").fill_null(0) * pl.col("line_qty").fill_null(1)
    shares = {
        "paid_fen": "paid_fen_of_order",
        "placed_fen": "placed_fen_of_order",
        "postage_fen": "freight_fen_of_order",
    }
    split = silent.with_columns(
        split_fen(pl.col(whole), weight, ORDER, "order_line_id").alias(name) for name, whole in shares.items()
    )
    split = split.with_columns(postage_fen=_within("postage_fen", "paid_fen"))
    return pl.concat([joined.join(silent.select(LINE), on=LINE, how="anti"), split])


def _within(part: str, whole: str) -> pl.Expr:
    """``part``, no more than ``whole``; null where it is not reported."""
    return pl.when(pl.col(part).is_not_null()).then(pl.min_horizontal(part, whole))


def _order_level_lines(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """One line for each order (or the rest of it: freight, or goods no line told) that no line accounts for,
    so that no total, paid or placed, is lost.
    """
    told = lines.group_by(ORDER).agg(
        lines_paid=pl.col("paid_fen").fill_null(0).sum(),
        lines_placed=pl.col("placed_fen").fill_null(0).sum(),
        lines_qty=pl.when(pl.col("line_qty").is_not_null().all()).then(pl.col("line_qty").sum()),
    )
    whole = pl.col("lines_paid").is_null()
    rest = orders.join(told, on=ORDER, how="left", validate="1:1").with_columns(
        paid_fen=pl.col("paid_fen") - pl.col("lines_paid").fill_null(0),
        placed_fen=(pl.col("placed_fen") - pl.col("lines_placed").fill_null(0)).clip(lower_bound=0),
    )
    only_placed = pl.col("paid_at").is_null() & (
        pl.col("placed_fen") > 0
    )  # nobody paid, and screens of placed orders count it
    rest = rest.filter(whole | (pl.col("paid_fen") > 0) | only_placed)
    return rest.with_columns(
        order_line_id=pl.when(whole).then("order_id").otherwise(pl.col("order_id") + ":rest"),
        line_qty=pl.when(whole)
        .then("line_qty")
        .otherwise((pl.col("line_qty") - pl.col("lines_qty")).clip(lower_bound=0)),
        postage_fen=pl.when(~whole).then(_within("freight_fen", "paid_fen")),
        **_STATED,
        stated_refund_fen=pl.when(whole).then("stated_refund_fen"),
        is_order_level=pl.lit(True),
        is_gift=pl.lit(False),
    ).drop("lines_paid", "lines_placed", "lines_qty")


def _only_paid_money(lines: pl.DataFrame) -> pl.DataFrame:
    """Paid value exists only with a payment time; a refund stated on a never-paid order is not money.

    What a status calls paid without a time stands apart, as ``undated_fen`` (null on all other lines).
    """
    unpaid = pl.col("paid_at").is_null()
    stated = ["stated_refund_fen", "order_stated_fen", "postage_fen"]
    undated = unpaid & pl.col("order_status_code").is_in(_PAID) & ~pl.col("is_gift")
    return lines.with_columns(
        pl.when(undated).then(pl.max_horizontal("paid_fen", "placed_fen").fill_null(0)).alias("undated_fen"),
        pl.when(unpaid).then(0).otherwise(pl.col("paid_fen").fill_null(0)).alias("paid_fen"),
        *(pl.when(~unpaid).then(pl.col(name)).alias(name) for name in stated),
    )


def _now(of: Slices) -> Current:
    states = {table.name: of.read(table) for table in OF_ORDERS}
    told = {table.name: current(table, states[table.name]) for table in OF_ORDERS if table is not ORDER_LINE}
    told[ORDER_LINE.name] = standing_lines(states[ORDER_LINE.name])
    return Current(
        **convert_orders(told, of.read("ops.currency_rate")),
        live_session=current(LIVE_SESSION, of.read(LIVE_SESSION, keys=of.keys.select(SHOP).unique())),
        own_account=of.read("ops.live_account"),
        aside=listed(of.read("ops.aside_order")),
        charged=current(SETTLEMENT_ENTRY, of.read(SETTLEMENT_ENTRY)),
    )


#: What orders are now, by their states in silver and by what people entered beside them.
NOW = View(
    _now,
    OF_ORDERS,
    beside=(LIVE_SESSION, SETTLEMENT_ENTRY, "ops.currency_rate", "ops.live_account", "ops.aside_order"),
)
ASSET = Derived(TABLE, lambda of: build(of.view(NOW)), reads=(NOW,), by=tuple(ORDER))
