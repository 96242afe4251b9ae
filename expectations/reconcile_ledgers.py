"""Reconciliation of ledgers to the fen: facts = current silver states, statement = matched + own + open, and
the daily sheet = the facts.

Written in SQL from the definitions, with no look at the transforms' code: an error there shows here as a
difference.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from expectations.reconcile import difference
from expectations.rule import STOP, WARN, SqlRule
from expectations.told import LINES, SHOP

_ENTRIES, _FUNDS = "gold.fct_settlement_entry", "gold.fct_fund_entry"
_ITEMS = "gold.mart_open_item"
_STATEMENTS = "gold.mart_statement_monthly"
_DAILY = "gold.mart_settlement_daily"
_FLOW = "gold.mart_settlement_flow_daily"
_STATEMENT = f"{SHOP}, ledger_code, business_month"
#: Kinds of movement that are goods' money (M10, metrics.md 2.2).
_GOODS = "('sale', 'refund', 'fee', 'commission', 'subsidy')"


def _told(month: str, fen: str, ledger: str, table: str) -> str:
    return (
        f"SELECT {SHOP}, '{ledger}' AS ledger_code, coalesce(strftime({month}, '%Y-%m'), 'undated') AS "
        f"business_month, {fen} AS total_fen FROM {table}"
    )


_TOLD = (
    f"{_told('settled_at', 'settled_fen', 'settlement', 'now.settlement_entry')} UNION ALL "
    f"{_told('moved_at', 'moved_fen', 'fund', 'now.fund_entry')}"
)
_OPEN = f"SELECT {_STATEMENT}, open_fen FROM {_ITEMS} WHERE business_month IS NOT NULL"
#: Kept money of paid lines no payout answers, in shops that gave a bill (silver, whether or not a rate is
#: known).
_PAYOUT = f"SELECT * FROM {_ENTRIES} WHERE settlement_type_code = 'sale' AND settled_at IS NOT NULL"
_UNSETTLED = f"""
    SELECT {SHOP}, order_line_id AS open_item_id, paid_fen - cohort_refund_fen AS open_fen
    FROM {LINES} SEMI JOIN silver.settlement_entry USING ({SHOP})
    ANTI JOIN ({_PAYOUT}) AS line USING ({SHOP}, order_line_id)
    ANTI JOIN ({_PAYOUT} AND order_line_id IS NULL) AS whole USING ({SHOP}, order_id)
    WHERE paid_date IS NOT NULL AND paid_fen > cohort_refund_fen"""
_DATED = f"""
    SELECT {SHOP}, channel_code, settled_date AS business_date, settled_fen, 0 AS funded_fen,
        0 AS unanswered_fen,
        coalesce(platform_fee_fen, 0) AS platform_fee_fen,
        coalesce(commission_creator_fen, 0) + coalesce(commission_leader_fen,
            0) + coalesce(commission_service_fen, 0) AS commission_fen
    FROM {_ENTRIES} WHERE settled_date IS NOT NULL
    UNION ALL BY NAME
    SELECT {SHOP}, channel_code, moved_date AS business_date, 0 AS settled_fen, moved_fen AS funded_fen,
        if(match_code IN ('settlement', 'day'), 0, moved_fen) AS unanswered_fen, 0 AS platform_fee_fen,
            0 AS commission_fen
    FROM {_FUNDS} WHERE fund_type_code IN {_GOODS}"""
_FLOWED = f"""
    SELECT {SHOP}, channel_code, settled_date AS business_date,
        coalesce(paid_date, settled_date) AS paid_date, settled_fen,
        if(funding_code = 'none', settled_fen, 0) AS unfunded_fen,
            if(funding_code = 'order', settled_fen, 0) AS summed_fen,
        if(settlement_type_code = 'insurance' OR paid_date IS NOT NULL, 0,
            settled_fen + coalesce(platform_fee_fen, 0) + coalesce(other_fee_fen, 0)
            + coalesce(commission_creator_fen, 0) + coalesce(commission_leader_fen,
                0) + coalesce(commission_service_fen, 0)) AS unplaced_goods_fen
    FROM {_ENTRIES} WHERE settled_date IS NOT NULL"""

_WAITING = "open_reason_code IN ('order_unfinished', 'order_unsettled')"
_ZH, _EN = "结算单的每一分都要有去处", "every fen of a statement has its place"

LEDGER_RULES = (
    SqlRule(
        "ENTRIES_MATCH_SILVER", STOP,
        "结算明细事实与当前状态逐笔一致", "settlement facts are the current entries, one by one",
        "同一笔多算一次,佣金和到手的钱都错",
        "an entry counted twice makes commissions and settled money wrong",
        table=_ENTRIES, query=difference(
            "SELECT * FROM {batch}", "FROM now.settlement_entry", f"{SHOP}, settlement_entry_id",
            ["settled_fen"]),
    ),
    SqlRule(
        "FUNDS_MATCH_SILVER", STOP,
        "资金流水事实与当前状态逐笔一致", "fund facts are the current movements, one by one",
        "同一笔多算一次,到账就错", "a movement counted twice makes funded money wrong",
        table=_FUNDS, query=difference("SELECT * FROM {batch}", "FROM now.fund_entry",
            f"{SHOP}, fund_entry_id", ["moved_fen"]),
    ),
    SqlRule(
        "STATEMENTS_MATCH_SILVER", STOP,
        "对账单合计等于当前结算明细和资金流水之和",
        "a statement's total is the sum of the current entries and movements",
        _ZH, _EN,
        table=_STATEMENTS,
        query=difference("SELECT * FROM {batch} WHERE ledger_code <> 'funding'", _TOLD, _STATEMENT,
            ["total_fen"]),
    ),
    SqlRule(
        "STATEMENT_CLOSES", STOP,
        "对账单合计 = 已对上 + 自有划转 + 未结",
        "a statement's total is what is matched, the merchant's own and open",
        _ZH, _EN,
        table=_STATEMENTS,
        query=f"""
            SELECT {_STATEMENT}, total_fen - matched_fen - explained_fen - open_fen AS rest_fen FROM {{batch}}
            WHERE total_fen <> matched_fen + explained_fen + open_fen""",
    ),
    SqlRule(
        "OPEN_ITEMS_MATCH_STATEMENTS", STOP,
        "未结台账等于对账单的未结金额", "the open items are what the statements leave open",
        _ZH, _EN,
        table=_ITEMS,
        query=difference(_OPEN.replace(_ITEMS, "{batch}"), f"SELECT * FROM {_STATEMENTS}", _STATEMENT,
            ["open_fen"]),
    ),
    SqlRule(
        "OPEN_ORDERS_MATCH_FACTS", STOP,
        "未结订单就是已付、未退、未结算的子订单", "open orders are the lines paid, kept and not settled",
        "漏列一单,商家就少追一笔钱", "an order left out is money nobody asks for",
        table=_ITEMS,
        query=difference(f"SELECT * FROM {{batch}} WHERE {_WAITING}", _UNSETTLED, f"{SHOP}, open_item_id",
            ["open_fen"]),
    ),
    SqlRule(
        "SETTLEMENT_DAYS_MATCH", STOP,
        "结算到账日表等于事实之和", "the settlement sheet is the sum of the facts, on each clock",
        "同一笔钱在每一层必须分文不差", "the same money must be the same to the fen in every layer",
        table=_DAILY,
        query=difference(
            "SELECT * FROM {batch}", _DATED, f"{SHOP}, channel_code, business_date",
            ["settled_fen", "funded_fen", "unanswered_fen", "platform_fee_fen", "commission_fen"],
        ),
    ),
    SqlRule(
        "SETTLEMENT_FLOW_MATCHES", STOP,
        "支付结算流向日表等于事实之和", "the settlement flow is the sum of the facts",
        "同一笔钱在每一层必须分文不差", "the same money must be the same to the fen in every layer",
        table=_FLOW,
        query=difference(
            "SELECT * FROM {batch}", _FLOWED, f"{SHOP}, channel_code, business_date, paid_date",
            ["settled_fen", "unfunded_fen", "summed_fen", "unplaced_goods_fen"],
        ),
    ),
    SqlRule(
        "SETTLEMENT_FLOW_AGREES_WITH_DAYS", STOP,
        "支付结算流向日表与结算到账日表每店每渠道每日一致",
        "the settlement flow and the settlement sheet agree per shop, channel and day",
        "两页显示同一件事,数字必须相同", "two pages that show the same thing must show the same number",
        table=_FLOW,
        query=difference("SELECT * FROM {batch}", f"SELECT * FROM {_DAILY}",
            f"{SHOP}, channel_code, business_date", ["settled_fen", "settled_goods_fen"]),
    ),
    SqlRule(
        "ENTRY_ADDS_UP", WARN,
        "收入合计 + 支出合计 = 结算金额", "income and expense of an entry are what was settled",
        "对不上的结算单可能缺列或被改过", "a bill that does not add up lacks a column or was changed",
        step_zh="重新下载这份结算单,不要在 Excel 里改",
        step_en="download the bill again and change nothing in Excel",
        table="silver.settlement_entry",
        query=f"""
            SELECT {SHOP}, settlement_entry_id, income_fen + expense_fen - settled_fen AS rest_fen
                FROM now.settlement_entry
            WHERE income_fen + expense_fen <> settled_fen AND currency_code IS NULL""",
    ),
    SqlRule(
        "LEDGER_RATE_KNOWN", WARN,
        "外币结算明细和资金流水都有汇率",
        "settlement entries and movements in another currency have their rate",
        "没有汇率的先等着,不猜", "without a rate they wait; none is guessed",
        step_zh="导入这几天的汇率:baiyun rates import",
        step_en="import the rates of these days: baiyun rates import",
        table="ops.currency_rate", weight="waiting_qty",
        query=f"""
            SELECT {SHOP}, currency_code, count(*) AS waiting_qty FROM (
                SELECT DISTINCT {SHOP}, currency_code, settlement_entry_id FROM silver.settlement_entry AS s
                ANTI JOIN {_ENTRIES} AS f USING ({SHOP}, settlement_entry_id)
                    WHERE s.currency_code IS NOT NULL
                UNION ALL
                SELECT DISTINCT {SHOP}, currency_code, fund_entry_id FROM silver.fund_entry AS s
                ANTI JOIN {_FUNDS} AS f USING ({SHOP}, fund_entry_id) WHERE s.currency_code IS NOT NULL)
            GROUP BY ALL""",
    ),
)  # fmt: skip
