"""Who keeps most: members of a dimension by what will stay of their orders, all at the age of 45 days."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from metrics.query.access import Viewer
from metrics.query.ask import Answer, ask
from metrics.query.matured import matured
from metrics.query.question import Period

_MEASURES = {"paid_gmv": "paid_fen", "net_by_order_date": "kept_fen", "matured_net": "matured_fen"}
_BOUNDS = ("matured_low_fen", "matured_high_fen", "age_days_qty", "open_rate")


def ranked(viewer: Viewer, by: Sequence[str], period: Period) -> tuple[pl.DataFrame, Answer]:
    """Per member of ``by`` the answer's ``paid_fen``, ``kept_fen`` (so far) and ``matured_fen`` (what will
    stay), with bounds, age and open part as ``matured`` gives them; and the answer.

    The most that will stay first. Without an estimate (null) a member comes last, by what was paid: money
    that may still come back ranks nobody. Raises as ``ask`` does.
    """
    answer = ask(viewer, list(_MEASURES), by=by, period=period)
    told = matured(viewer, by=by, period=period).select(*by, *_BOUNDS)
    rows = answer.rows.rename(_MEASURES).join(told, on=list(by), how="left", validate="1:1")
    is_told = pl.col("matured_fen").is_not_null() & pl.col("age_days_qty").is_not_null()
    rows = rows.with_columns(
        pl.when(is_told).then(pl.col(name)).alias(name) for name in ("matured_fen", *_BOUNDS[:2])
    )
    order = ["matured_fen", "paid_fen", *by]
    return rows.sort(order, descending=[True, True, *([False] * len(by))], nulls_last=True), answer
