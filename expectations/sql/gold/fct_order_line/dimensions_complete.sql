-- stop: 事实里的款式、达人、场次、店铺都在维度表里
--   / every style, creator, session and shop of the facts is in its dimension
-- why: 找不到维度的行会在联表时消失 / a row without its dimension vanishes from every join
-- unit: lines_qty
SELECT merchant_id, shop_id, platform_code, 'dim_shop' AS dimension, platform_code AS member,
    count(*) AS lines_qty
FROM gold.fct_order_line ANTI JOIN gold.dim_shop USING (merchant_id, shop_id, platform_code)
WHERE platform_code IS NOT NULL GROUP BY ALL
UNION ALL
SELECT merchant_id, shop_id, platform_code, 'dim_product', style_code, count(*)
FROM gold.fct_order_line ANTI JOIN gold.dim_product USING (merchant_id, shop_id, platform_code, style_code)
WHERE style_code IS NOT NULL GROUP BY ALL
UNION ALL
SELECT merchant_id, shop_id, platform_code, 'dim_creator', creator_id, count(*)
FROM gold.fct_order_line ANTI JOIN gold.dim_creator USING (merchant_id, platform_code, creator_id)
WHERE creator_id IS NOT NULL GROUP BY ALL
UNION ALL
SELECT merchant_id, shop_id, platform_code, 'dim_live_session', live_session_id, count(*)
FROM gold.fct_order_line
ANTI JOIN gold.dim_live_session USING (merchant_id, shop_id, platform_code, live_session_id)
WHERE live_session_id IS NOT NULL AND start_date IS NOT NULL GROUP BY ALL
