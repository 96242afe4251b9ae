-- stop: 利润日表等于事实之和，支付金额要么成本已知、要么未知
--   / the profit sheet is the sum of the facts; paid value is of known cost or of untold
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, style_code, channel_code, business_date
-- same: paid_fen, both_fen, fees_both_fen, cost_fen, costed_refund_fen, write_down_fen, cohort_fee_fen,
--   cohort_commission_fen, packing_fen, freight_out_fen, freight_back_fen, slot_fee_fen, sample_fen
SELECT *, cost_known_fen + cost_untold_fen AS both_fen, fees_known_fen + fees_untold_fen AS fees_both_fen
FROM gold.mart_profit_daily
-- must equal
SELECT merchant_id, shop_id, platform_code, coalesce(style_code, 'untold') AS style_code, channel_code,
    paid_date AS business_date, paid_fen, paid_fen AS both_fen, paid_fen AS fees_both_fen
FROM gold.fct_order_line WHERE paid_date IS NOT NULL
UNION ALL BY NAME
SELECT merchant_id, shop_id, platform_code, coalesce(style_code, 'untold') AS style_code, channel_code,
    business_date, cost_fen, costed_refund_fen, write_down_fen, cohort_fee_fen, cohort_commission_fen,
    packing_fen, freight_out_fen, freight_back_fen, slot_fee_fen, sample_fen, 0 AS paid_fen, 0 AS both_fen, 0 AS fees_both_fen
FROM gold.fct_line_cost
