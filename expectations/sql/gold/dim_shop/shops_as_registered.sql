-- stop: 店铺维度就是登记的店铺，商家和名称一致
--   / the dimension of shops is the register: every shop, under its merchant and by its name
-- why: 归错商家就是把别人的数据给人看 / a shop under the wrong merchant is shown to the wrong people
SELECT merchant_id, shop_id, platform_code, d.shop_name, d.merchant_name
FROM gold.dim_shop AS d
FULL JOIN (
    SELECT merchant_id, shop_id, platform_code, shop_name, merchant_name
    FROM ops.shop JOIN ops.merchant USING (merchant_id)
) AS r USING (merchant_id, shop_id, platform_code)
WHERE d.shop_name IS DISTINCT FROM r.shop_name OR d.merchant_name IS DISTINCT FROM r.merchant_name
