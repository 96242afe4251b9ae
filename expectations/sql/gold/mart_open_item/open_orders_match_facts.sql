-- stop: 未结订单就是已付、未退、未结算的子订单 / open orders are the lines paid, kept and not settled
-- why: 漏列一单，商家就少追一笔钱 / an order left out is money nobody asks for
-- by: merchant_id, shop_id, platform_code, open_item_id
-- same: open_fen
SELECT * FROM gold.mart_open_item WHERE open_reason_code IN ('order_unfinished', 'order_unsettled')
-- must equal
-- Kept money of paid lines no payout answers, in shops that gave a bill (silver, whether or not a
-- rate is known).
WITH payout AS (
    SELECT * FROM gold.fct_settlement_entry WHERE settlement_type_code = 'sale' AND settled_at IS NOT NULL
)
SELECT merchant_id, shop_id, platform_code, order_line_id AS open_item_id,
    paid_fen - cohort_refund_fen AS open_fen
FROM gold.fct_order_line SEMI JOIN silver.settlement_entry USING (merchant_id, shop_id, platform_code)
ANTI JOIN payout USING (merchant_id, shop_id, platform_code, order_line_id)
ANTI JOIN (SELECT * FROM payout WHERE order_line_id IS NULL) AS whole
    USING (merchant_id, shop_id, platform_code, order_id)
WHERE paid_date IS NOT NULL AND paid_fen > cohort_refund_fen
