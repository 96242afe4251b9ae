"""What a market hands to whoever collects from it: who is who, and every shop's fresh access."""

from __future__ import annotations

from typing import Any

from simulator.market import Market
from simulator.world import World


def registry_of(market: Market) -> dict[str, list[dict[str, Any]]]:
    """``merchants``, ``shops`` and own ``accounts``; nothing secret."""
    return {
        "merchants": market.merchants.to_dicts(),
        "shops": market.shops.drop("app_key", "app_secret").to_dicts(),
        "accounts": market.accounts.filter(market.accounts["is_own_of_shop"]).to_dicts(),
    }


def credentials_of(market: Market, world: World, base: str) -> dict[str, dict[str, str]]:
    """Shop id → address under ``base``, key, secret and freshly issued tokens."""
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
        }
    return found
