"""The briefing as one page of A4: what does not fit is set smaller, never on a second page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from reportlab.graphics import shapes
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from metrics.reports.association.briefing import Briefing, Card, Compared
from metrics.reports.readable import FALLING, RISING
from pipeline.briefing.layout import LANGUAGES, bars_of, colours_of, length_of, runs
from pipeline.briefing.line import drawing
from pipeline.typeset import GREY, marked, paragraph, register_fonts, text

_MARGIN = 14 * mm
_WIDTH, _HEIGHT = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN
#: How much smaller a page is set than it would be, the largest that fits first.
_SMALLER = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 1.8)
_BAR, _GAP = 6.0, 8 * mm
_SOFT, _ACCENT, _STRONG = colors.HexColor("#57606a"), colors.HexColor("#0f9a8a"), "#0b6e63"
_TOP = ("VALIGN", (0, 0), (-1, -1), "TOP")
_PLAIN = [
    *((f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
    _TOP,
]


def as_pdf(told: Briefing) -> bytes:
    """The whole file, the same bytes whenever it is made."""
    register_fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, lang=LANGUAGES[told.language])
    canvas.setTitle(f"{told.title} {told.month}")
    canvas.setAuthor("baiyun-live")
    for scale in _SMALLER:
        story = _story(told, _WIDTH * scale)
        heights = [item.wrapOn(canvas, _WIDTH * scale, _HEIGHT * scale)[1] for item in story]
        if sum(heights) <= _HEIGHT * scale:
            break
    canvas.translate(_MARGIN, A4[1] - _MARGIN)
    canvas.scale(1 / scale, 1 / scale)
    y = 0.0
    for item, height in zip(story, heights, strict=True):
        y -= height
        item.drawOn(canvas, 0, y)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _story(told: Briefing, width: float) -> list[Flowable]:
    return [
        text(f"{told.title} {told.month}", 17, 22),
        text(told.issued, 8, 13, textColor=_SOFT),
        _rule(width),
        _said(told.headline, 12.5, 17),
        Spacer(1, 1 * mm),
        _said(told.turning, 9, 13),
        Spacer(1, 2 * mm),
        _cards(told.cards, width),
        *_index(told, width),
        *_heading(told.channels[0]),
        *(_said(words, 8.5, 12) for words in told.channels[1:]),
        *_bars(told, width),
        *_changes(told, width),
        Spacer(1, 4 * mm),
        _rule(width),
        _said(f"**{told.notes_heading}**", 10, 14),
        *(_said(note, 7.5, 10.5, textColor=_SOFT) for note in told.notes),
    ]


def _index(told: Briefing, width: float) -> list[Flowable]:
    if all(level.level is None for level in told.levels):
        return []
    return [*_heading(told.index_heading), drawing(told.levels, width)]


def _cards(cards: Sequence[Card], width: float) -> Table:
    cells = [
        [
            text(card.name, 8, 11, textColor=_SOFT),
            text(card.value, 13, 17),
            text(card.said, 7.5, 10, textColor=_SOFT),
        ]
        for card in cards
    ]
    style = [*(("BOX", (at, 0), (at, 0), 0.5, GREY) for at in range(len(cards))), _TOP]
    return Table([cells], [width / len(cards)] * len(cards), style=TableStyle(style))


def _bars(told: Briefing, width: float) -> list[Flowable]:
    if not told.bars:
        return []
    found: list[Flowable] = [paragraph(_legend(told), 8, 12)]
    for name, rows in bars_of(told):
        places, at = [], 0.0
        for row in rows:
            places.append((at, row.share, colours_of(told)[row.name]))
            at += row.share
        found += [_line(name, rows[0].told, width), _strip(places, width)]
    return found


def _legend(told: Briefing) -> str:
    squares = (
        f'<font name="ZapfDingbats" color="{part.colour}">\u25a0</font> {marked(f"{part.name} {part.text}")}'
        for part in told.legend
    )
    return "&nbsp;&nbsp; ".join(squares)


def _changes(told: Briefing, width: float) -> list[Flowable]:
    """What rose and fell beside each earlier month, side by side."""
    if not told.compared:
        return []
    half = (width - _GAP) / 2
    cells: list[list[Flowable]] = [_column(one, half) for one in told.compared]
    cells += [[] for _ in range(2 - len(cells))]
    return [Table([[cells[0], "", cells[1]]], [half, _GAP, half], style=TableStyle(_PLAIN))]


def _column(one: Compared, width: float) -> list[Flowable]:
    found = _heading(one.finding)
    for row in one.rows:
        length = length_of(one, row) / 2
        start, colour = (0.5 - length, FALLING) if row.rate < 0 else (0.5, RISING)
        found += [_line(row.name, row.text, width), _strip([(start, length, colour)], width)]
    return [*found, _said(one.hidden, 7.5, 10.5, textColor=_SOFT)]


def _line(name: str, figure: str, width: float) -> Table:
    """A name at the left, its figure at the right."""
    cells = [[text(name, 8, 10.5), text(figure, 8, 10.5, right=True)]]
    return Table(cells, [width * 0.7, width * 0.3], style=TableStyle(_PLAIN))


def _strip(places: Sequence[tuple[float, float, str]], width: float) -> shapes.Drawing:
    """One bar: start, length (of the width) and colour of each part."""
    strip = shapes.Drawing(width, _BAR + 3)
    for start, length, colour in places:
        fill = colors.HexColor(colour)
        strip.add(shapes.Rect(start * width, 2, length * width, _BAR, fillColor=fill, strokeColor=None))
    return strip


def _heading(words: str) -> list[Flowable]:
    return [Spacer(1, 2.5 * mm), _said(f"**{words}**", 10, 14)]


def _said(words: str, size: float, leading: float, **more: Any) -> Paragraph:  # noqa: ANN401 - reportlab's style
    """Words with what is bold in them in the page's colour: no Song has a bold face of its own."""
    pieces = [(marked(piece), is_bold) for piece, is_bold in runs(words)]
    markup = "".join(
        f'<font color="{_STRONG}">{piece}</font>' if is_bold else piece for piece, is_bold in pieces
    )
    return paragraph(markup, size, leading, **more)


def _rule(width: float) -> Table:
    style = [*_PLAIN, ("LINEABOVE", (0, 0), (-1, 0), 1, _ACCENT)]
    return Table([[""]], [width], [5], style=TableStyle(style))
