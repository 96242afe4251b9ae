-- stop: 有支付金额就有支付时间和支付日期 / money paid has a payment time and its date
-- why: 没有日期的支付不会出现在任何一天 / a payment without a date appears on no day
SELECT merchant_id, shop_id, platform_code, order_line_id
FROM gold.fct_order_line
WHERE (paid_fen > 0 AND paid_at IS NULL) OR paid_date IS DISTINCT FROM paid_at::DATE
    OR created_date IS DISTINCT FROM created_at::DATE
