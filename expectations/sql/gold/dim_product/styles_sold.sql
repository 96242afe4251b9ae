-- stop: 商品维度里的款式都有订单 / every style of the dimension stands on an order line
-- why: 订单改了款号还留着旧款，凭空多出没人买的款
--   / a style left behind when its orders were corrected is a style nobody bought
SELECT merchant_id, shop_id, platform_code, style_code
FROM gold.dim_product ANTI JOIN gold.fct_order_line USING (merchant_id, shop_id, platform_code, style_code)
