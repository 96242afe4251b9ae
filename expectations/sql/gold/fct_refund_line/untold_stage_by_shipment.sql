-- stop: 售后没有说明阶段的，按申请时是否已发货
--   / where no after-sale tells the stage, the goods do: had they left when it was applied for?
-- why: 快手、拼多多的仅退款不说阶段；猜错会移动发货前退款
--   / Kuaishou and Pinduoduo tell none of a bare refund; a wrong one moves the rate before shipment
SELECT merchant_id, shop_id, platform_code, refund_id, order_line_id
FROM gold.fct_refund_line JOIN now.untold_stage USING (merchant_id, shop_id, platform_code, refund_id)
JOIN (
    SELECT merchant_id, shop_id, platform_code, order_line_id, shipped_at, is_shipment_told
        FROM gold.fct_order_line
) USING (merchant_id, shop_id, platform_code, order_line_id)
WHERE is_all AND refund_stage_code <> CASE
    WHEN shipped_at <= applied_at THEN 'after_shipment'
    WHEN shipped_at > applied_at OR (shipped_at IS NULL AND is_shipment_told) THEN 'before_shipment'
    ELSE 'unknown' END
