"""Who is who: merchants, shops and own accounts entered by hand, by an ingest, or from a market's list.

Every change is one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.errors import UsageError
from contracts.owners import unnamed_owner
from pipeline.house import writing
from warehouse import registry
from warehouse.lake import Lake
from warehouse.settings import Settings


@dataclass(frozen=True)
class Entry:
    """A shop to be entered, with its merchant and owner.

    Names not given are the ids; what is known keeps its name unless a new one is given.
    """

    merchant_id: str
    shop_id: str
    platform_code: str
    shop_name: str = ""
    merchant_name: str = ""
    owner_id: str = ""
    owner_name: str = ""
    platform_shop_id: str | None = None
    credential_ref: str | None = None


def register_shop(
    lake: Lake,
    merchant_id: str,
    shop_id: str,
    platform_code: str,
    *,
    at: dt.datetime,
    **given: Any,  # noqa: ANN401 - as Entry has them
) -> None:
    """``register_shops`` of one."""
    register_shops(lake, [Entry(merchant_id, shop_id, platform_code, **given)], at=at)


def register_shops(lake: Lake, entries: Sequence[Entry], *, at: dt.datetime) -> None:
    """Enter shops, and their merchants and owners where they are not known.

    Raises ``UsageError`` when a shop belongs to another merchant or platform.
    """
    with lake.transaction():
        merchants = {row["merchant_id"]: row for row in registry.merchants(lake).to_dicts()}
        shops = {(row["merchant_id"], row["shop_id"]): row for row in registry.shops(lake).to_dicts()}
        known = set(registry.owners(lake)["owner_id"])
        owners, people, places = {}, [], []
        for one in entries:
            merchant = merchants.get(one.merchant_id, {})
            owner = one.owner_id or merchant.get("owner_id") or unnamed_owner(one.merchant_id)
            if one.owner_name or owner not in known:
                owners[owner] = one.owner_name or owner
            name = one.merchant_name or merchant.get("merchant_name") or one.merchant_id
            people.append(registry.Merchant(one.merchant_id, name, owner))
            before = shops.get((one.merchant_id, one.shop_id), {})
            places.append(
                registry.Shop(
                    one.merchant_id,
                    one.shop_id,
                    one.platform_code,
                    one.shop_name or before.get("shop_name") or one.shop_id,
                    one.platform_shop_id or before.get("platform_shop_id"),
                    one.credential_ref or before.get("credential_ref"),
                )
            )
        registry.add_owners(lake, owners, at=at)
        registry.add_merchants(lake, people, at=at)
        registry.add_shops(lake, places, at=at)


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
    entries = [
        Entry(
            shop["merchant_id"],
            shop["shop_id"],
            shop["platform_code"],
            shop["shop_name"],
            platform_shop_id=shop["platform_shop_id"],
            credential_ref=shop.get("credential_ref", shop["shop_id"]),
            **{
                name: people[shop["merchant_id"]][name]
                for name in ("merchant_name", "owner_id", "owner_name")
            },
        )
        for shop in market["shops"]
    ]
    merchant_of = {shop["shop_id"]: shop["merchant_id"] for shop in market["shops"]}
    accounts = [
        registry.LiveAccount(
            merchant_of[item["shop_id"]],
            item["shop_id"],
            item["live_account_id"],
            item["live_account_name"],
        )
        for item in market["accounts"]
    ]
    with writing(settings) as lake, lake.transaction():
        register_shops(lake, entries, at=now)
        registry.add_live_accounts(lake, accounts, at=now)
