"""The parsers of cells: one for money, one for ids, one for counts, one for rates.

The one for time stands in ``clocks``.

Series of text in, typed series and a mask of bad cells out. Nothing is cast in a way that nulls silently: a
cell that had something in it and has no value afterwards is marked bad. These readers know every spelling;
``connectors.files.plain`` takes the usual one ahead of them.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from connectors.files import clocks
from connectors.files.spelling import BLANKS, ID_EDGES, to_ascii, trim, trim_typed

#: Digits with blanks among them, as people type long numbers.
_SPACED = r"^[0-9]+(?: [0-9]+)+$"

#: Rule per cell kind, as it stands in quarantine.
RULES = {
    "id": "ID_PRECISION_LOST",
    "yuan": "BAD_MONEY",
    "yuan_stat": "BAD_MONEY",
    "wan_yuan": "BAD_MONEY",
    "li": "BAD_MONEY",
    "fen": "BAD_MONEY",
    "int": "BAD_NUMBER",
    "minutes": "BAD_NUMBER",
    "rate": "BAD_RATE",
    "time": "BAD_TIME",
    "time_dmy": "BAD_TIME",
    "time_mdy": "BAD_TIME",
    "time_serial": "BAD_TIME",
    "epoch_s": "BAD_TIME",
    "epoch_ms": "BAD_TIME",
    "date": "BAD_TIME",
}


Read = Callable[[pl.Series], tuple[pl.Series, pl.Series]]


def _unbracketed(text: pl.Series) -> pl.Series:
    """``(12.50)``, as bookkeepers write what is below 0, as ``-12.50``."""
    return text.str.replace(r"^¥?\s*\(([^()+-]+)\)$", "-$1")


def _plain_number(text: pl.Series) -> pl.Series:
    """``1,234.50`` → ``1234.50`` where the commas stand in threes.

    Anything else is left for the caller's pattern to refuse.
    """
    if not text.str.contains(",", literal=True).any():
        return text
    grouped = text.str.contains(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$")
    return text.zip_with(~grouped.fill_null(False), text.str.replace_all(",", "", literal=True))


def read_text(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Trimmed text; never bad."""
    text = trim(raw)
    return text, pl.repeat(False, len(text), eager=True)


def read_id(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Identifier text without its wrappers (leading TAB, apostrophe, backtick, ``="…"``), blanks among its
    digits and the ``.0`` of a float.

    Scientific notation is bad, and so is a float of more digits than one holds.
    """
    text = to_ascii(raw).str.strip_chars(ID_EDGES)
    spaced = text.str.contains(_SPACED).fill_null(False)
    if spaced.any():
        text = text.zip_with(~spaced, text.str.replace_all(" ", "", literal=True))
    text = text.set(text.is_in(BLANKS), None)
    if text.str.ends_with(".0").any():
        text = text.str.replace(r"^([0-9]{1,15})\.0$", "$1")
    lost = text.str.contains(r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,3}$|^[0-9]{16,}\.0$").fill_null(False)
    return text.set(lost, None), lost


def _yuan_text(raw: pl.Series) -> pl.Series:
    """Money text without currency marks and thousands commas, the minus sign as ASCII."""
    text = to_ascii(trim_typed(raw))
    if text.str.contains(r"[¥元\s−(]").any():
        text = _unbracketed(text.str.replace(r"\s*元$", "")).str.replace("−", "-", literal=True)
        text = text.str.replace(r"^([+-]?)\s*¥\s*", "$1").str.replace(r"\s*元$", "")
    return _plain_number(text)


def _without_float_noise(text: pl.Series) -> pl.Series:
    """``26361.600000000002``, as a workbook's binary number is written out, becomes ``26361.6``.

    A number that is not two decimals stays as it is.
    """
    noisy = text.str.contains(r"^[+-]?[0-9]{1,12}\.[0-9]{9,}$").fill_null(False)
    if not noisy.any():
        return text
    number = text.set(~noisy, None).cast(pl.Float64)
    near = ((number * 100).round() - number * 100).abs() < 1e-5
    return text.zip_with(~near.fill_null(False), _two_decimals(number))


def _two_decimals(number: pl.Series) -> pl.Series:
    hundredths = (number * 100).round().cast(pl.Int64)
    sign = (
        pl.Series(["-"])
        .new_from_index(0, len(number))
        .zip_with(hundredths < 0, pl.Series([""]).new_from_index(0, len(number)))
    )
    whole = (hundredths.abs() // 100).cast(pl.String)
    rest = (hundredths.abs() % 100).cast(pl.String).str.zfill(2)
    return sign + whole + "." + rest


def read_yuan(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Yuan text (``¥1,299.90``, ``0元``, ``(12.50)`` below 0) → integer fen.

    More than two decimals is bad, never rounded.
    """
    text = _without_float_noise(_yuan_text(raw))
    good = text.str.contains(r"^[+-]?[0-9]{1,13}(\.[0-9]{1,2}0*)?$").fill_null(False)
    short = text.set(~good, None).str.replace(r"(\.[0-9][0-9])0+$", "$1")
    fen = short.cast(pl.Decimal(18, 2)).to_physical().cast(pl.Int64)
    return fen, text.is_not_null() & ~good


def read_yuan_stat(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """A statistic in yuan as analytics screens write it (``3739.6690272859823``) → fen, rounded half up.

    Never for money that was moved.
    """
    text = _yuan_text(raw)
    good = text.str.contains(r"^[+-]?[0-9]{1,13}(\.[0-9]{1,18})?$").fill_null(False)
    value = text.set(~good, None)
    digits = value.str.extract(r"\.([0-9]+)$").fill_null("").str.pad_end(3, "0")
    half_up = (digits.str.slice(2, 1).cast(pl.Int64) >= 5).cast(pl.Int64)
    fen = (
        value.str.extract(r"([0-9]+)").cast(pl.Int64) * 100 + digits.str.slice(0, 2).cast(pl.Int64) + half_up
    )
    return fen.zip_with(~value.str.starts_with("-").fill_null(False), -fen), text.is_not_null() & ~good


def read_wan_yuan(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Tens of thousands of yuan (``1.25``) → integer fen.

    What is no whole fen, of more than six decimals, is bad.
    """
    text = _plain_number(_yuan_text(raw).str.replace(r"\s*万$", ""))
    good = text.str.contains(r"^[+-]?[0-9]{1,9}(\.[0-9]{1,6}0*)?$").fill_null(False)
    short = text.set(~good, None).str.replace(r"(\.[0-9]{6})0+$", "$1")
    return short.cast(pl.Decimal(18, 6)).to_physical().cast(pl.Int64), text.is_not_null() & ~good


def read_li(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Thousandths of a yuan (advertising accounts of Pinduoduo) → fen, rounded half up: the smallest unit
    there is a tenth of a fen.
    """
    value, bad = _read_integer(raw, r"^[0-9]{1,15}$")
    return (value + 5) // 10, bad


def _read_integer(raw: pl.Series, pattern: str) -> tuple[pl.Series, pl.Series]:
    text = _plain_number(_unbracketed(to_ascii(trim_typed(raw))))
    good = text.str.contains(pattern).fill_null(False)
    value = text.set(~good, None).str.replace(r"\.0+$", "").cast(pl.Int64)
    return value, text.is_not_null() & ~good


def read_fen(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Integer fen text → integer fen."""
    return _read_integer(raw, r"^[+-]?[0-9]{1,15}$")


def read_int(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Whole number text (``1,234``, ``3.0``) → integer; ``1.5`` is bad."""
    return _read_integer(raw, r"^[+-]?[0-9]{1,15}(\.0+)?$")


def read_minutes(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Minutes as analytics screens write them (``1.07``) → whole seconds, rounded half up: a hundredth of a
    minute is 0.6 seconds.
    """
    hundredths, bad = read_yuan_stat(raw)
    bad = bad | (hundredths < 0).fill_null(False)
    return (hundredths.set(bad, None) * 6 + 5) // 10, bad


def read_rate(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """``12.5%`` or ``0.125`` → 0.125; a bare number above 1 is bad, since it may be either."""
    text = to_ascii(trim_typed(raw))
    percent = text.str.ends_with("%").fill_null(False)
    bare = text.str.strip_chars_end("%")
    good = bare.str.contains(r"^[0-9]{1,6}(\.[0-9]+)?$").fill_null(False)
    value = bare.set(~good, None).cast(pl.Float64)
    value = (value / 100).zip_with(percent, value)
    bad = text.is_not_null() & (~good | ((value > 1) & ~percent).fill_null(False))
    return value.set(bad, None), bad


def read_epoch_s(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Unix seconds text → instant; ``0`` means "has not happened"."""
    return clocks.instants_since_1970(*_read_integer(raw, r"^[0-9]{1,11}$"), "s")


def read_epoch_ms(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Unix milliseconds text → instant; ``0`` means "has not happened"."""
    return clocks.instants_since_1970(*_read_integer(raw, r"^[0-9]{1,14}$"), "ms")


READERS: dict[str, Read] = {
    "text": read_text,
    "id": read_id,
    "yuan": read_yuan,
    "yuan_stat": read_yuan_stat,
    "wan_yuan": read_wan_yuan,
    "li": read_li,
    "fen": read_fen,
    "int": read_int,
    "minutes": read_minutes,
    "rate": read_rate,
    "time": clocks.read_time,
    "time_dmy": clocks.read_time_dmy,
    "time_mdy": clocks.read_time_mdy,
    "time_serial": clocks.read_time_serial,
    "epoch_s": read_epoch_s,
    "epoch_ms": read_epoch_ms,
    "date": clocks.read_date,
}
