-- stop: 每条订单的店铺都登记在同一商家名下 / every order's shop is registered with the same merchant
-- why: 归错商家就是把别人的数据给人看 / a row under the wrong merchant is shown to the wrong people
-- unit: lines_qty
SELECT merchant_id, shop_id, platform_code, count(*) AS lines_qty
FROM gold.fct_order_line ANTI JOIN ops.shop USING (merchant_id, shop_id, platform_code)
GROUP BY merchant_id, shop_id, platform_code
