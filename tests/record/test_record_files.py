"""What is read of files and proposed for sheets is what is kept in ``kept/``: nothing moves unnoticed.

A kept value is no proof of truth: that is what the other tests are for. When one moves rightly,
``python -m tests.record`` keeps it anew, and the commit says which moved and why.
"""

from __future__ import annotations

import pytest
from record_lines import differences
from record_pieces import OF_FILES, made


@pytest.mark.parametrize("piece", OF_FILES)
def test_nothing_moved(piece: str) -> None:
    assert differences(piece, made(piece)) == []
