"""Two rows of one file that are of one number: contradicting ones count nowhere, agreeing ones are one, and
their order in the file decides nothing.
"""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

from intake_case import DUE, ID, QTY, SUB
from intake_files import HEADER, Table, data, numbered_from, order, order_id, orders
from intake_given import given_each

from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.house import reading
from pipeline.intake.receipts import FileReceipt
from pipeline.steps import ingest
from warehouse.ops import QUARANTINE
from warehouse.settings import Settings

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
METRICS = ["paid_gmv", "net_by_order_date", "paid_orders", "placed_gmv"]


def figures(settings: Settings, merchant: str = "m1") -> dict[str, int]:
    return ask(Viewer(settings.place, "test", "merchant", merchant), METRICS).rows.row(0, named=True)


def given(settings: Settings, folder: Path, name: str, table: Table) -> FileReceipt:
    path = folder / name
    path.write_bytes(data(table))
    return ingest(settings, "m1", "s1", [path], register=True, at=AT).receipts[0]


def same(number: int, **changes: str) -> list[str]:
    """A second row of one order."""
    return order(number, **{ID: f"\t{order_id(number)}", SUB: f"\t{order_id(number)}", **changes})


def test_rows_that_contradict_each_other_count_nowhere_and_name_each_other(tmp_path: Path) -> None:
    """Four orders of 1,299.00; of the first a second row says 7.00, in row 6: three orders count, in whatever
    order the rows stand.
    """
    settings = Settings(home=tmp_path / "home")
    receipt = given(settings, tmp_path, "a.csv", [*orders(4), same(0, **{DUE: "7.00"})])
    assert (receipt.rows_read, receipt.published, receipt.quarantined, receipt.rules) == (
        5,
        3,
        2,
        {"CONFLICT_IN_FILE": 2},
    )
    (notice,) = receipt.notices
    assert (notice.rule, notice.count, notice.about) == ("CONFLICT_IN_FILE", 2, "第2行、第6行 / rows 2 and 6")
    assert (
        "其他文件" not in notice.sentence()
        and "这个文件里" in notice.sentence()
        and "in this file" in notice.sentence()
    )
    with reading(settings) as lake:
        held = lake.read(QUARANTINE).sort("row_number", "column_name")
    assert held.select("row_number", "column_name", "cell_name").rows() == [
        (row, column, "第2行: 1,299.00 ≠ 第6行: 7.00")
        for row in (2, 6)
        for column in ("应付金额", "支付金额")
    ]
    assert all("只留对的一行" in step for step in held["next_step_name"])
    assert (figures(settings)["paid_gmv"], figures(settings)["paid_orders"]) == (3 * 129_900, 3)
    # the right row alone, given later, counts
    given(settings, tmp_path, "b.csv", orders(1))
    assert figures(settings)["paid_gmv"] == 4 * 129_900


def test_rows_that_agree_on_money_are_one_whatever_their_order(tmp_path: Path) -> None:
    """An order in two parcels: shipped in one row, finished in the other, the same money."""
    status, finished = "订单状态", "订单完成时间"
    settings, files = Settings(home=tmp_path / "home"), {}
    for number, turned in enumerate((False, True)):
        with numbered_from(100 * number):
            both = [
                same(0, **{status: "已发货", finished: "-"}),
                same(0, **{status: "已完成", finished: "2026-10-20 10:00:00"}),
            ]
            rows = [*(reversed(both) if turned else both), *orders(3, 1)[1:]]
        files[f"m{number}"] = ("a.csv", [HEADER, *rows])
    receipts = given_each(settings, tmp_path, files, AT)
    assert [
        (item.rows_read, item.published, item.quarantined, item.superseded, item.rules)
        for item in receipts.values()
    ] == [(5, 5, 0, 0, {})] * 2
    with reading(settings) as lake:
        lines = lake.sql(
            "SELECT order_status_code FROM gold.fct_order_line WHERE order_id IN (?, ?)",
            [order_id(0), order_id(100)],
        )["order_status_code"].to_list()
    assert lines == ["finished"] * 2
    assert figures(settings, "m0") == figures(settings, "m1")
    assert figures(settings, "m0")["paid_gmv"] == 4 * 129_900


def test_rows_and_files_in_any_order_give_the_same_figures_and_the_same_holds(tmp_path: Path) -> None:
    """The same rows of four merchants: each has its files, and the rows in them, in another order."""
    dice, settings = random.Random(7), Settings(home=tmp_path / "home")
    arrivals: tuple[dict[str, tuple[str, Table]], ...] = ({}, {})
    for number in range(4):
        with numbered_from(100 * number):
            rows = [
                *orders(6)[1:], same(0, **{DUE: "7.00"}), same(1), same(2, **{"订单状态": "已发货"}),
                same(3, **{QTY: "9"}), same(0, **{DUE: "8.00"}),
            ]  # fmt: skip
            later = [*orders(2, 4)[1:], same(4, **{DUE: "1.00"})]
        files = [("导出20261101.csv", rows), ("导出20261103.csv", later)]
        for _, table in files:
            dice.shuffle(table)
        # both orders of arrival happen, each twice
        for arrival, (name, table) in zip(arrivals, reversed(files) if number % 2 else files, strict=True):
            arrival[f"m{number}"] = (name, [HEADER, *table])
    held: dict[str, dict[str, dict[str, int]]] = {f"m{number}": {} for number in range(4)}
    for arrival in arrivals:
        receipts = given_each(settings, tmp_path, arrival, AT)
        assert set(receipts) == set(held)
        for merchant, item in receipts.items():
            assert item.rows_read == item.published + item.quarantined + item.superseded + item.duplicate
            held[merchant][item.name] = item.rules
    seen = [(figures(settings, merchant), rules) for merchant, rules in held.items()]
    assert seen == [seen[0]] * 4
    # by hand: orders 1, 2, 5 of the first file; order 4 is right in the first and contradicts itself in the
    # second; 0 and 3 are held
    assert seen[0][0]["paid_gmv"] == 4 * 129_900
    assert seen[0][1] == {
        "导出20261101.csv": {"CONFLICT_IN_FILE": 5},
        "导出20261103.csv": {"CONFLICT_IN_FILE": 2},
    }
