"""Money of foreign shops → fen.

An order has one rate, that of the day it was created, for all that follows from it: a full refund keeps
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from contracts.canonical import SHOP

_ORDER = [*SHOP, "order_id"]
#: Rates are whole hundred-millionths of a yuan for one unit of the currency: exact, and products stay far
#: inside 128 bits.
RATE_UNIT = 100_000_000


def convert_orders(frames: Mapping[str, pl.DataFrame], rates: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The canonical frames with every ``_fen`` column in CNY fen, rounded half up per cell, away from zero.

    ``frames`` are current states of whole orders by table name; ``rates`` has ``rate_date, currency_code,
    cny_e8_number``. Rows of an order whose rate is not known are left out: they wait, they are never guessed
    (rule RATE_KNOWN tells).
    """
    foreign = {
        name: frame
        for name, frame in frames.items()
        if "currency_code" in frame.columns and frame["currency_code"].is_not_null().any()
    }
    if not foreign:
        return dict(frames)
    rate = order_rates(foreign, rates)
    return {name: _convert(frame, rate) if name in foreign else frame for name, frame in frames.items()}


def convert_ledger(rows: pl.DataFrame, clock: str, orders: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    """Ledger rows in CNY fen: at their order's rate, so that its paid, settled and refunded money are one.

    Of no known order, at that of their own day.

    ``rows`` have ``currency_code, order_id`` and a moment in ``clock``; ``orders`` one row per known foreign
    order, ``rate`` null where it waits (see ``order_rates``). Rows whose rate is not known are left out: they
    wait, they are never guessed.
    """
    abroad = rows.filter(pl.col("currency_code").is_not_null())
    if abroad.is_empty():
        return rows
    day = pl.col(clock).dt.date().alias("rate_date")
    known = abroad.with_columns(day).join(
        rates.select("rate_date", "currency_code", "cny_e8_number"),
        on=["rate_date", "currency_code"],
        how="left",
    )
    known = known.join(orders.with_columns(_is_ordered=pl.lit(True)), on=_ORDER, how="left", validate="m:1")
    own = pl.when(pl.col("currency_code") == "CNY").then(RATE_UNIT).otherwise("cny_e8_number")
    rated = known.with_columns(rate=pl.when("_is_ordered").then("rate").otherwise(own)).filter(
        pl.col("rate").is_not_null()
    )
    return pl.concat([rows.filter(pl.col("currency_code").is_null()), _to_cny(rated).select(rows.columns)])


def order_rates(frames: Mapping[str, pl.DataFrame], rates: pl.DataFrame) -> pl.DataFrame:
    """One row per foreign order: ``_ORDER, rate``.

    The rate is null where it is not known, or where an order is told in two currencies.

    ``frames`` are current states of whole orders; those that tell ``created_at`` speak.
    """
    told = [
        frame.filter(pl.col("currency_code").is_not_null()).select(*_ORDER, "currency_code", "created_at")
        for frame in frames.values()
        if {"created_at", "currency_code"} <= set(frame.columns)
    ]
    if not told:
        return pl.DataFrame(schema={**dict.fromkeys(_ORDER, pl.String), "rate": pl.Int64})
    orders = (
        pl.concat(told).group_by(*_ORDER, "currency_code").agg(rate_date=pl.col("created_at").min().dt.date())
    )
    known = orders.join(rates, on=["rate_date", "currency_code"], how="left", validate="m:1")
    cny = pl.when(pl.col("currency_code") == "CNY").then(RATE_UNIT).otherwise("cny_e8_number")
    # an order told in two currencies has no one rate
    return known.group_by(_ORDER).agg(rate=pl.when(pl.len() == 1).then(cny.first()))


def _convert(frame: pl.DataFrame, rate: pl.DataFrame) -> pl.DataFrame:
    home = frame.filter(pl.col("currency_code").is_null())
    known = rate.filter(pl.col("rate").is_not_null())
    abroad = frame.filter(pl.col("currency_code").is_not_null()).join(
        known, on=_ORDER, how="inner", validate="m:1", maintain_order="left"
    )
    return pl.concat([home, _to_cny(abroad).select(frame.columns)])


def _to_cny(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        _to_fen(pl.col(name)).alias(name) for name in rows.columns if name.endswith("_fen")
    )


def _to_fen(minor: pl.Expr) -> pl.Expr:
    product = minor.abs().cast(pl.Int128) * pl.col("rate").cast(pl.Int128)
    return (((2 * product + RATE_UNIT) // (2 * RATE_UNIT)) * minor.sign().cast(pl.Int128)).cast(pl.Int64)
