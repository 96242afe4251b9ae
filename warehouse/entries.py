"""What merchants enter in lists: append-only, with who and when. What is said again is not written again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.tables import Table
from warehouse.lake import Lake

_WRITTEN = {"event_number", "received_by_name", "changed_at"}


@dataclass(frozen=True)
class Book:
    """A table of entries: what tells one of them from another (``same``), the day from which one holds, and what it says (``amount``).

    Without its amount an entry takes back what was said before. ``same`` begins with the merchant.
    """

    table: Table
    same: tuple[str, ...]
    day: str
    amount: str

    @property
    def unit(self) -> str:
        """The unit of the amount, ``fen`` or ``qty``: what a comparison calls it."""
        return self.amount.rpartition("_")[2]


def save(lake: Lake, books: Sequence[Book], merchant_id: str, given: Sequence[pl.DataFrame], *, by: str, at: dt.datetime) -> int:
    """Enter the rows ``given`` for each of ``books`` (without number, person and moment) of one merchant; returns how many say something new.

    Each must stand once in its frame: the caller sees to that.
    """
    with lake.transaction():
        return sum(_enter(lake, book, merchant_id, rows, by, at) for book, rows in zip(books, given, strict=True))


def last_entry(lake: Lake, books: Sequence[Book], merchant_id: str) -> tuple[int, ...]:
    """The number of the merchant's newest entry in each book, 0 before the first: it moves when anybody enters anything."""
    return tuple(int(read(lake, book, merchant_id).select(pl.col("event_number").max().fill_null(0)).item()) for book in books)


def compare(lake: Lake, books: Sequence[Book], merchant_id: str, given: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """What entering rows (as ``save`` takes them; other columns are kept) would change.

    Each with ``verdict_code`` new, changed, same, taken_back or nothing (took back what was not there), what it says (named by its unit: ``fen``, ``qty``),
    ``was_…`` of the same thing and day with who and when, and ``before_…``, what is said of the same thing from an earlier day on.
    """
    return pl.concat([_compared(lake, book, merchant_id, rows) for book, rows in zip(books, given, strict=True)], how="diagonal")


def read(lake: Lake, book: Book, merchant_id: str | None = None) -> pl.DataFrame:
    """A book's entries in their order; of one merchant when given."""
    return lake.read(book.table, where={"merchant_id": merchant_id} if merchant_id else None).sort(book.table.key)


def _compared(lake: Lake, book: Book, merchant_id: str, rows: pl.DataFrame) -> pl.DataFrame:
    same, amount, was = book.same, book.amount, f"was_{book.unit}"
    last = read(lake, book, merchant_id).unique(same, keep="last", maintain_order=True)
    rest = [name for name in book.table.columns if name not in {*same, *_WRITTEN, amount}]
    given = rows.with_columns(merchant_id=pl.lit(merchant_id))
    stood = last.select(*same, "received_by_name", "changed_at", pl.col(amount).alias(was), **{f"was_{name}": pl.col(name) for name in rest})
    pair = given.join(stood, on=list(same), how="left", nulls_equal=True, maintain_order="left")
    is_same = pl.all_horizontal(pl.col(amount) == pl.col(was), *(pl.col(name).eq_missing(pl.col(f"was_{name}")) for name in rest))
    verdict = (
        pl.when(pl.col(amount).is_null() & pl.col(was).is_null()).then(pl.lit("nothing"))
        .when(pl.col(amount).is_null()).then(pl.lit("taken_back"))
        .when(pl.col(was).is_null()).then(pl.lit("new"))
        .when(is_same).then(pl.lit("same")).otherwise(pl.lit("changed"))
    )  # fmt: skip
    # a join on time takes no null for a key
    by = [f"_{name}" for name in same if name != book.day]
    keys = [pl.col(name[1:]).fill_null("").alias(name) for name in by]
    known = last.filter(pl.col(amount).is_not_null()).with_columns(keys).select(*by, book.day, pl.col(amount).alias(f"before_{book.unit}")).sort(book.day)
    found = pair.with_columns(*keys, pl.col(amount).alias(book.unit), verdict_code=verdict).sort(book.day).join_asof(
        known, on=book.day, by=by, allow_exact_matches=False, check_sortedness=False
    )  # fmt: skip
    return found.drop(by, amount, *(f"was_{name}" for name in rest))


def _enter(lake: Lake, book: Book, merchant_id: str, rows: pl.DataFrame, by: str, at: dt.datetime) -> int:
    table = book.table
    known = read(lake, book, merchant_id)
    last = known.unique(book.same, keep="last", maintain_order=True)
    given = table.shape(rows.with_columns(merchant_id=pl.lit(merchant_id)))
    fresh = given.join(last, on=[name for name in table.columns if name not in _WRITTEN], how="anti", nulls_equal=True)
    stood = fresh.join(last, on=list(book.same), how="semi", nulls_equal=True)
    is_back = pl.col(book.amount).is_null()
    fresh = pl.concat([fresh.filter(~is_back), stood.filter(is_back)])  # taking back what was never entered says nothing
    highest = known.select(pl.col("event_number").max().fill_null(0)).item()
    numbered = fresh.with_columns(event_number=pl.int_range(1, pl.len() + 1) + highest, received_by_name=pl.lit(by), changed_at=pl.lit(at))
    lake.append(table, numbered)
    return fresh.height
