"""Rows that stand in a table twice: a table pasted again below itself. Pure.

Where a column numbers the lines, a row that repeats its number and all else is that line told again. Where
none does, two equal rows may well be two lines: only orders that come again after others, several of them in
turn and each with all its rows as before, are a table pasted again.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from connectors.files.spelling import ID_EDGES
from connectors.mapping.dictionary import best_name
from connectors.mapping.kinds import EXPORT, WHOLE

_LINE = "order_line_id"
#: So many orders that come again in turn are no chance.
_FEWEST = 3


def without_copies(kind: str, table: Mapping[str, pl.Series]) -> tuple[dict[str, pl.Series], str, int]:
    """A table nobody knows (header → cells) with every row once, the header that tells it, and how many rows
    were copies.

    A copy says the same as an earlier row in every column, but for one that counts the rows. Nothing is left
    out by numbers that do not tell lines apart all the same.
    """
    told = pl.DataFrame([cells.alias(header) for header, cells in table.items() if not _counts(cells)])
    known = {header: best_name(header, kind) for header in told.columns}
    for name, find in ((_LINE, _told_again), (WHOLE.get(kind, "order_id"), pasted)):
        for header in (header for header, match in known.items() if match == (name, 1.0)):
            is_copy = find(told, header)
            if is_copy.any():
                kept = {other: cells.filter(~is_copy) for other, cells in table.items()}
                return kept, header, int(is_copy.sum())
    return dict(table), "", 0


def _counts(cells: pl.Series) -> bool:
    """Whether a column counts the rows: 1, 2, 3."""
    number = cells.str.strip_chars().cast(pl.Int64, strict=False)
    return cells.len() > 1 and number.null_count() == 0 and bool((number.diff().drop_nulls() == 1).all())


def _told_again(told: pl.DataFrame, header: str) -> pl.Series:
    """Rows with an earlier row's number of the line and all it says; none unless each number is then on one
    row.
    """
    number = pl.col(header).str.strip_chars(ID_EDGES).fill_null("")
    rows = told.select(copy=~pl.struct(told.columns).is_first_distinct() & (number != ""), number=number)
    left = rows.filter(~pl.col("copy") & (pl.col("number") != ""))["number"]
    return rows["copy"] & left.is_unique().all()


def pasted(told: pl.DataFrame, header: str) -> pl.Series:
    """Rows of orders (their number under ``header``) that stood above with the same rows, other orders
    between, where at least ``_FEWEST`` such orders follow each other.
    """
    number = told[header].cast(pl.String).str.strip_chars(ID_EDGES).fill_null("")
    said = told.select(name for name in told.columns if name not in ("_row_number", *EXPORT))
    rows = pl.DataFrame({
        "number": number,
        "run": (number != number.shift()).fill_null(True).cum_sum(),
        # two digests of a row: that both are another row's by chance nobody will see
        "one": said.hash_rows(seed=1),
        "two": said.hash_rows(seed=2),
    })  # fmt: skip
    runs = rows.group_by("run", maintain_order=True).agg(
        pl.col("number").first(), pl.col("one", "two").cast(pl.String).str.join(",")
    )
    is_again = runs.select(
        ~pl.struct("number", "one", "two").is_first_distinct() & (pl.col("number") != "")
    ).to_series()
    stretch = (is_again != is_again.shift()).fill_null(True).cum_sum().alias("stretch")
    orders = pl.DataFrame([runs["run"], runs["number"], is_again.alias("again"), stretch])
    enough = orders.with_columns(
        again=pl.col("again") & (pl.col("number").n_unique().over("stretch") >= _FEWEST)
    )
    return rows.join(enough.select("run", "again"), on="run", how="left", maintain_order="left")["again"]


def pasted_rows(kind: str, typed: pl.DataFrame) -> pl.Series:
    """Typed rows of a table pasted again below itself, where no column numbers its rows."""
    number = WHOLE.get(kind, "order_id")
    is_numbered = kind in ("order_heads", "funds") or (kind == "orders" and _LINE in typed.columns)
    if number not in typed.columns or is_numbered:
        return pl.Series([False]).new_from_index(0, typed.height)
    return pasted(typed, number)


def same_line_again(
    kind: str, taken: Mapping[str, str], table: Mapping[str, pl.Series]
) -> tuple[str, str, int] | None:
    """The header of lines' numbers that is not read because some stand on several rows, though these rows are
    of one order and have the same goods and money; such a number, and how many rows repeat one. None where
    nothing of the kind is.

    They may be one line in two states, or lines that share a number: nobody can know.
    """
    known = [header for header in table if kind == "orders" and best_name(header, kind) == (_LINE, 1.0)]
    of_line = ("order_id", "sku_code", "product_id", "line_qty")
    same = [header for name, header in taken.items() if name in of_line or name.endswith("_fen")]
    for header in known:
        if header in taken.values() or "order_id" not in taken:
            continue
        rows = pl.DataFrame([table[name].str.strip_chars().alias(name) for name in (header, *same)])
        is_again = rows.select(~pl.struct(pl.all()).is_first_distinct() & (pl.col(header) != ""))
        again = rows[header].filter(is_again.to_series().fill_null(False))
        if again.len():
            return header, str(again[0]), again.len()
    return None
