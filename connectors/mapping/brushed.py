"""Orders a table itself calls brushed: bought by the shop's own people, money that was never sold. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl
from pydantic import BaseModel, ConfigDict

from connectors.files.spelling import trim
from connectors.mapping.dictionary import is_personal, words_of
from connectors.mapping.model import MappingFile
from connectors.mapping.states import void_rows
from connectors.typed import fold
from contracts.intake import Notice

#: What such a column is called, and what a label among others says.
_CALLED = re.compile(r"刷单|补单|\bbrush(?:ed|ing)?\b|\bfake order", re.IGNORECASE)
WORD = "刷单"


class Brushed(BaseModel):
    """The column that says which orders are brushed; ``rows`` that it says so of, the first of them of order
    ``example``; ``void``: the column that says by now which orders are none ("" = no other).
    """

    model_config = ConfigDict(frozen=True)

    header: str
    rows: int = 0
    example: str = ""
    void: str = ""


def find_brushed(kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]) -> Brushed | None:
    """Look for the column in a table of orders: by its header, or by a label in a column nobody reads."""
    if kind not in ("orders", "order_heads") or taken.get("order_id", "") not in table:
        return None
    false = [word for word, code in words_of("is_void").items() if code == "false"]
    read = {header for name, header in taken.items() if name != "is_void"}
    for header, cells in table.items():
        if header in read or is_personal(header):
            continue
        words = pl.Series([fold(word) for word in trim(cells).fill_null("")], dtype=pl.String)
        is_called = bool(_CALLED.search(header))
        is_so = (words != "" if is_called else words.str.contains(WORD, literal=True)) & ~words.is_in(false)
        if is_so.any() or is_called:
            numbers = table[taken["order_id"]].filter(is_so)
            void = taken.get("is_void", "")
            return Brushed(
                header=header,
                rows=int(is_so.sum()),
                example=str(numbers[0]) if numbers.len() else "",
                void="" if void == header else void,
            )
    return None


def brushed_words(header: str, words: Sequence[str]) -> dict[str, object]:
    """What a column of brushed orders says by which word, also by those it has not said yet; nothing for any
    other column.
    """
    if not _CALLED.search(header) and not any(WORD in word for word in words):
        return {}
    return {"values": dict(words_of("is_void")), "contains": {WORD: "true"}}


def told_brushed(mapping: MappingFile, typed: pl.DataFrame) -> list[Notice]:
    """Orders that count for nothing because the table calls them brushed."""
    rule = mapping.columns.get("is_void")
    if rule is None or WORD not in rule.contains:
        return []
    out = typed.filter(void_rows(mapping, typed))["order_id"].drop_nulls().unique(maintain_order=True)
    return [Notice("BRUSHED_OUT", out.len(), str(out[0]))] if out.len() else []
