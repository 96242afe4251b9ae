"""Tables: typed columns, so that they sort as numbers and days do; every row in reach, by search and by page;
and the whole of it as a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import pandas as pd
import polars as pl
import streamlit as st
from pandas.io.formats.style import Styler
from streamlit.elements.lib.column_types import ColumnConfig

from contracts.code_list import CodeList
from contracts.intake import row_place
from dashboards.parts.page.book import XLSX, put, whose
from dashboards.parts.page.language import called, label, pick
from dashboards.parts.page.money import NOTHING, percent, points, signed_percent, times, yuan
from dashboards.parts.page.phone import fitted, room
from dashboards.parts.page.words import BEIJING, halves, visible
from metrics.query.access import Viewer
from metrics.query.people import Noted
from metrics.reports.sheets import Column, Sheet, as_csv, as_workbook

#: Rows of a page, and rows a table shows without scrolling.
_PAGE, _SHORT = 500, 8
#: Rows from which on people would rather search than look.
_MANY = 20
_SHOWN: dict[str, Callable[[Any], str]] = {
    "fen": lambda value: yuan(round(value * 100)),
    "count": lambda value: f"{value:,.0f}",
    "days": lambda value: pick(f"{value:,.0f} 天", f"{value:,.0f} d"),
    "fraction": percent,
    "ratio": times,
    "change": signed_percent,
    "points": points,
}
#: Characters of a cell: a sentence with its next step is read whole.
_CELL = 200
#: The same of a value as it is in a sheet; a phone shows moments without their year.
_PLAIN: dict[str, Callable[[Any], str]] = {
    **_SHOWN,
    "fen": yuan,
    "text": partial(visible, limit=_CELL),
    "date": str,
    "moment": lambda at: f"{at.astimezone(BEIJING):%m-%d %H:%M}",
}
_RED = "color: #c0362c"


def show_table(
    viewer: Viewer,
    sheet: Sheet,
    *,
    picks: bool = False,
    leads: Sequence[str] = (),
    is_released: bool = True,
    is_folded: bool = False,
) -> dict[str, Any] | None:
    """``sheet`` as a table in the order of its rows, with search where it is long, pages where it is longer,
    and its files; the row a person picked where it ``picks``.

    ``leads``: the columns that matter most, the row's name first, which stays when the rest is scrolled. A
    phone shows as many as it has room for, these before the others, and all of them when asked; it has less
    in a fold (``is_folded``). What is not of a release (``is_released``) has no files: they would name one.
    """
    if is_released:
        put(sheet)
    found = _searched(sheet)
    pages = -(-found.height // _PAGE)
    page = st.pagination(pages, key=f"{sheet.title}_page") if pages > 1 else 1
    rows = found.slice((min(page, max(pages, 1)) - 1) * _PAGE, _PAGE)
    height: int | Literal["content"] = 320 if rows.height > _SHORT else "content"
    wishes: dict[str, Any] = {"on_select": "rerun", "selection_mode": "single-row"} if picks else {}
    fits = _fitted(sheet, rows, leads, room(is_folded=is_folded, picks=picks))
    is_cut = fits is not None and len(fits) < len(sheet.columns)
    if is_cut and st.session_state.get(f"{sheet.title}_all"):
        fits = None
    picked = st.dataframe(
        _styled(sheet.columns, rows),
        hide_index=True,
        height=height,
        column_order=[called(sheet.columns[name]) for name in fits or sheet.columns],
        column_config={
            called(column): _config(column, (fits or {}).get(name), is_pinned=not fits and name in leads[:1])
            for name, column in sheet.columns.items()
        },
        key=f"{sheet.title}_table",
        placeholder=NOTHING,
        alt=sheet.title,
        **wishes,
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if is_cut:
            count = len(sheet.columns)
            st.toggle(pick(f"全部 {count} 列", f"All {count} columns"), key=f"{sheet.title}_all")
        if is_released:
            show_files(viewer, replace(sheet, rows=found))
    chosen = picked.selection.rows if picks else []
    return rows.row(chosen[0], named=True) if chosen and chosen[0] < rows.height else None


def sheet_of(title: str, rows: pl.DataFrame, **kinds: str) -> Sheet:
    """A table whose columns are called as they are shown: text, but for ``kinds`` (place of a column as
    ``c0`` → kind).
    """
    named = enumerate(rows.columns)
    return Sheet(
        title, {name: Column(name, name, kinds.get(f"c{place}", "text")) for place, name in named}, rows
    )


def in_words(column: str, codes: CodeList) -> pl.Expr:
    """The words of a column of codes; a code of no list stands for itself."""
    return pl.col(column).replace({code: label(codes, code) for code in codes.values})


def named(column: str, names: Mapping[str, str]) -> pl.Expr:
    """What somebody calls the members of a column; the id where nobody does."""
    return pl.col(column).replace(dict(names))


def places_of(rows: pl.Series) -> tuple[Column, pl.Series]:
    """Row numbers of a file as a column: numbers, or words where several sheets were read together."""
    places = [pick(*halves(row_place(row))) for row in rows]
    is_plain = all(place.isdigit() for place in places)
    values = pl.Series(rows.name, places, dtype=pl.String)
    return Column("行", "row", "count" if is_plain else "text"), (
        values.cast(pl.Int64) if is_plain else values
    )


def _searched(sheet: Sheet) -> pl.DataFrame:
    """The rows that hold every word somebody asks for, in any of their cells."""
    if sheet.rows.height <= _MANY:
        return sheet.rows
    asked = st.text_input(
        pick("查找", "Search"),
        key=f"{sheet.title}_search",
        placeholder=pick("在全部行里查找，如订单号、原因", "Search all rows: an order number, a reason …"),
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
        some, every = f"{found.height:,}", f"{sheet.rows.height:,}"
        st.caption(pick(f"找到 {some} 行，共 {every} 行。", f"{some} of {every} rows found."))
    return found


def _in_yuan(name: str) -> pl.Expr:
    """Fen as text in yuan, with both decimals, as a person types it."""
    whole, rest = pl.col(name).abs() // 100, pl.col(name).abs() % 100
    sign = pl.when(pl.col(name) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(sign, whole.cast(pl.String), pl.lit("."), rest.cast(pl.String).str.zfill(2))


def _fitted(
    sheet: Sheet, rows: pl.DataFrame, leads: Sequence[str], width: int | None
) -> dict[str, int] | None:
    """The columns that a phone has room for, and their widths; None where there is room for any."""
    if width is None:
        return None
    cells = {
        name: [called(column), *(_PLAIN[column.kind](value) for value in rows[name].drop_nulls()), NOTHING]
        for name, column in sheet.columns.items()
    }
    return fitted(sheet.columns, cells, leads, width)


def _styled(columns: Mapping[str, Column], rows: pl.DataFrame) -> Styler:
    """Numbers that are shown as people read them and stay numbers; what is negative is red."""
    frame = pd.DataFrame(
        {called(column): _typed(column, rows[name]) for name, column in columns.items()},
        index=range(rows.height),
    )
    styled = frame.style
    for column in columns.values():
        if column.kind in _SHOWN:
            styled = styled.format(_SHOWN[column.kind], subset=[called(column)], na_rep=NOTHING)
            styled = styled.map(lambda value: _RED if value < 0 else "", subset=[called(column)])
    return styled


def _typed(column: Column, values: pl.Series) -> pd.Series[Any]:
    if column.kind == "text":
        return pd.Series(
            [NOTHING if value is None else visible(value, _CELL) for value in values], dtype="str"
        )
    if column.kind == "moment":
        return pd.Series([value and value.astimezone(BEIJING).replace(tzinfo=None) for value in values])
    if column.kind == "date":
        return pd.Series(values.to_list(), dtype="object")
    number = values.cast(pl.Float64).to_pandas()
    return number / 100 if column.kind == "fen" else number


def _config(column: Column, width: int | None, *, is_pinned: bool) -> ColumnConfig:
    name = called(column)
    if column.kind == "date":
        return st.column_config.DateColumn(name, width=width, format="YYYY-MM-DD", pinned=is_pinned)
    if column.kind == "moment":
        stamp = "MM-DD HH:mm" if width else "YYYY-MM-DD HH:mm"
        return st.column_config.DatetimeColumn(name, width=width, format=stamp, pinned=is_pinned)
    if column.kind == "text":
        return st.column_config.TextColumn(name, width=width, pinned=is_pinned)
    return st.column_config.NumberColumn(name, width=width, pinned=is_pinned)


def show_files(viewer: Viewer, sheet: Sheet) -> None:
    """Buttons for all rows of ``sheet``, made when somebody asks for them, for a row of buttons."""
    for name, ending, kind, make in (
        ("Excel", "xlsx", XLSX, partial(as_workbook, viewer, [sheet])),
        ("CSV", "csv", "text/csv", partial(as_csv, sheet)),
    ):
        file = f"{whose(viewer)}-{sheet.title}.{ending}"
        st.download_button(
            name,
            data=Noted(viewer, file, make),
            file_name=file,
            mime=kind,
            key=f"{sheet.title}_{ending}",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
    count = sheet.rows.height
    st.caption(pick(f"共 {count:,} 行", f"{count:,} row{'' if count == 1 else 's'}"), width="content")
