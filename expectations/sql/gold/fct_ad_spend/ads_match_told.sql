-- stop: 推广消耗事实等于报表的当前状态和录入的金额
--   / facts of advertising are what reports tell now and what was entered
-- why: 多一笔少一笔，投产比就错 / an entry more or less makes every return on advertising wrong
-- by: merchant_id, shop_id, ad_entry_id, business_date
-- same: spent_fen
-- The days an entry is spread over are its own; a report's row has one.
SELECT * REPLACE (CASE WHEN ad_family_code <> 'entered' THEN business_date END AS business_date)
FROM gold.fct_ad_spend
-- must equal
SELECT merchant_id, shop_id, ad_entry_id, ad_date AS business_date, spent_fen
FROM now.ad_spend WHERE coalesce(currency_code, 'CNY') = 'CNY'
UNION ALL
SELECT merchant_id, shop_id, 'cost:' || event_number, NULL, cost_amount_fen
FROM (
    SELECT * FROM ops.fixed_cost WHERE cost_kind_code IN ('ad_cash', 'ad_grant')
    QUALIFY row_number() OVER (
        PARTITION BY merchant_id, shop_id, cost_kind_code, creator_id, live_session_id, valid_from_date
        ORDER BY event_number DESC) = 1
)
SEMI JOIN ops.shop USING (merchant_id, shop_id)
WHERE cost_amount_fen IS NOT NULL
