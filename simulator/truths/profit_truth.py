"""What is truly left of a line after what it costs to sell it, straight from the market's frames and the
costs a merchant is told to enter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from simulator.history.clock import ZONE, ZONE_NAME
from simulator.history.market import Market

#: What takes from a line's paid value, in fen.
TAKEN = (
    "back_fen",
    "cost_fen",
    "write_down_fen",
    "fee_fen",
    "commission_fen",
    "freight_out_fen",
    "freight_back_fen",
    "packing_fen",
)
_ORDER = ("shop_id", "order_id")


def costed_lines(
    market: Market, at: dt.datetime, goods: pl.DataFrame, rates: Mapping[tuple[str, str], int], since: dt.date
) -> pl.DataFrame:
    """One row per line paid from ``since`` to ``at``, its columns beside ``date``, ``is_known`` and
    ``TAKEN``; all of ``TAKEN`` is 0 of unknown cost.

    ``goods``: ``shop_id, sku_code, unit_cost_fen``. ``rates``: (kind, basis) → fen, with freight per order
    and packing and write-down per unit. Goods cancelled before shipment cost nothing; those that came back
    their write-down and the way; the fees are those settled by ``at``.
    """
    moment = at.astimezone(ZONE)
    rows = market.lines.filter(pl.col("paid_at") <= moment).with_columns(
        date=pl.col("paid_at").dt.convert_time_zone(ZONE_NAME).dt.date()
    )
    rows = rows.filter(pl.col("date") >= since).join(
        goods.select("shop_id", "sku_code", "unit_cost_fen"), on=["shop_id", "sku_code"], how="left"
    )
    rows = rows.join(_back(market, moment), on="order_line_id", how="left").join(
        _charged(market, moment), on="order_line_id", how="left"
    )
    rows = rows.with_columns(
        pl.col("back_fen", "cancelled", "returned", "fee_fen", "commission_fen").fill_null(0),
        is_known=pl.col("unit_cost_fen").is_not_null(),
    )
    # a gift is sent with its order, and stays away
    goes = (~pl.col("is_gift") & (pl.col("line_qty") > pl.col("cancelled"))).any().over(_ORDER)
    rows = rows.with_columns(
        sent=pl.when(pl.col("is_gift") & ~goes).then(0).otherwise(pl.col("line_qty") - pl.col("cancelled"))
    )
    told = {
        "cost_fen": pl.col("unit_cost_fen") * (pl.col("sent") - pl.col("returned")),
        "write_down_fen": rates["write_down", "per_unit"] * pl.col("returned"),
        "packing_fen": rates["packing", "per_unit"] * pl.col("sent"),
        "freight_out_fen": pl.when(_bears("sent")).then(rates["freight_out", "per_order"]).otherwise(0),
        "freight_back_fen": pl.when(_bears("returned")).then(rates["freight_back", "per_order"]).otherwise(0),
    }
    return rows.with_columns(**told).with_columns(
        pl.when("is_known").then(pl.col(name)).otherwise(0).alias(name) for name in TAKEN
    )


def lumps_by_day(amount_fen: int, since: dt.date, until: dt.date) -> pl.DataFrame:
    """``date, lump_fen``: what is charged once, over both days and those between.

    Parts differ by a fen at most, the larger ones first.
    """
    days = pl.date_range(since, until, eager=True)
    each, rest = divmod(amount_fen, days.len())
    return pl.DataFrame({"date": days, "lump_fen": [each + (place < rest) for place in range(days.len())]})


def _back(market: Market, at: dt.datetime) -> pl.DataFrame:
    is_before = pl.col("stage_code") == "before_shipment"
    return (
        market.refunds.filter(pl.col("refunded_at") <= at)
        .group_by("order_line_id")
        .agg(
            back_fen=pl.col("refund_fen").sum(),
            cancelled=pl.col("refund_qty").filter(is_before).sum(),
            returned=pl.col("refund_qty").filter(~is_before, pl.col("type_code") == "return_refund").sum(),
        )
    )


def _charged(market: Market, at: dt.datetime) -> pl.DataFrame:
    """What the platform charged for a line.

    Taobao, Pinduoduo and Xiaohongshu charge the premium in the same bill.
    """
    bill = market.settlements.filter(pl.col("settled_at") <= at).select(
        "order_line_id", "fee_fen", commission_fen=pl.col("commission_fen") + pl.col("leader_fen")
    )
    insured = market.insurance.filter(
        pl.col("insured_at") <= at, pl.col("platform_code").is_in(["taobao", "pinduoduo", "xiaohongshu"])
    )
    premium = insured.select(
        "order_line_id", fee_fen="premium_merchant_fen", commission_fen=pl.lit(0, pl.Int64)
    )
    return pl.concat([bill, premium]).group_by("order_line_id").agg(pl.col("fee_fen", "commission_fen").sum())


def _bears(units: str) -> pl.Expr:
    """The first line of known cost with such units bears what is charged for the order."""
    bearing = pl.when(pl.col("is_known") & (pl.col(units) > 0)).then("order_line_id")
    return (bearing == bearing.min().over(_ORDER)).fill_null(False)
