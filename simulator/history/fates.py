"""What becomes of each line: shipped, kept, returned, partly refunded, exchanged … All draws are per line, a
copied draw means lines that share a fate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.history.clock import DAY, HOUR, NEVER, Bools, Floats, Ints
from simulator.history.lines import Lines
from simulator.history.moods import CALM, Mood
from simulator.history.orders import (
    CREATOR_LIVE,
    OTHER,
    OWN_LIVE,
    PRODUCT_CARD,
    SEARCH,
    SHORT_VIDEO,
    UNKNOWN,
    Orders,
)
from simulator.history.people import People
from simulator.history.platforms import facts_of_shops
from simulator.history.trade import Wave, late_returns

KEPT, BEFORE, RETURNED, PART, TWICE, WITHDRAWN, RETRIED, EXCHANGED, PROTECTED = range(9)

#: Share of paid lines that end fully refunded (live women's wear 60-80 %, shelf about half) and the part of
#: those before shipment.
_REFUND_SHARE = {
    OWN_LIVE: 0.67,
    CREATOR_LIVE: 0.74,
    SHORT_VIDEO: 0.54,
    PRODUCT_CARD: 0.47,
    SEARCH: 0.44,
    OTHER: 0.45,
    UNKNOWN: 0.49,
}
_BEFORE_SHARE = {
    OWN_LIVE: 0.48,
    CREATOR_LIVE: 0.50,
    SHORT_VIDEO: 0.42,
    PRODUCT_CARD: 0.34,
    SEARCH: 0.32,
    OTHER: 0.34,
    UNKNOWN: 0.36,
}
_SIZE_SHIFT = np.array([0.05, -0.02, -0.02, 0.03, 0.07])  # edges of the size run come back more

#: What the lines that are not fully refunded meet instead.
_KEPT_MIX = {KEPT: 0.72, PART: 0.10, TWICE: 0.01, WITHDRAWN: 0.09, EXCHANGED: 0.04, PROTECTED: 0.04}

_PLANTED = (BEFORE, RETURNED, EXCHANGED, PART, TWICE, RETRIED, WITHDRAWN, PROTECTED, KEPT)


@dataclass(frozen=True)
class Life:
    """Moments per line, ``NEVER`` where they do not come.

    ``applied`` … ``refunded`` belong to the line's full refund, if it has one.
    """

    fate: Ints
    shipped: Ints
    delivered: Ints
    finished: Ints
    closed: Ints
    applied: Ints
    shipped_back: Ints
    refunded: Ints


def make_life(
    rng: np.random.Generator,
    people: People,
    orders: Orders,
    lines: Lines,
    mood: Mood = CALM,
    wave: tuple[int, Wave] | None = None,
) -> Life:
    """Every line's way from payment to its end.

    Lines of one order mostly travel, and half the time are sent back, together. ``wave``: the market's end,
    and what comes back just before it.
    """
    height = len(lines.order)
    paid = orders.paid[lines.order]
    is_paid = paid != NEVER
    together = rng.random(len(orders.shop))[lines.order] < 0.5
    source = np.where(together | lines.is_gift, lines.head, np.arange(height))
    parcel = np.where(rng.random(len(orders.shop))[lines.order] < 0.8, lines.head, np.arange(height))
    parcel = np.where(lines.is_gift, lines.head, parcel)
    parted = _parted(people, orders, lines)
    fate = np.where(is_paid, _fates(rng, people, orders, lines, mood, parted)[source], KEPT)
    fate[np.isin(lines.head, parted)] = KEPT
    fate[parted] = BEFORE
    shipped = np.where(is_paid, paid + _until_shipment(rng, lines.is_presale)[parcel], NEVER)
    delivered = shipped + (rng.uniform(1.5, 4.0, height)[parcel] * DAY).astype(np.int64)
    finished = delivered + (rng.uniform(1.0, 10.0, height)[parcel] * DAY).astype(np.int64)
    before = is_paid & (fate == BEFORE)
    applied_before, refunded_before = (paid + lag[source] for lag in _before_lags(rng, lines.is_presale))
    applied, back, refunded = _return_trip(rng, delivered, source)
    if wave:
        kept = is_paid & (np.bincount(lines.order)[lines.order] == 1) & (fate == KEPT) & ~lines.is_presale
        late, applied[late], back[late], refunded[late] = late_returns(rng, wave[1], wave[0], paid, kept)
        fate[late] = RETURNED
    returned = is_paid & np.isin(fate, (RETURNED, RETRIED))
    full = before | returned
    end = np.where(before, refunded_before, refunded)
    # an application before the order is finished stops the clock that would finish it
    gone = ~is_paid | before | (returned & (applied < finished))
    closed = np.where(full, end, np.where(is_paid, NEVER, orders.lapsed[lines.order]))
    return Life(
        fate=fate,
        shipped=np.where(before | ~is_paid, NEVER, shipped),
        delivered=np.where(before | ~is_paid, NEVER, delivered),
        finished=np.where(gone, NEVER, finished),
        closed=closed,
        applied=np.where(before, applied_before, np.where(returned, applied, NEVER)),
        shipped_back=np.where(returned, back, NEVER),
        refunded=np.where(full, end, NEVER),
    )


def _fates(
    rng: np.random.Generator, people: People, orders: Orders, lines: Lines, mood: Mood, parted: Ints
) -> Ints:
    height = len(lines.order)
    shop, channel = orders.shop[lines.order], orders.channel[lines.order]
    share = np.array([_REFUND_SHARE[code] for code in range(len(_REFUND_SHARE))])[channel]
    before = np.array([_BEFORE_SHARE[code] for code in range(len(_BEFORE_SHARE))])[channel]
    temper = rng.normal(0.0, 0.03, people.shops.height)[shop]
    share = np.clip(
        share + temper + _SIZE_SHIFT[lines.size] + mood.shift(orders.paid[lines.order]), 0.05, 0.92
    )
    kept = rng.choice(list(_KEPT_MIX), height, p=list(_KEPT_MIX.values()))
    back = np.where(rng.random(height) < 0.03, RETRIED, RETURNED)
    full = np.where(rng.random(height) < before, BEFORE, back)
    fate = np.where(rng.random(height) < share, full, kept)
    return _plant(orders, lines, fate, parted)


def _parted(people: People, orders: Orders, lines: Lines) -> Ints:
    """The first line of one order a shop, where files tell paid value by the order: it goes back before
    shipment, other goods and a gift beside it leave.
    """
    count = len(orders.shop)
    goods, gifts = (
        np.bincount(lines.order[rows], minlength=count) for rows in (~lines.is_gift, lines.is_gift)
    )
    by_order = facts_of_shops(people.shops, "paid_by_order")[orders.shop]
    fit = np.flatnonzero(by_order & (goods > 1) & (gifts > 0) & (orders.paid != NEVER))
    first = fit[np.unique(orders.shop[fit], return_index=True)[1]]
    return np.flatnonzero((lines.number == 1) & np.isin(lines.order, first))


def _plant(orders: Orders, lines: Lines, fate: Ints, parted: Ints) -> Ints:
    """The oldest paid orders of each shop but those ``parted`` meet every fate once, however small the
    market.
    """
    fate = fate.copy()
    heads = np.setdiff1d(np.flatnonzero((lines.number == 1) & (orders.paid[lines.order] != NEVER)), parted)
    shop = orders.shop[lines.order[heads]]
    for number in np.unique(shop):
        chosen = heads[shop == number][: len(_PLANTED)]
        fate[chosen] = _PLANTED[: len(chosen)]
    return fate


def _until_shipment(rng: np.random.Generator, is_presale: Bools) -> Ints:
    hours: Floats = np.clip(rng.lognormal(np.log(26.0), 0.5, len(is_presale)), 2.0, 110.0)
    seconds: Ints = (np.where(is_presale, hours * 3.5, hours) * HOUR).astype(np.int64)
    return seconds


def _before_lags(rng: np.random.Generator, is_presale: Bools) -> tuple[Ints, Ints]:
    """Seconds from payment to application and to the money back: 60 % within 12 h, 30 % within 72 h, 10 %
    later; pre-sale twice as long.
    """
    count = len(is_presale)
    bucket = rng.choice(3, count, p=[0.6, 0.3, 0.1])
    soon = np.clip(rng.exponential(3.5, count), 0.02, 11.9)
    hours = np.choose(
        bucket, [soon, rng.uniform(12.0, 72.0, count), rng.uniform(72.0, 120.0, count)]
    ) * np.where(is_presale, 2.0, 1.0)
    asked = hours * rng.uniform(0.4, 0.97, count)
    return (asked * HOUR).astype(np.int64) + 1, (hours * HOUR).astype(np.int64) + 2


def _return_trip(rng: np.random.Generator, delivered: Ints, source: Ints) -> tuple[Ints, Ints, Ints]:
    """Application, parcel back, money back after delivery: from payment median about 11 days, 95 % within 24,
    tail 45.
    """
    count = len(delivered)
    slow = rng.random(count) < 0.15
    decide = np.where(
        slow,
        rng.uniform(4.0, 20.0, count)
        + np.where(rng.random(count) < 0.06, rng.uniform(0.0, 12.0, count), 0.0),
        np.clip(rng.exponential(2.1, count), 0.05, 12.0),
    )
    send = rng.uniform(0.1, 1.5, count)
    travel = rng.uniform(1.8, 4.5, count) + rng.uniform(0.3, 1.8, count)
    applied = delivered + (decide[source] * DAY).astype(np.int64)
    back = applied + (send[source] * DAY).astype(np.int64)
    return applied, back, back + (travel[source] * DAY).astype(np.int64)
