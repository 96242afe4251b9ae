"""What a shop reported goes by what came: a kind of file, a column of it, or nothing left open without it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from contracts.canonical import SHOP
from contracts.codes import REPORT
from transforms.gold.orders import dim_reported
from transforms.gold.orders.reported_evidence import by_kind

_ZONE = ZoneInfo("Asia/Shanghai")
_S = {"merchant_id": "m", "shop_id": "s", "platform_code": "douyin"}
_SHOPS = pl.DataFrame([_S, _S | {"shop_id": "quiet"}])


def files(*rows: tuple[str, int | None, int | None, int]) -> pl.DataFrame:
    """Kind, first and last day of its rows, day it was made, all of August 2026."""
    days = [
        dict(
            zip(("first_date", "last_date"), (day and dt.date(2026, 8, day) for day in row[1:3]), strict=True)
        )
        for row in rows
    ]
    made = [
        {"observed_at": dt.datetime(2026, 8, row[3], 9, tzinfo=_ZONE), "kind_code": row[0]} for row in rows
    ]
    schema = {
        **dict.fromkeys(SHOP, pl.String),
        "kind_code": pl.String,
        "first_date": pl.Date,
        "last_date": pl.Date,
        "observed_at": pl.Datetime("us", "Asia/Shanghai"),
    }
    return pl.DataFrame([{**_S, **one, **two} for one, two in zip(days, made, strict=True)], schema=schema)


def built(
    found: pl.DataFrame, left_open: dict[str, tuple[int, int]] | None = None
) -> dict[str, dict[str, object]]:
    """The rows of shop s by report."""
    rows = [
        {**_S, "report_code": report, "open_qty": qty, "undated_fen": fen}
        for report, (qty, fen) in (left_open or {}).items()
    ]
    schema = {
        **{name: pl.String for name in dim_reported.TABLE.key},
        "open_qty": pl.Int64,
        "undated_fen": pl.Int64,
    }
    none = pl.DataFrame(
        schema={
            **{name: pl.String for name in dim_reported.TABLE.key},
            "doubtful_fen": pl.Int64,
            "doubtful_orders_qty": pl.Int64,
        }
    )
    table = dim_reported.build(_SHOPS, found, pl.DataFrame(rows, schema=schema), none)
    assert (
        table.height == 2 * len(REPORT.values) and table.filter(shop_id="quiet")["is_reported"].any() is False
    )
    return {row["report_code"]: row for row in table.filter(shop_id="s").iter_rows(named=True)}


def reported(rows: dict[str, dict[str, object]]) -> set[str]:
    return {report for report, row in rows.items() if row["is_reported"]}


def test_a_kind_of_file_reports_whatever_is_in_it() -> None:
    rows = built(
        by_kind(
            files(("mapped_after_sales", None, None, 9), ("settlements", 1, 31, 31), ("products", 1, 2, 3))
        )
    )
    assert {"refunds", "bills"} <= reported(rows) and not {
        "orders",
        "paid_days",
        "accounts",
        "stock",
    } & reported(rows)


def test_a_day_on_which_a_file_was_made_was_not_over() -> None:
    rows = built(by_kind(files(("orders", 3, 12, 12), ("orders", 1, 5, 20), ("settlements", 2, 9, 20))))
    days = {
        report: tuple(rows[report][name] for name in ("first_date", "last_date", "whole_until_date"))
        for report in ("orders", "paid_days", "bills")
    }
    august = {number: dt.date(2026, 8, number) for number in range(1, 32)}
    assert days["orders"] == (
        august[1],
        august[12],
        august[11],
    )  # the file of the 20th says nothing of the days after the 5th
    assert days["paid_days"] == days["orders"], "a column reaches as far as its file"
    assert days["bills"] == (august[2], august[9], august[9])


@pytest.mark.parametrize(
    ("left_open", "missing"),
    [
        ({}, set()),
        ({"paid_days": (2, 3_800_00)}, {"paid_days"}),
        ({"placed_days": (5, 0)}, {"placed_days"}),
        ({"refunds": (1, 0)}, {"refunds", "refund_days"}),
        ({"refund_days": (1, 60_00)}, {"refund_days"}),
    ],
)
def test_a_column_is_reported_where_nothing_is_left_open_without_it(
    left_open: dict[str, tuple[int, int]], missing: set[str]
) -> None:
    rows = built(by_kind(files(("orders", 1, 12, 20))), left_open)
    assert {"orders", "placed_days", "paid_days", "refunds", "refund_days"} - reported(rows) == missing
    assert {report: row["undated_fen"] for report, row in rows.items() if row["undated_fen"]} == {
        name: fen for name, (_, fen) in left_open.items() if fen
    }


def test_what_was_met_is_reported_though_some_rows_lack_it() -> None:
    orders = by_kind(files(("orders", 1, 12, 20)))
    met = orders.with_columns(
        report_code=pl.lit("paid_days"), first_date=None, last_date=None, whole_until_date=None
    ).cast(orders.schema)  # type: ignore[arg-type]
    assert "paid_days" in reported(built(pl.concat([orders, met]), {"paid_days": (2, 5_00)}))
