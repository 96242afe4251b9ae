-- stop: 资金流水事实与当前状态逐笔一致 / fund facts are the current movements, one by one
-- why: 同一笔多算一次，到账就错 / a movement counted twice makes funded money wrong
-- by: merchant_id, shop_id, platform_code, fund_entry_id
-- same: moved_fen
SELECT * FROM gold.fct_fund_entry
-- must equal
SELECT * FROM now.fund_entry
