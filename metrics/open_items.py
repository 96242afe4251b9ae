"""What stands open between orders, bills and accounts, as one merchant may see it: each item with its age and the next step, and what closes each statement."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.codes import OPEN_REASON, OPEN_STEP
from metrics.access import Desk, Viewer, open_desk, require
from metrics.question import Question
from metrics.released import AsOf
from transforms.gold import dim_observed, mart_open_item, mart_shop_channel_daily, mart_statement_monthly

_SHOP = ", ".join(SHOP)
#: Which shops, of those a question is about: other dimensions tell nothing of a shop that has no row.
_OF_SHOPS = {"shop": "shop_id", "platform": "platform_code"}


def open_items(viewer: Viewer, *, as_of: AsOf = None) -> pl.DataFrame:
    """Rows of ``mart_open_item`` of the viewer's merchant, largest first, with ``age_days`` (null without a date) and reason and next step in words.

    The age runs from ``open_since_date`` to the shop's newest observation, not to today. Nothing for a viewer who reads for no one merchant.
    Raises ``NotFoundError`` as ``open_desk`` does.
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
    """Rows of ``mart_statement_monthly`` of the viewer's merchant: total = matched + explained + open, newest month first."""
    desk = _desk(viewer, as_of)
    table = mart_statement_monthly.TABLE
    return table.empty() if desk is None else desk.sql(f"SELECT * FROM {table.full_name} ORDER BY business_month DESC, {_SHOP}, ledger_code")  # noqa: S608


#: Clocks whose rows are there without being told by anything → which of them are.
_GIVEN = dict.fromkeys(("advertised", "advertised_matured"), "spent_fen > 0")


def shops_without(desk: Desk, question: Question, clock: str) -> int:
    """How many of the shops a question on ``clock`` is about sell, but never gave what it is told by: a bill, an account flow, or what advertising took."""
    source = question.sources[clock]
    conditions, values = _of_shops(question)
    found = desk.sql(
        f"""
        SELECT count(DISTINCT shop_id) FROM {mart_shop_channel_daily.TABLE.full_name}
        ANTI JOIN (SELECT {_SHOP} FROM {source.relation} WHERE {_GIVEN.get(clock, source.rows[clock])}) AS told USING ({_SHOP})
        WHERE {conditions}""",  # noqa: S608
        values,
    )
    return int(found.item())


def shops_without_refunds(desk: Desk, question: Question) -> int:
    """How many of the shops a question is about sell, and never told that any money went back: more likely nobody gave what tells it."""
    conditions, values = _of_shops(question)
    found = desk.sql(
        f"""
        SELECT count(*) FROM (
            SELECT shop_id FROM {mart_shop_channel_daily.TABLE.full_name} WHERE {conditions}
            GROUP BY ALL HAVING sum(paid_fen) > 0 AND sum(cohort_refund_fen) = 0 AND sum(dated_refund_fen) = 0)""",  # noqa: S608
        values,
    )
    return int(found.item())


def _of_shops(question: Question) -> tuple[str, list[object]]:
    wanted = {column: question.where[name] for name, column in _OF_SHOPS.items() if name in question.where}
    conditions = [f"{column} IN ({', '.join('?' * len(values))})" if values else "false" for column, values in wanted.items()]
    return " AND ".join(conditions) or "true", [value for values in wanted.values() for value in values]


def _desk(viewer: Viewer, as_of: AsOf) -> Desk | None:
    require(viewer)
    return open_desk(viewer, as_of) if viewer.merchant_id else None


def _words() -> dict[str, pl.Expr]:
    reason = pl.col("open_reason_code")
    lists = {"reason": OPEN_REASON, "step": OPEN_STEP}
    return {f"{what}_name": reason.replace_strict({code: f"{zh} / {en}" for code, (zh, en) in told.labels.items()}, default=None, return_dtype=pl.String)
            for what, told in lists.items()}  # fmt: skip
