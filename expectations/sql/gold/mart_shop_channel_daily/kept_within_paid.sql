-- stop: 留存不超过支付 / kept money never exceeds paid money
-- why: 负的退款会让留存虚高 / a negative refund would make kept money too high
SELECT merchant_id, shop_id, platform_code, channel_code, business_date
FROM gold.mart_shop_channel_daily
WHERE paid_fen - cohort_refund_fen > paid_fen OR dated_refund_fen < 0
