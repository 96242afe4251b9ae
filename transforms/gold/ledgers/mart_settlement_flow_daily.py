"""Which day's orders each day's settlements were of, and on which day their money came: what leads from net
to settled, and from settled to funded.
"""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold.ledgers import fct_settlement_entry
from transforms.gold.ledgers.mart_settlement_daily import SETTLED

_OF_ORDER = "paid_date IS NOT NULL"
_MEASURES = {
    "settled_fen": SETTLED["settled_fen"],
    "settled_goods_fen": SETTLED["settled_goods_fen"],
    "unplaced_goods_fen": f"CASE WHEN NOT ({_OF_ORDER}) THEN {SETTLED['settled_goods_fen']} ELSE 0 END",
    **{
        name: f"CASE WHEN {_OF_ORDER} THEN {SETTLED[name]} ELSE 0 END"
        for name in ("subsidy_platform_fen", "subsidy_creator_fen")
    },
    "unfunded_fen": "CASE WHEN funding_code = 'none' THEN settled_fen ELSE 0 END",
    "summed_fen": "CASE WHEN funding_code = 'order' THEN settled_fen ELSE 0 END",
    "beside_fen": "CASE WHEN funding_code = 'entry' AND funded_date IS NULL THEN settled_fen ELSE 0 END",
}

TABLE = Table(
    "gold",
    "mart_settlement_flow_daily",
    "支付结算到账流向日表",
    "settlement flow: paid day × settled day × funded day",
    "Settlement entries of one shop × channel, by the day their orders were paid, they were settled "
    "(``business_date``) and their money moved. Where the "
    "payment day or the movement is untold, the settled day stands in its place and the money in "
    "unplaced_goods_fen, or in unfunded, summed or beside.",
    key=(*SHOP, "channel_code", "business_date", "paid_date", "funded_date"),
    required=tuple(_MEASURES),
    optional=(COUNT,),
)

_DAYS = {
    "paid_date": "coalesce(paid_date, settled_date)",
    "funded_date": (
        "CASE WHEN funding_code = 'day' THEN settled_date ELSE coalesce(funded_date, settled_date) END"
    ),
}
ASSET = Additive(TABLE, (From(fct_settlement_entry.TABLE, "settled_date", _MEASURES, _DAYS),))
