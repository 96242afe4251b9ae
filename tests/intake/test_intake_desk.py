"""What a shop's desk says of a file beside earlier ones, and a receipt of its rows, at every bound."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import cast

import polars as pl
import pytest
from intake_files import data, orders

from connectors.reading import Origin, Reading, read_file
from contracts.intake import ROW_RULES
from pipeline.intake import desk as desks
from pipeline.intake.desk import Desk
from pipeline.intake.names import plain_name
from pipeline.intake.previews import HEAD_ROWS, problems
from pipeline.intake.receipts import FileReceipt, rule_counts, verdict_of, with_reason
from warehouse.lake import Lake
from warehouse.ops import LOAD
from warehouse.place import Place

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
FIRST = dt.date(2026, 3, 1)


def desk(*loads: dict[str, object]) -> Desk:
    """A desk nobody asks the lake for anything."""
    known = [
        {**dict.fromkeys(LOAD.columns), "kind_code": "orders", "verdict_code": "accepted", **load}
        for load in loads
    ]
    return Desk(
        cast("Lake", None),
        Place(Path("nowhere")),
        "m1",
        "s1",
        AT,
        "",
        False,
        None,
        pl.DataFrame(known, schema=LOAD.dtypes),
    )


def span(first: int, last: int, number: int = 0, **more: object) -> dict[str, object]:
    """A file of the days ``first`` to ``last`` of March."""
    days = {
        "first_date": FIRST + dt.timedelta(days=first - 1),
        "last_date": FIRST + dt.timedelta(days=last - 1),
    }
    return {"export_id": f"{first}-{last}-{number}", "kind_code": "orders", **days, **more}


def gaps(here: list[dict[str, object]], *loads: dict[str, object]) -> tuple[int, str]:
    at = desk(*loads)
    for row in here:
        at.enter(row)
    found = at.gaps("orders")
    return (found.count, found.about) if found else (0, "")


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        ([(1, 2), (5, 6)], ""),
        ([(1, 2), (6, 7)], "2026-03-03–2026-03-05"),
        ([(1, 8), (12, 19)], ""),
        ([(1, 8), (13, 20)], "2026-03-09–2026-03-12"),
        ([(1, 7), (11, 17)], "2026-03-08–2026-03-10"),
        ([(1, 20), (3, 4), (24, 25)], "2026-03-21–2026-03-23"),
        ([(6, 7), (1, 2)], "2026-03-03–2026-03-05"),
        ([(1, 1)], ""),
        ([], ""),
    ],
)
def test_a_gap_is_half_of_what_a_file_covers_and_longer_than_a_weekend(
    spans: list[tuple[int, int]], found: str
) -> None:
    assert gaps([span(*days) for days in spans]) == ((1, found) if found else (0, ""))
    assert gaps([span(*days) for days in spans[:1]], *(span(*days) for days in spans[1:])) == (
        (1, found) if found else (0, "")
    ), "with earlier ones"


def test_only_files_that_count_and_are_of_the_kind_close_a_gap() -> None:
    here, between = (
        [span(1, 2), span(6, 7)],
        {"first_date": dt.date(2026, 3, 3), "last_date": dt.date(2026, 3, 5), "export_id": "x"},
    )
    assert gaps(here, between)[0] == 0
    for odd in ({"verdict_code": "unusable"}, {"kind_code": "refunds"}, {"last_date": None}):
        assert gaps(here, between | odd)[0] == 1
    assert gaps([*here, span(3, 5, kind_code="refunds")])[0] == 1


def test_eight_gaps_are_named_and_all_are_counted() -> None:
    count, about = gaps([span(start, start) for start in range(1, 41, 4)])
    assert count == 9
    assert about == "、".join(
        f"{FIRST + dt.timedelta(days=day)}–{FIRST + dt.timedelta(days=day + 2)}" for day in range(1, 33, 4)
    )


@pytest.mark.parametrize(
    ("usual", "rule"),
    [
        (129_900 * 50.0, True),
        (129_900 * 49.99, False),
        (129_900 / 50, True),
        (129_900 / 49.99, False),
        (129_900.0, False),
        (None, False),
        (0.0, False),
    ],
)
def test_money_fifty_times_what_it_was_is_told_either_way(
    monkeypatch: pytest.MonkeyPatch, usual: float | None, rule: bool
) -> None:
    reading = read_file(data(orders(4)), Origin("m1", "s1", "e" * 64, "neutral", AT))
    monkeypatch.setattr(desks, "read_apart", lambda *_, **__: reading)
    asked: list[str] = []

    def known(_desk: Desk, platform: str, kind: str, money: str) -> float | None:
        asked.append(f"{platform} {kind} {money}")
        return usual

    monkeypatch.setattr(Desk, "_usual", known)
    here = desk()
    found: Reading = here.read(here.begin("neutral", b"", None), b"", None)
    jumps = [
        (notice.rule, notice.count, notice.about) for notice in found.notices if notice.rule == "MONEY_JUMP"
    ]
    header = next(column.header.strip() for column in reading.layout.columns if column.name == "placed_fen")
    assert jumps == ([("MONEY_JUMP", 4, header)] if rule else [])
    assert asked == ["douyin orders placed_fen"]


@pytest.mark.parametrize(("before", "median"), [([100, 300], None), ([100, 300, 900], 300.0)])
def test_three_amounts_make_a_usual_one(before: list[int], median: float | None) -> None:
    class Before:
        times = 0

        def read(self, _table: object, *, where: dict[str, object], columns: list[str]) -> pl.DataFrame:
            self.times += 1
            assert where == {"merchant_id": "m1", "shop_id": "s1"} and columns == ["placed_fen"]
            return pl.DataFrame({"placed_fen": before})

    known = Before()
    at = replace(desk(), lake=cast("Lake", known), shop=cast("desks.Shop", object()))
    assert [at._usual("douyin", "orders", "placed_fen") for _ in range(2)] == [median, median]
    assert known.times == 1, "asked once for a kind"
    assert replace(at, shop=None, medians={})._usual("douyin", "orders", "placed_fen") is None, (
        "a new shop has no usual amount"
    )
    assert replace(at, medians={})._usual("nowhere", "orders", "placed_fen") is None


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a/b/c.csv", "c.csv"),
        ("C:\\x\\y.csv", "y.csv"),
        ("..", "file"),
        (" .a.csv. ", "a.csv"),
        ("a\tb\n.csv", "ab.csv"),
        ("", "file"),
        ("x" * 236 + ".csv", "x" * 236 + ".csv"),
        ("x" * 237 + ".csv", "x" * 20 + "x" * 36 + ".csv"),
        ("单" * 79 + "12.c", "单" * 20 + "单" * 36 + "12.c"),
    ],
)
def test_a_name_is_plain_and_no_longer_than_a_file_system_takes(name: str, plain: str) -> None:
    """240 bytes, of which a Chinese character takes three."""
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("read", "bad", "verdict"), [(0, 0, "accepted"), (3, 0, "accepted"), (3, 2, "warned"), (3, 3, "unusable")]
)
def test_verdicts(read: int, bad: int, verdict: str) -> None:
    assert verdict_of(read, bad, []) == verdict


def test_a_file_without_a_usable_row_says_the_three_rules_most_rows_broke() -> None:
    rules = {"BAD_MONEY": 3, "BAD_TIME": 9, "BAD_NUMBER": 3, "MISSING_VALUE": 1}
    assert set(rules) <= set(ROW_RULES)
    told = with_reason(
        FileReceipt("a.csv", verdict="unusable", rows_read=1_200, quarantined=1_200, rules=rules)
    )
    assert (
        told.rule == "BAD_TIME"
        and told.next_step == f"{ROW_RULES['BAD_TIME'].step_zh} / {ROW_RULES['BAD_TIME'].step_en}"
    )
    order = [told.message.index(ROW_RULES[rule].zh) for rule in ("BAD_TIME", "BAD_MONEY", "BAD_NUMBER")]
    assert (
        order == sorted(order)
        and ROW_RULES["MISSING_VALUE"].zh not in told.message
        and "1,200" in told.message
        and "（9 行）" in told.message
    )
    assert with_reason(replace(told, verdict="warned", message="")).message == ""
    assert told.quarantined_share == 1.0 and FileReceipt("a.csv").quarantined_share == 0.0


def test_rules_are_counted_by_row_and_problems_by_cell_the_first_twenty() -> None:
    cells = [
        (number, f"c{place}", "x", rule)
        for number in range(30, 2, -1)
        for place, rule in enumerate(("BAD_MONEY", "BAD_MONEY", "BAD_TIME"))
    ]
    names = {
        "_row_number": pl.Int64,
        "column_name": pl.String,
        "cell_name": pl.String,
        "rule_name": pl.String,
    }
    quarantine = pl.DataFrame(cells, schema=names, orient="row")
    assert rule_counts(quarantine) == {"BAD_MONEY": 28, "BAD_TIME": 28}
    shown = problems(quarantine)
    assert len(shown) == 20 and HEAD_ROWS == 5
    assert [problem.place for problem in shown[:4]] == ["3", "3", "3", "4"]
    assert (shown[0].message, shown[0].cell) == (
        f"{ROW_RULES['BAD_MONEY'].zh} / {ROW_RULES['BAD_MONEY'].en}",
        "x",
    )
