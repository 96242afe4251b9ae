"""Fen as yuan text: the one way a whole number of fen is written out, wherever it is read."""

from __future__ import annotations


def yuan(fen: int) -> str:
    """Fen as yuan with thousands separators, exactly: -123456 → ``-1,234.56``.

    Hundredths of another currency likewise.
    """
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"
