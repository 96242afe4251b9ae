"""Business rules of orders, refunds, sessions and marts: what must hold in the trade whatever the
platform.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from expectations.derive import KEPT_ROWS_SHARE
from expectations.rule import STOP, WARN, SqlRule

#: Shares above which a merchant should look; below this many lines a share says nothing.
UNKNOWN_CHANNEL_LIMIT = 0.8
UNKNOWN_STATUS_LIMIT = 0.01
ORPHAN_REFUND_LIMIT = 0.05
ENOUGH_LINES = 20
#: Refunded freight and goodwill come on top of what lines were paid, but never this much.
REFUND_FACTOR = 1.2
#: A day whose typical amount is this many times off the shop's own has probably been read in fen instead of
#: yuan, or the reverse.
UNIT_FACTOR = 30

_LINES = "gold.fct_order_line"
_REFUNDS = "gold.fct_refund_line"
_SHOP = "merchant_id, shop_id, platform_code"

#: Every shop with the last moment anything was received from it: what it tells of a later time cannot have
#: happened.
_RECEIVED = f"(SELECT {_SHOP}, max(received_at) + INTERVAL 1 DAY AS latest FROM ops.export GROUP BY ALL)"

ORDER_RULES = (
    SqlRule(
        "REFUND_ABOVE_PAID", WARN,
        "一个订单的退款不超过该订单支付", "refunds of an order never exceed what was paid for it",
        "小额补偿会略超;许多订单超出则说明退款重复",
        "goodwill may exceed it a little; many such orders mean refunds counted twice",
        step_zh="与平台的售后页核对;导重了的文件可以撤回",
        step_en="compare with the platform's after-sales; withdraw a file that was given twice",
        table=_LINES,
        query=f"""
            SELECT {_SHOP}, order_id, sum(paid_fen)::BIGINT AS paid_fen,
                sum(cohort_refund_fen)::BIGINT AS cohort_refund_fen FROM {{batch}}
            GROUP BY {_SHOP}, order_id HAVING sum(cohort_refund_fen) > sum(paid_fen)""",
    ),
    SqlRule(
        "SHOP_REFUND_ABOVE_PAID", STOP,
        f"一家店铺的退款总额不超过支付总额的 {REFUND_FACTOR:.0%}",
        f"a shop has not given back more than {REFUND_FACTOR:.0%} of what it was paid",
        "退回的远多于收到的,必是重复计算", "far more money returned than received can only be counted twice",
        table=_LINES,
        query=f"""
            SELECT {_SHOP}, sum(paid_fen)::BIGINT AS paid_fen,
                sum(cohort_refund_fen)::BIGINT AS cohort_refund_fen FROM {{batch}} GROUP BY {_SHOP}
            HAVING count_if(paid_fen > 0) >= {ENOUGH_LINES}
                AND sum(cohort_refund_fen) > {REFUND_FACTOR} * sum(paid_fen)""",
    ),
    SqlRule(
        "REFUND_PARTS_ADD_UP", STOP,
        "发货前、发货后、阶段不明三部分合计等于退款",
        "refunds before, after and of untold stage add up to the refund",
        "拆分对不上,发货前退款率就是错的",
        "if the parts do not add up, the rate of refunds before shipment is wrong",
        table=_LINES,
        query=f"""
            SELECT {_SHOP}, order_line_id FROM {{batch}}
            WHERE refund_before_fen + refund_after_fen + refund_unstaged_fen <> cohort_refund_fen
                OR refund_undated_fen > cohort_refund_fen""",
    ),
    SqlRule(
        "PAID_HAS_TIME", STOP,
        "有支付金额就有支付时间和支付日期", "money paid has a payment time and its date",
        "没有日期的支付不会出现在任何一天", "a payment without a date appears on no day",
        table=_LINES,
        query=f"""
            SELECT {_SHOP}, order_line_id FROM {{batch}} WHERE (paid_fen > 0 AND paid_at IS NULL)
            OR paid_date IS DISTINCT FROM paid_at::DATE OR created_date IS DISTINCT FROM created_at::DATE""",
    ),
    SqlRule(
        "REFUND_AFTER_PAYMENT", WARN,
        "退款不早于支付", "no refund is older than its payment",
        "时间列读错或平台时钟不一致", "a time column was misread, or the platform's clocks differ",
        step_zh="换成平台导出的原始文件再上传", step_en="upload the platform's original file instead",
        table=_REFUNDS,
        query=f"""
            SELECT {_SHOP}, refund_id, order_line_id FROM {{batch}} JOIN {_LINES} AS paid
                USING ({_SHOP}, order_line_id)
            WHERE refunded_at < paid.paid_at""",
    ),
    SqlRule(
        "FINISHED_AFTER_PAID", WARN,
        "完成不早于支付", "no order is finished before it is paid",
        "时间列读错", "a time column was misread",
        step_zh="换成平台导出的原始文件再上传", step_en="upload the platform's original file instead",
        table=_LINES, query=f"SELECT {_SHOP}, order_line_id FROM {{batch}} WHERE finished_at < paid_at",
    ),
    SqlRule(
        "NOT_IN_THE_FUTURE", WARN,
        "没有晚于收到数据一天以上的时间", "no moment lies more than a day after the data was received",
        "一条未来的记录会掩盖数据过期", "one row from the future hides that the data is stale",
        step_zh="核对文件里的日期;改过的文件换成平台原始文件",
        step_en="check the dates in the file; upload the original instead of an edited one",
        table=_LINES,
        query=f"""
            SELECT {_SHOP}, order_line_id, greatest(created_at, paid_at, shipped_at,
                finished_at)::VARCHAR AS moment
            FROM {{batch}} LEFT JOIN {_RECEIVED} AS received USING ({_SHOP})
            WHERE greatest(created_at, paid_at, shipped_at, finished_at) > coalesce(latest,
                now() + INTERVAL 1 DAY)""",
    ),
    SqlRule(
        "REFUND_NOT_IN_THE_FUTURE", WARN,
        "没有晚于收到数据一天以上的退款", "no refund lies more than a day after the data was received",
        "未来的退款会落在还没有的日期上", "it would stand on a day that has not come",
        step_zh="核对文件里的日期;改过的文件换成平台原始文件",
        step_en="check the dates in the file; upload the original instead of an edited one",
        table=_REFUNDS,
        query=f"""
            SELECT {_SHOP}, refund_id, order_line_id, refunded_at::VARCHAR AS moment FROM {{batch}} LEFT
                JOIN {_RECEIVED} AS received USING ({_SHOP})
            WHERE refunded_at > coalesce(latest, now() + INTERVAL 1 DAY)""",
    ),
    SqlRule(
        "ONE_HEAD_PER_ORDER", STOP,
        "每个订单恰有一个首行,只有赠品的订单没有",
        "every order has exactly one head line, an order of gifts only has none",
        "订单数就是首行数", "orders are counted by their heads",
        table=_LINES,
        query=f"""
            SELECT {_SHOP}, order_id FROM {{batch}} GROUP BY {_SHOP}, order_id
            HAVING count_if(is_order_head) <> (CASE WHEN bool_and(is_gift) THEN 0 ELSE 1 END)
                OR count_if(is_order_head AND is_gift) > 0""",
    ),
    SqlRule(
        "ORDER_IN_ONE_SHOP", WARN,
        "同一平台的订单只属于一家店铺", "an order of a platform belongs to one shop",
        "同一文件传给了两家店铺,金额算了两次;撤下其中一份前,其他商家不必等待",
        "one file was given to two shops and counts twice; others need not wait until one of the two is "
        "withdrawn",
        step_zh="找出传错店铺的那一份文件,撤回它",
        step_en="find the file that was given to the wrong shop and withdraw it",
        table=_LINES,
        query="""
            SELECT platform_code, order_id, merchant_id, shop_id FROM {batch}
            WHERE order_id IN (SELECT order_id FROM {batch} GROUP BY platform_code, order_id
                HAVING count(DISTINCT (merchant_id, shop_id)) > 1)
            GROUP BY ALL""",
    ),
    SqlRule(
        "KNOWN_CHANNEL", WARN,
        f"渠道不明的支付金额不超过 {UNKNOWN_CHANNEL_LIMIT:.0%}",
        f"at most {UNKNOWN_CHANNEL_LIMIT:.0%} of a shop's paid value has an unknown channel",
        "渠道占比只有在多数订单能认出渠道时才有意义;从未说过渠道的店铺不在此列",
        "channel shares need most orders to tell theirs; a shop that never told any is not judged",
        step_zh="导出时勾选流量来源、带货账号等列,或接通平台接口",
        step_en=(
            "export with the columns of traffic source and selling account, or connect the platform's "
            "API"
        ),
        table=_LINES, weight="lines_qty",
        query=f"""
            SELECT {_SHOP}, count_if(channel_code = 'unknown') AS lines_qty FROM {{batch}} WHERE paid_fen > 0
                GROUP BY {_SHOP}
            HAVING count(*) >= {ENOUGH_LINES} AND count_if(channel_code <> 'unknown') > 0
            AND coalesce(sum(paid_fen) FILTER (channel_code = 'unknown'),
                0) > {UNKNOWN_CHANNEL_LIMIT} * sum(paid_fen)""",
    ),
    SqlRule(
        "KNOWN_ORDER_STATUS", WARN,
        f"订单状态不认识的行不超过 {UNKNOWN_STATUS_LIMIT:.0%}",
        f"at most {UNKNOWN_STATUS_LIMIT:.0%} of a shop's lines have an unknown status",
        "平台换了状态用词", "the platform has changed its words",
        step_zh="把文件里的状态原词告诉支持", step_en="tell support the words of the status column",
        table=_LINES, weight="lines_qty",
        query=f"""
            SELECT {_SHOP}, count_if(order_status_code = 'unknown') AS lines_qty FROM {{batch}}
                GROUP BY {_SHOP}
            HAVING count(*) >= {ENOUGH_LINES}
                AND count_if(order_status_code = 'unknown') > {UNKNOWN_STATUS_LIMIT} * count(*)""",
    ),
    SqlRule(
        "KNOWN_REFUND_STATUS", WARN,
        f"退款状态不认识的行不超过 {UNKNOWN_STATUS_LIMIT:.0%}",
        f"at most {UNKNOWN_STATUS_LIMIT:.0%} of a shop's refunds have an unknown status",
        "认不出的退款不计入退款,留存会偏高",
        "a refund that is not recognised is not subtracted, so kept money is too high",
        step_zh="把文件里的状态原词告诉支持", step_en="tell support the words of the status column",
        table="silver.refund_line", weight="lines_qty",
        query=f"""
            SELECT {_SHOP}, count_if(refund_status_code = 'unknown') AS lines_qty FROM now.every_refund
                GROUP BY {_SHOP}
            HAVING count(*) >= {ENOUGH_LINES}
                AND count_if(refund_status_code = 'unknown') > {UNKNOWN_STATUS_LIMIT} * count(*)""",
    ),
    SqlRule(
        "REFUND_HAS_ORDER", WARN,
        f"找不到订单的成功退款不超过 {ORPHAN_REFUND_LIMIT:.0%}",
        f"at most {ORPHAN_REFUND_LIMIT:.0%} of a shop's done refunds lack their order",
        "缺订单的退款暂不计入,补上订单文件后自动计入",
        "refunds without their order wait outside the totals until the order's file comes",
        step_zh="补上这些售后所属日期的订单文件",
        step_en="give the order files of the days these after-sales are of",
        table="silver.refund_line", weight="lines_qty",
        query=f"""
            SELECT {_SHOP}, count_if(is_lost OR has_order IS NULL) AS lines_qty
            FROM now.every_refund LEFT JOIN (SELECT DISTINCT {_SHOP}, order_id, true AS has_order
                FROM {_LINES}) USING ({_SHOP}, order_id)
            WHERE refund_status_code = 'success' GROUP BY {_SHOP}
            HAVING count(*) >= {ENOUGH_LINES} AND count_if(is_lost
                OR has_order IS NULL) > {ORPHAN_REFUND_LIMIT} * count(*)""",
    ),
    SqlRule(
        "GIFT_IS_FREE", WARN,
        "赠品行没有支付金额", "gift lines carry no money",
        "赠品不计订单和件数,带金额就会让客单价失真",
        "gifts are no orders and no units; with money on them the order value is distorted",
        table=_LINES,
        query=f"SELECT {_SHOP}, order_line_id, paid_fen FROM {{batch}} WHERE is_gift AND paid_fen > 0",
    ),
    SqlRule(
        "STEADY_UNIT_OF_MONEY", WARN,
        f"一天的典型金额不偏离店铺平常 {UNIT_FACTOR} 倍",
        f"a day's typical amount is not {UNIT_FACTOR} times off the shop's own",
        "分与元混淆会让金额差一百倍", "fen taken for yuan makes money a hundred times too large",
        table=_LINES, weight="lines_qty",
        query=f"""
            SELECT {_SHOP}, paid_date, count(*) AS lines_qty,
                (median(paid_fen) / any_value(usual))::DECIMAL(18, 2) AS times
            FROM (SELECT *, median(paid_fen) OVER (PARTITION BY {_SHOP}) AS usual FROM {{batch}}
                WHERE paid_fen > 0 AND paid_date IS NOT NULL)
            GROUP BY {_SHOP}, paid_date
            HAVING count(*) >= {ENOUGH_LINES}
            AND (median(paid_fen) > {UNIT_FACTOR} * any_value(usual)
                OR median(paid_fen) * {UNIT_FACTOR} < any_value(usual))""",
    ),
    SqlRule(
        "SHOP_STILL_THERE", STOP,
        "上次发布里有订单的店铺仍有订单", "a shop with orders in the previous release still has some",
        "整店丢失只占全部行数的一小部分,行数检查看不出来",
        "a whole shop is a small share of all rows, so no row count would notice",
        table=_LINES, weight="lines_qty",
        query=f"SELECT {_SHOP}, lines_qty FROM before.shop_total ANTI JOIN {{batch}} USING ({_SHOP})",
    ),
    SqlRule(
        "SHOP_PAID_KEPT", WARN,
        "店铺累计支付没有比上次发布明显减少",
        "a shop's paid value has not dropped markedly since the previous release",
        "支付金额不因退款减少,变少说明数据被改写",
        "refunds do not lower what was paid; less of it means history was rewritten",
        step_zh="核对最近上传或撤回的文件", step_en="check the files that were last uploaded or withdrawn",
        table=_LINES,
        query=f"""
            SELECT {_SHOP}, any_value(was.paid_fen) AS before_fen, sum(fact.paid_fen)::BIGINT AS now_fen
            FROM {{batch}} AS fact JOIN before.shop_total AS was USING ({_SHOP}) GROUP BY {_SHOP}
            HAVING sum(fact.paid_fen) < {KEPT_ROWS_SHARE} * any_value(was.paid_fen)""",
    ),
    SqlRule(
        "SESSION_ENDS_AFTER_START", WARN,
        "直播结束不早于开始", "no session ends before it starts",
        "时间颠倒的场次匹配不到订单", "orders cannot be matched to a session whose times are turned round",
        table="gold.dim_live_session",
        query=f"SELECT {_SHOP}, live_session_id FROM {{batch}} WHERE ended_at < started_at",
    ),
    SqlRule(
        "KEPT_WITHIN_PAID", STOP,
        "留存不超过支付", "kept money never exceeds paid money",
        "负的退款会让留存虚高", "a negative refund would make kept money too high",
        table="gold.mart_shop_channel_daily",
        query=(
            f"SELECT {_SHOP}, channel_code, business_date FROM {{batch}} WHERE paid_fen - "
            "cohort_refund_fen > paid_fen OR dated_refund_fen < 0"
        ),
    ),
)  # fmt: skip
