-- stop: 对账单合计等于当前结算明细和资金流水之和
--   / a statement's total is the sum of the current entries and movements
-- why: 结算单的每一分都要有去处 / every fen of a statement has its place
-- by: merchant_id, shop_id, platform_code, ledger_code, business_month
-- same: total_fen
SELECT * FROM gold.mart_statement_monthly WHERE ledger_code <> 'funding'
-- must equal
SELECT merchant_id, shop_id, platform_code, 'settlement' AS ledger_code,
    coalesce(strftime(settled_at, '%Y-%m'), 'undated') AS business_month, settled_fen AS total_fen
FROM now.settlement_entry
UNION ALL
SELECT merchant_id, shop_id, platform_code, 'fund', coalesce(strftime(moved_at, '%Y-%m'), 'undated'),
    moved_fen
FROM now.fund_entry
