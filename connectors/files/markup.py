"""Tables back-offices write as web pages or as XML of 2003 and call .xls: HTML and SpreadsheetML, cell by
cell as text.

Both by parsers that expand no entity and fetch nothing. A page one signs in on is no table, whatever it is
laid out with.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.parsers import expat

from connectors.files.currencies import before_number, mark_of
from connectors.files.grids import Grid
from contracts.intake import refuse

_START = re.compile(rb"\s*<[a-zA-Z!?]")
_LOOKED_AT = 4096
_BLANKS = re.compile(r"[ \t\r\n\f]+")
#: Excel keeps the whole number beside what it shows.
_SHOWN_NUMBER = re.compile(r"^[+-]?[0-9][0-9,]*(\.[0-9]+)?([eE][+-]?[0-9]+)?$")
_PLAIN_NUMBER = re.compile(r"^[+-]?[0-9]+(\.[0-9]+)?$")
#: What a page has that somebody works with; a table that was exported has nothing to fill in.
_CONTROLS = {"form", "input", "select", "textarea", "frameset", "iframe"}
_SILENT = {"script", "style", "title"}
_NO_FRACTION = re.compile(r"\.0+$")


def is_markup(text: bytes) -> bool:
    """Whether a text (UTF-8) is HTML or XML."""
    return _START.match(text) is not None


def open_markup(text: bytes) -> list[Grid]:
    """The tables of a text that ``is_markup``.

    Raises FileRefusedError: HTML_NOT_TABLE, TRUNCATED, XML_ENTITIES, BAD_WORKBOOK, too large.
    """
    start = text[:_LOOKED_AT].lower()
    if b"<workbook" in start or b":workbook" in start:
        return _Spreadsheet().read(text)
    page = _Page()
    page.feed(text.decode())
    page.close()
    tables = [grid for grid in page.tables if grid.width > 1]
    if page.has_controls or not (tables or page.open_tables):
        raise refuse("HTML_NOT_TABLE")
    if page.open_tables:
        raise refuse("TRUNCATED")
    for number, grid in enumerate(tables, 1):
        grid.name = f"表格{number}" if len(tables) > 1 else ""
    return tables


class _Page(HTMLParser):
    """The tables of a page, inner ones apart from those they stand in, each with its rows and cells."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Grid] = []
        self.has_controls = False
        self._open: list[
            tuple[Grid, dict[str, str | None] | None, list[str]]
        ] = []  # table, the open cell's attributes, its text
        self._silent = ""

    @property
    def open_tables(self) -> bool:
        """Whether the page ended inside a table."""
        return bool(self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.has_controls = self.has_controls or (tag in _CONTROLS and dict(attrs).get("type") != "hidden")
        self._silent = tag if tag in _SILENT else self._silent
        if tag == "table":
            self._open.append((Grid(), None, []))
        elif self._open and tag in ("tr", "td", "th"):
            self._end_cell()
            grid, _, _ = self._open[-1]
            if tag == "tr":
                grid.start_row()
            else:
                self._open[-1] = (grid, dict(attrs), [])
        elif self._open and tag in ("br", "p", "div"):
            self._open[-1][2].append("\n")

    def handle_endtag(self, tag: str) -> None:
        """An element ends; what it leaves open ends with it."""
        self._silent = "" if tag == self._silent else self._silent
        if self._open and tag in ("td", "th", "tr", "table"):
            self._end_cell()
            if tag == "table":
                self.tables.append(self._open.pop()[0])

    def handle_data(self, data: str) -> None:
        """Text, of the innermost cell if any is open."""
        if self._open and not self._silent and self._open[-1][1] is not None:
            self._open[-1][2].append(_BLANKS.sub(" ", data))

    def _end_cell(self) -> None:
        grid, attributes, parts = self._open[-1]
        if attributes is not None:
            shown = "\n".join(line.strip(" ") for line in "".join(parts).split("\n")).strip("\n")
            grid.add(
                _whole_number(shown, attributes),
                across=_span(attributes, "colspan"),
                down=_span(attributes, "rowspan"),
            )
            self._open[-1] = (grid, None, [])


def _whole_number(shown: str, attributes: dict[str, str | None]) -> str:
    """A number as Excel holds it rather than as it shows it, where it says both."""
    held = attributes.get("x:num") or ""
    return held if _PLAIN_NUMBER.match(held) and _SHOWN_NUMBER.match(shown) else shown


def _span(attributes: dict[str, str | None], name: str) -> int:
    text = (attributes.get(name) or "").strip()
    return min(int(text), 1 << 20) if text.isascii() and text.isdecimal() and len(text) < 8 else 1


class _Spreadsheet:
    """SpreadsheetML: ``Workbook / Worksheet / Table / Row / Cell / Data``.

    Prefixes say nothing; comments are passed over, and styles but for the money they show.
    """

    def __init__(self) -> None:
        self.grids: list[Grid] = []
        self._path: list[str] = []
        self._style, self._marks = "", dict[str, str]()
        self._cell: dict[str, str] = {}
        self._type = ""
        self._text: list[str] = []

    def read(self, text: bytes) -> list[Grid]:
        """All its sheets."""
        parser = expat.ParserCreate("utf-8")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
            self._start,
            self._end,
            self._say,
        )
        try:
            parser.Parse(text, True)
        except expat.ExpatError as error:
            is_cut = error.code in (
                expat.errors.codes[name]
                for name in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN)
            )
            raise refuse("TRUNCATED" if is_cut else "BAD_WORKBOOK", row=error.lineno) from None
        return self.grids

    def _refuse(self, *_: object) -> None:
        raise refuse("XML_ENTITIES")

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        attributes = {key.rpartition(":")[2]: value for key, value in given.items()}
        self._path.append(tag)
        if tag == "Style":
            self._style = attributes.get("ID", "")
        elif tag == "NumberFormat":
            self._marks[self._style] = _mark(attributes.get("Format", ""))
        if tag == "Worksheet":
            self.grids.append(Grid(attributes.get("Name", "")))
        elif not self.grids:
            return
        elif tag == "Row":
            self.grids[-1].start_row(_number(attributes, "Index"))
        elif tag == "Cell":
            self._cell, self._type, self._text = attributes, "", []
        elif tag == "Data" and self._path[-2] == "Cell":
            self._type = attributes.get("Type", "String")

    def _end(self, name: str) -> None:
        tag = self._path.pop()
        del name
        if tag == "Cell" and self.grids:
            self._add()
        elif tag == "Visible" and self.grids:
            self.grids[-1].is_visible = "".join(self._text).strip() not in ("SheetHidden", "SheetVeryHidden")

    def _say(self, data: str) -> None:
        if "Comment" in self._path:
            return
        if "Data" in self._path or (self._path and self._path[-1] == "Visible"):
            self._text.append(data)

    def _add(self) -> None:
        grid, text = self.grids[-1], "".join(self._text)
        if self._type == "DateTime":
            text = _NO_FRACTION.sub("", text).replace("T", " ")
        if self._type == "Number" and text:
            text = before_number(self._marks.get(self._cell.get("StyleID", ""), "")) + text
        index, cell = _number(self._cell, "Index"), self._cell
        is_error = self._type == "Error" or ("Formula" in cell and not self._type)
        across, down = (_number(cell, name) or 0 for name in ("MergeAcross", "MergeDown"))
        grid.add(
            text, across=across + 1, down=down + 1, place=index - 1 if index else None, is_error=is_error
        )
        self._text = []


def _mark(number_format: str) -> str:
    return "EUR" if number_format == "Euro Currency" else mark_of(number_format)


def _number(attributes: dict[str, str], name: str) -> int | None:
    text = attributes.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None
