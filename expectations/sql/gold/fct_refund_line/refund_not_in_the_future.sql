-- warn: 没有晚于收到数据一天以上的退款 / no refund lies more than a day after the data was received
-- why: 未来的退款会落在还没有的日期上 / it would stand on a day that has not come
-- step: 核对文件里的日期；改过的文件换成平台原始文件
--   / check the dates in the file; upload the original instead of an edited one
SELECT merchant_id, shop_id, platform_code, refund_id, order_line_id, refunded_at::VARCHAR AS moment
FROM gold.fct_refund_line
LEFT JOIN (
    SELECT merchant_id, shop_id, platform_code, max(received_at) + INTERVAL 1 DAY AS latest
    FROM ops.export GROUP BY ALL
) USING (merchant_id, shop_id, platform_code)
WHERE refunded_at > coalesce(latest, now() + INTERVAL 1 DAY)
