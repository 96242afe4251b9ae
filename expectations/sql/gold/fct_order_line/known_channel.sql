-- warn: 没分直播、短视频等形式的支付金额不超过 80% / at most 80% of a shop's paid value tells no form of sale
-- why: 渠道占比只有在多数订单能认出形式时才有意义；从未说过形式的店铺不在此列
--   / channel shares need most orders to tell their form; a shop that never told any is not judged
-- step: 导出时勾选流量来源、带货账号等列，或接通平台接口
--   / export with the columns of traffic source and selling account, or connect the platform's API
-- unit: lines_qty
SELECT merchant_id, shop_id, platform_code,
    count_if(channel_code IN ('own', 'creator', 'unknown')) AS lines_qty
FROM gold.fct_order_line WHERE paid_fen > 0 GROUP BY merchant_id, shop_id, platform_code
HAVING count(*) >= 20 AND count_if(channel_code NOT IN ('own', 'creator', 'unknown')) > 0
    AND coalesce(sum(paid_fen) FILTER (channel_code IN ('own', 'creator', 'unknown')), 0) > 0.8 * sum(paid_fen)
