-- stop: 发货前、发货后、阶段不明三部分合计等于退款
--   / refunds before, after and of untold stage add up to the refund
-- why: 拆分对不上，发货前退款率就是错的
--   / if the parts do not add up, the rate of refunds before shipment is wrong
SELECT merchant_id, shop_id, platform_code, order_line_id
FROM gold.fct_order_line
WHERE refund_before_fen + refund_after_fen + refund_unstaged_fen <> cohort_refund_fen
    OR refund_undated_fen > cohort_refund_fen
