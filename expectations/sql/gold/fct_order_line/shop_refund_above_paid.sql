-- stop: 一家店铺的退款总额不超过支付总额的 120%
--   / a shop has not given back more than 120% of what it was paid
-- why: 退回的远多于收到的，必是重复计算 / far more money returned than received can only be counted twice
-- step: 核对最近给的文件里的退款金额；给错了就撤回那个文件，再给正确的
--   / check the refunds in the files given last; take a wrong one back and give the right one
SELECT merchant_id, shop_id, platform_code, sum(paid_fen)::BIGINT AS paid_fen,
    sum(cohort_refund_fen)::BIGINT AS cohort_refund_fen
FROM gold.fct_order_line GROUP BY merchant_id, shop_id, platform_code
HAVING count_if(paid_fen > 0) >= 20 AND sum(cohort_refund_fen) > 1.2 * sum(paid_fen)
