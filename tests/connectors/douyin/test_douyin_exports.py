"""What the file name and the rows that are not data say."""

from __future__ import annotations

import polars as pl
import pytest
from douyin_cases import SAMPLES, moment, origin

from connectors.douyin.exports import clean, exported_at
from connectors.reading import read_file


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("1791213782_订单导出.csv", "2026-10-05 23:23:02"), ("1791213782_.csv", "2026-10-05 23:23:02"),
        ("售后单-2026-05-18 00_34_04.xlsx", "2026-05-18 00:34:04"),
        ("售后单-2026-02-30 00_34_04.xlsx", None), ("直播明细_自营账号_20260701_20260731.xlsx", None),
        ("17912137821_x.csv", None), ("订单.csv", None),
        ("x1791213782_a.csv", None), ("0791213782_a.csv", None), ("", None),
    ],
)  # fmt: skip
def test_export_moment_in_the_name(name: str, told: str | None) -> None:
    assert exported_at(name) == (moment(told) if told else None)


def test_pasted_headers_and_totals_go_and_row_numbers_keep_their_gaps() -> None:
    table = pl.DataFrame(
        {"主订单编号": ["\t1", "\ufeff主订单编号", "合计", "\t2", None], "_row_number": [2, 3, 4, 5, 6]}
    )
    assert clean("orders", "2025_75", table)["_row_number"].to_list() == [2, 5, 6]
    live = pl.DataFrame(
        {
            "主播昵称": ["甲", "整体", "主播昵称"],
            "主播抖音号": ["1", "-", "主播抖音号"],
            "_row_number": [2, 3, 4],
        }
    )
    assert clean("live_sessions", "55", live)["_row_number"].to_list() == [2]
    assert clean("orders", "2025_75", pl.DataFrame({"别的": ["1"]})).height == 1


def test_two_downloads_pasted_together_read_as_one() -> None:
    name = "1792375211_orders_2025_75.csv"
    data = (SAMPLES / name).read_bytes()
    reading = read_file(data + data, origin(name))
    assert reading.quarantine.is_empty()
    assert reading.bronze.height == 26
