"""A question, read and checked before anything is opened: known metrics, known dimensions, clocks that
fit.
"""

from __future__ import annotations

import calendar
import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.codes import CHANNEL, PLATFORM, REFUND_REASON, TRAFFIC
from contracts.errors import UsageError
from metrics.model.definitions import METRICS, Metric
from metrics.query.sources import DIMENSIONS, TIME, Source, dimensions_of, find_source

#: Dimensions whose values are a closed list.
_CODED = {"platform": PLATFORM, "channel": CHANNEL, "traffic": TRAFFIC, "reason": REFUND_REASON}
#: Dimensions that tell which shops a question is about before any row is looked at → their column.
OF_SHOPS = {"merchant": "merchant_id", "shop": "shop_id", "platform": "platform_code"}
#: Dimensions over which some marts are never added up, in Chinese.
_APART = {"platform": "平台", "shop": "店铺", "month": "月"}

Where = Mapping[str, str | Sequence[str]]
Period = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Question:
    """``where`` is dimension → wanted values, dates already read.

    ``sources`` clock → the mart that answers it.
    """

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
    def witness(self) -> Source | None:
        """The mart that knows which shops sold what the question names beside shops and days.

        None where it names no more, or no mart knows all of it.
        """
        named = self.where.keys() - {*TIME, *OF_SHOPS}
        return find_source("paid", {*named, "shop"}) if named else None

    def on(self, clock: str) -> list[Metric]:
        """Its metrics of one clock."""
        return [metric for metric in self.metrics if metric.clock == clock]

    def conditions(
        self, clock: str, *, timed: bool = True, shops: Sequence[str] | None = None, any_rows: bool = False
    ) -> tuple[str, list[object]]:
        """SQL condition and parameters picking this question's rows of ``clock``.

        Without ``timed`` those of all time, with ``shops`` only theirs, with ``any_rows`` those of the mart's
        other clocks too.
        """
        source = self.sources[clock]
        texts, values = ["true" if any_rows else f"({source.rows[clock]})"], list[object]()
        for name, wanted in self.where.items():
            if timed or name not in TIME:
                texts.append(
                    f"{source.dimensions[name]} IN ({', '.join('?' * len(wanted))})" if wanted else "false"
                )
                values += wanted
        if shops is not None:
            texts.append(f"shop_id IN ({', '.join('?' * len(shops))})" if shops else "false")
            values += shops
        if timed and self.period:
            texts.append("business_date BETWEEN ? AND ?")
            values += self.period
        return " AND ".join(texts), values


def read_question(metrics: Sequence[str], by: Sequence[str], where: Where, period: Period | None) -> Question:
    """The question in these words.

    Raises ``UsageError`` for an unknown or missing metric or dimension, a bad period or date, ``paid_date``
    asked of another clock (CLOCK_MISMATCH), dimensions that no mart has together (NOT_TOGETHER), and figures
    that would be added up over what is never added up (NEVER_ADDED).
    """
    wanted = tuple(_metric(name) for name in dict.fromkeys(metrics))
    split = tuple(dict.fromkeys(by))
    if not wanted:
        raise UsageError(
            "NO_METRIC",
            "没有指定指标",
            "no metric was asked for",
            step_zh="至少给一个指标",
            step_en="name at least one",
            known=list(METRICS),
        )
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
    if period:
        check_period(period)
    asked = {*split, *where}
    _check_clock(wanted, asked)
    sources = {
        clock: _source([metric for metric in wanted if metric.clock == clock], asked)
        for clock in dict.fromkeys(metric.clock for metric in wanted)
    }
    question = Question(
        wanted, split, {name: _values(name, value) for name, value in where.items()}, period, sources
    )
    _check_apart(question)
    return question


def check_period(period: Period) -> None:
    """Raise ``UsageError`` BAD_PERIOD for one that ends before it begins, or that no calendar of ours
    holds.
    """
    days = f"{period[0]} – {period[1]}"
    if period[0] > period[1]:
        raise UsageError(
            "BAD_PERIOD",
            "起始日期晚于结束日期",
            "the period ends before it begins",
            step_zh="调换两个日期",
            step_en="swap the two dates",
            period=days,
        )
    if not 2000 <= period[0].year <= period[1].year <= 2100:
        raise UsageError(
            "BAD_PERIOD",
            "日期应在 2000 到 2100 年之间",
            "dates are of 2000 to 2100",
            step_zh="核对年份",
            step_en="check the year",
            period=days,
        )


def _metric(name: str) -> Metric:
    if name not in METRICS:
        near = difflib.get_close_matches(name, METRICS, 5)
        step_zh = "baiyun ask --help 与 docs/metrics.md 列着全部指标"
        step_en = "docs/metrics.md lists them all"
        raise UsageError(
            "UNKNOWN_METRIC",
            "没有这个指标",
            "no such metric",
            step_zh=step_zh,
            step_en=step_en,
            asked=name,
            like=near,
        )
    return METRICS[name]


def _check_clock(metrics: tuple[Metric, ...], asked: set[str]) -> None:
    other = [metric.id for metric in metrics if metric.clock != "paid" or "session" in asked]
    if "paid_date" in asked and other:
        raise UsageError(
            "CLOCK_MISMATCH",
            "这些指标不按支付日计",
            "these metrics are not on the payment clock",
            step_zh="改用 date：每个指标按自己的日期",
            step_en="ask by `date`: each metric on its own clock",
            metrics=other,
        )


def _check_apart(question: Question) -> None:
    """A buyer's key means nothing on another platform, stock of two shops may be the same pieces, and both
    stand in several months at once.
    """
    one_month = question.period is not None and (question.period[0].year, question.period[0].month) == (
        question.period[1].year,
        question.period[1].month,
    )
    named = {*question.by, *(name for name, values in question.where.items() if len(values) == 1)}
    if one_month or "date" in named:
        named.add("month")
    for clock, source in question.sources.items():
        if missing := [name for name in source.apart if name not in named]:
            raise UsageError(
                "NEVER_ADDED",
                f"这个指标不能跨{'、跨'.join(_APART[name] for name in source.apart)}相加",
                f"this metric is never added up over {' or '.join(f'{name}s' for name in source.apart)}",
                step_zh=f"按 {' 和 '.join(missing)} 分开看，或各指定一个",
                step_en=f"split by {' and '.join(missing)}, or name one of each",
                metric=[metric.id for metric in question.on(clock)],
                missing=missing,
            )


def _source(metrics: list[Metric], asked: set[str]) -> Source:
    """The mart for metrics of one clock."""
    clock, parts = metrics[0].clock, [part for metric in metrics for part in metric.parts]
    found = find_source(clock, asked, parts)
    if found is None:
        metric = next(
            (metric for metric in metrics if find_source(clock, asked, metric.parts) is None), metrics[0]
        )
        raise UsageError(
            "NOT_TOGETHER",
            "这个指标不能按这些维度一起看",
            "this metric cannot be split by these dimensions together",
            step_zh="去掉一个维度，或分开问",
            step_en="leave one out, or ask separately",
            metric=metric.id,
            asked=sorted(asked),
            possible=list(dimensions_of(clock, metric.parts)),
        )
    return found


def _values(name: str, wanted: str | Sequence[str]) -> tuple[str | dt.date, ...]:
    values = (wanted,) if isinstance(wanted, str | dt.date) else tuple(wanted)
    if name in DAYS_OF:
        return tuple(_time(name, value) for value in values)
    return tuple(_code(name, str(value)) for value in values) if name in _CODED else values


def _code(name: str, value: str) -> str:
    """A code as it is, or by one of its two names: what is neither would be answered with nothing, as if
    nothing had been sold.
    """
    known = _CODED[name]
    found = (
        value
        if value in known.values
        else next((code for code, names in known.labels.items() if value in names), None)
    )
    if found is None:
        step = {"step_zh": "可选的见 known", "step_en": "see known"}
        raise UsageError(
            "UNKNOWN_VALUE",
            "没有这个值",
            "no such value",
            **step,
            dimension=name,
            asked=value,
            known=list(known.values),
        )
    return found


def _time(name: str, value: str | dt.date) -> str | dt.date:
    """The value as the marts write it: one written otherwise would be answered with nothing."""
    form, example = _WRITTEN[name]
    try:
        first = DAYS_OF[name](value)[0]
        if name in ("date", "paid_date"):
            return first
        if first.strftime(form) == value:
            return value
    except (ValueError, OverflowError):
        pass
    raise UsageError(
        "BAD_DATE",
        "日期写法不对",
        "not a date",
        step_zh=f"写成 {example}",
        step_en=f"write it as {example}",
        **{name: value},
    )


def _day(value: object) -> Period:
    day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    return day, day


def _week(value: object) -> Period:
    first = dt.datetime.strptime(f"{value}-1", "%G-W%V-%u").date()  # noqa: DTZ007 - a calendar week has no zone
    return first, first + dt.timedelta(days=6)


def _month(value: object) -> Period:
    first = dt.date.fromisoformat(f"{value}-01")
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


#: Dimension of time → the first and the last day of a value of it. ValueError for what is none.
DAYS_OF = {"date": _day, "paid_date": _day, "week": _week, "month": _month}
#: Dimension of time → how its values are written, and one of them.
_WRITTEN = {
    "date": ("%Y-%m-%d", "2026-03-09"), "paid_date": ("%Y-%m-%d", "2026-03-09"),
    "week": ("%G-W%V", "2026-W11"), "month": ("%Y-%m", "2026-03"),
}  # fmt: skip
