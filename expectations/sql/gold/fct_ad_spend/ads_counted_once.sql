-- stop: 同一笔推广费只计入一次；录入了的日子只算录入的
--   / of tellings of one money one counts; of a day that was entered, nothing else
-- why: 几张报表说的是同一笔钱，加起来花费就翻倍 / reports tell the same money: added up, spend doubles
-- by: merchant_id, shop_id, platform_code, business_date
-- same: spent_fen
SELECT * FROM gold.fct_ad_spend WHERE ad_use_code = 'counted'
-- must equal
-- Of what tells one pot of money on one day the first report; where the merchant entered the day,
-- nothing else.
SELECT merchant_id, shop_id, platform_code, business_date, spent_fen
FROM (
    SELECT *,
        ad_family_code = first_value(ad_family_code) OVER (pot_of_day ORDER BY place, ad_family_code)
            AS is_first,
        bool_or(pot = 'entered') OVER (PARTITION BY merchant_id, shop_id, platform_code, business_date)
            AS is_own
    FROM gold.fct_ad_spend JOIN now.ad_report ON report_code = split_part(ad_family_code, ':', 1)
    WINDOW pot_of_day AS (PARTITION BY merchant_id, shop_id, platform_code, business_date, pot)
)
WHERE is_first AND (pot = 'entered' OR NOT is_own)
