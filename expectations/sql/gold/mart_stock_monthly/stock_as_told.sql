-- stop: 库存月表的到货和期末库存就是录入的和平台说的
--   / what the sheet of stock says was received and stands is what was entered, or a platform told
-- why: 库存错了，补货就错 / a wrong stock makes a wrong order of goods
WITH entered AS (
    SELECT e.merchant_id, e.shop_id, s.platform_code, e.sku_code, e.stock_kind_code, e.stock_date,
        e.entered_qty
    FROM (
        SELECT * FROM ops.stock_entry
        QUALIFY row_number() OVER (
            PARTITION BY merchant_id, shop_id, sku_code, stock_kind_code, stock_date
            ORDER BY event_number DESC) = 1
    ) AS e
    JOIN ops.shop AS s USING (merchant_id, shop_id) WHERE e.entered_qty IS NOT NULL
), seen AS (  -- every moment at which a listing was seen with its stock; its code is the one it told last
    SELECT merchant_id, shop_id, platform_code, product_id, platform_sku_id, seen_at, _observed_at,
        _export_id, _row_number, stock_qty, last_value(sku_code IGNORE NULLS) OVER (
            PARTITION BY merchant_id, shop_id, platform_code, product_id, platform_sku_id
            ORDER BY seen_at, _observed_at, _export_id, _row_number
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS sku_code
    FROM (SELECT *, unnest([_observed_at, _last_observed_at]) AS seen_at FROM silver.product)
), cell AS (  -- only what has a code can have a word on its stock
    SELECT merchant_id, shop_id, platform_code, sku_code, business_date, received_qty, closing_stock_qty
    FROM gold.mart_stock_monthly WHERE sku_code <> 'untold'
), entry AS (
    SELECT merchant_id, shop_id, platform_code, sku_code, c.business_date, e.stock_kind_code, e.stock_date,
        e.entered_qty
    FROM cell AS c JOIN entered AS e USING (merchant_id, shop_id, platform_code, sku_code)
    WHERE e.stock_date <= c.business_date
), counts AS (
    SELECT merchant_id, shop_id, platform_code, sku_code, business_date,
        arg_max(entered_qty, stock_date) AS qty
    FROM entry WHERE stock_kind_code = 'counted' GROUP BY ALL
), listed AS (
    SELECT merchant_id, shop_id, platform_code, sku_code, business_date, sum(stock_qty)::BIGINT AS qty
    FROM (
        SELECT merchant_id, shop_id, platform_code, sku_code, c.business_date, s.product_id,
            s.platform_sku_id,
            arg_max(s.stock_qty, (s.seen_at, s._observed_at, s._export_id, s._row_number)) AS stock_qty
        FROM cell AS c JOIN seen AS s USING (merchant_id, shop_id, platform_code, sku_code)
        WHERE s.stock_qty IS NOT NULL AND s.seen_at::DATE <= c.business_date GROUP BY ALL
    )
    GROUP BY ALL
), came AS (
    SELECT merchant_id, shop_id, platform_code, sku_code, business_date, sum(entered_qty)::BIGINT AS qty
    FROM entry WHERE stock_kind_code = 'received' GROUP BY ALL
)
SELECT merchant_id, shop_id, platform_code, sku_code, business_date, c.closing_stock_qty,
    coalesce(counts.qty, listed.qty, 0) AS told_qty, c.received_qty, coalesce(came.qty, 0) AS came_qty
FROM cell AS c
LEFT JOIN counts USING (merchant_id, shop_id, platform_code, sku_code, business_date)
LEFT JOIN listed USING (merchant_id, shop_id, platform_code, sku_code, business_date)
LEFT JOIN came USING (merchant_id, shop_id, platform_code, sku_code, business_date)
WHERE c.closing_stock_qty <> coalesce(counts.qty, listed.qty, 0) OR c.received_qty <> coalesce(came.qty, 0)
