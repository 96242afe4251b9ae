-- stop: 每条状态都来自清单里同一店铺的文件
--   / every state comes from an export of the same shop in the manifest
-- why: 每个数字都要能追到文件和行 / every figure must lead back to a file and a row
SELECT merchant_id, shop_id, platform_code, export_id
FROM now.state_export ANTI JOIN ops.export USING (merchant_id, shop_id, platform_code, export_id)
