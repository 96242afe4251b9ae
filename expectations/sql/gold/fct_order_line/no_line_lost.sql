-- stop: 当前子订单与事实表一一对应 / facts hold every current order line, and none that silver does not
-- why: 丢一行就少算一笔 / a lost line is lost money
SELECT merchant_id, shop_id, platform_code, order_line_id, 'not in facts' AS what
FROM now.order_line ANTI JOIN gold.fct_order_line USING (merchant_id, shop_id, platform_code, order_line_id)
UNION ALL
SELECT merchant_id, shop_id, platform_code, order_line_id, 'not in silver'
FROM (SELECT * FROM gold.fct_order_line WHERE NOT is_order_level)
ANTI JOIN now.order_line USING (merchant_id, shop_id, platform_code, order_line_id)
UNION ALL
SELECT merchant_id, shop_id, platform_code, order_id, 'order not in facts'
FROM now."order" ANTI JOIN gold.fct_order_line USING (merchant_id, shop_id, platform_code, order_id)
UNION ALL
SELECT merchant_id, shop_id, platform_code, order_line_id, 'order not in silver'
FROM (SELECT * FROM gold.fct_order_line WHERE is_order_level)
ANTI JOIN now."order" USING (merchant_id, shop_id, platform_code, order_id)
