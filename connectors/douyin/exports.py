"""What a Douyin file says outside its cells: the moment of export in its name, and rows that are not data."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import polars as pl

from connectors.files.cells import read_yuan_stat
from connectors.reading import fold
from contracts.errors import FileRefusedError
from contracts.fields import TIME_ZONE
from contracts.intake import refuse

_UNIX_PREFIX = re.compile(r"^([1-3]\d{9})_")
_WRITTEN_OUT = re.compile(r"^售后单-(\d{4}-\d{2}-\d{2} \d{2}_\d{2}_\d{2})\.")
_NAMING = {
    "orders": ["主订单编号"], "after_sales": ["售后单号"], "live_sessions": ["主播昵称", "主播抖音号"],
    "settlements": ["订单号"], "funds": ["动账时间"],
    "insurance": ["投保单号", "保险单号"], "ads": ["素材视频名称", "素材名称", "商品名称", "计划名称"],
    "products": ["商品ID"],
}  # fmt: skip
_TOTALS = ["合计", "总计", "全部", "整体"]
_EDGES = " \t\ufeff"


def exported_at(name: str) -> dt.datetime | None:
    """The export moment in a file name: ``<unix seconds>_….csv`` of orders, ``售后单-YYYY-MM-DD
    HH_MM_SS.xlsx`` of after-sales. None where there is none.

    The live list's name only tells the days covered (``直播明细_自营账号_20260701_20260731.xlsx``).
    """
    if found := _UNIX_PREFIX.match(name):
        return dt.datetime.fromtimestamp(int(found[1]), ZoneInfo(TIME_ZONE))
    if found := _WRITTEN_OUT.match(name):
        try:
            return dt.datetime.strptime(found[1], "%Y-%m-%d %H_%M_%S").replace(tzinfo=ZoneInfo(TIME_ZONE))
        except ValueError:
            return None
    return None


def clean(kind: str, layout: str, table: pl.DataFrame) -> pl.DataFrame:
    """Without repeated header rows (two downloads pasted together), total rows (合计, 总计, 全部, 整体) and
    the formula row under a bill's header.

    ``_row_number`` keeps its gaps. The total of the plan report is the control of its rows: FileRefusedError
    when they spend more than it, which only doubled rows do. A report of advertising without its dates is
    refused by name.
    """
    columns = {fold(name): name for name in table.columns}
    if kind == "settlements":
        table = table.filter(~_is_formula(pl.col(columns["结算金额"])))
    if kind == "ads" and "日期" not in columns:
        raise refuse("MISSING_COLUMN", looks_like=f"douyin ads {layout}", missing="日期")
    naming = [name for name in table.columns if any(known in name for known in _NAMING[kind])]
    cells = table.select(pl.col(naming).str.strip_chars(_EDGES).fill_null(""))
    told = {"again": [*_NAMING[kind], *naming], "total": _TOTALS}
    is_told = cells.select(
        pl.any_horizontal(False, pl.all().is_in(words)).alias(name) for name, words in told.items()
    )
    if not is_told.select(pl.any_horizontal(pl.all().any())).item():
        return table
    table, is_total = table.filter(~is_told["again"]), is_told["total"].filter(~is_told["again"])
    rows, totals = table.filter(~is_total), table.filter(is_total)
    spent = columns.get("整体消耗") or columns.get("整体消耗(元)")
    if layout == "uni_plan" and spent and totals.height:
        _control(rows[spent], totals[spent])
    return rows


def _is_formula(cell: pl.Expr) -> pl.Expr:
    """An amount cell with words and no digit: ``收入+支出``."""
    return (cell.str.contains(r"\p{Han}") & ~cell.str.contains(r"[0-9]")).fill_null(False)


def _control(rows: pl.Series, totals: pl.Series) -> None:
    said, found = _fen(totals), _fen(rows)
    if found > said + len(rows):  # a fen a row for rounding
        raise FileRefusedError(
            "TOTAL_DISAGREES", "各行消耗之和大于“全部”行", "the rows spend more than the total row says",
            step_zh="文件可能被粘贴过两次,请重新导出", step_en="perhaps pasted twice: export it again",
            total_fen=said, rows_fen=found,
        )  # fmt: skip


def _fen(cells: pl.Series) -> int:
    return int(read_yuan_stat(cells)[0].sum() or 0)
