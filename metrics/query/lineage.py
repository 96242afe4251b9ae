"""From a mart back to the facts it is the sum of: what single order lines, refunds and sessions add to each
of its measures.

A mart's own declaration tells that, so what is shown here is by construction what was added up. Estimates,
launches and stock are no sums of one day's facts: ``metrics.query.estimate_lines``,
``metrics.query.launch_lines`` and ``metrics.query.stock_lines`` take them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import polars as pl
import polars.selectors as cs

from contracts.canonical import SHOP
from metrics.query.estimate_lines import ESTIMATE, SO_FAR, SPENT, advertised, matured, matured_by_cut
from metrics.query.facts import Facts
from metrics.query.launch_lines import LAUNCH, SOLD, launches
from metrics.query.sources import BY_CHANNEL, Source
from metrics.query.stock_lines import CLAIM, COUNTED, KEPT, LISTED, RECEIVED, stocks
from transforms.asset import Additive, From
from transforms.gold import additive_marts
from transforms.gold.advertising import fct_ad_spend, mart_promotion_daily
from transforms.gold.forecast import mart_outlook_daily, mart_outlook_detail_daily
from transforms.gold.ledgers import fct_settlement_entry
from transforms.gold.orders import dim_live_session, fct_order_line, fct_refund_line
from transforms.gold.orders.grain import LINE, ORDER
from transforms.gold.profit import fct_line_cost, mart_profit_daily
from transforms.gold.sales import mart_buyer_monthly, mart_launch_daily, mart_live_session
from transforms.gold.stock import mart_stock_monthly

_ENTRIES = fct_settlement_entry.TABLE
_LINES, _REFUNDS = fct_order_line.TABLE, fct_refund_line.TABLE
#: What tells which order, line or after-sale a fact is about.
_ABOUT = ("order_id", "order_line_id", "refund_id", "live_session_id")
_SESSION = [*SHOP, "live_session_id"]
IDS = (
    "order_id", "order_line_id", "refund_id", "live_session_id", "settlement_entry_id", "fund_entry_id",
    "ad_entry_id", "sku_code", "product_id",
    "platform_sku_id", "stock_entry_id",
)  # fmt: skip
#: What a row says of itself where it is more than a fact on its own day: what it is (``EVIDENCE_KINDS``), its
#: own day, and the units it tells of.
EVIDENCE_COLUMNS = {"evidence_code": pl.String(), "evidence_date": pl.Date(), "evidence_qty": pl.Int64()}
EVIDENCE_KINDS = {
    SO_FAR: ("现在留下", "kept so far"),
    SPENT: ("推广花费", "spent on advertising"),
    ESTIMATE: ("仍会退回（估计）", "still expected to go back, an estimate"),
    LAUNCH: ("上新首单", "first sale of the launch"),
    SOLD: ("上新期内", "sold while new"),
    LISTED: ("商品列表的库存", "stock as listed"),
    COUNTED: ("盘点（录入）", "count, as entered"),
    RECEIVED: ("到货（录入）", "receipt, as entered"),
    KEPT: ("留存件数", "units kept"),
    CLAIM: ("退货申请", "claim for return"),
}
#: Measure → the measure whose rows are shown beside its own: they are why a style or a SKU counts, and add
#: nothing themselves.
ALONGSIDE = {"launched_qty": "launch_sold_qty", "judged_launches_qty": "launch_judged_sold_qty"} | {
    "moving_7_skus_qty": "moved_7_qty",
    "moving_30_skus_qty": "moved_30_qty",
    "sold_out_skus_qty": "sold_out_kept_qty",
    "selling_styles_qty": "style_kept_qty",
}


def _additive(mart: Additive, facts: Facts) -> list[pl.DataFrame]:
    """What every part of a mart adds, each row with the order it is about."""
    return [_part(mart, part, facts) for part in mart.parts]


def _part(mart: Additive, part: From, facts: Facts) -> pl.DataFrame:
    tables = [part.facts, *([part.among.table] if part.among else [])]
    rows = {table.name: facts(table, part.date) for table in tables}
    added, key = part.rows(rows, mart.table.key), list(part.facts.key)
    about = [name for name in _ABOUT if name in part.facts.columns and name not in added.columns]
    return (
        added.join(rows[part.facts.name].select(*key, *about), on=key, how="left", validate="1:1")
        if about
        else added
    )


def _sessions(facts: Facts) -> list[pl.DataFrame]:
    """With the measures ``metrics.query.sources`` makes of a session's columns: money of a session whose
    views nobody told takes no part in GPM.
    """
    sold, aired = _additive(mart_live_session.ASSET, facts)
    over = mart_live_session.OVER
    counts = list(dict.fromkeys(count for _, count in over.values()))
    sessions = facts(dim_live_session.TABLE, "start_date").select(
        *_SESSION, "channel_code", business_date="start_date"
    )
    aired = aired.join(sessions, on=_SESSION, how="left", validate="1:1")
    known = sold.join(
        aired.select(*_SESSION, "channel_code", "business_date", *counts),
        on=_SESSION,
        how="left",
        validate="m:1",
    )
    money = [
        pl.when(pl.col(count) > 0).then(of).otherwise(0).alias(name) for name, (of, count) in over.items()
    ]
    return [known.with_columns(money).drop(counts), aired]


def _buyers(facts: Facts) -> list[pl.DataFrame]:
    lines = facts(_LINES, "paid_date")
    windows = facts(mart_buyer_monthly.TABLE, "business_date")["window_days_qty"]
    window_days = int(windows.max())  # type: ignore[arg-type]
    return _named(mart_buyer_monthly.contributions(lines, window_days), lines, _REFUNDS.empty())


def _promotion(facts: Facts) -> list[pl.DataFrame]:
    """Spend as it was told or entered, and what lines, their costs and their settlements add on the same
    days.
    """
    lines = facts(_LINES, "paid_date")
    entries = facts(_ENTRIES, "paid_date").filter(pl.col("settled_date").is_not_null())
    paid = lines.select(*LINE, "paid_fen", "cohort_refund_fen", business_date="paid_date")
    frames = {_LINES.name: lines, fct_line_cost.TABLE.name: facts(fct_line_cost.TABLE, "business_date")}
    profit = pl.concat(mart_profit_daily.ASSET.contributions(frames), how="diagonal")
    profit = profit.with_columns(cs.integer().fill_null(0))
    settled = entries.select(*_ENTRIES.key, "settled_fen", business_date="paid_date")
    parts = mart_promotion_daily.contributions(
        facts(fct_ad_spend.TABLE, "business_date"), paid, profit, settled
    )
    spent, *of_lines, of_entries = _named(parts, lines, _REFUNDS.empty())
    where = lines.select(*LINE, "channel_code")
    about = entries.select(*_ENTRIES.key, "order_id", "order_line_id", "refund_id", "channel_code")
    return [
        spent.with_columns(channel_code=pl.lit("unknown")),
        *(
            part.join(where, on=LINE, how="left", validate="m:1").with_columns(
                pl.col("channel_code").fill_null("unknown")
            )
            for part in of_lines
        ),
        of_entries.join(about, on=list(_ENTRIES.key), how="left", validate="1:1"),
    ]


#: Mart → how to take it apart again: what is a sum of facts by its own declaration.
EVIDENCE: dict[str, Callable[[Facts], list[pl.DataFrame]]] = {
    **{mart.table.full_name: partial(_additive, mart) for mart in additive_marts().values()},
    mart_live_session.TABLE.full_name: _sessions,
    mart_buyer_monthly.TABLE.full_name: _buyers,
    mart_promotion_daily.TABLE.full_name: _promotion,
    mart_outlook_daily.TABLE.full_name: matured,
    mart_outlook_detail_daily.TABLE.full_name: matured_by_cut,
    mart_launch_daily.TABLE.full_name: launches,
    mart_stock_monthly.TABLE.full_name: stocks,
}
#: The same for measures of a mart that are estimates.
ESTIMATED: dict[str, Callable[[Facts], list[pl.DataFrame]]] = {
    mart_promotion_daily.TABLE.full_name: advertised
}


def contributions(source: Source, facts: Facts) -> pl.DataFrame:
    """What each fact adds to ``source``: its key, the ids (``IDS``, null where a row has none),
    ``EVIDENCE_COLUMNS`` and every measure.

    A measure is 0 where a row adds nothing to it.
    """
    evidence = ESTIMATED if source.is_estimate else EVIDENCE
    rows = pl.concat([_NOTHING, *evidence[source.table.full_name](facts)], how="diagonal")
    filled = rows.with_columns(
        pl.col(name).fill_null(0)
        for name, dtype in rows.schema.items()
        if dtype == pl.Int64 and name not in EVIDENCE_COLUMNS
    )
    return filled.with_columns(
        pl.sql_expr(sql).alias(name) for name, sql in BY_CHANNEL.items() if name in source.measures
    )


_NOTHING = pl.DataFrame(schema={**dict.fromkeys(IDS, pl.String), **EVIDENCE_COLUMNS})


def _named(parts: Sequence[pl.DataFrame], lines: pl.DataFrame, refunds: pl.DataFrame) -> list[pl.DataFrame]:
    """Each part with the order of its lines."""
    orders = pl.concat(
        [lines.select(*ORDER, "order_line_id"), refunds.select(*ORDER, "order_line_id")]
    ).unique(LINE)
    return [
        part.join(orders, on=LINE, how="left", validate="m:1") if "order_line_id" in part.columns else part
        for part in parts
    ]
