"""How a market trades where figures of the trade are known: the one place of what calibrates a world.

``PLAIN`` is what every seed has always given. ``DEMO`` is the demo's: two merchants of the size of a house in
Baiyun, with figures a merchant recognises; tests/simulator/test_simulator_trade.py holds it to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.history.clock import DAY, Bools, Floats, Ints, day_factors, midnights
from simulator.history.panel import Panel

Range = tuple[float, float]


@dataclass(frozen=True)
class Wave:
    """Parcels of a sale that come back late and together: ``share`` of the kept orders paid ``paid_ago`` days
    before the market's end (from, to) are refunded within ``back_ago`` days before it.
    """

    share: float
    paid_ago: Range
    back_ago: Range


@dataclass(frozen=True)
class Trade:
    """What a world is calibrated to; a default leaves it as every seed has always given it.

    ``lead_shares``: share of all orders of the first merchants, in turn. ``session_fen``: mean paid value of
    a session; ``session_spread``: how uneven sessions are (sigma of a log-normal). ``ad_share``: advertising
    a day as a share of what was paid; ``ad_sold``: what it is reported to have sold, likewise.
    ``cover_days``: days of sales a SKU has in store. ``sale_ago``: days before the end (from, to, whole) of a
    sale beside those of the calendar. ``satang_odd``: satang for one fen on odd days of the year (5 on even
    ones): 4 swings by 20 % a day, so that a wrong day shows; 5 holds still.
    ``postage_share``: orders whose buyer pays the postage. ``panel``: who is in the market where it is that
    of a whole district.
    """

    lead_shares: tuple[float, ...] = ()
    session_fen: int | None = None
    session_spread: float = 0.9
    ad_share: Range | None = None
    ad_sold: Range = (0.0, 0.0)
    cover_days: Range | None = None
    sale_ago: tuple[int, int] | None = None
    wave: Wave | None = None
    satang_odd: int = 4
    postage_share: float = 0.04
    panel: Panel | None = None

    def busy(self, now: int, days: int) -> Floats:
        """How busy each of the ``days`` before ``now`` is: the week, the calendar's promotions, the sale."""
        starts = midnights(now, days)
        level = 1.0 if self.panel is None else self.panel.level(starts, now)
        return day_factors(starts, self.on_sale(days)) * level

    def on_sale(self, days: int) -> Bools:
        """Whether each of the last ``days`` days, the oldest first, lies in the sale."""
        ago = np.arange(days - 1, -1, -1)
        first, last = self.sale_ago or (-1, 0)
        inside: Bools = (ago <= first) & (ago >= last)
        return inside


PLAIN = Trade()
DEMO = Trade(
    lead_shares=(0.39, 0.38),
    session_fen=1_150_000,
    session_spread=0.55,
    ad_share=(0.16, 0.24),
    ad_sold=(0.72, 0.80),
    cover_days=(4.0, 40.0),
    sale_ago=(25, 19),
    wave=Wave(share=0.4, paid_ago=(26.0, 18.5), back_ago=(1.3, 0.05)),
    satang_odd=5,
)
#: Small merchants of a whole district, over years: sessions are rare and much alike, postage is free.
DISTRICT = Trade(session_fen=1_150_000, session_spread=0.2, postage_share=0.0, panel=Panel())
TRADES = {"plain": PLAIN, "demo": DEMO}

#: Mean paid value of an order that is placed, unpaid ones included: the catalogue's median price of ¥129,
#: its spread, discounts, pieces and lines of an order.
ORDER_FEN = 15_900
#: However little a shop sells, it is on air about once a week.
LEAST_SESSIONS_A_DAY = 0.15


def sessions_a_day(fen_a_day: float, session_fen: int) -> float:
    """How often a shop that sells ``fen_a_day`` on air goes on air, for sessions of ``session_fen``."""
    return max(fen_a_day / session_fen, LEAST_SESSIONS_A_DAY)


def late_returns(
    rng: np.random.Generator, wave: Wave, now: int, paid: Ints, candidates: Bools
) -> tuple[Ints, Ints, Ints, Ints]:
    """Rows of ``candidates`` that a wave brings back, and the moments of application, parcel and money."""
    ago = (now - paid) / DAY
    inside = candidates & (ago <= wave.paid_ago[0]) & (ago >= wave.paid_ago[1])
    rows = np.flatnonzero(inside & (rng.random(len(paid)) < wave.share))
    refunded = now - (rng.uniform(wave.back_ago[1], wave.back_ago[0], len(rows)) * DAY).astype(np.int64)
    back = refunded - (rng.uniform(2.0, 4.0, len(rows)) * DAY).astype(np.int64)
    applied = back - (rng.uniform(0.2, 1.5, len(rows)) * DAY).astype(np.int64)
    return rows, applied, back, refunded
