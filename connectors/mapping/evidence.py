"""What a table's cells tell of how it is written: the order of dates, the unit and currency of money.

And what they leave open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from connectors.files.cells import READERS, read_yuan
from connectors.files.clocks import NEVER, OFFSET
from connectors.files.headers import ZONES, split_clock, split_unit
from connectors.files.spelling import to_ascii, trim
from connectors.mapping.dictionary import best_name
from connectors.mapping.kinds import needs_of
from connectors.mapping.model import TIME_CELLS
from contracts.markets import CURRENCIES

_MOMENT = (
    r"^[0-9]{1,4}[-/.年] ?[0-9]{1,2}[-/.月] ?[0-9]{1,4}|^1[0-9]{9}([0-9]{3})?$|^20[0-9]{6}(?:[0-9]{4}|"
    r"[0-9]{6})?$|^4[0-9]{4}(?:\.[0-9]+)?$"
)
_AMOUNT = r"^[(]?(?:[A-Z]{1,3}\s*)?[$€£¥￥]?\s*[-+]?[0-9][0-9,]*(?:\.[0-9]+)?\s*[元A-Z)]*$"
#: What the cells of a name look like, by the end of the name.
_LOOKS = {"_fen": _AMOUNT, "_qty": r"^-?[0-9][0-9,]*(?:\.0+)?$", "_at": _MOMENT, "_date": _MOMENT}
#: Marks of money → the currencies they may be of, the likeliest first.
_MARKS: dict[str, tuple[str, ...]] = {
    r"^US\$": ("USD",), r"^CA\$": ("CAD",), r"^AU\$": ("AUD",), r"^HK\$": ("HKD",), r"^NT\$": ("TWD",),
    r"^S\$": ("SGD",), r"^\$": ("USD", "CAD", "AUD", "HKD", "TWD", "SGD", "NZD"),
    "€": ("EUR",), "£": ("GBP",), "[¥￥]": ("CNY", "JPY"), "RMB": ("CNY",),
    **{code: (code,) for code in CURRENCIES},
}  # fmt: skip
_MARK = r"[$€£¥￥]|[A-Z]{3}"
#: Marks of money that are not the house's own: dropped before the one money parser reads the cell.
_WORDS = "|".join((*CURRENCIES, "RMB"))
CURRENCY_MARK = rf"^(?:US|CA|AU|HK|NT|S)?[$€£]\s*|^(?:{_WORDS})\s*|\s*(?:{_WORDS})$"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Cells:
    """How the cells are written, as far as they tell. ``currency`` is empty where nothing points to one.

    ``zone``: the time zone the headers of moments name, all of them the same; empty where none does.

    ``dates``: the ways in which all moments may be written, with ``moment`` as an example.
    """

    dates: tuple[str, ...]
    moment: str
    is_money_sure: bool
    currency: str
    is_currency_sure: bool
    is_zone_sure: bool
    zone: str = ""


def look(taken: Mapping[str, str], sample: Mapping[str, pl.Series]) -> Cells:
    """Judge the columns taken for moments and amounts.

    ``taken`` is our name → their header, ``sample`` their header → cells that are not blank.

    Chinese headers and no foreign mark of money mean yuan and Beijing's clock; anything else is a person's to
    say. A dollar is of many countries.
    """
    amounts, moments = _marked_text(_of_kind(taken, sample, "_fen")), _of_kind(taken, sample, "_at")
    marked = {mark: amounts.str.contains(mark).fill_null(False) for mark in _MARKS}
    marks = [mark for mark, cells in marked.items() if cells.any()]
    abroad_marks = [mark for mark in marks if "CNY" not in _MARKS[mark]]
    # some cells with a mark of another country and some without it: of two currencies, or nobody knows
    is_mixed = bool(abroad_marks) and not (len(marks) == 1 and bool(marked[marks[0]].all()))
    has_point = bool(amounts.str.contains(r"[0-9]\.[0-9]").any()) or bool(marks)
    units = {split_unit(header)[1] for name, header in taken.items() if name.endswith("_fen")}
    abroad = sorted(unit for unit in units if unit.isupper())
    at_home = any(_CHINESE.search(header) for header in sample) and not abroad_marks and not abroad
    currency = abroad[0] if abroad else "CNY" if at_home else ""
    if marks and not abroad and not is_mixed:
        currency = _MARKS[marks[0]][0]
    dates, moment = _dates(moments)
    clocks = {split_clock(header)[1] for name, header in taken.items() if name.endswith("_at")}
    zones = {ZONES.get(clock, "") for clock in clocks if clock}
    zone = next(iter(zones)) if len(clocks) == 1 and zones else ""
    is_told = bool(zone) or bool(moments.str.contains(OFFSET).all())
    return Cells(
        dates=dates,
        moment=moment,
        is_money_sure=has_point or amounts.is_empty() or "" not in units,
        currency=currency,
        is_currency_sure=amounts.is_empty()
        or at_home
        or len(abroad) == 1
        or (len(marks) == 1 and not is_mixed and len(_MARKS[marks[0]]) == 1),
        is_zone_sure=moments.is_empty() or is_told or (at_home and not zones),
        zone=zone,
    )


def _of_kind(taken: Mapping[str, str], sample: Mapping[str, pl.Series], suffix: str) -> pl.Series:
    columns = [sample[header].rename("cells") for name, header in taken.items() if name.endswith(suffix)]
    return pl.concat(columns) if columns else pl.Series("cells", [], dtype=pl.String)


def _dates(cells: pl.Series) -> tuple[tuple[str, ...], str]:
    """The ways of writing moments in which as many cells as can be are one, the likeliest first, and a cell
    as an example.

    None for no cell, or a way nobody knows: the rows will say so.
    """
    if cells.is_empty():
        return (), ""
    read = {order: (~READERS[cell](cells)[1]).sum() for order, cell in TIME_CELLS.items()}
    ways = tuple(order for order in read if read[order] == max(read.values()) > 0)
    return ways, str(cells[0])


def fits(cells: pl.Series, name: str) -> bool:
    """Whether most cells of a column can be of a name: amounts and counts are numbers, moments look like
    moments.
    """
    return cells.is_empty() or float(str(_are_of(cells, name).mean())) >= 0.8


def _are_of(cells: pl.Series, name: str) -> pl.Series:
    """Which cells can be of a name; what says that nothing happened can be a moment."""
    pattern = next((pattern for suffix, pattern in _LOOKS.items() if name.endswith(suffix)), "")
    are = to_ascii(cells).str.contains(pattern)
    return are | cells.is_in(NEVER) if name.endswith(("_at", "_date")) else are


def find_unreadable(
    kind: str, taken: Mapping[str, str], sample: Mapping[str, pl.Series]
) -> dict[str, tuple[str, str]]:
    """Find our names that are needed and not taken → the header known for one, too few of whose cells are of
    the kind, and one that is not.
    """
    needed = {name for names in needs_of(kind) if not taken.keys() & set(names) for name in names}
    found: dict[str, tuple[str, str]] = {}
    for header, cells in sample.items():
        name, score = (not cells.is_empty() and best_name(header, kind)) or ("", 0.0)
        if name in needed and score == 1.0 and not fits(cells, name):
            found.setdefault(name, (header, str(cells.filter(~_are_of(cells, name))[0])))
    return found


def _marked_text(cells: pl.Series) -> pl.Series:
    """Amounts as their marks are looked for."""
    return to_ascii(trim(cells)).str.to_uppercase()


def of_another(cells: pl.Series, currency: str) -> pl.Series:
    """Whether a cell has the mark of money of another currency than ``currency``."""
    text = _marked_text(cells)
    if not text.str.contains(_MARK).any():
        return pl.Series([False]).new_from_index(0, cells.len())
    foreign = [mark for mark, currencies in _MARKS.items() if currency not in currencies]
    return text.str.contains("|".join(foreign)).fill_null(False)


def bare(cells: pl.Series) -> pl.Series:
    """Money as text without blanks around it and foreign marks."""
    return trim(cells).str.replace_all(CURRENCY_MARK, "")


def amounts(cells: pl.Series) -> pl.Series:
    """A column's amounts in hundredths of whatever unit it is written in, to compare them.

    Null for what is none.
    """
    return read_yuan(bare(cells))[0]


def can_be(kind: str, cells: pl.Series, name: str) -> bool:
    """Whether a column can be of a name: by its cells, and by their being distinct where they would tell the
    lines of orders apart (1, 2, 3 do not).
    """
    return fits(cells, name) and (
        kind != "orders" or name != "order_line_id" or cells.n_unique() == cells.len()
    )


def is_negated(column: pl.Series) -> bool:
    """Whether a column's amounts are below 0, as far as they are not 0."""
    given = amounts(column).drop_nulls()
    return bool((given < 0).any()) and not bool((given > 0).any())
