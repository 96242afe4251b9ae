"""The value ladder from order to account (metrics.md 2.2), and the bridges between its neighbouring rungs, each to the fen.

A bridge's two ends are asked as metrics, what lies between is summed from the flow marts: the rest is a proof and not a remainder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics.access import Viewer
from metrics.ask import ask
from metrics.bridge import Bridge, flow_desk, make_bridge
from metrics.definitions import METRICS
from metrics.notes import Note
from metrics.question import Period, Where, read_question
from metrics.released import AsOf
from metrics.sources import FINAL
from transforms.gold import mart_final_daily, mart_payment_flow_daily

#: Code of the dictionary → metric.
RUNGS: dict[str, str] = {
    "M01": "placed_gmv", "M02": "paid_gmv", "M02b": "merchant_paid", "M03": "refunds_before_shipment", "M04": "refunds_after_shipment",
    "M05": "net_by_refund_date", "M06": "net_by_order_date", "M07": "matured_net", "M08": "kept_sales", "M09": "settled", "M10": "funded",
}  # fmt: skip
#: Which ledger a shop has to give for a rung → the note that says who has not.
_NEEDS = {"M09": "BILLS_MISSING", "M10": "ACCOUNTS_MISSING"}

PLACED_STEPS: dict[str, tuple[str, str]] = {
    "placed_gmv": ("下单金额", "placed GMV"),
    "never_paid": ("一直没付款", "never paid"),
    "paid_later": ("本期下单,期后付款", "placed in the period, paid after it"),
    "paid_sooner": ("本期下单,期前付款", "placed in the period, paid before it"),
    "placed_sooner": ("期前下单,本期付款", "placed before the period, paid in it"),
    "placed_later": ("期后下单,本期付款", "placed after the period, paid in it"),
    "paid_otherwise": ("实付与应付之差", "paid other than what was to pay"),
    "created_untold": ("下单日不明,本期付款", "placed day untold, paid in the period"),
    "paid_gmv": ("支付金额", "paid GMV"),
}
REFUND_STEPS: dict[str, tuple[str, str]] = {
    "paid_gmv": ("支付金额", "paid GMV"),
    "refunds_before_shipment": ("发货前退款", "refunds before shipment"),
    "refunds_after_shipment": ("发货后退款", "refunds after shipment"),
    "refunds_untold_stage": ("阶段不明退款", "refunds of untold stage"),
    "net_by_order_date": ("净成交(订单日)", "net, order cohort"),
}
FINAL_STEPS: dict[str, tuple[str, str]] = {
    "net_by_order_date": ("净成交(订单日)", "net, order cohort"),
    "unfinished": ("还没完成的订单", "orders not finished"),
    "in_window": ("已完成,退货期没过", "finished, still in the return window"),
    "finish_untold": ("已完成,哪天不明", "finished, on an untold day"),
    "kept_sales": ("实销", "kept sales, final"),
}


@dataclass(frozen=True)
class Rung:
    """One step of the ladder; ``fen`` is None where no source tells it."""

    code: str
    metric: str
    zh: str
    en: str
    clock: str
    fen: int | None


@dataclass(frozen=True)
class Ladder:
    """M01 to M10 of a period, in the dictionary's order, and what must be said beside them."""

    rungs: tuple[Rung, ...]
    notes: tuple[Note, ...]


def ladder(viewer: Viewer, period: Period, *, as_of: AsOf = None) -> Ladder:
    """The ladder of ``period`` (both days included) for the viewer's merchant. Raises as ``ask`` does."""
    answer = ask(viewer, list(RUNGS.values()), period=period, as_of=as_of)
    told, missing = answer.rows.row(0, named=True), {note.code for note in answer.notes}
    rungs = (_rung(code, name, None if told[name] == 0 and _NEEDS.get(code) in missing else told[name]) for code, name in RUNGS.items())
    return Ladder(tuple(rungs), tuple(answer.notes))


def _rung(code: str, name: str, fen: int | None) -> Rung:
    metric = METRICS[name]
    return Rung(code, name, metric.zh, metric.en, metric.clock, fen)


def placed_bridge(viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None) -> Bridge:
    """From what was placed in ``period`` to what was paid in it. Raises as ``net_bridge`` does."""
    return _flow_bridge(viewer, PLACED_STEPS, _PLACED, [*period, *period, *period], period, where, as_of)


def refund_bridge(viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None) -> Bridge:
    """From what was paid in ``period`` to what its orders keep. Raises as ``ask`` does."""
    told = ask(viewer, list(REFUND_STEPS), where=where, period=period, as_of=as_of)
    fen = {name: value or 0 for name, value in told.rows.row(0, named=True).items()}
    return make_bridge(REFUND_STEPS, fen | {name: -fen[name] for name in fen if name.startswith("refunds")}, told.release)


def final_bridge(viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None) -> Bridge:
    """From what orders of ``period`` keep to what of it is final. Raises as ``net_bridge`` does."""
    return _flow_bridge(viewer, FINAL_STEPS, _FINAL, [*period], period, where, as_of)


def _flow_bridge(
    viewer: Viewer, steps: Mapping[str, tuple[str, str]], flow: str, days: Sequence[dt.date], period: Period, where: Where | None, as_of: AsOf
) -> Bridge:
    """A bridge whose two ends are metrics, the first and the last of ``steps``; what lies between is one row of ``flow``, whose values are ``days``."""
    first, *_, last = steps
    ends = ask(viewer, [first, last], where=where, period=period, as_of=as_of)
    desk, condition, values = flow_desk(viewer, read_question([first, last], [], where or {}, period), ends.release)
    between = desk.sql(flow.format(condition=condition), [*days, *values])
    return make_bridge(steps, {name: fen or 0 for row in (ends.rows, between) for name, fen in row.row(0, named=True).items()}, ends.release)


_PLACED = f"""
    SELECT -sum(placed_unpaid_fen) FILTER (placed)::BIGINT AS never_paid,
        -sum(placed_fen - placed_unpaid_fen) FILTER (placed AND paid_date > last)::BIGINT AS paid_later,
        -sum(placed_fen - placed_unpaid_fen) FILTER (placed AND paid_date < first)::BIGINT AS paid_sooner,
        sum(paid_fen) FILTER (paid AND business_date < first)::BIGINT AS placed_sooner,
        sum(paid_fen) FILTER (paid AND business_date > last)::BIGINT AS placed_later,
        sum(paid_fen - created_untold_fen - placed_fen + placed_unpaid_fen) FILTER (placed AND paid)::BIGINT AS paid_otherwise,
        sum(created_untold_fen) FILTER (paid)::BIGINT AS created_untold
    FROM (SELECT *, ?::DATE AS first, ?::DATE AS last, business_date BETWEEN ? AND ? AS placed, paid_date BETWEEN ? AND ? AS paid
        FROM {mart_payment_flow_daily.TABLE.full_name} WHERE {{condition}})"""  # noqa: S608 - names are declared
_FINAL = f"""
    SELECT -sum(unfinished_kept_fen)::BIGINT AS unfinished, -sum(finish_untold_fen)::BIGINT AS finish_untold,
        -sum(finished_kept_fen) FILTER (NOT coalesce({FINAL}, false))::BIGINT AS in_window
    FROM {mart_final_daily.TABLE.full_name} WHERE business_date BETWEEN ? AND ? AND {{condition}}"""  # noqa: S608 - names are declared
