"""What each shop reported, after a build: read off the manifest, silver and the merchants' own entries."""

from __future__ import annotations

import polars as pl

from contracts.canonical import (
    FUND_ENTRY,
    LIVE_SESSION,
    ORDER,
    ORDER_LINE,
    PRODUCT,
    REFUND_LINE,
    SETTLEMENT_ENTRY,
    SHOP,
)
from contracts.fields import TIME_ZONE
from contracts.tables import Table
from transforms.costing import Costs, goods_in_force
from transforms.gold.advertising import fct_ad_spend
from transforms.gold.orders import dim_reported, fct_order_line
from transforms.stock import entries_in_force
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import CURSOR, EXPORT, LOAD, SHOP_OF_KIND, STOCK_ENTRY
from warehouse.sql import address

_TABLE = dim_reported.TABLE
_SHOP = ", ".join(SHOP)
_KEYS = {name: _TABLE.dtypes[name] for name in _TABLE.key}
_FOUND = pl.Schema({**_KEYS, **dict.fromkeys(("first_date", "last_date", "whole_until_date"), pl.Date())})
_OPEN = pl.Schema({**_KEYS, "open_qty": pl.Int64(), "undated_fen": pl.Int64()})
_DOUBTFUL = pl.Schema({**_KEYS, "doubtful_fen": pl.Int64(), "doubtful_orders_qty": pl.Int64()})
_OF_ORDERS = {
    "orders": "true", "placed_days": "created_at IS NOT NULL", "paid_days": "paid_at IS NOT NULL",
    "refunds": "stated_refund_fen IS NOT NULL",
}  # fmt: skip
#: Table → report → the rows of it that bring one, in SQL; and the day of a row, where files of no one kind
#: bring it.
_EVIDENCE: tuple[tuple[Table, dict[str, str], str], ...] = (
    (ORDER, _OF_ORDERS, "NULL"),
    (ORDER_LINE, _OF_ORDERS, "NULL"),
    (
        REFUND_LINE,
        {"refunds": "true", "refund_days": "refunded_at IS NOT NULL"},
        "refunded_at",
    ),  # files of it are dated by applications
    (SETTLEMENT_ENTRY, {"bills": "true"}, "settled_at"),
    (FUND_ENTRY, {"accounts": "true"}, "moved_at"),
    (LIVE_SESSION, {"sessions": "true"}, "started_at"),
    (PRODUCT, {"stock": "stock_qty IS NOT NULL"}, "_last_observed_at"),
    (fct_ad_spend.TABLE, {"ads": "ad_use_code = 'counted'"}, "business_date"),
)
#: After-sales of an order of which its status alone says that no money went back, in SQL.
_NO_REFUND = "('none', 'pending', 'closed', 'exchanged')"
#: Report → the rows, in SQL, that cannot be read for want of it, in the table of what it may be a part of;
#: and their money.
_LEFT_OPEN: tuple[tuple[Table, str, str, str], ...] = (
    (ORDER, "placed_days", "true", "0"),
    (ORDER_LINE, "placed_days", "true", "0"),
    (ORDER_LINE, "refunds", f"coalesce(refund_status_code, 'unknown') NOT IN {_NO_REFUND}", "0"),
    (
        fct_order_line.TABLE,
        "refunds",
        "is_order_level AND order_line_id = order_id AND paid_date IS NOT NULL",
        "0",
    ),
    (fct_order_line.TABLE, "paid_days", "undated_fen IS NOT NULL", "undated_fen"),
    (fct_order_line.TABLE, "refund_days", "refund_undated_fen > 0", "refund_undated_fen"),
)


def rebuild_reported(lake: Lake, costs: Costs) -> None:
    """Bring dim_reported up to date, whole: it has a few rows of each shop."""
    shops = registry.shops(lake).select(SHOP)
    found = pl.concat(
        [_by_kind(lake), *(_by_rows(lake, *item) for item in _EVIDENCE), _entered(lake, shops, costs)]
    )
    rows = dim_reported.build(shops, found, _left_open(lake), _doubtful(lake))
    stored = lake.read(_TABLE)
    if not stored.sort(_TABLE.key).equals(rows):
        lake.replace(_TABLE, pl.concat([stored, rows]).select(_TABLE.key).unique(), rows)


def _by_kind(lake: Lake) -> pl.DataFrame:
    """What files that count and API bodies bring by their kind, and what an API was asked up to: it may have
    had nothing to tell.
    """
    took = lake.read(
        LOAD,
        columns=[*EXPORT.key, "first_date", "last_date"],
        where={"verdict_code": ["accepted", "warned", "duplicate"]},
    )
    given = lake.read(EXPORT, columns=[*EXPORT.key, "observed_at"], where={"withdrawn_at": None}).join(
        took, on=list(EXPORT.key), how="inner"
    )
    asked = lake.read(CURSOR, columns=[*SHOP_OF_KIND, "covered_until_at"]).select(
        *SHOP_OF_KIND,
        first_date=pl.lit(None, pl.Date),
        last_date=pl.col("covered_until_at").dt.date(),
        observed_at="covered_until_at",
    )
    exports = pl.concat([given.select(asked.columns), asked]).with_columns(
        pl.col("observed_at").dt.convert_time_zone(TIME_ZONE)
    )
    return dim_reported.by_kind(exports).cast(_FOUND)


def _by_rows(lake: Lake, table: Table, reports: dict[str, str], day: str) -> pl.DataFrame:
    """``_FOUND``: what rows of ``table`` bring, whatever kind of file they came in."""
    if not lake.may_hold_rows(table):
        return pl.DataFrame(schema=_FOUND)
    met = ", ".join(f"bool_or({which}) AS {report}" for report, which in reports.items())
    days = f"min({day})::DATE AS first_date, max({day})::DATE AS last_date"
    rows = lake.sql(
        f"SELECT {_SHOP}, {met}, {days} FROM {address(table)} WHERE {' OR '.join(reports.values())} GROUP BY "  # noqa: S608
        "ALL"
    )
    is_over = (
        table is not REFUND_LINE
    )  # the day of the last refund is hardly over when its file is made: how far that is whole its kind tells
    whole = pl.col("last_date") if is_over else pl.lit(None, pl.Date)
    parts = [
        rows.filter(pl.col(report)).with_columns(report_code=pl.lit(report), whole_until_date=whole)
        for report in reports
    ]
    return pl.concat([part.select(list(_FOUND)).cast(_FOUND) for part in parts])


def _entered(lake: Lake, shops: pl.DataFrame, costs: Costs) -> pl.DataFrame:
    """What merchants entered: goods received and counted of one shop, unit costs of one or of all their
    shops.
    """
    report = pl.when(stock_kind_code="received").then(pl.lit("receipts")).otherwise(pl.lit("stock"))
    stock = entries_in_force(lake.read(STOCK_ENTRY)).with_columns(report_code=report)
    here = ["merchant_id", "shop_id"]
    goods = goods_in_force(costs.goods).select(*here).unique()
    of_all = shops.join(goods.filter(pl.col("shop_id").is_null()), on="merchant_id", how="semi")
    of_one = shops.join(goods.filter(pl.col("shop_id").is_not_null()), on=here, how="semi")
    rows = [
        stock.join(shops, on=here, how="inner").select(
            *_TABLE.key, first_date="stock_date", last_date="stock_date", whole_until_date="stock_date"
        ),
        *(frame.with_columns(report_code=pl.lit("costs")) for frame in (of_all, of_one)),
    ]
    return (
        pl.concat([pl.DataFrame(schema=_FOUND), *rows], how="diagonal_relaxed")
        .select(list(_FOUND))
        .cast(_FOUND)
    )


def _left_open(lake: Lake) -> pl.DataFrame:
    """``SHOP, report_code, open_qty, undated_fen``: rows that cannot be read for want of a report they might
    have been given with.
    """
    counts = [pl.DataFrame(schema=_OPEN)]
    for table, report, which, money in _LEFT_OPEN:
        if lake.may_hold_rows(table):
            count = f"'{report}' AS report_code, count(*) AS open_qty, sum({money}) AS undated_fen"
            counts.append(
                lake.sql(f"SELECT {_SHOP}, {count} FROM {address(table)} WHERE {which} GROUP BY ALL").cast(  # noqa: S608
                    _OPEN
                )
            )
    return pl.concat(counts).group_by(_TABLE.key).agg(pl.col("open_qty", "undated_fen").sum())


def _doubtful(lake: Lake) -> pl.DataFrame:
    """``_DOUBTFUL``: lines of order files that may stand beside what replaced them."""
    if not lake.may_hold_rows(fct_order_line.TABLE):
        return pl.DataFrame(schema=_DOUBTFUL)
    return lake.sql(f"""
        SELECT {_SHOP}, 'orders' AS report_code, sum(doubtful_fen) AS doubtful_fen,
            count(DISTINCT order_id) AS doubtful_orders_qty
        FROM {address(fct_order_line.TABLE)} WHERE doubtful_fen IS NOT NULL
            GROUP BY ALL""").cast(_DOUBTFUL)  # noqa: S608
