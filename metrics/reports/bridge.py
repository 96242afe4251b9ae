"""From one clock of kept money to the other, step by step and to the fen: why net by order date and net by
refund date of a period differ.

Metric dictionary, end of 2.2: M05 − M06 = refunds booked outside the period on this period's orders − refunds
booked in it on other orders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from contracts.codes import REPORT
from contracts.errors import UsageError
from metrics.model.definitions import METRICS
from metrics.query.access import Desk, Viewer, open_desk
from metrics.query.ask import Answer, ask, for_one_merchant
from metrics.query.coverage import read_coverage
from metrics.query.question import Period, Question, Where, read_question
from metrics.query.released import AsOf
from transforms.gold.sales import mart_refund_flow_daily

#: Dimensions the refund flow knows.
DIMENSIONS = {
    "merchant": "merchant_id",
    "shop": "shop_id",
    "platform": "platform_code",
    "channel": "channel_code",
}

#: step → Chinese and English, in the order of the waterfall. The first and the last are totals, the others
#: are added up.
STEPS: dict[str, tuple[str, str]] = {
    "net_by_order_date": ("净成交（订单日）", "net, order cohort"),
    "refunded_later": ("本期订单，期后退款", "this period's orders, refunded after it"),
    "refunded_undated": ("本期订单，日期不明的退款", "this period's orders, refunded on an untold day"),
    "refunded_sooner": ("本期订单，期前退款", "this period's orders, refunded before it"),
    "earlier_orders": ("以前的订单，本期退款", "earlier orders, refunded in the period"),
    "later_orders": ("以后的订单，本期退款", "later orders, refunded in the period"),
    "net_by_refund_date": ("净成交（退款日）", "net, refund date"),
}


@dataclass(frozen=True, eq=False)
class Bridge:
    """``steps``: ``step, zh, en, fen`` (Int64, signed) in the order of ``STEPS``.

    The last is the first plus all between, plus ``residual_fen``, which is 0.
    """

    steps: pl.DataFrame
    residual_fen: int
    release: int


def make_bridge(names: Mapping[str, tuple[str, str]], fen: Mapping[str, int], release: int) -> Bridge:
    """The bridge of these steps in the order of ``names``: the first and the last are told apart from what
    lies between, so that the rest is a proof.
    """
    steps = pl.DataFrame(
        [{"step": name, "zh": zh, "en": en, "fen": int(fen[name])} for name, (zh, en) in names.items()]
    )
    amounts = steps["fen"].to_list()
    return Bridge(steps, amounts[-1] - sum(amounts[:-1]), release)


def flow_desk(viewer: Viewer, question: Question, release: int) -> tuple[Desk, str, list[str | dt.date]]:
    """The desk of the question's merchant, and its condition on a flow mart beside the period, with its
    values.

    Raises ``UsageError`` UNKNOWN_DIMENSION for a dimension no flow mart has.
    """
    if unknown := [name for name in question.where if name not in DIMENSIONS]:
        step = {"step_zh": "可用维度见 known", "step_en": "see known"}
        raise UsageError(
            "UNKNOWN_DIMENSION",
            "这座桥没有这个维度",
            "the bridge has no such dimension",
            **step,
            asked=unknown,
            known=list(DIMENSIONS),
        )
    conditions = [
        f"{DIMENSIONS[name]} IN ({', '.join('?' * len(wanted))})" if wanted else "false"
        for name, wanted in question.where.items()
    ]
    values = [value for wanted in question.where.values() for value in wanted]
    return open_desk(for_one_merchant(viewer, question), release), " AND ".join(["true", *conditions]), values


def same_shops(viewer: Viewer, metrics: Sequence[str], where: Where | None, as_of: AsOf) -> Where:
    """``where``, narrowed to the shops that gave all that any of ``metrics`` needs: what is walked from one
    to another is of the same shops.

    Raises as ``ask`` does, and ``UsageError`` RUNG_UNREPORTED where no shop gave it all.
    """
    question = read_question(metrics, [], where or {}, None)
    coverage = read_coverage(open_desk(for_one_merchant(viewer, question), as_of), question)
    if not coverage.is_known:
        return where or {}
    given = [set(coverage.of(metric)) for metric in question.metrics]
    shops = [shop for shop in coverage.shops["shop_id"] if all(shop in some for some in given)]
    if not shops:
        files = [
            REPORT.labels[report]
            for report in REPORT.values
            if any(report in metric.needs for metric in question.metrics) and coverage.without(report)
        ]
        zh, en = (list(words) for words in zip(*files, strict=True)) if files else ([], [])
        raise UsageError(
            "RUNG_UNREPORTED", "没有一家店给全了这一步要用的资料", "no shop gave all that this step needs",
            step_zh=f"补上{'、'.join(zh)}", step_en=f"give {', '.join(en)}",
        )  # fmt: skip
    return {**(where or {}), **({"shop": shops} if len(shops) < coverage.shops.height else {})}


def reported(ends: Answer) -> Answer:
    """The answer, unless an end is empty though its shops gave all it needs: then of no day of the period.

    Raises ``UsageError`` RUNG_UNREPORTED. An end whose source tells nothing, though it came, is left to the
    bridge.
    """
    empty = [METRICS[values.name] for values in ends.rows if values.null_count()]
    if not all(metric.told or metric.whole for metric in empty):
        zh = "这段时间还没有资料，搭不出这座桥"
        en = "nothing of this period was reported yet, so there is no bridge to it"
        raise UsageError(
            "RUNG_UNREPORTED",
            zh,
            en,
            step_zh="补上这段时间的文件，或换一段更早的时间",
            step_en="give the files of it, or choose an earlier one",
        )
    return ends


def net_bridge(viewer: Viewer, period: Period, *, where: Where | None = None, as_of: AsOf = None) -> Bridge:
    """The bridge of ``period`` (both days included) for the viewer's merchant, restricted to ``where``
    (merchant, shop, platform, channel).

    Raises as ``ask`` does, ``UsageError`` UNKNOWN_DIMENSION among them for a dimension the refund flow does
    not know.
    """
    ends = ["net_by_order_date", "net_by_refund_date", "refunds_undated"]
    where = same_shops(viewer, ends, where, as_of)
    totals = reported(ask(viewer, ends, where=where, period=period, as_of=as_of))
    question = read_question(["net_by_refund_date"], [], where, period)
    desk, condition, values = flow_desk(viewer, question, totals.release)
    flow = desk.sql(_FLOW.format(condition=condition), [period[0], period[1], period[0], period[1], *values])
    told = {**totals.rows.row(0, named=True), **dict(flow.iter_rows())}
    fen = {
        "net_by_order_date": told["net_by_order_date"],
        "refunded_later": told.get("refunded_later", 0),
        "refunded_undated": told["refunds_undated"],
        "refunded_sooner": told.get("refunded_sooner", 0),
        "earlier_orders": -told.get("earlier_orders", 0),
        "later_orders": -told.get("later_orders", 0),
        "net_by_refund_date": told["net_by_refund_date"],
    }
    return make_bridge(STEPS, fen, totals.release)


#: Only refunds of which one of the two days lies in the period: the others are on both clocks alike, or on
#: neither.
_FLOW = f"""
    SELECT CASE
        WHEN paid AND refund_date > last THEN 'refunded_later' WHEN paid THEN 'refunded_sooner'
        WHEN paid_date < first THEN 'earlier_orders' ELSE 'later_orders' END AS step,
            sum(dated_refund_fen)::BIGINT AS fen
    FROM (SELECT *, ?::DATE AS first, ?::DATE AS last, paid_date BETWEEN ? AND ? AS paid
        FROM {mart_refund_flow_daily.TABLE.full_name} WHERE {{condition}})
    WHERE paid <> (refund_date BETWEEN first AND last) GROUP BY step"""  # noqa: S608 - names are declared
