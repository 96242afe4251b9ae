"""What lies between two rungs of the ladder, as sums over flow marts: each query is one row and knows
``first``, ``last`` and ``{condition}``.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from contracts.tables import Table
from metrics.query.sources import FINAL
from transforms.gold.ledgers import (
    mart_open_item,
    mart_settlement_daily,
    mart_settlement_flow_daily,
    mart_statement_monthly,
)
from transforms.gold.sales import mart_final_daily, mart_payment_flow_daily, mart_shop_channel_daily


def _flow(select: str, table: Table, within: str = "", marks: str = "") -> str:
    """``select`` over the rows of ``table`` whose day ``within`` lies in the period (all, without one), with
    ``marks`` beside its columns.
    """
    days = "(SELECT ?::DATE AS first, ?::DATE AS last)"
    held = f"{within} {_IN} AND " if within else ""
    return (
        f"SELECT {select} FROM (SELECT * {marks} FROM {table.full_name}, {days} WHERE "
        f"{held}{{condition}}) AS {table.name}"
    )


def _sums(**steps: str) -> str:
    """``name=what FILTER (which)`` as columns; sums of wide integers, so that none runs over."""
    return ", ".join(f"({told})::BIGINT AS {name}" for name, told in steps.items())


_IN = "BETWEEN first AND last"
PLACED_FLOW = _flow(
    _sums(
        never_paid="-sum(placed_unpaid_fen) FILTER (placed)",
        paid_later="-sum(placed_fen - placed_unpaid_fen) FILTER (placed AND paid_date > last)",
        paid_sooner="-sum(placed_fen - placed_unpaid_fen) FILTER (placed AND paid_date < first)",
        placed_sooner="sum(paid_fen) FILTER (paid AND business_date < first)",
        placed_later="sum(paid_fen) FILTER (paid AND business_date > last)",
        paid_otherwise=(
            "sum(paid_fen - created_untold_fen - placed_fen + placed_unpaid_fen) FILTER (placed AND paid)"
        ),
        created_untold="sum(created_untold_fen) FILTER (paid)",
    ),
    mart_payment_flow_daily.TABLE,
    marks=f", business_date {_IN} AS placed, paid_date {_IN} AS paid",
)
MERCHANT_FLOW = _flow(
    _sums(
        subsidy_untold="-sum(subsidy_untold_fen)",
        subsidies="sum(merchant_paid_fen - paid_fen + subsidy_untold_fen)",
    ),
    mart_shop_channel_daily.TABLE,
    "business_date",
)
FINAL_FLOW = _flow(
    _sums(
        unfinished="-sum(unfinished_kept_fen)",
        finish_untold="-sum(finish_untold_fen)",
        in_window=f"-sum(finished_kept_fen) FILTER (NOT coalesce({FINAL}, false))",
    ),
    mart_final_daily.TABLE,
    "business_date",
)

_GAVE_NO = f"shop_id NOT IN (SELECT shop_id FROM {mart_statement_monthly.TABLE.full_name} WHERE ledger_code ="
_GOODS = "sum(settled_goods_fen - unplaced_goods_fen)"
SETTLED_FLOWS = (
    _flow(
        _sums(no_bill=f"-sum(paid_fen - cohort_refund_fen) FILTER ({_GAVE_NO} 'settlement'))"),
        mart_shop_channel_daily.TABLE,
        "business_date",
    ),
    _flow(
        _sums(
            order_unfinished="-sum(open_fen) FILTER (open_reason_code = 'order_unfinished')",
            order_unsettled="-sum(open_fen) FILTER (open_reason_code = 'order_unsettled')",
            not_taken_back="-sum(open_fen) FILTER (open_reason_code = 'refunded_after_settlement')",
        ),
        mart_open_item.TABLE,
        "ledger_code = 'order' AND paid_date",
    ),
    _flow(
        _sums(
            goods=f"{_GOODS} FILTER (mine)",
            subsidies="sum(subsidy_platform_fen + subsidy_creator_fen) FILTER (mine)",
            settled_later=f"-{_GOODS} FILTER (mine AND business_date > last)",
            settled_sooner=f"-{_GOODS} FILTER (mine AND business_date < first)",
            earlier_orders=f"{_GOODS} FILTER (now AND paid_date < first)",
            later_orders=f"{_GOODS} FILTER (now AND paid_date > last)",
            unplaced="sum(unplaced_goods_fen) FILTER (now)",
        ),
        mart_settlement_flow_daily.TABLE,
        marks=f", paid_date {_IN} AS mine, business_date {_IN} AS now",
    ),
    _flow(
        _sums(
            platform_fee="-sum(platform_fee_fen)",
            commissions="-sum(commission_fen)",
            other_fees="-sum(other_fee_fen)",
            charged="sum(settled_fen - settled_goods_fen)",
        ),
        mart_settlement_daily.TABLE,
        "business_date",
    ),
)

_NO_ACCOUNT = f"{_GAVE_NO} 'fund')"
_CARRIED = "sum(settled_fen - unfunded_fen - summed_fen - beside_fen)"
FUNDED_FLOWS = (
    _flow(
        _sums(
            no_account=f"-sum(settled_fen) FILTER (now AND {_NO_ACCOUNT})",
            unfunded=f"-sum(unfunded_fen) FILTER (now AND NOT ({_NO_ACCOUNT}))",
            beside="-sum(beside_fen) FILTER (now)",
            funded_later=f"-{_CARRIED} FILTER (now AND funded_date > last)",
            funded_sooner=f"-{_CARRIED} FILTER (now AND funded_date < first)",
            settled_sooner=f"{_CARRIED} FILTER (moved AND business_date < first)",
            settled_later=f"{_CARRIED} FILTER (moved AND business_date > last)",
            summed_settled="-sum(summed_fen) FILTER (now)",
        ),
        mart_settlement_flow_daily.TABLE,
        marks=f", business_date {_IN} AS now, funded_date {_IN} AS moved",
    ),
    _flow(
        _sums(summed_moved="sum(summed_moved_fen)", unanswered="sum(unanswered_fen)"),
        mart_settlement_daily.TABLE,
        "business_date",
    ),
)
