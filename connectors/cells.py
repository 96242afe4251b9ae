"""One parser for money, one for time, one for ids: text series in, typed series and a mask of bad cells out.

Nothing is cast in a way that nulls silently: a cell that had something in it and has no value afterwards is marked bad.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Literal

import polars as pl

from contracts.fields import TIME_ZONE

#: Spellings of an empty cell seen in real exports (platform documents, rule 4).
BLANKS = ["", "-", "--", "—", "——", "/", "null", "'null", "NULL", "N/A"]

#: Blanks of every kind, BOM and marks of no width: what may stand round a cell and mean nothing.
EDGES = " \t\r\n\x0b\x0c\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_ID_EDGES = EDGES + "='\"`"
#: Digits with blanks among them, as people type long numbers.
_SPACED = r"^[0-9]+(?: [0-9]+)+$"

#: Rule per cell kind, as it stands in quarantine.
RULES = {
    "id": "ID_PRECISION_LOST",
    "yuan": "BAD_MONEY",
    "yuan_stat": "BAD_MONEY",
    "li": "BAD_MONEY",
    "fen": "BAD_MONEY",
    "int": "BAD_NUMBER",
    "rate": "BAD_RATE",
    "time": "BAD_TIME",
    "time_dmy": "BAD_TIME",
    "time_mdy": "BAD_TIME",
    "epoch_s": "BAD_TIME",
    "epoch_ms": "BAD_TIME",
    "date": "BAD_TIME",
}


def trim(raw: pl.Series) -> pl.Series:
    """Text without blanks, BOM and zero-width marks at its edges; blank spellings become null."""
    text = raw.str.strip_chars(EDGES)
    return text.set(text.is_in(BLANKS), None)


Read = Callable[[pl.Series], tuple[pl.Series, pl.Series]]


def _plain_first(plain: Callable[[pl.Series], tuple[pl.Series, pl.Series]]) -> Callable[[Read], Read]:
    """A reader that takes cells of the one usual spelling at once, and gives only the others to the reader that knows them all.

    ``plain`` gives values and which cells it understood. Nearly all cells of an export are of one spelling, and a reader for all is several times slower.
    """

    def wrap(thorough: Read) -> Read:
        @wraps(thorough)
        def read(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
            value, understood = plain(raw)
            odd = (~understood).fill_null(True).arg_true()
            none = pl.repeat(False, len(raw), eager=True)
            if odd.is_empty():
                return value, none
            if len(odd) > len(raw) // 2:
                return thorough(raw)
            values, bad = thorough(raw.gather(odd))
            return value.scatter(odd, values), none.scatter(odd, bad.fill_null(False))

        return read

    return wrap


def _trim_typed(raw: pl.Series) -> pl.Series:
    """``trim`` for numbers and times, of which 无 says that there is none."""
    text = trim(raw)
    return text.set(text == "无", None)


def _ascii(text: pl.Series) -> pl.Series:
    """Full-width digits and signs folded to ASCII, only where there is anything to fold."""
    return text.str.normalize("NFKC") if (text.str.len_bytes() != text.str.len_chars()).any() else text


def _plain_number(text: pl.Series) -> pl.Series:
    """``1,234.50`` → ``1234.50`` where the commas stand in threes; anything else is left for the caller's pattern to refuse."""
    if not text.str.contains(",", literal=True).any():
        return text
    grouped = text.str.contains(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$")
    return text.zip_with(~grouped.fill_null(False), text.str.replace_all(",", "", literal=True))


def read_text(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Trimmed text; never bad."""
    text = trim(raw)
    return text, pl.repeat(False, len(text), eager=True)


def _plain_id(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    text = raw.str.strip_chars(_ID_EDGES)
    return text, text.str.contains(r"^[0-9]{1,40}$")


@_plain_first(_plain_id)
def read_id(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Identifier text without its wrappers (leading TAB, apostrophe, backtick, ``="…"``) and blanks among its digits; scientific notation is bad."""
    text = _ascii(raw).str.strip_chars(_ID_EDGES)
    spaced = text.str.contains(_SPACED).fill_null(False)
    if spaced.any():
        text = text.zip_with(~spaced, text.str.replace_all(" ", "", literal=True))
    text = text.set(text.is_in(BLANKS), None)
    lost = text.str.contains(r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,3}$").fill_null(False)
    return text.set(lost, None), lost


def _yuan_text(raw: pl.Series) -> pl.Series:
    """Money text without currency marks and thousands commas, the minus sign as ASCII."""
    text = _ascii(_trim_typed(raw))
    if text.str.contains(r"[¥元\s−]").any():
        text = text.str.replace_all(r"^¥\s*|\s*元$", "").str.replace("−", "-", literal=True)
    return _plain_number(text)


def _without_float_noise(text: pl.Series) -> pl.Series:
    """``26361.600000000002``, as a workbook's binary number is written out, becomes ``26361.6``; a number that is not two decimals stays as it is."""
    noisy = text.str.contains(r"^[+-]?[0-9]{1,12}\.[0-9]{9,}$").fill_null(False)
    if not noisy.any():
        return text
    number = text.set(~noisy, None).cast(pl.Float64)
    near = ((number * 100).round() - number * 100).abs() < 1e-5
    return text.zip_with(~near.fill_null(False), _two_decimals(number))


def _two_decimals(number: pl.Series) -> pl.Series:
    hundredths = (number * 100).round().cast(pl.Int64)
    sign = pl.Series(["-"]).new_from_index(0, len(number)).zip_with(hundredths < 0, pl.Series([""]).new_from_index(0, len(number)))
    whole, rest = (hundredths.abs() // 100).cast(pl.String), (hundredths.abs() % 100).cast(pl.String).str.zfill(2)
    return sign + whole + "." + rest


def _plain_yuan(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    good = raw.str.contains(r"^-?[0-9]{1,13}\.[0-9][0-9]$")
    return raw.set(~good, None).cast(pl.Decimal(18, 2)).to_physical().cast(pl.Int64), good


@_plain_first(_plain_yuan)
def read_yuan(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Yuan text (``¥1,299.90``, ``0元``) → integer fen; more than two decimals is bad, never rounded."""
    text = _without_float_noise(_yuan_text(raw))
    good = text.str.contains(r"^[+-]?[0-9]{1,13}(\.[0-9]{1,2}0*)?$").fill_null(False)
    short = text.set(~good, None).str.replace(r"(\.[0-9][0-9])0+$", "$1")
    fen = short.cast(pl.Decimal(18, 2)).to_physical().cast(pl.Int64)
    return fen, text.is_not_null() & ~good


def read_yuan_stat(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """A statistic in yuan as analytics screens write it (``3739.6690272859823``) → fen, rounded half up. Never for money that was moved."""
    text = _yuan_text(raw)
    good = text.str.contains(r"^[+-]?[0-9]{1,13}(\.[0-9]{1,18})?$").fill_null(False)
    value = text.set(~good, None)
    digits = value.str.extract(r"\.([0-9]+)$").fill_null("").str.pad_end(3, "0")
    half_up = (digits.str.slice(2, 1).cast(pl.Int64) >= 5).cast(pl.Int64)
    fen = value.str.extract(r"([0-9]+)").cast(pl.Int64) * 100 + digits.str.slice(0, 2).cast(pl.Int64) + half_up
    return fen.zip_with(~value.str.starts_with("-").fill_null(False), -fen), text.is_not_null() & ~good


def read_li(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Thousandths of a yuan (advertising accounts of Pinduoduo) → fen, rounded half up: the smallest unit there is a tenth of a fen."""
    value, bad = _read_integer(raw, r"^[0-9]{1,15}$")
    return (value + 5) // 10, bad


def _plain_integer(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    good = raw.str.contains(r"^-?[0-9]{1,15}$")
    return raw.set(~good, None).cast(pl.Int64), good


def _read_integer(raw: pl.Series, pattern: str) -> tuple[pl.Series, pl.Series]:
    text = _plain_number(_ascii(_trim_typed(raw)))
    good = text.str.contains(pattern).fill_null(False)
    value = text.set(~good, None).str.replace(r"\.0+$", "").cast(pl.Int64)
    return value, text.is_not_null() & ~good


@_plain_first(_plain_integer)
def read_fen(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Integer fen text → integer fen."""
    return _read_integer(raw, r"^[+-]?[0-9]{1,15}$")


@_plain_first(_plain_integer)
def read_int(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Whole number text (``1,234``, ``3.0``) → integer; ``1.5`` is bad."""
    return _read_integer(raw, r"^[+-]?[0-9]{1,15}(\.0+)?$")


def read_rate(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """``12.5%`` or ``0.125`` → 0.125; a bare number above 1 is bad, since it may be either."""
    text = _ascii(_trim_typed(raw))
    percent = text.str.ends_with("%").fill_null(False)
    bare = text.str.strip_chars_end("%")
    good = bare.str.contains(r"^[0-9]{1,6}(\.[0-9]+)?$").fill_null(False)
    value = bare.set(~good, None).cast(pl.Float64)
    value = (value / 100).zip_with(percent, value)
    bad = text.is_not_null() & (~good | ((value > 1) & ~percent).fill_null(False))
    return value.set(bad, None), bad


_FIRST, _LAST = dt.datetime(2003, 1, 1), dt.datetime(2099, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001 - on the wall
_TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S%.f")
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")


def _read_wall_clock(text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    value = pl.Series(text.name, [None] * len(text), pl.Datetime("us"))
    for form in formats:
        open_cells = text.set(value.is_not_null(), None)
        if open_cells.null_count() == len(text):
            break
        found = open_cells.str.to_datetime(form, time_unit="us", strict=False)
        value = value.zip_with(value.is_not_null(), found)
    return value


def _in_zone(value: pl.Series, text: pl.Series) -> tuple[pl.Series, pl.Series]:
    value = _on_the_clock(value)
    return value, text.is_not_null() & value.is_null()


def _on_the_clock(value: pl.Series) -> pl.Series:
    """Wall-clock time → instant, of the years from ``_FIRST`` to ``_LAST``: China has kept UTC+8 all through them."""
    value = value.set(~value.is_between(_FIRST, _LAST).fill_null(True), None)
    return value.dt.offset_by("-8h").dt.replace_time_zone("UTC").dt.convert_time_zone(TIME_ZONE)


def _plain_time(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    value = _on_the_clock(raw.str.to_datetime(_TIME_FORMATS[0], time_unit="us", strict=False))
    return value, value.is_not_null()


@_plain_first(_plain_time)
def read_time(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Beijing wall-clock text → instant; a date alone is its midnight; years outside 2003-2099 are bad."""
    text = _trim_typed(raw)
    value = _read_wall_clock(text, _TIME_FORMATS)
    if (value.is_null() & text.is_not_null()).any():
        dates, _ = read_date(text.set(value.is_not_null(), None))
        value = value.zip_with(value.is_not_null(), dates.cast(pl.Datetime("us")))
    return _in_zone(value, text)


def read_time_dmy(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Day before month (``03/08/2026 14:05:09`` is 3 August), as regions outside the US write it. The layout, never the cell, decides."""
    text = _trim_typed(raw)
    return _in_zone(_read_wall_clock(text, ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M:%S %p")), text)


def read_time_mdy(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Month before day (``03/08/2026 02:05:09 PM`` is 8 March), as the US writes it."""
    text = _trim_typed(raw)
    return _in_zone(_read_wall_clock(text, ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")), text)


def read_date(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """``2026-03-09``, ``2026/3/9``, ``20260309`` → date."""
    text = _trim_typed(raw)
    value = pl.Series(text.name, [None] * len(text), pl.Date)
    for form in _DATE_FORMATS:
        value = value.zip_with(value.is_not_null(), text.set(value.is_not_null(), None).str.to_date(form, strict=False))
    value = value.set(~value.dt.year().is_between(2003, 2099).fill_null(True), None)
    return value, text.is_not_null() & value.is_null()


def read_epoch_s(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Unix seconds text → instant; ``0`` means "has not happened"."""
    return _read_epoch(raw, r"^[0-9]{1,11}$", "s")


def read_epoch_ms(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Unix milliseconds text → instant; ``0`` means "has not happened"."""
    return _read_epoch(raw, r"^[0-9]{1,14}$", "ms")


def _read_epoch(raw: pl.Series, pattern: str, unit: Literal["s", "ms"]) -> tuple[pl.Series, pl.Series]:
    count, bad = _read_integer(raw, pattern)
    count = count.set(count == 0, None)
    value = pl.from_epoch(count, time_unit=unit).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.convert_time_zone(TIME_ZONE)
    odd = ~value.dt.year().is_between(2003, 2099).fill_null(True)
    return value.set(odd, None), bad | odd


READERS: dict[str, Read] = {
    "text": read_text,
    "id": read_id,
    "yuan": read_yuan,
    "yuan_stat": read_yuan_stat,
    "li": read_li,
    "fen": read_fen,
    "int": read_int,
    "rate": read_rate,
    "time": read_time,
    "time_dmy": read_time_dmy,
    "time_mdy": read_time_mdy,
    "epoch_s": read_epoch_s,
    "epoch_ms": read_epoch_ms,
    "date": read_date,
}
