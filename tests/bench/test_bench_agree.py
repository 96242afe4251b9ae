"""One whole run at a tiny size: every contender in a process of its own, and all of them come to the figures
counted by hand.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from bench_cases import plain_totals

from bench.job import Totals, load_totals
from bench.report import LABELS, Results, page
from bench.run import DisagreementError, agree

Finished = tuple[Path, Results]
CONTENDERS = ("ours", "duckdb", "polars", "pandas")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def counted(finished: Finished) -> dict[str, int]:
    """The totals of both trees, counted by hand."""
    return plain_totals([finished[0] / "data" / "base", finished[0] / "data" / "next"])


def test_the_peers_come_to_the_figures_counted_by_hand(finished: Finished) -> None:
    wanted = plain_totals([finished[0] / "data" / "base"])
    for name in ("duckdb", "polars", "pandas"):
        totals = load_totals(finished[0] / name / "totals.json")
        assert {key: getattr(totals, key) for key in wanted} == wanted, name
    assert {key: finished[1].totals[key] for key in wanted} == wanted


def test_one_more_day_ends_where_starting_again_ends(finished: Finished, counted: dict[str, int]) -> None:
    day, again = (load_totals(finished[0] / name / "totals.json") for name in ("ours", "duckdb_day"))
    assert day == again
    assert {key: getattr(day, key) for key in counted} == counted
    assert day.paid_fen > finished[1].totals["paid_fen"]


def test_the_scan_reads_every_row(finished: Finished) -> None:
    made = json.loads((finished[0] / "data" / "made.json").read_text(encoding="utf-8"))["base"]
    read = load_totals(finished[0] / "scan" / "totals.json").rows["read"]
    assert read > made["order_rows"] + made["refund_rows"]


def test_every_row_of_the_table_was_measured(finished: Finished) -> None:
    results = finished[1]
    assert set(results.costs) == set(LABELS)
    assert all(cost.cpu_s > 0 and cost.peak_bytes > 10**7 for cost in results.costs.values())
    assert list(results.steps) == ["import", "land", "build", "judge", "release"]
    assert results.costs["ours_build"].cpu_s < results.costs["ours"].cpu_s
    assert f"{results.rows:,} order rows" in page(results)


def test_a_fen_of_difference_is_named(finished: Finished) -> None:
    totals = load_totals(finished[0] / "duckdb" / "totals.json")
    off = dataclasses.replace(totals, refund_fen=totals.refund_fen + 1)
    agree({"ours": totals, "duckdb": totals})
    with pytest.raises(
        DisagreementError, match=rf"ours / polars: refund_fen: {totals.refund_fen} ≠ {off.refund_fen}"
    ):
        agree({"ours": totals, "duckdb": totals, "polars": off})
    rows: Totals = dataclasses.replace(totals, rows={**totals.rows, "mart_style_daily": 0})
    with pytest.raises(DisagreementError, match="mart_style_daily"):
        agree({"ours": totals, "duckdb": rows})
