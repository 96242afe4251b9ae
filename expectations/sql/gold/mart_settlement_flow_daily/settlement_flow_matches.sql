-- stop: 支付结算流向日表等于事实之和 / the settlement flow is the sum of the facts
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, channel_code, business_date, paid_date
-- same: settled_fen, unfunded_fen, summed_fen, unplaced_goods_fen
SELECT * FROM gold.mart_settlement_flow_daily
-- must equal
SELECT merchant_id, shop_id, platform_code, channel_code, settled_date AS business_date,
    coalesce(paid_date, settled_date) AS paid_date, settled_fen,
    if(funding_code = 'none', settled_fen, 0) AS unfunded_fen,
    if(funding_code = 'order', settled_fen, 0) AS summed_fen,
    if(settlement_type_code = 'insurance' OR paid_date IS NOT NULL, 0,
        settled_fen + coalesce(platform_fee_fen, 0) + coalesce(other_fee_fen, 0)
        + coalesce(commission_creator_fen, 0) + coalesce(commission_leader_fen, 0)
        + coalesce(commission_service_fen, 0)) AS unplaced_goods_fen
FROM gold.fct_settlement_entry WHERE settled_date IS NOT NULL
