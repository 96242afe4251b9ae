"""Figures as people read them: fen to yuan, 万 and 亿 or k, m and bn, fractions to percent.

The only place where money stops being an integer.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from dashboards.parts.page.language import pick
from metrics.reports.readable import NOTHING as NOTHING
from metrics.reports.readable import in_yuan, signed_yuan
from metrics.reports.readable import percent as percent
from metrics.reports.readable import points as points
from metrics.reports.readable import signed_percent as signed_percent
from metrics.reports.readable import yuan as yuan

WAN, YI = Decimal(10_000), Decimal(100_000_000)
_TENTHS = "零一二三四五六七八九十"


def money_of(currency: str, minor: int) -> str:
    """An amount in another shop's money: 123456 hundredths → ``THB 1,234.56``; CNY as ``yuan``."""
    return yuan(minor) if currency == "CNY" else f"{currency} {'-' if minor < 0 else ''}{in_yuan(minor):,.2f}"


def short_yuan(fen: int | None) -> str:
    """For the first glance: exact under 1万, else three or four digits, half up: 190248715 → ``¥190.2万``,
    in English ``¥1.90m``.
    """
    if fen is None:
        return NOTHING
    amount = in_yuan(fen)
    return signed_yuan(fen, f"{amount:,.2f}" if amount < WAN else _in_units(amount))


def rough_yuan(fen: int | None) -> str:
    """An estimate is not of fen: whole yuan below 1万, half up; ``short_yuan`` from there on."""
    if fen is None or abs(fen) >= WAN * 100:
        return short_yuan(fen)
    return yuan((fen + 50) // 100 * 100).removesuffix(".00")


def short_count(count: int | None) -> str:
    """1234567 → ``123.5万``, ``1.23m``; ``—`` for None."""
    if count is None:
        return NOTHING
    return f"{count:,}" if abs(count) < WAN else _in_units(Decimal(count))


def count_orders(count: int) -> str:
    """In English: ``1 order``, ``1,234 orders``."""
    return f"{count:,} order{'' if count == 1 else 's'}"


def ticks(lowest: float, highest: float) -> list[Decimal]:
    """Round amounts for an axis, four or five over ``lowest`` … ``highest`` and 0, both of them within: steps
    of 1, 2, 2.5 or 5 times a power of ten.
    """
    low, high = min(Decimal(str(lowest)), Decimal(0)), max(Decimal(str(highest)), Decimal(0))
    raw = (high - low or Decimal(1)) / 4
    power = Decimal(1).scaleb(raw.adjusted())
    step = next(
        power * factor
        for factor in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
        if power * factor >= raw
    )
    first = math.floor(low / step)
    return [step * number for number in range(first, max(math.ceil(high / step), first + 1) + 1)]


def tick_yuan(amount: Decimal) -> str:
    """An axis' amount in yuan, to the last digit: 15000 → ``1.5万``, ``15k``; two that differ never read
    alike.
    """
    unit, name = next(((unit, name) for unit, name in _units() if abs(amount) >= unit), (Decimal(1), ""))
    whole = f"{amount / unit:,f}"
    return (whole.rstrip("0").rstrip(".") if "." in whole else whole) + name


def tenths(fraction: float) -> str:
    """A part of a whole as people say it: 0.68 → ``近七成``, 0.33 → ``三成多``, 0.5 → ``一半``; in English
    its percentage.
    """
    return pick(_in_tenths(fraction), percent(fraction))


def _in_tenths(fraction: float) -> str:
    whole, rest = divmod(Decimal(str(fraction)) * 10, 1)
    number = int(whole) + (1 if rest >= Decimal("0.85") else 0)
    if (whole >= 9 and rest >= Decimal("0.6")) or number >= 10:
        return "全部" if fraction >= 1 else "几乎全部"
    if number < 1:
        return "不到一成"
    if rest < Decimal("0.15") or rest >= Decimal("0.85"):
        return "一半" if number == 5 else f"{_TENTHS[number]}成"
    return f"近{_TENTHS[number + 1]}成" if rest >= Decimal("0.6") else f"{_TENTHS[number]}成多"


def times(ratio: float | None) -> str:
    """1.2345 → ``1.23``, half up; ``—`` where there is nothing to divide by."""
    return NOTHING if ratio is None else f"{Decimal(str(ratio)).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def duration(seconds: int | None) -> str:
    """64 → ``1分04秒``, ``1 min 04 s``; ``—`` for None."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(seconds, 60)
    if minutes:
        return pick(f"{minutes}分{rest:02d}秒", f"{minutes} min {rest:02d} s")
    return pick(f"{rest}秒", f"{rest} s")


def share(part: int | None, whole: int | None) -> float | None:
    """``part / whole``; None when either is missing or the whole is 0."""
    return part / whole if part is not None and whole else None


def _units() -> list[tuple[Decimal, str]]:
    """What large numbers are counted in, the largest first."""
    english = [(Decimal(10**9), "bn"), (Decimal(10**6), "m"), (Decimal(1000), "k")]
    return pick([(YI, "亿"), (WAN, "万")], english)


def _in_units(amount: Decimal) -> str:
    """An amount from 1万 on, in the smallest unit of which it is, rounded, less than one of the next."""
    units = _units()
    for place in range(len(units) - 1, 0, -1):
        unit, name = units[place]
        if abs(digits := _digits(amount / unit)) * unit < units[place - 1][0]:
            return f"{digits:,}{name}"
    return f"{_digits(amount / units[0][0]):,}{units[0][1]}"


def _digits(amount: Decimal) -> Decimal:
    """Two decimals below 10, one below 1000, else none."""
    for limit, places in ((10, Decimal("0.01")), (1000, Decimal("0.1"))):
        rounded = amount.quantize(places, ROUND_HALF_UP)
        if rounded < limit:
            return rounded
    return amount.quantize(Decimal(1), ROUND_HALF_UP)
