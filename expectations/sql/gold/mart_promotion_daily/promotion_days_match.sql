-- stop: 推广投产日表等于事实之和，与利润日表、成熟净成交日表一致
--   / advertising against sales is the sum of the facts, and agrees with profit and the outlook
-- why: 花费和成交要是同样的店、同样的天 / spend and sales must be of the same shops and days
-- by: merchant_id, shop_id, platform_code, business_date
-- same: spent_fen, spent_cash_fen, spent_grant_fen, ad_untold_fen, paid_fen, spend_known_fen,
--   spend_untold_fen, ad_refund_fen, cohort_settled_fen, cost_known_fen, cost_untold_fen, fees_known_fen,
--   fees_untold_fen, ad_contribution_fen, matured_fen
SELECT * FROM gold.mart_promotion_daily
-- must equal
WITH counted AS (
    SELECT DISTINCT merchant_id, shop_id, platform_code, business_date
    FROM gold.fct_ad_spend WHERE ad_use_code = 'counted'
), sold AS (
    SELECT *, paid_date AS business_date FROM gold.fct_order_line
    SEMI JOIN (SELECT DISTINCT merchant_id FROM gold.fct_ad_spend) USING (merchant_id)
    WHERE paid_date IS NOT NULL
)
SELECT merchant_id, shop_id, platform_code, business_date, spent_fen, spent_cash_fen, spent_grant_fen,
    ad_untold_fen
FROM gold.fct_ad_spend WHERE ad_use_code = 'counted'
UNION ALL BY NAME
SELECT merchant_id, shop_id, platform_code, business_date, paid_fen,
    if(is_counted, paid_fen, 0) AS spend_known_fen,
    if(is_counted, 0, paid_fen) AS spend_untold_fen, if(is_counted, cohort_refund_fen, 0) AS ad_refund_fen
FROM sold LEFT JOIN (SELECT *, true AS is_counted FROM counted)
    USING (merchant_id, shop_id, platform_code, business_date)
UNION ALL BY NAME
SELECT merchant_id, shop_id, platform_code, business_date, settled_fen AS cohort_settled_fen
FROM (SELECT *, paid_date AS business_date FROM gold.fct_settlement_entry WHERE settled_date IS NOT NULL)
SEMI JOIN counted USING (merchant_id, shop_id, platform_code, business_date)
UNION ALL BY NAME
SELECT merchant_id, shop_id, platform_code, business_date, cost_known_fen, cost_untold_fen, fees_known_fen,
    fees_untold_fen, cost_known_fen - costed_refund_fen - cost_fen - write_down_fen - cohort_fee_fen
        - cohort_commission_fen - packing_fen - freight_out_fen - freight_back_fen - slot_fee_fen - sample_fen
        AS ad_contribution_fen
FROM gold.mart_profit_daily SEMI JOIN counted USING (merchant_id, shop_id, platform_code, business_date)
UNION ALL BY NAME
SELECT merchant_id, shop_id, platform_code, business_date, sum(matured_fen)::BIGINT AS matured_fen
FROM gold.mart_outlook_daily SEMI JOIN counted USING (merchant_id, shop_id, platform_code, business_date)
GROUP BY ALL HAVING count(*) = count(matured_fen)
