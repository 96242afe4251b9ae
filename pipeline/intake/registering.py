"""Who is who: merchants, shops and own accounts entered by hand, by an ingest, or from a market's list.

Every change is one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.errors import UsageError
from pipeline.house import writing
from warehouse import registry
from warehouse.lake import Lake
from warehouse.settings import Settings


def register_shop(
    lake: Lake,
    merchant_id: str,
    shop_id: str,
    platform_code: str,
    *,
    at: dt.datetime,
    shop_name: str = "",
    merchant_name: str = "",
    owner_id: str = "",
    owner_name: str = "",
    platform_shop_id: str | None = None,
    credential_ref: str | None = None,
) -> None:
    """Enter a shop, and its merchant and owner where they are not known.

    Names not given are the ids; what is known keeps its name unless a new one is given.

    Raises ``UsageError`` when the shop belongs to another merchant or platform.
    """
    with lake.transaction():
        known = {str(row["merchant_id"]): row for row in registry.merchants(lake).iter_rows(named=True)}.get(
            merchant_id, {}
        )
        owner = owner_id or str(known.get("owner_id") or f"owner-{merchant_id}"[:41])
        if owner_name or owner not in registry.owners(lake)["owner_id"]:
            registry.add_owner(lake, owner, owner_name or owner, at=at)
        registry.add_merchant(
            lake,
            merchant_id,
            merchant_name or str(known.get("merchant_name") or merchant_id),
            owner_id=owner,
            at=at,
        )
        before = {
            str(row["shop_id"]): row for row in registry.shops(lake, merchant_id).iter_rows(named=True)
        }.get(shop_id, {})
        registry.add_shop(
            lake,
            merchant_id,
            shop_id,
            platform_code=platform_code,
            shop_name=shop_name or str(before.get("shop_name") or shop_id),
            at=at,
            platform_shop_id=platform_shop_id or before.get("platform_shop_id"),
            credential_ref=credential_ref or before.get("credential_ref"),
        )


def register_market(
    settings: Settings, market: Mapping[str, Sequence[Mapping[str, Any]]], *, at: dt.datetime | None = None
) -> None:
    """Enter everybody of a market: ``merchants`` (merchant_id, merchant_name, owner_id, owner_name),
    ``shops`` and own ``accounts``.

    A shop's ``credential_ref`` is its id unless given; None is a shop nobody collects from. Entering the same
    market again changes nothing.
    """
    if not {"merchants", "shops", "accounts"} <= set(market):
        raise UsageError(
            "BAD_REGISTRY", "登记清单缺少部分", "the registry list lacks a part", parts=sorted(market)
        )
    now = at or dt.datetime.now(dt.UTC)
    people = {row["merchant_id"]: row for row in market["merchants"]}
    with writing(settings) as lake, lake.transaction():
        for shop in market["shops"]:
            person = people[shop["merchant_id"]]
            register_shop(
                lake,
                shop["merchant_id"],
                shop["shop_id"],
                shop["platform_code"],
                at=now,
                shop_name=shop["shop_name"],
                merchant_name=person["merchant_name"],
                owner_id=person["owner_id"],
                owner_name=person["owner_name"],
                platform_shop_id=shop["platform_shop_id"],
                credential_ref=shop.get("credential_ref", shop["shop_id"]),
            )
        merchant_of = {shop["shop_id"]: shop["merchant_id"] for shop in market["shops"]}
        for account in market["accounts"]:
            merchant = merchant_of[account["shop_id"]]
            registry.add_live_account(
                lake,
                merchant,
                account["shop_id"],
                account["live_account_id"],
                at=now,
                live_account_name=account["live_account_name"],
            )
