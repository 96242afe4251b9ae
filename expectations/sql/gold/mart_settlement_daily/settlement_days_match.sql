-- stop: 结算到账日表等于事实之和 / the settlement sheet is the sum of the facts, on each clock
-- why: 同一笔钱在每一层必须分文不差 / the same money must be the same to the fen in every layer
-- by: merchant_id, shop_id, platform_code, channel_code, business_date
-- same: settled_fen, funded_fen, unanswered_fen, platform_fee_fen, commission_fen
SELECT * FROM gold.mart_settlement_daily
-- must equal
SELECT merchant_id, shop_id, platform_code, channel_code, settled_date AS business_date, settled_fen,
    0 AS funded_fen, 0 AS unanswered_fen, coalesce(platform_fee_fen, 0) AS platform_fee_fen,
    coalesce(commission_creator_fen, 0) + coalesce(commission_leader_fen, 0)
        + coalesce(commission_service_fen, 0) AS commission_fen
FROM gold.fct_settlement_entry WHERE settled_date IS NOT NULL
UNION ALL  -- the kinds of movement that are goods' money
SELECT merchant_id, shop_id, platform_code, channel_code, moved_date, 0, moved_fen,
    if(match_code IN ('settlement', 'day'), 0, moved_fen), 0, 0
FROM gold.fct_fund_entry WHERE fund_type_code IN ('sale', 'refund', 'fee', 'commission', 'subsidy')
