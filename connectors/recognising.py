"""Which layout a file's header belongs to, and what its words are nearest to when none fits. Nothing is guessed: near names are offered to a person."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from connectors import oddities
from connectors.archives import looks_zipped
from connectors.base import Layout, Platform, platforms
from connectors.tabular import Sheet, open_sheets
from connectors.typed import fold
from contracts.intake import refuse

#: Layout key → their header → the layout's header: names a person confirmed. See ``Layout.key``.
Aliases = Mapping[str, Mapping[str, str]]
#: Two names less alike than this are not offered for one another.
NEAR = 0.5
#: Below this share of common words a header is of nothing known.
_STRANGE = 0.2


@dataclass(frozen=True)
class Recognised:
    """The layout a table's header belongs to, whose it is, and where that header stands. ``others`` are further sheets with the very same header.

    ``aliased``: their header as written → the layout's, where a confirmed alias was needed.
    """

    layout: Layout
    platform: Platform
    sheet: Sheet
    header_row: int
    aliased: dict[str, str] = field(default_factory=dict)
    others: tuple[Recognised, ...] = ()

    @property
    def header(self) -> list[str]:
        """The header cells as written, confirmed aliases by the layout's own name."""
        return [self.aliased.get(cell, cell) for cell in self.sheet.head[self.header_row]]


@dataclass(frozen=True)
class _Signature:
    """A layout as the search for it needs it: folded headers, and the required ones (folded → as declared)."""

    layout: Layout
    platform: Platform
    known: frozenset[str]
    required: dict[str, str]


@dataclass(frozen=True)
class _Near:
    score: float
    layout: Layout
    missing: list[str]
    header: list[str]


def recognise(data: bytes, *, mappings: Sequence[Platform] = (), aliases: Aliases | None = None) -> Recognised:
    """Find the platform, kind and layout of a file by its header. ``mappings`` and ``aliases`` as in ``connectors.reading.read_file``.

    Raises FileRefusedError: UNKNOWN_LAYOUT, MOJIBAKE, or MISSING_COLUMN naming the nearest known layout, what is missing, and which unknown
    header of the file is nearest to it.
    """
    signatures = [*_built_in(), *(_signature(item, layout) for item in mappings for layout in item.layouts)]
    for encoding in sorted({item.layout.encoding for item in signatures} - {""}):
        if recoded := _recoded(data, encoding):
            found, _, _ = _search(open_sheets(recoded), [item for item in signatures if item.layout.encoding == encoding], aliases)
            if found:
                return _one(found)
    found, near, heads = _search(open_sheets(data), [item for item in signatures if not item.layout.encoding], aliases)
    if not found:
        raise _unknown(near, heads)
    return _one(found)


_Found = dict[str, tuple[float, Recognised]]


def _search(sheets: Sequence[Sheet], signatures: Sequence[_Signature], aliases: Aliases | None) -> tuple[_Found, _Near | None, list[list[str]]]:
    """Sheet name → the layout that has most in common with it, among those that miss nothing; the nearest that does; and every row looked at."""
    found: _Found = {}
    near: _Near | None = None
    heads: list[list[str]] = []
    for sheet in sheets:
        for row, header in enumerate(sheet.head):
            heads.append(header)
            as_written = {fold(cell) for cell in header}
            for signature in signatures:
                if signature.layout.header_row not in (0, row + 1):
                    continue
                aliased = _aliased(header, as_written, signature, aliases)
                present = {fold(aliased.get(cell, cell)) for cell in header} if aliased else as_written
                score = len(signature.known & present) / len(signature.known | present)
                missing = [word for key, word in signature.required.items() if key not in present]
                if not missing and score > found.get(sheet.name, (0.0,))[0]:
                    found[sheet.name] = (score, Recognised(signature.layout, signature.platform, sheet, row, aliased))
                if missing and (near is None or score > near.score):
                    near = _Near(score, signature.layout, missing, header)
    return found, near, heads


def _one(found: _Found) -> Recognised:
    """The sheets of one header as one. Raises FileRefusedError when they are of several."""
    first, *others = [item for _, item in found.values()]
    alike = {(item.layout.key, *map(fold, item.header)) for item in (first, *others)}
    if len(alike) > 1:
        raise refuse("SEVERAL_SHEETS", sheets="、".join(found))
    return replace(first, others=tuple(others))


def _recoded(data: bytes, encoding: str) -> bytes:
    """A text in a mapping's own encoding as UTF-8; nothing for a workbook, or when it is not of that encoding."""
    if looks_zipped(data) or data[:4] == b"\xd0\xcf\x11\xe0":
        return b""
    try:
        return data.decode(encoding).encode()
    except UnicodeError:
        return b""


@cache
def _built_in() -> list[_Signature]:
    return [_signature(platform, item) for platform in platforms().values() for item in platform.layouts if item.source == "file"]


def _signature(platform: Platform, layout: Layout) -> _Signature:
    required = {fold(column.header): column.header.strip() for column in layout.columns if column.required}
    return _Signature(layout, platform, frozenset(fold(column.header) for column in layout.columns), required)


def _aliased(header: Sequence[str], present: set[str], signature: _Signature, aliases: Aliases | None) -> dict[str, str]:
    """The cells of ``header`` that stand for a name of the layout which is not there itself."""
    confirmed = {fold(theirs): known for theirs, known in (aliases or {}).get(signature.layout.key, {}).items()}
    return {cell: known for cell in header if (known := confirmed.get(fold(cell))) and fold(known) in signature.known and fold(known) not in present}


def _unknown(near: _Near | None, heads: list[list[str]]) -> Exception:
    if near is None or near.score < _STRANGE:
        words = frozenset().union(*(signature.known for signature in _built_in()))
        return refuse("MOJIBAKE" if any(oddities.is_mojibake(header, words) for header in heads) else "UNKNOWN_LAYOUT")
    twice = twins(near.header)
    if twice:
        return refuse("DUPLICATE_HEADER", columns="、".join(twice))
    offered = {theirs: names[0][0] for theirs, names in near_headers(near.header, near.layout).items()}
    nearest = "、".join(f"{theirs}→{known}" for theirs, known in offered.items() if known in near.missing)
    facts = {"looks_like": near.layout.key, "missing": "、".join(near.missing[:8]), **({"nearest": nearest} if nearest else {})}
    return refuse("MISSING_COLUMN", **facts)


def near_headers(header: Sequence[str], layout: Layout) -> dict[str, list[tuple[str, float]]]:
    """What each unknown cell of ``header`` may be another name for: the layout's headers that are not there, with a score from ``NEAR`` to 1, best first.

    Cells that are known or near to nothing are left out. An offer for a person to confirm, never applied by itself.
    """
    known = {fold(column.header): column.header.strip() for column in layout.columns}
    present = {fold(cell) for cell in header}
    absent = {key: word for key, word in known.items() if key not in present}
    offered = {}
    for cell in header:
        if not cell.strip() or fold(cell) in known:
            continue
        scored = [(word, round(_alike(fold(cell), key), 3)) for key, word in absent.items()]
        best = sorted((item for item in scored if item[1] >= NEAR), key=lambda item: (-item[1], item[0]))[:3]
        if best:
            offered[cell.strip()] = best
    return offered


def _alike(one: str, other: str) -> float:
    """Similarity from 0 to 1: common runs of characters, and whether one name stands whole inside the other."""
    inside = 0.5 + 0.5 * min(len(one), len(other)) / max(len(one), len(other)) if one in other or other in one else 0.0
    return max(inside, difflib.SequenceMatcher(None, one, other).ratio())


def twins(header: Sequence[str]) -> dict[str, list[int]]:
    """Folded header words that stand at several places, with the places."""
    places: dict[str, list[int]] = {}
    for index, cell in enumerate(header):
        if cell.strip():
            places.setdefault(fold(cell), []).append(index)
    return {word: at for word, at in places.items() if len(at) > 1}
