"""A simulated market and the ways its figures reach a warehouse, for tests of the whole path. The truth comes from the simulator alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from metrics.access import Viewer
from metrics.ask import ask
from pipeline.registering import register_market
from simulator.clock import ZONE
from simulator.files import write_files
from simulator.handout import registry_of
from simulator.market import Market, build_market
from simulator.truth import truth
from warehouse.settings import Settings

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
DAYS = 30
FIRST = (NOW - dt.timedelta(days=DAYS + 1)).date()
#: The platforms attribute a sale to its channel the next day; a month later every refund is told too.
LATER = NOW + dt.timedelta(days=32)
TELL_CHANNELS = ("shop", "channel", "date")
MONEY = (
    "paid_gmv", "refunds", "refunds_before_shipment", "refunds_after_shipment", "net_by_order_date", "net_by_refund_date", "paid_orders", "units", "aov",
    "return_rate_value",
)  # fmt: skip
_TRUTH_NAME = {"shop": "shop_id", "platform": "platform_code", "channel": "channel_code", "date": "date"}


def small_market(seed: int = 3, lines: int = 2_500, merchants: int = 5) -> Market:
    """By default five merchants with seven shops; two merchants have three, on both platforms."""
    return build_market(seed, merchants, DAYS, lines, now=NOW)


def settle(settings: Settings, market: Market) -> None:
    """Register everybody of the market."""
    register_market(settings, registry_of(market), at=NOW - dt.timedelta(days=100))


def downloads(market: Market, folder: Path, at: dt.datetime, first: dt.date = FIRST, last: dt.date | None = None) -> dict[str, list[Path]]:
    """What every shop downloads at ``at``: shop id → files, written under ``folder``."""
    found: dict[str, list[Path]] = {}
    for path in write_files(market, folder / f"{at:%Y%m%d%H%M}", at, first, last or at.date()):
        found.setdefault(path.parts[-2], []).append(path)
    return found


def differences(settings: Settings, market: Market, at: dt.datetime, metric: str, by: tuple[str, ...], *, as_of: int | None = None) -> pl.DataFrame:
    """Cells in which ``ask`` and the simulator's truth differ; money and counts to the unit, fractions to 1e-12. Empty when all agree."""
    first, last = FIRST - dt.timedelta(days=60), at.date() + dt.timedelta(days=1)
    expected = truth(market, at, metric, [_TRUTH_NAME[name] for name in by], first, last).rename({_TRUTH_NAME[name]: name for name in by})
    parts = []
    for merchant in market.merchants["merchant_id"]:
        viewer = Viewer(settings.place, "test", "merchant", merchant)
        parts.append(ask(viewer, [metric], by=by, period=(first, last), as_of=as_of).rows)
    got = pl.concat(parts)
    empty = pl.lit(None) if metric in ("aov", "return_rate_value", "gpm", "net_gpm") else pl.lit(0)
    joined = expected.join(got, on=list(by), how="full", coalesce=True).with_columns(pl.col("value", metric).fill_null(empty))
    if metric == "return_rate_value":
        return joined.filter(((pl.col("value") - pl.col(metric)).abs() > 1e-12).fill_null(pl.col("value").is_null() != pl.col(metric).is_null()))
    return joined.filter(pl.col("value").ne_missing(pl.col(metric)))


def lookup(found: Mapping[str, Mapping[str, str]]):  # noqa: ANN201
    """A secrets source over ``keys``."""
    return found.__getitem__
