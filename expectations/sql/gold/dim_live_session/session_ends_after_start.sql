-- warn: 直播结束不早于开始 / no session ends before it starts
-- why: 时间颠倒的场次匹配不到订单 / orders cannot be matched to a session whose times are turned round
SELECT merchant_id, shop_id, platform_code, live_session_id
FROM gold.dim_live_session WHERE ended_at < started_at
