"""Whatever order files arrive in, and however many at a time, every gold table ends with the same content
(hypothesis, over whole builds).
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
from counting import counted
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from truth_cases import LATER, NOW, downloads, enter_costs, settle, small_market

import transforms.gold
from connectors.reading import Reading
from expectations.derive import Profile, baseline
from pipeline.build.additive import out_of_step
from pipeline.build.loading import Export
from pipeline.build.run import build
from pipeline.house import reading, writing
from pipeline.intake.land import land_files
from transforms.gold import assets, gold_tables
from warehouse import landing
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

MOMENTS = (NOW - dt.timedelta(days=9), NOW, LATER)


@dataclass
class Landed:
    """A house into which everything was put and of which nothing is built, what its files hold, and the gold
    of one build of all of them.
    """

    home: Path
    readings: dict[Export, Reading]
    exports: pl.DataFrame
    gold: dict[str, str]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    """Two merchants on Douyin, Taobao and Kuaishou: orders, after-sales, sessions, bills and accounts of
    three overlapping moments, and costs.
    """
    market = small_market(lines=150, merchants=2, platforms=("douyin", "taobao", "kuaishou"))
    made = Settings(home=tmp_path_factory.mktemp("arrival") / "home")
    settle(made, market)
    enter_costs(made, market)
    owners = dict(market.shops.select("shop_id", "merchant_id").iter_rows())
    readings: dict[Export, Reading] = {}
    for at in MOMENTS:
        for shop, paths in downloads(market, made.home.parent / "files", at).items():
            with writing(made) as lake:
                found = land_files(lake, made.place, owners[shop], shop, paths, at=LATER)
            readings |= {(shop, item.export_id): item.reading for item in found if item.reading}
    with reading(made) as lake:
        exports = landing.pending(lake).select("shop_id", "export_id").sort("shop_id", "export_id")
    whole = Settings(home=made.home.parent / "whole")
    shutil.copytree(made.home, whole.home)
    build(whole, at=LATER, known=dict(readings))
    return Landed(made.home, readings, exports, _gold(whole))


def _gold(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {name: lake.content_hash(table) for name, table in gold_tables().items()}


@how(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_gold_does_not_know_in_which_order_files_came(
    landed: Landed, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """The reference is one build of everything: what increments leave equals it, table for table."""
    quantity = landed.exports.height
    order = data.draw(st.permutations(range(quantity)))
    cuts = sorted(data.draw(st.sets(st.integers(1, quantity - 1), min_size=1, max_size=2)))
    settings = Settings(home=tmp_path_factory.mktemp("order") / "home")
    shutil.copytree(landed.home, settings.home)
    waiting = landing.pending
    for first, last in zip([0, *cuts], [*cuts, quantity], strict=True):
        batch = landed.exports[order[first:last]]
        with patch.object(
            landing,
            "pending",
            lambda lake, batch=batch: waiting(lake).join(batch, on=batch.columns, how="semi"),
        ):
            build(settings, at=LATER, known=dict(landed.readings))
    with reading(settings) as lake:
        assert waiting(lake).is_empty()
        assert out_of_step(lake) == {}
    assert _gold(settings) == landed.gold
    shutil.rmtree(settings.home)


def test_a_mart_that_is_not_the_sum_of_its_facts_is_found(landed: Landed, tmp_path: Path) -> None:
    """One fen more in one row, a row too few, and a fact that nobody added: each is seen in its own mart."""
    settings = Settings(home=tmp_path / "home")
    shutil.copytree(landed.home.parent / "whole", settings.home)
    with writing(settings) as lake, lake.transaction():
        for change in (
            (
                "UPDATE gold.mart_style_daily SET paid_fen = paid_fen + 1 WHERE rowid = (SELECT min(rowid) "
                "FROM "
                "gold.mart_style_daily)"
            ),
            (
                "DELETE FROM gold.mart_payment_flow_daily WHERE rowid = (SELECT min(rowid) FROM "
                "gold.mart_payment_flow_daily)"
            ),
            "UPDATE gold.fct_fund_entry SET fund_type_code = 'withdrawal' WHERE fund_entry_id = "
            "(SELECT min(fund_entry_id) FROM gold.fct_fund_entry WHERE fund_type_code = 'sale')",
        ):
            lake.connection.execute(change)
    with reading(settings) as lake:
        found = out_of_step(lake)
    assert found["mart_style_daily"] == 2 and found["mart_payment_flow_daily"] == 1
    assert set(found) == {"mart_style_daily", "mart_payment_flow_daily", "mart_settlement_daily"}


NEW_MART = """
from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.asset import COUNT, Additive, From
from transforms.gold.orders import fct_order_line, fct_refund_line
from transforms.gold.measures import DATED, or_untold

TABLE = Table(
    "gold", "mart_province_daily", "省份日表", "province × day", "Paid and refunded by province.",
    key=(*SHOP, "province_name", "business_date"), required=("paid_fen", "dated_refund_fen"),
    optional=(COUNT,),
)
_CELL = or_untold("province_name")
ASSET = Additive(
    TABLE,
    (
        From(fct_order_line.TABLE, "paid_date", {"paid_fen": "paid_fen"}, _CELL),
        From(fct_refund_line.TABLE, "refund_date", DATED, _CELL),
    ),
)
"""


@pytest.fixture
def with_a_new_mart(tmp_path: Path) -> Iterator[None]:
    """One more file in transforms/gold, and not another line anywhere."""
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "mart_province_daily.py").write_text(NEW_MART)
    with patch.object(transforms.gold, "__path__", [*transforms.gold.__path__, str(tmp_path / "gold")]):
        assets.cache_clear()
        yield
    assets.cache_clear()
    sys.modules.pop("transforms.gold.mart_province_daily", None)


def test_a_new_mart_is_one_file(landed: Landed, tmp_path: Path, with_a_new_mart: None) -> None:
    """Built, kept up to date by increments that equal a rebuild, judged by its contract: all from its own
    declaration.
    """
    settings, half = Settings(home=tmp_path / "home"), landed.exports[: landed.exports.height // 2]
    shutil.copytree(landed.home, settings.home)
    waiting = landing.pending
    with patch.object(landing, "pending", lambda lake: waiting(lake).join(half, on=half.columns, how="semi")):
        build(settings, at=LATER, known=dict(landed.readings))
    with counted() as sent:
        build(settings, at=LATER, known=dict(landed.readings))
    assert 0 < sum("mart_province_daily" in statement for statement in sent.statements) <= 4, (
        "what a mart costs an increment"
    )
    with reading(settings) as lake:
        assert out_of_step(lake) == {}
        mart = lake.read(gold_tables()["mart_province_daily"])
        facts = lake.read(gold_tables()["fct_order_line"]).filter(pl.col("paid_date").is_not_null())
        rules = {
            rule.name
            for rule in baseline(
                gold_tables()["mart_province_daily"],
                Profile({"gold.mart_province_daily": mart.height}),
                Profile(),
            )
        }
    assert mart["paid_fen"].sum() == facts["paid_fen"].sum() > 0
    assert mart["province_name"].n_unique() > 1
    assert {"KEY_UNIQUE", "REQUIRED_FILLED", "WITHIN_BOUNDS"} <= rules
    assert _gold(settings) | {"mart_province_daily": ""} == landed.gold | {"mart_province_daily": ""}
