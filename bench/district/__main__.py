"""``python -m bench.district``: how much of a generated district can be published, how near that is to the
optimum, and what it takes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from bench.district.exact import ratio_to_optimum, small_table
from bench.district.panel import make_panel
from district.cubes import Cube
from district.declared import CUBES, MEASURES
from district.policy import Policy
from district.release import MonthRelease, release_month

#: What a release of the panel must come to: parts of the cells and of the value at the finest level.
CELLS_WANTED, VALUE_WANTED = 0.70, 0.85
_MONTHS = ("2026-06", "2026-07", "2026-08")


@dataclass(frozen=True)
class Run:
    """One month's release of a generated panel and the CPU seconds it took."""

    merchants: int
    seed: int
    release: MonthRelease
    seconds: float

    @property
    def cell_rate(self) -> float:
        """Published cells of all cubes ÷ all, at the finest published level."""
        rows = self.release.coverage
        published = sum(row.shown + row.merged for row in rows)
        return published / (published + sum(row.withheld for row in rows))

    @property
    def value_rate(self) -> float:
        """Mean over the cubes, each of which holds the whole value."""
        return statistics.mean(row.value_rate for row in self.release.coverage)


def runs(merchants: int, seed: int, months: Sequence[str] = _MONTHS) -> Iterator[Run]:
    """Months in a row, each beginning with the mergers of the one before."""
    last: tuple[Cube, ...] = ()
    for number, month in enumerate(months):
        panel = make_panel(merchants, number, seed).with_columns(business_month=pl.lit(month))
        began = time.process_time()
        release = release_month(panel, month, CUBES, MEASURES, Policy(), last)
        last = release.cubes
        yield Run(merchants, seed, release, time.process_time() - began)


def by_cube(found: Sequence[Run]) -> list[str]:
    """A table of the means over runs, cube by cube."""
    lines = [
        "| 表 / cube | 最细的格 / finest cells | 单独公开 / shown | 合并公开 / merged sums | 保密 / withheld "
        "| 公开格 / cells % | 公开金额 / value % | 其中单独 / of it shown % |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for place, cube in enumerate(CUBES):
        rows = [run.release.coverage[place] for run in found]
        means = [
            statistics.mean(float(getattr(row, name)) for row in rows)
            for name in ("cells", "shown", "merged", "withheld")
        ]
        rates = [
            statistics.mean(getattr(row, name) for row in rows) * 100
            for name in ("cell_rate", "value_rate", "shown_value")
        ]
        lines.append(
            f"| {cube.zh} / {cube.en} | " + " | ".join(f"{value:.1f}" for value in (*means, *rates)) + " |"
        )
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 1 when a panel comes to less than is wanted."""
    parser = argparse.ArgumentParser(prog="python -m bench.district", description=__doc__)
    parser.add_argument("--merchants", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--tables", type=int, default=20, help="小表数 / small tables solved exactly")
    wishes = parser.parse_args(arguments)
    is_enough = True
    for merchants in wishes.merchants:
        found = [run for seed in wishes.seeds for run in runs(merchants, seed)]
        worst_cells, worst_value = min(run.cell_rate for run in found), min(run.value_rate for run in found)
        is_enough &= worst_cells >= CELLS_WANTED and worst_value >= VALUE_WANTED
        print(f"\n{merchants} 家 / merchants, {len(found)} 个月 / months\n", *by_cube(found), sep="\n")
        print(f"\n最差的一个月 / worst month: {worst_cells:.1%} 格 / cells, {worst_value:.1%} 金额 / value")
        print(f"一个月 CPU 秒 / CPU s a month: {max(run.seconds for run in found):.1f} 最多 / at most")
        print(f"审核的线性规划 / the auditor's programs: {max(run.release.audit.programs for run in found)}")
    ratios = [
        ratio for seed in range(wishes.tables) if (ratio := ratio_to_optimum(small_table(seed), Policy()))
    ]
    if ratios:
        print(
            f"\n和最优解之比 / cost ÷ optimum, {len(ratios)} 张小表 / small tables: "
            f"平均 / mean {statistics.mean(ratios):.2f}, 中位 / median {statistics.median(ratios):.2f}, "
            f"最大 / worst {max(ratios):.2f}, 正好最优 / optimal {sum(ratio < 1.000001 for ratio in ratios)}"
        )
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
