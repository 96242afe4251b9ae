"""Facts written by hand, for figures that are grouped from them when asked."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import polars as pl

from transforms.gold.orders import fct_order_line, fct_refund_line
from transforms.gold.profit import fct_line_cost

Row = Mapping[str, object]
BEIJING = ZoneInfo("Asia/Shanghai")
_NUMBERS = itertools.count(1)
_SHOP = {
    "merchant_id": "m1",
    "shop_id": "s1",
    "platform_code": "douyin",
    "channel_code": "own_live",
    "traffic_code": "free",
}


def line(paid: dt.date | None, *, hour: int | None = None, **told: object) -> Row:
    """A paid order line of one piece, an order of its own; ``told`` as columns of fct_order_line."""
    number = next(_NUMBERS)
    columns = {
        **_SHOP,
        "order_line_id": f"L{number}",
        "order_id": f"O{number}",
        "order_status_code": "paid",
        "content_code": "live",
        "seller_code": "own",
        "paid_date": paid,
        "paid_at": None
        if hour is None or paid is None
        else dt.datetime(paid.year, paid.month, paid.day, hour, tzinfo=BEIJING),
        "is_order_head": True,
        **dict.fromkeys(
            ("is_gift", "is_order_level", "is_order_refunded", "is_order_kept", "is_aside", "is_shipped"),
            False,
        ),
        **dict.fromkeys(("sent_qty", "back_qty", "subsidy_fen"), 0),
        "line_qty": 1,
    }
    return columns | told


def refund(day: dt.date, fen: int, **told: object) -> Row:
    """Money that went back on ``day``; ``told`` as columns of fct_refund_line."""
    number = next(_NUMBERS)
    about = {"refund_id": f"R{number}", "order_line_id": f"L{number}", "order_id": f"O{number}"}
    return {
        **_SHOP,
        **about,
        "refund_stage_code": "after_shipment",
        "refund_type_code": "return_refund",
        "refund_date": day,
        "refund_fen": fen,
        **told,
    }


def cost(day: dt.date, **told: object) -> Row:
    """What is known of the cost of a line paid on ``day``; ``told`` as columns of fct_line_cost."""
    shop = {name: value for name, value in _SHOP.items() if name != "traffic_code"}
    return {
        **shop,
        "order_line_id": f"L{next(_NUMBERS)}",
        "business_date": day,
        "style_code": "untold",
        **told,
    }


FACTS = {table.name: table for table in (fct_order_line.TABLE, fct_refund_line.TABLE, fct_line_cost.TABLE)}


def facts(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    """``rows`` as a table of facts; amounts left out are 0, what else is left out null."""
    table = FACTS[name]
    zeros = {column: 0 for column in table.required if column.endswith(("_fen", "_qty"))}
    return table.shape(
        pl.DataFrame([{**dict.fromkeys(table.columns), **zeros, **row} for row in rows], schema=table.dtypes)
    )
