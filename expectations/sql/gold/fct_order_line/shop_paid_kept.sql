-- warn: 店铺累计支付没有比上次发布明显减少
--   / a shop's paid value has not dropped markedly since the previous release
-- why: 支付金额不因退款减少，变少说明数据被改写
--   / refunds do not lower what was paid; less of it means history was rewritten
-- step: 核对最近上传或撤回的文件 / check the files that were last uploaded or withdrawn
SELECT merchant_id, shop_id, platform_code, any_value(was.paid_fen) AS before_fen,
    sum(fact.paid_fen)::BIGINT AS now_fen
FROM gold.fct_order_line AS fact JOIN before.shop_total AS was USING (merchant_id, shop_id, platform_code)
GROUP BY merchant_id, shop_id, platform_code
HAVING sum(fact.paid_fen) < 0.9 * any_value(was.paid_fen)
