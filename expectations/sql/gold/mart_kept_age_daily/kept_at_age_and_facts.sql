-- stop: 同龄日表等于事实之和 / the sheet of equal ages is the sum of the facts
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, style_code, channel_code, business_date
-- same: paid_fen, cohort_refund_fen, cohort_refund_undated_fen, refund_by_7_fen, refund_by_14_fen,
--   refund_by_30_fen
SELECT * FROM gold.mart_kept_age_daily
-- must equal
SELECT merchant_id, shop_id, platform_code, coalesce(style_code, 'untold') AS style_code, channel_code,
    paid_date AS business_date, paid_fen, cohort_refund_fen, refund_undated_fen AS cohort_refund_undated_fen,
    0 AS refund_by_7_fen, 0 AS refund_by_14_fen, 0 AS refund_by_30_fen
FROM gold.fct_order_line WHERE paid_date IS NOT NULL
UNION ALL
SELECT merchant_id, shop_id, platform_code, coalesce(style_code, 'untold'), channel_code, paid_date, 0, 0, 0,
    if(refund_date - paid_date <= 7, refund_fen, 0), if(refund_date - paid_date <= 14, refund_fen, 0),
    if(refund_date - paid_date <= 30, refund_fen, 0)
FROM gold.fct_refund_line WHERE refund_date IS NOT NULL AND paid_date IS NOT NULL
