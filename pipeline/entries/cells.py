"""Kinds of cells a person fills in: how the text is read, how the value is written back, and what is said
when it cannot be read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

import polars as pl

from connectors.files.cells import read_id, read_int, read_yuan
from connectors.files.clocks import read_date
from contracts.code_list import CodeList
from contracts.fields import TIME_ZONE

#: The same thing in Chinese and in English.
Words = tuple[str, str]
#: What a list is read and filled in in; an import takes either.
Language = Literal["zh", "en"]
#: Written where a value stands, or in the column of what to do: this entry is taken back.
TAKEN_BACK: Words = ("撤销", "take back")

Read = Callable[[pl.Series], tuple[pl.Series, pl.Series]]


@dataclass(frozen=True)
class Rule:
    """A rule of a list: its name without the list's prefix, what is wrong and what to do, each in Chinese and
    English.
    """

    name: str
    zh: str
    en: str
    step_zh: str
    step_en: str


@dataclass(frozen=True)
class Kind:
    """A kind of cell.

    ``read``: texts → values and which texts are no such value. ``write``: a value as a person would fill it
    in.

    ``name`` is for those who show it (``yuan``, ``qty``, ``shop``, ``id``, ``text`` …); ``choices`` are the
    codes of a choice with their words, any of which may be filled in; ``lost`` is the rule of a text that
    cannot be read where that is another than the cell's own.
    """

    name: str
    rule: Rule
    read: Read
    write: Callable[[Any], str] = str
    choices: Mapping[str, Words] = field(default_factory=dict, hash=False)
    lost: Rule | None = None


@dataclass(frozen=True)
class Cell:
    """A column of a list: its header, our name, its kind and the rule a wrong cell breaks (left out: the
    kind's own).

    ``is_required``: may not be left empty, unless the row takes back. ``takes_back``: 撤销 may stand in it.
    ``is_filled_in``: a template leaves it empty, and a row in which all such cells are empty was not filled
    in. ``leads``: what a row is about, shown first. ``also``: headers of this column beside ``label`` and
    ``en``. ``blank``: what an empty cell means.
    """

    label: str
    name: str
    kind: Kind
    en: str
    own_rule: Rule | None = None
    is_required: bool = False
    takes_back: bool = False
    is_filled_in: bool = False
    leads: bool = False
    also: tuple[str, ...] = ()
    blank: Words = ("", "")

    @property
    def rule(self) -> Rule:
        """What a wrong or missing cell breaks."""
        return self.own_rule or self.kind.rule

    def words(self, value: object) -> Words:
        """A value as a person would fill it in, in Chinese and in English; ``blank`` for none."""
        if value is None:
            return self.blank
        written = self.kind.write(value)
        return self.kind.choices.get(written, (written, written))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule the cell can break."""
        is_optional_code = self.kind.name == "id" and not self.is_required
        own = () if is_optional_code else (self.rule,)
        return (
            own
            + ((self.kind.lost,) if self.kind.lost else ())
            + ((PERSONAL,) if self.kind.name == "text" else ())
        )


LOST_DIGITS = Rule(
    "CODE", "编码被 Excel 改成了科学计数法，后几位已丢失", "a code was made a rounded number",
    "把这一列设为文本后重新填", "format the column as text"
)  # fmt: skip
NO_CODE = Rule(
    "MISSING", "没有填编码", "no code", "填上编码，和订单里的一样", "fill in the code, as orders have it"
)
FORMULA = Rule(
    "FORMULA", "这一格是公式或错误值，不是填好的数", "the cell is a formula or an error value",
    "复制这一列，选择性粘贴为数值，再导入",
    "copy the column and paste it as values",
)  # fmt: skip
PERSONAL = Rule(
    "PERSONAL",
    "这一格像是手机号、地址一类的个人信息，这里不收",
    "the cell looks like personal data, which is not kept",
    "去掉个人信息",
    "remove it",
)
TWICE = Rule("TWICE", "同一件事写了两次", "the same thing stands twice", "只留一行", "keep one of the rows")
NO_SHOP = Rule(
    "SHOP", "没有这个店铺", "no such shop of yours", "写数据健康页上的店铺名，或店铺编号",
    "write the shop's name as on the data health page, or its id"
)  # fmt: skip


def half(words: Words, language: Language) -> str:
    """What ``language`` has for it."""
    return words[1] if language == "en" else words[0]


def code(lost: Rule = LOST_DIGITS) -> Kind:
    """An identifier as text: a SKU, an order number.

    Digits a spreadsheet has rounded away are refused (``lost``).
    """
    return Kind("id", NO_CODE, read_id, lost=lost)


def own_shop() -> Kind:
    """A shop of the merchant, by its id or its name; kept as the id."""
    return Kind("shop", NO_SHOP, read_id, lost=LOST_DIGITS)


def text(longest: int = 200) -> Kind:
    """A few words. Personal data in them are refused by the engine."""
    rule = Rule(
        "TEXT",
        f"没有填，或超过 {longest} 个字",
        f"empty, or longer than {longest} characters",
        "补上或写短一些",
        "fill in or shorten",
    )
    return Kind("text", rule, partial(_read_text, longest))


def choice(choices: Mapping[str, Words]) -> Kind:
    """One of several words, in Chinese or in English → its code."""
    zh, en = either_of(choices)
    rule = Rule("CHOICE", f"应为{zh}之一", f"it should be {en}", "照模板填", "fill in as the template does")
    codes = {word.casefold(): value for value, words in choices.items() for word in words}
    return Kind("choice", rule, partial(_read_choice, codes), choices=choices)


def code_of(codes: CodeList) -> Kind:
    """One of a code list's labels → the code."""
    return choice(codes.labels)


def either_of(choices: Mapping[str, Words]) -> Words:
    """The words of a choice in a row: ``到货、盘点``, ``“goods received” or “stock counted”``."""
    *others, last = [f"“{en}”" for _, en in choices.values()]
    before = f"{', '.join(others)} or " if others else ""
    return "、".join(zh for zh, _ in choices.values()), f"{before}{last}"


def day(*, days_ahead: int | None = None) -> Kind:
    """A date, at most ``days_ahead`` days from today (0: not to come)."""
    limit = {None: "", 0: "，不晚于今天"}.get(days_ahead, f"，最多提前 {days_ahead} 天")
    step = f"写成 2026-03-08{limit}"
    rule = Rule(
        "DATE",
        "日期无法识别" + ("，或太晚" if limit else ""),
        "not a date, or one too far ahead",
        step,
        "write 2026-03-08",
    )
    return Kind("date", rule, partial(_read_day, days_ahead))


def whole_number(least: int, most: int) -> Kind:
    """A count."""
    rule = Rule(
        "QTY", f"应为 {least:,} 到 {most:,} 的整数", f"a whole number from {least:,} to {most:,}",
        f"改正；要撤销写「{TAKEN_BACK[0]}」",
        f"mend it; write “{TAKEN_BACK[1]}” to take an entry back",
    )  # fmt: skip
    return Kind("qty", rule, partial(_read_whole, least, most), lambda value: f"{value:,}")


def yuan() -> Kind:
    """An amount of money not below 0 → integer fen."""
    rule = Rule(
        "AMOUNT",
        "应为不小于 0 的元，最多两位小数",
        "yuan of at most two decimals, not below 0",
        f"改正；要撤销写「{TAKEN_BACK[0]}」",
        f"mend it; write “{TAKEN_BACK[1]}” to take an entry back",
    )
    return Kind("yuan", rule, _read_money, lambda fen: f"{Decimal(fen) / 100:,.2f}")


def exact_number(decimals: int, most: int) -> Kind:
    """A positive number of at most so many decimals, below ``most`` → an integer of its smallest unit."""
    rule = Rule(
        "NUMBER",
        f"应为正数，最多 {decimals} 位小数",
        f"a positive number of at most {decimals} decimals",
        "改正",
        "mend it",
    )
    unit = Decimal(10) ** decimals
    return Kind("number", rule, partial(_read_exact, unit, most), lambda value: f"{Decimal(value) / unit:f}")


def _read_text(longest: int, raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    return raw, (raw.str.len_chars() > longest).fill_null(value=False)


def _read_choice(codes: dict[str, str], raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    value = raw.str.to_lowercase().replace_strict(codes, default=None, return_dtype=pl.String)
    return value, raw.is_not_null() & value.is_null()


def _read_day(days_ahead: int | None, raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    value, bad = read_date(raw)
    if days_ahead is None:
        return value, bad
    latest = dt.datetime.now(ZoneInfo(TIME_ZONE)).date() + dt.timedelta(days=days_ahead)
    return value, bad | (value > latest).fill_null(value=False)


def _read_whole(least: int, most: int, raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    value, bad = read_int(raw)
    return value, bad | ~value.is_between(least, most).fill_null(value=True)


def _read_money(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    fen, bad = read_yuan(raw)
    return fen, bad | (fen < 0).fill_null(value=False)


def _read_exact(unit: Decimal, most: int, raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    values = [_exact(cell, unit, most) for cell in raw]
    value = pl.Series(raw.name, values, dtype=pl.Int64)
    return value, raw.is_not_null() & value.is_null()


def _exact(cell: str | None, unit: Decimal, most: int) -> int | None:
    """The cell in units, or None for what is no such number.

    Digits of other scripts, exponents and underscores are none.
    """
    if (
        cell is None
        or not cell.isascii()
        or not cell.replace(".", "", 1).isdigit()
        or cell.startswith(".")
        or cell.endswith(".")
    ):
        return None
    value = Decimal(cell) * unit
    return int(value) if 0 < value < most * unit and value == value.to_integral_value() else None
