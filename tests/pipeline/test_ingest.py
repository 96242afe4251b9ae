"""Files through the public door: the real Tmall report to the fen, the same file again, wrong files that
change nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app, run
from contracts.errors import NotFoundError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.house import all_tables, reading
from pipeline.steps import ingest
from warehouse.ops import EXPORT, LOAD
from warehouse.settings import Settings

ROOT = Path(__file__).parents[2]
TMALL = ROOT.parent / "shared" / "samples" / "tmall_2020" / "tmall_order_report.csv"
DOUYIN = ROOT / "connectors" / "douyin" / "samples" / "1792375211_orders_2025_75.csv"
needs_tmall = pytest.mark.skipif(not TMALL.exists(), reason="the third-party sample folder is not here")


@pytest.fixture(scope="module")
def tmall(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home that took the real report once."""
    settings = Settings(home=tmp_path_factory.mktemp("tmall"))
    done = ingest(settings, "merchant-a", "shop-a", [TMALL], register=True)
    assert done.held is None and done.current and done.current.number == 1
    return settings


def totals(settings: Settings, merchant: str = "merchant-a") -> dict[str, int]:
    viewer = Viewer(settings.place, "test", "merchant", merchant)
    return ask(viewer, ["paid_gmv", "refunds", "net_by_order_date", "paid_orders"]).rows.row(0, named=True)


REAL = {
    "paid_gmv": 247_482_307,
    "refunds": 57_233_592,
    "net_by_order_date": 190_248_715,
    "paid_orders": 24_087,
}


@needs_tmall
def test_the_real_report_to_the_fen(tmall: Settings) -> None:
    """28,010 orders, 24,087 paid, the last six of them on 1 March.

    What was paid is already net of refunds in this file.
    """
    with reading(tmall) as lake:
        loads = lake.read(LOAD)
        orders = lake.sql("SELECT count(DISTINCT order_id) AS n FROM gold.fct_order_line")["n"][0]
    assert orders == 28_010
    assert loads.select(
        "rows_read_qty", "published_qty", "quarantined_qty", "superseded_qty", "duplicate_qty"
    ).row(0) == (28_010, 28_010, 0, 0, 0)
    assert loads["dropped_columns_name"][0] == "收货地址"
    assert totals(tmall) == REAL
    viewer = Viewer(tmall.place, "test", "merchant", "merchant-a")
    by_day = ask(
        viewer,
        ["paid_orders", "paid_gmv"],
        by=["platform", "paid_date"],
        period=(dt.date(2020, 2, 1), dt.date(2020, 3, 31)),
    ).rows
    assert by_day["paid_date"].max() == dt.date(2020, 3, 1)
    assert by_day.filter(by_day["paid_date"] == dt.date(2020, 3, 1))["paid_orders"][0] == 6
    assert set(by_day["platform"]) == {"taobao"} and by_day["paid_gmv"].sum() == REAL["paid_gmv"]


@needs_tmall
def test_the_same_file_again_or_renamed_changes_nothing(tmall: Settings, tmp_path: Path) -> None:
    renamed = tmp_path / "三月对账.csv"
    shutil.copy(TMALL, renamed)
    for path in (TMALL, renamed):
        done = ingest(tmall, "merchant-a", "shop-a", [path])
        receipt = done.receipts[0]
        assert (receipt.verdict, receipt.rows_read, receipt.duplicate, receipt.published) == (
            "duplicate",
            28_010,
            28_010,
            0,
        )
        assert all(item.before == item.after for item in done.changes)
        assert done.current and done.current.number == 1
    assert totals(tmall) == REAL


@needs_tmall
def test_the_same_rows_in_other_bytes_are_all_duplicates(tmall: Settings, tmp_path: Path) -> None:
    """A blank line at the end makes other bytes; every row is known."""
    other = tmp_path / "tmall.csv"
    other.write_bytes(TMALL.read_bytes() + b"\r\n")
    receipt = ingest(tmall, "merchant-a", "shop-a", [other]).receipts[0]
    assert (receipt.verdict, receipt.rows_read, receipt.published, receipt.duplicate) == (
        "accepted",
        28_010,
        0,
        28_010,
    )
    assert totals(tmall) == REAL


@needs_tmall
def test_another_merchant_sees_nothing_of_it(tmall: Settings) -> None:
    with pytest.raises(NotFoundError):
        totals(tmall, "merchant-b")


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("empty.csv", b"", "EMPTY_FILE"),
        ("page.csv", "<!doctype html><title>登录</title>".encode(), "HTML_NOT_TABLE"),
        ("cut.csv", DOUYIN.read_bytes().rstrip()[:-40], "TRUNCATED"),
        ("other.csv", "甲,乙\n1,2\n".encode(), "UNKNOWN_LAYOUT"),
        ("answer.json", b'{"code":10000}\n', "JSON_NOT_TABLE"),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_why(
    settings: Settings, tmp_path: Path, name: str, data: bytes, rule: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    result = CliRunner().invoke(
        app, ["ingest", "--merchant", "m1", "--shop", "s1", "--new-shop", "--json", str(path)]
    )
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    receipt = document["files"][0]
    assert (receipt["verdict"], receipt["rule"], receipt["rows_read"], receipt["name"]) == (
        "refused",
        rule,
        0,
        name,
    )
    assert receipt["message"] and receipt["next_step"] and document["release"] is None
    with reading(settings) as lake:
        assert lake.read(EXPORT).is_empty() and lake.sql("SELECT count(*) AS n FROM ops.shop")["n"][0] == 0
    assert not settings.place.landing.exists() or not [
        item for item in settings.place.landing.rglob("*") if item.is_file()
    ]


def test_a_good_file_beside_a_bad_one_is_taken(settings: Settings, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"")
    result = CliRunner().invoke(
        app, ["ingest", "-m", "m1", "-s", "s1", "--new-shop", "--json", str(bad), str(DOUYIN)]
    )
    assert result.exit_code == 1
    files = json.loads(result.stdout)["files"]
    assert [item["verdict"] for item in files] == ["refused", "warned"], (
        "one row of the sample has a status word nobody knows"
    )
    assert (
        files[1]["platform"] == "douyin"
        and files[1]["kind"] == "orders"
        and files[1]["rows_read"] == files[1]["published"] > 0
    )


def test_the_file_of_another_platform_is_refused(released: Settings) -> None:
    taobao = next((ROOT / "connectors" / "taobao" / "samples").glob("*_2022.csv"))
    receipt = ingest(released, "m1", "s1", [taobao]).receipts[0]
    assert (receipt.verdict, receipt.rule) == ("refused", "WRONG_PLATFORM")


@pytest.mark.usefixtures("released")
def test_a_shop_of_another_merchant_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(
        lambda: app(["ingest", "-m", "m2", "-s", "s1", "--new-shop", str(DOUYIN)], standalone_mode=False)
    )
    assert code == 2
    assert "SHOP_TAKEN" in capsys.readouterr().err


@pytest.mark.usefixtures("released")
def test_a_mistyped_shop_is_refused_with_the_names_near_it(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(lambda: app(["ingest", "-m", "m1", "-s", "s11", str(DOUYIN)], standalone_mode=False))
    said = capsys.readouterr().err
    assert code == 2
    assert "NOT_REGISTERED" in said and "near=s1" in said and "--new-shop" in said


def test_wrong_use_is_told_in_one_line(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(lambda: app(["ingest", "-m", "m1", "-s", "s1", "/no/such/file.csv"], standalone_mode=False)) == 2
    )
    assert (
        run(
            lambda: app(
                ["ask", "-m", "m1", "--metrics", "paid_gmv", "--from", "2026-13-01"], standalone_mode=False
            )
        )
        == 2
    )
    told = capsys.readouterr().err
    assert "NO_SUCH_FILE" in told and "BAD_DATE" in told and "Traceback" not in told


def test_two_homes_never_meet(released: Settings, tmp_path: Path) -> None:
    two = Settings(home=tmp_path / "two")
    assert totals(released, "m1")["paid_orders"] > 0
    with pytest.raises(NotFoundError):
        totals(two, "m1")
    assert not (tmp_path / "two" / "landing").exists()


def test_a_platforms_tables_are_made_when_it_is_first_heard_of(
    settings: Settings, released: Settings
) -> None:
    """Sixty tables of platforms a house does not sell on would make every catalog twice as large."""
    with reading(released) as lake:
        found = lake.connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'lake'"
        ).fetchall()
    names = {name for (name,) in found}
    assert {name for name in names if name.startswith("bronze.")} == {"bronze.douyin__orders"}
    assert {table.full_name for table in all_tables() if table.layer != "bronze"} <= names


def test_an_order_of_a_day_to_come_holds_nobodys_release(tmp_path: Path) -> None:
    """An article sold for the first time months ahead: told on the receipt, in no month of stock yet."""
    head, first, *others = DOUYIN.read_text("utf-8-sig").splitlines()
    assert "YS26F001-03-M" in first and "2026-10-12" in first
    ahead = first.replace("2026-10-1", "2027-02-1").replace("6931570482213347101", "6931570482213347999")
    told = tmp_path / "orders_2026_12.csv"
    told.write_text(
        "\n".join([head, first, ahead.replace("YS26F001-03-M", "NEW-01"), *others]) + "\n", "utf-8"
    )
    settings = Settings(home=tmp_path / "house")
    done = ingest(
        settings, "merchant-a", "shop-a", [told], register=True, at=dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
    )
    assert done.held is None and done.current is not None
    with reading(settings) as lake:
        sold = lake.sql(
            "SELECT sku_code, paid_date FROM gold.fct_order_line WHERE paid_date > DATE '2027-01-01'"
        )
    assert sold.rows() == [("NEW-01", dt.date(2027, 2, 12))]
