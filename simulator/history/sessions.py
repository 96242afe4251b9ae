"""When shops are on air: daily evening sessions of own accounts, creators' sessions for one client shop at a
time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.history.clock import DAY, HOUR, ZONE_NAME, Bools, Floats, Ints, instants, midnights
from simulator.history.ids import as_text, unique_numbers
from simulator.history.people import People
from simulator.history.platforms import CHANNELS, mix_of
from simulator.history.trade import ORDER_FEN, PLAIN, Trade, sessions_a_day

#: How far buyers are shared by what is on air the same day: 0 not at all, 1 all.
_SHARED = 0.9


@dataclass(frozen=True)
class Sessions:
    """One entry per session.

    ``account`` is a row of ``People.accounts``; ``pull`` is how strongly it sells (0 = sells nothing).

    Sessions of one account never overlap; sessions of a shop's several accounts do.
    """

    shop: Ints
    account: Ints
    started: Ints
    ended: Ints
    pull: Floats
    session_ref: Ints
    room_id: Ints

    @property
    def count(self) -> int:
        """Number of sessions."""
        return len(self.shop)


def make_sessions(
    rng: np.random.Generator, people: People, now: int, days: int, orders_a_day: float, trade: Trade = PLAIN
) -> Sessions:
    """Sessions started in the ``days`` before ``now``; the last may still be running.

    ``orders_a_day`` of the whole market say how often a shop is on air where ``trade`` says what a session
    sells.
    """
    starts, busy = midnights(now, days), trade.busy(now, days)
    often = _often(people, orders_a_day, trade)
    parts = [
        _own_sessions(rng, shop, account, order, starts, busy, often and often[0][shop], trade.session_spread)
        for shop, accounts in enumerate(people.own_accounts)
        for order, account in enumerate(accounts)
    ]
    clients: dict[int, list[int]] = {}
    for shop, creators in enumerate(people.creators):
        for account in creators:
            clients.setdefault(account, []).append(shop)
    parts += [
        _creator_sessions(
            rng, np.array(shops), account, starts, busy, often and often[1][shops], trade.session_spread
        )
        for account, shops in clients.items()
    ]
    served, airing, started, ended, pull = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    if often is not None and trade.panel is None:  # small shops are on air when they are
        moved = DAY * _to_silent_days(people.shop_merchant[served], (started - starts[0]) // DAY, days)
        started, ended = started + moved, ended + moved
    kept = np.flatnonzero(started < now)
    kept = kept[np.lexsort((airing[kept], started[kept]))]
    served, airing, started, ended = (
        column[kept].astype(np.int64) for column in (served, airing, started, ended)
    )
    if often is None:
        pull = pull[kept]
    else:
        pull = _levelled(
            people, served, airing, (started - starts[0]) // DAY, ended - started, pull[kept], busy
        )
    return Sessions(
        served,
        airing,
        started,
        ended,
        pull,
        unique_numbers(rng, len(kept), 400_000_000_000, 599_999_999_999),
        unique_numbers(rng, len(kept), 7_300_000_000_000_000_000, 7_599_999_999_999_999_999),
    )


def _often(people: People, orders_a_day: float, trade: Trade) -> tuple[Floats, Floats] | None:
    """Sessions a day per shop: of all its own accounts together, and of each of its creators.

    None where the market does not say what a session sells.
    """
    if trade.session_fen is None:
        return None
    rates = np.zeros((2, people.shops.height))
    for shop, platform in enumerate(people.shops["platform_code"]):
        for row, channel in enumerate(("own_live", "creator_live")):
            share = mix_of(platform)[CHANNELS.index(channel)] * people.shop_weight[shop]
            rates[row, shop] = sessions_a_day(share * orders_a_day * ORDER_FEN, trade.session_fen)
        rates[1, shop] /= max(1, len(people.creators[shop]))
    return rates[0], rates[1]


def _to_silent_days(merchant: Ints, day: Ints, days: int) -> Ints:
    """By how many days each session moves, so that a merchant with enough of them is on air every evening:
    an evening without one takes one of the nearest evening that has several.
    """
    moved = np.zeros(len(day), dtype=np.int64)
    for mine in (np.flatnonzero(merchant == one) for one in np.unique(merchant)):
        on_air = np.bincount(day[mine], minlength=days)
        for silent in np.flatnonzero(on_air == 0):
            spare = mine[(on_air[day[mine]] > 1) & (moved[mine] == 0)]
            if len(spare):
                taken = spare[np.argmin(np.abs(day[spare] - silent))]
                on_air[day[taken]] -= 1
                moved[taken] = silent - day[taken]
    return moved


def _levelled(
    people: People, shop: Ints, account: Ints, day: Ints, length: Ints, pull: Floats, busy: Floats
) -> Floats:
    """``pull`` with a merchant's days brought nearer to how busy they are: buyers are shared by the sessions
    of an evening, and few of them wait for tomorrow's.
    """
    own = np.isin(account, [row for rows in people.own_accounts for row in rows])
    mixes = np.array([mix_of(platform) for platform in people.shops["platform_code"]])
    kind = np.where(own, CHANNELS.index("own_live"), CHANNELS.index("creator_live"))
    sold, cell = pull * length, shop * 2 + own
    of_cell = np.bincount(cell, sold)[cell]
    orders = people.shop_weight[shop] * mixes[shop, kind] * sold / np.where(of_cell > 0, of_cell, 1.0)
    merchant = people.shop_merchant[shop]
    place = merchant * len(busy) + day
    found = np.bincount(place, orders)[place]
    wanted = np.bincount(merchant, orders)[merchant] * busy[day] / busy.sum()
    return pull * np.where(found > 0, wanted / np.where(found > 0, found, 1.0), 1.0) ** _SHARED


_Part = tuple[Ints, Ints, Ints, Ints, Floats]


def _own_sessions(
    rng: np.random.Generator,
    shop: int,
    account: int,
    order: int,
    starts: Ints,
    busy: Floats,
    often: float | None,
    spread: float,
) -> _Part:
    usual = (0.9, 0.55, 0.4)[order]
    # a shop's first account takes what it can, the others what is left of it
    on_air = (
        rng.random(len(starts)) < usual
        if often is None
        else _evenly(rng, float(np.clip(often - 0.9 * order, 0.0, 0.9)), len(starts))
    )
    started = starts + (17.5 * HOUR + rng.beta(2.0, 2.0, len(starts)) * 4 * HOUR).astype(np.int64)
    ended = started + rng.integers(150 * 60, 6 * HOUR, len(starts))
    pull = _pull(rng, len(starts), busy, spread) * (1.0, 0.45, 0.3)[order]
    if order == 0:  # one session of every shop surely runs over midnight and sells
        planted = min(1, len(starts) - 1)
        on_air[planted] = True
        started[planted] = starts[planted] + 21 * HOUR + 30 * 60
        ended[planted] = starts[planted] + DAY + 75 * 60
        pull[planted] = 3.0
    kept = np.flatnonzero(on_air)
    return np.full(len(kept), shop), np.full(len(kept), account), started[kept], ended[kept], pull[kept]


def _creator_sessions(
    rng: np.random.Generator,
    shops: Ints,
    account: int,
    starts: Ints,
    busy: Floats,
    often: Floats | None,
    spread: float,
) -> _Part:
    usual = min(0.2 + 0.12 * len(shops), 0.7)
    on_air = (
        rng.random(len(starts)) < usual
        if often is None
        else _evenly(rng, min(float(often.sum()), 0.9), len(starts))
    )
    shop: Ints = shops[
        rng.integers(0, len(shops), len(starts))
        if often is None
        else rng.choice(len(shops), len(starts), p=often / often.sum())
    ]
    # each client is served early on, whatever the dice say
    forced = np.arange(min(len(shops), len(starts)))
    on_air[forced] = True
    shop[forced] = shops[forced]
    started = starts + rng.integers(12 * HOUR, 21 * HOUR, len(starts))
    ended = started + rng.integers(100 * 60, 5 * HOUR, len(starts))
    pull = _pull(rng, len(starts), busy, spread) * rng.lognormal(0.0, 0.5)
    kept = np.flatnonzero(on_air)
    return shop[kept], np.full(len(kept), account), started[kept], ended[kept], pull[kept]


def _evenly(rng: np.random.Generator, often: float, days: int) -> Bools:
    """Days of a schedule of ``often`` sessions a day, kept as a house keeps its own: every second day, not
    two weeks full and two empty.
    """
    due: Bools = np.diff(np.floor(rng.random() + often * np.arange(days + 1))) > 0
    return due


def _pull(rng: np.random.Generator, count: int, busy: Floats, spread: float) -> Floats:
    """Heavy right tail, as session revenue has; one in twenty-five sells nothing."""
    pull: Floats = rng.lognormal(0.0, spread, count) * busy
    pull[rng.random(count) < 0.04] = 0.0
    return pull


def session_frame(
    rng: np.random.Generator, people: People, sessions: Sessions, lines: pl.DataFrame
) -> pl.DataFrame:
    """The contract's ``sessions``: who and when, and final traffic counts that are large enough for the
    orders in ``lines``.
    """
    sold = lines.filter(~pl.col("is_gift")).group_by("session_ref").agg(orders=pl.col("order_id").n_unique())
    frame = pl.DataFrame(
        {
            "session_ref": as_text(sessions.session_ref),
            "room_id": as_text(sessions.room_id),
            "started_at": instants(sessions.started),
            "ended_at": instants(sessions.ended),
            "shop": sessions.shop,
            "account": sessions.account,
        }
    ).join(sold, on="session_ref", how="left", maintain_order="left")
    orders = frame["orders"].fill_null(0).to_numpy()
    shops, accounts = people.shops[sessions.shop], people.accounts[sessions.account]
    title = pl.concat_str(
        pl.col("started_at").dt.convert_time_zone(ZONE_NAME).dt.strftime("%-m月%-d日 "),
        "live_account_name",
        pl.lit(" 上新专场"),
    )
    return (
        frame.with_columns(shops.select("merchant_id", "shop_id", "platform_code"))
        .with_columns(accounts.select("live_account_id", "live_account_name",
                is_own=pl.col("is_own_of_shop")))
        .with_columns(session_name=title)
        .with_columns(_traffic(rng, orders))
        .select(
            "merchant_id", "shop_id", "platform_code", "session_ref", "room_id", "live_account_id",
            "live_account_name", "is_own", "session_name",
            "started_at", "ended_at", "exposure_qty", "exposure_viewers_qty", "views_qty", "viewers_qty",
            "product_exposure_qty",
            "product_exposure_viewers_qty", "product_click_qty", "product_click_viewers_qty",
            "average_watch_qty",
        )
    )  # fmt: skip


def _traffic(rng: np.random.Generator, orders: Ints) -> pl.DataFrame:
    """A funnel built from its end: buyers < people who clicked < people who saw the product < viewers <
    people who saw the room.
    """
    count = len(orders)

    def widen(base: Floats, low: float, high: float) -> Floats:
        return np.ceil(base * rng.uniform(low, high, count))

    clickers = widen(orders + rng.lognormal(3.0, 0.8, count), 8.0, 20.0)
    seers = widen(clickers, 1.8, 3.0)
    viewers = widen(seers, 1.3, 2.0)
    passers = widen(viewers, 2.5, 5.0)
    columns = {
        "exposure_qty": widen(passers, 1.2, 1.8),
        "exposure_viewers_qty": passers,
        "views_qty": widen(viewers, 1.15, 1.6),
        "viewers_qty": viewers,
        "product_exposure_qty": widen(seers, 2.0, 4.0),
        "product_exposure_viewers_qty": seers,
        "product_click_qty": widen(clickers, 1.2, 2.0),
        "product_click_viewers_qty": clickers,
        # a view lasts as long as the platform says with two decimals of a minute: a multiple of three seconds
        "average_watch_qty": 3 * np.clip(rng.lognormal(3.2, 0.5, count), 4, 200).round(),
    }
    return pl.DataFrame(columns).cast(pl.Int64)
