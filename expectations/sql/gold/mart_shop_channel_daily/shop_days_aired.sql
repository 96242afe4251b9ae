-- stop: 店铺日表的场次口径等于事实与场次之和
--   / the daily sheet's session clock is the sum of facts and sessions
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, business_date
-- same: session_paid_fen, session_refund_fen, session_views_qty
SELECT * FROM gold.mart_shop_channel_daily
-- must equal
-- Sales stand over views only for sessions whose views some source tells.
SELECT merchant_id, shop_id, platform_code, started_at::DATE AS business_date, paid_fen AS session_paid_fen,
    cohort_refund_fen AS session_refund_fen, 0 AS session_views_qty
FROM gold.fct_order_line
JOIN now.live_session USING (merchant_id, shop_id, platform_code, live_session_id)
WHERE paid_date IS NOT NULL AND views_qty IS NOT NULL
UNION ALL
SELECT merchant_id, shop_id, platform_code, started_at::DATE, 0, 0, views_qty
FROM now.live_session WHERE views_qty IS NOT NULL
