"""One merchant built alone, and made anew alone: what was wrong of it is mended, nobody else is touched."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest
from inbox_cases import drop
from truth_cases import NOW, downloads, enter_costs, enter_stock, settle, small_market
from typer.testing import CliRunner

from cli import app
from contracts.errors import NotFoundError
from pipeline.house import derived_tables, reading, writing
from pipeline.steps import build_and_release, scan_inbox, verify
from warehouse import landing
from warehouse.ops import LOAD
from warehouse.settings import Settings

MERCHANTS = ANEW, OTHER = "tinglan", "yunshan"
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released home of two merchants with costs and stock, and files of a second day that wait."""
    market = small_market(seed=5, lines=200, merchants=2)
    settings = Settings(home=tmp_path_factory.mktemp("anew") / "home")
    settle(settings, market)
    enter_costs(settings, market)
    enter_stock(settings, market)
    for at in (NOW - dt.timedelta(days=9), NOW):
        drop(settings.home, market, downloads(market, settings.home.parent / f"{at:%d}", at))
        scan_inbox(settings, at=at)
        if at != NOW:
            build_and_release(settings, at=at)
    return settings.home


@pytest.fixture
def house(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    home = shutil.copytree(template, tmp_path / "home")
    monkeypatch.setenv("BAIYUN_HOME", str(home))
    return Settings(home=home)


def waiting(settings: Settings) -> set[str]:
    with reading(settings) as lake:
        return set(landing.pending(lake)["merchant_id"])


def computed(settings: Settings) -> dict[str, pl.DataFrame]:
    """Every row of silver and gold."""
    with reading(settings) as lake:
        return {table.full_name: lake.read(table).sort(table.key) for table in derived_tables()}


def loaded_by(settings: Settings, merchant: str) -> set[int]:
    with reading(settings) as lake:
        return set(lake.read(LOAD, where={"merchant_id": merchant})["build_number"])


def damage(settings: Settings) -> None:
    """Every other row of each of the merchant's tables is gone, money has become more."""
    with writing(settings) as lake, lake.transaction():
        for table in derived_tables():
            rows = lake.read(table, where={"merchant_id": ANEW}).sort(table.key)
            lake.delete(table, rows[::2].select(table.key))
        lake.connection.execute(
            "UPDATE lake.gold.fct_order_line SET paid_fen = paid_fen + 7 WHERE merchant_id = ?", [ANEW]
        )


def test_a_merchant_is_built_alone_and_all_comes_to_the_same(house: Settings) -> None:
    assert waiting(house) == set(MERCHANTS)
    build_and_release(house, at=NOW, merchant_id=ANEW)
    assert waiting(house) == {OTHER}
    build_and_release(house, at=NOW)
    assert waiting(house) == set()
    apart = computed(house)
    build_and_release(house, at=NOW, from_landing=True)
    together = computed(house)
    assert [name for name, rows in apart.items() if not rows.equals(together[name])] == []


def test_whatever_is_wrong_of_a_merchant_is_mended_and_nobody_else_is_touched(house: Settings) -> None:
    build_and_release(house, at=NOW)
    before, loaded = computed(house), {name: loaded_by(house, name) for name in MERCHANTS}
    damage(house)
    spoilt = computed(house)
    assert sum(not rows.equals(spoilt[name]) for name, rows in before.items()) > 20
    built, _ = build_and_release(house, at=NOW, merchant_id=ANEW, from_landing=True)
    after = computed(house)
    assert [name for name, rows in before.items() if not rows.equals(after[name])] == []
    assert loaded_by(house, ANEW) == {built.build_number} and loaded_by(house, OTHER) == loaded[OTHER]
    verify(house)


def test_a_merchant_nobody_registered_is_refused(house: Settings) -> None:
    with pytest.raises(NotFoundError, match="NOT_REGISTERED"):
        build_and_release(house, at=NOW, merchant_id="nobody")
    assert waiting(house) == set(MERCHANTS)


def test_at_the_command_line(house: Settings) -> None:
    result = CliRunner().invoke(app, ["build", "--merchant", ANEW, "--from-landing"])
    assert result.exit_code == 0, result.output
    assert waiting(house) == {OTHER} and len(loaded_by(house, ANEW)) == 1
