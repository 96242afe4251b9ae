"""Which day's orders each day's refunds came from: what the two clocks of kept money differ by."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table

TABLE = Table(
    "gold",
    "mart_refund_flow_daily",
    "退款流向日表",
    "refund flow: paid day × refund day",
    "Dated refunds of one shop × channel, by the day their orders were paid and the day the money went back. Refunds without a date are not in it: they stand "
    "as cohort_refund_undated_fen in mart_shop_channel_daily.",
    key=(*SHOP, "channel_code", "paid_date", "refund_date"),
    required=("dated_refund_fen",),
)

_KEY = list(TABLE.key)


def build(refunds: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the refund days found in ``refunds`` (refund facts); the caller passes whole days."""
    dated = refunds.filter(pl.col("refund_date").is_not_null())
    return TABLE.shape(dated.group_by(_KEY).agg(dated_refund_fen=pl.col("refund_fen").sum()))
