-- stop: 结算明细事实与当前状态逐笔一致 / settlement facts are the current entries, one by one
-- why: 同一笔多算一次，佣金和到手的钱都错 / an entry counted twice makes commissions and settled money wrong
-- by: merchant_id, shop_id, platform_code, settlement_entry_id
-- same: settled_fen
SELECT * FROM gold.fct_settlement_entry
-- must equal
SELECT * FROM now.settlement_entry
