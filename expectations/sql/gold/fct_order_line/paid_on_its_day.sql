-- stop: 支付时间与当前状态一致 / a line's payment time is the one its line or order tells
-- why: 放错日期，两天的数字都错 / money on the wrong day makes two days wrong
SELECT f.merchant_id, f.shop_id, f.platform_code, f.order_line_id
FROM gold.fct_order_line AS f
LEFT JOIN now.order_line AS l USING (merchant_id, shop_id, platform_code, order_line_id)
LEFT JOIN now."order" AS o
    ON (f.merchant_id, f.shop_id, f.platform_code, f.order_id)
    = (o.merchant_id, o.shop_id, o.platform_code, o.order_id)
WHERE f.paid_at IS DISTINCT FROM coalesce(l.paid_at, o.paid_at)
