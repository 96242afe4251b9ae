"""Money as people type it from a page: ``¥1,234.50``, ``47.22万``.

And how far it may be from what the page meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from contracts.errors import UsageError

_AMOUNT = re.compile(
    r"([+-]?)\s*([A-Z]{3}|[¥￥฿$])?\s*([+-]?)\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(万|亿|元)?", re.IGNORECASE
)
_UNITS = {"万": 10_000, "亿": 100_000_000}
_MOST = 10**15
_SIGNS = {"¥": "CNY", "￥": "CNY", "฿": "THB", "$": "USD"}


@dataclass(frozen=True)
class Typed:
    """``minor``: hundredths of the shop's currency (fen).

    ``doubt``: half of the last digit that 万 or 亿 left, 0 where the amount was typed in full.

    ``currency``: the one that was typed, if any.
    """

    minor: int
    doubt: int = 0
    currency: str | None = None


def read_amount(text: str) -> Typed:
    """The amount in ``text``.

    Raises ``UsageError`` BAD_AMOUNT for anything else, and for fractions of a fen.
    """
    found = _AMOUNT.fullmatch(text.strip().replace("，", ","))
    if found is None:
        raise _bad(text)
    sign, money, other, whole, part, unit = found.groups()
    factor = _UNITS.get(unit or "", 1)
    minor = Decimal(whole.replace(",", "") + (part or "")) * 100 * factor
    if minor != minor.to_integral_value() or minor > _MOST or (sign and other):
        raise _bad(text)
    last_digit = Decimal(100 * factor).scaleb(-len((part or ".")[1:])) if factor > 1 else Decimal(0)
    return Typed(
        int(minor) * (-1 if "-" in (sign, other) else 1),
        int(last_digit / 2),
        _SIGNS.get(money or "", (money or "").upper()) or None,
    )


def _bad(text: str) -> UsageError:
    return UsageError(
        "BAD_AMOUNT",
        "看不懂这个金额",
        "not an amount",
        step_zh="写成 59847.17 或 47.22万",
        step_en="write it as 59847.17 or 47.22万",
        given=text[:40],
    )
