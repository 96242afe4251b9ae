"""Tables: typed columns, so that they sort as numbers and days do; every row in reach, by search and by page;
and the whole of it as a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import pandas as pd
import polars as pl
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.elements.lib.column_types import ColumnConfig

from contracts.code_list import CodeList
from dashboards.parts.page.money import NOTHING, percent, times, yuan
from dashboards.parts.page.words import BEIJING, visible
from metrics.query.access import Viewer
from metrics.reports.health import release_line
from metrics.reports.sheets import Column, Sheet, as_csv, as_workbook

#: Rows of a page, and rows a table shows without scrolling.
_PAGE, _SHORT = 500, 8
#: Rows from which on people would rather search than look.
_MANY = 20
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN: dict[str, Callable[[Any], str]] = {
    "fen": lambda value: yuan(round(value * 100)),
    "count": lambda value: f"{value:,.0f}",
    "days": lambda value: f"{value:,.0f} 天",
    "fraction": percent,
    "ratio": times,
}
_RED = "color: #c0362c"


def show_table(
    viewer: Viewer, sheet: Sheet, *, picks: bool = False, pinned: str = ""
) -> dict[str, Any] | None:
    """``sheet`` as a table in the order of its rows, with search where it is long, pages where it is longer,
    and its files; the row a person picked where it ``picks``.

    ``pinned``: the column that stays when a phone scrolls sideways.
    """
    found = _searched(sheet)
    pages = -(-found.height // _PAGE)
    page = st.pagination(pages, key=f"{sheet.title}_page") if pages > 1 else 1
    rows = found.slice((min(page, max(pages, 1)) - 1) * _PAGE, _PAGE)
    height: int | Literal["content"] = 320 if rows.height > _SHORT else "content"
    wishes: dict[str, Any] = {"on_select": "rerun", "selection_mode": "single-row"} if picks else {}
    picked = st.dataframe(
        _styled(sheet.columns, rows),
        hide_index=True,
        height=height,
        column_config={
            column.zh: _config(column, is_pinned=name == pinned) for name, column in sheet.columns.items()
        },
        key=f"{sheet.title}_table",
        placeholder=NOTHING,
        alt=sheet.title,
        **wishes,
    )
    _show_files(viewer, sheet, found)
    chosen = picked.selection.rows if picks else []
    return rows.row(chosen[0], named=True) if chosen and chosen[0] < rows.height else None


def in_words(column: str, codes: CodeList) -> pl.Expr:
    """The Chinese words of a column of codes; a code of no list stands for itself."""
    return pl.col(column).replace({code: codes.zh(code) for code in codes.values})


def named(column: str, names: Mapping[str, str]) -> pl.Expr:
    """What somebody calls the members of a column; the id where nobody does."""
    return pl.col(column).replace(dict(names))


def _searched(sheet: Sheet) -> pl.DataFrame:
    """The rows that hold every word somebody asks for, in any of their cells."""
    if sheet.rows.height <= _MANY:
        return sheet.rows
    asked = st.text_input(
        "查找",
        key=f"{sheet.title}_search",
        placeholder="在全部行里查找,如订单号、原因",
        label_visibility="collapsed",
        icon=":material/search:",
        width=360,
    )
    wanted = [pl.lit(True)]
    for word in asked.casefold().split():
        cells = [
            pl.col(name).cast(pl.String).str.to_lowercase().str.contains(word, literal=True)
            for name in sheet.columns
        ]
        amount = re.fullmatch(r"¥?(-?[\d,]+(?:\.\d+)?)", word)
        cells += [
            _in_yuan(name).str.contains(amount[1].replace(",", ""), literal=True)
            for name, column in sheet.columns.items()
            if amount and column.kind == "fen"
        ]
        wanted.append(pl.any_horizontal(cells).fill_null(value=False))
    found = sheet.rows.filter(pl.all_horizontal(wanted))
    if len(wanted) > 1:
        st.caption(f"找到 {found.height:,} 行,共 {sheet.rows.height:,} 行。 {found.height:,} rows found.")
    return found


def _in_yuan(name: str) -> pl.Expr:
    """Fen as text in yuan, with both decimals, as a person types it."""
    whole, rest = pl.col(name).abs() // 100, pl.col(name).abs() % 100
    sign = pl.when(pl.col(name) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, whole.cast(pl.String), pl.lit("."), rest.cast(pl.String).str.zfill(2))


def _styled(columns: Mapping[str, Column], rows: pl.DataFrame) -> Styler:
    """Numbers that are shown as people read them and stay numbers; what is negative is red."""
    frame = pd.DataFrame(
        {column.zh: _typed(column, rows[name]) for name, column in columns.items()}, index=range(rows.height)
    )
    styled = frame.style
    for column in columns.values():
        if column.kind in _SHOWN:
            styled = styled.format(_SHOWN[column.kind], subset=[column.zh], na_rep=NOTHING)
            styled = styled.map(lambda value: _RED if value < 0 else "", subset=[column.zh])
    return styled


def _typed(column: Column, values: pl.Series) -> pd.Series[Any]:
    if column.kind == "text":
        return pd.Series([NOTHING if value is None else visible(value) for value in values], dtype="str")
    if column.kind == "moment":
        return pd.Series([value and value.astimezone(BEIJING).replace(tzinfo=None) for value in values])
    if column.kind == "date":
        return pd.Series(values.to_list(), dtype="object")
    number = values.cast(pl.Float64).to_pandas()
    return number / 100 if column.kind == "fen" else number


def _config(column: Column, *, is_pinned: bool) -> ColumnConfig:
    label = column.zh
    if column.kind == "date":
        return st.column_config.DateColumn(label, format="YYYY-MM-DD", pinned=is_pinned, help=column.en)
    if column.kind == "moment":
        return st.column_config.DatetimeColumn(
            label, format="YYYY-MM-DD HH:mm", pinned=is_pinned, help=column.en
        )
    if column.kind == "text":
        return st.column_config.TextColumn(label, pinned=is_pinned, help=column.en)
    return st.column_config.NumberColumn(label, pinned=is_pinned, help=column.en)


def _show_files(viewer: Viewer, sheet: Sheet, found: pl.DataFrame) -> None:
    """Buttons for the rows that are shown, made when somebody asks for them."""
    out, release = replace(sheet, rows=found), release_line(viewer).current
    whose = f"{viewer.merchant_id or viewer.role}-发布{release}" if release else viewer.merchant_id
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for label, ending, kind, make in (
            ("Excel", "xlsx", _XLSX, partial(as_workbook, viewer, out)),
            ("CSV", "csv", "text/csv", partial(as_csv, out)),
        ):
            st.download_button(
                label,
                data=make,
                file_name=f"{whose}-{sheet.title}.{ending}",
                mime=kind,
                key=f"{sheet.title}_{ending}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )
        st.caption(f"共 {found.height:,} 行 rows")
