"""Reconciliation to the fen.

Vertical: marts = facts = current silver states, on every clock. Horizontal: two marts that tell the same
agree.

Written in SQL from the definitions, with no look at the transforms' code: an error there shows here as a
difference.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from collections.abc import Sequence

from expectations.rule import STOP, SqlRule
from expectations.told import LINES, LINES_LOST, ORDER_PAID, SHOP

_REFUNDS = "gold.fct_refund_line"
_DAILY, _STYLES, _SESSIONS = "gold.mart_shop_channel_daily", "gold.mart_style_daily", "gold.mart_live_session"

#: Additive measure → the same from order-line facts.
PAID = {
    "paid_fen": "paid_fen",
    "paid_orders_qty": "is_order_head::BIGINT",
    "units_qty": "CASE WHEN is_gift THEN 0 ELSE coalesce(line_qty, 0) END",
    "units_untold_qty": "(NOT is_gift AND line_qty IS NULL)::BIGINT",
    "cohort_refund_fen": "cohort_refund_fen",
    "cohort_refund_before_fen": "refund_before_fen",
    "cohort_refund_after_fen": "refund_after_fen",
    "cohort_refund_unstaged_fen": "refund_unstaged_fen",
    "cohort_refund_undated_fen": "refund_undated_fen",
    "cohort_refund_unsized_fen": "coalesce(refund_unsized_fen, 0)",
    "aside_paid_fen": "if(is_aside, paid_fen, 0)",
    "aside_refund_fen": "if(is_aside, cohort_refund_fen, 0)",
    "kept_units_qty": "CASE WHEN is_gift THEN 0 ELSE coalesce(sent_qty - back_qty, 0) END",
    "kept_orders_qty": "(is_order_head AND is_order_kept)::BIGINT",
    "refunded_orders_qty": "(is_order_head AND is_order_refunded)::BIGINT",
    "shipped_fen": "CASE WHEN is_shipped THEN paid_fen - refund_before_fen ELSE 0 END",
    "shipment_untold_fen": "CASE WHEN is_shipped IS NULL THEN paid_fen ELSE 0 END",
    "sent_units_qty": "CASE WHEN is_shipped AND NOT is_gift THEN coalesce(sent_qty, 0) ELSE 0 END",
    "returned_units_qty": "CASE WHEN is_shipped AND NOT is_gift THEN coalesce(back_qty, 0) ELSE 0 END",
    "merchant_paid_fen": "coalesce(paid_fen + subsidy_fen, 0)",
    "subsidy_untold_fen": "CASE WHEN subsidy_fen IS NULL THEN paid_fen ELSE 0 END",
}


def difference(left: str, right: str, by: str, measures: Sequence[str]) -> str:
    """A query for the groups of ``by`` where the sums of ``measures`` differ: each row names the group and,
    per measure, left minus right.
    """
    signed = ", ".join(f"-({name}) AS {name}" for name in measures)
    sums = ", ".join(f"sum({name})::BIGINT AS {name}_off" for name in measures)
    off = " OR ".join(f"{name}_off <> 0" for name in measures)
    names = ", ".join(measures)
    both = f"SELECT {by}, {names} FROM ({left}) UNION ALL BY NAME SELECT {by}, {signed} FROM ({right})"
    return f"SELECT * FROM (SELECT {by}, {sums} FROM ({both}) GROUP BY {by}) WHERE {off}"


_MEASURES = ", ".join(f"{sql} AS {name}" for name, sql in PAID.items())
_GRAIN = f"{SHOP}, channel_code, coalesce(style_code, 'untold') AS style_code"
_FACT_PAID = (
    f"SELECT {_GRAIN}, paid_date AS business_date, {_MEASURES} FROM {LINES} WHERE paid_date IS NOT NULL"
)
_FACT_DATED = (
    f"SELECT {_GRAIN}, refund_date AS business_date, refund_fen AS dated_refund_fen FROM "
    f"{_REFUNDS} WHERE refund_date IS NOT NULL"
)
_FLOW_DAY = f"{SHOP}, channel_code, paid_date, refund_date"
_FACT_FLOW = (
    f"SELECT {_FLOW_DAY}, refund_fen AS dated_refund_fen FROM {_REFUNDS} WHERE refund_date IS NOT NULL"
)
_AGED = {age: f"refund_by_{age}_fen" for age in (7, 14, 30)}
_AGE_DAY = f"{SHOP}, style_code, channel_code, business_date"
_EACH_AGE = ", ".join(
    f"if(refund_date - paid_date <= {age}, refund_fen, 0) AS {name}" for age, name in _AGED.items()
)
_FACT_AGED = f"""
    SELECT {_GRAIN}, paid_date AS business_date, paid_fen, cohort_refund_fen,
        refund_undated_fen AS cohort_refund_undated_fen,
        {", ".join(f"0 AS {name}" for name in _AGED.values())} FROM {LINES} WHERE paid_date IS NOT NULL
    UNION ALL BY NAME
    SELECT {_GRAIN}, paid_date AS business_date, 0 AS paid_fen, 0 AS cohort_refund_fen,
        0 AS cohort_refund_undated_fen,
        {_EACH_AGE}
    FROM {_REFUNDS} WHERE refund_date IS NOT NULL AND paid_date IS NOT NULL"""
#: Sales stand over views only for sessions whose views some source tells.
_VIEWED = "(SELECT * FROM now.live_session WHERE views_qty IS NOT NULL)"
_FACT_SESSION = f"""
    SELECT {SHOP}, started_at::DATE AS business_date, paid_fen AS session_paid_fen,
        cohort_refund_fen AS session_refund_fen, 0 AS session_views_qty
    FROM {LINES} JOIN {_VIEWED} USING ({SHOP}, live_session_id) WHERE paid_date IS NOT NULL
    UNION ALL BY NAME
    SELECT {SHOP}, started_at::DATE AS business_date, 0 AS session_paid_fen, 0 AS session_refund_fen,
        views_qty AS session_views_qty
    FROM {_VIEWED}"""
_FACT_OF_SESSION = (
    f"SELECT {SHOP}, live_session_id, {_MEASURES} FROM {LINES} WHERE paid_date IS NOT NULL "
    "AND start_date IS NOT NULL"
)
_SESSION_DAY = f"""
    SELECT {SHOP}, business_date, paid_fen AS session_paid_fen, cohort_refund_fen AS session_refund_fen,
        session_views_qty
    FROM {_SESSIONS} SEMI JOIN {_VIEWED} USING ({SHOP}, live_session_id)"""
_SESSION = ("session_paid_fen", "session_refund_fen", "session_views_qty")
_SHOP_DAY, _STYLE_DAY = f"{SHOP}, channel_code, business_date", f"{SHOP}, style_code, business_date"

_ITEMISED = (
    f"SELECT {SHOP}, refund_id, refund_fen, refund_stage_code, refund_date FROM {{batch}} WHERE NOT "
    "starts_with(refund_id, 'stated:')"
)
#: What no after-sale says is not compared: there gold goes by the goods, see UNTOLD_STAGE_BY_SHIPMENT.
_UNTOLD = f"""
    WITH untold AS (
        SELECT {SHOP}, refund_id, bool_and(refund_stage_code = 'unknown') AS is_all
        FROM now.done_refund GROUP BY {SHOP}, refund_id HAVING bool_or(refund_stage_code = 'unknown'))"""


def _as_told(refunds: str) -> str:
    """``refunds`` with an unknown stage wherever any row of the after-sale tells none."""
    return f"""
        SELECT {SHOP}, refund_id, refund_fen, refund_date,
            if(is_all IS NULL, refund_stage_code, 'unknown') AS refund_stage_code
        FROM ({refunds}) LEFT JOIN untold USING ({SHOP}, refund_id)"""


_REFUNDS_OFF = difference(
    _as_told(_ITEMISED),
    _as_told("FROM now.done_refund"),
    f"{SHOP}, refund_id, refund_stage_code, refund_date",
    ["refund_fen"],
)
_STAGE_OFF = f"""
    SELECT {SHOP}, refund_id, order_line_id FROM {{batch}} AS f JOIN untold USING ({SHOP}, refund_id)
    JOIN (SELECT {SHOP}, order_line_id, shipped_at, is_shipment_told FROM {LINES})
        USING ({SHOP}, order_line_id)
    WHERE is_all AND refund_stage_code <> CASE
        WHEN shipped_at <= applied_at THEN 'after_shipment'
        WHEN shipped_at > applied_at OR (shipped_at IS NULL AND is_shipment_told) THEN 'before_shipment'
        ELSE 'unknown' END"""
_REFUND_OF_LINE = f"""
    SELECT {SHOP}, order_line_id, refund_fen AS cohort_refund_fen,
        if(refund_stage_code = 'before_shipment', refund_fen, 0) AS refund_before_fen,
        if(refund_stage_code = 'after_shipment', refund_fen, 0) AS refund_after_fen,
            if(refund_date IS NULL, refund_fen, 0) AS refund_undated_fen
    FROM {{batch}}"""
_LINE_PARTS = ("cohort_refund_fen", "refund_before_fen", "refund_after_fen", "refund_undated_fen")
_PAID_LINES = f"SELECT * FROM {LINES} WHERE paid_date IS NOT NULL"

#: Dimension → its key; a fact that tells none of it needs none.
_DIMENSIONS = {
    "dim_shop": SHOP,
    "dim_product": f"{SHOP}, style_code",
    "dim_creator": "merchant_id, platform_code, creator_id",
    "dim_live_session": f"{SHOP}, live_session_id",
}
_WITHOUT_DIMENSION = " UNION ALL ".join(
    f"SELECT {SHOP}, '{name}' AS dimension, {key.rpartition(', ')[2]} AS member, count(*) AS lines_qty"
    f" FROM (SELECT * FROM {{batch}} WHERE {key.rpartition(', ')[2]} IS NOT "
    f"NULL{' AND start_date IS NOT NULL' if 'session' in name else ''})"
    f" ANTI JOIN gold.{name} USING ({key}) GROUP BY ALL"
    for name, key in _DIMENSIONS.items()
)

_TO_THE_FEN_ZH = "同一笔钱在每一层必须分文不差"
_TO_THE_FEN_EN = "the same money must be the same to the fen in every layer"

RECONCILE_RULES = (
    SqlRule(
        "NO_LINE_LOST", STOP,
        "当前子订单与事实表一一对应", "facts hold every current order line, and none that silver does not",
        "丢一行就少算一笔", "a lost line is lost money",
        table=LINES, query=LINES_LOST,
    ),
    SqlRule(
        "DIMENSIONS_COMPLETE", STOP,
        "事实里的款式、达人、场次、店铺都在维度表里",
        "every style, creator, session and shop of the facts is in its dimension",
        "找不到维度的行会在联表时消失", "a row without its dimension vanishes from every join",
        table=LINES, weight="lines_qty", query=_WITHOUT_DIMENSION,
    ),
    SqlRule(
        "PAID_MATCHES_SILVER", STOP,
        "每个订单的支付金额与当前状态一致", "each order's paid value is what its current states tell",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table=LINES,
        query=difference("SELECT * FROM {batch}", ORDER_PAID, f"{SHOP}, order_id", ["paid_fen"]),
    ),
    SqlRule(
        "PAID_ON_ITS_DAY", STOP,
        "支付时间与当前状态一致", "a line's payment time is the one its line or order tells",
        "放错日期,两天的数字都错", "money on the wrong day makes two days wrong",
        table=LINES,
        query=f"""
            SELECT {SHOP}, order_line_id FROM {{batch}} AS f LEFT JOIN now.order_line AS l
                USING ({SHOP}, order_line_id)
            LEFT JOIN now."order" AS o ON (f.merchant_id, f.shop_id, f.platform_code,
                f.order_id) = (o.merchant_id, o.shop_id, o.platform_code, o.order_id)
            WHERE f.paid_at IS DISTINCT FROM coalesce(l.paid_at, o.paid_at)""",
    ),
    SqlRule(
        "REFUNDS_MATCH_SILVER", STOP,
        "退款事实与当前售后状态逐笔一致", "refund facts are the current after-sales, one by one",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table=_REFUNDS,
        query=f"{_UNTOLD} {_REFUNDS_OFF}",
    ),
    SqlRule(
        "UNTOLD_STAGE_BY_SHIPMENT", STOP,
        "售后没有说明阶段的,按申请时是否已发货",
        "where no after-sale tells the stage, the goods do: had they left when it was applied for?",
        "快手、拼多多的仅退款不说阶段;猜错会移动发货前退款",
        "Kuaishou and Pinduoduo tell none of a bare refund; a wrong one moves the rate before shipment",
        table=_REFUNDS, query=f"{_UNTOLD} {_STAGE_OFF}",
    ),
    SqlRule(
        "LINE_REFUND_MATCHES_REFUNDS", STOP,
        "子订单的退款及其拆分等于退款事实之和",
        "a line's refund and its parts are the sum of its refund facts",
        "订单日口径和退款日口径必须来自同一笔退款",
        "the paid clock and the refund clock must tell of the same refunds",
        table=_REFUNDS,
        query=difference(_PAID_LINES, _REFUND_OF_LINE, f"{SHOP}, order_line_id", _LINE_PARTS),
    ),
    SqlRule(
        "STATED_REFUND_KEPT", STOP,
        "订单行和订单所载退款没有少算", "no less is refunded than lines and orders state",
        "少算退款,留存就虚高", "a refund left out makes kept money too high",
        table=LINES,
        query=f"""
            SELECT {SHOP}, order_id, any_value(s.stated_refund_fen) AS stated_fen,
                sum(cohort_refund_fen)::BIGINT AS refund_fen
            FROM {{batch}} AS f JOIN now."order" AS s USING ({SHOP}, order_id) WHERE s.paid_at IS NOT NULL
            GROUP BY {SHOP}, order_id HAVING sum(cohort_refund_fen) < any_value(s.stated_refund_fen)
            UNION ALL
            SELECT {SHOP}, f.order_id, sum(s.stated_refund_fen)::BIGINT, sum(cohort_refund_fen)::BIGINT
            FROM {{batch}} AS f LEFT JOIN now.order_line AS s USING ({SHOP}, order_line_id)
                WHERE f.paid_at IS NOT NULL
            GROUP BY {SHOP}, f.order_id HAVING sum(cohort_refund_fen) < sum(s.stated_refund_fen)
            UNION ALL
            SELECT {SHOP}, order_line_id, s.stated_refund_fen, cohort_refund_fen
            FROM {{batch}} AS f JOIN now.order_line AS s USING ({SHOP}, order_line_id)
            WHERE f.paid_at IS NOT NULL AND s.stated_refund_fen > 0
            AND cohort_refund_fen < least(s.stated_refund_fen, f.paid_fen - coalesce(f.postage_fen, 0))""",
    ),
    SqlRule(
        "SHOP_DAYS_PAID", STOP,
        "店铺日表的支付口径等于事实之和", "the daily sheet's paid clock is the sum of the facts",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table=_DAILY, query=difference("SELECT * FROM {batch}", _FACT_PAID, _SHOP_DAY, list(PAID)),
    ),
    SqlRule(
        "SHOP_DAYS_REFUNDED", STOP,
        "店铺日表的退款日口径等于退款事实之和",
        "the daily sheet's refund clock is the sum of the refund facts",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table=_DAILY, query=difference("SELECT * FROM {batch}", _FACT_DATED, _SHOP_DAY, ["dated_refund_fen"]),
    ),
    SqlRule(
        "REFUND_FLOW_AND_FACTS", STOP,
        "退款流向日表等于事实之和", "the refund flow is the sum of the facts",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table="gold.mart_refund_flow_daily",
        query=difference("SELECT * FROM {batch}", _FACT_FLOW, _FLOW_DAY, ["dated_refund_fen"]),
    ),
    SqlRule(
        "KEPT_AT_AGE_AND_FACTS", STOP,
        "同龄日表等于事实之和", "the sheet of equal ages is the sum of the facts",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table="gold.mart_kept_age_daily",
        query=difference(
            "SELECT * FROM {batch}", _FACT_AGED, _AGE_DAY,
            ["paid_fen", "cohort_refund_fen", "cohort_refund_undated_fen", *_AGED.values()]
        ),
    ),
    SqlRule(
        "SHOP_DAYS_AIRED", STOP,
        "店铺日表的场次口径等于事实与场次之和",
        "the daily sheet's session clock is the sum of facts and sessions",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table=_DAILY, query=difference("SELECT * FROM {batch}", _FACT_SESSION, f"{SHOP}, business_date",
            _SESSION),
    ),
    SqlRule(
        "STYLE_DAYS_PAID", STOP,
        "款式日表的支付口径等于事实之和", "the style sheet's paid clock is the sum of the facts",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table=_STYLES, query=difference("SELECT * FROM {batch}", _FACT_PAID, _STYLE_DAY, list(PAID)),
    ),
    SqlRule(
        "STYLE_DAYS_REFUNDED", STOP,
        "款式日表的退款日口径等于退款事实之和",
        "the style sheet's refund clock is the sum of the refund facts",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table=_STYLES, query=difference(
            "SELECT * FROM {batch}", _FACT_DATED, _STYLE_DAY, ["dated_refund_fen"]),
    ),
    SqlRule(
        "SESSIONS_PAID", STOP,
        "直播场次表等于归到场次的事实之和",
        "the sheet of sessions is the sum of the facts attributed to them",
        _TO_THE_FEN_ZH, _TO_THE_FEN_EN,
        table=_SESSIONS, query=difference(
            "SELECT * FROM {batch}", _FACT_OF_SESSION, f"{SHOP}, live_session_id", list(PAID)),
    ),
    SqlRule(
        "STYLES_AGREE_WITH_SHOP_DAYS", STOP,
        "款式日表与店铺日表每店每渠道每日一致",
        "the style sheet and the daily sheet agree per shop, channel and day",
        "两页显示同一件事,数字必须相同", "two pages that show the same thing must show the same number",
        table=_STYLES,
        query=difference("SELECT * FROM {batch}", f"SELECT * FROM {_DAILY}", _SHOP_DAY,
            [*PAID, "dated_refund_fen"]),
    ),
    SqlRule(
        "SESSIONS_AGREE_WITH_SHOP_DAYS", STOP,
        "直播场次表与店铺日表每店每日一致",
        "the sheet of sessions and the daily sheet agree per shop and day",
        "两页显示同一件事,数字必须相同", "two pages that show the same thing must show the same number",
        table=_SESSIONS,
        query=difference(_SESSION_DAY.replace(_SESSIONS, "{batch}"), f"SELECT * FROM {_DAILY}",
            f"{SHOP}, business_date", _SESSION),
    ),
)  # fmt: skip
