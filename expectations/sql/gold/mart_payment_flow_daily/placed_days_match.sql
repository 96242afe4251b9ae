-- stop: 下单支付日表等于事实之和 / the payment flow is the sum of the facts
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, channel_code, business_date, paid_date
-- same: placed_fen, placed_unpaid_fen, created_untold_fen, paid_fen
SELECT * FROM gold.mart_payment_flow_daily
-- must equal
SELECT merchant_id, shop_id, platform_code, channel_code, coalesce(created_date, paid_date) AS business_date,
    coalesce(paid_date, created_date) AS paid_date, paid_fen,
    if(created_date IS NULL, 0, coalesce(placed_fen, 0)) AS placed_fen,
    if(paid_date IS NULL, coalesce(placed_fen, 0), 0) AS placed_unpaid_fen,
    if(created_date IS NULL, paid_fen, 0) AS created_untold_fen
FROM gold.fct_order_line WHERE created_date IS NOT NULL OR paid_date IS NOT NULL
