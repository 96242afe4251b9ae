"""A filled-in list, judged row by row: typed rows for each book, and everything that is wrong, by row, column
and cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from connectors.files.personal import mask_texts
from contracts.errors import FileRefusedError
from pipeline.entries.cells import FORMULA, PERSONAL, TAKEN_BACK, Cell, Rule
from pipeline.entries.declaration import EntryList, Given
from pipeline.entries.files import Sheet, read_list

#: Wrong rows named at once where there is room for a line only.
_NAMED = 20
#: What is shown of a wrong cell.
_CELL_CHARACTERS = 60


@dataclass(frozen=True)
class RowProblem:
    """One wrong row (as a person counts them, the header is 1): the header of the cell to blame (empty: the
    row), what stands there, and the broken rule.

    What looks like personal data in the cell is masked.
    """

    row: int
    column: str
    cell: str
    rule: str


@dataclass(frozen=True)
class Judged:
    """A list as it was read.

    ``parts``: rows for each book with their ``row``; ``rows``: the same by our cells' names; ``unfilled``
    rows of a template that nobody filled in.
    """

    parts: tuple[pl.DataFrame, ...]
    rows: pl.DataFrame
    problems: tuple[RowProblem, ...]
    unfilled: int

    @property
    def rows_read(self) -> int:
        """Every row of the file that is not blank."""
        return self.rows.height + self.unfilled


def judge(item: EntryList, name: str, data: bytes, given: Given) -> Judged:
    """A list as it stands in ``data``, and everything wrong with it.

    Raises ``FileRefusedError`` …_FILE for what is no such list.
    """
    sheet = read_list(name, data, item.header, lambda file, **facts: bad_file(item, file, **facts))
    filled = _filled_in(item, sheet.cells)
    rows, unread = _typed(item, filled, given)
    problems = _problems(item, filled, rows, unread, sheet, given)
    parts = tuple(part.taken(rows, given) for part in item.parts)
    return Judged(parts, rows, tuple(problems), sheet.cells.height - filled.height)


def sound(item: EntryList, name: str, data: bytes, given: Given) -> tuple[pl.DataFrame, ...]:
    """What a list without problems says, for each book.

    Raises ``FileRefusedError`` for the first problem, naming file, row, column and cell.
    """
    judged = judge(item, name, data, given)
    for problem in judged.problems[:1]:
        rule = item.rules[problem.rule]
        more = "、".join(f"{other.row} {other.rule}" for other in judged.problems[1:_NAMED])
        where: dict[str, object] = {"row": problem.row} | (
            {"column": problem.column, "cell": problem.cell} if problem.column else {}
        )
        where |= {"other_rows": more} if more else {}
        raise FileRefusedError(
            problem.rule, rule.zh, rule.en, step_zh=rule.step_zh, step_en=rule.step_en, file=name, **where
        )
    return tuple(part.drop("row") for part in judged.parts)


def bad_file(item: EntryList, name: str, **facts: object) -> FileRefusedError:
    """The refusal of what is no such list.

    Columns that are missing, unknown or there twice are named in the sentence.
    """
    named = {
        "missing": ("缺少列", "missing"), "unknown": ("多出列", "unknown"), "twice": ("重复列", "there twice")
    }  # fmt: skip
    odd = [(words, str(facts[what])) for what, words in named.items() if what in facts]
    names = {"（空白）": "(blank)"} | {cell.label: cell.en for cell in item.columns}
    odd_zh = "；".join(f"{zh}「{columns}」" for (zh, _), columns in odd)
    odd_en = "; ".join(
        f"{en} “{', '.join(names.get(column, column) for column in columns.split('、'))}”"
        for (_, en), columns in odd
    )
    zh = f"{item.zh}表的表头不对：{odd_zh}" if odd else f"{item.zh}表读不出来，或表头、列数不对"
    plain_en = "the list cannot be read, or its header or columns are wrong"
    en = f"the header of the list is wrong: {odd_en}" if odd else plain_en
    step_zh = f"照{item.zh}页或命令行的模板填，存成 Excel 或 CSV"
    step_en = (
        f"fill in the template of the page or of `baiyun {item.code} template`; save as a workbook or as CSV"
    )
    return FileRefusedError(
        f"{item.prefix}_FILE",
        zh,
        en,
        step_zh=step_zh,
        step_en=step_en,
        file=name,
        **facts,
    )


def _filled_in(item: EntryList, cells: pl.DataFrame) -> pl.DataFrame:
    """Without the rows of a template in which everything a person has to fill in is empty."""
    names = [cell.name for cell in item.columns if cell.is_filled_in]
    return cells.filter(pl.any_horizontal(pl.col(names).is_not_null())) if names else cells


def _typed(item: EntryList, cells: pl.DataFrame, given: Given) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Rows with a value per cell and ``is_back``.

    And for each cell which rows hold something that is no such value.
    """
    is_back = pl.Series("is_back", [False] * cells.height, dtype=pl.Boolean)
    columns, unread = {"row": cells["row"]}, {}
    for cell in item.columns:
        texts = cells[cell.name]
        if cell.takes_back:
            back = texts.str.to_lowercase().is_in(list(TAKEN_BACK)).fill_null(value=False)
            is_back, texts = is_back | back, texts.set(back, None)
        if cell.kind.name == "shop":
            texts = texts.replace(dict(given.shops))
        value, unread[cell.name] = cell.kind.read(texts)
        columns[cell.name] = value.set(unread[cell.name], None).rename(cell.name)
    return item.complete(pl.DataFrame({**columns, "is_back": is_back})), unread


def _problems(
    item: EntryList, cells: pl.DataFrame, rows: pl.DataFrame, unread: Mapping[str, pl.Series], sheet: Sheet,
    given: Given
) -> list[RowProblem]:  # fmt: skip
    """The first thing wrong with each wrong row, by row."""
    labels = {cell.name: cell.label for cell in item.columns}
    found: dict[int, tuple[str, Rule]] = {}
    for row, name in sheet.formulas:
        found.setdefault(row, (labels[name], FORMULA))
    for label, rule, mask in _broken(item, cells, rows, unread, given):
        for row in rows["row"].filter(mask.fill_null(value=False)):
            found.setdefault(row, (label, rule))
    sound_rows = rows.filter(~pl.col("row").is_in(list(found)))
    for part in item.parts:
        mine = part.taken(sound_rows, given)
        again = mine.filter(
            ~pl.struct(name for name in part.book.same if name in mine.columns).is_first_distinct()
        )
        found |= {row: ("", item.twice) for row in again["row"]}
    names = {label: name for name, label in labels.items()}
    texts = {
        (row, name): cell for name in labels for row, cell in sheet.cells.select("row", name).iter_rows()
    }
    shown = [
        (row, label, texts.get((row, names.get(label, "")), "") or "", rule)
        for row, (label, rule) in sorted(found.items())
    ]
    masked = _masked(pl.Series("cell", [cell for _, _, cell, _ in shown], dtype=pl.String))
    return [
        RowProblem(row, label, cell[:_CELL_CHARACTERS], item.rule_name(rule))
        for (row, label, _, rule), cell in zip(shown, masked, strict=True)
    ]


def _broken(
    item: EntryList, cells: pl.DataFrame, rows: pl.DataFrame, unread: Mapping[str, pl.Series], given: Given
) -> Iterator[tuple[str, Rule, pl.Series]]:  # fmt: skip
    """Header to blame, rule, and the rows that break it, in the order in which one is named."""
    for cell in item.columns:
        yield cell.label, cell.kind.lost or cell.rule, unread[cell.name]
        if cell.kind.name == "text":
            yield cell.label, PERSONAL, _masked(cells[cell.name]) != cells[cell.name]
        yield cell.label, cell.rule, _missing(cell, rows) | _foreign(cell, rows, given)
    for check in item.checks:
        broken = check.broken(rows, given)
        yield (
            check.label,
            check.rule,
            broken if isinstance(broken, pl.Series) else rows.select(broken).to_series(),
        )


def _masked(texts: pl.Series) -> pl.Series:
    """Cells with phones, addresses and the like as stars."""
    return mask_texts(texts.to_frame(), [texts.name])[0][texts.name]


def _missing(cell: Cell, rows: pl.DataFrame) -> pl.Series:
    if not cell.is_required:
        return pl.Series([False] * rows.height, dtype=pl.Boolean)
    is_empty = rows[cell.name].is_null()
    return is_empty & ~rows["is_back"] if cell.takes_back else is_empty


def _foreign(cell: Cell, rows: pl.DataFrame, given: Given) -> pl.Series:
    """A shop that is none of the merchant's."""
    if cell.kind.name != "shop":
        return pl.Series([False] * rows.height, dtype=pl.Boolean)
    return (
        rows[cell.name].is_not_null() & ~rows[cell.name].is_in(sorted(set(given.shops.values())))
    ).fill_null(value=False)
