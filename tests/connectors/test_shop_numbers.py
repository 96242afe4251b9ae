"""Whose shop a file says it is of: one shop has one number, however a spreadsheet or a person spelled it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest

from connectors.reading import Origin, read_file

SAMPLE = Path(__file__).parents[2] / "connectors" / "jd" / "samples" / "19453841_later.csv"
NUMBER = "10000001"
WIDE = "".join(chr(ord(digit) + 0xFEE0) for digit in NUMBER)


def told(spellings: list[str]) -> list[str]:
    """What the sample says when its first rows spell their shop like this, and the others as they do."""
    header, *rows = csv.reader(io.StringIO(SAMPLE.read_bytes().decode("gb18030")))
    place = header.index("店铺ID")
    assert {row[place] for row in rows} == {NUMBER}
    for row, spelling in zip(rows, spellings, strict=False):
        row[place] = spelling
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    origin = Origin("m1", "m1-jd", "0" * 64, "later.csv", dt.datetime(2026, 11, 27, tzinfo=dt.UTC))
    return read_file(out.getvalue().encode("gb18030"), origin).shop_refs


def test_every_spelling_of_a_number_is_the_same_shop() -> None:
    assert told(
        [
            f"{NUMBER}.0",
            f"{NUMBER}.00",
            WIDE,
            f"{NUMBER}\u00a0",
            f"\u3000{NUMBER}",
            f"'{NUMBER}",
            "10,000,001",
            f"{NUMBER},",
            f'="{NUMBER}"',
        ]
    ) == [NUMBER]


@pytest.mark.parametrize("nothing", ["0", "0.0", "", "-", "null", "\u00a0"])
def test_a_row_that_names_no_shop_is_of_none(nothing: str) -> None:
    assert told([nothing]) == [NUMBER]
    assert told([nothing] * 99) == []


def test_another_number_is_another_shop() -> None:
    assert told(["10000002"]) == [NUMBER, "10000002"]
