"""What the cells of a table nobody knows show of its amounts: each row's own or the whole order's, and whether that is proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from connectors.cells import read_id, read_int
from connectors.mapping_amounts import Meaning, Spread, comes_to, not_adding_up, proven, spread_of
from connectors.mapping_evidence import amounts, bare
from connectors.mapping_kinds import PRICED, REPEATED, WHOLE
from connectors.merged_ids import holds_several_ids


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
    numbers = _numbers(taken, table)
    whole = _whole(kind, taken, table, numbers)
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


def _numbers(taken: Mapping[str, str], table: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """Amounts and quantities by our names."""
    found = {name: amounts(table[header]) for name, header in taken.items() if name.endswith("_fen")}
    return found | {name: read_int(table[header])[0] for name, header in taken.items() if name == "line_qty"}


def _whole(kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series], numbers: Mapping[str, pl.Series]) -> pl.Series:
    """Which rows belong together; null on rows that are no evidence: several numbers in one cell, and what comes back."""
    raw = table[taken[WHOLE[kind]]]
    whole = read_id(raw)[0]
    no_evidence = holds_several_ids(raw)
    if "line_qty" in numbers:
        no_evidence |= (numbers["line_qty"] < 0).fill_null(False)
    if "row_type_code" in taken:
        no_evidence |= table[taken["row_type_code"]].str.contains("退").fill_null(False)
    return whole.set(no_evidence, None)


def lines_beside(kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]) -> dict[str, tuple[str, str]]:
    """Our name → the column of each line's own money and that of the order's, which its lines add up to: one of them is taken, the other by nobody yet.

    Every order has to agree, with or without its freight, and two of several rows at least.
    """
    names = [name for name in PRICED.get(kind, ()) if name in taken]
    if not names or WHOLE[kind] not in taken:
        return {}
    numbers = _numbers(taken, table)
    whole = _whole(kind, taken, table, numbers)
    free = {header: amounts(table[header]) for header in table if header not in taken.values()}
    found: dict[str, tuple[str, str]] = {}
    for name in names:
        is_lines = spread_of(whole, numbers[name]).meaning == ("each", True)
        for header, other in free.items():
            lines, order = (numbers[name], other) if is_lines else (other, numbers[name])
            if _are_lines_of(whole, order, lines, numbers.get("freight_fen")) and not any(header in pair for pair in found.values()):
                found.setdefault(name, (taken[name], header) if is_lines else (header, taken[name]))
    return found


def _are_lines_of(whole: pl.Series, order: pl.Series, lines: pl.Series, freight: pl.Series | None) -> bool:
    spread, of_order = spread_of(whole, lines), spread_of(whole, order)
    is_own = spread.meaning == ("each", True) and spread.differing > 0 and lines.null_count() == 0
    is_whole = of_order.meaning != ("each", True) and of_order.several > 1
    return is_own and is_whole and not_adding_up(whole, order, lines, freight).is_empty()


def _summed(whole: pl.Series, amount: pl.Series, lines: Mapping[str, pl.Series]) -> tuple[Meaning, tuple[str, ...]] | None:
    """An order's amount is what the lines' own amounts of another column add up to."""
    return next((("once", (name,)) for name, parts in lines.items() if comes_to(whole, amount, parts) == "once"), None)
