"""What merchants contribute to the district, of a house made by the real pipeline: as much as their own
figures say, by month, platform and channel, and nothing finer.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from cli import app
from contracts.errors import NotFoundError, UsageError
from demo import market
from district.declared import CUBES, MEASURES
from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.district.contributing import contributions, of_members, unclassified
from pipeline.house import reading, writing
from pipeline.intake.registering import register_shop
from warehouse import registry
from warehouse.settings import Settings
from warehouse.signed.district_log import ReleaseLog

AT = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def rows(house: Settings) -> pl.DataFrame:
    return contributions(house)


@pytest.mark.parametrize("cut", ["platform", "channel"])
def test_contributions_are_what_the_merchants_are_told(house: Settings, rows: pl.DataFrame, cut: str) -> None:
    column = {"platform": "platform_code", "channel": "channel_code"}[cut]
    mine = rows.group_by("merchant_id", "business_month", column).agg(pl.col(MEASURES).sum())
    asked = [
        ask(Viewer(house.place, "t", "merchant", name), ["paid_gmv", "net_by_order_date"], by=["month", cut])
        .rows.with_columns(merchant_id=pl.lit(name))
        for name in rows["merchant_id"].unique()
    ]  # fmt: skip
    told = pl.concat(asked).filter((pl.col("paid_gmv") != 0) | (pl.col("net_by_order_date") != 0))
    assert told.height >= 6
    told = told.select(
        "merchant_id", pl.col("month").cast(pl.String).str.head(7).alias("business_month"),
        pl.col(cut).alias(column), kept_fen="net_by_order_date",
        refund_fen=pl.col("paid_gmv") - pl.col("net_by_order_date"),
    )  # fmt: skip
    key = ["merchant_id", "business_month", column]
    some = pl.any_horizontal(pl.col(name) != 0 for name in MEASURES)
    assert mine.filter(some).sort(key).equals(told.sort(key).cast(dict(mine.schema)))


def test_a_row_says_no_order_and_no_buyer(rows: pl.DataFrame) -> None:
    cuts = {item.name for cube in CUBES for item in cube.dimensions}
    assert set(rows.columns) == {"owner_id", "merchant_id", "business_month", *cuts, *MEASURES}
    assert not rows.select(pl.exclude(MEASURES, "owner_id")).is_duplicated().any()


def test_categories_are_those_of_the_titles(house: Settings, rows: pl.DataFrame) -> None:
    """Dresses by plain SQL over the titles; of the simulated shops every title and option is classified."""
    with reading(house) as lake:
        true = lake.sql(
            "SELECT sum(paid_fen - cohort_refund_fen)::BIGINT AS fen FROM gold.fct_order_line "
            "WHERE paid_date IS NOT NULL AND NOT is_gift AND product_name LIKE '%连衣裙%'"
        )["fen"].item()
    assert rows.filter(category_code="dress")["kept_fen"].sum() == true > 0
    shares = unclassified(rows)
    assert shares["category_code"] < 0.08, shares


@pytest.fixture
def copied(house: Settings, tmp_path: Path) -> Settings:
    return Settings(home=Path(shutil.copytree(house.home, tmp_path / "home")))


def test_who_has_no_named_owner_has_none(copied: Settings, rows: pl.DataFrame) -> None:
    assert rows["owner_id"].null_count() == 0
    name = rows["merchant_id"][0]
    with writing(copied) as lake:
        register_shop(lake, "new", "new-shop", "douyin", at=AT)
        made = registry.merchants(lake).filter(merchant_id="new")["owner_id"][0].replace("new", name)
        registry.add_owner(lake, made, made, at=AT)
        registry.add_merchant(lake, name, name, owner_id=made, at=AT)
    now = contributions(copied)
    assert set(now.filter(pl.col("owner_id").is_null())["merchant_id"]) == {name}


def test_members_count_in_whole_months_only(copied: Settings, rows: pl.DataFrame) -> None:
    months, (one, two) = sorted(rows["business_month"].unique()), sorted(rows["merchant_id"].unique())
    assert len(months) >= 2 and of_members(copied).is_empty(), "nobody is a member yet"
    first = dt.date.fromisoformat(f"{months[0]}-01")
    with writing(copied) as lake:
        registry.join(lake, one, first, at=AT)
        registry.join(lake, two, first + dt.timedelta(days=1), at=AT)
    found = set(of_members(copied).select("merchant_id", "business_month").iter_rows())
    every = set(rows.select("merchant_id", "business_month").iter_rows())
    assert found == every - {(two, months[0])}
    with writing(copied) as lake:
        registry.leave(lake, one, first + dt.timedelta(days=20), at=AT)
    found = set(of_members(copied).select("merchant_id", "business_month").iter_rows())
    assert found == {(name, month) for name, month in every if name == two and month != months[0]}


def test_a_membership_begins_once_and_ends_once(copied: Settings) -> None:
    day = dt.date(2026, 3, 1)
    with writing(copied) as lake:
        name = registry.merchants(lake)["merchant_id"][0]
        for since in (day, day + dt.timedelta(days=9), day - dt.timedelta(days=9)):
            registry.join(lake, name, since, at=AT)
        assert registry.members(lake)["joined_date"].to_list() == [day - dt.timedelta(days=9)]
        with pytest.raises(UsageError, match="BEFORE_JOINING"):
            registry.leave(lake, name, day - dt.timedelta(days=10), at=AT)
        registry.leave(lake, name, day, at=AT)
        with pytest.raises(NotFoundError, match="NOT_REGISTERED"):
            registry.leave(lake, name, day, at=AT)
        with pytest.raises(UsageError, match="WAS_A_MEMBER"):
            registry.join(lake, name, day - dt.timedelta(days=1), at=AT)
        registry.join(lake, name, day, at=AT)
        assert registry.members(lake).height == 2


def test_closed_months_are_released_once_and_what_is_too_narrow_says_so(
    copied: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two members are too few for any cell: a month is released, and everything in it is withheld."""
    monkeypatch.setenv("BAIYUN_HOME", str(copied.home))
    run = CliRunner()
    assert "没有到期未发的月份" in run.invoke(app, ["district", "publish"]).stdout
    for name in contributions(copied)["merchant_id"].unique():
        assert run.invoke(app, ["district", "join", "-m", name, "--from", "2020-01-01"]).exit_code == 0
    done = run.invoke(app, ["district", "publish", "--by", "somebody"])
    assert done.exit_code == 0 and "0 格公开" in done.stdout, done.output
    assert "没有到期未发的月份" in run.invoke(app, ["district", "publish"]).stdout
    documents = json.loads(run.invoke(app, ["district", "list", "--json"]).stdout)["releases"]
    assert {item["made_by"] for item in documents} == {"somebody"} and documents[0]["cells"] == []


def test_a_correction_names_who_and_why_and_is_refused_in_a_sentence(
    copied: Settings, rows: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAIYUN_HOME", str(copied.home))
    market.release_district(copied)
    run, month = CliRunner(), sorted(rows["business_month"].unique())[1]
    before = ReleaseLog(copied.place).entries()
    assert run.invoke(app, ["district", "correct", month]).exit_code == 2
    assert run.invoke(app, ["district", "correct", month, "--by", "hui"]).exit_code == 2
    same = run.invoke(app, ["district", "correct", month, "--by", "hui", "--why", "退款补到"])
    assert same.exit_code == 3 and "公开的数一个也没变" in same.stderr, same.output
    assert ReleaseLog(copied.place).entries() == before


def test_the_demo_releases_every_closed_month_but_the_first_which_it_has_a_part_of(
    copied: Settings, rows: pl.DataFrame
) -> None:
    market.release_district(copied)
    months = sorted(rows["business_month"].unique())
    entries = ReleaseLog(copied.place).entries()
    assert [entry.document["month"] for entry in entries] == months[1:] and len(months) >= 2
    with reading(copied) as lake:
        members = registry.members(lake)
        assert set(members["merchant_id"]) == set(registry.merchants(lake)["merchant_id"])
    assert set(members["joined_date"]) == {dt.date.fromisoformat(f"{months[1]}-01")}
    market.release_district(copied)
    assert ReleaseLog(copied.place).entries() == entries


def test_a_merchant_sees_every_row_before_it_counts(at_home: Settings, rows: pl.DataFrame) -> None:
    name = rows["merchant_id"][0]
    shown = json.loads(CliRunner().invoke(app, ["district", "mine", "-m", name, "--json"]).stdout)
    mine = rows.filter(merchant_id=name).drop("owner_id", "merchant_id")
    assert pl.DataFrame(shown["rows"], schema=mine.schema).equals(mine)
