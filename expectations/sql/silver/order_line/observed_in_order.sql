-- stop: 最后观测不早于首次观测 / a state was not last observed before it was first observed
-- why: 观测次序决定哪个状态是当前状态 / the order of observations decides which state is the current one
SELECT merchant_id, shop_id, platform_code, order_line_id, _export_id, _row_number
FROM silver.order_line WHERE _last_observed_at < _observed_at
