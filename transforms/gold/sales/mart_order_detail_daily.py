"""What was placed, and what stayed of finished orders, by everything an order line tells of itself: as the
daily sheets, at the grain that splits further.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import Additive, From
from transforms.gold.measures import PAID_HOUR, or_untold
from transforms.gold.orders import fct_order_line
from transforms.gold.sales import mart_final_daily
from transforms.gold.sales.mart_breakdown_daily import CUTS

#: The cuts of the breakdown, and the session.
DETAIL = (*CUTS, "live_session_id")

TABLE = Table(
    "gold",
    "mart_order_detail_daily",
    "下单完成明细日表",
    "placed and finished × cuts × day",
    "Lines of one shop × day alike in style, SKU, size, colour, province, creator, session, hour of payment "
    "and channel. placed_fen on the placed day, "
    "created_untold_fen and paid_fen on the payment day, and on it too, by the day of finishing, the "
    "measures of mart_final_daily. Untold is ``untold``.",
    key=(*SHOP, *DETAIL, "channel_code", "business_date", "finished_date"),
    required=("placed_fen", "created_untold_fen", "paid_fen", *mart_final_daily.TABLE.required),
)

#: Where a fact stands that bears ``paid_at``.
CELL = or_untold(*DETAIL) | PAID_HOUR
_LATER = {"finished_date": f"DATE '{mart_final_daily.UNDATED}'"}
ASSET = Additive(
    TABLE,
    (
        From(fct_order_line.TABLE, "created_date", {"placed_fen": "coalesce(placed_fen, 0)"}, CELL | _LATER),
        From(
            fct_order_line.TABLE,
            "paid_date",
            {"created_untold_fen": "paid_fen"},
            CELL | _LATER,
            "created_date IS NULL",
        ),
        From(
            fct_order_line.TABLE,
            "paid_date",
            {"paid_fen": "paid_fen"} | mart_final_daily.FINISHED,
            CELL | mart_final_daily.FINISHED_ON,
        ),
    ),
    is_stored=False,
)


def detailed(facts: pl.DataFrame) -> pl.DataFrame:
    """Facts with every cut told, the hour of payment among them."""
    return facts.with_columns(pl.sql_expr(sql).alias(name) for name, sql in CELL.items())
