-- warn: 完成不早于支付 / no order is finished before it is paid
-- why: 时间列读错 / a time column was misread
-- step: 换成平台导出的原始文件再上传 / upload the platform's original file instead
SELECT merchant_id, shop_id, platform_code, order_line_id
FROM gold.fct_order_line WHERE finished_at < paid_at
