-- stop: 每个订单的支付金额与当前状态一致 / each order's paid value is what its current states tell
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, order_id
-- same: paid_fen
SELECT * FROM gold.fct_order_line
-- must equal
-- What an order's lines were paid, and what its order row tells beyond them. Goods that report no money at
-- all
-- share the order's, whether or not a gift lies beside them.
WITH line AS (
    SELECT merchant_id, shop_id, platform_code, order_id, sum(coalesce(paid_fen, 0)) AS told_fen,
        bool_and(if(is_gift, coalesce(paid_fen, 0) = 0, placed_fen IS NULL AND paid_fen IS NULL))
            AND NOT bool_and(is_gift) AS is_silent,
        sum(paid_fen) FILTER (paid_at IS NOT NULL) AS dated_fen, bool_or(paid_at IS NOT NULL) AS some_paid
    FROM now.order_line GROUP BY ALL
), side AS (
    SELECT merchant_id, shop_id, platform_code, order_id, o.paid_at IS NOT NULL AS is_paid,
        coalesce(o.paid_fen, 0) AS order_fen, line.order_id IS NOT NULL AS has_lines,
        coalesce(is_silent, false) AS is_silent, coalesce(told_fen, 0) AS told_fen,
        coalesce(dated_fen, 0) AS dated_fen, some_paid
    FROM now."order" AS o FULL JOIN line USING (merchant_id, shop_id, platform_code, order_id)
)
SELECT merchant_id, shop_id, platform_code, order_id, CASE
    WHEN NOT has_lines THEN if(is_paid, order_fen, 0)
    WHEN is_silent THEN if(is_paid OR some_paid, order_fen, 0)
    ELSE if(is_paid, greatest(told_fen, order_fen), dated_fen) END AS paid_fen
FROM side
