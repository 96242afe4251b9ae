-- stop: 每个子订单的成本是支付那天生效的那一条
--   / a line bears the unit cost in force on the day it was paid, and no other
-- why: 用错一天的成本，毛利就错 / the cost of another day makes profit wrong
WITH word AS (
    SELECT * FROM ops.unit_cost
    QUALIFY row_number() OVER (
        PARTITION BY merchant_id, shop_id, sku_code, style_code, valid_from_date
        ORDER BY event_number DESC) = 1
), candidate AS (
    SELECT l.merchant_id, l.shop_id, l.platform_code, l.order_line_id, l.line_qty, w.sku_code,
        w.shop_id AS of_shop, w.valid_from_date, w.unit_cost_fen
    FROM gold.fct_order_line AS l JOIN word AS w USING (merchant_id, sku_code)
    WHERE w.unit_cost_fen IS NOT NULL AND coalesce(w.shop_id, l.shop_id) = l.shop_id
        AND l.paid_date >= w.valid_from_date
    UNION ALL
    SELECT l.merchant_id, l.shop_id, l.platform_code, l.order_line_id, l.line_qty, w.sku_code, w.shop_id,
        w.valid_from_date, w.unit_cost_fen
    FROM gold.fct_order_line AS l JOIN word AS w USING (merchant_id, style_code)
    WHERE w.unit_cost_fen IS NOT NULL AND coalesce(w.shop_id, l.shop_id) = l.shop_id
        AND l.paid_date >= w.valid_from_date
), entered AS (  -- a SKU before its style, one shop before all, then the newest day
    SELECT merchant_id, shop_id, platform_code, order_line_id, unit_cost_fen
    FROM candidate WHERE line_qty IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY merchant_id, shop_id, platform_code, order_line_id
        ORDER BY sku_code IS NULL, of_shop IS NULL, valid_from_date DESC) = 1
    UNION ALL  -- postage that stands on no goods takes none
    SELECT merchant_id, shop_id, platform_code, order_line_id, 0
    FROM gold.fct_order_line SEMI JOIN ops.unit_cost USING (merchant_id)
    WHERE is_order_level AND postage_fen = paid_fen AND paid_date IS NOT NULL
), borne AS (
    SELECT merchant_id, shop_id, platform_code, order_line_id, unit_cost_fen
    FROM gold.fct_line_cost WHERE NOT starts_with(order_line_id, 'cost:')
)
SELECT merchant_id, shop_id, platform_code, order_line_id, borne.unit_cost_fen AS borne_fen,
    entered.unit_cost_fen AS entered_fen
FROM borne FULL JOIN entered USING (merchant_id, shop_id, platform_code, order_line_id)
WHERE borne.unit_cost_fen IS DISTINCT FROM entered.unit_cost_fen
