"""Money and shares as people read them."""

from __future__ import annotations


def amount(fen: int) -> str:
    """Fen as yuan text with thousands separators, exactly: -123456 → ``-1,234.56``."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def share(part: int, rest: int) -> str:
    """``part`` of ``part`` and ``rest`` together in per cent, cut off after one decimal: what lacks anything is never 100 %."""
    whole, tenth = divmod(1000 * part // (part + rest), 10)
    return f"{whole}.{tenth}%"
