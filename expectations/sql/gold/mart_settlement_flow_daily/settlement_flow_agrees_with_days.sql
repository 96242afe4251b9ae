-- stop: 支付结算流向日表与结算到账日表每店每渠道每日一致
--   / the settlement flow and the settlement sheet agree per shop, channel and day
-- why: 两页显示同一件事，数字必须相同 / two pages that show the same thing must show the same number
-- by: merchant_id, shop_id, platform_code, channel_code, business_date
-- same: settled_fen, settled_goods_fen
SELECT * FROM gold.mart_settlement_flow_daily
-- must equal
SELECT * FROM gold.mart_settlement_daily
