-- stop: 直播场次表与店铺日表每店每日一致 / the sheet of sessions and the daily sheet agree per shop and day
-- why: 两页显示同一件事，数字必须相同 / two pages that show the same thing must show the same number
-- by: merchant_id, shop_id, platform_code, business_date
-- same: session_paid_fen, session_refund_fen, session_views_qty
-- Sales stand over views only for sessions whose views some source tells.
SELECT merchant_id, shop_id, platform_code, business_date, paid_fen AS session_paid_fen,
    cohort_refund_fen AS session_refund_fen, session_views_qty
FROM gold.mart_live_session
SEMI JOIN (SELECT * FROM now.live_session WHERE views_qty IS NOT NULL)
    USING (merchant_id, shop_id, platform_code, live_session_id)
-- must equal
SELECT * FROM gold.mart_shop_channel_daily
