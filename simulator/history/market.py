"""``build_market``: one seeded, finished history of a market.

``Market``: its frames, and the same as of any moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from simulator.history import (
    asof,
    fates,
    ledgers,
    lines,
    orders,
    people,
    refunds,
    sessions,
    settlements,
    store,
)
from simulator.history.catalogue import make_catalogue
from simulator.history.clock import ZONE, to_seconds
from simulator.history.moods import CALM, Mood
from simulator.history.platforms import FACTS
from simulator.history.trade import PLAIN, Trade


@dataclass(frozen=True, eq=False, repr=False)
class Market:
    """A market whose whole story is known, also what happens after ``now``: no order is created after it, but
    shipments and refunds go on for weeks.

    Ids are text, money integer fen, times Asia/Shanghai; null = never. Use the ``*_at`` methods for what
    could be known at a moment. ``deliveries`` into the stores are known of calibrated worlds alone.
    """

    seed: int
    now: dt.datetime
    merchants: pl.DataFrame
    shops: pl.DataFrame
    accounts: pl.DataFrame
    skus: pl.DataFrame
    sessions: pl.DataFrame
    lines: pl.DataFrame
    refunds: pl.DataFrame
    settlements: pl.DataFrame
    insurance: pl.DataFrame
    ads: pl.DataFrame
    funds: pl.DataFrame
    trade: Trade = PLAIN
    deliveries: pl.DataFrame | None = None

    def __repr__(self) -> str:
        return (
            f"Market(seed={self.seed}, now={self.now}, shops={self.shops.height}, lines={self.lines.height})"
        )

    @cached_property
    def _shares(self) -> dict[str, dict[str, pl.DataFrame]]:
        """Frame name → shop → its rows."""
        frames = {"lines": self.lines, "refunds": self.refunds, "sessions": self.sessions}
        frames |= {
            "settlements": self.settlements,
            "insurance": self.insurance,
            "ads": self.ads,
            "funds": self.funds,
        }
        parts = {name: frame.partition_by("shop_id", as_dict=True) for name, frame in frames.items()}
        return {name: {str(key[0]): part for key, part in found.items()} for name, found in parts.items()}

    def _of(self, name: str, frame: pl.DataFrame, shop_id: str) -> pl.DataFrame:
        return self._shares[name].get(shop_id, frame.clear())

    def lines_at(self, shop_id: str, at: dt.datetime) -> pl.DataFrame:
        """Lines created by ``at``, in order of creation, later timestamps nulled and nothing paid that was
        not yet paid.

        Adds ``order_status_code`` (line), ``order_order_status_code`` (main order), ``refunded_fen``,
        ``refund_status_code``, ``updated_at``.
        """
        return asof.lines_as_of(self._of("lines", self.lines, shop_id), self.refunds_at(shop_id, at), at)

    def refunds_at(self, shop_id: str, at: dt.datetime) -> pl.DataFrame:
        """After-sales applied for by ``at``, later moments nulled, plus ``refund_status_code`` and
        ``updated_at``.
        """
        return asof.refunds_as_of(self._of("refunds", self.refunds, shop_id), at)

    def sessions_at(self, shop_id: str, at: dt.datetime) -> pl.DataFrame:
        """Sessions ended by ``at`` plus the ``reported_*`` figures the platform would show then."""
        found = self._of("sessions", self.sessions, shop_id)
        return asof.sessions_as_of(found, self.lines_at(shop_id, at), self.refunds_at(shop_id, at), at)

    def settlements_at(self, shop_id: str, at: dt.datetime) -> pl.DataFrame:
        """Payouts and take-backs made by ``at``."""
        return self._of("settlements", self.settlements, shop_id).filter(
            pl.col("settled_at") <= at.astimezone(ZONE)
        )

    def insurance_at(self, shop_id: str, at: dt.datetime) -> pl.DataFrame:
        """Insurances taken out by ``at``."""
        return self._of("insurance", self.insurance, shop_id).filter(
            pl.col("insured_at") <= at.astimezone(ZONE)
        )

    def ads_at(self, shop_id: str, at: dt.datetime) -> pl.DataFrame:
        """Advertising of the days before ``at``'s: the platforms tell finished days."""
        return self._of("ads", self.ads, shop_id).filter(pl.col("ad_date") < at.astimezone(ZONE).date())

    def funds_at(self, shop_id: str, at: dt.datetime) -> pl.DataFrame:
        """Movements of the account by ``at``."""
        return self._of("funds", self.funds, shop_id).filter(pl.col("moved_at") <= at.astimezone(ZONE))


def build_market(
    seed: int = 1,
    merchants: int = 12,
    days: int = 90,
    lines: int = 200_000,
    *,
    now: dt.datetime,
    platforms: Sequence[str] = tuple(FACTS),
    mood: Mood = CALM,
    trade: Trade = PLAIN,
) -> Market:
    """A market of about ``lines`` order lines created in the ``days`` before ``now`` (aware; cut to whole
    seconds).

    The same arguments give the same frames, row for row; a ``mood`` changes what is sent back and nothing
    that is bought; ``trade`` is what the world is calibrated to. ValueError for a naive ``now`` or sizes
    below one.
    """
    if set(platforms) - set(FACTS) or not platforms:
        raise ValueError(f"no such platform among {list(platforms)}")
    if min(merchants, days, lines) < 1:
        raise ValueError("merchants, days and lines are at least one")
    second = to_seconds(now)
    return _assemble(seed, (merchants, tuple(platforms)), (second, days), lines, mood, trade)


def _assemble(
    seed: int,
    who: tuple[int, tuple[str, ...]],
    span: tuple[int, int],
    lines_qty: int,
    mood: Mood,
    trade: Trade,
) -> Market:
    second, days = span
    orders_qty = max(1, round(lines_qty / lines.LINES_PER_ORDER))

    def dice(stage: int) -> np.random.Generator:
        return np.random.default_rng([seed, stage])

    cast = people.make_people(dice(1), *who, trade.lead_shares, trade.panel)
    goods = make_catalogue(dice(2), cast, lines_qty, trade.panel, second)
    aired = sessions.make_sessions(dice(3), cast, second, days, orders_qty / days, trade)
    bought = orders.make_orders(dice(4), cast, aired, orders_qty, second, days, trade)
    parts = lines.make_lines(dice(5), cast, goods, bought, trade.postage_share)
    life = fates.make_life(dice(6), cast, bought, parts, mood, (second, trade.wave) if trade.wave else None)
    ids = lines.line_ids(dice(7), cast, bought, parts)
    traffic = lines.paid_traffic_flags(dice(8), cast, bought, parts)
    line_frame = lines.line_frame(
        cast, goods, aired, bought, parts, ids, (life.shipped, life.finished, life.closed), traffic
    )
    refund_frame = refunds.refund_frame(dice(9), line_frame, refunds.make_applications(dice(10), parts, life))
    settled = settlements.settlement_frame(dice(12), line_frame, refund_frame)
    insured = ledgers.insurance_frame(dice(13), line_frame)
    advertised = ledgers.ads_frame(dice(14), line_frame, trade)
    skus, delivered = store.filled(dice(17), goods.skus, (line_frame, refund_frame), span, trade.cover_days)
    return Market(
        seed=seed,
        now=dt.datetime.fromtimestamp(second, ZONE),
        merchants=cast.merchants,
        shops=cast.shops,
        accounts=cast.accounts,
        skus=skus,
        sessions=sessions.session_frame(dice(11), cast, aired, line_frame),
        lines=line_frame,
        refunds=refund_frame,
        settlements=settled,
        insurance=insured,
        ads=advertised,
        funds=ledgers.funds_frame(dice(15), settled, insured, advertised),
        trade=trade,
        deliveries=delivered,
    )
