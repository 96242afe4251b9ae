-- stop: 入库的文件都在清单里 / every loaded export is in the manifest
-- why: 说不出来历的数据不能发布 / data nobody can trace to a file is not published
SELECT merchant_id, shop_id, platform_code, kind_code, export_id
FROM ops.load ANTI JOIN ops.export USING (merchant_id, shop_id, platform_code, kind_code, export_id)
