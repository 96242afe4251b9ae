-- warn: 找不到订单的成功退款不超过 5% / at most 5% of a shop's done refunds lack their order
-- why: 缺订单的退款暂不计入，补上订单文件后自动计入
--   / refunds without their order wait outside the totals until the order's file comes
-- step: 补上这些售后所属日期的订单文件 / give the order files of the days these after-sales are of
-- unit: lines_qty
SELECT merchant_id, shop_id, platform_code, count_if(is_lost OR has_order IS NULL) AS lines_qty
FROM now.every_refund
LEFT JOIN (
    SELECT DISTINCT merchant_id, shop_id, platform_code, order_id, true AS has_order FROM gold.fct_order_line
) USING (merchant_id, shop_id, platform_code, order_id)
WHERE refund_status_code = 'success' GROUP BY merchant_id, shop_id, platform_code
HAVING count(*) >= 20 AND count_if(is_lost OR has_order IS NULL) > 0.05 * count(*)
