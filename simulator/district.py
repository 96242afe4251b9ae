"""The association's panel beside the demo's merchants: a market of its own, of small merchants over years,
who download orders and after-sales and let nobody collect.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from simulator.files import write_files
from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market
from simulator.history.trade import DISTRICT

#: Whole months of history, and lines a merchant has in them before those of closed shops are left out.
MONTHS, LINES_EACH = 26, 900
#: The part of a month before the whole ones: in its days the first sessions are planted.
_BEFORE = dt.timedelta(days=20)
_DAY = dt.timedelta(days=1)
_UNGIVEN = ("sessions", "settlements", "insurance", "ads", "funds")


def first_date(now: dt.datetime) -> dt.date:
    """The day on which the panel's history begins."""
    today = now.astimezone(ZONE).date()
    months = today.year * 12 + today.month - 1 - MONTHS
    return dt.date(months // 12, months % 12 + 1, 1) - _BEFORE


def build_district(seed: int, merchants: int, now: dt.datetime) -> Market:
    """A panel of ``merchants``, the same for the same arguments."""
    days = (now.astimezone(ZONE).date() - first_date(now)).days
    return build_market(seed, merchants, days, merchants * LINES_EACH, now=now, trade=DISTRICT)


def only(market: Market, merchants: Sequence[str]) -> Market:
    """``market`` as far as some of its merchants are seen: the others still share its creators and buyers."""
    mine = pl.col("merchant_id").is_in(merchants)
    shops = market.shops.filter(mine)
    seen = pl.col("shop_id").is_null() | pl.col("shop_id").is_in(shops["shop_id"].to_list())
    return replace(
        market,
        merchants=market.merchants.filter(mine),
        shops=shops,
        accounts=market.accounts.filter(seen),
    )


def districts(seed: int, merchants: int, now: dt.datetime) -> Iterator[Market]:
    """The panel, where one is wanted."""
    if merchants:
        yield build_district(seed, merchants, now)


def write_panel(market: Market, out: Path) -> list[Path]:
    """What the panel's merchants have in hand at the market's end, of the days before; the paths."""
    given = replace(market, **{name: getattr(market, name).clear() for name in _UNGIVEN})
    return write_files(given, out, market.now, first_date(market.now), market.now.date() - _DAY)
