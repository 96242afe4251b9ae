"""What a market hands to whoever collects from it: who is who, the rates of its currencies, and every shop's
fresh access.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from simulator.history.market import Market
from simulator.history.platforms import thb_rates
from simulator.world import World


def registry_of(*markets: Market) -> dict[str, list[dict[str, Any]]]:
    """``merchants``, ``shops`` and own ``accounts``; nothing secret."""
    return {
        "merchants": [row for market in markets for row in market.merchants.to_dicts()],
        "shops": [row for market in markets for row in market.shops.drop("app_key", "app_secret").to_dicts()],
        "accounts": [
            row
            for market in markets
            for row in market.accounts.filter(market.accounts["is_own_of_shop"]).to_dicts()
        ],
    }


def write_rates(market: Market, path: Path) -> None:
    """Every day's rate of the currencies of the market's shops, as CSV ``date,currency,rate``: from its first
    order until well after its end.
    """
    first: dt.date = market.lines.select(pl.col("created_at").dt.date().min()).item()
    ends = first - dt.timedelta(days=1), market.now.date() + dt.timedelta(days=60)
    rates = thb_rates(*ends, satang_odd=market.trade.satang_odd)
    rates.rename({"rate_date": "date", "currency_code": "currency", "rate_text": "rate"}).write_csv(path)


def credentials_of(market: Market, world: World, base: str) -> dict[str, dict[str, str]]:
    """Shop id → address under ``base``, key, secret and freshly issued tokens, with their end by the clock of
    whoever collects (the real one).
    """
    found = {}
    for shop in market.shops.iter_rows(named=True):
        token = world.tokens.issue(shop["shop_id"])
        found[shop["shop_id"]] = {
            "base_url": f"{base}/{shop['platform_code']}",
            "app_key": shop["app_key"],
            "app_secret": shop["app_secret"],
            "access_token": token.access_token,
            "refresh_token": token.refresh_token,
            "platform_shop_id": shop["platform_shop_id"],
            "expires_at": (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=token.expires_in)).isoformat(),
        }
    return found
