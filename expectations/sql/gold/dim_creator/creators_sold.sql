-- stop: 达人维度里的账号都卖过货；标为自有的，卖的是商家自己的货
--   / every account of the dimension sold something, an own one on the merchant's own side
-- why: 标错一个账号，自播和达人播的占比都错
--   / one account marked wrongly makes the shares of own and creator sales wrong
SELECT merchant_id, platform_code, creator_id, is_own_account
FROM gold.dim_creator
ANTI JOIN (SELECT *, seller_code = 'own' AS is_own_account FROM gold.fct_order_line)
    USING (merchant_id, platform_code, creator_id, is_own_account)
