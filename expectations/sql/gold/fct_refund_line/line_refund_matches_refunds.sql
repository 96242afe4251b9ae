-- stop: 子订单的退款及其拆分等于退款事实之和 / a line's refund and its parts are the sum of its refund facts
-- why: 订单日口径和退款日口径必须来自同一笔退款
--   / the paid clock and the refund clock must tell of the same refunds
-- by: merchant_id, shop_id, platform_code, order_line_id
-- same: cohort_refund_fen, refund_before_fen, refund_after_fen, refund_undated_fen
SELECT * FROM gold.fct_order_line WHERE paid_date IS NOT NULL
-- must equal
SELECT merchant_id, shop_id, platform_code, order_line_id, refund_fen AS cohort_refund_fen,
    if(refund_stage_code = 'before_shipment', refund_fen, 0) AS refund_before_fen,
    if(refund_stage_code = 'after_shipment', refund_fen, 0) AS refund_after_fen,
    if(refund_date IS NULL, refund_fen, 0) AS refund_undated_fen
FROM gold.fct_refund_line
