-- stop: 退款事实与当前售后状态逐笔一致 / refund facts are the current after-sales, one by one
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, refund_id, refund_stage_code, refund_date
-- same: refund_fen
-- A stage that some row of the after-sale does not tell is not compared: there gold goes by the goods, see
-- untold_stage_by_shipment.
SELECT merchant_id, shop_id, platform_code, refund_id, refund_fen, refund_date,
    if(is_all IS NULL, refund_stage_code, 'unknown') AS refund_stage_code
FROM gold.fct_refund_line LEFT JOIN now.untold_stage USING (merchant_id, shop_id, platform_code, refund_id)
WHERE NOT starts_with(refund_id, 'stated:')
-- must equal
SELECT merchant_id, shop_id, platform_code, refund_id, refund_fen, refund_date,
    if(is_all IS NULL, refund_stage_code, 'unknown') AS refund_stage_code
FROM now.done_refund LEFT JOIN now.untold_stage USING (merchant_id, shop_id, platform_code, refund_id)
