"""A period beside earlier ones: whole against whole, of the same shops, and both as they are, or will be, 45
days after payment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from metrics.query.access import Viewer, open_desk
from metrics.query.ask import ask
from metrics.query.question import Period
from metrics.reports.staying.headline import FEW_ORDERS
from transforms.gold.orders.dim_observed import TABLE as _OBSERVED
from transforms.gold.sales.mart_shop_channel_daily import TABLE as _DAILY
from transforms.maturity.calendar import last_year

#: Days of a period → how many of them a sparkline is made of, at most.
_POINTS = {1: 14, 7: 8}
_MORE_POINTS = 6
_REACH = f"""
    SELECT shop_id, min(business_date), any_value(until)
    FROM {_DAILY.full_name}
    JOIN (SELECT shop_id, max(observed_date) AS until FROM {_OBSERVED.full_name} GROUP BY ALL) USING (shop_id)
    WHERE paid_fen <> 0 GROUP BY shop_id ORDER BY shop_id"""  # noqa: S608 - names are declared


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


def compared(viewer: Viewer, period: Period) -> Compared:
    """``period`` beside those before it; nothing where it is not over in any shop. Raises as ``ask`` does.

    A shop takes part when its data reach past the period's end and begin no later than the earlier one.
    """
    reach = open_desk(viewer).sql(_REACH).rows() if viewer.merchant_id else []
    over = {shop: first for shop, first, until in reach if until > period[1]}
    found = [
        one for kind, then, by in _periods(period) if (one := _against(viewer, period, kind, then, by, over))
    ]
    return Compared(tuple(found), _points(viewer, period, over) if over else ())


def _periods(period: Period) -> Iterator[tuple[str, Period, str]]:
    first, last = period
    length = dt.timedelta(days=(last - first).days + 1)
    if length.days == 1:
        yield "day_before", (first - length, last - length), ""
        week = dt.timedelta(days=7)
        yield "week_before", (first - week, last - week), ""
    else:
        yield "period_before", (first - length, last - length), ""
    start, end, aligned = last_year(first, last)
    yield "last_year", (start, end), aligned


def _against(
    viewer: Viewer, now: Period, kind: str, then: Period, aligned: str, over: dict[str, dt.date]
) -> Against | None:
    shops = [shop for shop, first in over.items() if first <= then[0]]
    if not shops:
        return None
    metrics = ("matured_net", "paid_gmv", "paid_orders")
    rows = [ask(viewer, metrics, where={"shop": shops}, period=days).rows.row(0) for days in (now, then)]
    (point, paid, orders), (point_then, paid_then, orders_then) = rows
    if paid is None or paid_then is None:
        return None
    some = () if len(shops) == len(over) else tuple(shops)
    if None in (point, point_then) or min(orders or 0, orders_then or 0) < FEW_ORDERS:
        return Against(kind, then, "paid_gmv", paid, paid_then, aligned, some)
    return Against(kind, then, "matured_net", point, point_then, aligned, some)


def _points(viewer: Viewer, period: Period, over: dict[str, dt.date]) -> tuple[int | None, ...]:
    """What will stay of equal periods up to this one, of all shops that are in all of them."""
    days = (period[1] - period[0]).days + 1
    begun = max(over.values())
    count = min(_POINTS.get(days, _MORE_POINTS), ((period[1] - begun).days + 1) // days)
    if count < 2:
        return ()
    since = period[1] - dt.timedelta(days=count * days - 1)
    rows = ask(
        viewer, ["matured_net"], by=["date"], where={"shop": list(over)}, period=(since, period[1])
    ).rows
    sums: list[int | None] = [0] * count
    for date, value in rows.rows():
        place = (date - since).days // days
        before = sums[place]
        sums[place] = None if value is None or before is None else before + value
    return tuple(sums)
