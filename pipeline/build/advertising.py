"""Advertising after a build: what was told or entered of each day, which of it counts, and what was sold
beside it. Days that differ are rewritten.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import AD_SPEND, SHOP
from contracts.tables import Table
from pipeline.build.slices import rewrite
from transforms.costing import Costs
from transforms.gold.advertising import fct_ad_spend, mart_ad_daily, mart_promotion_daily
from transforms.gold.forecast import mart_outlook_daily
from transforms.gold.ledgers import fct_settlement_entry
from transforms.gold.profit import mart_profit_daily
from transforms.gold.sales import mart_shop_channel_daily
from transforms.silver.states import current
from warehouse import registry
from warehouse.lake import Lake

_DAY = [*SHOP, "business_date"]
_FACTS, _MART = fct_ad_spend.TABLE, mart_promotion_daily.TABLE


def rebuild_advertising(lake: Lake, costs: Costs) -> None:
    """Bring advertising up to date with silver, entered costs and gold; the outlook comes before it.

    Nothing is read where nobody tells any.
    """
    is_entered = costs.others["cost_kind_code"].is_in(list(fct_ad_spend.KINDS)).any()
    if not is_entered and not any(
        lake.may_hold_rows(table) for table in (AD_SPEND, _FACTS, mart_ad_daily.TABLE)
    ):
        return
    ads = fct_ad_spend.build(current(AD_SPEND, lake.read(AD_SPEND)), costs, registry.shops(lake))
    for table, rows in (
        (_FACTS, ads),
        (mart_ad_daily.TABLE, mart_ad_daily.build(ads)),
        (_MART, _against_sales(lake, ads)),
    ):
        rewrite(lake, table, lake.read(table), rows, by=_DAY)


def _against_sales(lake: Lake, ads: pl.DataFrame) -> pl.DataFrame:
    merchants = ads["merchant_id"].unique().sort().to_list()
    if not merchants:
        return _MART.empty()

    def of(table: Table, columns: list[str]) -> pl.DataFrame:
        return lake.read(table, where={"merchant_id": merchants}, columns=[*_DAY, *columns])

    measures = list(dict.fromkeys([*mart_promotion_daily.PROFIT, *mart_profit_daily.CONTRIBUTION]))
    settled = lake.sql(
        f"""
        SELECT {", ".join(SHOP)}, paid_date AS business_date, sum(settled_fen)::BIGINT AS settled_fen
        FROM {fct_settlement_entry.TABLE.full_name} SEMI JOIN _advertised USING (merchant_id)
        WHERE paid_date IS NOT NULL AND settled_date IS NOT NULL
            GROUP BY ALL""",  # noqa: S608 - names are declared
        _advertised=pl.DataFrame({"merchant_id": merchants}),
    )
    paid = of(mart_shop_channel_daily.TABLE, ["paid_fen", "cohort_refund_fen"])
    profit = of(mart_profit_daily.TABLE, measures)
    return mart_promotion_daily.build(
        ads, paid, profit, settled, of(mart_outlook_daily.TABLE, ["matured_fen"])
    )
