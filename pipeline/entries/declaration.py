"""``EntryList``: the one declaration of a hand-entered list, from which template, preview, import, take-back,
listing, commands and page follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from pipeline.build.merging import Touched
from pipeline.entries.causes import BY_HAND, Cause
from pipeline.entries.cells import FORMULA, TWICE, Cell, Language, Rule, Words, half
from pipeline.entries.changes import Changed, orders_of_owners
from warehouse.entries import Book
from warehouse.lake import Lake


@dataclass(frozen=True)
class Given:
    """What a list is judged against.

    ``shops``: what a merchant may write for a shop, its id or its name → its id; ``platforms``: shop id →
    platform; ``stood``: a book's entries in force.
    """

    shops: Mapping[str, str]
    platforms: Mapping[str, str]
    stood: Callable[[Book], pl.DataFrame]

    @classmethod
    def of(cls, shops: Mapping[str, str]) -> Given:
        """Of a merchant of whom nothing but the shops is known."""
        return cls(shops, {}, lambda book: book.table.empty())


Broken = Callable[[pl.DataFrame, Given], pl.Expr | pl.Series]
Derived = Callable[[Given], Mapping[str, pl.Expr]]


@dataclass(frozen=True)
class Check:
    """A rule over several cells, or over what is known beside them: ``broken`` tells the rows that break it,
    ``label`` is the header of the cell to blame.
    """

    rule: Rule
    label: str
    broken: Broken


@dataclass(frozen=True)
class Part:
    """The rows of a list that go into one ``book``: those for which ``where`` holds (left out: all).

    ``named``: the book's column → our cell's name, where they differ; ``always``: what every such row is,
    which the book has no column for; ``derived``: columns of the book that follow from the others.
    """

    book: Book
    where: pl.Expr | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    always: Mapping[str, str] = field(default_factory=dict)
    derived: Derived = lambda given: {}

    def taken(self, rows: pl.DataFrame, given: Given) -> pl.DataFrame:
        """The part's rows as the book keeps them, with ``row`` and ``is_back``."""
        mine = rows if self.where is None else rows.filter(self.where)
        renamed = {column: pl.col(name) for column, name in self.named.items()}
        found = mine.with_columns(**renamed, **self.derived(given))
        return found.select("row", "is_back", *(name for name in self.book.says if name in found.columns))

    def shown(self, entries: pl.DataFrame) -> pl.DataFrame:
        """Entries of the book by the names of our cells."""
        fixed = {name: pl.lit(value) for name, value in self.always.items()}
        return entries.with_columns(**{name: pl.col(column) for column, name in self.named.items()}, **fixed)


@dataclass(frozen=True)
class EntryList:
    """One hand-entered list.

    ``code``: its command and address, ``prefix`` begins its rules (``COST_…``), ``zh``/``en`` what it is,
    ``about`` what to enter and why, in both languages. ``columns`` are the cells of a row in their order,
    ``parts`` the books they are kept in. ``checks`` are tried after the cells' own rules. ``complete``: typed
    rows → the same with what may be left out put in. ``examples`` fill the template of a merchant who sold
    nothing yet: codes where a cell has choices, and in both languages what people would word themselves.
    ``goods``: our name → what stands in a template's rows, one for each of the merchant's SKUs; only for
    lists about goods. ``cause``: what moved figures by the restatement ledger; None: no figure it follows
    is made of this. ``moves``: what a build must make anew. ``is_house``: of the whole house, entered by its
    operator. ``counted`` and ``none`` are the words for so many entries and for no entry. ``metrics`` are put
    side by side, before and after, when a list was entered.
    """

    code: str
    prefix: str
    zh: str
    en: str
    about: tuple[str, str]
    columns: tuple[Cell, ...]
    parts: tuple[Part, ...]
    examples: tuple[tuple[str | Words, ...], ...]
    checks: tuple[Check, ...] = ()
    complete: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows
    goods: Mapping[str, str] | None = None
    cause: Cause | None = BY_HAND
    moves: Callable[[Lake, Changed], Touched] = orders_of_owners
    is_house: bool = False
    counted: tuple[str, str] = ("", "")
    none: tuple[str, str] = ("", "")
    metrics: tuple[str, ...] = ()
    twice: Rule = TWICE

    @property
    def books(self) -> tuple[Book, ...]:
        """The books of its parts."""
        return tuple(part.book for part in self.parts)

    @property
    def unit(self) -> str:
        """The unit of what a comparison puts side by side."""
        return self.books[0].unit

    @property
    def value(self) -> Cell:
        """The cell a comparison puts side by side."""
        part = self.parts[0]
        name = part.named.get(part.book.amount, part.book.amount)
        return next(cell for cell in self.columns if cell.name == name)

    @property
    def count_words(self) -> tuple[str, str]:
        """Words after a number of entries."""
        return (self.counted[0] or f"条{self.zh}", self.counted[1] or f"entries of {self.en}")

    @property
    def none_words(self) -> tuple[str, str]:
        """What is said where there is no entry."""
        return (self.none[0] or f"还没有{self.zh}", self.none[1] or f"no {self.en} yet")

    @cached_property
    def header(self) -> dict[str, str]:
        """Every way to write a column's header → our name."""
        return {label: cell.name for cell in self.columns for label in (cell.label, cell.en, *cell.also)}

    @property
    def labels(self) -> tuple[str, ...]:
        """The header of a template in Chinese."""
        return tuple(cell.label for cell in self.columns)

    def filled(self, row: Sequence[str | Words], language: Language = "zh") -> tuple[str, ...]:
        """A row of ``examples`` as a person would fill it in."""
        return tuple(
            half(word if isinstance(word, tuple) else cell.kind.choices.get(word, (word, word)), language)
            for cell, word in zip(self.columns, row, strict=True)
        )

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Every rule a row can break, by its full name."""
        found = [
            FORMULA,
            *(rule for cell in self.columns for rule in cell.rules),
            *(check.rule for check in self.checks),
            self.twice,
        ]
        return {self.rule_name(rule): rule for rule in found}

    def rule_name(self, rule: Rule) -> str:
        """``COST_AMOUNT``."""
        return f"{self.prefix}_{rule.name}"
