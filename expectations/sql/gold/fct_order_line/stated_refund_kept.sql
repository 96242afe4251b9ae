-- stop: 订单行和订单所载退款没有少算 / no less is refunded than lines and orders state
-- why: 少算退款，留存就虚高 / a refund left out makes kept money too high
SELECT merchant_id, shop_id, platform_code, order_id, any_value(s.stated_refund_fen) AS stated_fen,
    sum(cohort_refund_fen)::BIGINT AS refund_fen
FROM gold.fct_order_line AS f JOIN now."order" AS s USING (merchant_id, shop_id, platform_code, order_id)
WHERE s.paid_at IS NOT NULL
GROUP BY merchant_id, shop_id, platform_code, order_id
HAVING sum(cohort_refund_fen) < any_value(s.stated_refund_fen)
UNION ALL
SELECT merchant_id, shop_id, platform_code, f.order_id, sum(s.stated_refund_fen)::BIGINT,
    sum(cohort_refund_fen)::BIGINT
FROM gold.fct_order_line AS f
LEFT JOIN now.order_line AS s USING (merchant_id, shop_id, platform_code, order_line_id)
WHERE f.paid_at IS NOT NULL
GROUP BY merchant_id, shop_id, platform_code, f.order_id
HAVING sum(cohort_refund_fen) < sum(s.stated_refund_fen)
UNION ALL
SELECT merchant_id, shop_id, platform_code, order_line_id, s.stated_refund_fen, cohort_refund_fen
FROM gold.fct_order_line AS f JOIN now.order_line AS s USING (merchant_id, shop_id, platform_code,
    order_line_id)
WHERE f.paid_at IS NOT NULL AND s.stated_refund_fen > 0
    AND cohort_refund_fen < least(s.stated_refund_fen, f.paid_fen - coalesce(f.postage_fen, 0))
