"""A simulated market and the ways its figures reach a warehouse, for tests of the whole path. The truth comes from the simulator alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from metrics.access import Viewer
from metrics.ask import ask
from pipeline.exchange import import_rates
from pipeline.registering import register_market
from simulator.clock import ZONE
from simulator.files import write_files
from simulator.handout import registry_of, write_rates
from simulator.market import Market, build_market
from simulator.platforms import FACTS
from simulator.truth import truth
from warehouse.settings import Settings

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
DAYS = 30
FIRST = (NOW - dt.timedelta(days=DAYS + 1)).date()
#: The platforms attribute a sale to its channel the next day; a month later every refund is told too.
LATER = NOW + dt.timedelta(days=32)
BY_DAY, BY_CHANNEL = ("shop", "date"), ("shop", "channel", "date")
MONEY = (
    "paid_gmv", "refunds", "refunds_before_shipment", "refunds_after_shipment", "net_by_order_date", "net_by_refund_date", "paid_orders", "units", "aov",
    "return_rate_value",
)  # fmt: skip
SESSIONS = ("gpm", "net_gpm")
_TRUTH_NAME = {"shop": "shop_id", "platform": "platform_code", "channel": "channel_code", "date": "date"}
_EVERY = frozenset(FACTS)


@dataclass(frozen=True)
class Way:
    """What one way into the house can tell, as far as each platform's README says: whatever is not named here must come out as untold, never as wrong.

    ``channels``: platforms that tell every sale's channel. ``stages``, ``refund_days``: that tell of every refund whether it came before shipment, and its
    day. ``rooms``: platform → channels whose sessions come with their views.
    """

    channels: frozenset[str]
    stages: frozenset[str]
    refund_days: frozenset[str]
    rooms: Mapping[str, frozenset[str]]

    def tells(self, metric: str, by: tuple[str, ...]) -> frozenset[str]:
        """The platforms of which ``metric`` by ``by`` must equal the truth."""
        told = self.channels if "channel" in by else _EVERY
        if metric in ("refunds_before_shipment", "refunds_after_shipment"):
            told &= self.stages
        return told & self.refund_days if metric == "net_by_refund_date" else told


_LIVE = frozenset({"own_live", "creator_live"})
#: Kuaishou, Pinduoduo and Xiaohongshu with the after-sales of the merchant's ERP. TikTok Shop's order file tells of a refund its amount alone.
FILES = Way(
    _EVERY - {"wechat_channels", "xiaohongshu"}, _EVERY - {"tiktok_shop"}, _EVERY - {"tiktok_shop"}, {"douyin": _LIVE, "taobao": frozenset({"own_live"})}
)
#: WeChat's sessions come with viewers, not views.
API = Way(_EVERY - {"taobao", "pinduoduo", "tiktok_shop"}, _EVERY, _EVERY, {})


def small_market(seed: int = 3, lines: int = 2_500, merchants: int = 5, platforms: Sequence[str] = ("douyin", "taobao")) -> Market:
    """By default five merchants with seven shops; two merchants have three, on both platforms."""
    return build_market(seed, merchants, DAYS, lines, now=NOW, platforms=platforms)


def settle(settings: Settings, market: Market) -> None:
    """Register everybody of the market, and the rates of its currencies."""
    register_market(settings, registry_of(market), at=NOW - dt.timedelta(days=100))
    if "tiktok_shop" in market.shops["platform_code"]:
        write_rates(market, settings.home / "rates.csv")
        import_rates(settings, settings.home / "rates.csv")


def downloads(market: Market, folder: Path, at: dt.datetime, first: dt.date = FIRST, last: dt.date | None = None) -> dict[str, list[Path]]:
    """What every shop downloads at ``at``: shop id → files, written under ``folder``."""
    found: dict[str, list[Path]] = {}
    for path in write_files(market, folder / f"{at:%Y%m%d%H%M}", at, first, last or at.date()):
        found.setdefault(path.parts[-2], []).append(path)
    return found


def differences(settings: Settings, market: Market, at: dt.datetime, metrics: Sequence[str], by: tuple[str, ...], *, as_of: int | None = None) -> pl.DataFrame:
    """Cells (``metric``, ``platform``, those of ``by``, ``truth``, ``told``) in which ``ask`` and the simulator's truth differ. Empty when all agree.

    Money and counts to the unit, fractions to 1e-12; a cell nobody tells is zero, or null where it is a ratio.
    """
    first, last = FIRST - dt.timedelta(days=60), at.date() + dt.timedelta(days=1)
    viewers = [Viewer(settings.place, "test", "merchant", merchant) for merchant in market.merchants["merchant_id"]]
    got = pl.concat([ask(viewer, metrics, by=by, period=(first, last), as_of=as_of).rows for viewer in viewers])
    platform = market.shops.select(shop="shop_id", platform="platform_code")
    wrong = [_wrong(truth(market, at, metric, [_TRUTH_NAME[name] for name in by], first, last), got, metric, by) for metric in metrics]
    return pl.concat(wrong).join(platform, on="shop", how="left").select("metric", "platform", *by, "truth", "told")


def _wrong(expected: pl.DataFrame, got: pl.DataFrame, metric: str, by: tuple[str, ...]) -> pl.DataFrame:
    true = expected.select(**{name: _TRUTH_NAME[name] for name in by}, truth=pl.col("value").cast(pl.Float64))
    empty = pl.lit(None) if metric in ("aov", "return_rate_value", *SESSIONS) else pl.lit(0)
    told = got.select(*by, told=pl.col(metric).cast(pl.Float64))  # whole numbers below 2^53 stay what they are
    joined = true.join(told, on=list(by), how="full", coalesce=True).with_columns(pl.col("truth", "told").fill_null(empty))
    near = (pl.col("truth") - pl.col("told")).abs() <= (1e-12 if metric == "return_rate_value" else 0)
    same = near.fill_null(pl.col("truth").is_null() & pl.col("told").is_null())
    return joined.filter(~same).select(*by, "truth", "told", metric=pl.lit(metric))


def lies(way: Way, wrong: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """Of ``differences``, the cells which ``way`` claims to tell."""
    claimed = pl.DataFrame(
        [(metric, platform) for metric in MONEY for platform in way.tells(metric, by)], schema={"metric": pl.String, "platform": pl.String}, orient="row"
    )
    return wrong.join(claimed, on=["metric", "platform"], how="semi")


def lookup(found: Mapping[str, Mapping[str, str]]):  # noqa: ANN201
    """A secrets source over ``keys``."""
    return found.__getitem__
