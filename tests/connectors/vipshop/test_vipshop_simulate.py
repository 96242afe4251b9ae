"""The simulator's bill against the market it is of: nothing lost, nothing doubled, every entry to the fen."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from connectors.reading import Origin, read_file
from connectors.vipshop import PLATFORM, simulate
from simulator.history.clock import ZONE
from simulator.history.market import Market, build_market

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
LATER = NOW + dt.timedelta(days=40)


@pytest.fixture(scope="module")
def market() -> Market:
    """No shop of the market is on Vipshop; any shop's settlements make a bill."""
    return build_market(seed=5, merchants=2, days=20, lines=600, now=NOW, platforms=("jd",))


def test_a_bill_tells_the_markets_settlements(market: Market) -> None:
    shop = market.shops["shop_id"][0]
    truth = market.settlements_at(shop, LATER)
    assert set(truth["settlement_type_code"]) >= {"sale", "refund_after"}
    ((name, data),) = simulate.export_files(market, shop, LATER, dt.date(2026, 1, 1), LATER.date()).items()
    reading = read_file(data, Origin("merchant", shop, "e" * 64, name, LATER))
    assert (reading.layout.platform, reading.rows_read, reading.quarantine.height) == (
        "vipshop",
        truth.height,
        0,
    )
    told = PLATFORM.conform(reading.layout.kind, reading.bronze)["settlement_entry"]
    key = ["order_id", "settled_at", "settled_fen"]
    assert (
        told.select(key)
        .sort(key)
        .equals(truth.with_columns(pl.col("settled_at").dt.truncate("1s")).select(key).sort(key))
    )
    assert told["settlement_entry_id"].n_unique() == truth.height


def test_before_anything_is_settled_there_is_no_bill(market: Market) -> None:
    assert (
        simulate.export_files(
            market, market.shops["shop_id"][0], LATER, dt.date(2020, 1, 1), dt.date(2020, 2, 1)
        )
        == {}
    )
