"""A question, read and checked before anything is opened: known metrics, known dimensions, clocks that fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.errors import UsageError
from contracts.tables import Table
from metrics.definitions import METRICS, Metric
from metrics.sources import DIMENSIONS, TIME, Source, dimensions_of, find_source

Where = Mapping[str, str | Sequence[str]]
Period = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Question:
    """``where`` is dimension → wanted values, dates already read; ``sources`` clock → the mart that answers it."""

    metrics: tuple[Metric, ...]
    by: tuple[str, ...]
    where: dict[str, tuple[str | dt.date, ...]]
    period: Period | None
    sources: dict[str, Source]

    @property
    def dimensions(self) -> set[str]:
        """Everything the question splits or filters by."""
        return {*self.by, *self.where}

    @property
    def tables(self) -> list[Table]:
        """The marts that answer it."""
        return [source.table for source in self.sources.values()]

    def on(self, clock: str) -> list[Metric]:
        """Its metrics of one clock."""
        return [metric for metric in self.metrics if metric.clock == clock]

    def conditions(self, clock: str, *, timed: bool = True) -> tuple[str, list[object]]:
        """SQL condition and parameters picking this question's rows of ``clock``; without ``timed`` those of all time."""
        source = self.sources[clock]
        texts, values = [f"({source.rows[clock]})"], list[object]()
        for name, wanted in self.where.items():
            if timed or name not in TIME:
                texts.append(f"{source.dimensions[name]} IN ({', '.join('?' * len(wanted))})" if wanted else "false")
                values += wanted
        if timed and self.period:
            texts.append("business_date BETWEEN ? AND ?")
            values += self.period
        return " AND ".join(texts), values


def read_question(metrics: Sequence[str], by: Sequence[str], where: Where, period: Period | None) -> Question:
    """The question in these words.

    Raises ``UsageError`` for an unknown or missing metric or dimension, a bad period or date, ``paid_date`` asked of another clock
    (CLOCK_MISMATCH), stock over several months or shops (STOCK_STANDS), and dimensions that no mart has together (NOT_TOGETHER).
    """
    wanted = tuple(_metric(name) for name in dict.fromkeys(metrics))
    split = tuple(dict.fromkeys(by))
    if not wanted:
        raise UsageError("NO_METRIC", "没有指定指标", "no metric was asked for", step_zh="至少给一个指标", step_en="name at least one", known=list(METRICS))
    unknown = [name for name in (*split, *where) if name not in DIMENSIONS]
    if unknown:
        raise UsageError(
            "UNKNOWN_DIMENSION",
            "没有这个维度",
            "no such dimension",
            step_zh="可用维度见 known",
            step_en="see known",
            asked=unknown,
            known=list(DIMENSIONS),
        )
    if period and period[0] > period[1]:
        raise UsageError(
            "BAD_PERIOD", "起始日期晚于结束日期", "the period ends before it begins", step_zh="调换两个日期", step_en="swap the two dates", period=period
        )
    asked = {*split, *where}
    _check_clock(wanted, asked)
    _check_standing(wanted, asked, period)
    sources = {metric.clock: _source(metric, asked) for metric in wanted}
    return Question(wanted, split, {name: _values(name, value) for name, value in where.items()}, period, sources)


def _metric(name: str) -> Metric:
    if name not in METRICS:
        raise UsageError("UNKNOWN_METRIC", "没有这个指标", "no such metric", step_zh="可用指标见 known", step_en="see known", asked=name, known=list(METRICS))
    return METRICS[name]


def _check_clock(metrics: tuple[Metric, ...], asked: set[str]) -> None:
    other = [metric.id for metric in metrics if metric.clock != "paid" or "session" in asked]
    if "paid_date" in asked and other:
        raise UsageError(
            "CLOCK_MISMATCH",
            "这些指标不按支付日计",
            "these metrics are not on the payment clock",
            step_zh="改用 date:每个指标按自己的日期",
            step_en="ask by `date`: each metric on its own clock",
            metrics=other,
        )


def _check_standing(metrics: tuple[Metric, ...], asked: set[str], period: Period | None) -> None:
    """Stock stands, and does not flow: a sum of two months' or two shops' is the same pieces twice."""
    standing = [metric.id for metric in metrics if metric.clock == "stock"]
    one_month = period is not None and (period[0].year, period[0].month) == (period[1].year, period[1].month)
    if standing and not ("shop" in asked and (one_month or asked & {"date", "month"})):
        raise UsageError(
            "STOCK_STANDS",
            "库存是一个店铺一个时点的数,不能跨月、跨店相加",
            "stock is of one shop at one moment: it is added up neither over months nor over shops",
            step_zh="按 shop 和 month 看,或指定一个月以内的时段",
            step_en="ask by shop and month, or of a period within one month",
            metrics=standing,
        )


def _source(metric: Metric, asked: set[str]) -> Source:
    found = find_source(metric.clock, asked)
    if found is None:
        raise UsageError(
            "NOT_TOGETHER",
            "这个指标不能按这些维度一起看",
            "this metric cannot be split by these dimensions together",
            step_zh="去掉一个维度,或分开问",
            step_en="leave one out, or ask separately",
            metric=metric.id,
            asked=sorted(asked),
            possible=list(dimensions_of(metric.clock)),
        )
    return found


def _values(name: str, wanted: str | Sequence[str]) -> tuple[str | dt.date, ...]:
    values = (wanted,) if isinstance(wanted, str | dt.date) else tuple(wanted)
    return tuple(_date(name, value) for value in values) if name in ("date", "paid_date") else values


def _date(name: str, value: str | dt.date) -> dt.date:
    try:
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    except ValueError as error:
        raise UsageError("BAD_DATE", "日期写法不对", "not a date", step_zh="写成 2026-03-09", step_en="write it as 2026-03-09", **{name: value}) from error
