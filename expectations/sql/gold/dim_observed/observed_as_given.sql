-- stop: 数据截至日不晚于该店给过的文件和接口数据 / no shop's data reach further than what it gave
-- why: 没有人看过的日子被当作没有退款，净成交就虚高
--   / days nobody has looked at would count as days without refunds, and kept money be too high
SELECT merchant_id, shop_id, platform_code, d.observed_date, given.observed_date AS given_date
FROM gold.dim_observed AS d
LEFT JOIN (
    SELECT merchant_id, shop_id, platform_code, max(observed_at)::DATE AS observed_date
    FROM (
        SELECT merchant_id, shop_id, platform_code, observed_at FROM ops.export WHERE withdrawn_at IS NULL
        UNION ALL
        SELECT merchant_id, shop_id, platform_code, covered_until_at FROM ops.cursor
    )
    GROUP BY ALL
) AS given USING (merchant_id, shop_id, platform_code)
WHERE given.observed_date IS NULL OR d.observed_date > given.observed_date
    OR coalesce(d.returns_date, d.observed_date) > d.observed_date
