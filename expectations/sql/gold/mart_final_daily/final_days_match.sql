-- stop: 完成留存日表等于事实之和 / the sheet of finished orders is the sum of the facts
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, style_code, channel_code, business_date, finished_date
-- same: finished_kept_fen, finish_untold_fen, unfinished_kept_fen
SELECT * FROM gold.mart_final_daily
-- must equal
SELECT merchant_id, shop_id, platform_code, coalesce(style_code, 'untold') AS style_code, channel_code,
    paid_date AS business_date, coalesce(finished_at::DATE, DATE '1970-01-01') AS finished_date,
    if(finished_at IS NULL, 0, paid_fen - cohort_refund_fen) AS finished_kept_fen,
    if(finished_at IS NULL AND order_status_code = 'finished', paid_fen - cohort_refund_fen, 0)
        AS finish_untold_fen,
    if(finished_at IS NULL AND order_status_code <> 'finished', paid_fen - cohort_refund_fen, 0)
        AS unfinished_kept_fen
FROM gold.fct_order_line WHERE paid_date IS NOT NULL
