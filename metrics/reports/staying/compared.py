"""A figure of a period beside the same of earlier ones: whole against whole, of the same shops, and at one
age: as orders are, or will be, 45 days after payment; else as they were known at the same age.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from contracts.errors import NotFoundError
from metrics.model.definitions import METRICS
from metrics.query.access import Viewer, open_desk
from metrics.query.ask import ask
from metrics.query.question import Period, Where
from metrics.query.released import choose
from metrics.reports.staying.headline import FEW_ORDERS
from transforms.gold.orders.dim_observed import TABLE as _OBSERVED
from transforms.gold.sales.mart_shop_channel_daily import TABLE as _DAILY
from transforms.maturity.calendar import last_year

#: Days of a period → how many of them a sparkline is made of, at most.
_POINTS = {1: 14, 7: 8}
_MORE_POINTS = 6
#: What is compared → what instead where it cannot be: of too few orders, or not known at one age.
INSTEAD = {"matured_net": "paid_gmv", "contribution": "paid_gmv", "matured_roi": "shop_roi"}
#: What goes on changing with every refund and bill, so that a younger period is always another one; all the
#: others are at one age, or have none.
AGEING = ("contribution",)
#: What is of a part of the business alone → which part: two of them compare where the parts are as large.
PART = {"contribution": "cost_coverage"}
_SAME_PART = 0.01
#: A release published this long before the moment wanted is still of that age.
_NEAR = dt.timedelta(hours=36)
_REACH = f"""
    SELECT shop_id, platform_code, min(business_date), any_value(until)
    FROM {_DAILY.full_name}
    JOIN (SELECT shop_id, max(observed_date) AS until FROM {_OBSERVED.full_name} GROUP BY ALL) USING (shop_id)
    WHERE paid_fen <> 0 GROUP BY ALL ORDER BY shop_id"""  # noqa: S608 - names are declared


@dataclass(frozen=True)
class Against:
    """The period's figure and an earlier one's, of ``shops`` alone where the others were not there for both.

    ``kind``: ``day_before``, ``week_before``, ``period_before``, ``last_year``, ``session_before``;
    ``aligned``: by what the last but one is (``calendar.last_year``). ``metric``: what both are of, in its
    own unit: what was asked for, or what stands ``INSTEAD``.
    """

    kind: str
    period: Period
    metric: str
    now: float
    then: float
    aligned: str = ""
    shops: tuple[str, ...] = ()

    @property
    def change(self) -> float | None:
        """By which part more (or, below 0, less); None where there was nothing."""
        return self.now / self.then - 1 if self.then > 0 else None


@dataclass(frozen=True)
class Compared:
    """Every comparison there is, and the same figure of equal periods one after another, the newest last
    (null where it is not known at that age).
    """

    against: tuple[Against, ...]
    points: tuple[float | None, ...]


def compared(
    viewer: Viewer, period: Period, where: Where | None = None, metric: str = "matured_net"
) -> Compared:
    """``metric`` (a key of ``INSTEAD``, or one that has no age) of ``period`` beside those before it, of what
    ``where`` names; nothing where it is not over in any shop. Raises as ``ask`` does.

    A shop takes part when its data reach past the period's end and begin no later than the earlier one.
    """
    cell = where or {}
    over = _over(viewer, period, cell)
    asking = _Asking(viewer, metric, period, cell)
    found = [one for kind, then, by in _periods(period) if (one := _against(asking, kind, then, by, over))]
    return Compared(tuple(found), _points(asking, over) if over else ())


def before(viewer: Viewer, by: Sequence[str], period: Period) -> pl.DataFrame:
    """Per member of ``by``: ``now_fen``, what will stay of ``period``, and ``then_fen``, what will of the
    equal period before, both at the age of 45 days and of the shops that are whole in both.

    Null where one of them cannot be estimated or is of fewer than ``FEW_ORDERS`` orders; without rows where
    no shop is whole in both. Raises as ``ask`` does.
    """
    then = before_period(period)
    where = {"shop": _whole(_over(viewer, period, {}), then)}
    now, earlier = (
        ask(viewer, ["matured_net", "paid_orders"], by=by, where=where, period=days).rows
        for days in (period, then)
    )
    is_enough = pl.col("paid_orders") >= FEW_ORDERS
    told = [
        rows.select(*by, pl.when(is_enough).then("matured_net").alias(name))
        for rows, name in ((now, "now_fen"), (earlier, "then_fen"))
    ]
    return told[0].join(told[1], on=list(by), how="full", coalesce=True).sort(by)


def before_period(period: Period) -> Period:
    """The equal period before."""
    length = period[1] - period[0] + dt.timedelta(days=1)
    return period[0] - length, period[1] - length


def _over(viewer: Viewer, period: Period, where: Where) -> dict[str, dt.date]:
    """Shop → its first day, of those of the platform ``where`` names whose data reach past the period."""
    reach = open_desk(viewer).sql(_REACH).rows() if viewer.merchant_id else []
    here, mine = where.get("platform"), where.get("shop")
    return {
        shop: first
        for shop, platform, first, until in reach
        if until > period[1] and here in (None, platform) and (mine is None or shop in mine)
    }


def _whole(over: dict[str, dt.date], then: Period) -> list[str]:
    """Shops that have data of all of ``then``."""
    return [shop for shop, first in over.items() if first <= then[0]]


def _periods(period: Period) -> Iterator[tuple[str, Period, str]]:
    first, last = period
    if first == last:
        week = dt.timedelta(days=7)
        yield "day_before", before_period(period), ""
        yield "week_before", (first - week, last - week), ""
    else:
        yield "period_before", before_period(period), ""
    start, end, aligned = last_year(first, last)
    yield "last_year", (start, end), aligned


@dataclass(frozen=True)
class _Asking:
    """What is asked of which period, and of which part of the business."""

    viewer: Viewer
    metric: str
    period: Period
    cell: Where

    @property
    def days(self) -> int:
        """How long the period is."""
        return (self.period[1] - self.period[0]).days + 1

    def value(self, metric: str, days: Period, shops: Sequence[str]) -> tuple[float | None, float]:
        """The metric of ``days``, of ``shops`` alone, at the age the period has now, and of which part of the
        business it is (``PART``; 1 of all).

        None where too few orders stand behind an estimate, and where nothing was released when they were of
        that age.
        """
        names = [metric, "paid_orders", *([PART[metric]] if metric in PART else [])]
        cell = {**self.cell, "shop": list(shops)}
        answer = ask(self.viewer, names, where=cell, period=days)
        if metric in AGEING and days != self.period and self._is_young(shops):
            release = self._release_at(answer.as_of - (self.period[1] - days[1]))
            if release is None:
                return None, 1
            answer = ask(self.viewer, names, where=cell, period=days, as_of=release)
        value, orders, *part = answer.rows.row(0)
        is_few = metric in INSTEAD and (orders or 0) < FEW_ORDERS
        return None if is_few else value, (part[0] or 0.0) if part else 1

    def _is_young(self, shops: Sequence[str]) -> bool:
        """Whether any of the period's orders may still come back."""
        cell = {**self.cell, "shop": list(shops)}
        age = ask(self.viewer, ["paid_gmv"], where=cell, period=self.period).age
        return age is not None and age.is_open

    def _release_at(self, moment: dt.datetime) -> int | None:
        """The release that was current at ``moment`` and made not long before; None where there is none."""
        try:
            found = choose(self.viewer.place, moment, merchant_id=self.viewer.merchant_id)
            open_desk(self.viewer, found.number)
        except NotFoundError:
            return None
        return found.number if moment - found.changed_at <= _NEAR else None


def _against(
    asking: _Asking, kind: str, then: Period, aligned: str, over: dict[str, dt.date]
) -> Against | None:
    shops = _whole(over, then)
    if not shops:
        return None
    some = () if len(shops) == len(over) else tuple(shops)
    for metric in dict.fromkeys([asking.metric, INSTEAD.get(asking.metric, asking.metric)]):
        (now, part), (earlier, part_then) = (
            asking.value(metric, days, shops) for days in (asking.period, then)
        )
        if now is not None and earlier is not None and abs(part - part_then) <= _SAME_PART:
            return Against(kind, then, metric, now, earlier, aligned, some)
    return None


def _points(asking: _Asking, over: dict[str, dt.date]) -> tuple[float | None, ...]:
    """The metric of equal periods up to this one, of all shops that are in all of them."""
    days, last = asking.days, asking.period[1]
    begun = max(over.values())
    count = min(_POINTS.get(days, _MORE_POINTS), ((last - begun).days + 1) // days)
    if count < 2:
        return ()
    if asking.metric in AGEING or METRICS[asking.metric].is_ratio:
        ends = [last - dt.timedelta(days=days * back) for back in range(count - 1, -1, -1)]
        each = [(end - dt.timedelta(days=days - 1), end) for end in ends]
        found = [asking.value(asking.metric, period, list(over)) for period in each]
        newest = found[-1][1]
        return tuple(value if abs(part - newest) <= _SAME_PART else None for value, part in found)
    since = last - dt.timedelta(days=count * days - 1)
    cell = {**asking.cell, "shop": list(over)}
    rows = ask(asking.viewer, [asking.metric], by=["date"], where=cell, period=(since, last)).rows
    sums: list[float | None] = [0] * count
    for date, value in rows.rows():
        place = (date - since).days // days
        before = sums[place]
        sums[place] = None if value is None or before is None else before + value
    return tuple(sums)
