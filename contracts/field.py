"""``Field``: one meaning of the dictionary, and what its name makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import dataframely as dy
import polars as pl

from contracts import codes

TIME_ZONE = "Asia/Shanghai"
MONEY_LIMIT_FEN = 10**13  # one cell above 100 billion yuan is a broken file, and sums stay far from int64
QTY_LIMIT = 10**10
#: What one line, order or after-sale of an apparel shop may come to without a person's word: ten million
#: yuan, a hundred thousand pieces.
PLAUSIBLE_FEN, PLAUSIBLE_QTY = 10**9, 10**5
#: How ids of what merchants enter here begin. Where they stand among ids of platforms, none of those may
#: begin so.
OWN_IDS = ("cost:", "stock:")

_AMONG_OURS = ("order_line_id", "ad_entry_id")
_UNITS = {"fen": "fen", "qty": "count", "rate": "fraction", "at": "instant", "date": "date"}


@dataclass(frozen=True)
class Field:
    """One meaning: machine name, Chinese and English label, what it is, and optionally its code list or
    bounds.

    Below ``minimum`` a row breaks the contract; a cell above ``plausible`` (of one line, order or after-sale)
    waits for a person to confirm it.
    """

    name: str
    zh: str
    en: str
    about: str = ""
    codes: codes.CodeList | None = None
    minimum: int | None = None
    plausible: int | None = None

    @property
    def kind(self) -> str:
        """The last part of the name (``fen``, ``qty``, ``at`` …), ``flag`` for ``is_``/``has_``, else
        ``text``.
        """
        if self.name.startswith(("is_", "has_")):
            return "flag"
        suffix = self.name.rsplit("_", 1)[-1]
        return suffix if suffix in {*_UNITS, "number", "json"} else "text"

    @property
    def unit(self) -> str:
        """Unit shown to people; empty for text."""
        return _UNITS.get(self.kind, "")

    def column(self, *, key: bool = False, nullable: bool = True, is_told: bool = False) -> dy.Column:
        """The dataframely column: type, bounds, codes, and labels as metadata.

        ``is_told``: by a platform, whose ids are not ours.
        """
        common: dict[str, Any] = {
            "nullable": nullable and not key,
            "primary_key": key,
            "metadata": {"zh": self.zh, "en": self.en, "unit": self.unit, "about": self.about},
        }
        match self.kind:
            case "fen":
                return dy.Int64(min=self.minimum, max=MONEY_LIMIT_FEN, **common)
            case "qty":
                return dy.Int64(min=0 if self.minimum is None else self.minimum, max=QTY_LIMIT, **common)
            case "number":
                return dy.Int64(min=self.minimum, **common)
            case "rate":
                return dy.Float64(min=0.0, **common)
            case "at":
                return dy.Datetime(time_zone=TIME_ZONE, time_unit="us", **common)
            case "date":
                return dy.Date(**common)
            case "flag":
                return dy.Bool(**common)
            case _ if is_told and self.name in _AMONG_OURS:
                return dy.String(
                    check={
                        "own_id": lambda ids: (
                            ~pl.any_horizontal(ids.str.starts_with(word) for word in OWN_IDS)
                        )
                    },
                    **common,
                )
            case _:
                return dy.String(**common)


def entry(
    name: str,
    zh: str,
    en: str,
    about: str = "",
    *,
    code: codes.CodeList | None = None,
    low: int | None = None,
    high: int | None = None,
) -> Field:
    """A ``Field`` in one line."""
    return Field(name, zh, en, about, code, low, high)
