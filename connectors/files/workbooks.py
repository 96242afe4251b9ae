"""What the parts of an xlsx tell that its reader of cells does not: entities, formulas without results, ids
that were made numbers.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.files.archives import BOOK, DAMAGE, open_archive, read_head, read_part
from connectors.files.currencies import marks_of_styles
from connectors.files.grids import Merge
from connectors.files.signatures import check_document
from contracts.intake import refuse

_RELATIONS = "xl/_rels/workbook.xml.rels"
_LOOKS = "xl/styles.xml"
_CHUNK = 1 << 20
#: What formulas, error values, and numbers with an exponent or of sixteen digits hold. Plain words and one
#: prefix: a pattern with a choice costs thrice.
_FORMULA_SIGNS = (b"<f", b't="e"')
#: Excel writes the exponent large, other programs small.
_EXPONENTS = (b"E+", b"e+")
_SIXTEEN = re.compile(rb"<v>[0-9]{16}")
_OVERLAP = 60
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_FILLED = re.compile(rb'<c\b[^<>]*?\br="([A-Z]{1,3})[0-9]+"[^<>/]*>')
_CELL = rb'<c\b([^<>]*?)\br="([A-Z]+)([0-9]+)"([^<>]*)>\s*'
#: #N/A and the like, which the reader of cells gives as an empty one.
_ERROR_VALUE = re.compile(rb'<c\b(?=[^<>]*\bt="e")[^<>]*?\br="[A-Z]+([0-9]+)"')
_FORMULA = re.compile(_CELL + rb"<f\b")
_ERROR_CELL = re.compile(rb'<c\b(?=[^<>]*\bt="e")[^<>]*?\br="([A-Z]+)([0-9]+)"')
_PLACED = re.compile(rb'<c\b[^<>]*?\br="([A-Z]+)[0-9]+"')
_FORMULA_ALONE = re.compile(_CELL + rb"<f[^<>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_LONG_NUMBER = re.compile(_CELL + rb"<v>([0-9]{16,}|[0-9](?:\.[0-9]+)?[eE]\+(?:1[5-9]|[2-9][0-9]))</")
_TEXT = re.compile(rb'\bt="(?!n")')
_STYLED = re.compile(rb'<c\b(?=[^<>]*\bs="([0-9]+)")([^<>]*?)\br="([A-Z]+)([0-9]+)"([^<>/]*)>')
#: Whole numbers a float holds all of.
_EXACT = 1 << 53


@dataclass(frozen=True)
class OddCells:
    """Of one sheet: rows (1-based) that hold an error value or a formula whose result was not stored.

    Too long numbers with row and column (0-based).

    What the former say nobody here can know. The latter are ids somebody made numbers: the digits from the
    sixteenth on are gone or doubtful. ``merges`` are cells made one; ``left`` is the first column (0-based)
    with a cell in the sheet's beginning. ``foreign`` are numbers shown as another country's money, with row,
    column and the mark (``connectors.files.currencies``).
    """

    without_result: tuple[int, ...] = ()
    long_numbers: tuple[tuple[int, int, float], ...] = ()
    merges: tuple[Merge, ...] = ()
    left: int = 0
    foreign: tuple[tuple[int, int, str], ...] = ()


def check_workbook(data: bytes) -> None:
    """Raises FileRefusedError for an archive that is no workbook, and for a part that declares a document
    type, out to have entities expanded.
    """
    with open_archive(data) as archive:
        if BOOK not in archive.namelist():
            check_document(archive)
            raise refuse("ZIP_NOT_WORKBOOK")
        for part in archive.infolist():
            start = read_head(archive, part, 4096) if part.filename.endswith((".xml", ".rels")) else b""
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                raise refuse("XML_ENTITIES", part=part.filename)


def odd_cells(data: bytes) -> dict[str, OddCells]:
    """Sheet name → its odd cells."""
    with open_archive(data) as archive:
        marks = _marks(archive)
        return {
            name: _odd_cells(archive, archive.getinfo(path), marks)
            for name, path in _sheet_parts(archive).items()
        }


def _marks(archive: zipfile.ZipFile) -> dict[str, str]:
    """A cell's style → the mark of foreign money."""
    return (
        marks_of_styles(read_part(archive, archive.getinfo(_LOOKS))) if _LOOKS in archive.namelist() else {}
    )


def formula_cells(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """Sheet name → row (1-based) and place (0-based, from the first column in use) of every cell that is a
    formula, with a result or not, or an error.
    """
    with open_archive(data) as archive:
        return {
            name: _formula_cells(read_part(archive, archive.getinfo(path)))
            for name, path in _sheet_parts(archive).items()
        }


def _formula_cells(content: bytes) -> list[tuple[int, int]]:
    found = {(int(row), _place(letters)) for _, letters, row, _ in _FORMULA.findall(content)}
    found |= {(int(row), _place(letters)) for letters, row in _ERROR_CELL.findall(content)}
    left = min(map(_place, _PLACED.findall(content)), default=0) if found else 0
    return sorted((row, place - left) for row, place in found)


def _odd_cells(archive: zipfile.ZipFile, part: zipfile.ZipInfo, marks: Mapping[str, str]) -> OddCells:
    has_formulas, has_long, merges, left = _suspicions(archive, part)
    if not has_formulas and not has_long and not marks:
        return OddCells(merges=merges, left=left)
    content = read_part(archive, part)
    rows = (
        {int(row) for _, _, row, _ in _FORMULA_ALONE.findall(content)}
        | {int(row) for row in _ERROR_VALUE.findall(content)}
        if has_formulas
        else set()
    )
    cells = _LONG_NUMBER.findall(content) if has_long else []
    long = [
        (int(row), _place(letters), float(number))
        for a, letters, row, b, number in cells
        if not _TEXT.search(a + b) and _is_lossy(number)
    ]
    return OddCells(tuple(sorted(rows)), tuple(long), merges, left, _foreign(content, marks))


def _foreign(content: bytes, marks: Mapping[str, str]) -> tuple[tuple[int, int, str], ...]:
    """The numbers whose style has a mark of foreign money; words are shown as they are."""
    styled = _STYLED.findall(content) if marks else []
    return tuple(
        (int(row), _place(letters), marks[style.decode()])
        for style, a, letters, row, b in styled
        if style.decode() in marks and not _TEXT.search(a + b)
    )


def _suspicions(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[bool, bool, tuple[Merge, ...], int]:
    """Whether there may be formulas, and long numbers, without holding the whole part in memory: most exports
    have neither. And merged cells.
    """
    has_formulas = has_long = False
    merges: dict[bytes, Merge] = {}
    before, left = b"", None
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                window = before + chunk
                has_formulas = has_formulas or any(sign in window for sign in _FORMULA_SIGNS)
                has_long = (
                    has_long
                    or any(sign in window for sign in _EXPONENTS)
                    or _SIXTEEN.search(window) is not None
                )
                left = min(map(_place, _FILLED.findall(window)), default=0) if left is None else left
                if b"<mergeCell " in window:
                    merges |= {found[0]: _merge(found) for found in _MERGE.finditer(window)}
                before = chunk[-_OVERLAP:]
    except DAMAGE:
        raise refuse("TRUNCATED", entry=part.filename) from None
    return has_formulas, has_long, tuple(merges.values()), left or 0


def _merge(found: re.Match[bytes]) -> Merge:
    return Merge(int(found[2]), int(found[4]), _place(found[1]), _place(found[3]))


def _is_lossy(number: bytes) -> bool:
    """A spreadsheet keeps fifteen digits; another program may have written sixteen that are all there."""
    return b"E" in number.upper() or int(number) > _EXACT or number.endswith(b"0")


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + letter - ord("A") + 1
    return place - 1


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its part. What is written oddly is left out: the workbook reader judges that."""
    names = set(archive.namelist())
    if not {BOOK, _RELATIONS} <= names:
        return {}
    targets = {}
    for tag in re.findall(
        r"<Relationship\b[^>]*>", read_part(archive, archive.getinfo(_RELATIONS)).decode("utf-8", "replace")
    ):
        told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        targets[told.get("Id", "")] = told.get("Target", "")
    sheets = {}
    for tag in re.findall(
        r"<sheet\b[^>]*>", read_part(archive, archive.getinfo(BOOK)).decode("utf-8", "replace")
    ):
        told = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
        target = targets.get(told.get("r:id", ""), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in names:
            sheets[html.unescape(told.get("name", ""))] = path
    return sheets
