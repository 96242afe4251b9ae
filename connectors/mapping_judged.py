"""What the cells of a table nobody knows show of its amounts: each row's own or the whole order's, and whether that is proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from connectors.cells import read_id, read_int
from connectors.mapping_amounts import Meaning, Spread, comes_to, proven, spread_of
from connectors.mapping_evidence import amounts, bare
from connectors.mapping_kinds import REPEATED, WHOLE


@dataclass(frozen=True)
class Judged:
    """One of our amounts in their column ``header``: what it is taken for and whether nobody has to be asked.

    ``by`` are their headers that prove it: price and quantity, or another amount. Without them the pattern itself speaks.
    """

    name: str
    header: str
    spread: Spread
    meaning: Meaning
    is_sure: bool
    by: tuple[str, ...] = ()


def judge(kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]) -> list[Judged]:
    """Every amount that some tables write again on each row of an order (after-sale); none where no column tells which rows belong together.

    ``taken``: our name → their header. ``table``: header → cells, of all rows.
    """
    names = [name for name in REPEATED.get(kind, ()) if name in taken]
    if not names or WHOLE[kind] not in taken:
        return []
    whole = read_id(table[taken[WHOLE[kind]]])[0]
    numbers = {name: amounts(table[header]) for name, header in taken.items() if name.endswith("_fen")}
    numbers |= {name: read_int(table[header])[0] for name, header in taken.items() if name == "line_qty"}
    spreads = {name: spread_of(whole, numbers[name], bare(table[taken[name]])) for name in names}
    lines = {name: numbers[name] for name in names if spreads[name].meaning == ("each", True)}
    judged = []
    for name in names:
        meaning, is_sure = spreads[name].meaning
        by: tuple[str, ...] = ()
        if not is_sure and (proof := proven(whole, numbers[name], numbers) or _summed(whole, numbers[name], lines)):
            meaning, is_sure, by = proof[0], True, tuple(taken[other] for other in proof[1])
        judged.append(Judged(name, taken[name], spreads[name], meaning, is_sure or not spreads[name].several, by))
    return judged


def _summed(whole: pl.Series, amount: pl.Series, lines: Mapping[str, pl.Series]) -> tuple[Meaning, tuple[str, ...]] | None:
    """An order's amount is what the lines' own amounts of another column add up to."""
    return next((("once", (name,)) for name, parts in lines.items() if comes_to(whole, amount, parts) == "once"), None)
