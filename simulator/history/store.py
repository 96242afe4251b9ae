"""What lies in a calibrated world's stores: deliveries that are enough for what is with buyers, and a few
days of sales beside it.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from simulator.history.clock import ZONE, ZONE_NAME
from simulator.history.trade import Range

_GOODS = ["shop_id", "sku_code"]
#: SKUs that nobody orders again before they are gone.
_SOLD_OUT_SHARE = 0.12
#: A SKU nobody bought has up to two pieces, each with this chance.
_UNSOLD_CHANCE = 0.1


def deliveries(
    rng: np.random.Generator, lines: pl.DataFrame, refunds: pl.DataFrame, span: tuple[int, int], cover: Range
) -> pl.DataFrame:
    """``shop_id, sku_code, received_date, received_qty`` of every SKU sold: what is ever with buyers by the
    end of ``span`` (its second, days) comes before the first sale, ``cover`` days of sales 17 days later.
    """
    end = dt.datetime.fromtimestamp(span[0], ZONE)
    moved = _movements(lines, refunds, end)
    peak = (
        moved.sort(*_GOODS, "at")
        .with_columns(out=pl.col("qty").cum_sum().over(_GOODS))
        .group_by(_GOODS)
        .agg(most=pl.col("out").max())
    )
    ordered = lines.filter(~pl.col("is_gift"), pl.col("paid_at").is_not_null())
    goods = (
        ordered.group_by(_GOODS)
        .agg(pl.col("line_qty").sum(), first=pl.col("paid_at").min())
        .join(peak, on=_GOODS, how="left")
        .sort(_GOODS)
    )
    dice = rng.uniform(*cover, goods.height) * (rng.random(goods.height) >= _SOLD_OUT_SHARE)
    first = pl.col("first").dt.convert_time_zone(ZONE_NAME).dt.date()
    goods = goods.with_columns(
        # a few days of one piece in a month are none, or now and then one
        more=(pl.col("line_qty") / span[1] * pl.Series(dice) + pl.Series(rng.random(goods.height)))
        .floor()
        .cast(pl.Int64),
        most=pl.col("most").fill_null(0).clip(lower_bound=0),
        first=first.dt.offset_by("-3d"),
        second=pl.min_horizontal(first.dt.offset_by("14d"), pl.lit(end.date())),
    )
    parts = [
        goods.select(*_GOODS, received_date=day, received_qty=qty)
        for day, qty in (("first", "most"), ("second", "more"))
    ]
    return pl.concat(parts).filter(pl.col("received_qty") > 0).sort(*_GOODS, "received_date")


def filled(
    rng: np.random.Generator,
    skus: pl.DataFrame,
    frames: tuple[pl.DataFrame, pl.DataFrame],
    span: tuple[int, int],
    cover: Range | None,
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """``skus`` with what is in store, and the deliveries behind it, of ``frames`` (lines, refunds); as they
    were, and None, where nothing is said of days to cover.
    """
    if cover is None:
        return skus, None
    delivered = deliveries(rng, *frames, span, cover)
    return stocked(rng, skus, delivered, *frames, span[0]), delivered


def stocked(
    rng: np.random.Generator,
    skus: pl.DataFrame,
    delivered: pl.DataFrame,
    lines: pl.DataFrame,
    refunds: pl.DataFrame,
    second: int,
) -> pl.DataFrame:
    """``skus`` with what is in store at ``second``: ``delivered``, less sent, and what came back."""
    came = delivered.group_by(_GOODS).agg(came=pl.col("received_qty").sum())
    moved = _movements(lines, refunds, dt.datetime.fromtimestamp(second, ZONE))
    out = moved.group_by(_GOODS).agg(out=pl.col("qty").sum())
    never = pl.Series(rng.binomial(2, _UNSOLD_CHANCE, skus.height))
    left = pl.col("came") - pl.col("out").fill_null(0)
    return (
        skus.join(came, on=_GOODS, how="left", maintain_order="left")
        .join(out, on=_GOODS, how="left", maintain_order="left")
        .with_columns(stock_qty=pl.when(pl.col("came").is_null()).then(never).otherwise(left))
        .drop("came", "out")
    )


def _movements(lines: pl.DataFrame, refunds: pl.DataFrame, end: dt.datetime) -> pl.DataFrame:
    """``shop_id, sku_code, at, qty``: units that leave for buyers by ``end``, negative ones come back."""
    goods = lines.filter(~pl.col("is_gift"))
    sent = goods.filter(pl.col("shipped_at") <= end).select(*_GOODS, at="shipped_at", qty="line_qty")
    back = (
        refunds.filter(pl.col("type_code") == "return_refund", pl.col("refunded_at") <= end)
        .join(goods.select("order_line_id", "sku_code"), on="order_line_id")
        .select(*_GOODS, at="refunded_at", qty=-pl.col("refund_qty"))
    )
    return pl.concat([sent, back])
