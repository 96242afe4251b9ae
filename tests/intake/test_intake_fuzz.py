"""Real-looking files spoilt at random: bytes, cells, rows, headers. Nothing crashes, and every row is somewhere."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_files import HEADER, TAOBAO, data, order, orders, workbook

from connectors.base import platforms
from connectors.reading import Origin, Reading, near_headers, read_file
from contracts.errors import FileRefusedError
from contracts.intake import FILE_RULES, ROW_RULES, WARN_RULES
from contracts.outward import csv_bytes, neutralised
from pipeline.loading import load_kind
from warehouse.ops import EXPORT

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
ORIGIN = Origin("m1", "s1", "e" * 64, "a.csv", AT)
fuzz = settings(max_examples=120, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))

FILES = [data(orders(6)), data(orders(6), "gb18030"), TAOBAO.read_bytes(), workbook({"订单": orders(6)})]
NASTY = [
    "", " ", "\t", "-", "无", "NaN", "inf", "-0", "1e400", "1,2,3", "１２", "=1+1", "'", '"', "\u202e", "\ufeff", "\ufffd", "\U0001f457", "2026-02-30 10:00:00",
    "3/9/2026", "45000", "6.9E+17", "6931570482213340000", "9" * 40, "-12.00", "12.345", "13800138000", "合计", "<b>", "𠮷", "a\nb", "A" * 3000,
]  # fmt: skip


def read(content: bytes) -> Reading | None:
    """The reading, checked for what every reading promises; None for a file refused by a known rule."""
    try:
        found = read_file(content, ORIGIN)
    except FileRefusedError as error:
        assert error.rule in FILE_RULES and error.zh and error.en and error.step_zh
        return None
    told = pl.concat([found.bronze["_row_number"], found.quarantine["_row_number"].unique()])
    assert told.len() == told.n_unique() == found.rows_read
    assert set(found.quarantine["rule_name"]) <= set(ROW_RULES)
    assert {notice.rule for notice in found.notices} <= set(WARN_RULES)
    return found


def outcomes(found: Reading) -> tuple[int, int]:
    """Rows that go on to silver, and rows set aside, after contracts and conform as a build does them."""
    platform = platforms()[found.layout.platform]
    row = {"export_id": "e" * 64, "merchant_id": "m1", "shop_id": "s1", "platform_code": platform.code, "kind_code": found.layout.kind, "source_code": "file"}
    loaded = load_kind(Path(), platform, found.layout.kind, EXPORT.shape(pl.DataFrame([row])), {("s1", "e" * 64): found})  # type: ignore[arg-type]
    return loaded.bronze.height, loaded.bad.select("_row_number").n_unique()


@fuzz
@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255), st.sampled_from(["flip", "drop", "insert"])), min_size=1, max_size=6),
)
def test_spoilt_bytes_never_crash_and_lose_no_row(content: bytes, spoils: list[tuple[int, int, str]]) -> None:
    spoilt = bytearray(content)
    for place, byte, how in spoils:
        at = place % len(spoilt)
        if how == "flip":
            spoilt[at] = byte
        elif how == "drop":
            del spoilt[at]
        else:
            spoilt.insert(at, byte)
    found = read(bytes(spoilt))
    if found:
        assert sum(outcomes(found)) == found.rows_read


@fuzz
@given(st.sampled_from(FILES), st.integers(0, 1 << 20))
def test_a_file_cut_anywhere_is_refused_or_is_whole_lines(content: bytes, place: int) -> None:
    cut = content[: place % len(content)]
    found = read(cut)
    if found:
        assert cut.endswith((b"\n", b"\r")) and found.rows_read <= 6 + 8


@fuzz
@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(HEADER), st.one_of(st.sampled_from(NASTY), st.text(max_size=12))), min_size=1, max_size=8),
    st.sampled_from(["utf-8-sig", "gb18030"]),
)
def test_spoilt_cells_set_rows_aside_and_lose_none(changes: list[tuple[int, str, str]], encoding: str) -> None:
    rows = [order(number) for number in range(6)]
    for number, header, text in changes:
        rows[number][HEADER.index(header)] = text
    try:
        content = data([HEADER, *rows], encoding)
    except UnicodeEncodeError:
        return
    found = read(content)
    if found is None:
        return
    left_out = sum(notice.count for notice in found.notices if notice.rule in ("SUMMARY_ROW", "REPEATED_HEADER", "DESCRIPTION_ROW", "FOOTER"))
    assert found.rows_read + left_out == 6
    assert sum(outcomes(found)) == found.rows_read
    touched = {number + 2 for number, _, _ in changes}
    assert set(found.quarantine["_row_number"]) <= touched


@fuzz
@given(st.permutations(range(len(HEADER))), st.lists(st.tuples(st.integers(0, len(HEADER) - 1), st.text(max_size=6)), max_size=3), st.integers(0, 4))
def test_spoilt_headers_are_read_rightly_or_refused(places: list[int], changes: list[tuple[int, str]], extra: int) -> None:
    header = list(HEADER)
    for place, word in changes:
        header[place] = word
    table = [[line[place] for place in places] + ["x"] * extra for line in [header, *(order(n) for n in range(4))]]
    table[0] = table[0][: len(places)] + [f"新列{n}" for n in range(extra)]
    found = read(data(table))
    if found:
        assert found.rows_read == 4 and found.bronze["order_id"].to_list() == [order(n)[0].strip() for n in range(4)]
        assert set(found.bronze["placed_fen"]) == {129_900}


@fuzz
@given(st.lists(st.one_of(st.sampled_from(range(6)), st.just(-1), st.just(-2)), min_size=1, max_size=12))
def test_rows_repeated_shuffled_or_between_headers_are_all_there(picks: list[int]) -> None:
    lines = [HEADER if pick == -1 else [] if pick == -2 else order(pick) for pick in picks]
    found = read(data([HEADER, *lines]))
    wanted = sum(pick >= 0 for pick in picks)
    assert (found.rows_read if found else 0) == wanted


@fuzz
@given(st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=20)), min_size=1, max_size=8))
def test_nothing_we_write_begins_a_formula_and_numbers_stay(cells: list[str]) -> None:
    out = neutralised(pl.DataFrame({"title": cells, "fen": [-5] * len(cells)}))
    assert out["fen"].to_list() == [-5] * len(cells)
    for before, after in zip(cells, out["title"], strict=True):
        number = re.fullmatch(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?", before)
        assert number or not re.match(r"[\s\x00\ufeff\u200b]*[=+\-@＝＋－＠]|[\t\r\x00]", after)
        assert after.replace("'", "") == before.replace("'", "")
    assert csv_bytes(pl.DataFrame({"t": ["=cmd|' /C calc'!A0", "-5"]})) == b"\xef\xbb\xbft\r\n'=cmd|' /C calc'!A0\r\n-5\r\n"


@pytest.mark.parametrize(("theirs", "known"), [("应付金额(元)", "订单应付金额"), ("主订单号", "主订单编号"), ("下单提交时间", "订单提交时间")])
def test_a_renamed_header_is_offered_its_nearest_known_name(theirs: str, known: str) -> None:
    header = [theirs if cell == known else cell for cell in HEADER]
    offered = near_headers(header, platforms()["douyin"].layout("orders", "2025_75"))
    assert list(offered) == [theirs]
    word, score = offered[theirs][0]
    assert word == known and 0.5 <= score < 1
