"""The index as a line over 100, in shapes that every format paints: figures alone, so that no font with
Chinese is needed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from reportlab.graphics import shapes
from reportlab.lib import colors

from metrics.reports.association.briefing import Level
from metrics.reports.readable import KEPT_COLOUR, PAID_COLOUR
from pipeline.typeset import LATIN

WIDTH, HEIGHT = 520.0, 120.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 30.0, 40.0, 14.0, 20.0
_INK, _SIZE = "#57606a", 9.0
#: Points a pixel of a picture is drawn finer than it is shown.
_FINER = 4


@dataclass(frozen=True)
class Line:
    """From point to point; dashed where it is no figure's."""

    start: tuple[float, float]
    end: tuple[float, float]
    colour: str
    width: float
    is_dashed: bool = False


@dataclass(frozen=True)
class Dot:
    """A month's level."""

    at: tuple[float, float]
    radius: float = 2.6


@dataclass(frozen=True)
class Label:
    """Figures; ``anchor`` start, middle or end: which part of them stands at ``at``."""

    at: tuple[float, float]
    text: str
    anchor: str
    colour: str = _INK
    size: float = _SIZE


Shape = Line | Dot | Label


def shapes_of(levels: Sequence[Level]) -> list[Shape]:
    """The chart, y downwards from its top; nothing where no month has a level."""
    known = [level.level for level in levels if level.level is not None]
    if not known:
        return []
    low, high = min(*known, 100.0), max(*known, 100.0)
    room = (high - low) * 0.15 or 1.0
    low, high = low - room, high + room
    step = (WIDTH - _LEFT - _RIGHT) / max(len(levels) - 1, 1)

    def place(at: int, level: float) -> tuple[float, float]:
        share = (level - low) / (high - low)
        return round(_LEFT + 8 + at * step * 0.97, 2), round(
            HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 2
        )

    hundred = place(0, 100.0)[1]
    found: list[Shape] = [
        Line((_LEFT, hundred), (WIDTH - _RIGHT, hundred), PAID_COLOUR, 1, is_dashed=True),
        Label((_LEFT - 4, hundred + 3), "100", "end"),
    ]
    points = [None if one.level is None else place(at, one.level) for at, one in enumerate(levels)]
    found += [Line(a, b, KEPT_COLOUR, 2) for a, b in pairwise(points) if a is not None and b is not None]
    found += [Dot(point) for point in points if point is not None]
    last = max(at for at, point in enumerate(points) if point is not None)
    x, y = points[last] or (0.0, 0.0)
    found.append(Label((x + 6, y + 4), levels[last].text, "start", "#1f2328", 12))
    return found + _months(levels, [place(at, 100.0)[0] for at in range(len(levels))])


def svg(levels: Sequence[Level], alt: str) -> str:
    """The chart for a page of HTML."""
    parts = [
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{alt}" class="line">',
        *(_svg(shape) for shape in shapes_of(levels)),
        "</svg>",
    ]
    return "".join(parts)


def drawing(levels: Sequence[Level], width: float) -> shapes.Drawing:
    """The chart for a PDF, ``width`` points wide."""
    scale = width / WIDTH
    painted = shapes.Drawing(width, HEIGHT * scale)
    for shape in shapes_of(levels):
        painted.add(_painted(shape, scale))
    return painted


def png(levels: Sequence[Level]) -> bytes:
    """The chart as a picture, for Word."""
    image = Image.new("RGB", (int(WIDTH * _FINER), int(HEIGHT * _FINER)), "white")
    canvas = ImageDraw.Draw(image)
    for shape in shapes_of(levels):
        _drawn(canvas, shape)
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(72 * _FINER, 72 * _FINER))
    return out.getvalue()


def _months(levels: Sequence[Level], places: Sequence[float]) -> list[Shape]:
    """Under the line: the first month, the last, and as many between as have room."""
    every = max(1, -(-len(levels) // 6))
    shown = [at for at in range(len(levels) - 1, -1, -every)]
    return [Label((places[at], HEIGHT - 4), levels[at].name, "middle") for at in shown]


def _svg(shape: Shape) -> str:
    if isinstance(shape, Line):
        (x1, y1), (x2, y2) = shape.start, shape.end
        dashed = ' stroke-dasharray="4 4"' if shape.is_dashed else ""
        return (
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{shape.colour}" '
            f'stroke-width="{shape.width:g}" stroke-linecap="round"{dashed}/>'
        )
    x, y = shape.at
    if isinstance(shape, Dot):
        return f'<circle cx="{x:g}" cy="{y:g}" r="{shape.radius:g}" fill="{KEPT_COLOUR}"/>'
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{shape.anchor}" fill="{shape.colour}" '
        f'font-size="{shape.size:g}">{shape.text}</text>'
    )


def _painted(shape: Shape, scale: float) -> shapes.Shape:
    def flipped(at: tuple[float, float]) -> tuple[float, float]:
        return at[0] * scale, (HEIGHT - at[1]) * scale

    if isinstance(shape, Line):
        look: dict[str, Any] = {
            "strokeColor": colors.HexColor(shape.colour),
            "strokeWidth": shape.width * scale,
        }
        if shape.is_dashed:
            look["strokeDashArray"] = [3, 3]
        return shapes.Line(*flipped(shape.start), *flipped(shape.end), **look)
    if isinstance(shape, Dot):
        fill = colors.HexColor(KEPT_COLOUR)
        return shapes.Circle(*flipped(shape.at), shape.radius * scale, fillColor=fill, strokeColor=None)
    return shapes.String(
        *flipped(shape.at),
        shape.text,
        fontName=LATIN,
        fontSize=shape.size * scale,
        fillColor=colors.HexColor(shape.colour),
        textAnchor=shape.anchor,
    )


def _drawn(canvas: ImageDraw.ImageDraw, shape: Shape) -> None:
    if isinstance(shape, Line):
        ends = [(x * _FINER, y * _FINER) for x, y in _dashes(shape)]
        for start, end in zip(ends[::2], ends[1::2], strict=True):
            canvas.line([start, end], fill=shape.colour, width=round(shape.width * _FINER))
    elif isinstance(shape, Dot):
        x, y = (value * _FINER for value in shape.at)
        canvas.circle((x, y), shape.radius * _FINER, fill=KEPT_COLOUR)
    else:
        place = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
        at = shape.at[0] * _FINER, shape.at[1] * _FINER
        font = ImageFont.load_default(shape.size * _FINER)
        canvas.text(at, shape.text, fill=shape.colour, font=font, anchor=place)


def _dashes(line: Line) -> list[tuple[float, float]]:
    """Start and end of each stroke; dashed lines are level."""
    if not line.is_dashed:
        return [line.start, line.end]
    (x, y), (end, _) = line.start, line.end
    starts = [x + 8 * at for at in range(int((end - x) // 8) + 1)]
    return [point for at in starts for point in ((at, y), (min(at + 4, end), y))]
