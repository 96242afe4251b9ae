"""What stays, compared at one age: the part of paid value still kept when orders were a week, a fortnight or
a month old (metric dictionary 2.4.1).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from contracts.errors import UsageError
from metrics.query.access import Viewer, open_desk, require
from metrics.query.released import AsOf
from metrics.reports.nobody import is_nobody
from transforms.gold.orders import dim_observed
from transforms.gold.sales.mart_kept_age_daily import BY_AGE, TABLE

#: Ages in days at which orders are compared.
AGES = tuple(BY_AGE)
_DIMENSIONS = {
    "shop": "shop_id",
    "platform": "platform_code",
    "channel": "channel_code",
    "style": "style_code",
    "week": "strftime(business_date, '%G-W%V')",
    "month": "strftime(business_date, '%Y-%m')",
}
#: As in the triangle: more money gone at an unknown date than this, and what was kept at any age is unknown.
_UNDATED_TOLERATED = 0.01
# the day of the newest observation is not over: what is known whole ends the day before
_QUERY = """
    SELECT {groups} sum(paid_fen)::BIGINT AS paid_fen,
        sum(paid_fen - {back} - cohort_refund_undated_fen)::BIGINT AS kept_fen,
        sum(paid_fen - cohort_refund_fen)::BIGINT AS kept_now_fen,
            sum(cohort_refund_undated_fen)::BIGINT AS undated_fen,
        count(DISTINCT business_date)::BIGINT AS days_qty, max(business_date) AS newest_date
    FROM {mart} JOIN {observed} USING (merchant_id, shop_id, platform_code)
    WHERE date_diff('day', business_date, {until}) - 1 BETWEEN ? AND ? GROUP BY ALL"""


def kept_at_age(
    viewer: Viewer, age: int, *, by: Sequence[str] = (), days: int = 60, as_of: AsOf = None
) -> pl.DataFrame:
    """Per group of ``by`` (shop, platform, channel, style, week, month), best first: what its orders had kept
    at ``age`` days (one of ``AGES``).

    Only the newest ``days`` payment days that have lived to that age take part, each looked at as it stood
    then, so that no group seems better for being younger. ``paid_fen``, ``kept_fen`` and ``kept_rate`` at
    that age (null where more than 1 % of paid value went back at a date nobody told), ``kept_now_fen`` so
    far, ``undated_fen``, ``days_qty``, ``newest_date``. Ties go to the larger paid value; what
    tells no group (``is_nobody``) is last. Nothing for a viewer without a merchant.

    Raises ``UsageError`` for another age or dimension, ``NotFoundError`` as ``open_desk`` does.
    """
    require(viewer)
    if age not in AGES:
        raise UsageError(
            "NO_SUCH_AGE",
            "没有这个账龄",
            "no such age",
            step_zh="可用账龄见 known",
            step_en="see known",
            asked=age,
            known=list(AGES),
        )
    names = list(dict.fromkeys(by))
    if unknown := [name for name in names if name not in _DIMENSIONS]:
        known = [*_DIMENSIONS]
        raise UsageError(
            "UNKNOWN_DIMENSION",
            "没有这个维度",
            "no such dimension",
            step_zh="可用维度见 known",
            step_en="see known",
            asked=unknown,
            known=known,
        )
    groups = "".join(f'{_DIMENSIONS[name]} AS "{name}", ' for name in names)
    query = _QUERY.format(
        groups=groups,
        back=BY_AGE[age],
        mart=TABLE.full_name,
        observed=dim_observed.TABLE.full_name,
        until=dim_observed.RETURNS_UNTIL,
    )
    desk = open_desk(viewer, as_of)
    if viewer.merchant_id is None:
        return pl.DataFrame(
            schema={
                **dict.fromkeys(names, pl.String),
                "paid_fen": pl.Int64,
                "kept_fen": pl.Int64,
                "kept_rate": pl.Float64,
            }
        )
    rows = desk.sql(query, [age, age + days - 1]).filter(pl.col("paid_fen") > 0)
    is_told = pl.col("undated_fen") <= _UNDATED_TOLERATED * pl.col("paid_fen")
    told = rows.with_columns(pl.when(is_told).then("kept_fen").alias("kept_fen"))
    rated = told.with_columns(kept_rate=pl.col("kept_fen") / pl.col("paid_fen"))
    order = ["kept_rate", "paid_fen", *names]
    down = [False, True, True, *([False] * len(names))]
    return rated.sort(is_nobody(names), *order, descending=down, nulls_last=True)
