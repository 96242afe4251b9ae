"""Canonical rows off the simulated market by the ways a merchant's data really come, and the daily mart's
answers to the truth's metrics.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
from transforms_cases import OWN_ACCOUNT, Arrivals

from connectors.base import platforms
from connectors.http import Client, Credentials
from connectors.reading import Origin, read_file, read_pages
from contracts.canonical import SILVER
from simulator.history.market import Market
from simulator.server import World, simulators


def market_own_accounts(market: Market) -> pl.DataFrame:
    """Own accounts as the registry would list them."""
    of_shop = market.shops.select("shop_id", "merchant_id")
    return market.accounts.filter("is_own_of_shop").join(of_shop, on="shop_id").select(list(OWN_ACCOUNT))


def _conformed(platform: str, kind: str, bronze: pl.DataFrame) -> Arrivals:
    frames = platforms()[platform].conform(kind, bronze)
    return [
        (name, SILVER[name].shape(frame.with_columns(_last_observed_at="_observed_at")))
        for name, frame in frames.items()
    ]


def by_files(
    market: Market, platform: str, moment: dt.datetime, first: dt.date, last: dt.date
) -> dict[str, Arrivals]:
    """Kind of export → canonical rows of what every shop of the platform downloads at ``moment``."""
    found: dict[str, Arrivals] = {}
    for shop in market.shops.filter(pl.col("platform_code") == platform).iter_rows(named=True):
        for name, data in (
            simulators()[platform].export_files(market, shop["shop_id"], moment, first, last).items()
        ):
            reading = read_file(
                data,
                Origin(shop["merchant_id"], shop["shop_id"], hashlib.sha256(data).hexdigest(), name, moment),
            )
            assert reading.quarantine.is_empty(), reading.quarantine
            found.setdefault(reading.layout.kind, []).extend(
                _conformed(platform, reading.layout.kind, reading.bronze)
            )
    return found


def by_api(
    base: str, world: World, platform: str, start: dt.datetime, end: dt.datetime
) -> dict[str, Arrivals]:
    """Kind → canonical rows of what the open platform answers for every shop and updates in ``[start,
    end)``.
    """
    found: dict[str, Arrivals] = {}
    for shop in world.market.shops.filter(pl.col("platform_code") == platform).iter_rows(named=True):
        token = world.tokens.issue(shop["shop_id"])
        keys = Credentials(
            f"{base}/{platform}", shop["app_key"], shop["app_secret"], token.access_token, token.refresh_token
        )
        made = platforms()[platform].api
        assert made is not None
        api = made(Client(), keys)
        for kind in platforms()[platform].api_kinds:
            bodies = list(api.pages(kind, start, end))
            pages = [
                (
                    Origin(
                        shop["merchant_id"], shop["shop_id"], hashlib.sha256(body).hexdigest(), kind, end, end
                    ),
                    api.records(kind, body),
                )
                for body in bodies
            ]
            filled = [page for page in pages if page[1]]
            if filled:
                reading = read_pages(platforms()[platform], kind, filled)
                assert reading.quarantine.is_empty(), reading.quarantine
                found.setdefault(kind, []).extend(_conformed(platform, kind, reading.bronze))
    return found


@dataclass(frozen=True)
class Observations:
    """Of each platform and moment: kind → rows, by files and by API."""

    market: Market
    now: dt.datetime
    earlier: dt.datetime
    first: dt.date
    last: dt.date
    files: dict[tuple[str, dt.datetime], dict[str, Arrivals]]
    api: dict[tuple[str, dt.datetime], dict[str, Arrivals]]

    def rows(self, platform: str, *ways: str, moment: dt.datetime | None = None) -> Arrivals:
        """Rows that came by the given ways at ``moment`` (default: now): ``files`` or ``api``, or one kind of
        them, as in ``files.orders``.
        """
        found: Arrivals = []
        for way in ways:
            source, _, kind = way.partition(".")
            kinds = (self.files if source == "files" else self.api)[platform, moment or self.now]
            found += [rows for name, arrivals in kinds.items() if kind in ("", name) for rows in arrivals]
        return found


#: Truth's metric → the daily mart's answer.
MEASURES: dict[str, pl.Expr] = {
    "paid_gmv": pl.col("paid_fen").sum(),
    "refunds": pl.col("cohort_refund_fen").sum(),
    "refunds_before_shipment": pl.col("cohort_refund_before_fen").sum(),
    "refunds_after_shipment": pl.col("cohort_refund_after_fen").sum(),
    "net_by_order_date": pl.col("paid_fen").sum() - pl.col("cohort_refund_fen").sum(),
    "net_by_refund_date": pl.col("paid_fen").sum() - pl.col("dated_refund_fen").sum(),
    "paid_orders": pl.col("paid_orders_qty").sum(),
    "units": pl.col("units_qty").sum(),
}


def answers(daily: pl.DataFrame, metric: str, by: Iterable[str]) -> dict[tuple[Any, ...], int]:
    """The daily mart's answer per cell of ``by`` (``date`` = business date); cells of nothing are left
    out.
    """
    cells = daily.rename({"business_date": "date"}).group_by(list(by)).agg(value=MEASURES[metric])
    return {row[:-1]: row[-1] for row in cells.iter_rows() if row[-1]}
