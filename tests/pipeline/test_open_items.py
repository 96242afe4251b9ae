"""``baiyun open`` over a shop's orders, bill and account flow as downloaded: each ledger is its file's own
sum to the fen, and each item leads to its row.
"""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

from typer.testing import CliRunner

from cli import app
from metrics.query.access import Viewer
from metrics.reports.open_book import line_of, open_book
from pipeline.intake.raw_rows import raw_rows
from pipeline.steps import ingest
from warehouse.settings import Settings

SAMPLES = Path(__file__).parents[2] / "connectors" / "douyin" / "samples"
BILL, ACCOUNT = SAMPLES / "结算账单_2026-10-01_2026-10-19.csv", SAMPLES / "动账明细_2026-10-01_2026-10-19.csv"


def of_month(path: Path, day: str, amount: str, way: str = "") -> int:
    """What the rows of October 2026 add up to, in fen, read with nothing of this house.

    ``way`` is the column that says 出账 for what went out.
    """
    rows = [
        row
        for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
        if row[day].startswith("2026-10")
    ]
    return sum(int(Decimal(row[amount]) * 100) * (-1 if way and row[way] == "出账" else 1) for row in rows)


def test_a_downloaded_bill_and_account_close_and_lead_to_their_rows(released: Settings) -> None:
    done = ingest(released, "m1", "s1", [BILL, ACCOUNT])
    assert done.held is None
    document = json.loads(CliRunner().invoke(app, ["open", "-m", "m1", "--json"]).stdout)
    stated = {row["ledger_code"]: row for row in document["statements"]}
    bill = of_month(BILL, "结算时间", "结算金额")
    account = of_month(ACCOUNT, "动账时间", "动账金额", "动账方向")
    assert {name: row["total_fen"] for name, row in stated.items()} == {
        "settlement": bill,
        "funding": bill,
        "fund": account,
    }
    for name, row in stated.items():
        listed = sum(item["open_fen"] for item in document["items"] if item["ledger_code"] == name)
        assert (
            row["matched_fen"] + row["explained_fen"] + listed == row["total_fen"]
            and row["residual_fen"] == 0
        )
    assert {item["ledger_code"] for item in document["items"]} == {"order", "funding", "fund"} and document[
        "silent_shops"
    ] == []
    viewer = Viewer(released.place, "test", "merchant", "m1")
    kinds = {"order": "orders", "funding": "settlements", "fund": "funds"}
    for item in open_book(viewer).items.unique("open_reason_code", keep="first").iter_rows(named=True):
        rows = raw_rows(viewer, line_of(item))
        assert rows and {row.kind for row in rows} == {kinds[item["ledger_code"]]}
        wanted = item["open_item_id"] if item["ledger_code"] == "fund" else item["order_id"]
        assert all(any(wanted in cell for cell in row.cells.values()) for row in rows)
