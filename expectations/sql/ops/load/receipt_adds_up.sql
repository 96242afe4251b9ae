-- stop: 读取行数等于发布、隔离、被取代、重复之和
--   / rows read = published + quarantined + superseded + duplicate
-- why: 每一行的去向都要说得清 / what became of every single row must be known
SELECT merchant_id, shop_id, platform_code, kind_code, export_id, rows_read_qty
FROM ops.load WHERE rows_read_qty <> published_qty + quarantined_qty + superseded_qty + duplicate_qty
