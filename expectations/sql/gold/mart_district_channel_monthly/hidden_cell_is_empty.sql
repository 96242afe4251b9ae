-- stop: 未公开的格子不带任何数字 / a hidden cell carries no figure
-- why: 协会页面的数据表里只能有可公开的数字 / the association's table may hold public figures only
SELECT business_month, platform_code, channel_code
FROM gold.mart_district_channel_monthly
WHERE NOT is_released AND (paid_share_rate IS NOT NULL OR kept_share_rate IS NOT NULL
    OR kept_rate IS NOT NULL)
