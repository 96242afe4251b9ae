-- stop: 上次发布里有订单的店铺仍有订单 / a shop with orders in the previous release still has some
-- why: 整店丢失只占全部行数的一小部分，行数检查看不出来
--   / a whole shop is a small share of all rows, so no row count would notice
-- unit: lines_qty
SELECT merchant_id, shop_id, platform_code, lines_qty
FROM before.shop_total ANTI JOIN gold.fct_order_line USING (merchant_id, shop_id, platform_code)
