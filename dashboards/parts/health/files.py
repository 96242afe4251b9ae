"""What became of files and of the rows that were set aside, as tables."""

from __future__ import annotations

import polars as pl

from contracts.codes import SOURCE, VERDICT
from contracts.intake import row_place, unmasked_at
from dashboards.parts.page.table import in_words, show_table
from dashboards.parts.page.words import halves
from metrics.query.access import Viewer
from metrics.reports.sheets import Column, Sheet

_FILE = {
    "export_name": Column("文件", "file"),
    "verdict": Column("结论", "verdict"),
    "rows_read_qty": Column("读取", "read", "count"),
    "published_qty": Column("发布", "published", "count"),
    "quarantined_qty": Column("问题行", "quarantined", "count"),
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
    "rule": Column("规则", "rule"),
}


def show_files(viewer: Viewer, rows: pl.DataFrame) -> None:
    """One row per file: read = published + quarantined + superseded + duplicate."""
    told = rows.with_columns(
        verdict=in_words("verdict_code", VERDICT).fill_null("待入库"), source=in_words("source_code", SOURCE)
    )
    show_table(viewer, Sheet("最近文件", _FILE, told), pinned="export_name")


def show_quarantined(viewer: Viewer, rows: pl.DataFrame) -> None:
    """One row per problem, with what to do about it."""
    show_table(viewer, Sheet("问题行", _QUARANTINED, _in_words(rows)), pinned="file")


def _in_words(rows: pl.DataFrame) -> pl.DataFrame:
    """Quarantined rows with what was wrong, where, and what to do, in Chinese."""
    told = [
        {
            "file": row["export_name"],
            "row": halves(row_place(row["row_number"]))[0],
            "wrong": halves(row["message_name"])[0] or row["rule_name"],
            "column": row["column_name"],
            "cell": row["cell_name"],
            "step": halves(
                unmasked_at(row["cell_name"], row["rule_name"], row["row_number"], row["column_name"])
                or row["next_step_name"]
            )[0],
            "rule": row["rule_name"],
        }
        for row in rows.iter_rows(named=True)
    ]
    return pl.DataFrame(told, schema=dict.fromkeys(_QUARANTINED, pl.String))
