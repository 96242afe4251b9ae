"""What each kind of cell reads out of a text, by hand: the value, or that it is none of its kind."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from connectors.files.cells import READERS, RULES

BAD = "bad"
#: Kind → text → what is read; None: nothing stands there.
CASES: dict[str, dict[str, Any]] = {
    "text": {" a b ": "a b", "": None, "-": None, "\u3000裙\t": "裙"},
    "id": {
        "\t6931": "6931",
        "'6931": "6931",
        "`6931`": "6931",
        '="6931"': "6931",
        "0012": "0012",
        "6931 5704 82": "6931570482",
        "６９３１": "6931",
        "": None,
        "-": None,
        "A-1 b": "A-1 b",
        "123456789012345.0": "123456789012345",
        "1234567890123456.0": BAD,
        "6.93E+18": BAD,
        "6e18": BAD,
        "6.93e+018": BAD,
        "6.93E+1800": "6.93E+1800",
        "12E5": "12E5",
        "1.0": "1",
        "1.50": "1.50",
    },
    "yuan": {
        "12": 1200,
        "12.3": 1230,
        "12.34": 1234,
        "12.340": 1234,
        "12.3400": 1234,
        "12.345": BAD,
        "12.": BAD,
        ".5": BAD,
        "+1": 100,
        "-1.05": -105,
        "−1": -100,
        "¥ 1,299.90": 129990,
        "￥12": 1200,
        "12 元": 1200,
        "0元": 0,
        "1,234": 123400,
        "12,34": BAD,
        "1,2345": BAD,
        "1,234,567.8": 123456780,
        "(12.34)": -1234,
        "（1,299.00）": -129900,
        "(¥5)": -500,
        "¥(5.00)": -500,
        "-¥5.00": -500,
        "(-5)": BAD,
        "((5))": BAD,
        "(5": BAD,
        "": None,
        "-": None,
        "1e3": BAD,
        "9" * 13: 10**15 - 100,
        "1" + "0" * 13: BAD,
        "１２": 1200,
        "--1": BAD,
        "1 2": BAD,
        # as a workbook's binary numbers are written out
        "26361.600000000002": 2636160,
        "1299.8999999999999": 129990,
        "-0.30000000000000004": -30,
        "0.07000000000000001": 7,
        "12.345000000001": BAD,
        "12.3450000000000": BAD,
        "-1299.0099999999998": -129901,
        "123456789012.10001": BAD,
        "99.999999999999": 10000,
    },
    "yuan_stat": {
        "3739.6690272859823": 373967,
        "1.005": 101,
        "1.0049999": 100,
        "-1.005": -101,
        "-0.004": 0,
        "2": 200,
        "2.5": 250,
        "0.995": 100,
        "12.3.4": BAD,
        "": None,
        "1,000.555": 100056,
    },
    "wan_yuan": {
        "1.25": 1250000,
        "1.25万": 1250000,
        "0.0001": 100,
        "0.000001": 1,
        "0.0000001": BAD,
        "1.0000010": 1000001,
        "-2": -2000000,
        "": None,
    },
    "li": {"14": 1, "15": 2, "5": 1, "4": 0, "0": 0, "-5": BAD, "1.5": BAD, "": None},
    "fen": {"12": 12, "-12": -12, "1,200": 1200, "12.5": BAD, "": None, "9" * 15: 10**15 - 1, "9" * 16: BAD},
    "int": {"3": 3, "3.0": 3, "3.00": 3, "3.5": BAD, "1,234": 1234, "-3": -3, "+3": 3, "": None, "三": BAD},
    "minutes": {
        "1.07": 64,
        "0.01": 1,
        "0.5": 30,
        "0": 0,
        "-1": BAD,
        "1分5秒": BAD,
        "": None,
        "10": 600,
        "0.005": 1,
    },
    "rate": {
        "12.5%": 0.125,
        "0.125": 0.125,
        "1": 1.0,
        "1.01": BAD,
        "100%": 1.0,
        "250%": 2.5,
        "0": 0.0,
        "-5%": BAD,
        "%": BAD,
        "": None,
        "5 %": BAD,
    },
}


@pytest.mark.parametrize("kind", CASES)
def test_a_text_is_read_as_its_kind_or_not_at_all(kind: str) -> None:
    """All texts of a kind in one column, and each in a column of its own: neighbours change nothing."""
    texts = list(CASES[kind])
    value, bad = READERS[kind](pl.Series("cell", texts, dtype=pl.String))
    found = {
        text: BAD if is_bad else cell
        for text, cell, is_bad in zip(texts, value.to_list(), bad.to_list(), strict=True)
    }
    assert found == CASES[kind]
    for text, wanted in CASES[kind].items():
        cell, is_bad = (part[0] for part in READERS[kind](pl.Series("cell", [text], dtype=pl.String)))
        assert (BAD if is_bad else cell) == wanted, text


def test_every_kind_that_can_be_read_wrongly_has_its_rule() -> None:
    assert set(RULES) == set(READERS) - {"text"}
