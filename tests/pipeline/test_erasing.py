"""A merchant who leaves is erased: nothing that is current holds a trace, and nobody else's figures move."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from inbox_cases import drop
from kill_cases import command
from test_district_log import AT, CUBES, contributions
from truth_cases import NOW, downloads, enter_costs, enter_stock, settle, small_market
from typer.testing import CliRunner

from cli import app, run
from contracts.errors import NotFoundError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.district.approving import waiting
from pipeline.district.kept import contributions_of, months_of, rename
from pipeline.district.publish import publish_month
from pipeline.house import all_tables, reading
from pipeline.steps import build_and_release, maintain, scan_inbox
from warehouse import accounts
from warehouse.ops import RESTATEMENT
from warehouse.settings import Settings
from warehouse.signed.approvals import NOBODY
from warehouse.signed.district_log import ReleaseLog

GOES, STAYS = "tinglan", "yunshan"
ASKED = ["paid_gmv", "refunds", "net_by_order_date", "paid_orders", "gross_profit", "matured_net"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released home of two merchants, each with costs, stock and a sign-in, one with a file that waits."""
    market = small_market(seed=5, lines=200, merchants=2)
    settings = Settings(home=tmp_path_factory.mktemp("erasing") / "home")
    settle(settings, market)
    enter_costs(settings, market)
    enter_stock(settings, market)
    for at in (NOW - dt.timedelta(days=9), NOW):
        drop(settings.home, market, downloads(market, settings.home.parent / f"{at:%d}", at))
        scan_inbox(settings, at=at)
        build_and_release(settings, at=at)
    for name in (GOES, STAYS):
        accounts.add(settings.place, f"{name}-boss", "密码密码密码密码", role="merchant", merchant_id=name)
    waits = settings.home / "inbox" / GOES / f"{GOES}-douyin"
    waits.mkdir(parents=True, exist_ok=True)
    (waits / "订单.csv").write_text("还没有收")
    return settings.home


@pytest.fixture
def house(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    home = shutil.copytree(template, tmp_path / "home")
    monkeypatch.setenv("BAIYUN_HOME", str(home))
    return Settings(home=home, keep_releases=1, reader_grace_seconds=0)


def erase(*words: str) -> dict[str, object]:
    result = CliRunner().invoke(app, ["erase", "-m", GOES, "--json", *words])
    assert result.exit_code == 0, result.output
    told: dict[str, object] = json.loads(result.stdout)
    return told


def said(settings: Settings, name: str) -> str:
    by = ["shop", "channel", "date"]
    return ask(Viewer(settings.place, "test", "merchant", name), ASKED, by=by).rows.write_csv()


def rows_of(settings: Settings, name: str) -> dict[str, pl.DataFrame]:
    """Every row of a merchant in every table that others' builds do not write."""
    with reading(settings) as lake:
        tables = [table for table in all_tables() if "merchant_id" in table.columns]
        return {
            table.full_name: lake.read(table, where={"merchant_id": name}).sort(table.key)
            for table in tables
            if table.full_name != "ops.outlook"  # what each build said
        }


def stored(home: Path) -> Iterator[tuple[str, str]]:
    """Where and what: all that lies in the lake's files and its catalog, read by DuckDB and SQLite alone."""
    with duckdb.connect() as plain:
        for path in sorted((home / "lake" / "data").rglob("*.parquet")):
            for row in plain.execute("SELECT r::VARCHAR FROM read_parquet(?) AS r", [str(path)]).fetchall():
                yield path.name, repr(row)
    with sqlite3.connect(home / "lake" / "catalog.sqlite") as catalog:
        for (table,) in catalog.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in catalog.execute(f'SELECT * FROM "{table}"').fetchall():  # noqa: S608
                yield table, repr(row)


def test_what_would_be_erased_is_told_and_nothing_is_touched(house: Settings) -> None:
    before = said(house, GOES)
    told = erase()
    assert (told["merchant_id"], told["shops"], told["sign_ins"]) == (
        GOES,
        [f"{GOES}-douyin"],
        [f"{GOES}-boss"],
    )
    rows = told["rows"]
    assert isinstance(rows, dict) and all(rows[layer] > 0 for layer in ("bronze", "silver", "gold", "ops"))
    assert told["files"] and told["erased_at"] is None
    assert said(house, GOES) == before and accounts.get(house.place, f"{GOES}-boss")


def test_nothing_of_the_merchant_is_left_and_nobody_elses_figures_move(house: Settings) -> None:
    answers, rows = said(house, STAYS), rows_of(house, STAYS)
    with reading(house) as lake:
        order = str(
            lake.sql(
                "SELECT min(order_id) AS one FROM gold.fct_order_line WHERE merchant_id = ?", [GOES]
            ).item()
        )
    traces = (GOES, order)
    assert any(trace in told for _, told in stored(house.home) for trace in traces), (
        "the search finds it before"
    )
    told = erase("--yes")
    assert told["release"] and told["older"] and not told["held"]
    with pytest.raises(NotFoundError):
        accounts.verify(house.place, f"{GOES}-boss", "密码密码密码密码")
    assert accounts.get(house.place, f"{STAYS}-boss")
    assert said(house, STAYS) == answers
    after = rows_of(house, STAYS)
    assert [name for name, frame in rows.items() if not frame.equals(after[name])] == []
    assert not any(frame.height for frame in rows_of(house, GOES).values())
    with reading(house) as lake:
        assert lake.read(RESTATEMENT, where={"release_number": told["release"]}).is_empty()
    maintain(house)
    assert [where for where, row in stored(house.home) if any(trace in row for trace in traces)] == []
    assert [path for path in house.home.rglob("*") if GOES in path.name] == []
    assert said(house, STAYS) == answers
    build_and_release(house, at=NOW, from_landing=True)
    assert said(house, STAYS) == answers


def test_what_waits_for_people_with_the_merchant_in_it_is_dropped(house: Settings) -> None:
    two = house.model_copy(update={"district_approval": "two"})
    rows = contributions("2026-07", "2026-08")
    its = rows.with_columns(merchant_id=pl.col("merchant_id").replace("m3", GOES))
    first = publish_month(two, rows, "2026-07", made_by=NOBODY, at=AT, cubes=CUBES)
    publish_month(two, its, "2026-08", made_by=NOBODY, at=AT, cubes=CUBES)
    assert erase()["proposals"] == [2] and [item.entry.document["number"] for item in waiting(two)] == [1, 2]
    assert erase("--yes")["proposals"] == [2]
    assert [item.entry for item in waiting(two)] == [first]
    with duckdb.connect() as plain:
        for path in (house.home / "district").rglob("*.parquet"):
            told = plain.execute("SELECT r::VARCHAR FROM read_parquet(?) AS r", [str(path)]).fetchall()
            assert GOES not in repr(told)


def test_a_merchant_that_was_erased_is_like_one_that_never_was(
    house: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    erase("--yes")
    told = {}
    for name in (GOES, "nobody"):
        for words in (["erase", "-m", name, "--yes"], ["ask", "-m", name, "--metrics", "paid_gmv"]):
            code = run(lambda words=words: app(words, standalone_mode=False))
            told[name, words[0]] = code, capsys.readouterr().err.replace(name, "…")
    assert all(code == 2 for code, _ in told.values())
    assert [told[GOES, word] for word in ("erase", "ask")] == [
        told["nobody", word] for word in ("erase", "ask")
    ]


def test_on_a_pinned_release_nothing_is_erased(house: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before = said(house, GOES)
    assert CliRunner().invoke(app, ["releases", "pin", "1"]).exit_code == 0
    assert run(lambda: app(["erase", "-m", GOES, "--yes"], standalone_mode=False)) != 0
    assert "PINNED" in capsys.readouterr().err and accounts.get(house.place, f"{GOES}-boss")
    assert CliRunner().invoke(app, ["releases", "unpin"]).exit_code == 0
    assert said(house, GOES) == before


@pytest.mark.parametrize("label", ["lake.before_commit", "build.committed"])
def test_cut_off_anywhere_the_same_call_or_a_build_ends_it(house: Settings, label: str) -> None:
    answers = said(house, STAYS)
    assert command("erase", "-m", GOES, "--yes", home=house.home, crash_at=label).code == -9
    with reading(house) as lake:
        is_there = lake.sql("SELECT 1 AS one FROM ops.merchant WHERE merchant_id = ?", [GOES]).height
    if is_there:
        erase("--yes")
    else:
        build_and_release(house, at=NOW)
    assert not any(frame.height for frame in rows_of(house, GOES).values())
    assert said(house, STAYS) == answers


def test_the_districts_months_go_on_as_if_the_member_had_left(tmp_path: Path) -> None:
    """What a month was made of is told apart by names alone, and they are no figure."""
    rows, documents = contributions("2026-07", "2026-08"), []
    stay = rows.filter((pl.col("business_month") == "2026-07") | (pl.col("merchant_id") != "m3"))
    for home in ("left", "erased"):
        settings = Settings(home=tmp_path / home)
        log = ReleaseLog(settings.place)
        first = publish_month(settings, rows, "2026-07", made_by="hui", at=AT, cubes=CUBES)
        if home == "erased":
            assert months_of(log, "m3") == ("2026-07",)
            rename(log, "m3", "erased-1", is_whole_owner=True)
            kept = contributions_of(log, first)
            assert not {"m3", "o3"} & {*kept["merchant_id"], *kept["owner_id"]} and months_of(log, "m3") == ()
            assert kept["kept_fen"].sum() == first.document["cells"][0]["kept_fen"]
        documents.append(publish_month(settings, stay, "2026-08", made_by="hui", at=AT, cubes=CUBES).document)
    assert documents[0]["cells"] == documents[1]["cells"]
    assert documents[0]["index"] == documents[1]["index"]
