-- warn: 一份文件的隔离行不超过 5% / at most 5% of an export's rows are quarantined
-- why: 隔离的行没有进入合计，修正后可重新判定
--   / quarantined rows are missing from the totals until they are mended and judged again
-- step: 看隔离行各错在哪里，在原文件里改正后再上传
--   / see what is wrong with the quarantined rows and upload the file once it is right
-- unit: quarantined_qty
SELECT merchant_id, shop_id, platform_code, kind_code, export_id, rows_read_qty, quarantined_qty
FROM ops.load WHERE quarantined_qty > 0.05 * rows_read_qty
