"""The reservations an answer may carry, in the order they are told: what each counts, and its sentence."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.model.needs import MISSING, missing_words


@dataclass(frozen=True)
class NoteKind:
    """A reservation and the measure it counts: a ``_fen`` part gives an amount, a ``_qty`` part a count, no
    part a plain remark.

    ``beside`` is the measure of what the answer does cover: then the sentence may tell its ``{share}`` of
    both, or itself as ``{beside}``.
    """

    part: str
    zh: str
    en: str
    beside: str = ""


NOTES: dict[str, NoteKind] = {
    "NOT_HELD": NoteKind(
        "",
        "这次发布的数据由旧版本算出，还没有{names_zh}：是空的，不是 0；数据下一次更新以后就有",
        "this release was made by an older version and never held {names_en}: empty, not 0, until the next "
        "update",
    ),
    "NO_ROWS": NoteKind("", "这个范围里没有任何数据", "there are no data at all within these bounds"),
    **{
        code: NoteKind(f"shops_without_{report}_qty", *missing_words(report))
        for report, code in MISSING.items()
    },
    "PERIODS_PART": NoteKind(
        "",
        "{periods} 没给全：数据到 {reach}；一点没给的为空，不是 0，给了一部分的不能和完整的一天、一周、"
        "一月比",
        "{periods}: not given whole, with data up to {reach}; what has none is empty, not 0, and a part is "
        "not to be compared with whole days, weeks or months",
    ),
    "PAID_UNDATED": NoteKind(
        "paid_undated_fen",
        "另有 {figure} 元的订单状态说已付款、"
        "文件却没给支付时间，不在任何按支付日的数里；补一份带支付时间的订单文件",
        "orders of another CNY {figure} are paid by their status, of no payment time, and in no figure by "
        "payment day; an order file with that time adds them",
    ),
    "REFUNDS_UNSIZED": NoteKind(
        "cohort_refund_unsized_fen",
        "另有支付了 {figure} 元的订单，文件说退款成功、"
        "没给退了多少，一分都还没扣；补一份带退款金额的售后文件",
        "another CNY {figure} was paid on lines refunded by status, of no amount given: nothing is taken off "
        "yet; give after-sales with amounts",
    ),
    "ROWS_HELD": NoteKind(
        "held_rows_qty",
        "文件里有 {figure} 行不合规则、被隔离，不在任何数字里；逐行见数据健康",
        "rows that broke a rule and are in no figure: {figure}; see the data's health",
    ),
    "OUTLIER_LINES": NoteKind(
        "outlier_fen",
        "店里有 {beside} 行、共 {figure} "
        "元，每行是其余最大一行的一百倍以上，还没有人确认，已计入数字；在数据健康核对、确认",
        "CNY {figure} on lines a hundred times the shop's largest other ({beside}) are included and "
        "confirmed by nobody; see the data's health",
        beside="outlier_lines_qty",
    ),
    "LINES_DOUBTFUL": NoteKind(
        "doubtful_orders_qty",
        "店里有 {figure} 单，新的文件没有再列出旧文件里的某些行（共 {beside} "
        "元），看不出是换了货还是只导了一部分，仍计入；若已换掉或取消，撤回旧文件",
        "included: CNY {beside} on lines that a newer file leaves out, replaced or not listed (orders: "
        "{figure}); if replaced, withdraw the older file",
        beside="doubtful_fen",
    ),
    "RATE_AWAITED": NoteKind(
        "awaiting_orders_qty",
        "另有 {figure} 个外币订单在等当天的汇率，不在任何数字里",
        "foreign orders that wait for the rate of their day and are in no figure: {figure}",
    ),
    "CELLS_EMPTY": NoteKind(
        "left_empty_fen",
        "还没有结算单的格子不给数；它们的 {figure} 元在合计里，所以各格加起来不等于合计",
        "cells without any bill yet are left empty; their CNY {figure} is in the total, so the cells do not "
        "add up to it",
    ),
    "UNITS_UNTOLD": NoteKind(
        "units_untold_qty",
        "另有 {figure} 行来源未说明件数，未计入支付件数",
        "the units paid leave out lines that do not tell their units: {figure}",
    ),
    "REFUND_STAGE_UNTOLD": NoteKind(
        "cohort_refund_unstaged_fen",
        "另有 {figure} 元退款来源未说明发货前后，未计入发货前、发货后退款",
        "another CNY {figure} of refunds do not tell whether they came before or after shipment and are in "
        "neither figure",
    ),
    "CREATED_UNTOLD": NoteKind(
        "created_untold_fen",
        "另有 {figure} 元已支付的订单来源未说明下单时间，连同它们没付款的订单都未计入下单金额",
        "another CNY {figure} was paid on orders whose placed day is untold; neither these nor their unpaid "
        "ones are in placed value",
    ),
    "FINISH_UNTOLD": NoteKind(
        "finish_untold_fen",
        "另有 {figure} 元留存的订单已完成、来源未说明哪天完成，未计入实销",
        "another CNY {figure} is kept of orders said to be finished, but not when; it is not in kept sales",
    ),
    "SHIPMENT_UNTOLD": NoteKind(
        "shipment_untold_fen",
        "另有 {figure} 元支付金额的来源未说明发没发货，不在已发货金额和件数里",
        "another CNY {figure} of paid value does not tell whether it was shipped and is in neither shipped "
        "value nor units shipped",
    ),
    "SUBSIDY_UNTOLD": NoteKind(
        "subsidy_untold_fen",
        "另有 {figure} 元支付金额的来源未说明优惠由谁承担，未计入商家口径支付额",
        "another CNY {figure} of paid value does not tell who bore its discounts and is left out",
    ),
    "REFUNDS_UNDATED": NoteKind(
        "cohort_refund_undated_fen",
        "另有 {figure} 元退款日期不明（订单在本期支付），未计入退款日口径",
        "another CNY {figure} of refunds on orders paid in the period have no date and are left out of the "
        "refund clock",
    ),
    "REFUNDS_UNDATED_EARLIER": NoteKind(
        "earlier_undated_fen",
        "本期之前支付的订单另有 {figure} 元退款日期不明，其中可能有落在本期的，未计入退款日口径",
        "another CNY {figure} of refunds on orders paid before the period have no date; some may fall into "
        "it; they are left out of the refund clock",
    ),
    "VIEWS_UNTOLD": NoteKind(
        "session_views_untold_qty",
        "另有 {figure} 场有成交但来源未说明观看次数，未参与千次观看成交金额",
        "GPM leaves out sessions that sold but do not tell their views: {figure}",
    ),
    "VIEWERS_UNTOLD": NoteKind(
        "session_viewers_untold_qty",
        "另有 {figure} 场有成交但来源未说明观看人数，未参与 UV 价值",
        "UV value leaves out sessions that sold but do not tell their viewers: {figure}",
    ),
    "BUYERS_UNTOLD": NoteKind(
        "session_buyers_untold_qty",
        "另有 {figure} 场有成交但来源未说明成交人数，未参与客单价",
        "paid value per buyer leaves out sessions that sold but do not tell their buyers: {figure}",
    ),
    "SHOWN_UNTOLD": NoteKind(
        "session_shown_untold_qty",
        "另有 {figure} 场有成交但来源未说明商品曝光次数，未参与商品GPM",
        "product GPM leaves out sessions that sold but do not tell their product exposures: {figure}",
    ),
    "WATCH_UNTOLD": NoteKind(
        "session_watch_untold_qty",
        "另有 {figure} 场来源未说明观看时长，未参与平均停留",
        "watching time leaves out sessions that do not tell it: {figure}",
    ),
    "CHANNEL_UNTOLD": NoteKind(
        "channel_untold_fen",
        "另有 {figure} 元净成交平台没分直播还是别的形式，未参与占比",
        "another CNY {figure} of net is of no reported form of sale and in no share",
    ),
    "BUYER_UNTOLD": NoteKind(
        "buyer_untold_orders_qty",
        "另有 {figure} 个留存订单来源未说明买家，未参与复购率",
        "repurchase leaves out kept orders whose buyer is untold: {figure}",
    ),
    "FUNNEL_UNTOLD": NoteKind(
        "funnel_untold_qty",
        "另有 {figure} 场来源没有说全漏斗每一步的人数，未参与",
        "sessions whose source does not tell the people of every step are left out: {figure}",
    ),
    "COST_UNTOLD": NoteKind(
        "cost_untold_fen",
        "成本已知的只占支付金额的 {share}，利润只算这部分；另有 {figure} 元支付金额的商品成本未知，未计入",
        "covers {share} of paid value, whose cost is known; another CNY {figure} of paid value has no known "
        "cost and is left out",
        beside="cost_known_fen",
    ),
    "FEES_UNTOLD": NoteKind(
        "fees_untold_fen",
        "成本和平台费用都已知的只占支付金额的 {share}；另有 {figure} "
        "元支付金额缺成本或还没有结算单，平台费和佣金还要扣",
        "cost and fees are both known of {share} of paid value; another CNY {figure} lacks its cost, or its "
        "bill, which will take fees and commissions",
        beside="fees_known_fen",
    ),
    "NO_MARGIN": NoteKind(
        "",
        "扣掉退款、货、费用和运费，广告之前就不剩钱：卖一件亏一件，没有保本ROI",
        "refunds, goods, fees and freight leave nothing before advertising: every sale loses, and no ROI "
        "breaks even",
    ),
    "SPEND_UNTOLD": NoteKind(
        "spend_untold_fen",
        "推广花费已知的店和天占支付金额的 {share}；另有 {figure} "
        "元支付的店和天没告诉花费，花费和成交都不在内",
        "covers {share} of paid value, whose advertising is told; shops and days of another CNY {figure} do "
        "not tell theirs and are on neither side",
        beside="spend_known_fen",
    ),
    "AD_KIND_UNTOLD": NoteKind(
        "ad_untold_fen",
        "另有 {figure} 元推广花费来源没说是现金还是赠款，哪边都没算",
        "another CNY {figure} of spend does not tell whether it was cash or a grant and is in neither",
    ),
    "UNATTRIBUTED": NoteKind(
        "ad_unattributed_fen",
        "另有 {figure} 元推广花费没有报表归因的成交，没有参与",
        "another CNY {figure} of spend has no sales attributed by a report and takes no part",
    ),
    "NOT_WHOLE": NoteKind(
        "ad_not_whole_fen",
        "另有 {figure} 元推广花费不是全域报表的，没有参与",
        "another CNY {figure} of spend is of no report on whole-site promotion and takes no part",
    ),
    "UNBILLED": NoteKind(
        "unbilled_spent_fen",
        "另有 {figure} 元推广花费的店和天还没有任何结算，没有参与",
        "another CNY {figure} was spent by shops and on days of which nothing is settled yet, and takes no "
        "part",
    ),
    "UNMATURED": NoteKind(
        "unmatured_spent_fen",
        "另有 {figure} 元推广花费的店和天还没有成熟估计，没有参与",
        "another CNY {figure} was spent by shops and on days without a matured estimate, and takes no part",
    ),
    "RECEIPTS_UNTOLD": NoteKind(
        "sold_unreceived_qty",
        "售罄率只算录了到货的商品；另有 {figure} 件净销的商品没有录到货，不在里面",
        "sell-through is of goods whose receipt was entered; units kept of all others, which are left out: "
        "{figure}",
    ),
    "OVERSOLD": NoteKind(
        "oversold_skus_qty",
        "有 {figure} 个 SKU 卖出的多于录入的到货：多半是到货没录全，售罄率偏高",
        "SKUs that sold more than was received: {figure}; receipts are likely missing, and sell-through is "
        "too high",
    ),
    "STOCK_UNTOLD": NoteKind(
        "stock_untold_qty",
        "近 30 天另有 {figure} 件净销的商品没有库存记录，不在里面",
        "units kept in 30 days of goods without a word on their stock, which are left out: {figure}",
    ),
    "STOCK_STALE": NoteKind(
        "stale_skus_qty",
        "有 {figure} 个 SKU 的库存记录超过 30 天没更新",
        "SKUs whose newest word on stock is more than 30 days old: {figure}",
    ),
    "RETURNS_UNTOLD": NoteKind(
        "returns_untold_qty",
        "店铺的文件没有说过退货申请，在途退货不明，所以为空（{figure} 个 SKU）",
        "the shop's files tell no claims for return, so what is in transit is untold and the figure is empty "
        "(SKUs: {figure})",
    ),
    "LAUNCH_UNTOLD": NoteKind(
        "launch_untold_qty",
        "另有 {figure} 款在店铺数据的头 14 天里就有成交，可能以前就卖过，不算上新",
        "styles already selling in the first 14 days of a shop's data, perhaps before, are no launches: "
        "{figure}",
    ),
    "MATURED_INTERVAL": NoteKind(
        "matured_high_fen",
        "成熟净成交是估计：八成把握在 {beside} 到 {figure} 元之间",
        "matured net is an estimate: with 80 % confidence between CNY {beside} and CNY {figure}",
        beside="matured_low_fen",
    ),
    "MATURED_UNTOLD": NoteKind(
        "matured_untold_fen",
        "有 {figure} 元支付还没有估计（数据还没跟满 45 天，或来源不告诉退款日期），所以成熟净成交为空",
        "CNY {figure} of paid value has no estimate yet (not followed for 45 days, or refunds of untold "
        "date), so matured net is empty",
    ),
    "CHARGES_UNTOLD": NoteKind(
        "charges_untold_fen",
        "另有 {figure} 元扣费来源未细分，不在任何一项费用或佣金里",
        "another CNY {figure} was charged without being broken down and is in no fee or commission",
    ),
    "ASIDE_INCLUDED": NoteKind(
        "aside_paid_fen",
        "其中剔除名单上的订单支付了 {figure} 元；去掉它们的数另有一个指标",
        "CNY {figure} of what was paid is on orders set aside; figures without them are metrics of their own",
    ),
    "SESSION_CLOCK": NoteKind(
        "",
        "按场次看时只含归属到场次的成交，并全部记在开播日",
        "by session, only sales attributed to a session count, all of them on the day it began",
    ),
    "SESSION_DAYS": NoteKind(
        "",
        "一行里有两种日期：{began_zh} 记在开播日，场次表里没有的场次为空；{own_zh} 记在各自的日期。"
        "跨零点的场次和限定的期间会对不上",
        "two clocks in one row: {began_en} on the day the session began, empty for sessions on no list; "
        "{own_en} on days of their own; sessions over midnight "
        "and the edges of a period differ",
    ),
    "DEFINITION_CHANGED": NoteKind(
        "",
        "这个发布之后口径改过，这里按现在的口径算，与当时显示的可能不同",
        "the definition changed after this release: these figures follow today's and may differ from what "
        "was shown then",
    ),
    "ORDERS_ON_FIRST_LINE": NoteKind(
        "",
        "一单多款时，订单数记在首行的款式上",
        "an order of several styles is counted on the style of its first line",
    ),
}
