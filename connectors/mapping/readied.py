"""Cells of a mapped column made ready for the parser: amounts and moments."""

from __future__ import annotations

import polars as pl

from connectors.files.cells import READERS
from connectors.files.clocks import NEVER, OFFSET
from connectors.files.spelling import trim
from connectors.mapping.evidence import bare, of_another
from connectors.mapping.model import MappingFile
from contracts.fields import TIME_ZONE

_MONEY = ("yuan", "yuan_stat", "wan_yuan", "fen", "li")
#: How an instant is written for the parser of each kind of cell.
_FORMATS = {"time": "%Y-%m-%d %H:%M:%S", "time_dmy": "%d/%m/%Y %H:%M:%S", "time_mdy": "%m/%d/%Y %H:%M:%S"}


def readied(raw: pl.Series, mapping: MappingFile, name: str) -> pl.Series:
    """The cells of ``name`` as its parser reads them: bare amounts, moments on the house's clock."""
    cell = mapping.cell_of(name)
    if cell in _MONEY:
        amount = _signed(bare(raw), mapping.columns[name].sign)
        amount = amount.zip_with((amount != "").fill_null(False), raw)
        if "currency_code" not in mapping.columns:
            strange = of_another(raw, mapping.currency)
            # no amount of this table's currency: its row is set aside with what is wrong with it
            amount = (
                (raw + f" (not {mapping.currency})").zip_with(strange, amount) if strange.any() else amount
            )
        return amount
    if cell == "date" or cell.startswith("time"):
        raw = raw.set(trim(raw).is_in(NEVER).fill_null(False), None)
    if cell in _FORMATS and mapping.time_zone != TIME_ZONE:
        return _on_our_clock(raw, cell, mapping.time_zone)
    return raw


def _signed(text: pl.Series, sign: str) -> pl.Series:
    if sign == "as_told":
        return text
    bare = text.str.replace("−", "-", literal=True).str.replace(r"^\((.*)\)$", "-$1")
    negative = bare.str.starts_with("-").fill_null(False)
    plain = bare.str.replace(r"^[+-]", "")
    if sign == "absolute":
        return plain
    return plain.zip_with(
        negative | plain.is_null(), pl.Series(["-"], dtype=pl.String).new_from_index(0, plain.len()) + plain
    )


def _on_our_clock(raw: pl.Series, cell: str, zone: str) -> pl.Series:
    """Wall-clock text of another zone → the same instant as the house writes it.

    What is no time stays as it was, for the parser to refuse, and so does what says its own distance from
    Greenwich.

    An hour the zone's clocks leapt over is no time either, though it looks like one: it is marked.
    """
    instants, _ = READERS[cell](raw)
    wall = instants.dt.replace_time_zone(None)
    there = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    ours = there.dt.convert_time_zone(TIME_ZONE).dt.strftime(_FORMATS[cell])
    leapt = wall.is_not_null() & there.is_null()
    said = raw.zip_with(~leapt, raw + " (no such hour)")
    is_told = raw.str.contains(OFFSET).fill_null(False)
    return raw.zip_with(is_told, ours.zip_with(ours.is_not_null(), said))
