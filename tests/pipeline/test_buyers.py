"""Buyers by month after a build: what stands in the warehouse is what the facts give, under whatever window
is set.
"""

from __future__ import annotations

import polars as pl

from pipeline.build import engine
from pipeline.build.run import choices_of
from pipeline.house import reading, writing
from pipeline.steps import now
from transforms.gold.orders import fct_order_line
from transforms.gold.sales import mart_buyer_monthly
from warehouse import release
from warehouse.changes import Since
from warehouse.lake import Lake
from warehouse.settings import Settings

TABLE = mart_buyer_monthly.TABLE


def _told(lake: Lake) -> pl.DataFrame:
    return lake.read(TABLE).sort(TABLE.key)


def test_another_window_reaches_whoever_stands_on_the_old_one(released: Settings) -> None:
    with reading(released) as lake:
        lines, before = lake.read(fct_order_line.TABLE), _told(lake)
    assert before.height and before.equals(mart_buyer_monthly.build(lines, released.repurchase_window_days))
    with writing(released) as lake:
        since = Since(lake, release.releases(lake)[-1].snapshot)
        choices = choices_of(released.model_copy(update={"repurchase_window_days": 31}), now())
        with lake.transaction():
            assert engine.derive(lake, choices, since) == {TABLE.name: {"m1"}}
        after = _told(lake)
        with lake.transaction():
            assert engine.derive(lake, choices, since) == {}
        assert _told(lake).equals(after)
    assert set(after["window_days_qty"]) == {31} and after.equals(mart_buyer_monthly.build(lines, 31))
