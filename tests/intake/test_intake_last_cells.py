"""The last cell of a text without a final break, kind by kind on either side of every condition; and rows of
another width at its end.
"""

from __future__ import annotations

import polars as pl
import pytest
from intake_case import DUE
from intake_files import order, orders, text
from test_intake_endings import last, read, rule_of

from connectors.files.endings import judge_last_cell


@pytest.mark.parametrize(
    ("cell", "others", "kind", "verdict"),
    [
        ("3.00元", [], "yuan", "whole"),
        ("3.0", ["3.00"], "yuan", "unknown"),  # one other cell proves no habit
        ("3.0", ["3.00", "4"], "yuan", "unknown"),
        ("3.000", ["3.00", "4.00"], "yuan", "cut"),
        ("2026-10-12", [], "date", "whole"),
        ("2026/10/12", [], "date", "whole"),
        ("20261012", [], "date", "whole"),
        ("2026-10-1", ["2026-10-12", "2026-10-13"], "date", "cut"),
        ("2026-10-1", ["2026-9-3", "2026-10-13"], "date", "unknown"),
        ("1791792000", [], "epoch_s", "whole"),
        ("179179200", ["1791792000", "1791792001"], "epoch_s", "cut"),
        ("1791792000000", [], "epoch_ms", "whole"),
        ("1791792000", ["1791792000000", "1791792000001"], "epoch_ms", "cut"),
        ("12/10/2026 08:15:03 PM", [], "time_dmy", "whole"),
        ("12/10/2026 08:15:03 P", ["12/10/2026 08:15:03 PM"] * 2, "time_dmy", "cut"),
        ("12.5%", [], "rate", "whole"),
        ("12.5", ["12.5%", "3%"], "rate", "cut"),
        ("1234567", ["7654321"], "id", "unknown"),  # too short for its length to mean anything
        ("12345678", ["87654321"], "id", "whole"),
        ("1234567", ["87654321"], "id", "cut"),
        ("123456789", ["87654321"], "id", "unknown"),  # longer than all others
        ("12345678", ["87654321", "123456789"], "id", "unknown"),
        ("12345678", ["87654321"], "int", "unknown"),  # a number of pieces may be of any length
        ("2026-10-12 20:15:03.250", ["2026-10-12 20:15:03"], "time", "unknown"),
        ("2026-10-12 20:15:03.250000", ["2026-10-12 20:15:03"], "time", "whole"),
        (" 12.50 ", ["3.00"], "yuan", "whole"),
        ("", ["1.00", ""], "yuan", "unknown"),
        ("\t", ["1.00", "2.00"], "yuan", "cut"),
        ("已发货", ["已发货"], "text", "whole"),
        ("已发", ["已发货", "已发"], "text", "unknown"),
    ],
)
def test_what_ends_a_cell(cell: str, others: list[str], kind: str, verdict: str) -> None:
    assert judge_last_cell(cell, pl.Series("others", others, dtype=pl.String), kind) == verdict


@pytest.mark.parametrize(("ending", "rule"), [("\r\n", ""), ("", "TRUNCATED")])
def test_a_last_row_of_another_width_is_cut_only_where_nothing_ends_it(ending: str, rule: str) -> None:
    """Behind a break it was written so, and is set aside like any other."""
    content = (text([*last(orders(), DUE), order(9)[:-2]]).removesuffix("\r\n") + ending).encode("utf-8-sig")
    if rule:
        assert rule_of(content) == rule
    else:
        told = read(content).quarantine.select("_row_number", "rule_name").rows()
        assert told == [(6, "RAGGED_ROW")] and read(content).bronze.height == 4
