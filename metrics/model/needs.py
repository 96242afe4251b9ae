"""What a measure is made of: the reports a shop must have given before it is a number of that shop at all.

Declared once, for every clock.
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.codes import REPORT

_PAID = ("orders", "paid_days")
_KEPT = (*_PAID, "refunds")
_COSTED = (*_KEPT, "costs")
_CHARGED = (*_COSTED, "bills")

#: Reports → the measures that are made of them.
_MADE_OF: dict[tuple[str, ...], tuple[str, ...]] = {
    ("orders", "placed_days"): ("placed_fen",),
    _PAID: (
        "paid_fen", "paid_orders_qty", "units_qty", "aside_paid_fen", "merchant_paid_fen",
        "selling_styles_qty", "new_styles_qty", "launched_qty",
        "judged_launches_qty",
        "cost_known_fen",  # how far costs are known is itself a figure: none at all is 0 % of what was paid
    ),
    _KEPT: (
        "cohort_refund_fen", "cohort_refund_before_fen", "cohort_refund_after_fen",
        "cohort_refund_unstaged_fen", "cohort_refund_undated_fen",
        "cohort_refund_unsized_fen",
        "aside_refund_fen", "kept_units_qty", "kept_orders_qty", "refunded_orders_qty", "shipped_fen",
        "sent_units_qty", "returned_units_qty",
        "own_live_kept_fen", "creator_live_kept_fen", "channel_kept_fen", "finished_kept_fen", "matured_fen",
        "kept_buyers_qty", "repeat_buyers_qty",
        "hit_launches_qty", "stock_kept_qty", "stock_untold_qty", "days_kept_qty", "to_return_fen",
    ),
    (*_KEPT, "refund_days"): ("dated_refund_fen",),
    _COSTED: ("costed_refund_fen", "cost_fen", "write_down_fen", "freight_out_fen", "freight_back_fen",
        "packing_fen", "sample_fen", "slot_fee_fen"),
    _CHARGED: ("margin_fen", "cohort_fee_fen", "cohort_commission_fen"),
    ("bills",): (
        "settled_fen", "settled_goods_fen", "platform_fee_fen", "commission_creator_fen",
        "commission_leader_fen", "commission_service_fen", "commission_fen",
    ),
    ("accounts",): ("funded_fen",),
    ("ads",): (
        "spent_fen", "spent_cash_fen", "spent_grant_fen", "ad_attributed_fen", "ad_attributed_spent_fen",
        "ad_whole_fen", "ad_whole_spent_fen",
    ),
    (*_PAID, "ads"): ("spend_known_fen",),
    (*_KEPT, "ads"): ("ad_refund_fen", "matured_spent_fen"),
    (*_PAID, "bills", "ads"): ("cohort_settled_fen", "billed_spent_fen"),
    (*_CHARGED, "ads"): ("ad_contribution_fen",),
    ("sessions",): (
        "session_views_qty", "session_viewers_qty", "session_buyers_qty", "session_shown_qty",
        "session_watch_qty", "session_watch_views_qty",
        "funnel_shown_qty", "funnel_entered_qty", "funnel_seen_qty", "funnel_clicked_qty",
        "funnel_bought_qty",
    ),
    (*_PAID, "sessions"): ("session_paid_fen", "session_uv_paid_fen", "session_buyers_paid_fen",
        "session_shown_paid_fen"),
    (*_KEPT, "sessions"): ("session_refund_fen",),
    ("stock",): ("closing_stock_qty", "stocked_skus_qty", "stock_days_qty"),
    (*_KEPT, "stock"): ("moving_7_skus_qty", "moving_30_skus_qty", "sold_out_skus_qty"),
    ("refunds",): ("returning_qty", "stock_returning_qty"),
    ("receipts",): ("received_qty",),
    (*_KEPT, "receipts"): ("sold_of_received_qty",),
}  # fmt: skip
REPORTS_OF = {measure: reports for reports, measures in _MADE_OF.items() for measure in measures}


def needs(measures: Iterable[str]) -> tuple[str, ...]:
    """The reports that ``measures`` are made of, in declared order.

    KeyError for a measure nobody declared.
    """
    wanted = {report for measure in measures for report in REPORTS_OF[measure]}
    return tuple(report for report in REPORT.values if report in wanted)


#: Report → the note that says which of the shops asked about never gave it.
MISSING = {
    "orders": "ORDERS_MISSING", "placed_days": "PLACED_DAYS_MISSING", "paid_days": "PAID_DAYS_MISSING",
    "refunds": "REFUNDS_NONE",
    "refund_days": "REFUND_DAYS_MISSING", "bills": "BILLS_MISSING", "accounts": "ACCOUNTS_MISSING",
    "ads": "ADS_MISSING", "sessions": "SESSIONS_MISSING",
    "stock": "STOCK_MISSING", "receipts": "RECEIPTS_MISSING", "costs": "COSTS_MISSING",
}  # fmt: skip


def missing_words(report: str) -> tuple[str, str]:
    """The sentence of such a note, Chinese and English, with ``{asked}``, ``{given}`` (counts), ``{names}``
    of those that gave it and ``{without}``.
    """
    zh, en = REPORT.labels[report]
    return (
        (
            f"{zh}：问到的 {{asked}} 家店里给过的有 {{given}} 家（{{names}}），没给过的：{{without}}。"
            "靠它的数只含给过的店，没有店给过就为空，不是 0"
        ),
        f"{en}: given by {{given}} of all shops asked ({{asked}}): {{names}}; not by {{without}}; what needs "
        "it covers only those that gave it, and is empty, "
        "not 0, where none did",
    )
