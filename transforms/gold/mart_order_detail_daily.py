"""What was placed, and what stayed of finished orders, by everything an order line tells of itself: as the daily sheets, at the grain that splits further."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold import fct_order_line, mart_final_daily
from transforms.gold.mart_breakdown_daily import CUTS
from transforms.gold.measures import paid_hour

#: The cuts of the breakdown, and the session.
DETAIL = (*CUTS, "live_session_id")

TABLE = Table(
    "gold",
    "mart_order_detail_daily",
    "下单完成明细日表",
    "placed and finished × cuts × day",
    "Lines of one shop × day alike in style, SKU, size, colour, province, creator, session, hour of payment and channel. placed_fen on the placed day, "
    "created_untold_fen and paid_fen on the payment day, and on it too, by the day of finishing, the measures of mart_final_daily. Untold is ``untold``.",
    key=(*SHOP, *DETAIL, "channel_code", "business_date", "finished_date"),
    required=("placed_fen", "created_untold_fen", "paid_fen", *mart_final_daily.TABLE.required),
    optional=(COUNT,),
)

_KEY = list(TABLE.key)
_ADDS = [pl.col("order_line_id", *_KEY[:-2]), pl.lit(mart_final_daily.UNDATED).alias("finished_date")]


def _placed(lines: pl.DataFrame) -> pl.DataFrame:
    rows = detailed(lines.filter(pl.col("created_date").is_not_null()))
    return rows.select(*_ADDS, business_date="created_date", placed_fen=pl.col("placed_fen").fill_null(0))


def _undated(lines: pl.DataFrame) -> pl.DataFrame:
    """Paid lines of unknown placed day stand on their payment day."""
    rows = detailed(lines.filter(pl.col("created_date").is_null(), pl.col("paid_date").is_not_null()))
    return rows.select(*_ADDS, business_date="paid_date", created_untold_fen="paid_fen")


def _finished(lines: pl.DataFrame) -> pl.DataFrame:
    return mart_final_daily.finished(detailed(lines), (*_KEY, "paid_fen"))


def detailed(facts: pl.DataFrame) -> pl.DataFrame:
    """Facts with every cut told, the hour of payment among them."""
    return facts.with_columns(paid_hour_code=paid_hour()).with_columns(pl.col(name).fill_null("untold") for name in DETAIL)


ASSET = Additive(
    TABLE,
    (
        From(fct_order_line.TABLE, "created_date", _placed),
        From(fct_order_line.TABLE, "paid_date", _undated),
        From(fct_order_line.TABLE, "paid_date", _finished),
    ),
)
