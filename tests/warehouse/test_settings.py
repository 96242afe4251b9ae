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


def test_the_catalogs_address_is_in_no_text_of_settings_or_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold the database's password: failing tests, tracebacks and logs print these."""
    monkeypatch.setenv("BAIYUN_CATALOG", "postgres:dbname=lake user=baiyun password=canary-71")
    chosen = Settings()
    assert chosen.place.catalog_address.endswith("password=canary-71")
    for text in (f"{chosen} {chosen!r}", f"{chosen.place} {chosen.place!r}"):
        assert "canary-71" not in text and "home=" in text
