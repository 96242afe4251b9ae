-- stop: 未结台账等于对账单的未结金额 / the open items are what the statements leave open
-- why: 结算单的每一分都要有去处 / every fen of a statement has its place
-- by: merchant_id, shop_id, platform_code, ledger_code, business_month
-- same: open_fen
SELECT * FROM gold.mart_open_item WHERE business_month IS NOT NULL
-- must equal
SELECT * FROM gold.mart_statement_monthly
