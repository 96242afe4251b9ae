-- stop: 每个订单恰有一个首行，只有赠品的订单没有
--   / every order has exactly one head line, an order of gifts only has none
-- why: 订单数就是首行数 / orders are counted by their heads
SELECT merchant_id, shop_id, platform_code, order_id
FROM gold.fct_order_line GROUP BY merchant_id, shop_id, platform_code, order_id
HAVING count_if(is_order_head) <> if(bool_and(is_gift), 0, 1) OR count_if(is_order_head AND is_gift) > 0
