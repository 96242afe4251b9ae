"""Real-looking files spoilt at random: bytes, cells, rows, headers.

Nothing crashes, and every row is somewhere.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_files import HEADER, TAOBAO, data, order, orders, workbook
from intake_files import SAMPLES as SAMPLED

from connectors.base import platforms
from connectors.files import encodings
from connectors.files.cells import READERS
from connectors.files.plain import read_columns
from connectors.files.tabular import open_sheets
from connectors.reading import Origin, Reading, near_headers, read_file
from contracts.errors import FileRefusedError
from contracts.intake import FILE_RULES, ROW_RULES, WARN_RULES
from contracts.outward import csv_bytes, neutralised
from pipeline.build.loading import load_kind
from pipeline.build.run import build
from pipeline.house import writing
from pipeline.intake.land import land_files
from warehouse.ops import EXPORT
from warehouse.settings import Settings

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
ORIGIN = Origin("m1", "s1", "e" * 64, "a.csv", AT)
fuzz = settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))

#: By name, so that a failing example is told in a line.
FILES = {
    "utf-8": data(orders(6)),
    "gb18030": data(orders(6), "gb18030"),
    "taobao": TAOBAO.read_bytes(),
    "workbook": workbook({"订单": orders(6)}),
}
#: The smallest text and workbook of every platform.
_FOUND = [
    sorted(SAMPLED.glob(f"{code}/samples/{kind}"), key=lambda path: path.stat().st_size)
    for code in platforms()
    for kind in ("*.csv", "*.xls*")
]
EVERY = FILES | {
    path.relative_to(SAMPLED).as_posix(): path.read_bytes() for paths in _FOUND for path in paths[:1]
}
NASTY = [
    "", " ", "\t", "-", "无", "NaN", "inf", "-0", "1e400", "1,2,3", "１２", "=1+1", "'", '"', "\u202e",
    "\ufeff", "\ufffd", "\U0001f457", "2026-02-30 10:00:00",
    "3/9/2026", "45000", "6.9E+17", "6931570482213340000", "9" * 40, "-12.00", "12.345", "13800138000",
    "合计", "<b>", "𠮷", "a\nb", "A" * 3000,
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
    row = {
        "export_id": "e" * 64,
        "merchant_id": "m1",
        "shop_id": "s1",
        "platform_code": platform.code,
        "kind_code": found.layout.kind,
        "source_code": "file",
    }
    loaded = load_kind(
        Path(), platform, found.layout.kind, EXPORT.shape(pl.DataFrame([row])), {("s1", "e" * 64): found}
    )  # type: ignore[arg-type]
    return loaded.bronze.height, loaded.bad.select("_row_number").n_unique()


spoils = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.integers(0, 255), st.sampled_from(["flip", "drop", "insert"])),
    min_size=1,
    max_size=6,
)


def spoilt(content: bytes, how: list[tuple[int, int, str]]) -> bytes:
    """``content`` with some bytes flipped, dropped or put in."""
    found = bytearray(content)
    for place, byte, what in how:
        at = place % len(found)
        if what == "insert":
            found.insert(at, byte)
        elif what == "drop":
            del found[at]
        else:
            found[at] = byte
    return bytes(found)


@settings(fuzz, max_examples=300)
@given(st.sampled_from(list(EVERY)), spoils)
def test_spoilt_bytes_never_crash_and_lose_no_row(name: str, how: list[tuple[int, int, str]]) -> None:
    found = read(spoilt(EVERY[name], how))
    if found:
        assert sum(outcomes(found)) == found.rows_read


@fuzz
@given(
    st.sampled_from(["utf-8", "gb18030", "taobao"]),
    spoils,
    st.sets(st.integers(0, 20), min_size=1, max_size=8),
)
def test_some_columns_are_read_as_they_are_among_all(
    name: str, how: list[tuple[int, int, str]], places: set[int]
) -> None:
    """Or both ways refuse; a row is blank, swallowed or ragged by all its cells, whoever looks."""
    try:
        (sheet,) = open_sheets(spoilt(FILES[name], how))
        few = sorted(place for place in places if place < len(sheet.head[0])) or [0]
        whole, misfits = sheet.read(0)
    except FileRefusedError:
        return
    some, odd = sheet.read(0, few)
    assert (
        some.equals(whole.select(some.columns))
        and odd.equals(misfits)
        and set(some.columns) == {"_row_number", *map(str, few)}
    )


@fuzz
@given(
    st.binary(max_size=60)
    | st.text(max_size=20).map(str.encode)
    | st.text(max_size=20).map(lambda text: text.encode("gb18030", "replace"))
)
def test_arrow_and_python_agree_on_what_utf8_is(content: bytes) -> None:
    try:
        content.decode()
        assert encodings._is_utf8(content)
    except UnicodeDecodeError:
        assert not encodings._is_utf8(content)


numbers = (
    st.decimals(-(10**15), 10**15, places=2).map(str)
    | st.integers(-(10**20), 10**20).map(str)
    | st.integers(0, 10**9).map(lambda n: f"{n:,}.5")
)
clocks = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2110, 1, 1)).map(lambda moment: str(moment)[:19])  # noqa: DTZ001


@fuzz
@given(
    st.lists(
        st.one_of(st.none(), st.sampled_from(NASTY), numbers, clocks, st.text(max_size=6)),
        min_size=1,
        max_size=30,
    )
)
def test_the_usual_spelling_is_read_as_the_parser_of_every_spelling_reads_it(cells: list[str | None]) -> None:
    table = pl.DataFrame({"raw": cells}, schema={"raw": pl.String})
    kinds = list(READERS)
    for kind, found in zip(kinds, read_columns(table, [("raw", kind) for kind in kinds]), strict=True):
        value, bad = READERS[kind](table["raw"])
        assert found.value.equals(value, check_names=False, null_equal=True), kind
        assert (
            pl.repeat(False, len(cells), eager=True) if found.bad is None else found.bad
        ).to_list() == bad.fill_null(False).to_list(), kind


def test_a_heap_of_spoilt_files_of_the_same_orders_adds_up_in_every_receipt(tmp_path: Path) -> None:
    """Through landing, contracts and silver: published, quarantined, superseded and duplicate are the rows
    read, file by file.
    """
    dice = random.Random(20261127)
    paths = [tmp_path / f"{1792000000 + number}_{number}.csv" for number in range(16)]
    for path in paths:
        rows = [order(number) for number in dice.sample(range(8), 5)]
        for _ in range(dice.randrange(4)):
            dice.choice(rows)[dice.randrange(len(HEADER))] = dice.choice(NASTY)
        content = data([HEADER, *rows])
        path.write_bytes(
            spoilt(content, [(dice.randrange(len(content)), dice.randrange(32, 127), "flip")])
            if dice.random() < 0.3
            else content
        )
    house = Settings(home=tmp_path / "home")
    with writing(house) as lake:
        landed = land_files(lake, house.place, "m1", "s1", paths, at=AT, register=True)
    taken = {("s1", item.export_id): item.reading for item in landed if item.reading}
    receipts = build(house, at=AT, known=dict(taken)).receipts
    assert len(receipts) == len(taken) > 8
    for item in receipts:
        assert (
            item.rows_read
            == taken["s1", item.export_id].rows_read
            == item.published + item.quarantined + item.superseded + item.duplicate
            > 0
        )
    assert all(
        sum(getattr(item, outcome) for item in receipts)
        for outcome in ("published", "quarantined", "superseded", "duplicate")
    )


@fuzz
@given(st.sampled_from(list(FILES)), st.integers(0, 1 << 20))
def test_a_file_cut_anywhere_is_refused_or_gives_only_rows_of_the_whole(name: str, place: int) -> None:
    content = FILES[name]
    whole, found = read(content), read(content[: place % len(content)])
    if found and whole:
        assert found.rows_read <= whole.rows_read
        rows, truth = found.bronze.drop("_observed_at"), whole.bronze.drop("_observed_at")
        assert rows.equals(truth.join(rows.select("_row_number"), on="_row_number", how="semi"))


@fuzz
@given(
    st.lists(
        st.tuples(
            st.integers(0, 5),
            st.sampled_from(HEADER),
            st.one_of(st.sampled_from(NASTY), st.text(max_size=12)),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["utf-8-sig", "gb18030"]),
)
def test_spoilt_cells_set_rows_aside_and_lose_none(
    changes: list[tuple[int, str, str]], encoding: str
) -> None:
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
    left_out = sum(
        notice.count
        for notice in found.notices
        if notice.rule in ("SUMMARY_ROW", "REPEATED_HEADER", "DESCRIPTION_ROW", "FOOTER")
    )
    assert found.rows_read + left_out == 6
    assert sum(outcomes(found)) == found.rows_read
    touched = {number + 2 for number, _, _ in changes}
    assert set(found.quarantine["_row_number"]) <= touched


@fuzz
@given(
    st.permutations(range(len(HEADER))),
    st.lists(st.tuples(st.integers(0, len(HEADER) - 1), st.text(max_size=6)), max_size=3),
    st.integers(0, 4),
)
def test_spoilt_headers_are_read_rightly_or_refused(
    places: list[int], changes: list[tuple[int, str]], extra: int
) -> None:
    header = list(HEADER)
    for place, word in changes:
        header[place] = word
    table = [
        [line[place] for place in places] + ["x"] * extra for line in [header, *(order(n) for n in range(4))]
    ]
    table[0] = table[0][: len(places)] + [f"新列{n}" for n in range(extra)]
    found = read(data(table))
    if found:
        assert found.rows_read == 4 and found.bronze["order_id"].to_list() == [
            order(n)[0].strip() for n in range(4)
        ]
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
    assert (
        csv_bytes(pl.DataFrame({"t": ["=cmd|' /C calc'!A0", "-5"]}))
        == b"\xef\xbb\xbft\r\n'=cmd|' /C calc'!A0\r\n-5\r\n"
    )


@pytest.mark.parametrize(
    ("theirs", "known"),
    [("应付金额(元)", "订单应付金额"), ("主订单号", "主订单编号"), ("下单提交时间", "订单提交时间")],
)
def test_a_renamed_header_is_offered_its_nearest_known_name(theirs: str, known: str) -> None:
    header = [theirs if cell == known else cell for cell in HEADER]
    offered = near_headers(header, platforms()["douyin"].layout("orders", "2025_75"))
    assert list(offered) == [theirs]
    word, score = offered[theirs][0]
    assert word == known and 0.5 <= score < 1
