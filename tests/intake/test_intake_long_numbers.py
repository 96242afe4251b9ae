"""Ids that a workbook holds as numbers: whole where all their digits are there, lost where a spreadsheet or a
float has dropped some.
"""

from __future__ import annotations

import datetime as dt
import re

import pytest
from intake_files import book, part, repacked

from connectors.reading import Origin, read_file

SHEET = "xl/worksheets/sheet1.xml"
ORIGIN = Origin("m1", "s1", "e" * 64, "a.xlsx", dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC))


def with_numbers(number: str) -> bytes:
    """Four orders, of which the first has ``number`` for its order and its line, as its file spells it."""
    whole = book()
    sheet = part(whole, SHEET).decode()
    for letter in ("A", "B"):
        sheet, found = re.subn(
            rf'<c r="{letter}2"([^>]*?) t="s"([^>]*)><v>[0-9]+</v></c>',
            rf'<c r="{letter}2"\1\2><v>{number}</v></c>',
            sheet,
        )
        assert found == 1
    return repacked(whole, {SHEET: sheet.encode()})


@pytest.mark.parametrize(
    ("number", "is_whole"),
    [
        ("123456789012345", True),
        ("1234567890123456", True),  # sixteen digits, of which none is a zero put in for another
        ("1234567890123450", False),
        ("9007199254740992", True),  # the last whole number up to which a float holds all
        ("9007199254740993", False),
        ("69315704822133471", False),
        ("6.93157048221335E+18", False),
        ("6.93157048221335e+18", False),
    ],
)
def test_a_number_is_an_id_where_all_its_digits_are_there(number: str, is_whole: bool) -> None:
    reading = read_file(with_numbers(number), ORIGIN)
    assert reading.rows_read == 4
    told = reading.quarantine.select("_row_number", "rule_name").unique().rows()
    assert told == ([] if is_whole else [(2, "ID_PRECISION_LOST")])
    if is_whole:
        assert reading.bronze["order_id"][0] == reading.bronze["order_line_id"][0] == number
