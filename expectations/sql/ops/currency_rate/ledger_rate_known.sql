-- warn: 外币结算明细和资金流水都有汇率 / settlement entries and movements in another currency have their rate
-- why: 没有汇率的先等着，不猜 / without a rate they wait; none is guessed
-- step: 导入这几天的汇率：baiyun rates import / import the rates of these days: baiyun rates import
-- unit: waiting_qty
SELECT merchant_id, shop_id, platform_code, currency_code, count(*) AS waiting_qty
FROM (
    SELECT DISTINCT merchant_id, shop_id, platform_code, currency_code, settlement_entry_id
    FROM silver.settlement_entry AS s
    ANTI JOIN gold.fct_settlement_entry AS f USING (merchant_id, shop_id, platform_code, settlement_entry_id)
    WHERE s.currency_code IS NOT NULL
    UNION ALL
    SELECT DISTINCT merchant_id, shop_id, platform_code, currency_code, fund_entry_id
    FROM silver.fund_entry AS s
    ANTI JOIN gold.fct_fund_entry AS f USING (merchant_id, shop_id, platform_code, fund_entry_id)
    WHERE s.currency_code IS NOT NULL
)
GROUP BY ALL
