-- stop: 推广消耗日表等于事实之和 / the sheet of advertising is the sum of the facts
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, business_date, ad_family_code, ad_use_code
-- same: spent_fen, spent_cash_fen, spent_grant_fen, ad_untold_fen
SELECT * FROM gold.mart_ad_daily
-- must equal
SELECT * FROM gold.fct_ad_spend
