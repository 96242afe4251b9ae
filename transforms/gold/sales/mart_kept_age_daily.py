"""What had gone back of each day's orders when they were a week, a fortnight, a month old: young and old days
compare at one age.
"""

from __future__ import annotations

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold.measures import or_untold
from transforms.gold.orders import fct_order_line, fct_refund_line

#: Ages at which days are compared → the measure of what had gone back by then. The day of payment is age 0.
BY_AGE = {age: f"refund_by_{age}_fen" for age in (7, 14, 30)}

TABLE = Table(
    "gold",
    "mart_kept_age_daily",
    "同龄日表",
    "kept at equal age × day",
    "One shop × style × channel × payment day: paid value, refunds to date, and refunds by age. A day "
    "younger than an age says nothing of it yet; refunds of "
    "untold date are in none of them.",
    key=(*SHOP, "style_code", "channel_code", "business_date"),
    required=("paid_fen", "cohort_refund_fen", "cohort_refund_undated_fen", *BY_AGE.values()),
    optional=(COUNT,),
)

_PAID = {
    "paid_fen": "paid_fen",
    "cohort_refund_fen": "cohort_refund_fen",
    "cohort_refund_undated_fen": "refund_undated_fen",
}
_BY_AGE = {
    name: f"CASE WHEN refund_date <= paid_date + INTERVAL '{age} days' THEN refund_fen ELSE 0 END"
    for age, name in BY_AGE.items()
}
_STYLE = or_untold("style_code")
ASSET = Additive(
    TABLE,
    (
        From(fct_order_line.TABLE, "paid_date", _PAID, _STYLE, "paid_fen <> 0 OR cohort_refund_fen <> 0"),
        From(fct_refund_line.TABLE, "paid_date", _BY_AGE, _STYLE, "refund_date IS NOT NULL"),
    ),
)
