-- warn: 订单状态不认识的行不超过 1% / at most 1% of a shop's lines have an unknown status
-- why: 平台换了状态用词 / the platform has changed its words
-- step: 把文件里的状态原词告诉支持 / tell support the words of the status column
-- unit: lines_qty
SELECT merchant_id, shop_id, platform_code, count_if(order_status_code = 'unknown') AS lines_qty
FROM gold.fct_order_line GROUP BY merchant_id, shop_id, platform_code
HAVING count(*) >= 20 AND count_if(order_status_code = 'unknown') > 0.01 * count(*)
