-- stop: 上新日表就是每款第一次有人付款那天，和它头 14 天留下的件数
--   / launches are each style's first paid day, and what its first 14 days kept
-- why: 上新日错一天，爆款就判错 / a launch a day off makes the wrong style a hit
-- by: merchant_id, shop_id, platform_code, style_code, business_date
-- same: launched_qty, launch_untold_qty, judged_launches_qty, launch_kept_qty
SELECT * FROM gold.mart_launch_daily
-- must equal
-- Goods sold, each style's first day, and what of its first 14 days was kept; a first sale in the shop's own
-- first 14 days is no launch.
WITH sold AS (
    SELECT merchant_id, shop_id, platform_code, coalesce(style_code, 'untold') AS style_code, paid_date,
        sent_qty - back_qty AS units
    FROM gold.fct_order_line WHERE paid_date IS NOT NULL AND NOT is_gift AND line_qty > 0
), began AS (
    SELECT merchant_id, shop_id, platform_code, min(paid_date) AS began FROM sold GROUP BY ALL
), style AS (
    SELECT merchant_id, shop_id, platform_code, style_code, min(paid_date) AS business_date
    FROM sold WHERE style_code <> 'untold' GROUP BY ALL
), early AS (
    SELECT merchant_id, shop_id, platform_code, style_code, coalesce(sum(units), 0) AS units
    FROM sold JOIN style USING (merchant_id, shop_id, platform_code, style_code)
    WHERE paid_date < business_date + 14 GROUP BY ALL
)
SELECT merchant_id, shop_id, platform_code, style_code, business_date,
    (business_date >= began + 14)::BIGINT AS launched_qty,
    (business_date < began + 14)::BIGINT AS launch_untold_qty,
    (business_date >= began + 14 AND observed_date >= business_date + 14)::BIGINT AS judged_launches_qty,
    units * judged_launches_qty AS launch_kept_qty
FROM style JOIN began USING (merchant_id, shop_id, platform_code)
JOIN early USING (merchant_id, shop_id, platform_code, style_code)
JOIN gold.dim_observed USING (merchant_id, shop_id, platform_code)
