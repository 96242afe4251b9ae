"""Reconciliation of the sheet of stock: what was received, what stands and what was kept, from the entries,
the lists and the facts.

Written in SQL from the definitions, with no look at the transforms' code: an error there shows here as a
difference.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from expectations.reconcile import difference
from expectations.rule import STOP, SqlRule
from expectations.told import LINES, SHOP

_SHEET = "gold.mart_stock_monthly"
_SKU = f"{SHOP}, sku_code"

_ENTERED = """
    SELECT e.merchant_id, e.shop_id, s.platform_code, e.sku_code, e.stock_kind_code, e.stock_date,
        e.entered_qty
    FROM (SELECT * FROM ops.stock_entry QUALIFY row_number() OVER (
        PARTITION BY merchant_id, shop_id, sku_code, stock_kind_code, stock_date
            ORDER BY event_number DESC) = 1) AS e
    JOIN ops.shop AS s USING (merchant_id, shop_id) WHERE e.entered_qty IS NOT NULL"""
#: Every moment at which a listing was seen with its stock; its code is the one it told last.
_SEEN = f"""
    SELECT {SHOP}, product_id, platform_sku_id, seen_at, _observed_at, _export_id, _row_number, stock_qty,
        last_value(sku_code IGNORE NULLS) OVER (PARTITION BY {SHOP}, product_id, platform_sku_id
            ORDER BY seen_at, _observed_at, _export_id, _row_number
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS sku_code
    FROM (SELECT *, unnest([_observed_at, _last_observed_at]) AS seen_at FROM silver.product)"""
#: The cells of the sheet that have a code; only these can have a word on their stock.
_CELLS = (
    f"(SELECT {_SKU}, business_date, received_qty, closing_stock_qty FROM {{batch}} WHERE sku_code <> "
    "'untold')"
)
_COUNTS = f"""
    SELECT {SHOP}, c.sku_code, c.business_date, arg_max(e.entered_qty, e.stock_date) AS qty
    FROM {_CELLS} AS c JOIN entered AS e USING ({_SKU}) WHERE e.stock_kind_code = 'counted'
        AND e.stock_date <= c.business_date GROUP BY ALL"""
_LISTED = f"""
    SELECT {_SKU}, business_date, sum(stock_qty)::BIGINT AS qty FROM (
        SELECT {SHOP}, c.sku_code, c.business_date, s.product_id, s.platform_sku_id,
            arg_max(s.stock_qty, (s.seen_at, s._observed_at, s._export_id, s._row_number)) AS stock_qty
        FROM {_CELLS} AS c JOIN seen AS s USING ({_SKU}) WHERE s.stock_qty IS NOT NULL
            AND s.seen_at::DATE <= c.business_date GROUP BY ALL)
    GROUP BY ALL"""
_RECEIVED = f"""
    SELECT {SHOP}, c.sku_code, c.business_date, sum(e.entered_qty)::BIGINT AS qty
    FROM {_CELLS} AS c JOIN entered AS e USING ({_SKU}) WHERE e.stock_kind_code = 'received'
        AND e.stock_date <= c.business_date GROUP BY ALL"""

#: Units kept of what was paid each day, by what the sheet is of.
_KEPT = f"""
    SELECT {SHOP}, coalesce(sku_code, 'untold') AS sku_code, paid_date AS day,
        sum(sent_qty - back_qty) AS units
    FROM {LINES} WHERE paid_date IS NOT NULL AND NOT is_gift AND sent_qty IS NOT NULL GROUP BY ALL"""
_CLOSES = f"""
    SELECT {_SKU}, business_date, sum(sold_of_received_qty + sold_unreceived_qty)::BIGINT AS since_launch,
        sum(stock_kept_qty + stock_untold_qty)::BIGINT AS lately
    FROM {{batch}} GROUP BY ALL"""
#: Units kept up to the end of each cell's day, and up to 30 days before it: both days stand among the days of
#: sale, and sums run over all of them.
_RUNNING = f"""
    SELECT {_SKU}, business_date, day, sum(units) OVER (PARTITION BY {_SKU} ORDER BY day)::BIGINT AS units
        FROM (
        SELECT {_SKU}, day, NULL AS business_date, units FROM kept UNION ALL
        SELECT {_SKU}, unnest([business_date, business_date - 30]), business_date, 0 FROM cell)"""
#: Goods sold, each style's first day, and what of its first 14 days was kept; a first sale in the shop's own
#: first 14 days is no launch.
_LAUNCHES = f"""
    WITH sold AS (
        SELECT {SHOP}, coalesce(style_code, 'untold') AS style_code, paid_date, sent_qty - back_qty AS units
        FROM {LINES} WHERE paid_date IS NOT NULL AND NOT is_gift AND line_qty > 0),
    began AS (SELECT {SHOP}, min(paid_date) AS began FROM sold GROUP BY ALL),
    style AS (SELECT {SHOP}, style_code, min(paid_date) AS business_date FROM sold
        WHERE style_code <> 'untold' GROUP BY ALL),
    early AS (
        SELECT {SHOP}, style_code, coalesce(sum(units), 0) AS units FROM sold JOIN style
            USING ({SHOP}, style_code)
        WHERE paid_date < business_date + 14 GROUP BY ALL)
    SELECT {SHOP}, style_code, business_date, (business_date >= began + 14)::BIGINT AS launched_qty,
        (business_date < began + 14)::BIGINT AS launch_untold_qty,
        (business_date >= began + 14 AND observed_date >= business_date + 14)::BIGINT AS judged_launches_qty,
            units * judged_launches_qty AS launch_kept_qty
    FROM style JOIN began USING ({SHOP}) JOIN early USING ({SHOP}, style_code) JOIN gold.dim_observed
        USING ({SHOP})"""

STOCK_RULES = (
    SqlRule(
        "STOCK_AS_TOLD", STOP,
        "库存月表的到货和期末库存就是录入的和平台说的",
        "what the sheet of stock says was received and stands is what was entered, or a platform told",
        "库存错了,补货就错", "a wrong stock makes a wrong order of goods",
        table=_SHEET,
        query=f"""
            WITH entered AS ({_ENTERED}), seen AS ({_SEEN}), counts AS ({_COUNTS}), listed AS ({_LISTED}),
                came AS ({_RECEIVED})
            SELECT {_SKU}, business_date, c.closing_stock_qty,
                coalesce(counts.qty, listed.qty, 0) AS told_qty,
                c.received_qty, coalesce(came.qty, 0) AS came_qty
            FROM {_CELLS} AS c LEFT JOIN counts USING ({_SKU}, business_date) LEFT JOIN listed
                USING ({_SKU}, business_date)
            LEFT JOIN came USING ({_SKU}, business_date)
            WHERE c.closing_stock_qty <> coalesce(counts.qty, listed.qty, 0)
                OR c.received_qty <> coalesce(came.qty, 0)""",
    ),
    SqlRule(
        "STOCK_SALES_MATCH", STOP,
        "库存月表的净销件数等于事实之和", "the kept units of the sheet of stock are the sum of the facts",
        "同一件货在每一层必须是同一件", "the same piece must be the same in every layer",
        table=_SHEET,
        query=f"""
            WITH kept AS ({_KEPT}), cell AS ({_CLOSES}), cut AS (
                SELECT {_SKU}, business_date, max(units) FILTER (day = business_date) AS units, max(units)
                    FILTER (day < business_date) AS earlier
                FROM ({_RUNNING}) WHERE business_date IS NOT NULL GROUP BY ALL)
            SELECT {_SKU}, business_date, since_launch - units AS since_launch_off,
                lately - (units - earlier) AS lately_off
            FROM cell JOIN cut USING ({_SKU}, business_date) WHERE since_launch <> units
                OR lately <> units - earlier
            UNION ALL
            SELECT {_SKU}, max(day), -sum(units)::BIGINT, 0
                FROM (SELECT * FROM kept SEMI JOIN cell USING ({SHOP})) ANTI JOIN cell USING ({_SKU})
            GROUP BY {_SKU} HAVING max(units) > 0""",
    ),
    SqlRule(
        "LAUNCHES_MATCH", STOP,
        "上新日表就是每款第一次有人付款那天,和它头 14 天留下的件数",
        "launches are each style's first paid day, and what its first 14 days kept",
        "上新日错一天,爆款就判错", "a launch a day off makes the wrong style a hit",
        table="gold.mart_launch_daily",
        query=difference(
            "SELECT * FROM {batch}", _LAUNCHES, f"{SHOP}, style_code, business_date",
            ["launched_qty", "launch_untold_qty", "judged_launches_qty", "launch_kept_qty"],
        ),
    ),
)  # fmt: skip
