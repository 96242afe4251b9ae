"""The market as it stood at a moment: later timestamps nulled, statuses derived from what had happened by
then.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from simulator.history.clock import ZONE


def _moment(at: dt.datetime) -> pl.Expr:
    """``at`` as a literal of the frames' type; ValueError for a naive moment."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return pl.lit(at.astimezone(ZONE))


def _known(at: pl.Expr, *columns: str) -> list[pl.Expr]:
    """The columns with moments after ``at`` nulled."""
    return [pl.when(pl.col(column) <= at).then(pl.col(column)).alias(column) for column in columns]


def refunds_as_of(refunds: pl.DataFrame, at: dt.datetime) -> pl.DataFrame:
    """After-sales applied for by ``at``, with ``refund_status_code`` and ``updated_at`` of that moment."""
    moment = _moment(at)
    status = (
        pl.when(pl.col("refunded_at").is_not_null())
        .then(pl.lit("success"))
        .when(pl.col("closed_at").is_not_null() & (pl.col("type_code") == "exchange"))
        .then(pl.lit("exchanged"))
        .when(pl.col("closed_at").is_not_null())
        .then(pl.lit("closed"))
        .otherwise(pl.lit("pending"))
    )
    return (
        refunds.filter(pl.col("applied_at") <= moment)
        .with_columns(_known(moment, "shipped_back_at", "refunded_at", "closed_at"))
        .with_columns(
            refund_status_code=status,
            updated_at=pl.max_horizontal("applied_at", "shipped_back_at", "refunded_at", "closed_at"),
        )
    )


def lines_as_of(lines: pl.DataFrame, refunds: pl.DataFrame, at: dt.datetime) -> pl.DataFrame:
    """Lines created by ``at`` as they then stood.

    ``refunds`` is already the after-sales' state of the same moment.
    """
    moment = _moment(at)
    after_sales = (
        refunds.sort("applied_at", "refund_id")
        .group_by("order_line_id")
        .agg(
            refunded_fen=pl.col("refund_fen").filter(pl.col("refund_status_code") == "success").sum(),
            refund_status_code=pl.col("refund_status_code").last(),
            refunds_updated_at=pl.col("updated_at").max(),
        )
    )
    return (
        lines.filter(pl.col("created_at") <= moment)
        .with_columns(_known(moment, "paid_at", "shipped_at", "finished_at", "closed_at"))
        .with_columns(
            paid_fen=pl.when(pl.col("paid_at").is_not_null()).then(pl.col("paid_fen")).otherwise(0),
            order_status_code=_line_status(),
        )
        .join(after_sales, on="order_line_id", how="left", maintain_order="left")
        .with_columns(
            order_order_status_code=_order_status(),
            refunded_fen=pl.col("refunded_fen").fill_null(0),
            refund_status_code=pl.col("refund_status_code").fill_null("none"),
            updated_at=pl.max_horizontal(
                "created_at", "paid_at", "shipped_at", "finished_at", "closed_at", "refunds_updated_at"
            ),
        )
        .drop("refunds_updated_at")
    )


def _line_status() -> pl.Expr:
    paid, closed = pl.col("paid_at").is_not_null(), pl.col("closed_at").is_not_null()
    return (
        pl.when(closed & paid)
        .then(pl.lit("closed_refunded"))
        .when(closed)
        .then(pl.lit("closed_unpaid"))
        .when(pl.col("finished_at").is_not_null())
        .then(pl.lit("finished"))
        .when(pl.col("shipped_at").is_not_null())
        .then(pl.lit("shipped"))
        .when(paid)
        .then(pl.lit("paid"))
        .otherwise(pl.lit("unpaid"))
    )


def _order_status() -> pl.Expr:
    """The main order's status: what is least far along among its living lines.

    Closed only when no line lives.
    """
    status = pl.col("order_status_code")

    def has(*codes: str) -> pl.Expr:
        return status.is_in(codes).any().over("order_id")

    return (
        pl.when(has("paid") & has("shipped", "finished"))
        .then(pl.lit("part_shipped"))
        .when(has("paid"))
        .then(pl.lit("paid"))
        .when(has("shipped"))
        .then(pl.lit("shipped"))
        .when(has("finished"))
        .then(pl.lit("finished"))
        .otherwise(status)
    )


def sessions_as_of(
    sessions: pl.DataFrame, lines: pl.DataFrame, refunds: pl.DataFrame, at: dt.datetime
) -> pl.DataFrame:
    """Sessions ended by ``at`` with what the platform would show for them.

    ``lines`` and ``refunds`` are states of the same moment.

    ``reported_user_paid_fen`` is what buyers paid; ``reported_gmv_fen`` adds the platform's own discount, as
    the platform's 成交金额 does. Hour refunds are those done within one hour of payment.
    """
    sold = lines.filter(pl.col("session_ref").is_not_null() & pl.col("paid_at").is_not_null())
    goods = ~pl.col("is_gift")
    sales = sold.group_by("session_ref").agg(
        reported_gmv_fen=(pl.col("paid_fen") + pl.col("discount_platform_fen")).sum(),
        reported_user_paid_fen=pl.col("paid_fen").sum(),
        reported_orders_qty=pl.col("order_id").filter(goods).n_unique().cast(pl.Int64),
        reported_units_qty=pl.col("line_qty").filter(goods).sum(),
        reported_buyers_qty=pl.col("buyer_ref").n_unique().cast(pl.Int64),
    )
    within = pl.col("refunded_at") <= pl.col("paid_at") + pl.duration(hours=1)
    returns = (
        refunds.filter(pl.col("refund_status_code") == "success")
        .select("order_line_id", "refund_fen", "refunded_at")
        .join(sold.select("order_line_id", "order_id", "session_ref", "paid_at"), on="order_line_id")
        .group_by("session_ref")
        .agg(
            reported_refund_fen=pl.col("refund_fen").sum(),
            reported_hour_refund_fen=pl.col("refund_fen").filter(within).sum(),
            reported_hour_refund_orders_qty=pl.col("order_id").filter(within).n_unique().cast(pl.Int64),
        )
    )
    ended = sessions.filter(pl.col("ended_at") <= _moment(at))
    joined = ended.join(sales, on="session_ref", how="left", maintain_order="left").join(
        returns, on="session_ref", how="left", maintain_order="left"
    )
    return joined.with_columns(pl.col("^reported_.*$").fill_null(0))
