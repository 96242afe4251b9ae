-- After-sales of which some row tells no stage; is_all: none of its rows does, so the goods decide.
CREATE TABLE now.untold_stage AS
SELECT merchant_id, shop_id, platform_code, refund_id, bool_and(refund_stage_code = 'unknown') AS is_all
FROM now.done_refund GROUP BY ALL HAVING bool_or(refund_stage_code = 'unknown')
