"""Why money went back, by what was sold: refunds by reason, on the day they were made and on the payment day
of their order.
"""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import Additive, From
from transforms.gold.measures import DATED, or_untold
from transforms.gold.orders import fct_refund_line
from transforms.gold.sales.mart_breakdown_daily import CUTS

#: Stage of a refund → the measure it is part of.
_STAGES = {"before_shipment": "before", "after_shipment": "after", "unknown": "unstaged"}
#: measure → what one refund of a paid line adds on the payment day.
REFUNDED = {
    "cohort_refund_fen": "refund_fen",
    **{
        f"cohort_refund_{name}_fen": f"CASE WHEN refund_stage_code = '{code}' THEN refund_fen ELSE 0 END"
        for code, name in _STAGES.items()
    },
    "cohort_refund_undated_fen": "CASE WHEN refund_date IS NULL THEN refund_fen ELSE 0 END",
}

TABLE = Table(
    "gold",
    "mart_refund_reason_daily",
    "退款原因日表",
    "refunds by reason × day",
    "Refunds of one shop × day alike in reason, style, SKU, size, colour, province, creator, hour of payment "
    "and channel. dated_refund_fen on the refund "
    "day, the others on the payment day of their line. A refund without a reason stands under ``unknown``, "
    "what its line does not tell under ``untold``.",
    key=(*SHOP, "reason_code", *CUTS, "channel_code", "business_date"),
    required=(*REFUNDED, *DATED),
)

_CELL = or_untold(*CUTS) | {"reason_code": "coalesce(reason_code, 'unknown')"}
ASSET = Additive(
    TABLE,
    (
        From(fct_refund_line.TABLE, "refund_date", DATED, _CELL),
        From(fct_refund_line.TABLE, "paid_date", REFUNDED, _CELL),
    ),
    is_stored=False,
)
