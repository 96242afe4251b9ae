"""What a hand-entered list does to published figures: the reason the restatement ledger gives, and for which
shops and orders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from contracts.canonical import ORDER, ORDER_LINE, SHOP
from warehouse import registry
from warehouse.lake import Lake

_SHOP_ID, _ORDER_ID = ["merchant_id", "shop_id"], [*SHOP, "order_id"]


def owners(lake: Lake, changed: pl.DataFrame) -> pl.DataFrame:
    """The merchants of changed entries; of entries of the whole house all of them."""
    if "merchant_id" in changed.columns:
        return changed.select("merchant_id").unique()
    everybody = registry.merchants(lake).select("merchant_id")
    return everybody if changed.height else everybody.clear()


def orders_of(lake: Lake, orders: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """Of ``orders`` those whose merchant has changed entries."""
    return orders.join(owners(lake, changed), on="merchant_id", how="semi")


def foreign_shops(lake: Lake, changed: pl.DataFrame) -> pl.DataFrame:
    """Shops that sell in another currency, when any rate changed."""
    if changed.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(_SHOP_ID, pl.String))
    names = ", ".join(_SHOP_ID)
    return lake.sql(
        " UNION ".join(
            f"SELECT {names} FROM silver.\"{table.name}\" WHERE currency_code <> 'CNY'"  # noqa: S608
            for table in (ORDER, ORDER_LINE)
        )
    )


def orders_of_currency(lake: Lake, orders: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """Of ``orders`` those in a currency of which some day's rate changed."""
    found = [
        lake.read(table, keys=orders, columns=[*_ORDER_ID, "currency_code"]) for table in (ORDER, ORDER_LINE)
    ]
    return pl.concat(found).join(changed.select("currency_code").unique(), on="currency_code", how="semi")


@dataclass(frozen=True)
class Cause:
    """Why figures moved when a list changed.

    ``code`` of ``contracts.codes.RESTATEMENT``; ``clocks`` of the metrics made of the list (none named: of
    all). ``shops``: the lake after and the changed entries → merchants or shops it happened to; ``orders``:
    the lake, order keys and changed entries → which of them it moved.
    """

    code: str
    clocks: tuple[str, ...] = ()
    shops: Callable[[Lake, pl.DataFrame], pl.DataFrame] = owners
    orders: Callable[[Lake, pl.DataFrame, pl.DataFrame], pl.DataFrame] = orders_of


#: What a list does that has no reason of its own.
BY_HAND = Cause("list_entered")
