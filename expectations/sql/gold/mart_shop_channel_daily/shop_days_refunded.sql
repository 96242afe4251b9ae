-- stop: 店铺日表的退款日口径等于退款事实之和 / the daily sheet's refund clock is the sum of the refund facts
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, channel_code, business_date
-- same: dated_refund_fen
SELECT * FROM gold.mart_shop_channel_daily
-- must equal
SELECT *, refund_date AS business_date, refund_fen AS dated_refund_fen
FROM gold.fct_refund_line WHERE refund_date IS NOT NULL
