"""What an installation may choose, and what of it nobody may read off a log."""

from __future__ import annotations

import pytest

from warehouse.settings import Settings


def test_what_is_confidential_is_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever knows p can take a cell of the district apart."""
    monkeypatch.setenv("BAIYUN_DISCLOSURE_P", "13.8125")
    chosen = Settings()
    assert chosen.disclosure_p == 13.8125
    assert "13.8125" not in f"{chosen} {chosen!r}"
