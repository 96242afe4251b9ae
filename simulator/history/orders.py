"""Who buys when and through which channel: one entry per main order."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from simulator.history.clock import (
    DAY,
    HOUR,
    HOUR_WEIGHTS,
    NEVER,
    Bools,
    Floats,
    Ints,
    midnight_of,
    midnights,
)
from simulator.history.people import People
from simulator.history.platforms import CHANNELS, FACTS, mix_of
from simulator.history.sessions import Sessions
from simulator.history.trade import PLAIN, Trade

OWN_LIVE, CREATOR_LIVE, SHORT_VIDEO, PRODUCT_CARD, SEARCH, OTHER, UNKNOWN = range(len(CHANNELS))

_UNPAID_SHARE = 0.08
_BUYERS_PER_ORDER = 0.7
#: Orders of buyers who have bought in the shop before. No public figure is known; what matters is that they
#: exist on every platform.
_COME_BACK_SHARE = 0.15


@dataclass(frozen=True)
class Orders:
    """``session`` is a row of ``Sessions`` or -1, ``account`` a row of ``People.accounts`` or -1, ``buyer`` a
    number within the platform.

    ``paid`` is ``NEVER`` for orders that were closed unpaid, at ``lapsed`` (``NEVER`` for paid ones).
    """

    shop: Ints
    channel: Ints
    session: Ints
    account: Ints
    created: Ints
    paid: Ints
    lapsed: Ints
    buyer: Ints


def make_orders(
    rng: np.random.Generator,
    people: People,
    sessions: Sessions,
    count: int,
    now: int,
    days: int,
    trade: Trade = PLAIN,
) -> Orders:
    """``count`` orders created in the ``days`` before ``now``, sorted by shop and time of creation; of a
    panel's merchants, those placed while they were open.
    """
    shop = np.sort(rng.choice(len(people.shop_weight), count, p=people.shop_weight))
    channel = np.empty(count, dtype=np.int64)
    session = np.full(count, -1, dtype=np.int64)
    for number, platform in enumerate(people.shops["platform_code"]):
        rows = np.flatnonzero(shop == number)
        channel[rows] = rng.choice(len(CHANNELS), len(rows), p=rng.dirichlet(mix_of(platform) * 60 + 1e-9))
        _enter_sessions(rng, people, sessions, number, rows, channel, session, now)
    created = _creation(rng, sessions, session, now, trade.busy(now, days))
    _plant_edges(people, sessions, shop, session, created, now)
    order = np.lexsort((created, shop))
    shop, channel, session, created = shop[order], channel[order], session[order], created[order]
    paid, lapsed = _payment(rng, created)
    accounts = _accounts(rng, people, sessions, shop, channel, session)
    placed = Orders(shop, channel, session, accounts, created, paid, lapsed, _buyers(rng, people, shop))
    if trade.panel is None:
        return placed
    merchant, count = people.shop_merchant[shop], people.merchants.height
    return _within(placed, trade.panel.present(merchant, created, count, now, days))


def _within(orders: Orders, kept: Bools) -> Orders:
    return Orders(**{field.name: getattr(orders, field.name)[kept] for field in fields(orders)})


def _enter_sessions(
    rng: np.random.Generator,
    people: People,
    sessions: Sessions,
    shop: int,
    rows: Ints,
    channel: Ints,
    session: Ints,
    now: int,
) -> None:
    """Give each live order of a shop a session by pull and length.

    Without any session it is sold off-live instead.
    """
    own = np.isin(sessions.account, people.own_accounts[shop])
    length = np.minimum(sessions.ended, now - 1) - sessions.started
    weight = np.where(sessions.shop == shop, sessions.pull * np.clip(length, 0, None), 0.0)
    off_live = FACTS[people.shops["platform_code"][shop]].off_live
    for kind, allowed in ((OWN_LIVE, own), (CREATOR_LIVE, ~own)):
        wanted = rows[channel[rows] == kind]
        weights = weight * allowed
        if weights.sum() == 0.0:
            channel[wanted] = off_live
        else:
            session[wanted] = rng.choice(sessions.count, len(wanted), p=weights / weights.sum())


def _creation(rng: np.random.Generator, sessions: Sessions, session: Ints, now: int, weights: Floats) -> Ints:
    count, days = len(session), len(weights)
    starts = midnights(now, days)
    hour = rng.choice(24, count, p=HOUR_WEIGHTS / HOUR_WEIGHTS.sum())
    shelf = (
        starts[rng.choice(days, count, p=weights / weights.sum())]
        + hour * HOUR
        + rng.integers(0, HOUR, count)
    )
    if days > 1:
        shelf = np.where(shelf >= now, shelf - DAY, shelf)
    shelf = np.minimum(shelf, now - 1)
    live = np.flatnonzero(session >= 0)
    started = sessions.started[session[live]]
    length = np.minimum(sessions.ended[session[live]], now - 1) - started
    created: Ints = shelf
    created[live] = started + (rng.beta(1.4, 1.2, len(live)) * length).astype(np.int64)
    return created


def _plant_edges(
    people: People, sessions: Sessions, shop: Ints, session: Ints, created: Ints, now: int
) -> None:
    """Per shop: orders in the last and first second of a day (inside a session over midnight), and on a
    session's first and last second.
    """
    over_midnight = (midnight_of(sessions.ended) > sessions.started) & (sessions.ended < now)
    for number in range(people.shops.height):
        rows = np.flatnonzero((shop == number) & (session >= 0))
        crossing = rows[over_midnight[session[rows]]][:2]
        created[crossing] = midnight_of(sessions.ended[session[crossing]]) - np.array([1, 0])[: len(crossing)]
        inside = np.setdiff1d(rows, crossing)
        inside = inside[sessions.ended[session[inside]] < now][:2]
        created[inside[:1]] = sessions.started[session[inside[:1]]]
        created[inside[1:]] = sessions.ended[session[inside[1:]]]
        shelf = np.flatnonzero((shop == number) & (session < 0))[:2]
        created[shelf] = midnight_of(created[shelf]) - np.array([1, 0])[: len(shelf)]


def _at_edge(created: Ints) -> Bools:
    second: Bools = (created - midnight_of(created)) % (DAY - 1) == 0
    return second


def _payment(rng: np.random.Generator, created: Ints) -> tuple[Ints, Ints]:
    """Paid within half an hour (most at once), or never: closed after half an hour to a day.

    Orders at midnight are paid within a second.
    """
    edge = _at_edge(created)
    unpaid = (rng.random(len(created)) < _UNPAID_SHARE) & ~edge
    wait = np.clip(rng.exponential(100.0, len(created)), 3, 1800).astype(np.int64)
    wait = np.where(edge, rng.integers(0, 2, len(created)), wait)
    lapse = np.where(rng.random(len(created)) < 0.5, 1800, rng.integers(120, DAY, len(created)))
    return np.where(unpaid, NEVER, created + wait), np.where(unpaid, created + lapse, NEVER)


def _accounts(
    rng: np.random.Generator, people: People, sessions: Sessions, shop: Ints, channel: Ints, session: Ints
) -> Ints:
    """The host's account in a session; short videos carry the account that posted them, own or a
    creator's.
    """
    account = np.full(len(shop), -1, dtype=np.int64)
    live = np.flatnonzero(session >= 0)
    account[live] = sessions.account[session[live]]
    by_creator = rng.random(len(shop)) < 0.4
    for number in range(people.shops.height):
        rows = np.flatnonzero((shop == number) & (channel == SHORT_VIDEO))
        own = rng.choice(people.own_accounts[number], len(rows))
        creators = rng.choice(people.creators[number] or people.own_accounts[number], len(rows))
        account[rows] = np.where(by_creator[rows], creators, own)
    return account


def _buyers(rng: np.random.Generator, people: People, shop: Ints) -> Ints:
    """A few buyers come often, most once; a buyer may meet several shops of a platform.

    Orders are sorted by shop and time.
    """
    pool = max(1, int(len(shop) * _BUYERS_PER_ORDER))
    skew: Floats = rng.random(len(shop)) ** 1.4
    number = {code: place for place, code in enumerate(FACTS)}
    platform = people.shops["platform_code"].replace_strict(number, return_dtype=pl.Int64).to_numpy()[shop]
    buyer: Ints = (skew * pool).astype(np.int64) * len(number) + platform
    return buyer[_first_visits(rng, shop)]


def _first_visits(rng: np.random.Generator, shop: Ints) -> Ints:
    """For each order the row whose buyer places it: its own, or an earlier one of the same shop."""
    opening = np.append(True, shop[1:] != shop[:-1])[: len(shop)]
    is_new = (rng.random(len(shop)) >= _COME_BACK_SHARE) | opening
    met = np.cumsum(is_new)  # new buyers up to and with the row
    before = np.maximum.accumulate(np.where(opening, met - 1, 0))  # of the shops before
    earlier = before + (rng.random(len(shop)) * (met - before)).astype(np.int64)
    rows: Ints = np.where(is_new, np.arange(len(shop)), np.flatnonzero(is_new)[earlier])
    return rows
