"""What the merchants' own stores know: deliveries received, counts at the end of a day, and goods claimed for
return and not yet refunded.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from simulator.history.clock import ZONE_NAME
from simulator.history.market import Market

_GOODS = ["shop_id", "sku_code"]
#: One SKU in four has no delivery note; of the others every second is counted.
_UNNOTED, _COUNTED = 4, 2


def received(market: Market) -> pl.DataFrame:
    """``shop_id, sku_code, received_date, received_qty``: two deliveries of a SKU, the first before its first
    sale and enough for all that is ordered of it; in a calibrated world those of ``store.deliveries``.
    """
    if market.deliveries is not None:
        return market.deliveries
    dice = np.random.default_rng([market.seed, 16])
    sold = market.lines.filter(~pl.col("is_gift"), pl.col("paid_at").is_not_null())
    first = _day("paid_at").min().dt.offset_by("-3d")
    goods = (
        sold.group_by(_GOODS).agg(pl.col("line_qty").sum(), first=first).sort(_GOODS).with_row_index("number")
    )
    goods = goods.filter(pl.col("number") % _UNNOTED > 0)
    more = [pl.Series(dice.integers(0, 12, goods.height)) for _ in range(2)]
    early = goods.select(*_GOODS, received_date="first", received_qty=pl.col("line_qty") + more[0])
    late = goods.select(*_GOODS, received_date=pl.col("first") + pl.duration(days=17), received_qty=more[1])
    return pl.concat([early, late]).sort(*_GOODS, "received_date")


def counted(market: Market, days: Sequence[dt.date]) -> pl.DataFrame:
    """``shop_id, sku_code, counted_date, counted_qty`` at the end of each of ``days``: received, less sent,
    and what came back, of half the noted SKUs.
    """
    notes = received(market)
    goods = notes.select(_GOODS).unique(maintain_order=True).gather_every(_COUNTED)
    return pl.concat(
        [_count(market, notes.join(goods, on=_GOODS, how="semi", maintain_order="left"), day) for day in days]
    )


def claimed(market: Market, at: dt.datetime, day: dt.date) -> pl.DataFrame:
    """``shop_id, sku_code, value``: units claimed for return by the end of ``day`` and not refunded by then,
    as known at ``at``.

    A claim that was withdrawn by ``at`` is none, whenever that was.
    """
    claims = market.refunds.filter(pl.col("type_code") == "return_refund", pl.col("applied_at") <= at)
    standing = claims.filter((pl.col("closed_at") > at).fill_null(True))
    back = pl.when(pl.col("refunded_at") <= at).then(_day("refunded_at"))
    open_then = standing.filter(_day("applied_at") <= day, (back > day).fill_null(True))
    lines = market.lines.select("order_line_id", "sku_code")
    return (
        open_then.join(lines, on="order_line_id")
        .group_by(_GOODS)
        .agg(value=pl.col("refund_qty").sum())
        .sort(_GOODS)
    )


def write_stock(market: Market, shop_id: str, path: Path, days: Sequence[dt.date]) -> None:
    """A shop's deliveries, and its counts of ``days``, as the person in its store would fill in the house's
    list.
    """
    came, left = (frame.filter(shop_id=shop_id) for frame in (received(market), counted(market, days)))
    rows = [("到货", *row) for row in came.rows()] + [("盘点", *row) for row in left.rows()]
    with path.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([("项目", "店铺", "商家编码", "日期", "件数"), *rows])


def _count(market: Market, notes: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    came = (
        notes.filter(pl.col("received_date") <= day).group_by(_GOODS).agg(came=pl.col("received_qty").sum())
    )
    goods = market.lines.filter(~pl.col("is_gift"))
    sent = goods.filter(_day("shipped_at") <= day).group_by(_GOODS).agg(sent=pl.col("line_qty").sum())
    done = market.refunds.filter(pl.col("type_code") == "return_refund", _day("refunded_at") <= day)
    back = (
        done.join(goods.select("order_line_id", "sku_code"), on="order_line_id")
        .group_by(_GOODS)
        .agg(back=pl.col("refund_qty").sum())
    )
    rows = (
        came.join(sent, on=_GOODS, how="left")
        .join(back, on=_GOODS, how="left")
        .with_columns(pl.col("sent", "back").fill_null(0))
    )
    return rows.select(
        *_GOODS, counted_date=pl.lit(day), counted_qty=pl.col("came") - pl.col("sent") + pl.col("back")
    ).sort(_GOODS)


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(ZONE_NAME).dt.date()
