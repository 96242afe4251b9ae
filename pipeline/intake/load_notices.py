"""What a receipt says of money that is read and yet in no figure: foreign orders without a rate, paid orders
without a day, refunds without amount or order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from connectors.base import Platform
from contracts import codes
from contracts.amounts import yuan
from contracts.canonical import FUND_ENTRY, ORDER, ORDER_LINE, REFUND_LINE, SETTLEMENT_ENTRY
from contracts.intake import Notice
from pipeline.build.loading import Export, Loaded
from transforms.gold.orders.refund_totals import says_refunded
from transforms.silver.restated import lines_left_out, repriced_lines
from warehouse.lake import Lake

_ORDER = ["merchant_id", "shop_id", "order_id"]
_CLOCKS = {
    ORDER.name: "created_at",
    ORDER_LINE.name: "created_at",
    SETTLEMENT_ENTRY.name: "settled_at",
    FUND_ENTRY.name: "moved_at",
}
#: In these states somebody has paid, whether or not a file says when.
_WAS_PAID = ("paid", "part_shipped", "shipped", "finished", "closed_refunded")
_DAYS_NAMED, _ORDERS_NAMED = 10, 5


def with_money_notices(lake: Lake, parts: Iterable[Loaded], rates: pl.DataFrame) -> list[Loaded]:
    """Add a warning to each export whose money waits.

    Call it when all observations are merged: other files may tell what one does not.
    """
    return [_noticed(part, _of(lake, part, rates)) for part in parts]


def _of(lake: Lake, part: Loaded, rates: pl.DataFrame) -> list[tuple[Export, Notice]]:
    found = (
        _missing_rates(part, rates),
        _undated(lake, part),
        _unsized(lake, part),
        _waiting(lake, part),
        _restated(lake, part),
    )
    return [item for some in found for item in some]


def _noticed(part: Loaded, found: list[tuple[Export, Notice]]) -> Loaded:
    readings = dict(part.readings)
    for export, notice in found:
        readings[export] = replace(readings[export], notices=[*readings[export].notices, notice])
    return replace(part, readings=readings)


def _missing_rates(part: Loaded, rates: pl.DataFrame) -> list[tuple[Export, Notice]]:
    """Per export the currencies and days of foreign rows of its file that no rate converts.

    A row that tells an order and a line of it is one row.
    A row of a ledger may go by its order's day, so it certainly waits only where its currency has no rate at
    all.
    """
    waiting = []
    for name, frame in part.frames.items():
        if name not in _CLOCKS or "currency_code" not in frame.columns:
            continue
        rows = frame.filter(pl.col("currency_code") != "CNY").select(
            "shop_id", "_export_id", "_row_number", "currency_code", day=pl.col(_CLOCKS[name]).dt.date()
        )
        by = ["currency_code", "day"] if _CLOCKS[name] == "created_at" else ["currency_code"]
        waiting.append(rows.join(rates.rename({"rate_date": "day"}), on=by, how="anti"))
    rows = pl.concat(waiting) if waiting else pl.DataFrame()
    if rows.is_empty():
        return []
    days = (
        rows.group_by("shop_id", "_export_id", "currency_code")
        .agg(pl.col("_row_number").n_unique().alias("rows"), pl.col("day").drop_nulls().unique().sort())
        .sort("currency_code")
    )
    told: dict[Export, tuple[int, list[tuple[str, str]]]] = {}
    for shop, export, currency, count, of in days.iter_rows():
        before, words = told.get((shop, export), (0, []))
        zh, en = _days(of)
        told[shop, export] = (before + count, [*words, (f"{currency} {zh}", f"{currency} {en}")])
    return [
        (
            export,
            Notice("RATE_MISSING", count, _both(*("；".join(half) for half in zip(*words, strict=True)))),
        )
        for export, (count, words) in told.items()
    ]


def _days(days: list[object]) -> tuple[str, str]:
    named = "、".join(map(str, days[:_DAYS_NAMED]))
    if not named:
        return "日期不明", "days unknown"
    return (f"{named} … {days[-1]}",) * 2 if len(days) > _DAYS_NAMED else (named, named)


def _both(zh: str, en: str) -> str:
    """Chinese and English, or once what is the same in both."""
    return zh if zh == en else f"{zh} / {en}"


def _undated(lake: Lake, part: Loaded) -> list[tuple[Export, Notice]]:
    """Per export the yuan of paid lines of which neither it nor any other file tells when they were paid.

    By the price where no amount is told.
    """
    lines = part.frames.get(ORDER_LINE.name)
    if lines is None:
        return []
    money = pl.coalesce(
        "paid_fen", "placed_fen", pl.col("unit_price_fen") * pl.col("line_qty").fill_null(1)
    ).alias("money_fen")
    is_paid = (
        pl.col("order_status_code").is_in(_WAS_PAID)
        & pl.col("paid_at").is_null()
        & (pl.col("currency_code").fill_null("CNY") == "CNY")
    )
    rows = lines.with_columns(money).filter(is_paid & (pl.col("money_fen") > 0))
    if rows.is_empty():
        return []
    orders = rows.select(_ORDER).unique()
    dated = [
        lake.read(table, keys=orders, columns=[*_ORDER, "paid_at"]).drop_nulls("paid_at").select(_ORDER)
        for table in (ORDER, ORDER_LINE)
    ]
    left = (
        rows.join(pl.concat(dated).unique(), on=_ORDER, how="anti")
        .group_by("shop_id", "_export_id")
        .agg(pl.len(), pl.col("money_fen").sum())
    )
    (zh, en) = _tellers(part.platform)
    return [
        ((shop, export), Notice("MONEY_UNDATED", count, _both(f"¥{yuan(fen)}{zh}", f"¥{yuan(fen)}{en}")))
        for shop, export, count, fen in left.iter_rows()
    ]


def _unsized(lake: Lake, part: Loaded) -> list[tuple[Export, Notice]]:
    """Per export the yuan paid on lines that went back by their status, of an amount that neither it nor any
    other file gives.
    """
    lines = part.frames.get(ORDER_LINE.name)
    if lines is None:
        return []
    is_paid = (
        pl.col("paid_at").is_not_null()
        & (pl.col("paid_fen") > 0)
        & ~pl.col("is_gift")
        & (pl.col("currency_code").fill_null("CNY") == "CNY")
    )
    rows = lines.filter(is_paid & says_refunded() & pl.col("stated_refund_fen").is_null())
    if rows.is_empty():
        return []
    orders = rows.select(_ORDER).unique()
    stated = [
        lake.read(table, keys=orders, columns=[*_ORDER, "stated_refund_fen"]).drop_nulls().select(_ORDER)
        for table in (ORDER, ORDER_LINE)
    ]
    back = lake.read(REFUND_LINE, keys=orders, columns=[*_ORDER, "refund_status_code", "refund_fen"])
    known = pl.concat(
        [
            *stated,
            back.filter((pl.col("refund_status_code") == "success") & (pl.col("refund_fen") > 0)).select(
                _ORDER
            ),
        ]
    )
    left = (
        rows.join(known.unique(), on=_ORDER, how="anti")
        .group_by("shop_id", "_export_id")
        .agg(pl.len(), pl.col("paid_fen").sum())
    )
    return [
        ((shop, export), Notice("REFUND_UNSIZED", count, f"¥{yuan(fen)}"))
        for shop, export, count, fen in left.iter_rows()
    ]


def _waiting(lake: Lake, part: Loaded) -> list[tuple[Export, Notice]]:
    """Per export how many refunds, and how much by currency, are of orders that neither it nor any other file
    gave.
    """
    refunds = part.frames.get(REFUND_LINE.name)
    if refunds is None:
        return []
    paid_back = refunds.filter((pl.col("refund_status_code") == "success") & (pl.col("refund_fen") > 0))
    given = [
        lake.read(table, keys=paid_back.select(_ORDER).unique(), columns=_ORDER)
        for table in (ORDER, ORDER_LINE)
    ]
    left = paid_back.join(pl.concat(given).unique(), on=_ORDER, how="anti").with_columns(
        pl.col("currency_code").fill_null("CNY")
    )
    counts = left.group_by("shop_id", "_export_id").agg(pl.col("refund_id").n_unique())
    sums = (
        left.group_by("shop_id", "_export_id", "currency_code")
        .agg(pl.col("refund_fen").sum())
        .sort("currency_code")
    )
    words: dict[Export, list[str]] = {}
    for shop, export, currency, minor in sums.iter_rows():
        amount = yuan(minor)
        words.setdefault((shop, export), []).append(
            f"¥{amount}" if currency == "CNY" else f"{currency} {amount}"
        )
    return [
        ((shop, export), Notice("REFUND_WAITS", count, "；".join(words[shop, export])))
        for shop, export, count in counts.iter_rows()
    ]


def _restated(lake: Lake, part: Loaded) -> list[tuple[Export, Notice]]:
    """Per export of another system's table the orders of which it and another file have different lines:
    replaced ones, and doubtful ones.
    """
    lines = part.frames.get(ORDER_LINE.name)
    if lines is None or lines["layout_name"].is_null().all():
        return []
    orders = lines.select("shop_id", "_export_id", "order_id").unique()
    states = lake.read(ORDER_LINE, keys=lines.select(_ORDER).unique())
    left = lines_left_out(states)
    found = {
        "LINES_REPLACED": left.filter("is_replaced"),
        "LINES_DOUBTFUL": left.filter(~pl.col("is_replaced")),
        "LINES_REPRICED": repriced_lines(states).join(left, on=_ORDER, how="anti"),
    }
    notices = []
    for rule, odd in found.items():
        named = (
            odd.join(orders, on=["shop_id", "order_id"], how="inner")
            .group_by("shop_id", "_export_id")
            .agg(pl.col("order_id").unique().sort())
        )
        notices += [
            ((shop, export), Notice(rule, len(ids), "、".join(ids[:_ORDERS_NAMED])))
            for shop, export, ids in named.iter_rows()
        ]
    return notices


def _tellers(platform: Platform) -> tuple[str, str]:
    """The platform's exports of orders that tell when an order was paid."""
    kinds = [
        item.kind
        for item in platform.layouts
        if item.source == "file"
        and any(column.name == "paid_at" and column.required for column in item.columns)
    ]
    orders = [kind for kind in dict.fromkeys(kinds) if kind.endswith(("orders", "order_items", "trades"))]
    if not orders:
        return "", ""
    return (
        f"；写付款时间的文件：{'、'.join(map(codes.KIND.zh, orders))}",
        f"; told by: {', '.join(map(codes.KIND.en, orders))}",
    )
