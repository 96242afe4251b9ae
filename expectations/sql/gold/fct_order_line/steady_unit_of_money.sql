-- warn: 一天的典型金额不偏离店铺平常 30 倍 / a day's typical amount is not 30 times off the shop's own
-- why: 分与元混淆会让金额差一百倍 / fen taken for yuan makes money a hundred times too large
-- unit: lines_qty
SELECT merchant_id, shop_id, platform_code, paid_date, count(*) AS lines_qty,
    (median(paid_fen) / any_value(usual))::DECIMAL(18, 2) AS times
FROM (
    SELECT *, median(paid_fen) OVER (PARTITION BY merchant_id, shop_id, platform_code) AS usual
    FROM gold.fct_order_line WHERE paid_fen > 0 AND paid_date IS NOT NULL
)
GROUP BY merchant_id, shop_id, platform_code, paid_date
HAVING count(*) >= 20
    AND (median(paid_fen) > 30 * any_value(usual) OR median(paid_fen) * 30 < any_value(usual))
