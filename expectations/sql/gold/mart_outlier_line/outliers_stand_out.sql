-- stop: 标为异常大的行就是那笔金额，并且是本店其他最大一行的 100 倍以上
--   / a line marked as an outlier has the marked amount, a hundred times its shop's largest other or more
-- why: 标错的行会让人怀疑对的数字 / a line marked wrongly makes people doubt figures that are right
SELECT merchant_id, shop_id, platform_code, order_line_id, m.marked_fen, m.largest_fen
FROM gold.mart_outlier_line AS m
LEFT JOIN gold.fct_order_line AS l USING (merchant_id, shop_id, platform_code, order_line_id)
WHERE m.marked_fen IS DISTINCT FROM greatest(l.paid_fen, coalesce(l.placed_fen, 0))
    OR m.marked_fen < 100 * m.largest_fen
