"""Order money that no settlement has answered yet: paid and kept but not settled, or refunded after it was
settled and not taken back.
"""

from __future__ import annotations

import polars as pl

from transforms.gold.ledgers.ledger_place import only
from transforms.gold.orders.grain import LINE, ORDER


def unsettled(lines: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Open items (see ``mart_open_item``) of lines with kept money and no payout, of the shops the lines are
    given of.

    A payout that names its order only answers for all its lines.
    """
    payouts = entries.filter((pl.col("settlement_type_code") == "sale") & pl.col("settled_at").is_not_null())
    kept = lines.with_columns(open_fen=pl.col("paid_fen") - pl.col("cohort_refund_fen")).filter(
        pl.col("paid_date").is_not_null() & (pl.col("open_fen") > 0)
    )
    kept = kept.join(payouts, on=LINE, how="anti").join(
        payouts.filter(pl.col("order_line_id").is_null()), on=ORDER, how="anti"
    )
    finished = pl.col("finished_at").is_not_null() | (pl.col("order_status_code") == "finished")
    return kept.with_columns(
        ledger_code=pl.lit("order"),
        open_item_id="order_line_id",
        open_reason_code=pl.when(finished)
        .then(pl.lit("order_unsettled"))
        .otherwise(pl.lit("order_unfinished")),
        open_since_date=pl.coalesce(pl.col("finished_at").dt.date(), "paid_date"),
    )


def not_taken_back(lines: pl.DataFrame, refunds: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Open items of refunds done after the payout that no take-back answers, negative: by line, or by order
    where a payout names no line.

    A take-back answers with the most it tells: what went to the buyer, or what left the merchant. A payout
    that is told anew after a refund (WeChat's order file sums up to date) answers with what it holds of
    refunds beyond those before it. Of several payouts the last one counts: it knew of the refunds before it,
    and nobody is told to keep money aside that has been netted already. Lines that differ tell no channel.
    """
    by_order = entries.filter(pl.col("order_line_id").is_null()).select(ORDER).unique()
    whole = pl.when(pl.col("_of_order")).then("order_id").otherwise("order_line_id").alias("open_item_id")

    def scoped(rows: pl.DataFrame) -> pl.DataFrame:
        marked = rows.join(by_order.with_columns(_of_order=pl.lit(True)), on=ORDER, how="left").with_columns(
            pl.col("_of_order").fill_null(False)
        )
        return marked.with_columns(whole, order_line_id=pl.when(~pl.col("_of_order")).then("order_line_id"))

    key = [*ORDER, "open_item_id"]
    zero = pl.lit(0, pl.Int64)
    paid = scoped(
        entries.filter((pl.col("settlement_type_code") == "sale") & pl.col("settled_at").is_not_null())
    )
    payouts = paid.group_by(key).agg(
        settled_at=pl.col("settled_at").max(), told_fen=pl.col("settled_refund_fen").sum()
    )
    back = scoped(entries.filter(pl.col("settlement_type_code") == "refund_after"))
    size = pl.max_horizontal(
        -pl.col("settled_fen"),
        pl.col("settled_refund_fen").fill_null(0),
        -pl.col("income_fen").fill_null(0),
        zero,
    )
    taken = back.group_by(key).agg(taken_fen=size.sum())
    done = scoped(refunds.filter(pl.col("refunded_at").is_not_null())).join(payouts, on=key, how="inner")
    is_late = pl.col("refunded_at") > pl.col("settled_at")
    sums = done.group_by(key).agg(
        only("order_line_id"), only("channel_code").fill_null("unknown"), only("paid_date"),
        pl.col("told_fen").first(),
        late_fen=pl.col("refund_fen").filter(is_late).sum(),
        early_fen=pl.col("refund_fen").filter(~is_late).sum(),
        open_since_date=pl.col("refund_date").filter(is_late).min(),
    )  # fmt: skip
    beyond = (pl.col("told_fen") - pl.col("early_fen")).clip(lower_bound=0)
    left = sums.join(taken, on=key, how="left").with_columns(
        open_fen=pl.col("late_fen") - pl.col("taken_fen").fill_null(0) - beyond
    )
    return left.filter(pl.col("open_fen") > 0).with_columns(
        open_fen=-pl.col("open_fen"),
        ledger_code=pl.lit("order"),
        open_reason_code=pl.lit("refunded_after_settlement"),
    )
