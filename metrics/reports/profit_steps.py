"""From what buyers paid to contribution, step by step, for lines of known cost: what each kind of cost
takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from metrics.model.definitions import METRICS
from metrics.query.access import Desk, Viewer, open_desk, require
from metrics.query.ask import for_one_merchant, is_given
from metrics.query.coverage import read_coverage
from metrics.query.question import Period, Question, Where, read_question
from metrics.query.released import AsOf

#: Measure → what the step is called.
_STEPS: Mapping[str, tuple[str, str]] = {
    "cost_known_fen": ("支付（成本已知的）", "paid, of known cost"),
    "costed_refund_fen": ("退款", "refunds"),
    "cost_fen": ("商品成本", "cost of goods"),
    "write_down_fen": ("退货折损", "write-down"),
    "cohort_fee_fen": ("平台费", "platform's charges"),
    "cohort_commission_fen": ("佣金", "commissions"),
    "freight_out_fen": ("发货运费", "outbound freight"),
    "freight_back_fen": ("退货运费", "return freight"),
    "packing_fen": ("打包", "packing"),
    "slot_fee_fen": ("坑位费", "slot fees"),
    "sample_fen": ("样品", "samples"),
}


@dataclass(frozen=True, eq=False)
class ProfitSteps:
    """``steps``: ``step, zh, en, fen`` in order, from paid value to contribution.

    Each in between is what it takes (negative) or gives.

    The last is the metric ``contribution`` by its own definition, ``residual_fen`` what the steps miss of it:
    0. ``untold_fen``: paid value in none of them, whose cost nobody told or whose shop never gave all that
    contribution is made of; ``unbilled_fen``: paid value in them whose bill has not come, so that fees are
    still to be charged; ``paid_fen`` is all. Null where what they are made of was never given, or of none of
    these days.
    """

    steps: pl.DataFrame
    paid_fen: int | None
    untold_fen: int | None
    unbilled_fen: int | None

    @property
    def residual_fen(self) -> int | None:
        """What the steps before the last do not explain of it; None where there are none."""
        *steps, whole = self.steps["fen"].to_list()
        return None if whole is None else whole - sum(steps)


def profit_steps(
    viewer: Viewer, *, where: Where | None = None, period: Period | None = None, as_of: AsOf = None
) -> ProfitSteps:
    """The steps of the viewer's merchant in ``where`` and ``period``.

    Raises what ``ask`` raises for the same question of ``contribution``.
    """
    require(viewer)
    question, of_paid = (
        read_question([name], [], where or {}, period) for name in ("contribution", "cost_coverage")
    )
    desk = open_desk(for_one_merchant(viewer, question), as_of)
    metric, coverage = METRICS["contribution"], read_coverage(desk, question)
    parts = metric.numerator
    told = _sums(
        desk, question, [*parts, "fees_known_fen"], coverage.of(metric) if coverage.is_known else None
    )
    paid = _sums(desk, question, ["paid_fen"])["paid_fen"] if is_given(desk, of_paid, coverage) else None
    rows = [
        {"step": name, "zh": zh, "en": en, "fen": parts[name] * told[name]}
        for name, (zh, en) in _STEPS.items()
    ]
    rows.append(
        {
            "step": "contribution",
            "zh": "贡献利润（未扣推广）",
            "en": "contribution",
            "fen": sum(factor * told[name] for name, factor in parts.items()),
        }
    )
    if not is_given(desk, question, coverage):
        return ProfitSteps(pl.DataFrame(rows).with_columns(fen=pl.lit(None, pl.Int64)), paid, paid, None)
    untold = None if paid is None else paid - told["cost_known_fen"]
    unbilled = told["cost_known_fen"] - told["fees_known_fen"]
    return ProfitSteps(pl.DataFrame(rows), paid, untold, unbilled)


def _sums(
    desk: Desk, question: Question, names: Iterable[str], shops: Sequence[str] | None = None
) -> dict[str, int]:
    """Measures on the clock of costs; with ``shops`` of these alone."""
    condition, values = question.conditions("cost", shops=shops)
    sums = ", ".join(f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in names)
    source = question.sources["cost"]
    return desk.rows(source, f"SELECT {sums} FROM {source.relation} WHERE {condition}", values).row(  # noqa: S608 - names are declared
        0, named=True
    )


def paid_by(viewer: Viewer, dimension: str, period: Period, *, as_of: AsOf = None) -> pl.DataFrame:
    """Paid value (``paid_fen``) per member of a dimension profit can be split by: what a member's coverage is
    a share of. Raises as ``ask`` does.
    """
    require(viewer)
    question = read_question(["cost_coverage"], [dimension], {}, period)
    desk = open_desk(for_one_merchant(viewer, question), as_of)
    source, (condition, values) = question.sources["cost"], question.conditions("cost")
    group = source.dimensions[dimension]
    query = (
        f'SELECT {group} AS "{dimension}", sum(paid_fen)::BIGINT AS paid_fen FROM {source.relation} '  # noqa: S608
        f"WHERE {condition} GROUP BY ALL"
    )
    return desk.rows(source, query, values)
