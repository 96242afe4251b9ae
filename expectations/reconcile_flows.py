"""Reconciliation to the fen of the sheets beside the daily one: placed and paid, final sales, buyers and what
is expected to go back.

Written in SQL from the definitions, with no look at the transforms' code: an error there shows here as a
difference.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from expectations.reconcile import difference
from expectations.rule import STOP, SqlRule
from expectations.told import LINES, SHOP

_DAY = f"{SHOP}, channel_code, business_date"
_PLACED = f"""
    SELECT {SHOP}, channel_code, coalesce(created_date, paid_date) AS business_date,
        coalesce(paid_date, created_date) AS paid_date, paid_fen,
        CASE WHEN created_date IS NULL THEN 0 ELSE coalesce(placed_fen, 0) END AS placed_fen,
        CASE WHEN paid_date IS NULL THEN coalesce(placed_fen, 0) ELSE 0 END AS placed_unpaid_fen,
        CASE WHEN created_date IS NULL THEN paid_fen ELSE 0 END AS created_untold_fen
    FROM {LINES} WHERE created_date IS NOT NULL OR paid_date IS NOT NULL"""
_FINAL = f"""
    SELECT {SHOP}, coalesce(style_code, 'untold') AS style_code, channel_code, paid_date AS business_date,
        coalesce(finished_at::DATE, DATE '1970-01-01') AS finished_date,
            if(finished_at IS NULL, 0, paid_fen - cohort_refund_fen) AS finished_kept_fen,
        if(finished_at IS NULL AND order_status_code = 'finished', paid_fen - cohort_refund_fen,
            0) AS finish_untold_fen,
        if(finished_at IS NULL AND order_status_code <> 'finished', paid_fen - cohort_refund_fen,
            0) AS unfinished_kept_fen
    FROM {LINES} WHERE paid_date IS NOT NULL"""
_WORDS = ("sku_code", "size_name", "color_name", "province_name", "creator_id")
_TOLD = ", ".join(f"coalesce({name}, 'untold')" for name in _WORDS)
_BUYER_MONTH = "merchant_id, platform_code, business_date"
_IN_WINDOWS = f"""
    SELECT merchant_id, platform_code, buyer_key, paid_date + days AS until_date,
        unnest(generate_series(date_trunc('month', paid_date), paid_date + days - 1,
            INTERVAL 1 MONTH))::DATE AS month_date
    FROM {LINES}, (SELECT max(window_days_qty)::INTEGER AS days FROM gold.mart_buyer_monthly)
    WHERE is_order_head AND is_order_kept AND NOT coalesce(is_aside, false) AND paid_date IS NOT NULL"""
_KEPT_ORDERS = f"""
    SELECT {_BUYER_MONTH}, buyer_key, count(*) AS orders
    FROM (SELECT *, last_day(month_date) AS business_date FROM ({_IN_WINDOWS})) SEMI
        JOIN gold.mart_buyer_monthly USING ({_BUYER_MONTH})
    WHERE business_date < until_date GROUP BY ALL"""
_BUYERS = f"""
    SELECT {_BUYER_MONTH}, if(buyer_key IS NULL, 0, 1) AS kept_buyers_qty,
        if(buyer_key IS NOT NULL AND orders > 1, 1, 0) AS repeat_buyers_qty,
        if(buyer_key IS NULL, orders, 0) AS buyer_untold_orders_qty
    FROM ({_KEPT_ORDERS})"""
_TO_THE_FEN = ("同一笔钱在每一层必须分文不差", "the same money must be the same to the fen in every layer")
#: Per day what is expected to go back, its chance and its doubt, as far as told; what is old enough expects
#: nothing.
_EXPECTED = f"""
    SELECT {_DAY}, kept_fen - matured_fen AS to_return_fen, matured_noise_number, matured_doubt_fen
    FROM gold.mart_outlook_daily WHERE matured_fen IS NOT NULL"""
#: The words' fingerprint: a failing row is shown, and what people wrote may be anything.
_CELL_KEY = (
    f"md5(concat_ws('|', {_TOLD}, coalesce(style_code, 'untold'), coalesce(live_session_id, "
    "'untold'))) AS cell_key"
)
#: Sums are rounded, not their parts: that moves a cell by less than a fen.
_BEYOND_KEPT = f"""
    SELECT * FROM (
        SELECT {_DAY}, cell_key, sum(to_return_fen)::BIGINT AS to_return_fen,
            sum(keeps_fen)::BIGINT AS keeps_fen FROM (
            SELECT {_DAY}, {_CELL_KEY}, to_return_fen, 0 AS keeps_fen FROM {{batch}} UNION ALL BY NAME
            SELECT {_DAY}, {_CELL_KEY}, 0 AS to_return_fen,
                greatest(paid_fen - cohort_refund_fen, 0) AS keeps_fen
            FROM (SELECT *, paid_date AS business_date FROM {LINES}) SEMI JOIN {{batch}} USING ({_DAY}))
        GROUP BY ALL)
    WHERE to_return_fen > keeps_fen + 1"""

FLOW_RULES = (
    SqlRule(
        "PLACED_DAYS_MATCH", STOP,
        "下单支付日表等于事实之和", "the payment flow is the sum of the facts",
        *_TO_THE_FEN,
        table="gold.mart_payment_flow_daily",
        query=difference(
            "SELECT * FROM {batch}", _PLACED, f"{_DAY}, paid_date",
            ["placed_fen", "placed_unpaid_fen", "created_untold_fen", "paid_fen"]
        ),
    ),
    SqlRule(
        "FINAL_DAYS_MATCH", STOP,
        "完成留存日表等于事实之和", "the sheet of finished orders is the sum of the facts",
        *_TO_THE_FEN,
        table="gold.mart_final_daily",
        query=difference(
            "SELECT * FROM {batch}", _FINAL,
            f"{SHOP}, style_code, channel_code, business_date, finished_date",
            ["finished_kept_fen", "finish_untold_fen", "unfinished_kept_fen"],
        ),
    ),
    SqlRule(
        "BUYER_MONTHS_MATCH", STOP,
        "买家月表等于按窗口从事实数出来的买家",
        "buyers by month are those counted from the facts of each window",
        "复购率上下都是人数,多数一个少数一个都不对",
        "both parts of the repurchase rate are people: one too many or too few is wrong",
        table="gold.mart_buyer_monthly",
        query=difference("SELECT * FROM {batch}", _BUYERS, _BUYER_MONTH,
            ["kept_buyers_qty", "repeat_buyers_qty", "buyer_untold_orders_qty"]),
    ),
    SqlRule(
        "OUTLOOK_DETAIL_AGREES_WITH_DAYS", STOP,
        "成熟净成交明细日表与成熟净成交日表每店每渠道每日一致",
        "the detail of matured net and matured net by day agree per shop, channel and day",
        "各款、各场分到的加起来就是当天的,多一分少一分都不是同一个估计",
        "shares of an estimate are one estimate only if they add up to it",
        table="gold.mart_outlook_detail_daily",
        query=difference("SELECT * FROM {batch}", _EXPECTED, _DAY,
            ["to_return_fen", "matured_noise_number", "matured_doubt_fen"]),
    ),
    SqlRule(
        "OUTLOOK_DETAIL_WITHIN_KEPT", STOP,
        "估计还会退的,不会比现在留着的多", "no more is expected to go back than is kept",
        "没有的货退不回来", "what is not there cannot come back",
        table="gold.mart_outlook_detail_daily", query=_BEYOND_KEPT,
    ),
)  # fmt: skip
