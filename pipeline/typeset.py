"""Chinese and figures on paper without any font file.

Chinese is set in STSong-Light, one of Adobe's predefined CID fonts (PDF 1.7, 9.7.5.2), for which every reader
has a Song of its own, and figures and Latin in Helvetica, one of the fourteen every reader must have
(9.6.2.2): neither the machine that writes nor the file carries a font, and a reader without Chinese still
shows every figure. The minus sign, which neither of them has, is another of the fourteen's, Symbol's.
"""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph

FONT, LATIN = "STSong-Light", "Helvetica"
INK, GREY = colors.HexColor("#1f2328"), colors.HexColor("#d0d7de")
_LATIN_RUN = re.compile(r"[\x20-\x7e–—·×÷¥]+")


def register_fonts() -> None:
    """What every document begins with."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def text(words: str, size: float, leading: float, *, right: bool = False, **more: Any) -> Paragraph:  # noqa: ANN401 - reportlab's style
    """A paragraph of plain words."""
    return paragraph(marked(words), size, leading, right=right, **more)


def paragraph(markup: str, size: float, leading: float, *, right: bool = False, **more: Any) -> Paragraph:  # noqa: ANN401 - reportlab's style
    """A paragraph of ``marked`` words."""
    style = ParagraphStyle(
        "text",
        fontName=FONT,
        fontSize=size,
        leading=leading,
        wordWrap="CJK",
        textColor=more.pop("textColor", INK),
        alignment=2 if right else 0,
        **more,
    )
    return Paragraph(markup, style)


def marked(words: str) -> str:
    """``words`` as a paragraph's markup: what Helvetica can show in Helvetica, the rest in Song.

    Line breaks kept.
    """
    latin = _LATIN_RUN.sub(lambda run: f"\x01{run[0]}\x02", words)
    return (
        escape(latin)
        .replace("\x01", f'<font name="{LATIN}">')
        .replace("\x02", "</font>")
        .replace("−", '<font name="Symbol">−</font>')
        .replace("\n", "<br/>")
    )
