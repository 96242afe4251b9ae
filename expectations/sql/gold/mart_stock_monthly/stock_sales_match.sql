-- stop: 库存月表的净销件数等于事实之和 / the kept units of the sheet of stock are the sum of the facts
-- why: 同一件货在每一层必须是同一件 / the same piece must be the same in every layer
WITH kept AS (  -- units kept of what was paid each day, by what the sheet is of
    SELECT merchant_id, shop_id, platform_code, coalesce(sku_code, 'untold') AS sku_code, paid_date AS day,
        sum(sent_qty - back_qty) AS units
    FROM gold.fct_order_line WHERE paid_date IS NOT NULL AND NOT is_gift AND sent_qty IS NOT NULL GROUP BY ALL
), cell AS (
    SELECT merchant_id, shop_id, platform_code, sku_code, business_date,
        sum(sold_of_received_qty + sold_unreceived_qty)::BIGINT AS since_launch,
        sum(stock_kept_qty + stock_untold_qty)::BIGINT AS lately
    FROM gold.mart_stock_monthly GROUP BY ALL
-- up to the end of each cell's day, and up to 30 days before it: both stand among the days of sale
), running AS (
    SELECT merchant_id, shop_id, platform_code, sku_code, business_date, day,
        sum(units) OVER (PARTITION BY merchant_id, shop_id, platform_code, sku_code ORDER BY day)::BIGINT
            AS units
    FROM (
        SELECT merchant_id, shop_id, platform_code, sku_code, day, NULL AS business_date, units FROM kept
        UNION ALL
        SELECT merchant_id, shop_id, platform_code, sku_code, unnest([business_date, business_date - 30]),
            business_date, 0 FROM cell
    )
), cut AS (
    SELECT merchant_id, shop_id, platform_code, sku_code, business_date,
        max(units) FILTER (day = business_date) AS units, max(units) FILTER (day < business_date) AS earlier
    FROM running WHERE business_date IS NOT NULL GROUP BY ALL
)
SELECT merchant_id, shop_id, platform_code, sku_code, business_date, since_launch - units AS since_launch_off,
    lately - (units - earlier) AS lately_off
FROM cell JOIN cut USING (merchant_id, shop_id, platform_code, sku_code, business_date)
WHERE since_launch <> units OR lately <> units - earlier
UNION ALL
-- what was sold within the days of its shop's sheet and stands nowhere in it; sold in days to come is not due yet
SELECT merchant_id, shop_id, platform_code, sku_code, max(day), -sum(units)::BIGINT, 0
FROM kept
JOIN (SELECT merchant_id, shop_id, platform_code, max(business_date) AS until FROM cell GROUP BY ALL)
    USING (merchant_id, shop_id, platform_code)
ANTI JOIN cell USING (merchant_id, shop_id, platform_code, sku_code)
GROUP BY merchant_id, shop_id, platform_code, sku_code HAVING max(units) > 0 AND min(day) <= max(until)
