"""What stayed of finished orders, by the day they were paid and finished: past the return window it is final
(M08).
"""

from __future__ import annotations

import datetime as dt

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold.measures import or_untold
from transforms.gold.orders import fct_order_line

#: Stands for a finish that is not dated, or not yet: such lines are in no window.
UNDATED = dt.date(1970, 1, 1)

TABLE = Table(
    "gold",
    "mart_final_daily",
    "完成留存日表",
    "kept of finished orders × day",
    "Paid lines of one shop × style × channel, by the day they were paid (``business_date``) and their order "
    "was finished: what is kept of them to "
    "date. On 1970-01-01 stand lines said to be finished, but not when (finish_untold_fen), and lines not "
    "finished (unfinished_kept_fen). Which days are past "
    "the return window: dim_observed.",
    key=(*SHOP, "style_code", "channel_code", "business_date", "finished_date"),
    required=("finished_kept_fen", "finish_untold_fen", "unfinished_kept_fen"),
    optional=(COUNT,),
)

_DATED = "finished_at IS NOT NULL"
_DONE = "order_status_code = 'finished'"
_KEPT = "paid_fen - cohort_refund_fen"
#: measure → what one paid line adds.
FINISHED = {
    "finished_kept_fen": f"CASE WHEN {_DATED} THEN {_KEPT} ELSE 0 END",
    "finish_untold_fen": f"CASE WHEN NOT ({_DATED}) AND {_DONE} THEN {_KEPT} ELSE 0 END",
    "unfinished_kept_fen": f"CASE WHEN NOT ({_DATED}) AND NOT ({_DONE}) THEN {_KEPT} ELSE 0 END",
}
#: The day a line's order was finished.
FINISHED_ON = {"finished_date": f"coalesce(date(strftime(finished_at, '%Y-%m-%d')), DATE '{UNDATED}')"}
ASSET = Additive(
    TABLE, (From(fct_order_line.TABLE, "paid_date", FINISHED, or_untold("style_code") | FINISHED_ON),)
)
