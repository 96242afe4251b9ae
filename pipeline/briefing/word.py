"""The briefing as a Word document: its words stay words, its bars are cells of tables, and the line alone is
a picture, with its figures as words below.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from docx import Document
from docx.document import Document as Whole
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu, Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from contracts.fields import TIME_ZONE
from metrics.reports.association.briefing import Briefing, Compared
from metrics.reports.readable import FALLING, RISING
from pipeline.briefing.layout import LANGUAGES, bars_of, colours_of, length_of, runs
from pipeline.briefing.line import png

_WIDTH, _MARGIN, _COLUMN = Mm(182), Mm(14), Mm(87)
_SOFT, _INK, _ACCENT = "57606A", "1F2328", "0B6E63"
#: What a file of a zip is dated: the format knows none earlier.
_NO_DAY = (1980, 1, 1, 0, 0, 0)
_Place = Whole | _Cell


def as_word(told: Briefing) -> bytes:
    """The whole file, the same bytes whenever it is made."""
    book = Document()
    _settle(book, told)
    _say(book, f"{told.title} {told.month}", 17, after=0)
    _say(book, told.issued, 8, colour=_SOFT, after=4)
    _say(book, told.headline, 12.5, after=2)
    _say(book, told.turning, 9, after=4)
    _cards(book, told)
    if any(level.level is not None for level in told.levels):
        _heading(book, told.index_heading)
        book.add_paragraph().add_run().add_picture(io.BytesIO(png(told.levels)), width=_WIDTH)
        _tight(book.paragraphs[-1], 0)
        _say(book, _listed(told), 7, colour=_SOFT)
    _heading(book, told.channels[0])
    for words in told.channels[1:]:
        _say(book, words, 8.5)
    _bars(book, told)
    _changes(book, told)
    _heading(book, told.notes_heading)
    for note in told.notes:
        _say(book, note, 7.5, colour=_SOFT)
    return _timeless(book)


def _settle(book: Whole, told: Briefing) -> None:
    """A sheet of A4, fonts every Word has, and nothing that tells when or where it was made."""
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = _MARGIN
    style = book.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(9)
    fonts = style.element.rPr.rFonts
    fonts.set(qn("w:eastAsia"), "Microsoft YaHei")
    style.element.rPr.append(_element("w:lang", val=LANGUAGES[told.language], eastAsia="zh-CN"))
    about = book.core_properties
    about.title, about.author, about.comments = f"{told.title} {told.month}", "baiyun-live", ""
    about.language, about.last_modified_by = LANGUAGES[told.language], "baiyun-live"
    about.created = about.modified = dt.datetime(*_NO_DAY, tzinfo=ZoneInfo(TIME_ZONE)).replace(tzinfo=None)


def _listed(told: Briefing) -> str:
    """The line's figures in words: what a picture says nobody can search or read aloud."""
    between = {"zh": "、", "en": ", "}[told.language]
    return between.join(f"{level.name} {level.text}" for level in told.levels)


def _cards(book: Whole, told: Briefing) -> None:
    table = _table(book, [_WIDTH // len(told.cards)] * len(told.cards))
    table.style = "Table Grid"
    for cell, card in zip(table.rows[0].cells, told.cards, strict=True):
        _say(cell, card.name, 8, colour=_SOFT)
        _say(cell, card.value, 13)
        _say(cell, card.said, 7.5, colour=_SOFT)
        _drop_first(cell)


def _bars(book: Whole, told: Briefing) -> None:
    if not told.bars:
        return
    legend = book.add_paragraph()
    _tight(legend, 2)
    for part in told.legend:
        _run(legend, "■ ", 8, part.colour[1:].upper())
        _run(legend, f"{part.name} {part.text}    ", 8, _INK)
    for name, rows in bars_of(told):
        _line(book, name, rows[0].told, _WIDTH)
        _strip(book, [(row.share, colours_of(told)[row.name]) for row in rows], _WIDTH)


def _changes(book: Whole, told: Briefing) -> None:
    """What rose and fell beside each earlier month, side by side."""
    if not told.compared:
        return
    _gap(book)
    table = _table(book, [_WIDTH // 2] * 2)
    for cell, one in zip(table.rows[0].cells, told.compared, strict=False):
        _column(cell, one)
        _drop_first(cell)
    _gap(book)


def _column(cell: _Cell, one: Compared) -> None:
    _heading(cell, one.finding)
    for row in one.rows:
        length = length_of(one, row) / 2
        parts = [(0.5 - length, ""), (length, FALLING)] if row.rate < 0 else [(0.5, ""), (length, RISING)]
        _line(cell, row.name, row.text, _COLUMN)
        _strip(cell, parts, _COLUMN)
    _say(cell, one.hidden, 7.5, colour=_SOFT)


def _strip(place: _Place, parts: Sequence[tuple[float, str]], width: Length) -> None:
    """One bar: a row of cells, as wide and of the colour of each part; without a colour it is a gap."""
    shown = [(max(round(width * share), Pt(0.5)), colour) for share, colour in parts if share > 0]
    table = _table(place, [size for size, _ in shown])
    _without_margins(table)
    row = table.rows[0]
    row.height, row.height_rule = Pt(5.5), WD_ROW_HEIGHT_RULE.EXACTLY
    for cell, (_, colour) in zip(row.cells, shown, strict=True):
        _tight(cell.paragraphs[0], 0, line_height=Pt(4))
        if colour:
            shade = _element("w:shd", val="clear", color="auto", fill=colour[1:].upper())
            cell._tc.get_or_add_tcPr().append(shade)
    if isinstance(place, _Cell):  # which ends every table with a paragraph of its own
        _tight(place.paragraphs[-1], 0, line_height=Pt(1))


def _table(place: _Place, widths: Sequence[int]) -> Table:
    """One row of cells of fixed widths."""
    table: Table = place.add_table(1, len(widths))
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.LEFT
    for size, column, cell in zip(widths, table.columns, table.rows[0].cells, strict=True):
        column.width = cell.width = Emu(size)
    return table


def _without_margins(table: Table) -> None:
    """Cells that are all colour, however narrow."""
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="0", type="dxa"))
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _element(tag: str, **attributes: str) -> BaseOxmlElement:
    found = OxmlElement(tag)
    for name, value in attributes.items():
        found.set(qn(f"w:{name}"), value)
    return found


def _line(place: _Place, name: str, figure: str, width: Length) -> None:
    """A name at the left, its figure at the right."""
    line = place.add_paragraph()
    _tight(line, 0)
    line.paragraph_format.keep_with_next = True
    line.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
    _run(line, f"{name}\t{figure}", 8, _INK)


def _heading(place: _Place, words: str) -> None:
    said = _say(place, f"**{words}**", 10, after=1)
    said.paragraph_format.space_before = Pt(5)
    said.paragraph_format.keep_with_next = True


def _say(place: _Place, words: str, size: float, *, colour: str = _INK, after: float = 0) -> Paragraph:
    """A paragraph of words with what is bold in them."""
    said = place.add_paragraph()
    _tight(said, after)
    for piece, is_bold in runs(words):
        _run(said, piece, size, _ACCENT if is_bold else colour, is_bold=is_bold)
    return said


def _run(line: Paragraph, words: str, size: float, colour: str, *, is_bold: bool = False) -> None:
    run = line.add_run(words)
    run.font.size, run.font.color.rgb, run.bold = Pt(size), RGBColor.from_string(colour), is_bold


def _tight(line: Paragraph, after: float, *, line_height: Length | None = None) -> None:
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(0), Pt(after)
    line.paragraph_format.line_spacing = line_height or 1.0


def _gap(book: Whole) -> None:
    """Tables that touch would be one to Word."""
    _tight(book.add_paragraph(), 0, line_height=Pt(4))


def _drop_first(cell: _Cell) -> None:
    """A new cell begins with an empty paragraph; it has to end with one, which whatever was said last is."""
    first = cell.paragraphs[0]._p
    first.getparent().remove(first)


def _timeless(book: Whole) -> bytes:
    """The document's bytes with its parts in a fixed order and of no date."""
    made, out = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(out, "w") as kept:
        for name in parts.namelist():
            about = zipfile.ZipInfo(name, _NO_DAY)
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            kept.writestr(about, parts.read(name))
    return out.getvalue()
