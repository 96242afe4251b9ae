"""A period beside earlier ones: whole against whole, of the same shops, and both as they are, or will be, 45
days after payment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from metrics.query.access import Viewer, open_desk
from metrics.query.ask import ask
from metrics.query.question import Period, Where
from metrics.reports.staying.headline import FEW_ORDERS
from transforms.gold.orders.dim_observed import TABLE as _OBSERVED
from transforms.gold.sales.mart_shop_channel_daily import TABLE as _DAILY
from transforms.maturity.calendar import last_year

#: Days of a period → how many of them a sparkline is made of, at most.
_POINTS = {1: 14, 7: 8}
_MORE_POINTS = 6
_REACH = f"""
    SELECT shop_id, platform_code, min(business_date), any_value(until)
    FROM {_DAILY.full_name}
    JOIN (SELECT shop_id, max(observed_date) AS until FROM {_OBSERVED.full_name} GROUP BY ALL) USING (shop_id)
    WHERE paid_fen <> 0 GROUP BY ALL ORDER BY shop_id"""  # noqa: S608 - names are declared


@dataclass(frozen=True)
class Against:
    """The period's figure and an earlier one's, of ``shops`` alone where the others were not there for both.

    ``kind``: ``day_before``, ``week_before``, ``period_before``, ``last_year``; ``aligned``: by what the last
    is (``calendar.last_year``). ``metric``: what both are of, ``matured_net``, or ``paid_gmv`` where one of
    them cannot be estimated.
    """

    kind: str
    period: Period
    metric: str
    now_fen: int
    then_fen: int
    aligned: str = ""
    shops: tuple[str, ...] = ()

    @property
    def change(self) -> float | None:
        """By which part more (or, below 0, less); None where there was nothing."""
        return self.now_fen / self.then_fen - 1 if self.then_fen > 0 else None


@dataclass(frozen=True)
class Compared:
    """Every comparison there is, and the same figure of equal periods one after another, the newest last."""

    against: tuple[Against, ...]
    points: tuple[int | None, ...]


def compared(viewer: Viewer, period: Period, where: Where | None = None) -> Compared:
    """``period`` beside those before it, of what ``where`` names; nothing where it is not over in any shop.
    Raises as ``ask`` does.

    A shop takes part when its data reach past the period's end and begin no later than the earlier one.
    """
    cell = where or {}
    over = _over(viewer, period, cell)
    found = [
        one
        for kind, then, by in _periods(period)
        if (one := _against(viewer, period, kind, then, by, over, cell))
    ]
    return Compared(tuple(found), _points(viewer, period, over, cell) if over else ())


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
    here = where.get("platform")
    return {
        shop: first
        for shop, platform, first, until in reach
        if until > period[1] and here in (None, platform)
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


def _against(
    viewer: Viewer,
    now: Period,
    kind: str,
    then: Period,
    aligned: str,
    over: dict[str, dt.date],
    where: Where,
) -> Against | None:
    shops = _whole(over, then)
    if not shops:
        return None
    metrics, cell = ("matured_net", "paid_gmv", "paid_orders"), {**where, "shop": shops}
    rows = [ask(viewer, metrics, where=cell, period=days).rows.row(0) for days in (now, then)]
    (point, paid, orders), (point_then, paid_then, orders_then) = rows
    if paid is None or paid_then is None:
        return None
    some = () if len(shops) == len(over) else tuple(shops)
    if None in (point, point_then) or min(orders or 0, orders_then or 0) < FEW_ORDERS:
        return Against(kind, then, "paid_gmv", paid, paid_then, aligned, some)
    return Against(kind, then, "matured_net", point, point_then, aligned, some)


def _points(viewer: Viewer, period: Period, over: dict[str, dt.date], where: Where) -> tuple[int | None, ...]:
    """What will stay of equal periods up to this one, of all shops that are in all of them."""
    days = (period[1] - period[0]).days + 1
    begun = max(over.values())
    count = min(_POINTS.get(days, _MORE_POINTS), ((period[1] - begun).days + 1) // days)
    if count < 2:
        return ()
    since = period[1] - dt.timedelta(days=count * days - 1)
    cell = {**where, "shop": list(over)}
    rows = ask(viewer, ["matured_net"], by=["date"], where=cell, period=(since, period[1])).rows
    sums: list[int | None] = [0] * count
    for date, value in rows.rows():
        place = (date - since).days // days
        before = sums[place]
        sums[place] = None if value is None or before is None else before + value
    return tuple(sums)
