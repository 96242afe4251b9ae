-- stop: 对账单合计 = 已对上 + 自有划转 + 未结
--   / a statement's total is what is matched, the merchant's own and open
-- why: 结算单的每一分都要有去处 / every fen of a statement has its place
SELECT merchant_id, shop_id, platform_code, ledger_code, business_month,
    total_fen - matched_fen - explained_fen - open_fen AS rest_fen
FROM gold.mart_statement_monthly
WHERE total_fen <> matched_fen + explained_fen + open_fen
