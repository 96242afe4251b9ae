-- stop: 款式日表的支付口径等于事实之和 / the style sheet's paid clock is the sum of the facts
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, style_code, business_date
-- same: paid_fen, paid_orders_qty, units_qty, units_untold_qty, cohort_refund_fen, cohort_refund_before_fen,
--   cohort_refund_after_fen, cohort_refund_unstaged_fen, cohort_refund_undated_fen,
--   cohort_refund_unsized_fen, aside_paid_fen, aside_refund_fen, kept_units_qty, kept_orders_qty,
--   refunded_orders_qty, shipped_fen, shipment_untold_fen, sent_units_qty, returned_units_qty,
--   merchant_paid_fen, subsidy_untold_fen
SELECT * FROM gold.mart_style_daily
-- must equal
SELECT * FROM now.paid_line
