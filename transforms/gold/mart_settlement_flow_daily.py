"""Which day's orders each day's settlements were of, and on which day their money came: what leads from net to settled, and from settled to funded."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import fct_settlement_entry
from transforms.gold.mart_settlement_daily import SETTLED

_HAS_ORDER, _FUNDING = pl.col("paid_date").is_not_null(), pl.col("funding_code")
_IS_SEEN = _FUNDING.is_in(["entry", "day"]) & pl.col("funded_date").is_not_null()
_MEASURES: dict[str, pl.Expr] = {
    "settled_fen": SETTLED["settled_fen"],
    "settled_goods_fen": SETTLED["settled_goods_fen"],
    "unplaced_goods_fen": pl.when(~_HAS_ORDER).then(SETTLED["settled_goods_fen"]).otherwise(0),
    **{name: pl.when(_HAS_ORDER).then(SETTLED[name]).otherwise(0) for name in ("subsidy_platform_fen", "subsidy_creator_fen")},
    "unfunded_fen": pl.when(_FUNDING == "none").then("settled_fen").otherwise(0),
    "summed_fen": pl.when(_FUNDING == "order").then("settled_fen").otherwise(0),
    "beside_fen": pl.when(_FUNDING.is_in(["entry", "day"]) & ~_IS_SEEN).then("settled_fen").otherwise(0),
}

TABLE = Table(
    "gold",
    "mart_settlement_flow_daily",
    "支付结算到账流向日表",
    "settlement flow: paid day × settled day × funded day",
    "Settlement entries of one shop × channel, by the day their orders were paid, they were settled (``business_date``) and their money moved. Where the "
    "payment day or the movement is untold, the settled day stands in its place and the money in unplaced_goods_fen, or in unfunded, summed or beside.",
    key=(*SHOP, "channel_code", "business_date", "paid_date", "funded_date"),
    required=tuple(_MEASURES),
    optional=(COUNT,),
)

_KEY = list(TABLE.key)


def _settled(entries: pl.DataFrame) -> pl.DataFrame:
    """What is on hold has no day."""
    funded = pl.when(_FUNDING == "day").then("settled_date").otherwise("funded_date")
    dated = entries.filter(pl.col("settled_date").is_not_null()).with_columns(business_date="settled_date", funded_date=funded)
    measured = dated.with_columns(expression.alias(name) for name, expression in _MEASURES.items())
    days = {name: pl.coalesce(name, "business_date") for name in ("paid_date", "funded_date")}
    return measured.with_columns(**days).select("settlement_entry_id", *_KEY, *_MEASURES)


ASSET = Additive(TABLE, (From(fct_settlement_entry.TABLE, "settled_date", _settled),))
