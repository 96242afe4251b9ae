"""What became of a line: who bore its discount, whether its goods left, how many came back, and what of the
whole order is left.
"""

from __future__ import annotations

import polars as pl

from transforms.costing import add_units
from transforms.gold.orders.grain import LINE, ORDER

#: A status that says of itself whether the goods have left.
_LEFT, _WAITS = ("shipped", "finished"), ("unpaid", "paid", "closed_unpaid")


def add_outcome(lines: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """``lines`` with ``is_shipped, sent_qty, back_qty, is_order_refunded, is_order_kept``.

    ``lines`` are whole orders with their refund totals, ``matched`` their after-sales (``refund_match``).
    What is refunded beyond these counts, as in ``fct_refund_line``, as a refund of untold kind.
    """
    money = ["refund_fen", "refund_type_code", "refund_stage_code"]
    beyond = lines.select(
        *LINE, refund_fen=pl.col("cohort_refund_fen") - pl.col("itemised"), refund_type_code=pl.lit("unknown")
    )
    beyond = beyond.filter(pl.col("refund_fen") > 0).with_columns(refund_stage_code=pl.lit("unknown"))
    rows = add_units(lines, pl.concat([matched.select(*LINE, *money), beyond]))
    keeps = (
        (pl.col("sent_qty") > pl.col("back_qty")).fill_null(False)
        & ~pl.col("is_gift")
        & pl.col("paid_date").is_not_null()
    )
    return rows.with_columns(
        is_shipped=_is_shipped(),
        is_order_refunded=(pl.col("cohort_refund_fen") > 0).any().over(ORDER),
        is_order_kept=keeps.any().over(ORDER),
    )


def subsidy() -> pl.Expr:
    """What others bear of a line's price.

    A creator's part is told beside the platform's or not at all; the order's rest was not discounted again.
    """
    told = pl.col("discount_platform_fen") + pl.col("discount_creator_fen").fill_null(0)
    is_rest = pl.col("is_order_level") & (pl.col("order_line_id") != pl.col("order_id"))
    return pl.when(is_rest).then(pl.when(told.is_not_null().any().over(ORDER)).then(0)).otherwise(told)


def doubtful(lines: pl.DataFrame) -> pl.Expr:
    """What stands on a line that the newest file of its order leaves out; null on all others."""
    worth = pl.max_horizontal("paid_fen", pl.col("placed_fen").fill_null(0))
    return pl.when("is_doubtful").then(worth) if "is_doubtful" in lines.columns else pl.lit(None, pl.Int64)


def _is_shipped() -> pl.Expr:
    """A shipment of the order is no shipment of a line that was refunded whole before it.

    A refund after shipment proves one.
    """
    status = pl.col("order_status_code")
    never = (pl.col("refund_before_fen") >= pl.col("paid_fen")) & (pl.col("refund_before_fen") > 0)
    left = (
        pl.col("shipped_at").is_not_null()
        | pl.col("finished_at").is_not_null()
        | status.is_in(_LEFT)
        | (pl.col("refund_after_fen") > 0)
    )
    waits = pl.col("is_shipment_told").fill_null(False) | status.is_in(_WAITS)
    return pl.when(never).then(pl.lit(False)).when(left).then(pl.lit(True)).when(waits).then(pl.lit(False))
