"""From a mart back to the facts it is the sum of: what single order lines, refunds and sessions add to each of its measures.

A mart's own ``contributions`` tell that, so what is shown here is by construction what was added up. Estimates, launches and stock are no sums of one
day's facts: ``metrics.estimate_lines``, ``metrics.launch_lines`` and ``metrics.stock_lines`` take them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import polars.selectors as cs

from contracts.canonical import SHOP
from metrics.estimate_lines import ESTIMATE, SO_FAR, SPENT, advertised, matured, matured_by_cut
from metrics.facts import Facts
from metrics.launch_lines import LAUNCH, SOLD, launches
from metrics.sources import BY_CHANNEL, Source
from metrics.stock_lines import CLAIM, COUNTED, KEPT, LISTED, RECEIVED, stocks
from transforms.gold import (
    dim_live_session,
    fct_ad_spend,
    fct_fund_entry,
    fct_line_cost,
    fct_order_line,
    fct_refund_line,
    fct_settlement_entry,
    mart_breakdown_daily,
    mart_buyer_monthly,
    mart_final_daily,
    mart_launch_daily,
    mart_live_session,
    mart_order_detail_daily,
    mart_outlook_daily,
    mart_outlook_detail_daily,
    mart_payment_flow_daily,
    mart_profit_daily,
    mart_profit_detail_daily,
    mart_promotion_daily,
    mart_settlement_daily,
    mart_settlement_detail_daily,
    mart_shop_channel_daily,
    mart_stock_monthly,
    mart_style_daily,
)
from transforms.gold.grain import LINE, ORDER

_ENTRIES, _FUNDS = fct_settlement_entry.TABLE, fct_fund_entry.TABLE
_LINES, _REFUNDS, _SESSIONS = fct_order_line.TABLE, fct_refund_line.TABLE, dim_live_session.TABLE
_SESSION = [*SHOP, "live_session_id"]
IDS = (
    "order_id", "order_line_id", "refund_id", "live_session_id", "settlement_entry_id", "fund_entry_id", "ad_entry_id", "sku_code", "product_id",
    "platform_sku_id", "stock_entry_id",
)  # fmt: skip
#: What a row says of itself where it is more than a fact on its own day: what it is (``EVIDENCE_KINDS``), its own day, and the units it tells of.
EVIDENCE_COLUMNS = {"evidence_code": pl.String(), "evidence_date": pl.Date(), "evidence_qty": pl.Int64()}
EVIDENCE_KINDS = {
    SO_FAR: ("现在留下", "kept so far"),
    SPENT: ("推广花费", "spent on advertising"),
    ESTIMATE: ("仍会退回(估计)", "still expected to go back, an estimate"),
    LAUNCH: ("上新首单", "first sale of the launch"),
    SOLD: ("上新期内", "sold while new"),
    LISTED: ("商品列表的库存", "stock as listed"),
    COUNTED: ("盘点(录入)", "count, as entered"),
    RECEIVED: ("到货(录入)", "receipt, as entered"),
    KEPT: ("留存件数", "units kept"),
    CLAIM: ("退货申请", "claim for return"),
}
#: Measure → the measure whose rows are shown beside its own: they are why a style or a SKU counts, and add nothing themselves.
ALONGSIDE = {"launched_qty": "launch_sold_qty", "judged_launches_qty": "launch_judged_sold_qty"} | {
    "moving_7_skus_qty": "moved_7_qty",
    "moving_30_skus_qty": "moved_30_qty",
    "sold_out_skus_qty": "sold_out_kept_qty",
    "selling_styles_qty": "style_kept_qty",
}


def _daily(facts: Facts) -> list[pl.DataFrame]:
    refunds = facts(_REFUNDS, "refund_date")
    lines = pl.concat([facts(_LINES, "paid_date"), facts(_LINES, "start_date")]).unique(LINE)
    return _named(mart_shop_channel_daily.contributions(lines, refunds, facts(_SESSIONS, "start_date")), lines, refunds)


def _styles(facts: Facts) -> list[pl.DataFrame]:
    lines, refunds = facts(_LINES, "paid_date"), facts(_REFUNDS, "refund_date")
    return _named(mart_style_daily.contributions(lines, refunds), lines, refunds)


def _breakdown(facts: Facts) -> list[pl.DataFrame]:
    lines, refunds = facts(_LINES, "paid_date"), facts(_REFUNDS, "refund_date")
    return _named(mart_breakdown_daily.contributions(lines, refunds), lines, refunds)


def _placed(facts: Facts) -> list[pl.DataFrame]:
    lines = pl.concat([facts(_LINES, "created_date"), facts(_LINES, "paid_date").filter(pl.col("created_date").is_null())])
    return _named(mart_payment_flow_daily.contributions(lines), lines, _REFUNDS.empty())


def _final(facts: Facts) -> list[pl.DataFrame]:
    lines = facts(_LINES, "paid_date")
    return _named(mart_final_daily.contributions(lines), lines, _REFUNDS.empty())


def _sessions(facts: Facts) -> list[pl.DataFrame]:
    """With the measures ``metrics.sources`` makes of a session's columns: money of a session whose views nobody told takes no part in GPM."""
    lines, sessions = facts(_LINES, "start_date"), facts(_SESSIONS, "start_date")
    sold, aired = mart_live_session.contributions(lines, sessions)
    over = mart_live_session.OVER
    counts = list(dict.fromkeys(count for _, count in over.values()))
    told = sold.join(aired.select(*_SESSION, *counts), on=_SESSION, how="left", validate="m:1")
    sold = told.select(*sold.columns, *(pl.when(pl.col(count) > 0).then(money).otherwise(0).alias(name) for name, (money, count) in over.items()))
    return _named([sold, aired], lines, _REFUNDS.empty())


def _buyers(facts: Facts) -> list[pl.DataFrame]:
    lines, window_days = facts(_LINES, "paid_date"), int(facts(mart_buyer_monthly.TABLE, "business_date")["window_days_qty"].max())  # type: ignore[arg-type]
    return _named(mart_buyer_monthly.contributions(lines, window_days), lines, _REFUNDS.empty())


def _profit(facts: Facts) -> list[pl.DataFrame]:
    """A cost charged once is no order's line: it bears the number of its entry where others bear theirs."""
    lines = facts(_LINES, "paid_date")
    return _named(mart_profit_daily.contributions(lines, facts(fct_line_cost.TABLE, "business_date")), lines, _REFUNDS.empty())


def _profit_detail(facts: Facts) -> list[pl.DataFrame]:
    lines = facts(_LINES, "paid_date")
    return _named(mart_profit_detail_daily.contributions(lines, facts(fct_line_cost.TABLE, "business_date")), lines, _REFUNDS.empty())


def _promotion(facts: Facts) -> list[pl.DataFrame]:
    """Spend as it was told or entered, and what lines, their costs and their settlements add on the same days."""
    lines, entries = facts(_LINES, "paid_date"), facts(_ENTRIES, "paid_date").filter(pl.col("settled_date").is_not_null())
    paid = lines.select(*LINE, "paid_fen", "cohort_refund_fen", business_date="paid_date")
    profit = pl.concat(mart_profit_daily.contributions(lines, facts(fct_line_cost.TABLE, "business_date")), how="diagonal")
    profit = profit.with_columns(cs.integer().fill_null(0))
    settled = entries.select(*_ENTRIES.key, "settled_fen", business_date="paid_date")
    parts = mart_promotion_daily.contributions(facts(fct_ad_spend.TABLE, "business_date"), paid, profit, settled)
    spent, *of_lines, of_entries = _named(parts, lines, _REFUNDS.empty())
    where = lines.select(*LINE, "channel_code")
    about = entries.select(*_ENTRIES.key, "order_id", "order_line_id", "refund_id", "channel_code")
    return [
        spent.with_columns(channel_code=pl.lit("unknown")),
        *(part.join(where, on=LINE, how="left", validate="m:1").with_columns(pl.col("channel_code").fill_null("unknown")) for part in of_lines),
        of_entries.join(about, on=list(_ENTRIES.key), how="left", validate="1:1"),
    ]


def _order_detail(facts: Facts) -> list[pl.DataFrame]:
    lines = pl.concat([facts(_LINES, "created_date"), facts(_LINES, "paid_date")]).unique(LINE)
    return _named(mart_order_detail_daily.contributions(lines), lines, _REFUNDS.empty())


def _settlement(facts: Facts) -> list[pl.DataFrame]:
    return _of_ledgers(facts, mart_settlement_daily.contributions)


def _settlement_detail(facts: Facts) -> list[pl.DataFrame]:
    return _of_ledgers(facts, mart_settlement_detail_daily.contributions)


def _of_ledgers(facts: Facts, made: Callable[[pl.DataFrame, pl.DataFrame], list[pl.DataFrame]]) -> list[pl.DataFrame]:
    """Entries and movements carry their order themselves."""
    entries, funds = facts(_ENTRIES, "settled_date"), facts(_FUNDS, "moved_date")
    settled, moved = made(entries, funds)
    about = [name for name in ("order_id", "order_line_id", "refund_id", "live_session_id") if name not in settled.columns]
    return [
        settled.join(entries.select(*_ENTRIES.key, *about), on=list(_ENTRIES.key), how="left", validate="1:1"),
        moved.join(funds.select(*_FUNDS.key, *about), on=list(_FUNDS.key), how="left", validate="1:1"),
    ]


#: Mart → how to take it apart again.
EVIDENCE: dict[str, Callable[[Facts], list[pl.DataFrame]]] = {
    mart_shop_channel_daily.TABLE.full_name: _daily,
    mart_style_daily.TABLE.full_name: _styles,
    mart_live_session.TABLE.full_name: _sessions,
    mart_breakdown_daily.TABLE.full_name: _breakdown,
    mart_buyer_monthly.TABLE.full_name: _buyers,
    mart_payment_flow_daily.TABLE.full_name: _placed,
    mart_final_daily.TABLE.full_name: _final,
    mart_profit_daily.TABLE.full_name: _profit,
    mart_profit_detail_daily.TABLE.full_name: _profit_detail,
    mart_settlement_daily.TABLE.full_name: _settlement,
    mart_settlement_detail_daily.TABLE.full_name: _settlement_detail,
    mart_order_detail_daily.TABLE.full_name: _order_detail,
    mart_promotion_daily.TABLE.full_name: _promotion,
    mart_outlook_daily.TABLE.full_name: matured,
    mart_outlook_detail_daily.TABLE.full_name: matured_by_cut,
    mart_launch_daily.TABLE.full_name: launches,
    mart_stock_monthly.TABLE.full_name: stocks,
}
#: The same for measures of a mart that are estimates.
ESTIMATED: dict[str, Callable[[Facts], list[pl.DataFrame]]] = {mart_promotion_daily.TABLE.full_name: advertised}


def contributions(source: Source, facts: Facts) -> pl.DataFrame:
    """What each fact adds to ``source``: its key, the ids (``IDS``, null where a row has none), ``EVIDENCE_COLUMNS`` and every measure.

    A measure is 0 where a row adds nothing to it.
    """
    evidence = ESTIMATED if source.is_estimate else EVIDENCE
    rows = pl.concat([_NOTHING, *evidence[source.table.full_name](facts)], how="diagonal")
    filled = rows.with_columns(pl.col(name).fill_null(0) for name, dtype in rows.schema.items() if dtype == pl.Int64 and name not in EVIDENCE_COLUMNS)
    return filled.with_columns(pl.sql_expr(sql).alias(name) for name, sql in BY_CHANNEL.items() if name in source.measures)


_NOTHING = pl.DataFrame(schema={**dict.fromkeys(IDS, pl.String), **EVIDENCE_COLUMNS})


def _named(parts: Sequence[pl.DataFrame], lines: pl.DataFrame, refunds: pl.DataFrame) -> list[pl.DataFrame]:
    """Each part with the order of its lines."""
    orders = pl.concat([lines.select(*ORDER, "order_line_id"), refunds.select(*ORDER, "order_line_id")]).unique(LINE)
    return [part.join(orders, on=LINE, how="left", validate="m:1") if "order_line_id" in part.columns else part for part in parts]
