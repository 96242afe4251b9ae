-- warn: 退款状态不认识的行不超过 1% / at most 1% of a shop's refunds have an unknown status
-- why: 认不出的退款不计入退款，留存会偏高
--   / a refund that is not recognised is not subtracted, so kept money is too high
-- step: 把文件里的状态原词告诉支持 / tell support the words of the status column
-- unit: lines_qty
SELECT merchant_id, shop_id, platform_code, count_if(refund_status_code = 'unknown') AS lines_qty
FROM now.every_refund GROUP BY merchant_id, shop_id, platform_code
HAVING count(*) >= 20 AND count_if(refund_status_code = 'unknown') > 0.01 * count(*)
