"""``baiyun open`` on a house the real pipeline made: the bills are the simulated platform's to the fen, every
statement closes, and a row leads to its file.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from proof_cases import ANEW, SECOND, merchants, owner_of, published
from screen_of import page_of, text
from truth_cases import LATER, small_market
from typer.testing import CliRunner

from cli import app
from contracts.amounts import yuan as printed
from contracts.codes import OPEN_REASON, OPEN_STEP
from contracts.errors import NotFoundError, UsageError
from dashboards.parts.page.money import yuan
from dashboards.views.merchant import open_items as page
from metrics.query.released import choose, open_release
from metrics.reports.open_book import line_of, open_book
from pipeline.intake.raw_rows import raw_rows
from warehouse.settings import Settings


def said(house: Settings, number: int, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["open", "-m", merchants(house)[number], *words, "--json"])
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.parametrize("number", [0, 1])
def test_matched_and_open_are_the_platforms_bill_to_the_fen(at_home: Settings, number: int) -> None:
    market, document = small_market(seed=5, lines=200, merchants=2), said(at_home, number)
    assert document["statements"] and document["residual_fen"] == 0
    for month in document["statements"]:
        listed = [
            item["open_fen"]
            for item in document["items"]
            if all(item[name] == month[name] for name in ("shop_id", "ledger_code", "business_month"))
        ]
        assert month["matched_fen"] + month["explained_fen"] + sum(listed) == month["total_fen"], month
    billed = market.shops.filter(merchant_id=merchants(at_home)[number], platform_code="douyin")["shop_id"]
    for shop in billed:
        told = sum(
            month["total_fen"]
            for month in document["statements"]
            if month["shop_id"] == shop and month["ledger_code"] == "settlement"
        )
        assert told == market.settlements_at(shop, LATER)["settled_fen"].sum() != 0
    assert billed.len() and {month["shop_id"] for month in document["statements"]} == set(billed)
    silent = {shop["shop_id"]: shop["has_bill"] for shop in document["silent_shops"]}
    assert silent == {
        shop: shop in set(billed)
        for shop in market.shops.filter(merchant_id=merchants(at_home)[number])["shop_id"]
    }, "no account was given"


#: Of shops that gave a bill: lines paid and kept that no payout names, in plain SQL.
_OWED = """
    SELECT order_line_id, (paid_fen - cohort_refund_fen)::BIGINT AS open_fen FROM gold.fct_order_line AS line
    WHERE merchant_id = ? AND paid_date IS NOT NULL AND paid_fen > cohort_refund_fen
      AND shop_id IN (SELECT shop_id FROM gold.fct_settlement_entry)
      AND NOT EXISTS (SELECT 1 FROM gold.fct_settlement_entry AS entry WHERE settlement_type_code = 'sale'
          AND settled_at IS NOT NULL
                      AND entry.shop_id = line.shop_id AND entry.order_id = line.order_id
                      AND coalesce(entry.order_line_id, line.order_line_id) = line.order_line_id)
"""


@pytest.mark.parametrize(("number", "then"), [(0, SECOND), (1, ANEW)])
def test_the_orders_owed_are_those_no_payout_names(at_home: Settings, number: int, then: int) -> None:
    """By the end the first merchant's orders are all paid out."""
    release = published(at_home)[then].number
    document = said(at_home, number, "--as-of", str(release))
    with open_release(at_home.place, choose(at_home.place, release, merchant_id=None)) as lake:
        owed = dict(lake.sql(_OWED, [merchants(at_home)[number]]).iter_rows())
    told = {
        item["order_line_id"]: item["open_fen"]
        for item in document["items"]
        if item["ledger_code"] == "order" and item["open_fen"] > 0
    }
    assert told == owed != {}
    (order,) = (row for row in document["by_ledger"] if row["ledger_code"] == "order")
    assert order["to_come_fen"] == sum(owed.values()) and order["oldest_days"] == max(
        item["age_days"] for item in document["items"] if item["ledger_code"] == "order"
    )
    assert sum(row["items_qty"] for row in document["by_reason"]) == len(document["items"])


def test_for_people_each_item_has_its_reason_and_each_row_its_file(at_home: Settings) -> None:
    viewer = owner_of(at_home, 1)
    book = open_book(viewer)
    done = CliRunner().invoke(app, ["open", "-m", str(viewer.merchant_id), "--raw", "1"])
    assert done.exit_code == 0 and "= 0.00 / total" in done.output
    (first,) = book.items.head(1).iter_rows(named=True)
    assert (
        printed(first["open_fen"]) in done.output
        and OPEN_REASON.zh(first["open_reason_code"])[:6] in done.output
    )
    received = raw_rows(viewer, line_of(first))
    assert received and any(first["order_id"] in cell for cell in received[0].cells.values())
    assert line_of({"ledger_code": "fund", "open_item_id": "f1"})["fund_entry_id"] == "f1"


def test_one_shop_one_ledger_and_an_older_release(at_home: Settings) -> None:
    viewer, other = owner_of(at_home, 1), owner_of(at_home)
    shop = open_book(viewer).items["shop_id"][0]
    narrow = said(at_home, 1, "--shop", shop, "--ledger", "order")
    assert {(item["shop_id"], item["ledger_code"]) for item in narrow["items"]} == {
        (shop, "order")
    } and narrow["statements"] == []
    before = published(at_home)[SECOND].number
    then = open_book(viewer, as_of=before)
    assert (
        then.residual_fen == 0
        and then.release == before
        and then.items["open_fen"].sum() != open_book(viewer).items["open_fen"].sum()
    )
    theirs = open_book(other, as_of=before).items["order_id"].drop_nulls()
    assert theirs.len() and not set(theirs) & set(then.items["order_id"].drop_nulls())
    foreign = open_book(other).statements["shop_id"][0]
    for words, error in (
        (["--shop", foreign], NotFoundError),
        (["--ledger", "x"], UsageError),
        (["--raw", "99999"], UsageError),
    ):
        with pytest.raises(error):
            CliRunner().invoke(app, ["open", "-m", str(viewer.merchant_id), *words], catch_exceptions=False)


def test_the_page_says_what_the_command_says(at_home: Settings) -> None:
    viewer = owner_of(at_home, 1)
    shown, book = page_of(page.show, viewer), open_book(viewer)
    assert not shown.exception and not shown.error
    to_come = book.items.filter(pl.col("open_fen") > 0, ledger_code="order")["open_fen"].sum()
    assert to_come and f"**{yuan(to_come)}**" in text(shown) and "差 **0 分**" in text(shown)
    told = [round(amount * 100) for amount in shown.dataframe[0].value["金额"]]
    assert told == book.items["open_fen"].head(500).to_list()
    assert set(shown.dataframe[0].value["下一步"]) <= {
        OPEN_STEP.zh(code) for code in book.items["open_reason_code"]
    }
    done = page_of(page.show, owner_of(at_home))
    assert "给过的账单都对上了，没有未结的" in text(done) and "还没有给过资金流水" in text(done)
