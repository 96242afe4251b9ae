"""What an estimate of net is made of: what each paid line keeps now, and one row per day and channel for what
is still expected to go back.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from contracts.canonical import SHOP
from metrics.query.facts import Facts
from transforms.gold.advertising import fct_ad_spend
from transforms.gold.forecast import mart_outlook_daily, mart_outlook_detail_daily
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.grain import LINE
from transforms.gold.sales.mart_order_detail_daily import DETAIL, detailed

#: What the rows are called among facts (``lineage.EVIDENCE_KINDS``).
ESTIMATE, SO_FAR, SPENT = "estimate", "so_far", "spent"
_DAY = [*SHOP, "business_date"]
_CHANNEL_DAY = [*SHOP, "channel_code", "business_date"]


def matured(facts: Facts) -> list[pl.DataFrame]:
    """Rows of mart_outlook_daily taken apart."""
    said = facts(mart_outlook_daily.TABLE, "business_date")
    return [_kept(facts(fct_order_line.TABLE, "paid_date"), said), _ahead(said)]


def matured_by_cut(facts: Facts) -> list[pl.DataFrame]:
    """The same with everything a line tells of itself.

    What is still expected to go back stands by cell (mart_outlook_detail_daily).
    """
    lines = detailed(facts(fct_order_line.TABLE, "paid_date"))
    cells = facts(mart_outlook_detail_daily.TABLE, "business_date").filter(pl.col("to_return_fen") != 0)
    ahead = cells.select(
        *mart_outlook_detail_daily.TABLE.key,
        "to_return_fen",
        matured_fen=-pl.col("to_return_fen"),
        evidence_code=pl.lit(ESTIMATE),
    )
    return [_kept(lines, facts(mart_outlook_daily.TABLE, "business_date"), DETAIL), ahead]


def _kept(lines: pl.DataFrame, said: pl.DataFrame, told_of: Sequence[str] = ()) -> pl.DataFrame:
    """What each line of the days ``said`` (rows of mart_outlook_daily) keeps now, with the further columns
    ``told_of``.

    Of a day without an estimate its paid value stands as ``matured_untold_fen``.
    """
    told = said.select(*_CHANNEL_DAY, _is_told=pl.col("matured_fen").is_not_null())
    paid = lines.with_columns(business_date="paid_date").join(
        told, on=_CHANNEL_DAY, how="inner", validate="m:1"
    )
    return paid.select(
        *LINE, "order_id", "channel_code", "business_date", *told_of, "paid_fen",
        evidence_code=pl.lit(SO_FAR),
        matured_fen=pl.when("_is_told").then(pl.col("paid_fen") - pl.col("cohort_refund_fen")).otherwise(0),
        matured_untold_fen=pl.when("_is_told").then(0).otherwise("paid_fen"),
    )  # fmt: skip


def _ahead(said: pl.DataFrame) -> pl.DataFrame:
    """Of each day the rest that makes its estimate: what is told is never rounded away."""
    rest = said.select(
        *_CHANNEL_DAY,
        to_return_fen=pl.col("kept_fen") - pl.col("matured_fen"),
        matured_fen=pl.col("matured_fen") - pl.col("kept_fen"),
        evidence_code=pl.lit(ESTIMATE),
    )
    return rest.filter(pl.col("matured_fen") != 0)


def advertised(facts: Facts) -> list[pl.DataFrame]:
    """The estimated measures of mart_promotion_daily taken apart: what counts as spent, and the estimate of
    the same shops and days where it is whole.
    """
    spent = facts(fct_ad_spend.TABLE, "business_date").filter(ad_use_code="counted")
    said = facts(mart_outlook_daily.TABLE, "business_date").join(spent, on=_DAY, how="semi")
    silent = said.filter(pl.col("matured_fen").is_null()).select(_DAY).unique()
    spent = spent.join(
        silent.with_columns(_is_silent=pl.lit(True)), on=_DAY, how="left", validate="m:1"
    ).with_columns(pl.col("_is_silent").fill_null(False))
    of_spend = spent.select(
        "ad_entry_id", *_DAY,
        channel_code=pl.lit("unknown"),
        evidence_code=pl.lit(SPENT),
        matured_spent_fen=pl.when("_is_silent").then(0).otherwise("spent_fen"),
        unmatured_spent_fen=pl.when("_is_silent").then("spent_fen").otherwise(0),
    )  # fmt: skip
    whole = said.join(silent, on=_DAY, how="anti")
    return [of_spend, _kept(facts(fct_order_line.TABLE, "paid_date"), whole), _ahead(whole)]
