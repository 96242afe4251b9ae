"""Rows that are not data, and workbooks of many sheets."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from kuaishou_cases import MARKET_NOW, SAMPLES, conformed, moment, origin

from connectors.kuaishou import PLATFORM, simulate, simulate_files
from connectors.kuaishou.exports import clean
from connectors.reading import Origin, read_file
from contracts.canonical import ORDER_LINE
from simulator.history.market import Market
from transforms.silver.states import current, merge_states


def test_pasted_headers_and_totals_go_and_row_numbers_keep_their_gaps() -> None:
    table = pl.DataFrame(
        {"订单号": ["\t1", "\ufeff订单号", "合计", "2", None], "_row_number": [2, 3, 4, 5, 6]}
    )
    assert clean("orders", "2026_64", table)["_row_number"].to_list() == [2, 5, 6]
    assert clean("settlements", "40", table)["_row_number"].to_list() == [2, 5, 6]
    assert clean("orders", "2026_64", pl.DataFrame({"别的": ["1"]})).height == 1


def test_frozen_money_is_no_movement() -> None:
    words = ["货款", "资金冻结", "资金解冻 ", None]
    table = pl.DataFrame({"账务流水号": list("1234"), "业务类型": words, "_row_number": [2, 3, 4, 5]})
    assert clean("funds", "9", table)["_row_number"].to_list() == [2, 5]
    assert clean("insurance", "6", table).height == 4


def test_two_downloads_pasted_together_read_as_one() -> None:
    data = (SAMPLES / "订单导出_61列.csv").read_bytes()
    reading = read_file(data + data, origin())
    assert (reading.quarantine.height, reading.bronze.height) == (0, 18)


def test_many_sheets_are_one_table(market: Market) -> None:
    """What 185 sheets in ten workbooks look like: the same rows as from one sheet, nothing lost at the
    seams.
    """
    lines = market.lines_at("xinggang-kuaishou", MARKET_NOW)
    table = simulate_files.order_table(lines, old_layout=False)
    whole, cut = (
        read_file(simulate_files.workbook(table, rows), Origin("m", "s", "f" * 64, "x.xlsx", MARKET_NOW))
        for rows in (10_000, 700)
    )  # fmt: skip
    assert lines.height > 2_100
    assert cut.rows_read == whole.rows_read == lines.height
    assert cut.bronze["_row_number"].is_unique().all()
    assert (
        conformed(cut)
        .drop("_row_number")
        .sort("order_id")
        .equals(conformed(whole).drop("_row_number").sort("order_id"))
    )


def test_the_giants_download_has_several_sheets(market: Market) -> None:
    files = simulate.export_files(
        market, "xinggang-kuaishou", MARKET_NOW, dt.date(2026, 6, 1), MARKET_NOW.date()
    )
    (orders,) = [data for name, data in files.items() if name.startswith("订单")]
    reading = read_file(orders, Origin("m", "s", "f" * 64, "x.xlsx", MARKET_NOW))
    assert set(conformed(reading)["order_id"]) == set(
        market.lines_at("xinggang-kuaishou", MARKET_NOW)["order_id"]
    )


@pytest.mark.parametrize("newer_id", ["a" * 64, "f" * 64])
@pytest.mark.parametrize("turn", [1, -1])
def test_the_newer_of_two_files_without_a_moment_wins_whatever_its_bytes_and_its_arrival(
    market: Market, newer_id: str, turn: int
) -> None:
    """The orders of ten days, exported twice: no row tells that they were finished or refunded since, so both
    files count as of one newest row.
    """
    told = []
    for export, made_at in (("c" * 64, moment("2026-07-12 21:30:00")), (newer_id, MARKET_NOW)):
        days = dt.date(2026, 6, 25), dt.date(2026, 7, 4)
        files = simulate.export_files(market, "xinggang-kuaishou", made_at, *days)
        (data,) = [data for name, data in files.items() if name.startswith("订单")]
        reading = read_file(data, replace(origin("订单.xlsx"), export_id=export))
        frame = PLATFORM.conform("orders", reading.bronze)["order_line"]
        told.append(ORDER_LINE.shape(frame.with_columns(_last_observed_at=pl.col("_observed_at"))))
    assert told[0]["_observed_at"].unique().equals(told[1]["_observed_at"].unique())
    states = ORDER_LINE.empty()
    for rows in told[::turn]:
        states = merge_states(ORDER_LINE, states, rows).states
    became = ("order_line_id", "order_status_code", "refund_status_code")
    now, newer, older = (current(ORDER_LINE, rows).select(became) for rows in (states, told[1], told[0]))
    assert now.equals(newer) and not older.equals(newer)
