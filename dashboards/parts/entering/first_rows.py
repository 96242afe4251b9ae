"""Rows of a file before it is taken, as tables: the first ones as they would be read, and those with a
problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from dashboards.parts.entering.kinds import cell_text, column_name
from dashboards.parts.page.language import pick
from dashboards.parts.page.money import money_of
from dashboards.parts.page.table import places_of, show_table
from dashboards.parts.page.words import halves, visible
from metrics.query.access import Viewer
from metrics.reports.sheets import Column, Sheet
from pipeline.counter import Problem

_PROBLEM = {
    "row": Column("行", "row"),
    "column": Column("列", "column"),
    "cell": Column("原值", "as received"),
    "wrong": Column("问题", "what is wrong"),
    "step": Column("下一步", "next step"),
}
#: How a column's name tells what it holds.
_KINDS = {"_fen": "fen", "_qty": "count", "_rate": "fraction"}


def show_problems(viewer: Viewer, problems: Sequence[Problem], key: str) -> None:
    """The first rows that are set aside: where, what stands there, what is wrong and what to do."""
    if not problems:
        return
    rows = [
        (
            pick(*halves(item.place)),
            item.column,
            item.cell,
            pick(*halves(item.message)),
            pick(*halves(item.next_step)),
        )
        for item in problems
    ]
    title = f"{pick('问题行', 'Problem rows')} {key}"
    sheet = Sheet(
        title, _PROBLEM, pl.DataFrame(rows, schema=dict.fromkeys(_PROBLEM, pl.String), orient="row")
    )
    show_table(viewer, sheet, leads=["row"], is_released=False)


def show_first_rows(viewer: Viewer, head: pl.DataFrame, headers: Mapping[str, str], key: str) -> None:
    """The first rows, a column of the file each: what it means above, and how the file calls it.

    ``headers``: our name → theirs.
    """
    names = [name for name in head.columns if name != "_row_number"]
    place, numbers = places_of(head["_row_number"])
    columns, rows = {"_row_number": place}, [numbers]
    for name, title in zip(names, _titles(names, headers), strict=True):
        kind = _kind(head, name)
        columns[name] = Column(title, title, kind)
        rows.append(head[name] if kind != "text" else _words(head, name))
    sheet = Sheet(f"{pick('前几行', 'First rows')} {key}", columns, pl.DataFrame(rows))
    show_table(viewer, sheet, leads=["_row_number"], is_released=False)


def _titles(names: Sequence[str], headers: Mapping[str, str]) -> list[str]:
    """``支付金额 ← 到账``; two that would be called alike are numbered."""
    found: list[str] = []
    for name in names:
        theirs = visible(headers.get(name, ""), 30)
        ours = column_name(name, theirs)
        title = f"{ours} ← {theirs}" if theirs and theirs != ours else ours
        again = sum(other == title or other.startswith(f"{title} #") for other in found)
        found.append(f"{title} #{again + 1}" if again else title)
    return found


def _words(head: pl.DataFrame, name: str) -> pl.Series:
    """Cells that are no number or day of ours, as people read them."""
    money = head["currency_code"] if name.endswith("_fen") else [None] * head.height
    told = [
        money_of(currency, cell) if currency and cell is not None else cell_text(name, cell)
        for currency, cell in zip(money, head[name], strict=True)
    ]
    return pl.Series(name, told, dtype=pl.String)


def _kind(head: pl.DataFrame, name: str) -> str:
    """What a column holds, for a table: amounts of another currency than yuan are text."""
    dtype = head[name].dtype
    if isinstance(dtype, pl.Datetime):
        return "moment"
    if dtype == pl.Date:
        return "date"
    is_foreign = "currency_code" in head.columns and not (head["currency_code"].drop_nulls() == "CNY").all()
    if not dtype.is_numeric() or (name.endswith("_fen") and is_foreign):
        return "text"
    return next((kind for ending, kind in _KINDS.items() if name.endswith(ending)), "text")
