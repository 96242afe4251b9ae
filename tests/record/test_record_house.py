"""One fixed world through the house, from landing to the answers: every table and column, every receipt,
question and report is what is kept in ``kept/``.

A kept value is no proof of truth: ``tests/test_truth.py`` holds the same simulator's figures against its own
truth, to the fen. When a value moves rightly, ``python -m tests.record`` keeps it anew, and the commit says
which moved and why.
"""

from __future__ import annotations

import pytest
from record_lines import differences
from record_pieces import OF_HOUSE, made

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("piece", OF_HOUSE)
def test_nothing_moved(piece: str) -> None:
    assert differences(piece, made(piece)) == []
