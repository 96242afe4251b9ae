"""The association's only table: the district's channel mix, disclosure-controlled when it is built, so that
nothing else need ever be read.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.tables import Table
from transforms.derived import HOUSE, Derived, Slices
from transforms.disclosure import DisclosureRule, judge_cells
from transforms.gold.sales import mart_shop_channel_daily

TABLE = Table(
    "gold",
    "mart_district_channel_monthly",
    "全区渠道结构",
    "channel mix of the district",
    "One closed month × platform × channel. Shares are of the released cells of that month, so that no "
    "hidden cell can be found by subtraction; "
    "hidden cells carry no figure. A cell is released only if paid value, kept value and the refunds between "
    "them each pass.",
    key=("business_month", "platform_code", "channel_code"),
    required=("is_released",),
    optional=("paid_share_rate", "kept_share_rate", "kept_rate"),
)

_CELL = list(TABLE.key)
_PAID = pl.col("paid_fen").sum()
_BACK = pl.col("cohort_refund_fen").sum()
#: Every quantity the published columns show, or let a reader compute: what was paid, what was kept, and as
#: their difference what went back.
_JUDGED = {"paid_fen": _PAID, "kept_fen": _PAID - _BACK, "back_fen": _BACK}


def build(
    daily: pl.DataFrame, owners: pl.DataFrame, rule: DisclosureRule, closed_before: str
) -> pl.DataFrame:
    """Judge and round.

    ``daily`` = mart_shop_channel_daily of all merchants; ``owners`` = merchant_id → owner_id; months before
    ``closed_before`` (YYYY-MM).
    """
    month = pl.col("business_date").dt.strftime("%Y-%m")
    rows = (
        daily.with_columns(business_month=month)
        .filter(pl.col("business_month") < closed_before)
        .join(owners, on="merchant_id", how="inner")
    )
    sums = [measure.alias(name) for name, measure in _JUDGED.items()]
    shares = rows.group_by([*_CELL, "owner_id"]).agg(sums)
    cells = rows.group_by(_CELL).agg(sums).filter(pl.col("paid_fen") > 0)
    return TABLE.shape(_rates(cells.join(_judge(shares, rule), on=_CELL, how="left")).sort(_CELL))


def _judge(shares: pl.DataFrame, rule: DisclosureRule) -> pl.DataFrame:
    """Cell → ``is_released``: safe in every judged quantity, and no owner below zero in one (the rules hold
    for sums of non-negative parts only).
    """
    verdicts = shares.group_by(_CELL).agg(
        is_released=pl.all_horizontal((pl.col(name) >= 0).all() for name in _JUDGED)
    )
    for name in _JUDGED:
        safe = judge_cells(shares, _CELL, name, rule).filter("is_released").select(*_CELL, safe=pl.lit(True))
        verdicts = (
            verdicts.join(safe, on=_CELL, how="left")
            .with_columns(is_released=pl.col("is_released") & pl.col("safe").fill_null(False))
            .drop("safe")
        )
    return verdicts


def _rates(cells: pl.DataFrame) -> pl.DataFrame:
    def share(name: str) -> pl.Expr:
        shown = pl.when("is_released").then(pl.col(name))
        return (shown / shown.sum().over("business_month")).round(2)

    return cells.with_columns(
        paid_share_rate=share("paid_fen"),
        kept_share_rate=share("kept_fen"),
        kept_rate=pl.when("is_released").then((pl.col("kept_fen") / pl.col("paid_fen")).round(2)),
    )


#: The district sees a month when its refunds have matured, so that what it once saw hardly moves: comparing
#: two releases of a month tells little.
LAG_DAYS = 45
_DAILY = ["merchant_id", "platform_code", "channel_code", "business_date", "paid_fen", "cohort_refund_fen"]


def _made(of: Slices) -> pl.DataFrame:
    daily = of.read(mart_shop_channel_daily.TABLE, columns=_DAILY)
    owners = of.read("ops.merchant", columns=["merchant_id", "owner_id"])
    closed_before = (of.choices.at - dt.timedelta(days=LAG_DAYS)).strftime("%Y-%m")
    return build(daily, owners, of.choices.rule, closed_before)


ASSET = Derived(TABLE, _made, reads=(mart_shop_channel_daily.TABLE, "ops.merchant"), by=HOUSE)
