"""Who keeps most: members of a dimension by what will stay of their orders, all at the age of 45 days."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from metrics.query.access import Viewer
from metrics.query.ages import MATURE_DAYS
from metrics.query.ask import Answer, ask
from metrics.query.matured import matured
from metrics.query.question import Period, Where
from metrics.reports.nobody import is_nobody
from metrics.reports.staying.headline import FEW_ORDERS

_MEASURES = {"paid_gmv": "paid_fen", "net_by_order_date": "kept_fen", "matured_net": "adds_fen"}
_BOUNDS = ("matured_low_fen", "matured_high_fen")
_OPEN = ("age_days_qty", "open_rate")


def ranked(
    viewer: Viewer, by: Sequence[str], period: Period | None = None, where: Where | None = None
) -> tuple[pl.DataFrame, Answer]:
    """Per member of ``by`` the answer's ``paid_fen``, ``kept_fen`` (so far) and ``matured_fen`` (what will
    stay), with bounds, age and open part as ``matured`` gives them, and ``orders``; and the answer.

    A member of fewer than ``FEW_ORDERS`` orders that may still come back has no estimate of its own (null):
    ``adds_fen`` is what it adds to that of a whole. An order of several goods is counted with the first.

    The most that will stay first. Without an estimate a member comes later, by what was paid: money that may
    still come back ranks nobody. What tells no member (``is_nobody``) is last. Raises as ``ask`` does.
    """
    names = list(by)
    answer = ask(viewer, list(_MEASURES), by=names, where=where, period=period)
    sold = ask(viewer, ["paid_orders"], by=names, where=where, period=period).rows
    told = matured(viewer, by=names, where=where, period=period).select(*names, *_BOUNDS, *_OPEN)
    rows = answer.rows.rename(_MEASURES)
    for frame in (told, sold.rename({"paid_orders": "orders"})):
        rows = rows.join(frame, on=names, how="left", validate="1:1")
    is_told = pl.col("adds_fen").is_not_null() & pl.col("age_days_qty").is_not_null() & ~is_few()
    rows = rows.with_columns(
        pl.when(is_told).then("adds_fen").alias("matured_fen"),
        *(pl.when(is_told).then(name).alias(name) for name in (*_BOUNDS, "open_rate")),
    )
    order = ["matured_fen", "paid_fen", *names]
    down = [False, True, True, *([False] * len(names))]
    return rows.sort(is_nobody(names), *order, descending=down, nulls_last=True), answer


def is_few() -> pl.Expr:
    """Of rows with ``orders`` and ``age_days_qty``: whether they are too few orders to say what will stay of
    what may still come back.
    """
    is_open = pl.col("age_days_qty").fill_null(0) <= MATURE_DAYS
    return (pl.col("orders") < FEW_ORDERS).fill_null(value=False) & is_open
