-- warn: 一个订单的退款不超过该订单支付 / refunds of an order never exceed what was paid for it
-- why: 小额补偿会略超；许多订单超出则说明退款重复
--   / goodwill may exceed it a little; many such orders mean refunds counted twice
-- step: 与平台的售后页核对；导重了的文件可以撤回
--   / compare with the platform's after-sales; withdraw a file that was given twice
SELECT merchant_id, shop_id, platform_code, order_id, sum(paid_fen)::BIGINT AS paid_fen,
    sum(cohort_refund_fen)::BIGINT AS cohort_refund_fen
FROM gold.fct_order_line GROUP BY merchant_id, shop_id, platform_code, order_id
HAVING sum(cohort_refund_fen) > sum(paid_fen)
