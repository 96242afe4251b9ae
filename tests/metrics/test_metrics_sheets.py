"""A table as a file: exact money, typed cells, nothing a spreadsheet would run, and what to know of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import replace

import polars as pl
from metrics_cases import merchant, publish, rows_of, shop_day

from metrics.model.definitions import METRICS
from metrics.model.notes import Note
from metrics.query.ask import ask
from metrics.reports.sheets import Column, Sheet, as_csv, as_workbook
from warehouse.place import Place

HOSTILE = ['=HYPERLINK("http://x.invalid")', "+1+1", "-2+3", "@SUM(A1)", "\tx", "0012345678901234", "连衣裙"]
FEN = [190_248_715, -1, 0, None, 9_007_199_254_740, 5, 7]
CAVEAT = Note("NO_BILL", "有一家店没给账单", "a shop gave no bill")
COLUMNS = {
    "name": Column("款", "style"),
    "fen": Column("金额", "amount", "fen"),
    "share": Column("占比", "share", "fraction"),
    "day": Column("日期", "day", "date"),
    "at": Column("收到", "received", "moment"),
}
ROWS = pl.DataFrame(
    {
        "name": HOSTILE,
        "fen": FEN,
        "share": [0.5, None, 0.0, 1.0, 0.25, 0.1, 0.2],
        "day": [dt.date(2026, 11, 30)] * 7,
        "at": [dt.datetime(2026, 11, 30, 16, 5, tzinfo=dt.UTC)] * 7,
        "hidden": ["secret"] * 7,
    }
)


def sold(place: Place) -> Sheet:
    day = dt.date(2026, 1, 5)
    publish(
        place,
        {"mart_shop_channel_daily": rows_of("mart_shop_channel_daily", [shop_day(day, paid_fen=12_345)])},
    )
    answer = ask(merchant(place), ["net_by_order_date"])
    answer = replace(answer, notes=[CAVEAT])
    return Sheet("款式[1]/明细", COLUMNS, ROWS, ["net_by_order_date"], answer)


def test_a_workbook_keeps_types_and_runs_nothing(place: Place) -> None:
    sheet = sold(place)
    data = as_workbook(merchant(place), [sheet])
    read = pl.read_excel(io.BytesIO(data), sheet_id=1)
    assert read.columns == ["款 style", "金额 amount", "占比 share", "日期 day", "收到 received"]
    assert read["款 style"].to_list() == HOSTILE
    assert [None if value is None else round(value * 100) for value in read["金额 amount"]] == FEN
    assert read["日期 day"].dtype == pl.Date and read["占比 share"].null_count() == 1
    assert set(read["收到 received"].dt.to_string()) == {"2026-12-01 00:05:00.000"}, "Beijing's clock"
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        pages = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
    assert len(pages) == 2 and not any("<f>" in page or "hyperlink" in page for page in pages)
    assert b"secret" not in data


def test_the_second_sheet_says_what_must_be_known(place: Place) -> None:
    sheet = sold(place)
    told = pl.read_excel(
        io.BytesIO(as_workbook(merchant(place), [sheet])), sheet_name="说明", has_header=False
    )
    words = {row[0]: row[1:] for row in told.rows()}
    metric = METRICS["net_by_order_date"]
    assert words["发布 Release"][0] == "#1" and words["行数 Rows"][0] == "7"
    assert words["期间 Period"][0] == "2026-01-05 – 2026-01-05"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d 北京时间", words["数据时间 As of"][0])
    assert words[f"{metric.zh} {metric.en}"] == (metric.about_zh, metric.about_en)
    caveats = {row[1] for row in told.rows() if row[0] == "注意 Caveat"}
    assert caveats == {f"{CAVEAT.zh}。"}


def test_csv_is_exact_and_keeps_codes_as_text(place: Place) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(sold(place)).decode("utf-8-sig"))))
    assert rows[0] == ["款", "金额", "占比", "日期", "收到"]
    money = ["1902487.15", "-0.01", "0.00", "", "90071992547.40", "0.05", "0.07"]
    assert [row[1] for row in rows[1:]] == money
    cells = [row[0] for row in rows[1:]]
    assert all(cell.startswith("\t") for cell in cells[:6]) and cells[6] == "连衣裙"
    assert [cell.removeprefix("\t") for cell in cells[:4]] == HOSTILE[:4]
    assert rows[1][3:] == ["2026-11-30", "2026-12-01 00:05"]
