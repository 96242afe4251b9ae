-- warn: 每个外币订单都有下单当日的汇率
--   / every order in another currency has the rate of the day it was created
-- why: 没有汇率的订单在等待，不会按猜的汇率入账；用 baiyun rates import 补上
--   / orders without one wait and are never guessed; give it with `baiyun rates import`
-- step: 请运维用 baiyun rates import 补上这些天的汇率
--   / have your operator give the rates of these days with `baiyun rates import`
-- unit: orders_qty
SELECT merchant_id, shop_id, platform_code, currency_code, created_at::DATE AS rate_date,
    count(DISTINCT order_id)::BIGINT AS orders_qty
FROM (SELECT * FROM silver."order" UNION ALL BY NAME SELECT * FROM silver.order_line) AS told
ANTI JOIN ops.currency_rate AS known
    ON told.currency_code = known.currency_code AND told.created_at::DATE = known.rate_date
WHERE currency_code IS NOT NULL AND currency_code <> 'CNY' GROUP BY ALL
