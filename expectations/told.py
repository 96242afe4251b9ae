"""What the current silver states tell of orders and after-sales, in SQL over ``now.*``: the side that gold is
reconciled with.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

import duckdb

from expectations.snapshot import LATEST

SHOP = "merchant_id, shop_id, platform_code"
LINES = "gold.fct_order_line"

#: What is missing of the facts: lines and orders that are not in them, and facts that nothing stands behind.
#: The judged table is the facts.
LINES_LOST = f"""
    SELECT {SHOP}, order_line_id, 'not in facts' AS what FROM now.order_line ANTI JOIN {{batch}} AS f
        USING ({SHOP}, order_line_id)
    UNION ALL
    SELECT {SHOP}, order_line_id, 'not in silver'
    FROM (SELECT * FROM {{batch}} WHERE NOT is_order_level) ANTI JOIN now.order_line
        USING ({SHOP}, order_line_id)
    UNION ALL
    SELECT {SHOP}, order_id, 'order not in facts' FROM now."order" ANTI JOIN {{batch}} AS f
        USING ({SHOP}, order_id)
    UNION ALL
    SELECT {SHOP}, order_line_id, 'order not in silver'
    FROM (SELECT * FROM {{batch}} WHERE is_order_level) ANTI JOIN now."order" USING ({SHOP}, order_id)"""

#: order → ``paid_fen``: what its lines were paid, and what its order row tells beyond them. Goods that report
#: no money at all share the order's, whether or not a gift lies beside them.
ORDER_PAID = f"""
    WITH line AS (
        SELECT {SHOP}, order_id, sum(coalesce(paid_fen, 0)) AS told_fen,
            bool_and(if(is_gift, coalesce(paid_fen, 0) = 0, placed_fen IS NULL AND paid_fen IS NULL))
                AND NOT bool_and(is_gift) AS is_silent,
            sum(paid_fen) FILTER (paid_at IS NOT NULL) AS dated_fen, bool_or(paid_at IS NOT NULL) AS some_paid
        FROM now.order_line GROUP BY {SHOP}, order_id
    ), side AS (
        SELECT {SHOP}, order_id, o.paid_at IS NOT NULL AS is_paid, coalesce(o.paid_fen, 0) AS order_fen,
            line.order_id IS NOT NULL AS has_lines,
            coalesce(is_silent, false) AS is_silent, coalesce(told_fen, 0) AS told_fen,
                coalesce(dated_fen, 0) AS dated_fen, some_paid
        FROM now."order" AS o FULL JOIN line USING ({SHOP}, order_id)
    )
    SELECT {SHOP}, order_id, CASE
        WHEN NOT has_lines THEN if(is_paid, order_fen, 0)
        WHEN is_silent THEN if(is_paid OR some_paid, order_fen, 0)
        ELSE if(is_paid, greatest(told_fen, order_fen), dated_fen) END AS paid_fen
    FROM side"""

_LAST = f"({', '.join(LATEST)})"

#: after-sale → ``refund_fen, refund_stage_code, refund_date``: every one whose money went back on a paid
#: order, once. The same one may come twice, naming its line and naming only the order: then it is one, as
#: told last. Where several rows name lines, each is that line's part. Which line an order's refund falls on
#: is gold's to say.
_DONE_REFUNDS = f"""
    WITH told AS (
        SELECT r.*, l.is_paid IS NOT NULL OR r.order_line_id <> r.order_id AS names_line,
            coalesce(l.is_paid, p.order_id IS NOT NULL) AS on_paid
        FROM now.refund_line AS r
        LEFT JOIN (SELECT {SHOP}, order_line_id, paid_at IS NOT NULL AS is_paid FROM {LINES}
            WHERE NOT is_order_level) AS l USING ({SHOP}, order_line_id)
        LEFT JOIN (SELECT DISTINCT {SHOP}, order_id FROM {LINES} WHERE paid_at IS NOT NULL) AS p
            USING ({SHOP}, order_id)
    ), times AS (SELECT {SHOP}, refund_id, count(*) AS told_qty, count_if(names_line) AS named_qty FROM told
        GROUP BY {SHOP}, refund_id)
    SELECT {SHOP}, refund_id, arg_max(refund_fen, {_LAST}) AS refund_fen,
        arg_max(refund_stage_code, {_LAST}) AS refund_stage_code,
        arg_max(refunded_at, {_LAST})::DATE AS refund_date
    FROM told JOIN times USING ({SHOP}, refund_id) WHERE told_qty = 1 OR named_qty = 1 GROUP BY {SHOP},
        refund_id
    HAVING arg_max(refund_status_code, {_LAST}) = 'success'
        AND coalesce(bool_or(on_paid) FILTER (names_line), bool_or(on_paid))
    UNION ALL
    SELECT {SHOP}, refund_id, refund_fen, refund_stage_code, refunded_at::DATE
    FROM told JOIN times USING ({SHOP}, refund_id) WHERE named_qty > 1 AND names_line AND on_paid
        AND refund_status_code = 'success'"""


def add_done_refunds(connection: duckdb.DuckDBPyConnection) -> None:
    """``now.done_refund``: every successful after-sale on a paid order once (see ``_DONE_REFUNDS``).

    Current states and facts must be there.
    """
    connection.execute(f"CREATE TABLE memory.now.done_refund AS {_DONE_REFUNDS}")
