-- stop: 款式日表与店铺日表每店每渠道每日一致
--   / the style sheet and the daily sheet agree per shop, channel and day
-- why: 两页显示同一件事，数字必须相同 / two pages that show the same thing must show the same number
-- by: merchant_id, shop_id, platform_code, channel_code, business_date
-- same: paid_fen, paid_orders_qty, units_qty, units_untold_qty, cohort_refund_fen, cohort_refund_before_fen,
--   cohort_refund_after_fen, cohort_refund_unstaged_fen, cohort_refund_undated_fen,
--   cohort_refund_unsized_fen, aside_paid_fen, aside_refund_fen, kept_units_qty, kept_orders_qty,
--   refunded_orders_qty, shipped_fen, shipment_untold_fen, sent_units_qty, returned_units_qty,
--   merchant_paid_fen, subsidy_untold_fen, dated_refund_fen
SELECT * FROM gold.mart_style_daily
-- must equal
SELECT * FROM gold.mart_shop_channel_daily
