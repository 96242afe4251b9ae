"""What is in no figure yet though it was received: rows that break a rule, and foreign orders whose day has
no rate.
"""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from contracts.canonical import ORDER, ORDER_LINE, SHOP
from contracts.fields import TIME_ZONE
from metrics.model.notes import Note, make_notes
from metrics.query.question import Period
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE, EXPORT, LOAD, QUARANTINE, SHOP_OF_KIND

_FILE = ["export_id", *SHOP_OF_KIND]
#: Foreign orders with the day whose rate they need, of one silver table.
_FOREIGN = f"""
    SELECT {", ".join(SHOP)}, order_id, currency_code,
        min(timezone('{TIME_ZONE}', created_at))::DATE AS rate_date
    FROM {{table}} WHERE currency_code <> 'CNY' AND merchant_id = coalesce(?, merchant_id)
        GROUP BY ALL"""  # noqa: S608
_WAITING = {**dict.fromkeys([*SHOP, "order_id", "currency_code"], pl.String), "rate_date": pl.Date}


def waiting_orders(lake: Lake, merchant_id: str | None = None) -> pl.DataFrame:
    """Orders in other currencies whose day has no rate: ``SHOP, order_id, currency_code, rate_date`` (date
    null: no row tells the day).
    """
    tables = [table for table in (ORDER, ORDER_LINE) if "currency_code" in lake.columns(table)]
    told = [lake.sql(_FOREIGN.format(table=f'silver."{table.name}"'), [merchant_id]) for table in tables]
    orders = (
        pl.concat(told).group_by(*SHOP, "order_id", "currency_code").agg(pl.min("rate_date"))
        if told
        else pl.DataFrame(schema=_WAITING)
    )
    return orders.join(lake.read(CURRENCY_RATE), on=["rate_date", "currency_code"], how="anti")


def held_notes(
    lake: Lake, merchant_id: str, shops: Collection[str] | None, period: Period | None
) -> list[Note]:
    """How many rows of the merchant's files that tell of ``period`` are quarantined, and how many of its
    orders wait for a rate. Nothing held, no note.

    ``shops`` narrows both. A file without days, and an order without one, may be of any period.
    """
    of: dict[str, object] = {"merchant_id": merchant_id} | (
        {} if shops is None else {"shop_id": sorted(shops)}
    )
    rows = lake.read(QUARANTINE, where=of, columns=[*_FILE, "row_number"]).unique()
    if rows.height:
        counting = lake.read(
            EXPORT, keys=rows.select(_FILE).unique(), columns=[*_FILE, "withdrawn_at"]
        ).filter(pl.col("withdrawn_at").is_null())
        files = lake.read(LOAD, keys=counting.select(_FILE), columns=[*_FILE, "first_date", "last_date"])
        rows = rows.join(files.filter(_touches(period, "first_date", "last_date")), on=_FILE, how="semi")
    orders = waiting_orders(lake, merchant_id).filter(_touches(period, "rate_date", "rate_date"))
    orders = orders if shops is None else orders.filter(pl.col("shop_id").is_in(list(shops)))
    return make_notes(
        ("ROWS_HELD", "RATE_AWAITED"), {"held_rows_qty": rows.height, "awaiting_orders_qty": orders.height}
    )


def _touches(period: Period | None, first: str, last: str) -> pl.Expr:
    if period is None:
        return pl.lit(value=True)
    return (pl.col(last) >= period[0]).fill_null(True) & (pl.col(first) <= period[1]).fill_null(True)
