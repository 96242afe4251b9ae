"""One run of the benchmark: generate, let every contender do the job in a process of its own, compare their
figures, write the page.

Nothing heavy is imported here: a child's peak memory starts from what this process holds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bench.job import Totals, differences, load_totals
from bench.measure import ContenderFailedError, Cost, load_marks, measure
from bench.report import Results, page, screen

DEFAULT_ROWS = 500_000
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
PEERS = ("duckdb", "polars", "pandas")
_VERSIONS = ("duckdb", "polars", "pandas", "great-expectations")

Say = Callable[[str], None]


class DisagreementError(AssertionError):
    """Two contenders came to different figures: then no timing means anything."""


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m bench``; 0 when all agreed, 1 when a contender failed or disagreed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="基准测试 / benchmark: ours against the same job written in DuckDB, Polars and pandas",
    )
    parser.add_argument(
        "--rows", type=int, default=DEFAULT_ROWS, help="订单行数 / order rows (default %(default)s)"
    )
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--place",
        type=Path,
        default=None,
        help="工作文件夹,默认临时 / working folder, default a temporary one",
    )
    parser.add_argument(
        "--page", type=Path, default=PAGE, help="写到哪里 / where the page goes (default docs/benchmarks.md)"
    )
    wishes = parser.parse_args(arguments)
    place = Path(tempfile.mkdtemp(prefix="bench-", dir=wishes.place))
    try:
        results = run(place, wishes.rows, days=wishes.days, seed=wishes.seed, say=print)
    except (ContenderFailedError, DisagreementError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(place, ignore_errors=True)
    wishes.page.write_text(page(results), encoding="utf-8")
    print(f"\n{screen(results)}\n\n→ {wishes.page}")
    return 0


def run(
    place: Path,
    rows: int,
    *,
    days: int = 30,
    seed: int = 1,
    shops: int | None = None,
    say: Say = lambda text: None,
) -> Results:
    """Everything below ``place``. Raises ``ContenderFailedError`` and ``DisagreementError``."""
    data = place / "data"
    say("生成 / generating")
    counted = ["--shops", str(shops)] if shops else []
    measure(
        "bench.generate",
        ["--out", str(data), "--rows", str(rows), "--days", str(days), "--seed", str(seed), *counted],
        place / "generate.log",
    )
    costs: dict[str, Cost] = {}

    def contend(name: str, module: str, *trees: str, mode: str = "", out: str = "") -> Totals:
        folder = place / (out or name)
        costs[name] = measure(
            module, ["--home", str(data), "--out", str(folder), "--mode", mode, *trees], place / f"{name}.log"
        )
        say(f"{name}: {costs[name].cpu_s:.1f} CPU s")
        return load_totals(folder / "totals.json")

    contend("scan", "bench.scan", "base")
    figures = {name: contend(name, f"bench.peer_{name}", "base") for name in PEERS}
    figures["ours"] = contend("ours", "bench.ours", "base")
    steps = load_marks(place / "ours" / "marks.json")
    costs["ours_build"] = replace(
        steps["build"], wall_s=costs["ours"].wall_s - steps["release"].wall_s + steps["build"].wall_s
    )
    agree(figures)
    agree(
        {
            "ours_day": contend("ours_day", "bench.ours", "next", out="ours"),
            "duckdb_day": contend("duckdb_day", "bench.peer_duckdb", "base", "next"),
        }
    )
    day_steps = load_marks(place / "ours" / "marks.json")
    made = json.loads((data / "made.json").read_text(encoding="utf-8"))
    base = made["base"]
    return Results(
        costs=costs,
        steps=steps,
        day_steps=day_steps,
        rows=base["order_rows"],
        refunds=base["refund_rows"],
        files=base["files"],
        bytes=base["bytes"],
        day_rows=made["next"]["order_rows"],
        cores=len(os.sched_getaffinity(0)),
        versions={name: importlib.metadata.version(name) for name in _VERSIONS},
        date=dt.datetime.now(dt.UTC).date(),
        totals={name: getattr(figures["ours"], name) for name in ("paid_fen", "refund_fen", "orders")},
    )


def agree(figures: dict[str, Totals]) -> None:
    """Raise ``DisagreementError`` naming every figure in which any contender differs from the first."""
    (first, wanted), *others = figures.items()
    found = [f"{first} / {name}: {line}" for name, totals in others for line in differences(wanted, totals)]
    if found:
        raise DisagreementError("结果不一致 / the figures differ\n" + "\n".join(found))
