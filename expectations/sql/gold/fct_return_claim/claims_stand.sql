-- stop: 每件在途退货都有它的售后和子订单，件数不超过卖出的
--   / every claim for return has its after-sale and its line, and no more units than were sold
-- why: 多算在途退货，补货就会少订 / goods on their way back that are not make an order of goods too small
SELECT merchant_id, shop_id, platform_code, refund_id, order_line_id, c.units_qty, l.line_qty
FROM gold.fct_return_claim AS c
LEFT JOIN gold.fct_order_line AS l USING (merchant_id, shop_id, platform_code, order_line_id)
LEFT JOIN (
    SELECT DISTINCT merchant_id, shop_id, platform_code, refund_id, true AS is_claimed FROM silver.refund_line
) USING (merchant_id, shop_id, platform_code, refund_id)
WHERE is_claimed IS NULL OR c.order_id IS DISTINCT FROM l.order_id OR c.units_qty > coalesce(l.line_qty, 0)
