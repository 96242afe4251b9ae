-- stop: 成熟净成交日表的支付和净成交等于事实之和
--   / paid and kept value of matured net by day are the sums of the facts
-- why: 估计要从已经留下的钱算起 / an estimate begins with the money that is kept
-- by: merchant_id, shop_id, platform_code, channel_code, business_date
-- same: paid_fen, kept_fen
SELECT * FROM gold.mart_outlook_daily
-- must equal
SELECT *, paid_date AS business_date, paid_fen - cohort_refund_fen AS kept_fen
FROM gold.fct_order_line WHERE paid_date IS NOT NULL
