"""Advertising as it is told, by reports and by the merchant, and of each day's tellings the one that counts
(contracts/ad_families.py, decision 0020).
"""

from __future__ import annotations

import polars as pl

from contracts.ad_families import AD_FAMILIES, ENTERED
from contracts.canonical import AD_SPEND, SHOP
from contracts.tables import Table
from transforms.costing import Costs, spread_lumps
from transforms.derived import Derived, Slices
from transforms.silver.states import current

TABLE = Table(
    "gold",
    "fct_ad_spend",
    "推广消耗事实",
    "advertising facts",
    "One day of one plan, product or material of one report as last told, or one day's part of what the "
    "merchant entered (``ad_entry_id`` = ``cost:`` and the "
    "entry's number); in CNY. Of a shop's day ``counted`` marks what is added up: what was entered, else one "
    "report of each pot of money.",
    key=(*SHOP, "ad_entry_id", "business_date"),
    required=(
        "ad_family_code",
        "spent_fen",
        "spent_cash_fen",
        "spent_grant_fen",
        "ad_untold_fen",
        "ad_use_code",
    ),
    optional=("creator_id", "live_session_id", "reported_gmv_fen"),
)

DAY = [*SHOP, "business_date"]
_CASH, _GRANT = pl.col("spent_cash_fen"), pl.col("spent_grant_fen")
#: What may be entered → its measure.
KINDS = {"ad_cash": "spent_cash_fen", "ad_grant": "spent_grant_fen"}


def build(spend: pl.DataFrame, costs: Costs, shops: pl.DataFrame) -> pl.DataFrame:
    """``spend`` is the current state of silver's ad_spend; ``shops`` have columns ``SHOP``.

    Foreign money is left out: no rate is told for its day.
    """
    here = spend.filter(pl.col("currency_code").fill_null("CNY") == "CNY")
    is_silent = _CASH.is_null() & _GRANT.is_null()
    told = here.with_columns(
        _CASH.fill_null(0),
        _GRANT.fill_null(0),
        business_date="ad_date",
        ad_untold_fen=pl.when(is_silent).then("spent_fen").otherwise(0),
    )
    rows = pl.concat([told, _entered(costs, shops)], how="diagonal")
    return TABLE.shape(_with_use(rows).sort(TABLE.key))


def _entered(costs: Costs, shops: pl.DataFrame) -> pl.DataFrame:
    parts = spread_lumps(costs.others.filter(pl.col("cost_kind_code").is_in(list(KINDS))))
    amounts = (
        pl.when(pl.col("cost_kind_code") == kind).then("part_fen").otherwise(0).alias(name)
        for kind, name in KINDS.items()
    )
    return parts.join(shops.select(SHOP), on=["merchant_id", "shop_id"], how="inner", validate="m:1").select(
        *DAY, "creator_id", "live_session_id", *amounts,
        ad_entry_id=pl.lit("cost:") + pl.col("event_number").cast(pl.String),
        ad_family_code=pl.lit(ENTERED),
        spent_fen="part_fen",
        ad_untold_fen=pl.lit(0, pl.Int64),
    )  # fmt: skip


def _with_use(rows: pl.DataFrame) -> pl.DataFrame:
    """Of a day's families of one pot the first by rank, then by name, counts; none beside what was
    entered.
    """
    days = rows.select(*DAY, "ad_family_code").unique()  # how many rows tell a family is no matter
    head = pl.col("ad_family_code").str.split(":").list.first()
    whole = {code: family for code, family in AD_FAMILIES.items() if family.rank is not None}
    named = days.with_columns(
        _pot=head.replace_strict(
            {code: family.pot for code, family in whole.items()}, default=None, return_dtype=pl.String
        ),
        _rank=head.replace_strict(
            {code: family.rank for code, family in whole.items()}, default=None, return_dtype=pl.Int64
        ),
        _is_own=(pl.col("ad_family_code") == ENTERED).any().over(DAY),
    ).sort("_rank", "ad_family_code")
    use = (
        pl.when(pl.col("_pot").is_null()).then(pl.lit("partial"))
        .when(pl.int_range(pl.len()).over(*DAY, "_pot") > 0).then(pl.lit("again"))
        .when(pl.col("_is_own") & (pl.col("ad_family_code") != ENTERED)).then(pl.lit("entered"))
        .otherwise(pl.lit("counted"))
    )  # fmt: skip
    used = named.select(*DAY, "ad_family_code", ad_use_code=use)
    return rows.join(used, on=[*DAY, "ad_family_code"], how="left", validate="m:1")


def _made(of: Slices) -> pl.DataFrame:
    costs = Costs(of.read("ops.unit_cost"), of.read("ops.fixed_cost"))
    return build(current(AD_SPEND, of.read(AD_SPEND)), costs, of.read("ops.shop"))


ASSET = Derived(
    TABLE,
    _made,
    reads=(AD_SPEND, "ops.fixed_cost", "ops.shop"),
    beside=("ops.unit_cost",),
    stored_by=tuple(DAY),
)
