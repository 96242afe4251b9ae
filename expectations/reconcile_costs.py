"""Reconciliation of costs to the fen: each line bears the cost in force on its day, and the profit sheet is
the sum of the facts.

Written in SQL from the definitions, with no look at the transforms' code: an error there shows here as a
difference.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from expectations.reconcile import difference
from expectations.rule import STOP, SqlRule
from expectations.told import LINES, SHOP

_FACTS, _PROFIT = "gold.fct_line_cost", "gold.mart_profit_daily"
_COSTS = (
    "cost_fen", "costed_refund_fen", "write_down_fen", "cohort_fee_fen", "cohort_commission_fen",
    "packing_fen", "freight_out_fen", "freight_back_fen",
    "slot_fee_fen", "sample_fen",
)  # fmt: skip

_WORD = """
    SELECT * FROM ops.unit_cost
    QUALIFY row_number() OVER (PARTITION BY merchant_id, shop_id, sku_code, style_code, valid_from_date
        ORDER BY event_number DESC) = 1"""


def _candidates(goods: str) -> str:
    return f"""
        SELECT l.merchant_id, l.shop_id, l.platform_code, l.order_line_id, l.line_qty, w.sku_code,
            w.shop_id AS of_shop, w.valid_from_date, w.unit_cost_fen
        FROM {LINES} AS l JOIN word AS w ON w.merchant_id = l.merchant_id AND w.{goods} = l.{goods}
        WHERE w.unit_cost_fen IS NOT NULL AND (w.shop_id IS NULL OR w.shop_id = l.shop_id)
            AND l.paid_date >= w.valid_from_date"""


#: A SKU before its style, one shop before all, then the newest day.
_IN_FORCE = f"""
    SELECT {SHOP}, order_line_id, unit_cost_fen FROM ({_candidates("sku_code")}
        UNION ALL {_candidates("style_code")}) WHERE line_qty IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY {SHOP}, order_line_id ORDER BY sku_code IS NULL, of_shop IS NULL,
        valid_from_date DESC) = 1"""
_OF_GOODS = (
    f"SELECT {SHOP}, order_line_id, unit_cost_fen FROM {{batch}} WHERE NOT "
    "starts_with(order_line_id, 'cost:')"
)

_GRAIN = f"{SHOP}, style_code, channel_code, business_date"
_TOLD = "coalesce(style_code, 'untold') AS style_code"
_SOLD = f"""
    SELECT {SHOP}, {_TOLD}, channel_code, paid_date AS business_date, paid_fen, paid_fen AS both_fen,
        paid_fen AS fees_both_fen
    FROM {LINES} WHERE paid_date IS NOT NULL"""
_SPENT = (
    f"SELECT {SHOP}, {_TOLD}, channel_code, business_date, {', '.join(_COSTS)}, 0 AS paid_fen, 0 AS "
    f"both_fen, 0 AS fees_both_fen FROM {_FACTS}"
)
_SHEET = """
    SELECT * EXCLUDE (cost_known_fen, fees_known_fen), cost_known_fen + cost_untold_fen AS both_fen,
        fees_known_fen + fees_untold_fen AS fees_both_fen
    FROM {batch}"""

COST_RULES = (
    SqlRule(
        "COST_IN_FORCE", STOP,
        "每个子订单的成本是支付那天生效的那一条",
        "a line bears the unit cost in force on the day it was paid, and no other",
        "用错一天的成本,毛利就错", "the cost of another day makes profit wrong",
        table=_FACTS,
        query=f"""
            WITH word AS ({_WORD}), entered AS ({_IN_FORCE}), borne AS ({_OF_GOODS})
            SELECT {SHOP}, order_line_id, borne.unit_cost_fen AS borne_fen,
                entered.unit_cost_fen AS entered_fen
            FROM borne FULL JOIN entered USING ({SHOP}, order_line_id) WHERE borne.unit_cost_fen IS DISTINCT
                FROM entered.unit_cost_fen""",
    ),
    SqlRule(
        "PROFIT_DAYS_MATCH", STOP,
        "利润日表等于事实之和,支付金额要么成本已知、要么未知",
        "the profit sheet is the sum of the facts; paid value is of known cost or of untold",
        "同一笔钱在每一层必须分文不差", "the same money must be the same to the fen in every layer",
        table=_PROFIT,
        query=difference(_SHEET, f"{_SOLD} UNION ALL BY NAME {_SPENT}", _GRAIN,
            ["paid_fen", "both_fen", "fees_both_fen", *_COSTS]),
    ),
)  # fmt: skip
