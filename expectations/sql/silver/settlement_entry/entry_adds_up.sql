-- warn: 收入合计 + 支出合计 = 结算金额 / income and expense of an entry are what was settled
-- why: 对不上的结算单可能缺列或被改过 / a bill that does not add up lacks a column or was changed
-- step: 重新下载这份结算单，不要在 Excel 里改 / download the bill again and change nothing in Excel
SELECT merchant_id, shop_id, platform_code, settlement_entry_id,
    income_fen + expense_fen - settled_fen AS rest_fen
FROM now.settlement_entry WHERE income_fen + expense_fen <> settled_fen AND currency_code IS NULL
