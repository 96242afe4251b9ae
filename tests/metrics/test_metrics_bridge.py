"""The bridge between the two clocks of kept money: every step counted anew from the facts in plain Python, the rest 0 fen for any period."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import polars as pl
import pytest
from truth_cases import FIRST, LATER, downloads, settle, small_market

from contracts.errors import UsageError
from metrics.access import Viewer
from metrics.bridge import STEPS, net_bridge
from pipeline.house import reading
from pipeline.steps import ingest
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two merchants' shops on Douyin and Taobao, told twice, a month apart."""
    made = Settings(home=tmp_path_factory.mktemp("bridge"))
    market = small_market(lines=400, merchants=2)
    settle(made, market)
    owners = dict(market.shops.select("shop_id", "merchant_id").iter_rows())
    for shop, paths in downloads(market, Path(made.home) / "files", LATER).items():
        ingest(made, owners[shop], shop, paths, at=LATER)
    return made


def counted(refunds: pl.DataFrame, lines: pl.DataFrame, first: dt.date, last: dt.date) -> dict[str, int]:
    """The steps by a loop over facts, which a page would never do."""
    told = dict.fromkeys(STEPS, 0)
    for row in lines.iter_rows(named=True):
        if row["paid_date"] and first <= row["paid_date"] <= last:
            told["net_by_order_date"] += row["paid_fen"] - row["cohort_refund_fen"]
            told["net_by_refund_date"] += row["paid_fen"]
            told["refunded_undated"] += row["refund_undated_fen"]
    for row in refunds.filter(pl.col("refund_date").is_not_null()).iter_rows(named=True):
        is_ours, is_now = first <= row["paid_date"] <= last, first <= row["refund_date"] <= last
        told["net_by_refund_date"] -= row["refund_fen"] if is_now else 0
        if is_ours and not is_now:
            told["refunded_later" if row["refund_date"] > last else "refunded_sooner"] += row["refund_fen"]
        if is_now and not is_ours:
            told["earlier_orders" if row["paid_date"] < first else "later_orders"] -= row["refund_fen"]
    return told


def test_every_step_of_any_period_is_what_the_facts_say_and_nothing_is_left(settings: Settings) -> None:
    dice = random.Random(5)
    with reading(settings) as lake:
        lines = lake.sql("SELECT * FROM gold.fct_order_line")
        refunds = lake.sql("SELECT * FROM gold.fct_refund_line")
    met: set[str] = set()
    for merchant in sorted(lines["merchant_id"].unique()):
        mine = pl.col("merchant_id") == merchant
        for _ in range(12):
            first = FIRST + dt.timedelta(days=dice.randrange(-2, 30))
            last = first + dt.timedelta(days=dice.choice([0, 1, 6, 30]))
            bridge = net_bridge(Viewer(settings.place, "test", "merchant", merchant), (first, last))
            told = dict(bridge.steps.select("step", "fen").iter_rows())
            assert told == counted(refunds.filter(mine), lines.filter(mine), first, last)
            assert bridge.residual_fen == 0 and bridge.steps["step"].to_list() == list(STEPS)
            met |= {name for name, fen in told.items() if fen}
    assert met >= {"net_by_order_date", "refunded_later", "earlier_orders", "net_by_refund_date"}, "each step has to happen to be tried"


def test_a_bridge_of_one_channel_and_of_nothing(settings: Settings) -> None:
    viewer = Viewer(settings.place, "test", "merchant", "yunshan")
    month = (FIRST, FIRST + dt.timedelta(days=20))
    whole = net_bridge(viewer, month).steps["fen"].to_list()
    with reading(settings) as lake:
        channels = lake.sql("SELECT DISTINCT channel_code FROM gold.fct_order_line WHERE merchant_id = 'yunshan'")["channel_code"].to_list()
    parts = [net_bridge(viewer, month, where={"channel": channel}) for channel in channels]
    assert len(parts) > 1 and all(part.residual_fen == 0 for part in parts)
    assert [sum(column) for column in zip(*(part.steps["fen"].to_list() for part in parts), strict=True)] == whole
    nothing = net_bridge(viewer, (dt.date(2020, 1, 1), dt.date(2020, 1, 31)))
    assert nothing.steps["fen"].to_list() == [0] * len(STEPS) and nothing.residual_fen == 0
    with pytest.raises(UsageError):
        net_bridge(viewer, month, where={"style": "A"})
