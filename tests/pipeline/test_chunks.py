"""A build takes some shops at a time: how many, and whether a shop was there before, leaves no trace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from inbox_cases import drop
from truth_cases import NOW, downloads, settle, small_market

import pipeline.build.run as building
from pipeline.house import reading
from pipeline.intake.receipts import FileReceipt
from pipeline.steps import build, scan_inbox
from simulator.history.market import Market
from transforms.gold import gold_tables
from warehouse.settings import Settings

EARLIER = NOW - dt.timedelta(days=9)


@pytest.fixture(scope="module")
def market() -> Market:
    return small_market(seed=11, lines=150, merchants=2)


@pytest.fixture(scope="module")
def exports(
    market: Market, tmp_path_factory: pytest.TempPathFactory
) -> dict[dt.datetime, dict[str, list[Path]]]:
    """Moment → shop → files."""
    return {at: downloads(market, tmp_path_factory.mktemp("downloads"), at) for at in (EARLIER, NOW)}


def load(settings: Settings, market: Market, files: dict[str, list[Path]]) -> list[FileReceipt]:
    drop(settings.home, market, files)
    scan_inbox(settings, at=NOW)
    return build(settings, at=NOW).receipts


def gold(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


def test_chunks_leave_no_trace(
    market: Market,
    exports: dict[dt.datetime, dict[str, list[Path]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shop by shop, all of them new; then again, none of them new.

    The same in one piece, one shop new among the known.
    """
    apart, together = Settings(home=tmp_path / "apart"), Settings(home=tmp_path / "together")
    first, last, late = exports[EARLIER], exports[NOW], max(exports[EARLIER])
    for settings in (apart, together):
        settle(settings, market)
    load(together, market, {shop: paths for shop, paths in first.items() if shop != late})
    load(together, market, {shop: [*last[shop], *(first[shop] if shop == late else [])] for shop in last})
    monkeypatch.setattr(building, "CHUNK_BYTES", 1)
    for files in (first, last):
        assert len({item.shop_id for item in load(apart, market, files)}) == 3
    assert gold(apart) == gold(together)
