"""Advertising set against what was sold: spend that counts, and on the same shops and days paid, refunded,
settled, earned and what will be kept.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from contracts.ad_families import AD_FAMILIES, ENTERED
from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.advertising import fct_ad_spend
from transforms.gold.forecast import mart_outlook_daily
from transforms.gold.ledgers import fct_settlement_entry
from transforms.gold.measures import total
from transforms.gold.profit import mart_profit_daily
from transforms.gold.profit.mart_profit_daily import CONTRIBUTION, signed
from transforms.gold.sales import mart_shop_channel_daily

#: What a day's spend is told by; the first four are sums of counted facts.
SPENT = (
    "spent_fen", "spent_cash_fen", "spent_grant_fen", "ad_untold_fen", "ad_entered_fen", "ad_aside_fen",
    "ad_attributed_fen", "ad_attributed_spent_fen",
    "ad_unattributed_fen", "ad_whole_fen", "ad_whole_spent_fen", "ad_not_whole_fen", "billed_spent_fen",
    "unbilled_spent_fen",
)  # fmt: skip
PROFIT = ("cost_known_fen", "cost_untold_fen", "fees_known_fen", "fees_untold_fen")
SOLD = (
    "paid_fen",
    "spend_known_fen",
    "spend_untold_fen",
    "ad_refund_fen",
    "cohort_settled_fen",
    "ad_contribution_fen",
    *PROFIT,
)
MATURED = ("matured_fen", "matured_spent_fen", "unmatured_spent_fen")

TABLE = Table(
    "gold",
    "mart_promotion_daily",
    "推广投产日表",
    "advertising against sales × day",
    "One shop × day of a merchant who tells any advertising, in CNY. Spend is added up from what counts "
    "(fct_ad_spend); paid value, refunds, settlements "
    "and contribution of a day stand here only where its spend is told, the rest is ``spend_untold_fen``. "
    "``matured_fen`` is an ESTIMATE.",
    key=(*SHOP, "business_date"),
    required=(*SPENT, *SOLD, *MATURED),
)

_KEY = list(TABLE.key)
_IDS = cs.by_name("order_line_id", "settlement_entry_id", require_all=False)


def build(
    ads: pl.DataFrame, paid: pl.DataFrame, profit: pl.DataFrame, settled: pl.DataFrame, matured: pl.DataFrame
) -> pl.DataFrame:
    """As ``contributions``, with ``matured``: columns of mart_outlook_daily.

    An estimate counts where every part of the day has one.
    """
    sums = total([*contributions(ads, paid, profit, settled), TABLE.empty()], _KEY).drop(MATURED)
    silent = pl.col("matured_fen").is_null().any()
    said = (
        matured.join(_told(ads), on=_KEY, how="semi")
        .group_by(_KEY)
        .agg(pl.col("matured_fen").sum(), _is_silent=silent)
    )
    # a day nothing was sold on will keep nothing
    rows = sums.join(said, on=_KEY, how="left", validate="1:1").with_columns(
        pl.col("_is_silent").fill_null(False)
    )
    return TABLE.shape(
        rows.with_columns(
            matured_fen=pl.when("_is_silent").then(0).otherwise(pl.col("matured_fen").fill_null(0)),
            matured_spent_fen=pl.when("_is_silent").then(0).otherwise("spent_fen"),
            unmatured_spent_fen=pl.when("_is_silent").then("spent_fen").otherwise(0),
        )
    )


def _told(ads: pl.DataFrame) -> pl.DataFrame:
    return ads.filter(ad_use_code="counted").select(_KEY).unique()


def contributions(
    ads: pl.DataFrame, paid: pl.DataFrame, profit: pl.DataFrame, settled: pl.DataFrame
) -> list[pl.DataFrame]:
    """What each fact, or sum of facts, adds to the mart: its key, its id if it has one, and some measures.

    Whole days only.

    ``ads``: fct_ad_spend. ``paid``: key, ``paid_fen, cohort_refund_fen``. ``profit``: key and measures of
    mart_profit_daily. ``settled``: key (the payment day), ``settled_fen``.
    """
    told = _told(ads)
    bought = paid.join(
        told.with_columns(_is_told=pl.lit(True)), on=_KEY, how="left", validate="m:1"
    ).with_columns(pl.col("_is_told").fill_null(False))
    bought = bought.filter(
        pl.col("_is_told") | (pl.col("paid_fen") != 0)
    )  # a day of nothing but refunds is nobody's to set against
    return [
        _spent(ads, settled.select(_KEY).unique()),
        bought.select(
            _IDS, *_KEY, "paid_fen",
            spend_known_fen=pl.when("_is_told").then("paid_fen").otherwise(0),
            spend_untold_fen=pl.when("_is_told").then(0).otherwise("paid_fen"),
            ad_refund_fen=pl.when("_is_told").then("cohort_refund_fen").otherwise(0),
        ),
        profit.join(told, on=_KEY, how="semi")
        .select(_IDS, *_KEY, *PROFIT, ad_contribution_fen=pl.sql_expr(signed(CONTRIBUTION))),
        settled.join(told, on=_KEY, how="semi").select(_IDS, *_KEY, cohort_settled_fen="settled_fen"),
    ]  # fmt: skip


def _spent(ads: pl.DataFrame, billed: pl.DataFrame) -> pl.DataFrame:
    head, spent = pl.col("ad_family_code").str.split(":").list.first(), pl.col("spent_fen")
    basis = head.replace_strict(
        {code: family.gmv for code, family in AD_FAMILIES.items()}, default="", return_dtype=pl.String
    )
    rows = ads.join(
        billed.with_columns(_is_billed=pl.lit(True)), on=_KEY, how="left", validate="m:1"
    ).with_columns(
        _basis=pl.when(pl.col("reported_gmv_fen").is_not_null()).then(basis).otherwise(pl.lit("")),
        _is_billed=pl.col("_is_billed").fill_null(False),
    )
    attributed, whole = pl.col("_basis") == "attributed", pl.col("_basis") == "whole"
    measures = {
        **{name: pl.col(name) for name in SPENT[:4]},
        "ad_entered_fen": pl.when(pl.col("ad_family_code") == ENTERED).then(spent).otherwise(0),
        "ad_attributed_fen": pl.when(attributed).then("reported_gmv_fen").otherwise(0),
        "ad_attributed_spent_fen": pl.when(attributed).then(spent).otherwise(0),
        "ad_unattributed_fen": pl.when(attributed).then(0).otherwise(spent),
        "ad_whole_fen": pl.when(whole).then("reported_gmv_fen").otherwise(0),
        "ad_whole_spent_fen": pl.when(whole).then(spent).otherwise(0),
        "ad_not_whole_fen": pl.when(whole).then(0).otherwise(spent),
        "billed_spent_fen": pl.when("_is_billed").then(spent).otherwise(0),
        "unbilled_spent_fen": pl.when("_is_billed").then(0).otherwise(spent),
    }
    counted, aside = pl.col("ad_use_code") == "counted", pl.col("ad_use_code") == "entered"
    told = (pl.when(counted).then(value).otherwise(0).alias(name) for name, value in measures.items())
    return rows.select("ad_entry_id", *_KEY, *told, ad_aside_fen=pl.when(aside).then(spent).otherwise(0))


_SETTLED = f"""
    SELECT {", ".join(SHOP)}, paid_date AS business_date, sum(settled_fen)::BIGINT AS settled_fen
    FROM {fct_settlement_entry.TABLE.full_name} SEMI JOIN _advertised USING (merchant_id)
    WHERE paid_date IS NOT NULL AND settled_date IS NOT NULL GROUP BY ALL"""  # noqa: S608 - names are declared


def _made(of: Slices) -> pl.DataFrame:
    """Of merchants of whom any advertising is known: nothing else is read of the others."""
    ads = of.read(fct_ad_spend.TABLE)
    mine = ads.select("merchant_id").unique()
    if mine.is_empty():
        return TABLE.empty()
    profit = list(dict.fromkeys([*PROFIT, *CONTRIBUTION]))
    return build(
        ads,
        of.read(mart_shop_channel_daily.TABLE, keys=mine, columns=[*_KEY, "paid_fen", "cohort_refund_fen"]),
        of.read(mart_profit_daily.TABLE, keys=mine, columns=[*_KEY, *profit]),
        of.sql(_SETTLED, _advertised=mine),
        of.read(mart_outlook_daily.TABLE, keys=mine, columns=[*_KEY, "matured_fen"]),
    )


_SOLD = (mart_shop_channel_daily, mart_profit_daily, fct_settlement_entry, mart_outlook_daily)
ASSET = Derived(
    TABLE, _made, reads=(fct_ad_spend.TABLE, *(each.TABLE for each in _SOLD)), stored_by=TABLE.key
)
