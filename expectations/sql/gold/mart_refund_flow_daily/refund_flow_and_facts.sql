-- stop: 退款流向日表等于事实之和 / the refund flow is the sum of the facts
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, channel_code, paid_date, refund_date
-- same: dated_refund_fen
SELECT * FROM gold.mart_refund_flow_daily
-- must equal
SELECT *, refund_fen AS dated_refund_fen FROM gold.fct_refund_line WHERE refund_date IS NOT NULL
