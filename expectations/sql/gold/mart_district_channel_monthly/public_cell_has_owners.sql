-- stop: 公开的格子至少有 3 个持有人 / a public cell has at least 3 holdings in it
-- why: 人数太少就能推算出别人的生意 / with too few in a cell one can work out another's business
-- No setting may ask for fewer holdings behind a public cell than three.
SELECT business_month, platform_code, channel_code
FROM gold.mart_district_channel_monthly
LEFT JOIN (
    SELECT strftime(business_date, '%Y-%m') AS business_month, platform_code, channel_code,
        count(DISTINCT owner_id) AS owners_qty
    FROM gold.mart_shop_channel_daily JOIN ops.merchant USING (merchant_id) WHERE paid_fen > 0 GROUP BY ALL
) USING (business_month, platform_code, channel_code)
WHERE is_released AND coalesce(owners_qty, 0) < 3
