"""A file that should not have been given is taken back: what stands afterwards is what would stand had it
never come.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from cli import app
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports.health import freshness, receipts
from pipeline.house import reading, writing
from pipeline.intake.land import land_files
from pipeline.intake.receipts import FileReceipt
from pipeline.steps import build, build_and_release, ingest
from transforms.gold import gold_tables
from transforms.gold.orders import dim_reported
from warehouse.ops import EXPORT, LOAD, RESTATEMENT
from warehouse.settings import Settings

SAMPLES = Path(__file__).parents[2] / "connectors" / "douyin" / "samples"
ORDERS = SAMPLES / "1792375211_orders_2025_75.csv"
SESSIONS = SAMPLES / "直播明细_自营账号_20261012_20261014.xlsx"
AFTER_SALES = SAMPLES / "售后单-2026-10-19 10_00_11.xlsx"


def gold(settings: Settings) -> dict[str, str]:
    with reading(settings) as lake:
        return {
            name: lake.content_hash(table, ignore=("_export_id",)) for name, table in gold_tables().items()
        }


def withdraw(export_id: str, merchant: str = "m1") -> dict[str, object]:
    result = CliRunner().invoke(app, ["files", "withdraw", export_id[:10], "-m", merchant, "--json"])
    assert result.exit_code == 0, result.output
    document: dict[str, object] = json.loads(result.stdout)
    return document


def orders_and_a_refund_of_more(folder: Path) -> tuple[Path, Path]:
    """Forty orders of one yuan, and a bookkeeping system's refund of five hundred on one of them: a release
    with both is held.
    """
    orders, refund = folder / "report.csv", folder / "erp.csv"
    head = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"
    rows = (
        f"31000000000000{n:05d},1.0,1.0,广东省,2026-11-01 20:00:01,2026-11-01 20:00:30,0.0\n"
        for n in range(11, 51)
    )
    orders.write_text(head + "".join(rows))
    head = "售后单号,线上订单号,售后类型,线上状态,退款金额,申请时间,退款时间\n"
    refund.write_text(
        head + "9001,3100000000000000011,仅退款,退款成功,500.00,2026-11-02 10:00:00,2026-11-02 11:00:00\n"
    )
    return orders, refund


def put_other(folder: Path) -> Path:
    """One order of another shop on the same platform."""
    path = folder / "other.csv"
    head = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"
    path.write_text(head + "3200000000000000011,1.0,1.0,广东省,2026-11-01 20:00:01,2026-11-01 20:00:30,0.0\n")
    return path


@dataclass(frozen=True)
class TakenBack:
    """A home whose second and third file were given and withdrawn: what stood before them, what with them,
    and their receipts.
    """

    home: Path
    before: dict[str, str]
    with_all: dict[str, str]
    receipts: list[FileReceipt]
    documents: list[dict[str, object]]


@pytest.fixture(scope="module")
def taken_back(_released_home: Path, tmp_path_factory: pytest.TempPathFactory) -> TakenBack:
    settings = Settings(home=shutil.copytree(_released_home, tmp_path_factory.mktemp("taken-back") / "home"))
    before = gold(settings)
    other = ingest(settings, "m1", "s1", [SESSIONS, AFTER_SALES])
    assert other.held is None
    with_all = gold(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAIYUN_HOME", str(settings.home))
        documents = [withdraw(receipt.export_id) for receipt in other.receipts]
    return TakenBack(settings.home, before, with_all, other.receipts, documents)


@pytest.fixture
def withdrawn(settings: Settings, taken_back: TakenBack) -> Settings:
    """``settings`` with a copy of ``taken_back``."""
    shutil.copytree(taken_back.home, settings.home)
    return settings


def test_what_is_withdrawn_leaves_no_trace_and_counts_again_when_given_again(
    withdrawn: Settings, taken_back: TakenBack
) -> None:
    assert taken_back.with_all != taken_back.before == gold(withdrawn)
    for document in taken_back.documents:
        assert document["files"][0]["verdict"] == "withdrawn" and document["held"] is None  # type: ignore[index]
    with reading(withdrawn) as lake:
        gone = lake.read(EXPORT).filter(lake.read(EXPORT)["withdrawn_at"].is_not_null())
        loads = lake.read(LOAD, keys=gone.select(EXPORT.key))
    assert gone.height == 2 and gone["withdrawn_by_name"].null_count() == 0
    assert set(loads["verdict_code"]) == {"withdrawn"} and loads["rows_read_qty"].sum() == 0
    assert not build(withdrawn).has_changes
    again = ingest(withdrawn, "m1", "s1", [SESSIONS, AFTER_SALES])
    assert [item.verdict for item in again.receipts] == [item.verdict for item in taken_back.receipts]
    assert gold(withdrawn) == taken_back.with_all


def test_everything_made_anew_leaves_out_what_is_withdrawn(
    withdrawn: Settings, taken_back: TakenBack
) -> None:
    assert build(withdrawn, from_landing=True).has_changes
    assert gold(withdrawn) == taken_back.before


def test_withdrawing_the_file_that_holds_a_release_lets_go(released: Settings, tmp_path: Path) -> None:
    orders, refund = orders_and_a_refund_of_more(tmp_path)
    assert ingest(released, "m1", "t1", [orders], register=True).held is None
    viewer = Viewer(released.place, "test", "merchant", "m1")
    good = ask(viewer, ["paid_gmv", "refunds"]).rows.row(0)
    bad = ingest(released, "m1", "t1", [refund])
    assert bad.held is not None and bad.held.rule == "HELD" and bad.current
    document = withdraw(bad.receipts[0].export_id)
    assert document["held"] is None and int(str(document["release"])) > bad.current.number
    assert withdraw(bad.receipts[0].export_id)["release"] == document["release"], (
        "said again, it changes nothing"
    )
    assert ask(viewer, ["paid_gmv", "refunds"]).rows.row(0) == good
    with reading(released) as lake:
        moved = lake.read(RESTATEMENT, where={"metric_id": "paid_gmv"})
    # a held build moved nothing, and the release after it stands where the one before it stood
    assert moved.select("release_number", "restatement_code", "restated_number").group_by(
        pl.all().exclude("restated_number")
    ).sum().rows() == [(2, "new_file", 40_00)]


def test_the_last_file_of_a_shop(released: Settings) -> None:
    with reading(released) as lake:
        (export_id,) = lake.read(EXPORT)["export_id"]
    withdraw(export_id)
    with reading(released) as lake:
        left = {
            name: lake.read(table).height
            for name, table in gold_tables().items()
            if name not in ("dim_shop", "dim_reported")
        }
        assert not lake.read(dim_reported.TABLE, where={"is_reported": True}).height
    assert not any(left.values())
    viewer = Viewer(released.place, "test", "merchant", "m1")
    assert freshness(viewer)["received_at"].to_list() == [None]
    assert receipts(viewer)["verdict_code"].to_list() == ["withdrawn"]


def test_the_same_file_of_two_shops_is_withdrawn_from_the_one_that_is_named(
    released: Settings, tmp_path: Path
) -> None:
    """A bookkeeping system's export covers several shops, and each of them was given it."""
    orders, refund = orders_and_a_refund_of_more(tmp_path)
    refund.write_text(refund.read_text().replace("500.00", "0.50"))
    with writing(released) as lake:
        given = {"t1": [orders, refund], "t2": [put_other(tmp_path), refund]}
        landed = {
            shop: land_files(lake, released.place, "m1", shop, files, register=True)
            for shop, files in given.items()
        }
    build_and_release(released)
    export_id = landed["t1"][1].export_id
    assert landed["t2"][1].export_id == export_id, "the same bytes"
    unclear = CliRunner().invoke(app, ["files", "withdraw", export_id, "-m", "m1"])
    assert "NO_SUCH_FILE" in str(unclear.exception) and "found=2" in str(unclear.exception)
    result = CliRunner().invoke(app, ["files", "withdraw", export_id, "-m", "m1", "-s", "t2", "--json"])
    assert json.loads(result.stdout)["files"][0]["shop_id"] == "t2"
    listed = json.loads(CliRunner().invoke(app, ["files", "list", "-m", "m1", "--json"]).stdout)["files"]
    assert {(item["shop_id"], item["verdict_code"]) for item in listed if item["export_id"] == export_id} == {
        ("t1", "accepted"),
        ("t2", "withdrawn"),
    }


@pytest.mark.parametrize("merchant, export", [("m2", ""), ("m1", "zz"), ("m1", "")])
def test_only_ones_own_and_only_one(released: Settings, merchant: str, export: str) -> None:
    with reading(released) as lake:
        (export_id,) = lake.read(EXPORT)["export_id"]
    before = gold(released)
    result = CliRunner().invoke(
        app, ["files", "withdraw", export or (export_id if merchant == "m2" else ""), "-m", merchant]
    )
    assert result.exit_code != 0 and "NO_SUCH_FILE" in str(result.exception)
    assert gold(released) == before
