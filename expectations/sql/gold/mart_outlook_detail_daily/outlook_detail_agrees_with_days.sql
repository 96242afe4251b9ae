-- stop: 成熟净成交明细日表与成熟净成交日表每店每渠道每日一致
--   / the detail of matured net and matured net by day agree per shop, channel and day
-- why: 各款、各场分到的加起来就是当天的，多一分少一分都不是同一个估计
--   / shares of an estimate are one estimate only if they add up to it
-- by: merchant_id, shop_id, platform_code, channel_code, business_date
-- same: to_return_fen, matured_noise_number, matured_doubt_fen
SELECT * FROM gold.mart_outlook_detail_daily
-- must equal
-- Per day what is expected to go back, its chance and its doubt, as far as told; what is old enough
-- expects nothing.
SELECT *, kept_fen - matured_fen AS to_return_fen FROM gold.mart_outlook_daily WHERE matured_fen IS NOT NULL
