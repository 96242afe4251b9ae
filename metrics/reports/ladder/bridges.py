"""The bridges of the value ladder, each to the fen: between neighbouring rungs, and by way of these between
any two (metrics.md 2.2).

A bridge's two ends are asked as metrics, what lies between is summed from the flow marts: the rest is a proof
and not a remainder.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from contracts.errors import UsageError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.query.question import Period, Where, read_question
from metrics.query.released import AsOf
from metrics.reports.bridge import Bridge, flow_desk, make_bridge, net_bridge, reported, same_shops
from metrics.reports.ladder.flows import FINAL_FLOW, FUNDED_FLOWS, MERCHANT_FLOW, PLACED_FLOW, SETTLED_FLOWS
from metrics.reports.ladder.rungs import RUNGS
from metrics.reports.ladder.steps import (
    FINAL_STEPS,
    FUNDED_STEPS,
    MATURED_STEPS,
    MERCHANT_STEPS,
    PLACED_STEPS,
    REFUND_STEPS,
    SETTLED_STEPS,
)

Sums = dict[str, int]
Steps = Mapping[str, tuple[str, str]]


def placed_bridge(
    viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None
) -> Bridge:
    """From what was placed in ``period`` to what was paid in it. Raises as ``net_bridge`` does."""
    return _flow_bridge(viewer, PLACED_STEPS, [PLACED_FLOW], period, where, as_of)


def merchant_bridge(
    viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None
) -> Bridge:
    """From what buyers paid in ``period`` to what it is worth to the merchant.

    Raises as ``net_bridge`` does.
    """
    return _flow_bridge(viewer, MERCHANT_STEPS, [MERCHANT_FLOW], period, where, as_of)


def refund_bridge(
    viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None
) -> Bridge:
    """From what was paid in ``period`` to what its orders keep. Raises as ``ask`` does."""
    where = same_shops(viewer, list(REFUND_STEPS), where, as_of)
    told = reported(ask(viewer, list(REFUND_STEPS), where=where, period=period, as_of=as_of))
    fen = {name: value or 0 for name, value in told.rows.row(0, named=True).items()}
    return make_bridge(
        REFUND_STEPS, fen | {name: -fen[name] for name in fen if name.startswith("refunds")}, told.release
    )


def matured_bridge(
    viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None
) -> Bridge:
    """From what orders of ``period`` keep so far to what they will, an estimate.

    Raises as ``ask`` does, and ``UsageError`` RUNG_UNTOLD without one.
    """
    ends = ["net_by_order_date", "matured_net"]
    told = reported(
        ask(viewer, ends, where=same_shops(viewer, ends, where, as_of), period=period, as_of=as_of)
    )
    net, matured = told.rows.row(0)
    if net and matured is None:
        zh = "这段时间还没有成熟净成交的估计，搭不出这座桥"
        en = "the period has no estimate of matured net yet, so there is no bridge to it"
        raise UsageError(
            "RUNG_UNTOLD", zh, en, step_zh="换一段更早的时间", step_en="choose an earlier period"
        )
    fen = {
        "net_by_order_date": net or 0,
        "still_to_come_back": (matured or 0) - (net or 0),
        "matured_net": matured or 0,
    }
    return make_bridge(MATURED_STEPS, fen, told.release)


def final_bridge(viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None) -> Bridge:
    """From what orders of ``period`` keep to what of it is final. Raises as ``net_bridge`` does."""
    return _flow_bridge(viewer, FINAL_STEPS, [FINAL_FLOW], period, where, as_of)


def settled_bridge(
    viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None
) -> Bridge:
    """From what orders of ``period`` keep to what was settled in it.

    What is open is told by the open items. Raises as ``net_bridge`` does.
    """
    return _flow_bridge(viewer, SETTLED_STEPS, SETTLED_FLOWS, period, where, as_of, _settled)


def funded_bridge(
    viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None
) -> Bridge:
    """From what was settled in ``period`` to what came into the account in it.

    Accounts know no channel. Raises as ``net_bridge`` does.
    """
    if "channel" in (where or {}):
        step = {"step_zh": "去掉渠道再看", "step_en": "ask without the channel"}
        raise UsageError(
            "UNKNOWN_DIMENSION",
            "资金流水不分渠道",
            "accounts do not tell channels",
            **step,
            asked=["channel"],
        )
    summed = ("summed_settled", "summed_moved")
    return _flow_bridge(
        viewer,
        FUNDED_STEPS,
        FUNDED_FLOWS,
        period,
        where,
        as_of,
        lambda told: told | {"summed": sum(told[name] for name in summed)},
    )


#: Neighbours: two rungs and the bridge from the first to the second. They make a tree, so that one way leads
#: from any rung to any other.
EDGES: dict[tuple[str, str], Callable[..., Bridge]] = {
    ("M01", "M02"): placed_bridge,
    ("M02", "M02b"): merchant_bridge,
    ("M02", "M06"): refund_bridge,
    ("M06", "M05"): net_bridge,
    ("M06", "M07"): matured_bridge,
    ("M06", "M08"): final_bridge,
    ("M06", "M09"): settled_bridge,
    ("M09", "M10"): funded_bridge,
}
#: Rungs a bridge can begin or end at; the others are taken off between two of these.
ENDS = tuple(code for code in RUNGS if any(code in edge for edge in EDGES))


def rung_bridge(
    viewer: Viewer, start: str, end: str, period: Period, *, where: Where | None = None, as_of: AsOf = None
) -> Bridge:
    """From one rung (of ``ENDS``) to another, over all between them.

    A step that two neighbours share by name is told by its bridge.

    ValueError for a code that is none of ``ENDS`` or twice the same. Raises as the bridges on the way do.
    """
    way = _way(start, end)
    if len(way) < 2:
        raise ValueError(f"no bridge from {start} to {end}")
    parts = [_between(viewer, here, there, period, where, as_of) for here, there in itertools.pairwise(way)]
    middle = [
        part.steps[1:-1].with_columns(step=pl.lit(f"{there}.") + pl.col("step"))
        for part, there in zip(parts, way[1:], strict=True)
    ]
    ends = [parts[0].steps[:1], *middle, parts[-1].steps[-1:]]
    steps = pl.concat(ends)
    return Bridge(steps, steps["fen"][-1] - steps["fen"][:-1].sum(), parts[0].release)


def _between(
    viewer: Viewer, here: str, there: str, period: Period, where: Where | None, as_of: AsOf
) -> Bridge:
    """A bridge of two neighbours, walked either way: backwards every step is taken back, the last first."""
    if (here, there) in EDGES:
        return EDGES[here, there](viewer, period, where=where, as_of=as_of)
    found = EDGES[there, here](viewer, period, where=where, as_of=as_of)
    back = found.steps.reverse().with_row_index("place")
    is_end = pl.col("place").is_in([0, back.height - 1])
    turned = back.with_columns(fen=pl.when(is_end).then("fen").otherwise(-pl.col("fen"))).drop("place")
    return Bridge(turned, -found.residual_fen, found.release)


def _way(start: str, end: str) -> list[str]:
    """The rungs from ``start`` to ``end`` along ``EDGES``, both included; empty where none leads there."""
    ways = [[start]] if start in ENDS else []
    for way in ways:  # grows while it is walked
        if way[-1] == end:
            return way
        near = [code for edge in EDGES if way[-1] in edge for code in edge if code not in way]
        ways += [[*way, code] for code in near]
    return []


def _flow_bridge(
    viewer: Viewer,
    steps: Steps,
    flows: Sequence[str],
    period: Period,
    where: Where | None,
    as_of: AsOf,
    fold: Callable[[Sums], Sums] = dict[str, int],
) -> Bridge:
    """A bridge whose two ends are metrics, the first and the last of ``steps``.

    What lies between is ``fold`` of the sums of ``flows`` (``flows``).
    """
    first, *_, last = steps
    where = same_shops(viewer, [first, last], where, as_of)
    ends = reported(ask(viewer, [first, last], where=where, period=period, as_of=as_of))
    desk, condition, values = flow_desk(viewer, read_question([first, last], [], where, period), ends.release)
    rows = [ends.rows, *(desk.sql(flow.format(condition=condition), [*period, *values]) for flow in flows)]
    told = {name: int(fen or 0) for row in rows for name, fen in row.row(0, named=True).items()}
    return make_bridge(steps, fold(told), ends.release)


def _settled(told: Sums) -> Sums:
    """What bills pay beside what is kept and not open, and what they keep back beside what they name."""
    owed = (
        told["net_by_order_date"]
        + told["no_bill"]
        + told["order_unfinished"]
        + told["order_unsettled"]
        + told["not_taken_back"]
    )
    named = told["platform_fee"] + told["commissions"] + told["other_fees"]
    return told | {
        "settled_otherwise": told["goods"] - told["subsidies"] - owed,
        "premiums": told["charged"] - named,
    }
