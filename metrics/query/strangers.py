"""Addresses that name what is another's: answered like any that names nothing, and told to the operator."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from metrics.query.access import Viewer
from metrics.query.memo import Memo
from metrics.query.released import read_once
from warehouse.accounts import security
from warehouse.accounts.file import seconds
from warehouse.accounts.security import Visit
from warehouse.lake import Lake
from warehouse.ops import MERCHANT, SHOP
from warehouse.place import Place

_OWNERS: Memo[dict[str, frozenset[str]]] = Memo(4)


def note_link(viewer: Viewer, visit: Visit, words: Collection[str]) -> bool:
    """Note that the viewer opened an address of whose ``words`` one is the id of another merchant or of its
    shop; whether one was.

    An operator may name any of them.
    """
    if viewer.role == "operator" or not words:
        return False
    found = sorted(_others(viewer, words))
    for word in found:
        security.note_opened(
            viewer.place, "foreign_link", viewer.name, replace(visit, device=word), seconds(None)
        )
    return bool(found)


def note_page(viewer: Viewer, visit: Visit, path: str) -> None:
    """Note that the viewer opened the page ``path``, which is another role's."""
    security.note_opened(
        viewer.place, "foreign_page", viewer.name, replace(visit, device=f"/{path}"), seconds(None)
    )


def _others(viewer: Viewer, words: Collection[str]) -> set[str]:
    """Those of ``words`` that are ids of other merchants or of their shops, and none of the viewer's own."""
    place = viewer.place
    if place.catalog_file and not place.catalog_file.exists():
        return set()
    owners = read_once(_OWNERS, place, "owners", lambda: _owners(place))
    return {word for word in words if owners.get(word) and viewer.merchant_id not in owners[word]}


def _owners(place: Place) -> dict[str, frozenset[str]]:
    """Id of a merchant, or of a shop (two merchants may call theirs alike) → whose it is."""
    with Lake.open(place) as lake:
        merchants = lake.read(MERCHANT, columns=["merchant_id"])["merchant_id"]
        shops = lake.read(SHOP, columns=["merchant_id", "shop_id"]).rows()
    found: dict[str, set[str]] = {merchant: {merchant} for merchant in merchants}
    for merchant, shop in shops:
        found.setdefault(shop, set()).add(merchant)
    return {name: frozenset(owners) for name, owners in found.items()}
