-- stop: 有订单、售后、结算、流水、场次的店铺，都记为给过这些资料
--   / a shop of which orders, after-sales, bills, movements or sessions are here is said to have given them
-- why: 给过的资料记成没给过，数字就会变成空的 / of what counts as not given every figure is empty
SELECT DISTINCT merchant_id, shop_id, platform_code, report_code
FROM (
    SELECT merchant_id, shop_id, platform_code, 'orders' AS report_code FROM silver."order"
    UNION ALL
    SELECT merchant_id, shop_id, platform_code, 'orders' FROM silver.order_line
    UNION ALL
    SELECT merchant_id, shop_id, platform_code, 'refunds' FROM silver.refund_line
    UNION ALL
    SELECT merchant_id, shop_id, platform_code, 'bills' FROM silver.settlement_entry
    UNION ALL
    SELECT merchant_id, shop_id, platform_code, 'accounts' FROM silver.fund_entry
    UNION ALL
    SELECT merchant_id, shop_id, platform_code, 'sessions' FROM silver.live_session
)
SEMI JOIN gold.dim_shop USING (merchant_id, shop_id, platform_code)
ANTI JOIN (SELECT * FROM gold.dim_reported WHERE is_reported)
    USING (merchant_id, shop_id, platform_code, report_code)
