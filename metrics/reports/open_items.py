"""What stands open between orders, bills and accounts, as one merchant may see it: each item with its age and
the next step, and what closes each statement.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.codes import OPEN_REASON, OPEN_STEP
from metrics.query.access import Desk, Viewer, open_desk, require
from metrics.query.released import AsOf
from transforms.gold.ledgers import mart_open_item, mart_statement_monthly
from transforms.gold.orders import dim_observed

_SHOP = ", ".join(SHOP)


def open_items(viewer: Viewer, *, as_of: AsOf = None) -> pl.DataFrame:
    """Rows of ``mart_open_item`` of the viewer's merchant, largest first, with ``age_days`` (null without a
    date) and reason and next step in words.

    The age runs from ``open_since_date`` to the shop's newest observation, not to today. Nothing for a viewer
    who reads for no one merchant. Raises ``NotFoundError`` as ``open_desk`` does.
    """
    desk = _desk(viewer, as_of)
    if desk is None:
        return mart_open_item.TABLE.empty().with_columns(age_days=pl.lit(None, pl.Int64), **_words())
    rows = desk.sql(f"""
        SELECT i.*, date_diff('day', open_since_date, observed_date)::BIGINT AS age_days
        FROM {mart_open_item.TABLE.full_name} AS i LEFT JOIN {dim_observed.TABLE.full_name} USING ({_SHOP})
        ORDER BY abs(open_fen) DESC, ledger_code, open_item_id""")  # noqa: S608
    return rows.with_columns(**_words())


def statements(viewer: Viewer, *, as_of: AsOf = None) -> pl.DataFrame:
    """Rows of ``mart_statement_monthly`` of the viewer's merchant: total = matched + explained + open, newest
    month first.
    """
    desk = _desk(viewer, as_of)
    table = mart_statement_monthly.TABLE
    return (
        table.empty()
        if desk is None
        else desk.sql(f"SELECT * FROM {table.full_name} ORDER BY business_month DESC, {_SHOP}, ledger_code")  # noqa: S608
    )


def _desk(viewer: Viewer, as_of: AsOf) -> Desk | None:
    require(viewer)
    return open_desk(viewer, as_of) if viewer.merchant_id else None


def _words() -> dict[str, pl.Expr]:
    reason = pl.col("open_reason_code")
    lists = {"reason": OPEN_REASON, "step": OPEN_STEP}
    return {f"{what}_name": reason.replace_strict(
            {code: f"{zh} / {en}" for code, (zh, en) in told.labels.items()}, default=None,
            return_dtype=pl.String)
            for what, told in lists.items()}  # fmt: skip
