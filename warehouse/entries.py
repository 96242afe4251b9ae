"""Hand-entered lists as stored: who entered what when, which entries stand, and what entering rows would
change.

Two ways of keeping, alike from outside: a log (append-only; of the same thing the newest entry counts) and a
register (one row per thing, replaced).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from contracts.tables import Table
from warehouse.lake import Lake

_WRITTEN = {"event_number", "received_by_name", "changed_at"}
#: Characters of an entry's id.
_ID_LENGTH = 10


@dataclass(frozen=True)
class Book:
    """A table of entries.

    ``same`` tells one entry from another; ``amount`` is the column a comparison puts side by side, ``day``
    the day from which one holds. An entry is taken back in a log by one without ``amount``, or whose ``flag``
    is false where there is such a column; in a register (``is_log`` false) by deletion.
    """

    table: Table
    same: tuple[str, ...]
    amount: str
    day: str = ""
    flag: str = ""
    is_log: bool = True

    @property
    def unit(self) -> str:
        """The unit of the amount (``fen``, ``qty`` …): what a comparison calls it."""
        return self.amount.rpartition("_")[2]

    @property
    def says(self) -> list[str]:
        """The columns a person enters."""
        return [name for name in self.table.columns if name not in _WRITTEN]

    @property
    def stands(self) -> pl.Expr:
        """Which stored entries are in force, of the newest of each thing."""
        if self.flag:
            return pl.col(self.flag)
        return pl.col(self.amount).is_not_null() if self.is_log else pl.lit(value=True)


def read(lake: Lake, table: Table, merchant_id: str | None = None) -> pl.DataFrame:
    """A table's entries by its key, which is the order of entry in a log.

    Of one merchant when given and the table is not the whole house's.
    """
    where: dict[str, object] | None = (
        {"merchant_id": merchant_id} if merchant_id and "merchant_id" in table.columns else None
    )
    return lake.read(table, where=where).sort(table.key)


def in_force(lake: Lake, book: Book, merchant_id: str | None = None) -> pl.DataFrame:
    """The entries that stand, in order of entry: columns of the table."""
    return _newest(read(lake, book.table, merchant_id), book).filter(book.stands)


def entry_ids(rows: pl.DataFrame, book: Book) -> pl.Series:
    """A short id of each row's thing, by which a person names it: the same whenever the list is read."""
    keys = rows.select(
        pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in book.same], separator="\x1f")
    ).to_series()
    ids = [hashlib.sha256(f"{book.table.name}\x1f{key}".encode()).hexdigest()[:_ID_LENGTH] for key in keys]
    return pl.Series("entry_id", ids, dtype=pl.String)


def last_entry(lake: Lake, books: Sequence[Book], merchant_id: str | None) -> tuple[int, ...]:
    """A number for each book that moves when anybody enters anything: of a log the newest entry's, else of
    how many rows there are and the newest moment.
    """
    found: list[int] = []
    for book in books:
        rows = read(lake, book.table, merchant_id)
        newest = rows["event_number" if book.is_log else "changed_at"].cast(pl.Int64).max()
        found += [int(str(newest or 0))] + ([] if book.is_log else [rows.height])
    return tuple(found)


def compare(
    lake: Lake, books: Sequence[Book], merchant_id: str | None, given: Sequence[pl.DataFrame]
) -> pl.DataFrame:
    """What entering rows (as ``save`` takes them; other columns are kept) would change.

    Each with ``verdict_code`` new, changed, same, taken_back or nothing (took back what was not there), what
    it says (named by its unit: ``fen``, ``qty``), ``was_…`` of the same thing and day with who and when, and
    ``before_…``, what is said of the same thing from an earlier day on.
    """
    return pl.concat(
        [_compared(lake, book, merchant_id, rows) for book, rows in zip(books, given, strict=True)],
        how="diagonal_relaxed",
    )


def save(
    lake: Lake,
    books: Sequence[Book],
    merchant_id: str | None,
    given: Sequence[pl.DataFrame],
    *,
    by: str,
    at: dt.datetime,
) -> int:
    """Enter the rows ``given`` for each of ``books``.

    Returns how many say something new: an identical entry is not written again.

    Rows hold what a person enters, without number, name and moment, and ``is_back`` where one takes back
    (else: those without an amount). Each thing must stand once in its frame: the caller sees to that.
    """
    with lake.transaction():
        return sum(
            _enter(lake, book, merchant_id, rows, by, at) for book, rows in zip(books, given, strict=True)
        )


def _newest(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    return rows.unique(book.same, keep="last", maintain_order=True) if book.is_log else rows


def _with_back(rows: pl.DataFrame, book: Book, merchant_id: str | None) -> pl.DataFrame:
    """Rows with their merchant and ``is_back``."""
    owner = {"merchant_id": pl.lit(merchant_id)} if "merchant_id" in book.table.columns else {}
    back = {} if "is_back" in rows.columns else {"is_back": pl.col(book.amount).is_null()}
    return rows.with_columns(**owner, **back)


def _compared(lake: Lake, book: Book, merchant_id: str | None, rows: pl.DataFrame) -> pl.DataFrame:
    same, amount, was = book.same, book.amount, f"was_{book.unit}"
    stood = in_force(lake, book, merchant_id)
    rest = [name for name in book.says if name not in {*same, amount, book.flag}]
    given = _with_back(rows, book, merchant_id)
    who = [name for name in ("received_by_name", "changed_at") if name in stood.columns]
    before = stood.select(
        *same,
        *who,
        pl.col(amount).alias(was),
        stood=pl.lit(value=True),
        **{f"was_{name}": pl.col(name) for name in rest},
    )
    pair = given.join(
        before, on=list(same), how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(pl.col("stood").fill_null(value=False))
    is_same = pl.all_horizontal(
        pl.col(amount).eq_missing(pl.col(was)),
        *(pl.col(name).eq_missing(pl.col(f"was_{name}")) for name in rest),
    )
    verdict = (
        pl.when(pl.col("is_back") & ~pl.col("stood")).then(pl.lit("nothing"))
        .when("is_back").then(pl.lit("taken_back"))
        .when(~pl.col("stood")).then(pl.lit("new"))
        .when(is_same).then(pl.lit("same")).otherwise(pl.lit("changed"))
    )  # fmt: skip
    found = pair.with_columns(verdict_code=verdict, **{book.unit: pl.when(~pl.col("is_back")).then(amount)})
    return _with_earlier(found, stood, book).drop(
        *({amount} - {book.unit}), "is_back", *(f"was_{name}" for name in rest)
    )


def _with_earlier(found: pl.DataFrame, stood: pl.DataFrame, book: Book) -> pl.DataFrame:
    """``found`` with ``before_…``: the amount of the same thing from the latest earlier day on.

    Null where entries name no day.
    """
    before = f"before_{book.unit}"
    if not book.day:
        return found.with_columns(pl.lit(None, book.table.dtypes[book.amount]).alias(before))
    # a join on time takes no null for a key
    by = [f"_{name}" for name in book.same if name != book.day]
    keys = [pl.col(name[1:]).fill_null("").alias(name) for name in by]
    known = stood.with_columns(keys).select(*by, book.day, pl.col(book.amount).alias(before)).sort(book.day)
    joined = (
        found.with_columns(keys)
        .sort(book.day)
        .join_asof(known, on=book.day, by=by, allow_exact_matches=False, check_sortedness=False)
    )
    return joined.drop(by)


def _enter(
    lake: Lake, book: Book, merchant_id: str | None, rows: pl.DataFrame, by: str, at: dt.datetime
) -> int:
    table = book.table
    known = read(lake, table, merchant_id)
    last = _newest(known, book)
    given = _with_back(rows, book, merchant_id).with_columns(
        received_by_name=pl.lit(by), changed_at=pl.lit(at)
    )
    is_on = ~pl.col("is_back")
    if book.flag:
        given = given.with_columns(is_on.alias(book.flag))
    elif book.is_log:
        given = given.with_columns(pl.when(is_on).then(book.amount).alias(book.amount))
    given = table.shape(given).with_columns(is_back=given["is_back"])
    said = given.filter(~pl.col("is_back")).join(
        last.select(book.says), on=book.says, how="anti", nulls_equal=True
    )
    # taking back what does not stand says nothing
    back = given.filter("is_back").join(
        last.filter(book.stands), on=list(book.same), how="semi", nulls_equal=True
    )
    fresh = pl.concat([said, back])
    if book.is_log:
        highest = known.select(pl.col("event_number").max().fill_null(0)).item()
        lake.append(
            table, table.shape(fresh.with_columns(event_number=pl.int_range(1, pl.len() + 1) + highest))
        )
    elif fresh.height:
        lake.replace(table, fresh.select(book.same), table.shape(fresh.filter(~pl.col("is_back"))))
    return fresh.height
