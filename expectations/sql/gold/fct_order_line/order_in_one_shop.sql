-- warn: 同一平台的订单只属于一家店铺 / an order of a platform belongs to one shop
-- why: 同一文件传给了两家店铺，金额算了两次；撤下其中一份前，其他商家不必等待
--   / one file was given to two shops and counts twice; others need not wait until one of the two is
--   withdrawn
-- step: 找出传错店铺的那一份文件，撤回它 / find the file that was given to the wrong shop and withdraw it
SELECT platform_code, order_id, merchant_id, shop_id
FROM gold.fct_order_line
WHERE order_id IN (
    SELECT order_id FROM gold.fct_order_line GROUP BY platform_code, order_id
    HAVING count(DISTINCT (merchant_id, shop_id)) > 1)
GROUP BY ALL
