-- Every after-sale whose money went back on a paid order, once. The same one may come twice, naming its line
-- and naming only the order: then it is one, as told last. Where several rows name lines, each is that
-- line's part. Which line an order's refund falls on is gold's to say.
CREATE TABLE now.done_refund AS
WITH told AS (
    SELECT r.*, l.is_paid IS NOT NULL OR r.order_line_id <> r.order_id AS names_line,
        coalesce(l.is_paid, p.order_id IS NOT NULL) AS on_paid,
        (r._last_observed_at, r._observed_at, r._export_id, r._row_number) AS told_at
    FROM now.refund_line AS r
    LEFT JOIN (
        SELECT merchant_id, shop_id, platform_code, order_line_id, paid_at IS NOT NULL AS is_paid
        FROM gold.fct_order_line WHERE NOT is_order_level
    ) AS l USING (merchant_id, shop_id, platform_code, order_line_id)
    LEFT JOIN (
        SELECT DISTINCT merchant_id, shop_id, platform_code, order_id
        FROM gold.fct_order_line WHERE paid_at IS NOT NULL
    ) AS p USING (merchant_id, shop_id, platform_code, order_id)
), times AS (
    SELECT merchant_id, shop_id, platform_code, refund_id, count(*) AS told_qty,
        count_if(names_line) AS named_qty
    FROM told GROUP BY ALL
)
SELECT merchant_id, shop_id, platform_code, refund_id, arg_max(refund_fen, told_at) AS refund_fen,
    arg_max(refund_stage_code, told_at) AS refund_stage_code,
    arg_max(refunded_at, told_at)::DATE AS refund_date
FROM told JOIN times USING (merchant_id, shop_id, platform_code, refund_id)
WHERE told_qty = 1 OR named_qty = 1
GROUP BY merchant_id, shop_id, platform_code, refund_id
HAVING arg_max(refund_status_code, told_at) = 'success'
    AND coalesce(bool_or(on_paid) FILTER (names_line), bool_or(on_paid))
UNION ALL
SELECT merchant_id, shop_id, platform_code, refund_id, refund_fen, refund_stage_code, refunded_at::DATE
FROM told JOIN times USING (merchant_id, shop_id, platform_code, refund_id)
WHERE named_qty > 1 AND names_line AND on_paid AND refund_status_code = 'success'
