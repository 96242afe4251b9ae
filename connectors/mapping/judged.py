"""What the cells of a table nobody knows show of its amounts: each row's own or the whole order's, and
whether that is proven.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from connectors.files.cells import read_id, read_int
from connectors.files.headers import split_unit
from connectors.files.merged_ids import holds_several_ids
from connectors.mapping.amounts import (
    Meaning,
    Spread,
    comes_to,
    not_adding_up,
    over_parts,
    parts_of,
    proven,
    spread_of,
)
from connectors.mapping.dictionary import SENT_AGAIN, TAKEN_BACK, words_of
from connectors.mapping.evidence import amounts, bare
from connectors.mapping.kinds import PART, PRICED, REPEATED, VOID, WHOLE
from connectors.typed import fold

#: Headers that call their column a price.
_PRICE = re.compile(r"(?<!总)价格?$|单价|price$")
#: A row's type that is no sale: what came back, and what went once more.
_NO_SALE = "|".join((*TAKEN_BACK, *SENT_AGAIN))


@dataclass(frozen=True)
class Judged:
    """One of our amounts in their column ``header``: what it is taken for and whether nobody has to be asked.

    ``by`` are their headers that prove it: price and quantity, or another amount. Without them the pattern
    itself speaks. ``could_be`` are the meanings a person may choose from, the safest first.
    """

    name: str
    header: str
    spread: Spread
    meaning: Meaning
    is_sure: bool
    by: tuple[str, ...] = ()
    could_be: tuple[Meaning, ...] = ("once", "each")


def judge(kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]) -> list[Judged]:
    """Every amount that some tables write again on each row of an order (after-sale).

    None where no column tells which rows belong together.

    ``taken``: our name → their header. ``table``: header → cells, of all rows.
    """
    names = [name for name in REPEATED.get(kind, ()) if name in taken]
    if not names or WHOLE[kind] not in taken:
        return []
    numbers = _numbers(taken, table)
    whole = _whole(kind, taken, table, numbers)
    parts = parts_of(whole, read_id(table[taken[PART]])[0]) if PART in taken else whole
    seen = {
        name: _seen(whole, parts, numbers[name], bare(table[taken[name]]), has_parts=PART in taken)
        for name in names
    }
    lines = {
        name: numbers[name] for name, (_, could_be, spread) in seen.items() if spread.own == ("each", True)
    }
    judged = []
    for name, (groups, could_be, spread) in seen.items():
        meaning, is_sure = spread.meaning if PART not in taken else spread.own
        by: tuple[str, ...] = ()
        if not is_sure and (
            proof := proven(groups, numbers[name], numbers) or _summed(groups, numbers[name], lines)
        ):
            meaning, is_sure, by = proof[0], True, tuple(taken[other] for other in proof[1])
        meaning = could_be[0] if meaning == "once" else meaning
        judged.append(Judged(name, taken[name], spread, meaning, is_sure or not spread.several, by, could_be))
    return judged


def exchanged(kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]) -> list[str]:
    """An order that was sold in which goods sent in exchange have an amount; none where none is."""
    names = [name for name in PRICED.get(kind, ()) if name in taken]
    if not names or not {"row_type_code", "order_id"} <= taken.keys():
        return []
    word = table[taken["row_type_code"]].fill_null("")
    rows = pl.DataFrame(
        {
            "order": read_id(table[taken["order_id"]])[0],
            "again": word.str.contains("|".join(SENT_AGAIN)) & ~word.str.contains("退"),
            "sold": ~word.str.contains(_NO_SALE),
            **{name: amounts(table[taken[name]]) for name in names},
        }
    )
    found = rows.filter(
        pl.col("again")
        & pl.col("sold").any().over("order")
        & pl.any_horizontal(pl.col(name) > 0 for name in names)
    )["order"].drop_nulls()
    return found.head(1).to_list()


@dataclass(frozen=True)
class Net:
    """Whether the paid amount is what was left after refunds: ``header`` and ``refund`` are its column and
    that of refunds, ``example`` an order; ``is_sure``: nobody has to be asked.
    """

    header: str
    refund: str
    example: str
    is_sure: bool


def net_of_refunds(kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]) -> Net | None:
    """A paid amount that refunds were taken from already: None where no row shows it.

    Sure where paid + refunded is what was to be paid in every row with a refund, two of different amounts at
    least. A lone such row, or more gone back than the order's rows were paid, is asked about.
    """
    if kind != "orders" or not {"order_id", "paid_fen", "stated_refund_fen"} <= taken.keys():
        return None
    numbers = _numbers(taken, table)
    none = pl.Series([None], dtype=pl.Int64).new_from_index(0, numbers["paid_fen"].len())
    whole = _whole(kind, taken, table, numbers)
    back = numbers["stated_refund_fen"].abs()
    rows = pl.DataFrame(
        {"order": whole, "paid": numbers["paid_fen"], "back": back, "due": numbers.get("placed_fen", none)}
    ).filter(pl.col("order").is_not_null() & pl.col("paid").is_not_null())
    of_order = pl.col("paid").sum().over("order")
    rows = rows.with_columns(of_order=of_order).filter(pl.col("back") > 0)
    adds_up = rows.filter(pl.col("paid") + pl.col("back") == pl.col("due"))
    too_much = rows.filter(pl.col("back") > pl.col("of_order"))
    if adds_up.is_empty() and too_much.is_empty():
        return None
    is_sure = adds_up.height == rows.height and adds_up.unique(["paid", "back"]).height > 1
    if not (is_sure or adds_up.height == rows.height or too_much.height):
        return None
    shown = adds_up if adds_up.height else too_much
    return Net(taken["paid_fen"], taken["stated_refund_fen"], str(shown["order"][0]), is_sure)


def _seen(
    whole: pl.Series, parts: pl.Series, amounts: pl.Series, cells: pl.Series, *, has_parts: bool
) -> tuple[pl.Series, tuple[Meaning, ...], Spread]:
    """By what number an amount repeats, what it may be, and how it lies on the rows of one number each.

    That of the ERP's own orders where there is one, unless all of an order's have one amount: then it may be
    the whole order's, written on each.
    """
    by_whole = spread_of(whole, amounts, cells)
    if not has_parts:
        return whole, ("once", "each"), by_whole
    among, by_part = over_parts(whole, parts, amounts, cells), spread_of(parts, amounts, cells)
    is_doubtful = among.alike + among.partly > 0 and not among.differing and by_part.own != ("once", True)
    return (whole, ("once", "part", "each"), by_whole) if is_doubtful else (parts, ("part", "each"), by_part)


def _numbers(taken: Mapping[str, str], table: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """Amounts and quantities by our names."""
    found = {name: amounts(table[header]) for name, header in taken.items() if name.endswith("_fen")}
    return found | {name: read_int(table[header])[0] for name, header in taken.items() if name == "line_qty"}


def _whole(
    kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series], numbers: Mapping[str, pl.Series]
) -> pl.Series:
    """Which rows belong together; null on rows that are no evidence: several numbers in one cell, what comes
    back, and orders that are none.
    """
    raw = table[taken[WHOLE[kind]]]
    whole = read_id(raw)[0]
    no_evidence = holds_several_ids(raw)
    if "line_qty" in numbers:
        no_evidence |= (numbers["line_qty"] < 0).fill_null(False)
    if "row_type_code" in taken:
        no_evidence |= table[taken["row_type_code"]].str.contains(_NO_SALE).fill_null(False)
    for name, code in (("order_status_code", VOID), ("is_void", "true")):
        if name in taken:
            void = [
                word
                for word in table[taken[name]].unique()
                if word is not None and words_of(name).get(fold(word)) == code
            ]
            no_evidence |= table[taken[name]].is_in(void).fill_null(False)
    return whole.set(no_evidence, None)


def price_among(
    kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]
) -> tuple[str, str, str] | None:
    """Our name whose column has the price of one piece, not an amount: the name, that column, and the one
    with the amount (empty: no column has it).

    It is a price where times quantity is another column in every row, several pieces among them; or where,
    with such rows and no such column, it is called a price.
    """
    if kind not in PRICED or "line_qty" not in taken:
        return None
    numbers, qty = _numbers(taken, table), read_int(table[taken["line_qty"]])[0]
    for name in PRICED[kind]:
        if name not in taken:
            continue
        amount = numbers[name]
        several = ((qty > 1) & (amount > 0)).fill_null(False)
        if not several.any():
            continue
        free = [
            header
            for header in table
            if header not in taken.values()
            or header in (taken.get(other) for other in PRICED[kind] if other != name)
        ]
        if total := next((header for header in free if _is_total(amounts(table[header]), amount, qty)), ""):
            return name, taken[name], total
        if _PRICE.search(split_unit(taken[name])[0]):
            return name, taken[name], ""
    return None


def per_piece(
    kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]
) -> list[tuple[str, str, str]]:
    """Columns taken for amounts that may be the price of one piece: rows of several pieces have in them what
    one piece has.

    By the column of prices, else by the rows of one piece of the same code. Only orders of one row speak; no
    row may speak against it. Each column with an amount and a number of pieces as its example.
    """
    if "line_qty" not in taken or WHOLE.get(kind, "") not in taken:
        return []
    numbers = _numbers(taken, table)
    code = next((name for name in ("sku_code", "product_id") if name in taken), "")
    whole = _whole(kind, taken, table, numbers)
    found = []
    for name in (name for name in PRICED.get(kind, ()) if name in taken):
        columns = {
            "whole": whole,
            "qty": numbers["line_qty"],
            "amount": numbers[name],
            "cell": bare(table[taken[name]]),
        }
        one = numbers.get("unit_price_fen", pl.Series([None], dtype=pl.Int64).new_from_index(0, whole.len()))
        rows = pl.DataFrame(
            {**columns, "one": one, "code": table[taken[code]] if code else one.cast(pl.String)}
        )
        rows = rows.filter(
            pl.col("whole").is_not_null() & (pl.len().over("whole") == 1) & (pl.col("amount") > 0)
        )
        if "unit_price_fen" not in taken:
            singles = rows.filter(pl.col("qty") == 1).group_by("code").agg(one=pl.col("amount").mode().min())
            rows = rows.drop("one").join(singles, on="code", how="left", maintain_order="left")
        several = rows.filter((pl.col("qty") > 1) & pl.col("one").is_not_null())
        if several.height and bool((several["amount"] == several["one"]).all()):
            found.append((taken[name], str(several["cell"][0]), str(several["qty"][0])))
    return found


def _is_total(total: pl.Series, price: pl.Series, qty: pl.Series) -> bool:
    """Whether a column is price × quantity in every row that has all three, of several rows."""
    rows = (
        pl.DataFrame([total.alias("total"), price.alias("price"), qty.alias("qty")])
        .drop_nulls()
        .filter((pl.col("price") > 0) & (pl.col("qty") > 0))
    )
    return (
        rows.height > 1
        and bool((rows["qty"] > 1).any())
        and bool((rows["total"] == rows["price"] * rows["qty"]).all())
    )


def lines_beside(
    kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]
) -> dict[str, tuple[str, str]]:
    """Our name → the column of each line's own money and that of the order's, which its lines add up to: one
    of them is taken, the other by nobody yet.

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
        is_lines = spread_of(whole, numbers[name]).own == ("each", True)
        for header, other in free.items():
            lines, order = (numbers[name], other) if is_lines else (other, numbers[name])
            if _are_lines_of(whole, order, lines, numbers.get("freight_fen")) and not any(
                header in pair for pair in found.values()
            ):
                found.setdefault(name, (taken[name], header) if is_lines else (header, taken[name]))
    return found


def _are_lines_of(whole: pl.Series, order: pl.Series, lines: pl.Series, freight: pl.Series | None) -> bool:
    spread, of_order = spread_of(whole, lines), spread_of(whole, order)
    is_own = spread.own == ("each", True) and spread.differing > 0 and lines.null_count() == 0
    is_whole = of_order.own != ("each", True) and of_order.several > 1
    return is_own and is_whole and not_adding_up(whole, order, lines, freight).is_empty()


def _summed(
    whole: pl.Series, amount: pl.Series, lines: Mapping[str, pl.Series]
) -> tuple[Meaning, tuple[str, ...]] | None:
    """An order's amount is what the lines' own amounts of another column add up to."""
    return next(
        (("once", (name,)) for name, parts in lines.items() if comes_to(whole, amount, parts) == "once"), None
    )
