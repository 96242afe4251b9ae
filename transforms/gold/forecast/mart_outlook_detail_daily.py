"""What is still to go back of the days that are open, by everything an order line tells of itself: shares of
mart_outlook_daily.

A line is expected to come back as its cohort does, so a cohort's refunds to come, its chance and its doubt
are shared among its lines by what each still keeps. What a style does otherwise than its category and price
band is not seen (decision 0022).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.forecast import mart_outlook_daily
from transforms.gold.forecast.projection import PROJECTION
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.grain import LINE
from transforms.gold.sales.mart_order_detail_daily import DETAIL, detailed
from transforms.maturity.cohorts import COHORT
from transforms.maturity.triangle import HORIZON

TABLE = Table(
    "gold",
    "mart_outlook_detail_daily",
    "成熟净成交明细日表",
    "matured net × cuts × day",
    "ESTIMATES. Lines of one shop × open payment day (up to 45 days old, and with an estimate) alike in "
    "style, SKU, size, colour, province, creator, session, "
    "hour of payment and channel: their part of what mart_outlook_daily expects to go back of the day, and "
    "of its chance and doubt. Cells add up to the day "
    "exactly; a cell expected to lose nothing has no row. What a cell keeps now: mart_order_detail_daily.",
    key=(*SHOP, *DETAIL, "channel_code", "business_date"),
    required=("to_return_fen", "matured_noise_number", "matured_doubt_fen"),
)

_KEY = list(TABLE.key)
_DAY = [*SHOP, "channel_code", "business_date"]
#: Measure → what a cohort has of it, shared by what its lines keep.
_OF_COHORT = {
    "to_return_fen": (pl.col("kept_fen") - pl.col("matured_fen")).clip(lower_bound=0),
    "matured_noise_number": pl.col("noise2"),
    "matured_doubt_fen": pl.col("doubt_fen"),
}


def build(lines: pl.DataFrame, projected: pl.DataFrame, outlook: pl.DataFrame) -> pl.DataFrame:
    """The mart's rows for the days of ``outlook`` (mart_outlook_daily) that are open and have an estimate.

    ``lines``: paid lines with ``COHORT``, ``DETAIL`` (none null), ``paid_fen`` and ``cohort_refund_fen``;
    ``projected``: what ``transforms.maturity.outlook.project`` says of their cohorts.
    """
    days = outlook.filter(pl.col("maturity_level_code") != "mature",
        pl.col("matured_fen").is_not_null()).select(
        *_DAY, _to_return_fen=pl.col("kept_fen") - pl.col("matured_fen"),
        _matured_noise_number="matured_noise_number", _matured_doubt_fen="matured_doubt_fen"
    )  # fmt: skip
    cells = _weighed(lines, projected).join(days, on=_DAY, how="inner", validate="m:1").sort(_KEY)
    shared = cells.with_columns(_share(name).alias(name) for name in _OF_COHORT)
    return TABLE.shape(shared.filter(pl.any_horizontal(pl.col(name) != 0 for name in _OF_COHORT)))


def _weighed(lines: pl.DataFrame, projected: pl.DataFrame) -> pl.DataFrame:
    """Per cell what it keeps (``_keeps``) and, per measure, its part of what its cohorts have, summed in the
    order of the keys.
    """
    keeps = (pl.col("paid_fen") - pl.col("cohort_refund_fen")).clip(lower_bound=0)
    parts = (
        lines.with_columns(_keeps=keeps)
        .group_by([*COHORT, *DETAIL])
        .agg(pl.col("_keeps").sum())
        .filter(pl.col("_keeps") > 0)
    )
    parts = parts.with_columns(_part=pl.col("_keeps") / pl.col("_keeps").sum().over(COHORT))
    told = projected.select(*COHORT, *(value.alias(name) for name, value in _OF_COHORT.items()))
    parts = parts.join(told, on=COHORT, how="inner", validate="m:1").rename({"paid_date": "business_date"})
    apart = [name for name in parts.columns if name not in ("_keeps", "_part", *_OF_COHORT)]
    return (
        parts.sort(apart)
        .group_by(_KEY, maintain_order=True)
        .agg(pl.col("_keeps").sum(), *((pl.col(name) * pl.col("_part")).sum() for name in _OF_COHORT))
    )


def _share(name: str) -> pl.Expr:
    """The cell's part of its day's whole number, sums rounded and not parts, so that the parts add up.

    Where no cohort has any, by what is kept.
    """
    weight = pl.when(pl.col(name).sum().over(_DAY) > 0).then(pl.col(name)).otherwise(pl.col("_keeps"))
    until = weight.cum_sum().over(_DAY)
    whole = (pl.col(f"_{name}") * (until / until.last().over(_DAY)) + 0.5).floor().cast(pl.Int64)
    return whole - whole.shift(1).over(_DAY).fill_null(0)


#: What the cuts of a line are known from.
_CUTS = [*(name for name in DETAIL if name != "paid_hour_code"), "paid_at"]


def _made(of: Slices) -> pl.DataFrame:
    lines, cohorts, _ = of.view(PROJECTION)
    return build(_open_lines(of, lines), cohorts, of.read(mart_outlook_daily.TABLE))


def _open_lines(of: Slices, lines: pl.DataFrame) -> pl.DataFrame:
    """The lines whose refunds may still come, with everything they say of themselves."""
    young = lines.filter(pl.col("known_date") - pl.col("paid_date") < dt.timedelta(days=HORIZON))
    days = young.select(*SHOP, "paid_date").unique()
    cuts = detailed(of.read(fct_order_line.TABLE, keys=days, columns=[*LINE, *_CUTS]))
    mine = young.select(*LINE, *COHORT[len(SHOP) :], "paid_fen", "cohort_refund_fen")
    return mine.join(cuts, on=LINE, how="inner", validate="1:1")


ASSET = Derived(
    TABLE,
    _made,
    reads=(PROJECTION, fct_order_line.TABLE, mart_outlook_daily.TABLE),
    stored_by=(*SHOP, "business_date"),
)
