"""Order lines as they stand now: what was paid, what came back, through which channel."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.gold.channel import assign_channel
from transforms.money import split_fen

TABLE = Table(
    "gold",
    "fct_order_line",
    "子订单事实",
    "order line facts",
    "One sub-order as last observed. A line with ``is_order_level`` stands for an order, or the part of it, whose lines no source has told.",
    key=(*SHOP, "order_line_id"),
    required=(
        "order_id", "order_status_code", "channel_code", "content_code", "seller_code", "traffic_code", "is_gift", "is_order_level", "is_order_head",
        "paid_fen", "cohort_refund_fen", "refund_before_fen", "refund_after_fen", "refund_unstaged_fen", "refund_undated_fen",
    ),
    optional=(
        "created_at", "paid_at", "shipped_at", "finished_at", "created_date", "paid_date", "placed_fen", "unit_price_fen", "line_qty",
        "discount_platform_fen", "discount_merchant_fen", "discount_creator_fen", "product_id", "product_name", "style_code", "sku_code",
        "color_name", "size_name", "creator_id", "creator_name", "live_session_id", "start_date", "province_name", "buyer_key",
    ),
)  # fmt: skip

ORDER = [*SHOP, "order_id"]
LINE = [*SHOP, "order_line_id"]


@dataclass(frozen=True)
class Current:
    """Current silver states of the touched orders, and the sessions and own accounts of their shops (canonical columns)."""

    order: pl.DataFrame
    order_line: pl.DataFrame
    refund_line: pl.DataFrame
    line_channel: pl.DataFrame
    live_session: pl.DataFrame
    own_account: pl.DataFrame


def build(now: Current) -> pl.DataFrame:
    """Fact rows (columns of ``TABLE``) for every order in ``now``."""
    lines = _lines_with_order(now.order_line, now.order)
    lines = pl.concat([lines, _order_level_lines(lines, now.order)], how="diagonal")
    lines = _only_paid_money(lines)
    lines = assign_channel(lines, now.line_channel, now.live_session, now.own_account)
    lines = _add_refunds(lines, now.refund_line)
    lines = lines.with_columns(
        created_date=pl.col("created_at").dt.date(),
        paid_date=pl.col("paid_at").dt.date(),
        style_code=pl.coalesce("style_code", "product_id"),
        is_order_head=_is_head(),
    )
    return TABLE.shape(lines)


def _is_head() -> pl.Expr:
    """The non-gift line with the smallest id; an order of gifts only has none and is not an order."""
    first = pl.col("order_line_id").filter(~pl.col("is_gift")).min().over(ORDER)
    return (pl.col("order_line_id") == first).fill_null(False)


def _lines_with_order(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Lines completed from their order where the line itself is silent; money the lines do not tell is split from the order's."""
    shared = ["created_at", "paid_at", "shipped_at", "finished_at", "province_name", "buyer_key"]
    header = orders.select(
        *ORDER, *(pl.col(name).alias(f"order_{name}") for name in shared), "stated_refund_fen", "paid_fen", "placed_fen", has_order=pl.lit(True)
    )
    joined = lines.join(header, on=ORDER, how="left", suffix="_of_order", validate="m:1")
    joined = joined.with_columns(pl.coalesce(name, f"order_{name}").alias(name) for name in shared)
    silent = (pl.col("placed_fen").is_null() & pl.col("paid_fen").is_null() & ~pl.col("is_gift")).all().over(ORDER)
    weight = pl.col("unit_price_fen").fill_null(0) * pl.col("line_qty").fill_null(1)
    split = {name: split_fen(pl.col(f"{name}_of_order"), weight, ORDER, "order_line_id") for name in ("paid_fen", "placed_fen", "stated_refund_fen")}
    joined = joined.with_columns(silent=silent)
    return joined.with_columns(pl.when("silent").then(share).otherwise(pl.col(name)).alias(name) for name, share in split.items()).with_columns(
        is_order_level=pl.lit(False)
    )


def _order_level_lines(lines: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """One line for each order (or the paid rest of it) that no line accounts for, so that the order's total is never lost."""
    told = lines.group_by(ORDER).agg(
        lines_paid=pl.col("paid_fen").fill_null(0).sum(), lines_placed=pl.col("placed_fen").fill_null(0).sum(), lines_refund=pl.col("stated_refund_fen").sum()
    )
    rest = orders.join(told, on=ORDER, how="left", validate="1:1").with_columns(
        paid_fen=pl.col("paid_fen") - pl.col("lines_paid").fill_null(0),
        placed_fen=pl.col("placed_fen") - pl.col("lines_placed").fill_null(0),
        stated_refund_fen=pl.col("stated_refund_fen") - pl.col("lines_refund").fill_null(0),
    )
    rest = rest.filter(pl.col("lines_paid").is_null() | (pl.col("paid_fen") > 0))
    whole = pl.col("lines_paid").is_null()
    return rest.with_columns(
        order_line_id=pl.when(whole).then("order_id").otherwise(pl.col("order_id") + ":rest"),
        line_qty=pl.when(whole).then("line_qty"),
        stated_refund_fen=pl.col("stated_refund_fen").clip(lower_bound=0),
        placed_fen=pl.col("placed_fen").clip(lower_bound=0),
        is_order_level=pl.lit(True),
        is_gift=pl.lit(False),
    ).drop("lines_paid", "lines_placed", "lines_refund")


def _only_paid_money(lines: pl.DataFrame) -> pl.DataFrame:
    """Paid value exists only with a payment time; a refund stated on a never-paid order is not money."""
    unpaid = pl.col("paid_at").is_null()
    return lines.with_columns(
        paid_fen=pl.when(unpaid).then(0).otherwise(pl.col("paid_fen").fill_null(0)),
        stated_refund_fen=pl.when(unpaid).then(None).otherwise(pl.col("stated_refund_fen")),
    )


def done_refunds(refunds: pl.DataFrame) -> pl.DataFrame:
    """Refund lines whose money went back."""
    return refunds.filter((pl.col("refund_status_code") == "success") & (pl.col("refund_fen") > 0))


def _add_refunds(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Refund totals per line. Dated refund lines win; what the order row states beyond them is undated and of untold stage."""
    dated = pl.col("refunded_at").is_not_null()

    def part(stage: str) -> pl.Expr:
        return pl.col("refund_fen").filter(pl.col("refund_stage_code") == stage).sum()

    sums = (
        done_refunds(refunds)
        .group_by(LINE)
        .agg(
            itemised=pl.col("refund_fen").sum(),
            refund_before_fen=part("before_shipment"),
            refund_after_fen=part("after_shipment"),
            undated=pl.col("refund_fen").filter(~dated).sum(),
        )
    )
    joined = lines.join(sums, on=LINE, how="left", validate="1:1")
    itemised = pl.col("itemised").fill_null(0)
    stated_rest = (pl.col("stated_refund_fen").fill_null(0) - itemised).clip(lower_bound=0)
    return joined.with_columns(
        cohort_refund_fen=itemised + stated_rest,
        refund_before_fen=pl.col("refund_before_fen").fill_null(0),
        refund_after_fen=pl.col("refund_after_fen").fill_null(0),
        refund_undated_fen=pl.col("undated").fill_null(0) + stated_rest,
    ).with_columns(refund_unstaged_fen=pl.col("cohort_refund_fen") - pl.col("refund_before_fen") - pl.col("refund_after_fen"))
