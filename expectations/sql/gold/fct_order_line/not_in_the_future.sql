-- warn: 没有晚于收到数据一天以上的时间 / no moment lies more than a day after the data was received
-- why: 一条未来的记录会掩盖数据过期 / one row from the future hides that the data is stale
-- step: 核对文件里的日期；改过的文件换成平台原始文件
--   / check the dates in the file; upload the original instead of an edited one
SELECT merchant_id, shop_id, platform_code, order_line_id,
    greatest(created_at, paid_at, shipped_at, finished_at)::VARCHAR AS moment
FROM gold.fct_order_line
LEFT JOIN (
    SELECT merchant_id, shop_id, platform_code, max(received_at) + INTERVAL 1 DAY AS latest
    FROM ops.export GROUP BY ALL
) USING (merchant_id, shop_id, platform_code)
WHERE greatest(created_at, paid_at, shipped_at, finished_at) > coalesce(latest, now() + INTERVAL 1 DAY)
