"""Figures as people read them, and the colours of what is drawn: alike on a page and on paper."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

NOTHING = "—"
#: Written out: the names a machine gives them follow its own language.
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KEPT_COLOUR, PAID_COLOUR = "#0f9a8a", "#a9b8b5"
RISING, FALLING = KEPT_COLOUR, "#c8553d"
#: What is not published by itself.
REST_COLOUR = "#dcdcdc"
#: Channels that were merged, in turn: two groups side by side are two colours.
MERGED_COLOURS = ("#b6a1d6", "#c9b79c", "#d9cdec", "#9fb8a0")
#: Told apart by colour-blind readers too (after Okabe and Ito), and light enough for dark figures on them.
CHANNEL_COLOURS = {
    "own_live": "#2fb5a4",
    "creator_live": "#e9a820",
    "short_video": "#6db6e0",
    "product_card": "#d48ab3",
    "search": "#93a8e6",
    "other": "#a8a8a8",
    "own": "#a5d8d0",
    "creator": "#f0cf8a",
    "unknown": "#d4d4d4",
}


def yuan(fen: int | None) -> str:
    """Exact, with grouping: 190248715 → ``¥1,902,487.15``; ``—`` for None."""
    return NOTHING if fen is None else signed_yuan(fen, f"{in_yuan(fen):,.2f}")


def percent(fraction: float | None) -> str:
    """0.384 → ``38%``, 0.0019 → ``0.19%``; ``—`` where there is nothing to divide by.

    Not clipped: more than 100% is a fact too.
    """
    if fraction is None:
        return NOTHING
    step = Decimal("0.01") if 0 < abs(fraction) < 0.01 else Decimal(1)
    return f"{(Decimal(str(fraction)) * 100).quantize(step, ROUND_HALF_UP)}%"


def signed_percent(rate: float | None) -> str:
    """A change: −0.018 → ``−1.8%``, 0.02 → ``+2.0%``; ``—`` where there is nothing to compare with."""
    if rate is None:
        return NOTHING
    found = (Decimal(str(rate)) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{'−' if found < 0 else '+' if found > 0 else ''}{abs(found)}%"


def points(value: float | None) -> str:
    """An index of 100 in its base: 96.412 → ``96.4``."""
    return NOTHING if value is None else f"{Decimal(str(value)).quantize(Decimal('0.1'), ROUND_HALF_UP)}"


def signed_yuan(fen: int, digits: str) -> str:
    """Digits of an amount with its sign in front of the ¥."""
    return f"{'-' if fen < 0 else ''}¥{digits}"


def in_yuan(fen: int) -> Decimal:
    """How many yuan an amount is, without its sign."""
    return Decimal(abs(fen)) / 100
