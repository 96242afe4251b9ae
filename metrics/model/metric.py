"""What a metric is: an entry from which formula text, tooltips, pages and answers all derive."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import polars as pl

from contracts.fields import FIELDS
from metrics.model.needs import needs
from metrics.model.notes import NOTES

#: clock → what a date means for a metric on it, Chinese and English
CLOCKS: dict[str, tuple[str, str]] = {
    "created": ("下单日：订单何时下单，不管付没付", "placed day: when the order was placed, paid or not"),
    "final": (
        "支付日；只含已完成且过了退货期的订单，退货期到数据截至的那天算",
        "payment day; only of orders finished and past the return window, as far as the data reach",
    ),
    "paid": (
        "支付日：订单何时支付，其后的退款都记回这一天",
        "payment day: when the order was paid; later refunds go back to that day",
    ),
    "refund": ("退款日：钱何时退回", "refund day: when the money went back"),
    "mixed": ("支付在支付日，退款在退款日", "payments on the payment day, refunds on the refund day"),
    "settled": ("结算日：平台何时结算或扣回", "settlement day: when the platform paid out or took back"),
    "moved": ("动账日：钱何时进出账户", "day of movement: when the money entered or left the account"),
    "matured": (
        "支付日：这天支付的订单到第 45 天会留下多少",
        "payment day: what the orders of that day will have kept on their 45th",
    ),
    "cost": (
        "支付日；一次性的成本摊到它生效的每一天",
        (
            "payment day: costs and fees go back to the day of their order; a cost charged once stands on "
            "the "
            "days it is valid for"
        ),
    ),
    "buyers": (
        "月末：以月末为止的窗口（默认 90 天）里支付的订单",
        "month's end: orders paid in the window (90 days by default) that ends on it",
    ),
    "advertised": (
        "推广日，即支付日；退款、结算、成本都记回它们订单支付的那天",
        (
            "day of spending, which is the payment day of the orders set against it; their refunds, "
            "settlements "
            "and costs go back to it"
        ),
    ),
    "advertised_matured": (
        "推广日，即支付日：这天支付的订单到第 45 天会留下多少",
        "day of spending: what the orders paid that day will have kept on their 45th",
    ),
    "stock": (
        "月末：每月最后一天结束时；最近的月份到数据截至那天",
        "end of the month; of the newest month, as far as the shop's data reach",
    ),
    "launch": ("上新日：一个款第一次有人付款那天", "the day a style was first paid for"),
    "session": ("开播日：场次开播那天，跨零点也归这一天", "the day the session began, also over midnight"),
}

UNITS: dict[str, tuple[str, str]] = {
    "fen": ("分", "fen"),
    "count": ("个", "count"),
    "fraction": ("比率（0–1）", "fraction, 0 to 1"),
    "ratio": ("倍数", "ratio"),
    "fen_per_thousand": ("分/千次", "fen per thousand times"),
    "seconds": ("秒", "seconds"),
    "days": ("天", "days"),
}


@dataclass(frozen=True)
class Metric:
    """One metric. Its value is Σ coefficient × Σ part, divided by Σ ``denominator`` when it has one.

    ``numerator`` maps additive mart measures (fields of the dictionary) to coefficients. A ratio in fen or
    seconds is rounded half up to a whole one, a fraction or ratio is not (``quotient``), and all are null
    where the denominator is 0. ``notes`` name what the answer must own up to (``notes.NOTES``); where all of
    ``told`` is 0 while the first note's measure, or one of ``untold``, is not, the source tells nothing and
    the value is null, not 0. ``below`` names the note of a denominator that is told and not above 0.
    ``whole`` is a measure of what has no value yet: where any is left the value is null, for a sum of a part
    would pass for the whole. ``trap`` is the mistake people make with it, ``decision`` the record
    (``docs/decisions/``) of a contested definition.
    """

    id: str
    zh: str
    en: str
    unit: str
    clock: str
    about_zh: str
    about_en: str
    trap_zh: str
    trap_en: str
    numerator: dict[str, int]
    denominator: str | None = None
    notes: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    whole: str | None = None
    decision: str = ""
    below: str = ""

    @property
    def is_exact(self) -> bool:
        """True for a quotient that is not rounded: a fraction, a ratio, which may be above 1 by nature, or
        days.
        """
        return self.unit in ("fraction", "ratio", "days")

    @overload
    def quotient(self, top: int, bottom: int) -> float: ...
    @overload
    def quotient(self, top: pl.Expr, bottom: pl.Expr) -> pl.Expr: ...
    def quotient(self, top: int | pl.Expr, bottom: int | pl.Expr) -> float | pl.Expr:
        """Two sums divided, the only place where a figure stops being an integer; ``bottom`` is above 0."""
        if self.is_exact:
            return top / bottom
        return (2 * top + bottom) // (2 * bottom)

    @property
    def needs(self) -> tuple[str, ...]:
        """The reports a shop must have given to be in the figure (``contracts.codes.REPORT``)."""
        return needs([*self.numerator, *([self.denominator] if self.denominator else [])])

    @property
    def silence(self) -> tuple[str, ...]:
        """Measures of what no source tells: where only these are not 0, there is no value."""
        return (NOTES[self.notes[0]].part, *self.untold) if self.told else ()

    @property
    def valued_by(self) -> tuple[str, ...]:
        """Every measure its value is made of, or empty by."""
        wanted = [*self.numerator, self.denominator or "", self.whole or "", *self.told, *self.silence]
        return tuple(dict.fromkeys(part for part in wanted if part))

    @property
    def parts(self) -> tuple[str, ...]:
        """Every measure the answer needs, each once."""
        noted = [part for code in self.notes for part in (NOTES[code].part, NOTES[code].beside)]
        wanted = [*self.numerator, self.denominator or "", self.whole or "", *self.told, *self.untold, *noted]
        return tuple(dict.fromkeys(part for part in wanted if part))

    @property
    def adds_money(self) -> bool:
        """True when what one line adds to the numerator is money, and not a count."""
        return all(name.endswith("_fen") for name in self.numerator)

    @property
    def per(self) -> int:
        """What every part of the numerator is multiplied by: 1000 of a figure per thousand views."""
        return math.gcd(*self.numerator.values())

    @property
    def is_ratio(self) -> bool:
        """True when it may never be added up or averaged, only asked again."""
        return self.denominator is not None

    @property
    def formula(self) -> str:
        """In machine names, e.g. ``1000 × Σ session_paid_fen ÷ Σ session_views_qty``."""
        return self._formula({})

    @property
    def formula_zh(self) -> str:
        """In the dictionary's Chinese labels."""
        return self._formula({name: item.zh for name, item in FIELDS.items()})

    @property
    def formula_en(self) -> str:
        """In the dictionary's English labels."""
        return self._formula({name: item.en for name, item in FIELDS.items()})

    def _formula(self, labels: dict[str, str]) -> str:
        text = ""
        for part, factor in self.numerator.items():
            sign = " − " if factor < 0 else " + "
            text += (
                (sign if text or factor < 0 else "")
                + (f"{abs(factor)} × " if abs(factor) != 1 else "")
                + f"Σ {labels.get(part, part)}"
            )
        if self.denominator is None:
            return text
        top = f"({text})" if len(self.numerator) > 1 else text
        return f"{top} ÷ Σ {labels.get(self.denominator, self.denominator)}"
