-- stop: 花费分成有另一边的和没有的，合计不变
--   / spend is what has the other side of a ratio and what has not, no more and no less
-- why: 少了一部分花费，投产比就虚高 / spend that is lost makes the return too good
-- Each pair parts all spend: what has the other side of a ratio, and what has not.
SELECT merchant_id, shop_id, platform_code, business_date
FROM gold.mart_promotion_daily
WHERE ad_attributed_spent_fen + ad_unattributed_fen <> spent_fen
    OR ad_whole_spent_fen + ad_not_whole_fen <> spent_fen
    OR billed_spent_fen + unbilled_spent_fen <> spent_fen
    OR matured_spent_fen + unmatured_spent_fen <> spent_fen
