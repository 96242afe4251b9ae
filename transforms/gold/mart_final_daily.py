"""What stayed of finished orders, by the day they were paid and finished: past the return window it is final (M08)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import fct_order_line

#: Stands for a finish that is not dated, or not yet: such lines are in no window.
UNDATED = dt.date(1970, 1, 1)

TABLE = Table(
    "gold",
    "mart_final_daily",
    "完成留存日表",
    "kept of finished orders × day",
    "Paid lines of one shop × style × channel, by the day they were paid (``business_date``) and their order was finished: what is kept of them to "
    "date. On 1970-01-01 stand lines said to be finished, but not when (finish_untold_fen), and lines not finished (unfinished_kept_fen). Which days are past "
    "the return window: dim_observed.",
    key=(*SHOP, "style_code", "channel_code", "business_date", "finished_date"),
    required=("finished_kept_fen", "finish_untold_fen", "unfinished_kept_fen"),
    optional=(COUNT,),
)


def finished(lines: pl.DataFrame, key: Sequence[str] = TABLE.key) -> pl.DataFrame:
    """What each paid line adds: its id, the columns ``key`` and the mart's measures."""
    dated = pl.col("finished_at").is_not_null()
    is_done = pl.col("order_status_code") == "finished"
    kept = pl.col("paid_fen") - pl.col("cohort_refund_fen")
    rows = lines.filter(pl.col("paid_date").is_not_null()).with_columns(
        style_code=pl.col("style_code").fill_null("untold"),
        business_date="paid_date",
        finished_date=pl.col("finished_at").dt.date().fill_null(UNDATED),
        finished_kept_fen=pl.when(dated).then(kept).otherwise(0),
        finish_untold_fen=pl.when(~dated & is_done).then(kept).otherwise(0),
        unfinished_kept_fen=pl.when(~dated & ~is_done).then(kept).otherwise(0),
    )
    return rows.select("order_line_id", *key, *TABLE.required)


ASSET = Additive(TABLE, (From(fct_order_line.TABLE, "paid_date", finished),))
