-- stop: 买家月表等于按窗口从事实数出来的买家
--   / buyers by month are those counted from the facts of each window
-- why: 复购率上下都是人数，多数一个少数一个都不对
--   / both parts of the repurchase rate are people: one too many or too few is wrong
-- by: merchant_id, platform_code, business_date
-- same: kept_buyers_qty, repeat_buyers_qty, buyer_untold_orders_qty
SELECT * FROM gold.mart_buyer_monthly
-- must equal
WITH in_window AS (  -- an order counts at the end of each month that lies in the window after its payment
    SELECT merchant_id, platform_code, buyer_key, paid_date + days AS until_date,
        last_day(unnest(generate_series(
            date_trunc('month', paid_date), paid_date + days - 1, INTERVAL 1 MONTH))::DATE) AS business_date
    FROM gold.fct_order_line, (SELECT max(window_days_qty)::INTEGER AS days FROM gold.mart_buyer_monthly)
    WHERE is_order_head AND is_order_kept AND NOT coalesce(is_aside, false) AND paid_date IS NOT NULL
), buyer AS (
    SELECT merchant_id, platform_code, business_date, buyer_key, count(*) AS orders
    FROM in_window SEMI JOIN gold.mart_buyer_monthly USING (merchant_id, platform_code, business_date)
    WHERE business_date < until_date GROUP BY ALL
)
SELECT merchant_id, platform_code, business_date, if(buyer_key IS NULL, 0, 1) AS kept_buyers_qty,
    if(buyer_key IS NOT NULL AND orders > 1, 1, 0) AS repeat_buyers_qty,
    if(buyer_key IS NULL, orders, 0) AS buyer_untold_orders_qty
FROM buyer
