"""One thing told in several rows (TikTok: a row per unit): no row of it is set aside, and all of them are
there when the raw bytes are not.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from collection_cases import PLAYS, House, opened

from connectors.base import platforms
from contracts.canonical import SILVER
from pipeline.build.run import build
from pipeline.house import reading
from warehouse.ops import EXPORT, LOAD, QUARANTINE

_TABLES = ("order", "order_line", "refund_line", "settlement_entry")


def stored(house: House) -> dict[str, pl.DataFrame]:
    with reading(house.settings) as lake:
        return {name: lake.read(SILVER[name]).sort(SILVER[name].key) for name in _TABLES}


def test_units_of_a_line_are_published_and_outlive_their_raw_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (play,) = (item for item in PLAYS if item.platform == "tiktok_shop")
    with opened(play, tmp_path / "home", monkeypatch.setattr) as house:
        house.settings = house.settings.model_copy(update={"raw_days": 0})
        house.run("all")
        build(house.settings)
        with reading(house.settings) as lake:
            loads, bronze = lake.read(LOAD), lake.read(platforms()[play.platform].bronze["orders"])
            assert lake.read(QUARANTINE).is_empty()
            assert lake.read(EXPORT)["expired_at"].null_count() == 0
        lines = stored(house)["order_line"]
        assert bronze.height > lines.height, "there is a line of several units"
        assert loads.filter(kind_code="orders")["rows_read_qty"].sum() == bronze.height
        told = loads.select(pl.col("published_qty", "duplicate_qty", "rows_read_qty").sum()).row(0)
        assert told[0] + told[1] == told[2], (
            "a page that follows tells a row again: nothing is superseded or set aside"
        )
        before = stored(house)
        build(house.settings, from_landing=True)
        assert all(frame.equals(before[name]) for name, frame in stored(house).items())
