"""Workbooks as platforms write them, whole columns at a time: half a million cells take a second."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import polars as pl
import polars.selectors as cs

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: The same bytes for the same tables, whenever they are written.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_workbook(pages: Mapping[str, pl.DataFrame], *, is_range_false: bool = False) -> bytes:
    """Sheets by name: a header, then the rows; text as shared strings, numbers as numbers.

    What is empty is left out. ``is_range_false``: every sheet declares the range A1:A1 whatever it holds,
    as some platforms write.
    """
    texts = _texts(pages)
    numbers = range(1, len(pages) + 1)
    parts = {
        "[Content_Types].xml": _content_types(numbers),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": _book(pages),
        "xl/_rels/workbook.xml.rels": _relations(
            {f"rId{number}": ("worksheet", f"worksheets/sheet{number}.xml") for number in numbers}
            | {"rIdS": ("sharedStrings", "sharedStrings.xml"), "rIdT": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": _styles(),
        "xl/sharedStrings.xml": _shared(texts),
    }
    for number, table in enumerate(pages.values(), 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(table, texts, is_range_false=is_range_false)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return stream.getvalue()


def _texts(pages: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """``text, place`` of every text that stands in a cell, each once."""
    found = [pl.Series("text", table.columns, dtype=pl.String) for table in pages.values()]
    for table in pages.values():
        found += [column.alias("text") for column in table.select(cs.string()).iter_columns()]
    unique = pl.concat(found).replace("", None).drop_nulls().unique(maintain_order=True)
    return unique.to_frame().with_row_index("place")


def _sheet(table: pl.DataFrame, texts: pl.DataFrame, *, is_range_false: bool) -> str:
    letters = [_letters(place) for place in range(table.width)]
    place = dict(texts.filter(pl.col("text").is_in(table.columns)).select("text", "place").iter_rows())
    head = "".join(
        f'<c r="{letter}1" t="s"><v>{place[name]}</v></c>'
        for letter, name in zip(letters, table.columns, strict=True)
        if name
    )
    rows = [f'<row r="1">{head}</row>']
    if table.height:
        number = pl.int_range(2, table.height + 2).cast(pl.String)
        cells = pl.DataFrame(
            {
                letter: _values(column, texts)
                for letter, column in zip(letters, table.iter_columns(), strict=True)
            }
        )
        told = [
            pl.concat_str(
                pl.lit(f'<c r="{letter}'),
                number,
                pl.lit('" t="s"><v>' if column.dtype == pl.String else '"><v>'),
                pl.col(letter),
                pl.lit("</v></c>"),
            )
            for letter, column in zip(letters, table.iter_columns(), strict=True)
        ]
        row = pl.concat_str(
            pl.lit('<row r="'), number, pl.lit('">'), *told, pl.lit("</row>"), ignore_nulls=True
        )
        rows += cells.select(row).to_series().to_list()
    last = f"{letters[-1]}{table.height + 1}" if letters else "A1"
    extent = "A1:A1" if is_range_false else f"A1:{last}"
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="{extent}"/><sheetData>'
        f"{''.join(rows)}</sheetData></worksheet>"
    )


def _values(column: pl.Series, texts: pl.DataFrame) -> pl.Series:
    """What stands in the cells of a column: the places of its texts, or its numbers."""
    if column.dtype != pl.String:
        return column.cast(pl.String)
    asked = column.alias("text").to_frame()
    return asked.join(texts, on="text", how="left", maintain_order="left")["place"].cast(pl.String)


def _letters(place: int) -> str:
    """A column's letters: 0 is A, 26 is AA."""
    first, last = divmod(place, 26)
    return (_letters(first - 1) if first else "") + chr(ord("A") + last)


def _shared(texts: pl.DataFrame) -> str:
    text = pl.col("text")
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.str.replace_all(sign, name, literal=True)
    is_edged = text.str.contains(r"^\s|\s$|\n")
    opened = pl.when(is_edged).then(pl.lit('<t xml:space="preserve">')).otherwise(pl.lit("<t>"))
    items = texts.select(pl.concat_str(pl.lit("<si>"), opened, text, pl.lit("</t></si>"))).to_series()
    return f'{_HEAD}<sst xmlns="{_MAIN}" uniqueCount="{texts.height}">{"".join(items)}</sst>'


def _book(pages: Mapping[str, pl.DataFrame]) -> str:
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(pages, 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'


def _content_types(numbers: range) -> str:
    kinds = {f"worksheets/sheet{number}": "worksheet" for number in numbers}
    kinds |= {"workbook": "sheet.main", "sharedStrings": "sharedStrings", "styles": "styles"}
    items = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for name, kind in kinds.items()
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{items}</Types>'
    )


def _styles() -> str:
    return (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="1"><xf/></cellXfs></styleSheet>'
    )
