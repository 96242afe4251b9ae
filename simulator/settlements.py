"""Platform money: goods of finished lines are paid out 7-15 days later, less fee and commission; a later refund is a negative entry."""

from __future__ import annotations

import numpy as np
import polars as pl

_FEE_RATE = 0.05
_KEYS = ("merchant_id", "shop_id", "platform_code", "order_id", "order_line_id")


def settlement_frame(rng: np.random.Generator, lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """One row per payout or take-back: keys, settled_at, settled_fen, fee_fen, commission_fen (both costs positive; settled is net of them).

    A line closed by refund before its payout has no row. Commission is for creators' sales, 20 % ± 6.
    """
    wait = pl.Series(rng.integers(7 * 86_400, 15 * 86_400, lines.height) * 1_000_000).cast(pl.Duration("us"))
    rate = np.clip(rng.normal(0.20, 0.06, lines.height), 0.02, 0.45)
    finished = lines.with_columns(settled_at=pl.col("finished_at") + wait, rate=pl.Series(rate)).filter(
        pl.col("finished_at").is_not_null() & (pl.col("paid_fen") > 0)
    )
    done = refunds.filter(pl.col("refunded_at").is_not_null()).select("order_line_id", "refund_fen", "refunded_at")
    joined = finished.select("order_line_id", "settled_at").join(done, on="order_line_id", maintain_order="left")
    early = joined.filter(pl.col("refunded_at") <= pl.col("settled_at")).group_by("order_line_id").agg(pl.col("refund_fen").sum())
    base = pl.col("paid_fen") + pl.col("discount_platform_fen") + pl.col("discount_creator_fen") - pl.col("refund_fen").fill_null(0)
    by_creator = pl.col("seller_code") == "creator"
    payouts = (
        finished.join(early, on="order_line_id", how="left", maintain_order="left")
        .with_columns(base=base)
        .filter(pl.col("base") > 0)
        .filter(pl.col("closed_at").is_null() | (pl.col("closed_at") > pl.col("settled_at")))
        .with_columns(
            fee_fen=(pl.col("base") * _FEE_RATE).round().cast(pl.Int64),
            commission_fen=pl.when(by_creator).then((pl.col("base") * pl.col("rate")).round().cast(pl.Int64)).otherwise(0),
        )
        .with_columns(settled_fen=pl.col("base") - pl.col("fee_fen") - pl.col("commission_fen"))
    )
    late = (
        joined.filter(pl.col("refunded_at") > pl.col("settled_at"))
        .select("order_line_id", "refund_fen", settled_at="refunded_at")
        .join(lines.select(_KEYS), on="order_line_id", maintain_order="left")
        .with_columns(settled_fen=-pl.col("refund_fen"), fee_fen=pl.lit(0, pl.Int64), commission_fen=pl.lit(0, pl.Int64))
    )
    columns = (*_KEYS, "settled_at", "settled_fen", "fee_fen", "commission_fen")
    return pl.concat([payouts.select(columns), late.select(columns)]).sort("shop_id", "settled_at", "order_line_id")
