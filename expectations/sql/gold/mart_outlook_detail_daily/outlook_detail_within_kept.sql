-- stop: 估计还会退的，不会比现在留着的多 / no more is expected to go back than is kept
-- why: 没有的货退不回来 / what is not there cannot come back
-- The words' fingerprint names a cell: a failing row is shown, and what people wrote may be anything.
-- Sums are rounded, not their parts: that moves a cell by less than a fen.
WITH both_sides AS (
    SELECT merchant_id, shop_id, platform_code, channel_code, business_date, sku_code, size_name, color_name,
        province_name, creator_id, style_code, live_session_id, to_return_fen, 0 AS keeps_fen
    FROM gold.mart_outlook_detail_daily
    UNION ALL
    SELECT merchant_id, shop_id, platform_code, channel_code, business_date, sku_code, size_name, color_name,
        province_name, creator_id, style_code, live_session_id, 0, greatest(paid_fen - cohort_refund_fen, 0)
    FROM (SELECT *, paid_date AS business_date FROM gold.fct_order_line)
    SEMI JOIN gold.mart_outlook_detail_daily
        USING (merchant_id, shop_id, platform_code, channel_code, business_date)
), cell AS (
    SELECT merchant_id, shop_id, platform_code, channel_code, business_date, md5(concat_ws('|',
            coalesce(sku_code, 'untold'), coalesce(size_name, 'untold'), coalesce(color_name, 'untold'),
            coalesce(province_name, 'untold'), coalesce(creator_id, 'untold'), coalesce(style_code, 'untold'),
            coalesce(live_session_id, 'untold'))) AS cell_key,
        sum(to_return_fen)::BIGINT AS to_return_fen, sum(keeps_fen)::BIGINT AS keeps_fen
    FROM both_sides GROUP BY ALL
)
SELECT * FROM cell WHERE to_return_fen > keeps_fen + 1
