"""What became of files and of the rows that were set aside, as tables."""

from __future__ import annotations

import polars as pl

from contracts.codes import SOURCE, VERDICT
from contracts.intake import unmasked_at
from dashboards.parts.page.details import details
from dashboards.parts.page.language import pick
from dashboards.parts.page.table import in_words, places_of, show_table
from dashboards.parts.page.words import halves
from metrics.query.access import Viewer
from metrics.reports.sheets import Column, Sheet

_FILE = {
    "export_name": Column("文件", "file"),
    "verdict": Column("结论", "verdict"),
    "rows_read_qty": Column("读取", "read", "count"),
    "published_qty": Column("发布", "published", "count"),
    "quarantined_qty": Column("问题行", "problem rows", "count"),
    "superseded_qty": Column("已被新文件更新", "superseded", "count"),
    "duplicate_qty": Column("重复", "duplicate", "count"),
    "first_date": Column("从", "first day", "date"),
    "last_date": Column("到", "last day", "date"),
    "received_at": Column("收到", "received", "moment"),
    "received_by_name": Column("经手", "by"),
    "source": Column("来源", "source"),
}
_QUARANTINED = {
    "file": Column("文件", "file"),
    "row": Column("行", "row"),
    "wrong": Column("问题", "what is wrong"),
    "column": Column("列", "column"),
    "cell": Column("原值", "as received"),
    "step": Column("下一步", "next step"),
}
_BY_RULE = {
    "rule": Column("规则", "rule"),
    "wrong": Column("问题", "what is wrong"),
    "rows": Column("行数", "rows", "count"),
}


def files_sheet(title: str, rows: pl.DataFrame) -> Sheet:
    """One row per file: read = published + quarantined + superseded + duplicate."""
    told = rows.with_columns(
        verdict=in_words("verdict_code", VERDICT).fill_null(pick("待入库", "waiting")),
        source=in_words("source_code", SOURCE),
    )
    return Sheet(title, _FILE, told)


def show_files(viewer: Viewer, rows: pl.DataFrame) -> None:
    """``files_sheet`` as a table."""
    sheet = files_sheet(pick("最近文件", "Last files"), rows)
    show_table(viewer, sheet, leads=("export_name", "verdict", "quarantined_qty"))


def show_quarantined(viewer: Viewer, rows: pl.DataFrame, key: str = "") -> None:
    """One row per problem, with what to do about it. ``key``: which file they are all of, where a page has
    several.
    """
    title = f"{pick('问题行', 'Problem rows')}{f' {key}' if key else ''}"
    place, numbers = places_of(rows["row_number"])
    told = _in_words(rows).with_columns(numbers.alias("row"))
    columns = {name: column for name, column in _QUARANTINED.items() if name != "file" or not key}
    leads = ("row", "wrong", "step") if key else ("wrong", "row", "file")
    show_table(viewer, Sheet(title, columns | {"row": place}, told), leads=leads)


def show_rules(viewer: Viewer, rows: pl.DataFrame) -> None:
    """The rules that were broken, by their names, folded away."""
    wrong = [pick(*halves(row["message_name"])) for row in rows.iter_rows(named=True)]
    counted = (
        rows.select(pl.col("rule_name").alias("rule"), pl.Series("wrong", wrong, dtype=pl.String))
        .group_by("rule", maintain_order=True)
        .agg(pl.first("wrong"), pl.len().cast(pl.Int64).alias("rows"))
        .sort("rows", "rule", descending=[True, False])
    )
    with details():
        show_table(viewer, Sheet(pick("问题行的规则", "Rules of problem rows"), _BY_RULE, counted))


def _in_words(rows: pl.DataFrame) -> pl.DataFrame:
    """Quarantined rows with what was wrong, where, and what to do."""
    told = [
        {
            "file": row["export_name"],
            "wrong": pick(*halves(row["message_name"])) or pick("不合规则", "against a rule"),
            "column": row["column_name"],
            "cell": row["cell_name"],
            "step": pick(
                *halves(
                    unmasked_at(row["cell_name"], row["rule_name"], row["row_number"], row["column_name"])
                    or row["next_step_name"]
                )
            ),
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(told, schema=dict.fromkeys(_QUARANTINED, pl.String))
