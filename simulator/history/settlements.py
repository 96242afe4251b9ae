"""Platform money: goods of finished lines are paid out 7-15 days later, less fee and commissions.

A later refund is a negative entry.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.history.ids import as_text, unique_numbers

_FEE_RATE = 0.05
_LEADER_RATE = 0.02
_KEYS = ("merchant_id", "shop_id", "platform_code", "order_id", "order_line_id")


def settlement_frame(rng: np.random.Generator, lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """One row per payout (``sale``) or take-back (``refund_after``, which names its ``refund_id``).

    ``settled_fen = base_fen - fee_fen - commission_fen - leader_fen``, the costs positive; a take-back has
    base = settled, negative, and no costs. A line closed by refund before its payout has no row. Commission
    is for creators' sales, 20 % ± 6, and a third of these pay a team leader 2 %.
    """
    wait = pl.Series(rng.integers(7 * 86_400, 15 * 86_400, lines.height) * 1_000_000).cast(pl.Duration("us"))
    rate = np.clip(rng.normal(0.20, 0.06, lines.height), 0.02, 0.45)
    led = pl.Series(rng.random(lines.height) < 1 / 3)
    finished = lines.with_columns(
        settled_at=pl.col("finished_at") + wait, rate=pl.Series(rate), is_led=led
    ).filter(pl.col("finished_at").is_not_null() & (pl.col("paid_fen") > 0))
    done = refunds.filter(pl.col("refunded_at").is_not_null()).select(
        "order_line_id", "refund_id", "refund_fen", "refunded_at"
    )
    joined = finished.select("order_line_id", "settled_at").join(
        done, on="order_line_id", maintain_order="left"
    )
    early = (
        joined.filter(pl.col("refunded_at") <= pl.col("settled_at"))
        .group_by("order_line_id")
        .agg(pl.col("refund_fen").sum())
    )
    base = (
        pl.col("paid_fen")
        + pl.col("discount_platform_fen")
        + pl.col("discount_creator_fen")
        - pl.col("refund_fen").fill_null(0)
    )
    by_creator = pl.col("seller_code") == "creator"
    payouts = (
        finished.join(early, on="order_line_id", how="left", maintain_order="left")
        .with_columns(base=base)
        .filter(pl.col("base") > 0)
        .filter(pl.col("closed_at").is_null() | (pl.col("closed_at") > pl.col("settled_at")))
        .with_columns(
            fee_fen=(pl.col("base") * _FEE_RATE).round().cast(pl.Int64),
            commission_fen=pl.when(by_creator)
            .then((pl.col("base") * pl.col("rate")).round().cast(pl.Int64))
            .otherwise(0),
            leader_fen=pl.when(by_creator & pl.col("is_led"))
            .then((pl.col("base") * _LEADER_RATE).round().cast(pl.Int64))
            .otherwise(0),
        )
        .with_columns(
            base_fen="base",
            settled_fen=pl.col("base") - pl.col("fee_fen") - pl.col("commission_fen") - pl.col("leader_fen"),
            settlement_type_code=pl.lit("sale"),
            refund_id=pl.lit(None, pl.String),
        )
    )
    nothing = pl.lit(0, pl.Int64)
    late = (
        joined.filter(pl.col("refunded_at") > pl.col("settled_at"))
        .select("order_line_id", "refund_id", "refund_fen", settled_at="refunded_at")
        .join(lines.select(_KEYS), on="order_line_id", maintain_order="left")
        .with_columns(
            base_fen=-pl.col("refund_fen"),
            settled_fen=-pl.col("refund_fen"),
            fee_fen=nothing,
            commission_fen=nothing,
            leader_fen=nothing,
        )
        .with_columns(settlement_type_code=pl.lit("refund_after"))
    )
    columns = (
        *_KEYS, "refund_id", "settlement_type_code", "settled_at", "base_fen", "settled_fen", "fee_fen",
        "commission_fen", "leader_fen",
    )  # fmt: skip
    whole = pl.concat([payouts.select(columns), late.select(columns)]).sort(
        "shop_id", "settled_at", "order_line_id", "refund_id"
    )
    return whole.with_columns(
        settlement_ref=as_text(
            unique_numbers(rng, whole.height, 5_100_000_000_000_000, 5_999_999_999_999_999)
        )
    )
