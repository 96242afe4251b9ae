"""Whose a table's rows are: the columns that name shop and platform, and how a mapping is to hold them
apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from connectors.files.headers import split_unit
from connectors.mapping.dictionary import words_of
from connectors.mapping.vocabulary import PLATFORM, SHOP, has_role, place_of
from connectors.shops import names_in
from connectors.typed import fold


@dataclass(frozen=True)
class Whose:
    """The column that names shops with the names in it, and what of a mapping file says whose rows count."""

    shop_header: str = ""
    shops: tuple[str, ...] = ()
    draft: dict[str, Any] = field(default_factory=dict)


def of_whom(table: Mapping[str, pl.Series], platform: str) -> Whose:
    """Look at the columns of a table (header → cells) that name shops and platforms.

    ``platform`` is that of the shop it is given for.

    One word nobody knows stands for that platform; of several, those the house knows do, and a row of another
    refuses the file.
    """
    shop, site = _column(table, SHOP), _column(table, PLATFORM)
    shops = names_in(table[shop]) if shop else []
    draft: dict[str, Any] = {"shop_column": {"header": shop, "names": shops}} if shops else {}
    words = names_in(table[site]) if site else []
    known = {
        word: words_of("platform_code")[fold(word)]
        for word in words
        if fold(word) in words_of("platform_code")
    }
    values = {words[0]: platform} if len(words) == 1 and (platform == "other" or not known) else known
    if values and platform != "shop":
        draft["platform_column"] = {"header": site, "values": values}
    return Whose(shop, tuple(shops), draft)


def _column(table: Mapping[str, pl.Series], role: str) -> str:
    """The header of this role that stands first in the vocabulary, of those with something in them."""
    found = [
        header for header, cells in table.items() if has_role(split_unit(header)[0], role) and names_in(cells)
    ]
    return min(found, key=lambda header: place_of(split_unit(header)[0], role), default="")
