"""What the engine makes of declarations: in which order, of whom, and what a declaration may not do."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.canonical import PRODUCT
from pipeline.build import engine
from pipeline.build.reading import Held, Reading
from pipeline.build.run import choices_of
from pipeline.entries.engine import import_file
from pipeline.entries.lists import stock
from pipeline.house import reading, writing
from pipeline.steps import build_and_release, now
from transforms.derived import Derived, View
from transforms.gold import assets, gold_inputs, in_order
from transforms.gold.orders import dim_observed, dim_shop, fct_order_line
from transforms.gold.profit import fct_line_cost
from transforms.gold.stock import mart_stock_monthly
from warehouse import release
from warehouse.changes import Since
from warehouse.settings import Settings


def test_every_table_comes_after_all_it_is_made_of() -> None:
    met: set[str] = set()
    for name, asset in assets().items():
        assert set(gold_inputs(asset)) <= met, name
        met.add(name)
    assert len(met) >= 35


def _made_of(asset: Derived, *reads: Any) -> Derived:  # noqa: ANN401 - as declared
    return replace(asset, reads=reads)


def test_tables_made_of_one_another_and_of_none_there_are_refused() -> None:
    shops, observed = dim_shop.ASSET, dim_observed.ASSET
    circle = {
        "dim_shop": _made_of(shops, dim_observed.TABLE),
        "dim_observed": _made_of(observed, dim_shop.TABLE),
    }
    with pytest.raises(TypeError, match=r"dim_shop.*dim_observed|dim_observed.*dim_shop"):
        in_order(circle)
    with pytest.raises(
        TypeError, match=re.escape("gold.dim_shop is made of gold.dim_observed, which no file")
    ):
        in_order({"dim_shop": _made_of(shops, dim_observed.TABLE)})
    late = {
        "fct_line_cost": _made_of(fct_line_cost.ASSET, mart_stock_monthly.TABLE),
        "mart_stock_monthly": _made_of(mart_stock_monthly.ASSET),
    }
    with pytest.raises(TypeError, match=re.escape("gold.fct_line_cost is made before")):
        in_order(late)


def test_what_is_not_declared_is_not_read(released: Settings) -> None:
    asset = Derived(dim_shop.TABLE, lambda of: of.read(PRODUCT), reads=(fct_order_line.TABLE, "ops.shop"))
    with reading(released) as lake:
        of = Reading(lake, asset, pl.DataFrame({"merchant_id": ["m1"]}), choices_of(released, now()), Held())
        assert (
            set(of.read(fct_order_line.TABLE)["merchant_id"])
            == set(of.read("ops.shop")["merchant_id"])
            == {"m1"}
        )
        assert (
            of.sql("SELECT count(*) FROM gold.fct_order_line SEMI JOIN _slices USING (merchant_id)").item()
            > 0
        )
        for read in (
            lambda: of.read(PRODUCT),
            lambda: of.sql("SELECT * FROM silver.product"),
            lambda: of.holds("ops.merchant"),
            lambda: of.view(View(lambda _: None, ())),
        ):
            with pytest.raises(TypeError, match="declare"):
                read()


def test_only_what_an_entry_reaches_is_made_anew(released: Settings, tmp_path: Path) -> None:
    """A count of stock makes the sheet of stock, and what shops reported, and nothing else."""
    build_and_release(released)
    sheet = tmp_path / "库存.csv"
    head = "项目,店铺,商家编码,日期,件数"
    sheet.write_text(f"{head}\n盘点,s1,A1001-M,2026-10-01,5\n", encoding="utf-8")
    choices = choices_of(released, now())
    with writing(released) as lake:
        seen = Since(lake, release.releases(lake)[-1].snapshot)
        with lake.transaction():
            assert engine.derive(lake, choices, seen) == {}
    import_file(stock.LIST, released, "m1", sheet, by="店主")
    with writing(released) as lake:
        since = Since(lake, release.releases(lake)[-1].snapshot)
        with lake.transaction():
            made = engine.derive(lake, choices, since)
    assert made == {"mart_stock_monthly": {"m1"}, "dim_reported": {"m1"}}
    assert "ops.stock_entry" in mart_stock_monthly.ASSET.moved_by
