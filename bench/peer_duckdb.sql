-- From staged rows to star schema and marts. Every staged_* table has shop, observed and ok.
CREATE TEMP VIEW staged AS FROM staged_orders UNION ALL BY NAME FROM staged_taobao_items;

CREATE TEMP TABLE newest_lines AS SELECT shop, line_id, max(observed) AS observed FROM staged WHERE ok GROUP BY ALL HAVING count(*) > 1;
CREATE TEMP TABLE newest_orders AS SELECT shop, order_id, max(observed) AS observed FROM staged_taobao_orders WHERE ok GROUP BY ALL HAVING count(*) > 1;
CREATE TEMP TABLE newest_refunds AS SELECT shop, refund_id, max(observed) AS observed FROM staged_after_sales WHERE ok GROUP BY ALL HAVING count(*) > 1;

CREATE TEMP TABLE taobao_orders AS
SELECT s.*, coalesce(goods_fen + coalesce(freight_fen, 0), total_fen) AS placed_fen, CASE WHEN paid_at IS NULL THEN 0 ELSE now_fen + coalesce(stated_fen, 0) END AS paid_fen
FROM staged_taobao_orders AS s LEFT JOIN newest_orders AS n USING (shop, order_id) WHERE ok AND (n.observed IS NULL OR s.observed = n.observed);

CREATE TEMP TABLE lines AS
SELECT s.* EXCLUDE (goods, spec, properties, style_text, new_price_fen, old_price_fen, item_paid_fen) REPLACE (
  CASE WHEN s.refund_status = '退款成功' AND s.paid_at IS NOT NULL THEN s.stated_fen END AS stated_fen,
  coalesce(s.shipped_at, o.shipped_at) AS shipped_at, coalesce(s.finished_at, o.finished_at) AS finished_at,
  coalesce(s.province_name, split_part(o.address, ' ', 1)) AS province_name
), CASE WHEN s.paid_at IS NULL THEN 0 WHEN s.refund_status IS NULL THEN s.placed_fen ELSE s.item_paid_fen END AS paid_fen,
  coalesce(s.new_price_fen, s.old_price_fen) AS unit_price_fen, regexp_replace(ltrim(s.goods, '	'), ' 颜色分类:.*$', '') AS product_name,
  CASE WHEN s.refund_status IS NOT NULL THEN split_part(s.sku_code, '-', 1) ELSE coalesce(ltrim(s.style_text, '	'), s.product_id::VARCHAR) END AS style_code,
  CASE WHEN s.spec IS NULL THEN regexp_extract(coalesce(s.properties, s.goods), '颜色分类:([^;]+)', 1) ELSE split_part(s.spec, ';', 1) END AS color_name,
  CASE WHEN s.spec IS NULL THEN regexp_extract(coalesce(s.properties, s.goods), '尺码:([^;]+)', 1) ELSE split_part(s.spec, ';', 2) END AS size_name,
  coalesce(s.placed_fen = 0 AND s.discount_fen = 0, false) AS is_gift, false AS is_order_level
FROM staged AS s LEFT JOIN newest_lines AS n USING (shop, line_id) LEFT JOIN taobao_orders AS o ON o.shop = s.shop AND o.order_id = s.order_id
WHERE s.ok AND (n.observed IS NULL OR s.observed = n.observed);

-- What an order states beyond its items: of items read before it and of unread goods, by what they have left, else of its rest.
CREATE TEMP TABLE rests AS
WITH t AS (
  SELECT shop, order_id, sum(l.paid_fen) AS paid_fen, sum(l.placed_fen) AS placed_fen, sum(qty) AS qty, coalesce(sum(l.stated_fen), 0) AS stated_fen,
    sum(greatest(coalesce(l.stated_fen, 0) - l.paid_fen, 0)) AS above_fen,
    coalesce(sum(greatest(l.paid_fen - coalesce(l.stated_fen, 0), 0)) FILTER (l.observed < o.observed), 0) AS old_fen
  FROM lines AS l JOIN taobao_orders AS o USING (shop, order_id) WHERE l.refund_status IS NOT NULL GROUP BY ALL
), r AS (
  SELECT o.*, t.order_id IS NULL AS is_alone, t.qty, coalesce(t.stated_fen, 0) AS item_stated_fen, coalesce(t.old_fen, 0) AS old_fen, o.paid_fen - coalesce(t.paid_fen, 0) AS left_fen,
    greatest(o.placed_fen - coalesce(t.placed_fen, 0), 0) AS left_placed_fen,
    t.order_id IS NULL OR o.paid_fen > t.paid_fen OR (o.paid_at IS NULL AND o.placed_fen > t.placed_fen) AS is_rest,
    least(coalesce(t.above_fen, 0), greatest(o.paid_fen - coalesce(t.paid_fen, 0), 0)) AS moved_fen
  FROM taobao_orders AS o LEFT JOIN t USING (shop, order_id)
)
SELECT *, greatest(coalesce(stated_fen, 0) - item_stated_fen, 0) AS beyond_fen, greatest(left_fen - CASE WHEN is_alone THEN 0 ELSE coalesce(freight_fen, 0) END, 0) AS unread_fen
FROM r WHERE paid_at IS NOT NULL OR is_rest;

CREATE TEMP TABLE item_parts AS
SELECT shop, line_id, least(coalesce(stated_fen, 0), CASE WHEN moved_fen > 0 THEN paid_fen ELSE stated_fen END) + taken_fen * until_fen // room_fen - taken_fen * (until_fen - own_fen) // room_fen AS stated_fen
FROM (
  SELECT l.shop, l.line_id, l.stated_fen, l.paid_fen, r.moved_fen, greatest(r.old_fen + r.unread_fen, 1) AS room_fen, least(r.beyond_fen, r.old_fen + r.unread_fen) AS taken_fen,
    CASE WHEN l.observed < o.observed THEN greatest(l.paid_fen - coalesce(l.stated_fen, 0), 0) ELSE 0 END AS own_fen, sum(own_fen) OVER (PARTITION BY l.shop, l.order_id ORDER BY l.line_id) AS until_fen
  FROM lines AS l JOIN taobao_orders AS o USING (shop, order_id) JOIN rests AS r USING (shop, order_id)
  WHERE l.refund_status IS NOT NULL AND l.paid_at IS NOT NULL AND (r.moved_fen > 0 OR (r.beyond_fen > 0 AND r.old_fen > 0))
);

CREATE TEMP TABLE part_sums AS
SELECT l.shop, l.order_id, sum(p.stated_fen) AS stated_fen FROM lines AS l JOIN item_parts AS p USING (shop, line_id) GROUP BY ALL;

UPDATE lines SET stated_fen = p.stated_fen FROM item_parts AS p WHERE lines.shop = p.shop AND lines.line_id = p.line_id;

INSERT INTO lines BY NAME
SELECT shop, order_id, -order_id AS line_id, created_at, paid_at, shipped_at, finished_at, split_part(address, ' ', 1) AS province_name, status, false AS is_gift, true AS is_order_level,
  greatest(pieces - coalesce(qty, 0), 0) AS qty, left_fen AS paid_fen, left_placed_fen AS placed_fen,
  CASE WHEN paid_at IS NOT NULL THEN greatest(coalesce(r.stated_fen, 0), item_stated_fen) - coalesce(s.stated_fen, item_stated_fen) END AS stated_fen
FROM rests AS r LEFT JOIN part_sums AS s USING (shop, order_id) WHERE is_rest;

CREATE TEMP TABLE heads AS SELECT shop, order_id, coalesce(min(line_id) FILTER (NOT is_order_level), min(line_id)) AS line_id FROM lines WHERE NOT is_gift GROUP BY ALL;

CREATE TEMP TABLE refunds AS
SELECT s.shop, refund_id, order_id, line_id, goods_fen + coalesce(freight_fen, 0) AS refund_fen, reason, applied_at, refunded_at, refunded_at::DATE AS refund_date,
  CASE WHEN type = '未发货退款' THEN 'before_shipment' ELSE 'after_shipment' END AS stage_code
FROM staged_after_sales AS s LEFT JOIN newest_refunds AS n USING (shop, refund_id)
WHERE ok AND (n.observed IS NULL OR s.observed = n.observed) AND status = '同意退款，退款成功' AND goods_fen + coalesce(freight_fen, 0) > 0;

CREATE TEMP TABLE returned AS
SELECT shop, line_id, sum(refund_fen) AS refund_fen, coalesce(sum(refund_fen) FILTER (stage_code = 'before_shipment'), 0) AS before_fen,
  coalesce(sum(refund_fen) FILTER (stage_code = 'after_shipment'), 0) AS after_fen
FROM refunds GROUP BY ALL;

CREATE TEMP TABLE sessions AS
SELECT DISTINCT ON (shop, creator, started_at) *, creator || ':' || strftime(started_at, '%Y%m%d%H%M%S') AS session_id, started_at::DATE AS start_date
FROM staged_sessions WHERE ok ORDER BY shop, creator, started_at, observed DESC;

CREATE TEMP TABLE session_days AS
SELECT shop, creator, started_at::DATE AS day, started_at, ended_at, session_id, start_date FROM sessions
UNION ALL SELECT shop, creator, ended_at::DATE, started_at, ended_at, session_id, start_date FROM sessions WHERE ended_at::DATE <> started_at::DATE;

CREATE TEMP TABLE fct_order_line AS
SELECT l.shop, l.line_id, l.order_id, l.created_at, l.paid_at, l.shipped_at, l.finished_at, l.created_at::DATE AS created_date, l.paid_at::DATE AS paid_date,
  CASE WHEN w.code <> 'closed' THEN w.code WHEN l.paid_at IS NULL THEN 'closed_unpaid' ELSE 'closed_refunded' END AS order_status_code,
  l.product_id, l.product_name, l.style_code, l.sku_code, l.color_name, l.size_name, l.unit_price_fen, l.qty, l.placed_fen, l.paid_fen, l.discount_platform_fen,
  l.discount_merchant_fen, l.discount_creator_fen, l.creator, l.province_name, l.is_gift, l.is_order_level, d.session_id, d.start_date,
  CASE WHEN l.content = '商品卡' AND contains(l.entrance, '搜索') THEN 'search' WHEN c.code IS NULL THEN 'unknown' WHEN c.code <> 'live' THEN c.code
    WHEN own.creator IS NOT NULL THEN 'own_live' ELSE 'creator_live' END AS channel_code,
  coalesce(t.code, 'unknown') AS traffic_code, h.line_id IS NOT NULL AS is_order_head,
  coalesce(r.refund_fen, 0) + coalesce(l.stated_fen, 0) AS cohort_refund_fen, coalesce(r.before_fen, 0) AS before_fen, coalesce(r.after_fen, 0) AS after_fen,
  coalesce(l.stated_fen, 0) AS undated_fen
FROM lines AS l
JOIN dim_shop AS s USING (shop)
LEFT JOIN status_words AS w ON w.word = l.status
LEFT JOIN content_words AS c ON c.word = l.content
LEFT JOIN traffic_words AS t ON t.word = l.traffic
LEFT JOIN own ON own.merchant_id = s.merchant_id AND own.creator = l.creator
LEFT JOIN heads AS h ON h.shop = l.shop AND h.order_id = l.order_id AND h.line_id = l.line_id
LEFT JOIN returned AS r ON r.shop = l.shop AND r.line_id = l.line_id
LEFT JOIN session_days AS d ON d.shop = l.shop AND d.creator = CASE WHEN l.content = '直播' THEN l.creator END AND d.day = l.created_at::DATE AND l.created_at BETWEEN d.started_at AND d.ended_at;

CREATE TEMP TABLE fct_refund_line AS
SELECT r.*, l.channel_code, l.traffic_code, l.paid_date, l.style_code, l.session_id, l.start_date
FROM refunds AS r JOIN fct_order_line AS l USING (shop, line_id) WHERE l.paid_date IS NOT NULL
UNION ALL BY NAME
SELECT shop, order_id, line_id, undated_fen AS refund_fen, 'unknown' AS stage_code, channel_code, traffic_code, paid_date, style_code, session_id, start_date
FROM fct_order_line WHERE undated_fen > 0 AND paid_date IS NOT NULL;

CREATE TEMP TABLE sums AS
SELECT shop, channel_code, traffic_code, coalesce(style_code, 'untold') AS style_code, paid_date AS business_date, sum(paid_fen)::BIGINT AS paid_fen,
  count(*) FILTER (is_order_head) AS paid_orders_qty, coalesce(sum(qty) FILTER (NOT is_gift), 0)::BIGINT AS units_qty,
  count(*) FILTER (NOT is_gift AND qty IS NULL) AS units_untold_qty, sum(cohort_refund_fen)::BIGINT AS cohort_refund_fen, sum(before_fen)::BIGINT AS before_fen,
  sum(after_fen)::BIGINT AS after_fen, sum(undated_fen)::BIGINT AS undated_fen
FROM fct_order_line WHERE paid_date IS NOT NULL GROUP BY ALL
UNION ALL BY NAME
SELECT shop, channel_code, traffic_code, coalesce(style_code, 'untold') AS style_code, refund_date AS business_date, sum(refund_fen)::BIGINT AS dated_refund_fen
FROM fct_refund_line WHERE refund_date IS NOT NULL GROUP BY ALL;

CREATE TEMP TABLE mart_style_daily AS
SELECT shop, style_code, channel_code, business_date, coalesce(sum(COLUMNS(c -> c LIKE '%_fen' OR c LIKE '%_qty')), 0)::BIGINT FROM sums GROUP BY ALL;

CREATE TEMP TABLE mart_live_session AS
SELECT s.* EXCLUDE (observed, ok), coalesce(paid_fen, 0) AS paid_fen, coalesce(paid_orders_qty, 0) AS paid_orders_qty, coalesce(cohort_refund_fen, 0) AS cohort_refund_fen,
  CASE WHEN own.creator IS NULL THEN 'creator_live' ELSE 'own_live' END AS channel_code
FROM sessions AS s JOIN dim_shop USING (shop) LEFT JOIN own USING (merchant_id, creator)
LEFT JOIN (
  SELECT shop, session_id, sum(paid_fen)::BIGINT AS paid_fen, count(*) FILTER (is_order_head) AS paid_orders_qty, sum(cohort_refund_fen)::BIGINT AS cohort_refund_fen
  FROM fct_order_line WHERE session_id IS NOT NULL AND paid_date IS NOT NULL GROUP BY ALL
) USING (shop, session_id);

CREATE TEMP TABLE mart_shop_channel_daily AS
SELECT shop, channel_code, traffic_code, business_date, coalesce(sum(COLUMNS(c -> c LIKE '%_fen' OR c LIKE '%_qty')), 0)::BIGINT
FROM (
  SELECT * EXCLUDE (style_code) FROM sums
  UNION ALL BY NAME
  SELECT shop, channel_code, traffic_code, start_date AS business_date, sum(paid_fen)::BIGINT AS session_paid_fen, sum(cohort_refund_fen)::BIGINT AS session_refund_fen
  FROM fct_order_line WHERE start_date IS NOT NULL AND paid_date IS NOT NULL GROUP BY ALL
  UNION ALL BY NAME
  SELECT shop, channel_code, 'unknown' AS traffic_code, start_date AS business_date, sum(views_qty)::BIGINT AS session_views_qty FROM mart_live_session GROUP BY ALL
) GROUP BY ALL;
