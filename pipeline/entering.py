"""A list a merchant fills in, on its way in: judged row by row, refused whole for one wrong row, entered as it was seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from contracts.errors import FileRefusedError, UsageError
from contracts.fields import TIME_ZONE
from contracts.tables import Table
from pipeline import lists
from pipeline.house import writing
from transforms.gold import fct_order_line
from warehouse import registry, release
from warehouse.entries import Book, last_entry, save
from warehouse.lake import Lake
from warehouse.settings import Settings

#: What a merchant may write for a shop, its id or its name → its id.
Shops = Mapping[str, str]
#: Wrong rows told at once where there is room for a line only.
_TOLD = 20


@dataclass(frozen=True)
class RowProblem:
    """One wrong row (as a person counts them, the header is 1): the header of the cell to blame (empty: the row), what stands there, and the broken rule."""

    row: int
    column: str
    cell: str
    rule: str


@dataclass(frozen=True)
class Listed:
    """A list as it was read: the rows for each book with their ``row``, and what is wrong with it."""

    parts: tuple[pl.DataFrame, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True)
class ListKind:
    """One kind of list.

    ``name`` begins its rules (``COST_…``). ``header``: as written → what its cells are. ``rules``: rule → what is wrong and what to do, each in Chinese and
    English. ``read``: the table's cells (``lists.read_list``) → rows as they mean, with ``row``, a ``bad_…`` flag per cell that cannot be read and every cell
    under its own header. ``wrong``: the merchant's shops → rule → rows that break it, the first of a row being told. ``unread`` are rules of cells that
    cannot be read, whichever it is; ``blamed`` the others' columns. ``split``: sound rows → one frame per book.
    """

    name: str
    zh: str
    en: str
    books: tuple[Book, ...]
    header: Mapping[str, str]
    examples: tuple[tuple[str, ...], ...]
    rules: Mapping[str, tuple[str, str, str, str]]
    read: Callable[[pl.DataFrame], pl.DataFrame]
    wrong: Callable[[set[str]], dict[str, pl.Expr]]
    unread: tuple[str, ...]
    blamed: Mapping[str, str]
    split: Callable[[pl.DataFrame], tuple[pl.DataFrame, ...]]

    def template(self) -> str:
        """The list to fill in, as CSV with examples."""
        return lists.template(self.header, self.examples)

    def judge(self, name: str, data: bytes, shops: Shops) -> Listed:
        """A list as it stands in ``data``, and everything that is wrong with it, by row. Raises ``FileRefusedError`` …_FILE for what is no such list."""
        cells = lists.read_list(name, data, self.header, self._bad_file)
        rows = self.read(cells.with_columns(pl.col("shop_id").replace(shops)))
        parts, problems = self.split(rows), _problems(self, rows, set(shops.values()))
        told = list(set(problems["row"]))
        twice = pl.concat([_twice(book, part, f"{self.name}_TWICE") for book, part in zip(self.books, parts, strict=True)]).filter(~pl.col("row").is_in(told))
        every = pl.concat([problems, twice]).sort("row")
        return Listed(parts, tuple(RowProblem(**row) for row in every.iter_rows(named=True)))

    def sound(self, name: str, data: bytes, shops: Shops) -> tuple[pl.DataFrame, ...]:
        """What a list without problems says, for each book. Raises ``FileRefusedError`` for the first problem, naming file, row and column."""
        listed = self.judge(name, data, shops)
        for problem in listed.problems[:1]:
            zh, en, step_zh, step_en = self.rules[problem.rule]
            more = "、".join(f"{other.row} {other.rule}" for other in listed.problems[1:_TOLD])
            where = {"row": problem.row} | ({"column": problem.column} if problem.column else {}) | ({"other_rows": more} if more else {})
            raise FileRefusedError(problem.rule, zh, en, step_zh=step_zh, step_en=step_en, file=name, **where)
        return tuple(part.drop("row") for part in listed.parts)

    def read_path(self, path: Path, shops: Shops) -> tuple[pl.DataFrame, ...]:
        """``sound`` of a file; ``shops`` are the merchant's (``known_shops``)."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise self._bad_file(path.name, detail=str(error)[:80]) from None
        return self.sound(path.name, data, shops)

    def _bad_file(self, name: str, **facts: object) -> FileRefusedError:
        zh, en = f"{self.zh}表读不出来,或表头、列数不对", "the list cannot be read, or its header or columns are wrong"
        step_zh, step_en = (
            f"照{self.zh}页或命令行的模板填,存成 Excel 或 CSV",
            "fill in the template of the page or the command line; save as a workbook or as CSV",
        )
        return FileRefusedError(f"{self.name}_FILE", zh, en, step_zh=step_zh, step_en=step_en, file=name, **facts)


def known_shops(lake: Lake, merchant_id: str) -> Shops:
    """The merchant's shops by id and by name; a name that two of them bear is none."""
    rows = registry.shops(lake, merchant_id).select("shop_id", "shop_name")
    names = rows.filter(pl.col("shop_name").is_unique())
    return {str(name): str(shop) for shop, name in [*names.rows(), *((shop, shop) for shop in rows["shop_id"])]}


def never_sold(lake: Lake, merchant_id: str, parts: Sequence[pl.DataFrame]) -> int:
    """How many rows name a SKU or style that stands in none of the merchant's orders: not yet sold, or a slip of the pen."""
    count = 0
    for name in ("sku_code", "style_code"):
        told = [part.select(name) for part in parts if name in part.columns]
        codes = pl.concat(told).drop_nulls() if told else pl.DataFrame(schema={name: pl.String})
        known = lake.read(fct_order_line.TABLE, keys=codes.unique(), where={"merchant_id": merchant_id}, columns=[name]) if codes.height else codes
        count += codes.join(known.unique(), on=name, how="anti").height
    return count


def import_list(kind: ListKind, settings: Settings, merchant_id: str, path: Path, *, by: str, at: dt.datetime | None = None) -> int:
    """Take over a merchant's list; returns how many entries say something new. The next build reckons with them.

    Raises ``FileRefusedError`` naming file, row and rule, ``NotFoundError`` for an unknown merchant; then nothing has changed.
    """
    with writing(settings) as lake:
        registry.require_merchant(lake, merchant_id)
        given = kind.read_path(path, known_shops(lake, merchant_id))
        return save(lake, kind.books, merchant_id, given, by=by, at=at or dt.datetime.now(ZoneInfo(TIME_ZONE)))


def enter_seen(kind: ListKind, lake: Lake, merchant_id: str, name: str, data: bytes, *, by: str, seen: Sequence[int], at: dt.datetime) -> int:
    """Enter a list that somebody saw compared with the entries up to ``seen``; returns how many say something new.

    Raises ``FileRefusedError`` for a wrong row, ``UsageError`` …S_MOVED when there are newer entries: what they confirmed is no longer what would change.
    """
    if last_entry(lake, kind.books, merchant_id) != tuple(seen):
        zh, en = f"预览之后又有人录了{kind.zh}", f"somebody entered {kind.en} after this was previewed"
        raise UsageError(f"{kind.name}S_MOVED", zh, en, step_zh="重新预览再确认", step_en="preview again, then confirm")
    given = kind.sound(name, data, known_shops(lake, merchant_id))
    return save(lake, kind.books, merchant_id, given, by=by, at=at)


def said_since(lake: Lake, table: Table) -> pl.DataFrame:
    """Entries of an append-only table that the last judged build has not seen."""
    said, judged = lake.read(table), release.releases(lake)
    if judged and said.height:
        with Lake.open(lake.place, snapshot=judged[-1].snapshot) as then:
            said = said.join(then.read(table), on=list(table.key), how="anti")
    return said


def _problems(kind: ListKind, rows: pl.DataFrame, shops: set[str]) -> pl.DataFrame:
    """Per wrong row the first rule it breaks, the header of the cell to blame, and what that cell holds: columns of ``RowProblem``."""
    wrong = kind.wrong(shops)
    broken = rows.with_columns(found.fill_null(False).alias(rule) for rule, found in wrong.items())
    named = broken.with_columns(rule=pl.coalesce(pl.when(rule).then(pl.lit(rule)) for rule in wrong)).filter(pl.col("rule").is_not_null())
    unread = pl.coalesce(
        *(pl.when(f"bad_{name}").then(pl.lit(label)) for label, name in kind.header.items() if f"bad_{name}" in rows.columns), pl.lit(None, pl.String)
    )
    blamed = named.with_columns(column=pl.when(pl.col("rule").is_in(kind.unread)).then(unread))
    blamed = blamed.with_columns(column=pl.coalesce("column", pl.col("rule").replace_strict(kind.blamed, default="", return_dtype=pl.String)))
    cell = pl.coalesce(*(pl.when(pl.col("column") == label).then(label) for label in kind.header), pl.lit("")).fill_null("")
    return blamed.select(pl.col("row").cast(pl.Int64), "column", cell.alias("cell"), "rule")


def _twice(book: Book, rows: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Rows that say again what an earlier one says: columns of ``RowProblem``."""
    again = rows.filter(~pl.struct(name for name in book.same if name in rows.columns).is_first_distinct())
    return again.select(pl.col("row").cast(pl.Int64), column=pl.lit(""), cell=pl.lit(""), rule=pl.lit(rule))
