-- warn: 赠品行没有支付金额 / gift lines carry no money
-- why: 赠品不计订单和件数，带金额就会让客单价失真
--   / gifts are no orders and no units; with money on them the order value is distorted
SELECT merchant_id, shop_id, platform_code, order_line_id, paid_fen
FROM gold.fct_order_line WHERE is_gift AND paid_fen > 0
