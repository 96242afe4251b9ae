"""Shares as people read them."""

from __future__ import annotations


def share(part: int, rest: int) -> str:
    """``part`` of ``part`` and ``rest`` together in per cent, cut off after one decimal: what lacks anything
    is never 100 %.
    """
    whole, tenth = divmod(1000 * part // (part + rest), 10)
    return f"{whole}.{tenth}%"
