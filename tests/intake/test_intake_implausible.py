"""Absurd figures wait for a person: a line of a hundred billion, a billion pieces, a file in which every
priced order was paid 0.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from intake_case import DUE, PAID, QTY
from intake_files import HEADER, Table, data, numbered_from, order, order_id, orders
from intake_given import given_each
from typer.testing import CliRunner

from cli import app
from contracts.errors import NotFoundError
from metrics.query.access import Viewer
from metrics.query.ask import ask
from metrics.reports.health import outliers
from pipeline.house import reading
from pipeline.intake.receipts import FileReceipt
from pipeline.steps import build_and_release, confirm, confirm_line, ingest
from transforms.gold.sales.mart_outlier_line import outliers as find_outliers
from warehouse.ops import CONFIRMATION, QUARANTINE
from warehouse.settings import Settings

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
ONE = 129_900


def of(settings: Settings, merchant: str = "m1") -> Viewer:
    return Viewer(settings.place, "test", "merchant", merchant)


def paid(viewer: Viewer) -> int:
    return int(ask(viewer, ["paid_gmv"]).rows.row(0, named=True)["paid_gmv"])


def given(settings: Settings, folder: Path, name: str, table: Table) -> FileReceipt:
    path = folder / name
    path.write_bytes(data(table))
    return ingest(settings, "m1", "s1", [path], register=True, at=AT).receipts[0]


def test_absurd_rows_wait_for_a_person_count_once_confirmed_and_leave_when_that_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home")
    huge, pieces = order(1, **{DUE: "99,999,999,999.00"}), order(2, **{QTY: "1000000000"})
    wholesale = order(3, **{DUE: "9,999,999.99", QTY: "100000"})  # large, and possible
    receipt = given(settings, tmp_path, "a.csv", [*orders(1), huge, pieces, wholesale])
    assert (receipt.rows_read, receipt.published, receipt.quarantined, receipt.rules) == (
        4,
        2,
        2,
        {"IMPLAUSIBLE": 2},
    )
    assert paid(of(settings)) == ONE + 999_999_999
    with reading(settings) as lake:
        held = lake.read(QUARANTINE).sort("row_number", "column_name")
    assert set(held["row_number"]) == {3, 4}
    assert held.filter(pl.col("row_number") == 4)["cell_name"].to_list() == ["1,000,000,000 > 100,000"]
    assert "99,999,999,999.00 > 10,000,000.00" in held["cell_name"].to_list()
    # one row, over the command line, by whoever sits there; twice is once
    monkeypatch.setenv("BAIYUN_HOME", str(settings.home))
    for _ in range(2):
        told = CliRunner().invoke(
            app,
            ["quarantine", "confirm", receipt.export_id[:10], "-m", "m1", "--row", "4", "--json"],
            catch_exceptions=False,
        )
        assert told.exit_code == 0, told.output
        (after,) = json.loads(told.stdout)["files"]
        assert (after["rows_read"], after["published"], after["quarantined"]) == (4, 3, 1)
        assert paid(of(settings)) == 2 * ONE + 999_999_999
    with reading(settings) as lake:
        (event,) = lake.read(CONFIRMATION).iter_rows(named=True)
    assert (event["row_number"], event["is_in_force"]) == (4, True) and event["received_by_name"]
    # the same bytes again, and everything made anew from landing
    assert given(settings, tmp_path, "b.csv", [*orders(1), huge, pieces, wholesale]).verdict == "duplicate"
    build_and_release(settings, from_landing=True, at=AT)
    assert paid(of(settings)) == 2 * ONE + 999_999_999
    confirm(settings, "m1", receipt.export_id, [4], by="王会计", is_in_force=False, at=AT)
    assert paid(of(settings)) == ONE + 999_999_999
    with reading(settings) as lake:
        assert set(lake.read(QUARANTINE)["row_number"]) == {3, 4}
        assert lake.read(CONFIRMATION).sort("event_number")["is_in_force"].to_list() == [True, False]
    with pytest.raises(NotFoundError, match="NOTHING_TO_CONFIRM"):
        confirm(settings, "m1", receipt.export_id, [2], by="王会计", at=AT)
    with pytest.raises(NotFoundError, match="NOTHING_TO_CONFIRM"):
        confirm(settings, "m2", receipt.export_id, [4], by="stranger", at=AT)


def nothing_paid(count: int, start: int = 0) -> Table:
    """Orders with prices and payment times whose amount column holds zeros."""
    return [HEADER, *(order(start + number, **{DUE: "0.00"}) for number in range(count))]


def test_a_file_of_priced_orders_all_paid_nothing_is_held_whole(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    given(settings, tmp_path, "ok.csv", orders(4))
    unpaid = order(60, **{DUE: "0.00", PAID: "-"})
    receipt = given(settings, tmp_path, "swapped.csv", [*nothing_paid(5, 50), unpaid])
    assert (receipt.rows_read, receipt.published, receipt.quarantined, receipt.rules) == (
        6,
        0,
        6,
        {"PAID_ZERO": 6},
    )
    assert paid(of(settings)) == 4 * ONE
    done = confirm(settings, "m1", receipt.export_id, by="王会计", at=AT)
    assert [(item.published, item.quarantined) for item in done.receipts] == [(6, 0)]
    assert paid(of(settings)) == 4 * ONE


def test_orders_of_nothing_that_explain_themselves_are_published(tmp_path: Path) -> None:
    """Of the first merchant too few to say; of the second somebody paid, the others had a coupon; the third's
    are closed.
    """
    closed = [order(200 + number, **{DUE: "0.00", PAID: "-", "订单状态": "已关闭"}) for number in range(9)]
    tables = {
        "few": nothing_paid(4),
        "one-paid": [*nothing_paid(9, 100), order(120)],
        "closed": [HEADER, *closed],
    }
    files = {merchant: ("a.csv", table) for merchant, table in tables.items()}
    receipts = given_each(Settings(home=tmp_path / "home"), tmp_path, files, AT)
    assert {
        merchant: (item.quarantined, item.rules, item.published) for merchant, item in receipts.items()
    } == {merchant: (0, {}, len(table) - 1) for merchant, table in tables.items()}


def answer_of(viewer: Viewer) -> dict[str, tuple[int | None, str]]:
    return {note.code: (note.amount_fen, note.zh) for note in ask(viewer, ["paid_gmv"]).notes}


def test_a_line_a_hundred_times_the_largest_counts_with_a_mark_until_a_person_takes_it_off(
    tmp_path: Path,
) -> None:
    """Orders of 1,299.00 and one of 129,900.00, a hundred times as much: given last (by merchant m1) or
    first, the mark is the same.
    """
    settings = Settings(home=tmp_path / "home")
    large, usual = ("大.csv", [HEADER, order(9, **{DUE: "129,900.00"})]), ("常.csv", orders(5))
    with numbered_from(100):
        large_2, usual_2 = ("大.csv", [HEADER, order(9, **{DUE: "129,900.00"})]), ("常.csv", orders(5))
    for files in ({"m1": usual, "m2": large_2}, {"m1": large, "m2": usual_2}):
        given_each(settings, tmp_path, files, AT)
    viewer = of(settings)
    seen = [(paid(each), answer_of(each)) for each in (viewer, of(settings, "m2"))]
    assert seen[0] == seen[1] and seen[0][0] == 5 * ONE + 100 * ONE
    worth, words = seen[0][1]["OUTLIER_LINES"]
    assert worth == 100 * ONE and "1 行" in words and "129,900.00" in words and "数据健康" in words
    (marked,) = outliers(viewer).iter_rows(named=True)
    assert (marked["order_line_id"], marked["marked_fen"], marked["largest_fen"]) == (
        order_id(9),
        100 * ONE,
        ONE,
    )
    confirm_line(settings, "m1", order_id(9), by="王会计", at=AT)
    confirm_line(settings, "m1", order_id(9), by="王会计", at=AT)
    assert "OUTLIER_LINES" not in answer_of(viewer) and paid(viewer) == 105 * ONE
    build_and_release(settings, from_landing=True, at=AT)
    assert "OUTLIER_LINES" not in answer_of(viewer) and outliers(viewer).is_empty()
    assert "OUTLIER_LINES" in answer_of(of(settings, "m2"))  # nobody confirmed theirs
    confirm_line(settings, "m1", order_id(9), by="王会计", is_in_force=False, at=AT)
    assert answer_of(viewer)["OUTLIER_LINES"][0] == 100 * ONE
    with reading(settings) as lake:
        assert lake.read(CONFIRMATION).sort("event_number")["is_in_force"].to_list() == [True, False]
    with pytest.raises(NotFoundError, match="NO_SUCH_MARK"):
        confirm_line(settings, "m1", order_id(1), by="王会计", at=AT)


def lines_of(*fen: int, shop: str = "s") -> pl.DataFrame:
    """A shop's largest lines as the build hands them to the judge."""
    amounts = sorted(fen, reverse=True)
    key = {"merchant_id": "m", "shop_id": shop, "platform_code": "douyin"}
    rows = [
        {
            **key,
            "order_line_id": f"l{number}",
            "marked_fen": amount,
            "place_number": number,
            "lines_qty": len(fen),
        }
        for number, amount in enumerate(amounts, 1)
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize(
    ("amounts", "marked"),
    [
        ([129_900] * 5 + [12_990_000], 1),
        ([129_900] * 5 + [12_989_999], 0),  # not quite a hundred times
        ([129_900] * 9 + [20_000_000, 30_000_000], 2),  # two together hide one another no longer
        ([100] * 400 + [50_000] * 300, 0),  # links of a yuan beside coats
        ([1, 1, 1, 500_000, 510_000], 0),  # test orders of a fen
        ([50] * 8 + [99_000], 0),  # below what is worth a question
        ([20_000_000, 21_000_000, 30_000, 40_000], 2),
        ([129_900, 12_990_000], 1),
        ([12_990_000], 0),  # nothing to compare it with
    ],
)
def test_what_is_a_hundred_times_the_others(amounts: list[int], marked: int) -> None:
    nobody = lines_of(1).clear().select("merchant_id", "shop_id", "order_line_id", "marked_fen")
    assert find_outliers(lines_of(*amounts), nobody).height == marked


def test_a_confirmed_line_is_as_usual_as_any_other() -> None:
    lines = lines_of(*[129_900] * 9, 20_000_000, 30_000_000)
    word = lines.filter(pl.col("marked_fen") == 20_000_000).select(
        "merchant_id", "shop_id", "order_line_id", "marked_fen"
    )
    assert find_outliers(lines, word).is_empty()
    other = word.with_columns(marked_fen=pl.lit(19_000_000, pl.Int64))  # said of another amount
    assert find_outliers(lines, other).height == 2
