-- warn: 退款不早于支付 / no refund is older than its payment
-- why: 时间列读错或平台时钟不一致 / a time column was misread, or the platform's clocks differ
-- step: 换成平台导出的原始文件再上传 / upload the platform's original file instead
SELECT merchant_id, shop_id, platform_code, refund_id, order_line_id
FROM gold.fct_refund_line
JOIN gold.fct_order_line AS paid USING (merchant_id, shop_id, platform_code, order_line_id)
WHERE refunded_at < paid.paid_at
