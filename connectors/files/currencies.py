"""Currencies that stand only in how a spreadsheet shows a number: ``[$$-409]#,##0.00`` shows ``$12.50`` where
the cell holds 12.5.
"""

from __future__ import annotations

import html
import re

from connectors.files.headers import split_unit
from contracts.markets import CURRENCIES

#: Marks of one currency alone → its code; ¥ and 元 are ours, whatever stands in their cells is yuan already.
_MARKS = {code: code for code in CURRENCIES} | {
    "US$": "USD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "A$": "AUD", "AU$": "AUD", "C$": "CAD",
    "CA$": "CAD", "NZ$": "NZD", "R$": "BRL", "MX$": "MXN", "€": "EUR", "£": "GBP", "฿": "THB", "₫": "VND",
    "₱": "PHP", "₩": "KRW", "₹": "INR", "₽": "RUB", "RM": "MYR", "Rp": "IDR", "JP¥": "JPY",
}  # fmt: skip
#: Marks of several countries → the country the format names beside it (Windows' number, or its name) → the
#: currency. Of no country named, nobody knows whose dollar it is; ¥ is ours.
_COUNTRIES = {
    "$": {
        "409": "USD", "en-us": "USD", "1009": "CAD", "c0c": "CAD", "en-ca": "CAD", "fr-ca": "CAD",
        "c09": "AUD", "en-au": "AUD", "1409": "NZD", "en-nz": "NZD", "c04": "HKD", "3c09": "HKD",
        "zh-hk": "HKD", "en-hk": "HKD", "1004": "SGD", "4809": "SGD", "zh-sg": "SGD", "en-sg": "SGD",
        "404": "TWD", "zh-tw": "TWD", "80a": "MXN", "es-mx": "MXN",
    },
    "¥": {"411": "JPY", "ja-jp": "JPY"},
}  # fmt: skip
_OURS = {"CNY", "RMB", "CNH"}
_MARK = re.compile(
    "|".join(
        rf"(?<![A-Za-z]){re.escape(mark)}" + ("(?![A-Za-z])" if mark[-1].isalpha() else "")
        for mark in sorted(_MARKS, key=len, reverse=True)
    )
)
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b[^<>]*>")
_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b[^<>]*>(.*?)</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b[^<>]*>")
_ATTRIBUTE = re.compile(r'\b(numFmtId|formatCode)="([^"]*)"')
#: ``[$mark-country]``, words in quotes, a letter behind a stroke; colours, blanks and fill; any other letter.
_PIECE = re.compile(
    r'\[\$(?P<mark>[^\]-]*)(?:-(?P<place>[^\]]*))?\]|"(?P<words>[^"]*)"|\\(?P<letter>.)|\[[^\]]*\]|[_*].|(?P<bare>.)'
)


def marks_of_styles(styles: bytes) -> dict[str, str]:
    """The number of a cell's style (in a workbook's ``styles.xml``) → the mark of foreign money it shows.

    As ``mark_of``; styles without such a mark are left out.
    """
    told = [_attributes(tag) for tag in _FORMAT.findall(styles)]
    marks = {item.get("numFmtId", ""): mark_of(item.get("formatCode", "")) for item in told}
    found = _STYLES.search(styles)
    if not found or not any(marks.values()):
        return {}
    cells = [_attributes(tag).get("numFmtId", "") for tag in _STYLE.findall(found[1])]
    return {str(place): marks[number] for place, number in enumerate(cells) if marks.get(number)}


def before_number(mark: str) -> str:
    """A mark as it stands before its number: a sign right before it, a code with a blank."""
    return f"{mark} " if mark.isalpha() else mark


def _attributes(tag: bytes) -> dict[str, str]:
    return {name: html.unescape(said) for name, said in _ATTRIBUTE.findall(tag.decode("utf-8", "replace"))}


def mark_of(number_format: str) -> str:
    """The currency a number format shows: its code, ``$`` where the country is not told; empty for yuan and
    for none.
    """
    pieces = list(_PIECE.finditer(number_format))
    place = next((_country(piece["place"]) for piece in pieces if piece["mark"]), "")
    names = ("mark", "words", "letter", "bare")
    said = "".join(piece[name] or "" for piece in pieces for name in names)
    said = said.replace("￥", "¥").replace("＄", "$")
    if known := _MARK.search(said):
        return "" if _MARKS[known[0]] in _OURS else _MARKS[known[0]]
    for sign, countries in _COUNTRIES.items():
        if sign in said:
            return countries.get(place, "" if sign == "¥" else sign)
    # a code nobody here knows, or a name: ``[$KZT]``, ``"美元"``
    named = [piece["mark"] or piece["words"] or "" for piece in pieces]
    units = [split_unit(f"x({word.strip()})")[1] for word in named if word]
    codes = [word.strip() for word in named if re.fullmatch(r"\s*[A-Z]{3}\s*", word)]
    foreign = [word for word in (*units, *codes) if word.isupper() and word not in _OURS]
    return foreign[0] if foreign else ""


def _country(place: str | None) -> str:
    """The country of a format without what its number says of calendars and digits."""
    told = (place or "").lower()
    return f"{int(told, 16) & 0xFFFF:x}" if re.fullmatch("[0-9a-f]+", told) else told
