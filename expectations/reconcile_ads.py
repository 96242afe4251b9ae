"""Reconciliation of advertising to the fen: facts = what was told and entered, one telling of each money
counts, and its sheets are the sums of the facts.

Written in SQL from the definitions, with no look at the transforms' code: an error there shows here as a
difference.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from contracts.ad_families import AD_FAMILIES, ENTERED
from contracts.cost_fields import SAME_COST
from expectations.reconcile import difference
from expectations.rule import STOP, SqlRule
from expectations.told import LINES, SHOP

_FACTS, _REPORTS, _PROMOTION = "gold.fct_ad_spend", "gold.mart_ad_daily", "gold.mart_promotion_daily"
_DAY = f"{SHOP}, business_date"
_ENTRY = "merchant_id, shop_id, ad_entry_id"
_KINDS = ("spent_fen", "spent_cash_fen", "spent_grant_fen", "ad_untold_fen")

_WORD = f"""
    SELECT * FROM ops.fixed_cost WHERE cost_kind_code IN ('ad_cash', 'ad_grant')
    QUALIFY row_number() OVER (PARTITION BY {", ".join(SAME_COST)} ORDER BY event_number DESC) = 1"""
_TOLD = f"""
    SELECT {_ENTRY}, ad_date AS business_date, spent_fen FROM now.ad_spend
        WHERE coalesce(currency_code, 'CNY') = 'CNY'
    UNION ALL
    SELECT merchant_id, shop_id, 'cost:' || event_number, NULL, cost_amount_fen FROM ({_WORD}) SEMI
        JOIN ops.shop USING (merchant_id, shop_id)
    WHERE cost_amount_fen IS NOT NULL"""
#: The days an entry is spread over are its own; a report's row has one.
_FACT_DAY = (
    f"SELECT * REPLACE (CASE WHEN ad_family_code <> '{ENTERED}' THEN business_date END AS "
    f"business_date) FROM {{batch}}"
)

_FAMILIES = ", ".join(
    f"('{code}', '{item.pot}', {item.rank})" for code, item in AD_FAMILIES.items() if item.rank is not None
)
#: Of what tells one pot of money on one day the first family; where the merchant entered the day, nothing
#: else.
_COUNTS = f"""
    SELECT {_DAY}, spent_fen FROM (
        SELECT *, ad_family_code = first_value(ad_family_code)
            OVER (PARTITION BY {_DAY}, pot ORDER BY place, ad_family_code) AS is_first,
            bool_or(pot = '{ENTERED}') OVER (PARTITION BY {_DAY}) AS is_own
        FROM {{batch}} JOIN (VALUES {_FAMILIES}) AS family(head, pot, place)
            ON head = split_part(ad_family_code, ':', 1))
    WHERE is_first AND (pot = '{ENTERED}' OR NOT is_own)"""

_COUNTED = f"(SELECT DISTINCT {_DAY} FROM {_FACTS} WHERE ad_use_code = 'counted')"
_SOLD = f"""
    SELECT {SHOP}, paid_date AS business_date, paid_fen, if(is_told, paid_fen, 0) AS spend_known_fen,
        if(is_told, 0, paid_fen) AS spend_untold_fen,
        if(is_told, cohort_refund_fen, 0) AS ad_refund_fen
    FROM {LINES} AS l SEMI JOIN (SELECT DISTINCT merchant_id FROM {_FACTS}) USING (merchant_id)
    LEFT JOIN (SELECT {SHOP}, business_date AS paid_date, true AS is_told FROM {_COUNTED})
        USING ({SHOP}, paid_date) WHERE paid_date IS NOT NULL"""
_SETTLED = f"""
    SELECT {_DAY}, settled_fen AS cohort_settled_fen FROM (
        SELECT *, paid_date AS business_date FROM gold.fct_settlement_entry WHERE paid_date IS NOT NULL
            AND settled_date IS NOT NULL)
    SEMI JOIN {_COUNTED} USING ({_DAY})"""
_EARNED = f"""
    SELECT {_DAY}, cost_known_fen, cost_untold_fen, fees_known_fen, fees_untold_fen,
        cost_known_fen - costed_refund_fen - cost_fen - write_down_fen
        - cohort_fee_fen - cohort_commission_fen - packing_fen - freight_out_fen - freight_back_fen -
            slot_fee_fen - sample_fen AS ad_contribution_fen
    FROM gold.mart_profit_daily SEMI JOIN {_COUNTED} USING ({_DAY})"""
_KEPT = f"""
    SELECT {_DAY}, sum(matured_fen)::BIGINT AS matured_fen FROM gold.mart_outlook_daily SEMI JOIN {_COUNTED}
        USING ({_DAY})
    GROUP BY ALL HAVING count(*) = count(matured_fen)"""
_EXPECTED = " UNION ALL BY NAME ".join(
    [
        f"SELECT {_DAY}, {', '.join(_KINDS)} FROM {_FACTS} WHERE ad_use_code = 'counted'",
        _SOLD,
        _SETTLED,
        _EARNED,
        _KEPT,
    ]
)
_MEASURES = (
    *_KINDS, "paid_fen", "spend_known_fen", "spend_untold_fen", "ad_refund_fen", "cohort_settled_fen",
    "cost_known_fen", "cost_untold_fen", "fees_known_fen",
    "fees_untold_fen", "ad_contribution_fen", "matured_fen",
)  # fmt: skip
#: Each pair parts all spend: what has the other side of a ratio, and what has not.
_PAIRS = (
    ("ad_attributed_spent_fen", "ad_unattributed_fen"), ("ad_whole_spent_fen", "ad_not_whole_fen"),
    ("billed_spent_fen", "unbilled_spent_fen"),
    ("matured_spent_fen", "unmatured_spent_fen"),
)  # fmt: skip

AD_RULES = (
    SqlRule(
        "ADS_MATCH_TOLD", STOP,
        "推广消耗事实等于报表的当前状态和录入的金额",
        "facts of advertising are what reports tell now and what was entered",
        "多一笔少一笔,投产比就错", "an entry more or less makes every return on advertising wrong",
        table=_FACTS, query=difference(_FACT_DAY, _TOLD, f"{_ENTRY}, business_date", ["spent_fen"]),
    ),
    SqlRule(
        "ADS_COUNTED_ONCE", STOP,
        "同一笔推广费只计入一次;录入了的日子只算录入的",
        "of tellings of one money one counts; of a day that was entered, nothing else",
        "几张报表说的是同一笔钱,加起来花费就翻倍", "reports tell the same money: added up, spend doubles",
        table=_FACTS, query=difference("SELECT * FROM {batch} WHERE ad_use_code = 'counted'", _COUNTS, _DAY,
            ["spent_fen"]),
    ),
    SqlRule(
        "AD_DAYS_MATCH", STOP,
        "推广消耗日表等于事实之和", "the sheet of advertising is the sum of the facts",
        "同一笔钱在每一层必须分文不差", "the same money must be the same to the fen in every layer",
        table=_REPORTS, query=difference(
            "SELECT * FROM {batch}", f"SELECT * FROM {_FACTS}", f"{_DAY}, ad_family_code, ad_use_code",
            list(_KINDS)),
    ),
    SqlRule(
        "PROMOTION_DAYS_MATCH", STOP,
        "推广投产日表等于事实之和,与利润日表、成熟净成交日表一致",
        "advertising against sales is the sum of the facts, and agrees with profit and the outlook",
        "花费和成交要是同样的店、同样的天", "spend and sales must be of the same shops and days",
        table=_PROMOTION, query=difference("SELECT * FROM {batch}", _EXPECTED, _DAY, _MEASURES),
    ),
    SqlRule(
        "PROMOTION_PARTS_ADD_UP", STOP,
        "花费分成有另一边的和没有的,合计不变",
        "spend is what has the other side of a ratio and what has not, no more and no less",
        "少了一部分花费,投产比就虚高", "spend that is lost makes the return too good",
        table=_PROMOTION,
        query=(
            f"SELECT {_DAY} FROM {{batch}} WHERE "
            f"{' OR '.join(f'{has} + {lacks} <> spent_fen' for has, lacks in _PAIRS)}"
        ),
    ),
)  # fmt: skip
