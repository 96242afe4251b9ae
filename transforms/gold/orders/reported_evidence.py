"""By what a shop ever reported is known: its files, its rows and what its merchant entered."""

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
from transforms.costing import goods_in_force
from transforms.derived import Slices
from transforms.gold.advertising import fct_ad_spend
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.dim_observed import COUNTING, GIVEN, OF_KIND
from transforms.stock import entries_in_force

#: Kinds of files that bring a report whatever is in them: a bill without a row reports that nothing was
#: settled.
KINDS = {
    "orders": ("orders", "order_heads", "order_items", "trades"),
    "refunds": ("after_sales", "refunds"),
    "bills": ("settlements",),
    "accounts": ("funds",),
    "sessions": ("live_sessions",),
}
_KEY = [*SHOP, "report_code"]
_SHOP = ", ".join(SHOP)
_KEYS = dict.fromkeys(_KEY, pl.String())
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
#: Every table a row of which is looked at.
TABLES = {table.name: table for table, *_ in _EVIDENCE} | {table.name: table for table, *_ in _LEFT_OPEN}


def by_kind(exports: pl.DataFrame) -> pl.DataFrame:
    """``_KEY`` and days of what ``exports`` bring by their kind: ``SHOP, kind_code, first_date, last_date,
    observed_at`` of files and API bodies that count.

    A day on which a file was made was not over for it.
    """
    reports = pl.DataFrame(
        [(kind, report) for report, kinds in KINDS.items() for kind in kinds],
        schema=["kind_code", "report_code"],
        orient="row",
    )
    named = exports.with_columns(pl.col("kind_code").str.strip_prefix("mapped_")).join(
        reports, on="kind_code", how="inner"
    )
    over = pl.col("observed_at").dt.date() - pl.duration(days=1)
    whole = pl.when(pl.col("last_date").is_not_null()).then(pl.min_horizontal("last_date", over))
    return named.select(*_KEY, "first_date", "last_date", whole_until_date=whole)


def found(of: Slices, shops: pl.DataFrame) -> pl.DataFrame:
    """``_KEY`` and days, as often as a report of ``shops`` was met."""
    return pl.concat([_by_kind(of), *(_by_rows(of, *item) for item in _EVIDENCE), _entered(of, shops)])


def _by_kind(of: Slices) -> pl.DataFrame:
    """What files that count and API bodies bring by their kind, and what an API was asked up to: it may have
    had nothing to tell.
    """
    took = of.read("ops.load", columns=[*GIVEN, "first_date", "last_date"], where={"verdict_code": COUNTING})
    given = of.read("ops.export", columns=[*GIVEN, "observed_at"], where={"withdrawn_at": None}).join(
        took, on=GIVEN, how="inner"
    )
    asked = of.read("ops.cursor", columns=[*OF_KIND, "covered_until_at"]).select(
        *OF_KIND,
        first_date=pl.lit(None, pl.Date),
        last_date=pl.col("covered_until_at").dt.date(),
        observed_at="covered_until_at",
    )
    exports = pl.concat([given.select(asked.columns), asked]).with_columns(
        pl.col("observed_at").dt.convert_time_zone(TIME_ZONE)
    )
    return by_kind(exports).cast(_FOUND)


def _by_rows(of: Slices, table: Table, reports: dict[str, str], day: str) -> pl.DataFrame:
    """``_FOUND``: what rows of ``table`` bring, whatever kind of file they came in."""
    if not of.holds(table):
        return pl.DataFrame(schema=_FOUND)
    met = ", ".join(f"bool_or({which}) AS {report}" for report, which in reports.items())
    days = f"min({day})::DATE AS first_date, max({day})::DATE AS last_date"
    rows = of.sql(f"""
        SELECT {_SHOP}, {met}, {days} FROM {table.full_name} SEMI JOIN _slices USING (merchant_id)
        WHERE {" OR ".join(reports.values())} GROUP BY ALL""")  # noqa: S608
    # the day of the last refund is hardly over when its file is made: how far that is whole its kind
    # tells
    is_over = table is not REFUND_LINE
    whole = pl.col("last_date") if is_over else pl.lit(None, pl.Date)
    parts = [
        rows.filter(pl.col(report)).with_columns(report_code=pl.lit(report), whole_until_date=whole)
        for report in reports
    ]
    return pl.concat([part.select(list(_FOUND)).cast(_FOUND) for part in parts])


def _entered(of: Slices, shops: pl.DataFrame) -> pl.DataFrame:
    """What merchants entered: goods received and counted of one shop, unit costs of one or of all their
    shops.
    """
    report = pl.when(stock_kind_code="received").then(pl.lit("receipts")).otherwise(pl.lit("stock"))
    stock = entries_in_force(of.read("ops.stock_entry")).with_columns(report_code=report)
    here = ["merchant_id", "shop_id"]
    goods = goods_in_force(of.read("ops.unit_cost")).select(*here).unique()
    of_all = shops.join(goods.filter(pl.col("shop_id").is_null()), on="merchant_id", how="semi")
    of_one = shops.join(goods.filter(pl.col("shop_id").is_not_null()), on=here, how="semi")
    rows = [
        stock.join(shops, on=here, how="inner").select(
            *_KEY, first_date="stock_date", last_date="stock_date", whole_until_date="stock_date"
        ),
        *(frame.with_columns(report_code=pl.lit("costs")) for frame in (of_all, of_one)),
    ]
    return (
        pl.concat([pl.DataFrame(schema=_FOUND), *rows], how="diagonal_relaxed")
        .select(list(_FOUND))
        .cast(_FOUND)
    )


def left_open(of: Slices) -> pl.DataFrame:
    """``SHOP, report_code, open_qty, undated_fen``: rows that cannot be read for want of a report they might
    have been given with.
    """
    counts = [pl.DataFrame(schema=_OPEN)]
    for table, report, which, money in _LEFT_OPEN:
        if of.holds(table):
            count = f"'{report}' AS report_code, count(*) AS open_qty, sum({money}) AS undated_fen"
            rows = f"{table.full_name} SEMI JOIN _slices USING (merchant_id)"
            query = f"SELECT {_SHOP}, {count} FROM {rows} WHERE {which} GROUP BY ALL"  # noqa: S608
            counts.append(of.sql(query).cast(_OPEN))
    return pl.concat(counts).group_by(_KEY).agg(pl.col("open_qty", "undated_fen").sum())


def doubtful(of: Slices) -> pl.DataFrame:
    """``_DOUBTFUL``: lines of order files that may stand beside what replaced them."""
    if not of.holds(fct_order_line.TABLE):
        return pl.DataFrame(schema=_DOUBTFUL)
    return of.sql(f"""
        SELECT {_SHOP}, 'orders' AS report_code, sum(doubtful_fen) AS doubtful_fen,
            count(DISTINCT order_id) AS doubtful_orders_qty
        FROM {fct_order_line.TABLE.full_name} SEMI JOIN _slices USING (merchant_id)
            WHERE doubtful_fen IS NOT NULL
            GROUP BY ALL""").cast(_DOUBTFUL)  # noqa: S608
