"""Which layout a file's header belongs to, and what its words are nearest to when none fits.

Nothing is guessed: near names are offered to a person.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from connectors.base import Column, Layout, Platform, platforms
from connectors.files import oddities
from connectors.files.archives import looks_zipped
from connectors.files.headers import by_bare_header, is_in, match_units, split_unit
from connectors.files.tabular import Sheet, open_sheets
from connectors.typed import fold
from contracts.intake import refuse

#: Layout key → their header → the layout's header: names a person confirmed. See ``Layout.key``.
Aliases = Mapping[str, Mapping[str, str]]
#: Two names less alike than this are not offered for one another.
NEAR = 0.5
#: Below this share of common words a header is of nothing known.
_STRANGE = 0.2
#: So many words in common make a row a header, and so many words of it a refusal names.
_HEADER_WORDS, _NAMED = 2, 8


@dataclass(frozen=True)
class Recognised:
    """The layout a table's header belongs to, whose it is, and where that header stands.

    ``others`` are further sheets with the very same header.

    ``aliased``: their header as written → the layout's, where a confirmed alias was needed; ``in_units``
    where it only names the column's unit too (总金额(元)), ``other_units`` where the unit it names is not the
    column's, which is then not read. ``left_out``: names of sheets that hold something and are not read,
    hidden ones among them.
    """

    layout: Layout
    platform: Platform
    sheet: Sheet
    header_row: int
    aliased: dict[str, str] = field(default_factory=dict)
    others: tuple[Recognised, ...] = ()
    left_out: tuple[str, ...] = ()
    in_units: dict[str, str] = field(default_factory=dict)
    other_units: dict[str, str] = field(default_factory=dict)

    @property
    def header(self) -> list[str]:
        """The header cells as written, confirmed aliases and those with a unit by the layout's own name."""
        known = self.aliased | self.in_units
        return [known.get(cell, cell) for cell in self.sheet.head[self.header_row]]


@dataclass(frozen=True)
class _Signature:
    """A layout as the search for it needs it: folded headers, the required ones (folded → as declared), and
    its columns by header without unit.
    """

    layout: Layout
    platform: Platform
    known: frozenset[str]
    required: dict[str, str]
    bare: dict[str, tuple[Column, ...]]


@dataclass(frozen=True)
class _Fit:
    """How well a header answers to a layout: words in common, their share of the words of both, and the
    layout's required ones that are not there.
    """

    common: int
    share: float
    found: Recognised
    missing: list[str]

    def is_better(self, other: _Fit | None) -> bool:
        """Whether it explains more of its header than ``other``; on a tie, with fewer words to spare."""
        return other is None or (self.common, self.share) > (other.common, other.share)

    def belies(self, whole: _Fit | None) -> bool:
        """Whether the sheet is of this layout, which lacks something, rather than of the ``whole`` one.

        An export of JD's orders without one column still has all a list of Taobao's products needs. Of two
        versions of one export the whole one counts, unless it knows less than a quarter of what stands there:
        a report of a few columns is no version of a full export.
        """
        if whole is None:
            return self.share >= NEAR
        alike = _export(self.found.layout) == _export(whole.found.layout)
        return self.common > (4 * whole.common if alike else whole.common)


@dataclass(frozen=True)
class _Search:
    """Of each sheet (those without a cell left out) the best layout that misses nothing, and the best that
    misses something; and every row looked at.
    """

    sheets: list[str]
    whole: dict[str, _Fit]
    partial: dict[str, _Fit]
    heads: list[list[str]]

    @property
    def nearer(self) -> _Fit | None:
        """What a sheet is that only seems to be something else, or nothing: a layout that lacks a column, yet
        explains more of the header.
        """
        return next((fit for name, fit in self.partial.items() if fit.belies(self.whole.get(name))), None)


def recognise(
    data: bytes, *, mappings: Sequence[Platform] = (), aliases: Aliases | None = None
) -> Recognised:
    """Find the platform, kind and layout of a file by its header.

    ``mappings`` and ``aliases`` as in ``connectors.reading.read_file``.

    Raises FileRefusedError: UNKNOWN_LAYOUT, MOJIBAKE, SEVERAL_SHEETS, or MISSING_COLUMN naming the nearest
    known layout, what is missing, and which unknown header of the file is nearest to it.
    """
    signatures = [*_built_in(), *(_signature(item, layout) for item in mappings for layout in item.layouts)]
    for encoding in sorted({item.layout.encoding for item in signatures} - {""}):
        if recoded := _recoded(data, encoding):
            search = _search(
                open_sheets(recoded),
                [item for item in signatures if item.layout.encoding == encoding],
                aliases,
            )
            if search.whole:
                return _one(search)
    search = _search(open_sheets(data), [item for item in signatures if not item.layout.encoding], aliases)
    nearer = search.nearer
    if nearer or not search.whole:
        raise _unknown(
            nearer or max(search.partial.values(), key=lambda fit: fit.share, default=None), search.heads
        )
    return _one(search)


def _search(sheets: Sequence[Sheet], signatures: Sequence[_Signature], aliases: Aliases | None) -> _Search:
    search = _Search([sheet.name for sheet in sheets if any(map(any, sheet.head))], {}, {}, [])
    known = frozenset().union(*(signature.known for signature in signatures))
    for sheet in sheets:
        for row, header in enumerate(sheet.head):
            search.heads.append(header)
            words = {fold(cell) for cell in header}
            with_unit = [cell for cell in header if split_unit(cell)[1]]
            for signature in signatures if aliases or with_unit or not known.isdisjoint(words) else ():
                is_strange = not aliases and not with_unit and signature.known.isdisjoint(words)
                if is_strange or signature.layout.header_row not in (0, row + 1):
                    continue
                fit = _fit(sheet, row, signature, words, with_unit, aliases)
                best = search.partial if fit.missing else search.whole
                if fit.common and fit.is_better(best.get(sheet.name)):
                    best[sheet.name] = fit
    return search


def _fit(
    sheet: Sheet,
    row: int,
    signature: _Signature,
    words: set[str],
    with_unit: list[str],
    aliases: Aliases | None,
) -> _Fit:
    aliased = _aliased(sheet.head[row], words, signature, aliases) if aliases else {}
    present = {fold(aliased.get(cell, cell)) for cell in sheet.head[row]} if aliased else words
    in_units, other_units = match_units(with_unit, signature.bare, present) if with_unit else ({}, {})
    if in_units:
        present = present - {fold(cell) for cell in in_units} | {fold(known) for known in in_units.values()}
    common = len(signature.known & present)
    missing = [word for key, word in signature.required.items() if key not in present]
    found = Recognised(
        signature.layout, signature.platform, sheet, row, aliased, in_units=in_units, other_units=other_units
    )
    return _Fit(common, common / (len(signature.known) + len(present) - common), found, missing)


def _export(layout: Layout) -> tuple[str, str]:
    return layout.platform, layout.kind


def _one(search: _Search) -> Recognised:
    """The sheets of one header as one. Raises FileRefusedError when they are of several."""
    first, *others = [fit.found for fit in search.whole.values()]
    alike = {(item.layout.key, *map(fold, item.header)) for item in (first, *others)}
    if len(alike) > 1:
        raise refuse("SEVERAL_SHEETS", sheets="、".join(search.whole))
    left_out = [name for name in search.sheets if name not in search.whole]
    return replace(first, others=tuple(others), left_out=(*left_out, *first.sheet.hidden))


def _recoded(data: bytes, encoding: str) -> bytes:
    """A text in a mapping's own encoding as UTF-8.

    Nothing for a workbook, or when it is not of that encoding.
    """
    if looks_zipped(data) or data[:4] == b"\xd0\xcf\x11\xe0":
        return b""
    try:
        return data.decode(encoding).encode()
    except UnicodeError:
        return b""


@cache
def _built_in() -> list[_Signature]:
    return [
        _signature(platform, item)
        for platform in platforms().values()
        for item in platform.layouts
        if item.source == "file"
    ]


def _signature(platform: Platform, layout: Layout) -> _Signature:
    required = {fold(column.header): column.header.strip() for column in layout.columns if column.required}
    known = frozenset(fold(column.header) for column in layout.columns)
    return _Signature(layout, platform, known, required, by_bare_header(layout.columns))


def _aliased(
    header: Sequence[str], present: set[str], signature: _Signature, aliases: Aliases
) -> dict[str, str]:
    """The cells of ``header`` that stand for a name of the layout which is not there itself.

    One that names another unit stands for nothing.
    """
    columns = {fold(column.header): column for column in signature.layout.columns}
    confirmed = {fold(theirs): known for theirs, known in aliases.get(signature.layout.key, {}).items()}
    named = {
        cell: known
        for cell in header
        if (known := confirmed.get(fold(cell))) and fold(known) in columns and fold(known) not in present
    }
    return {
        cell: known
        for cell, known in named.items()
        if not (unit := split_unit(cell)[1]) or is_in(columns[fold(known)], unit)
    }


def _unknown(near: _Fit | None, heads: list[list[str]]) -> Exception:
    if near is None or near.share < _STRANGE:
        words = frozenset().union(*(signature.known for signature in _built_in()))
        is_garbled = any(oddities.is_mojibake(header, words) for header in heads)
        return refuse("MOJIBAKE") if is_garbled else refuse("UNKNOWN_LAYOUT", **_likeness(near))
    layout, header = near.found.layout, near.found.header
    odd = [
        f"{theirs.strip()}≠{known}"
        for theirs, known in near.found.other_units.items()
        if known in near.missing
    ]
    if odd:
        return refuse("UNIT_DISAGREES", looks_like=layout.key, columns="、".join(odd))
    offered = {theirs: names[0][0] for theirs, names in near_headers(header, layout).items()}
    nearest = "、".join(f"{theirs}→{known}" for theirs, known in offered.items() if known in near.missing)
    told = {
        "sheet": near.found.sheet.name,
        "nearest": nearest,
        "twice": "、".join(header[first].strip() for first, *_ in twins(header).values()),
    }
    told["merged"] = _merged_head(near.found)
    return refuse(
        "MISSING_COLUMN",
        looks_like=layout.key,
        missing="、".join(near.missing[:8]),
        **{name: text for name, text in told.items() if text},
    )


def _likeness(near: _Fit | None) -> dict[str, str]:
    """What an unknown header is nearest to, what that would need, and which of its own words nobody knows.

    One word in common makes no header: in a row of data the others might be a person's.
    """
    if near is None or near.common < _HEADER_WORDS:
        return {}
    layout, known = near.found.layout, {fold(column.header) for column in near.found.layout.columns}
    strange = [cell.strip() for cell in near.found.header if cell.strip() and fold(cell) not in known]
    told = {
        "looks_like": layout.key,
        "missing": "、".join(near.missing[:_NAMED]),
        "unknown": "、".join(strange[:_NAMED]),
        "sheet": near.found.sheet.name,
        "merged": _merged_head(near.found),
    }
    return {name: text for name, text in told.items() if text}


def _merged_head(found: Recognised) -> str:
    """The merged cells in and next to the header, which take words away from it."""
    rows = range(found.header_row, found.header_row + 3)
    return "、".join(
        merge.name for merge in found.sheet.merges if {merge.first_row, merge.last_row} & set(rows)
    )[:60]


def near_headers(header: Sequence[str], layout: Layout) -> dict[str, list[tuple[str, float]]]:
    """What each unknown cell of ``header`` may be another name for: the layout's headers that are not there,
    with a score from ``NEAR`` to 1, best first.

    Cells that are known or near to nothing are left out. An offer for a person to confirm, never applied by
    itself.
    """
    known = {fold(column.header): column.header.strip() for column in layout.columns}
    present = {fold(cell) for cell in header}
    absent = {key: word for key, word in known.items() if key not in present}
    offered = {}
    for cell in header:
        if not cell.strip() or fold(cell) in known:
            continue
        scored = [(word, _alike(fold(cell), key)) for key, word in absent.items()]
        best = sorted((item for item in scored if item[1] >= NEAR), key=lambda item: (-item[1], item[0]))[:3]
        if best:
            offered[cell.strip()] = best
    return offered


def _alike(one: str, other: str) -> float:
    """Similarity from 0 to 1: common runs of characters, and whether one name stands whole inside the
    other.
    """
    inside = (
        0.5 + 0.5 * min(len(one), len(other)) / max(len(one), len(other))
        if one in other or other in one
        else 0.0
    )
    return max(inside, difflib.SequenceMatcher(None, one, other).ratio())


def twins(header: Sequence[str]) -> dict[str, list[int]]:
    """Folded header words that stand at several places, with the places."""
    places: dict[str, list[int]] = {}
    for index, cell in enumerate(header):
        if cell.strip():
            places.setdefault(fold(cell), []).append(index)
    return {word: at for word, at in places.items() if len(at) > 1}
