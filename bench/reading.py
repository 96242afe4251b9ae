"""``python -m bench.reading``: what reading costs, as a ratio to a peer in the same run.

CSV against the Polars script, a workbook against its cells alone.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.job import load_totals
from bench.measure import measure

#: Most that ours may cost, as a multiple of the peer (both are targets of issue 3's proof).
TARGET = 1.5
ROUNDS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print CPU seconds of each and their ratio; 1 when a target is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.reading", description="读取的代价 / what reading costs"
    )
    parser.add_argument(
        "--rows", type=int, default=5_000_000, help="订单行数 / order rows (default %(default)s)"
    )
    parser.add_argument("--shops", type=int, default=None)
    parser.add_argument(
        "--place",
        type=Path,
        default=None,
        help="工作文件夹,默认临时 / working folder, default a temporary one",
    )
    wishes = parser.parse_args(arguments)
    place = Path(tempfile.mkdtemp(prefix="reading-", dir=wishes.place))
    try:
        data = place / "data"
        shops = ["--shops", str(wishes.shops)] if wishes.shops else []
        measure(
            "bench.generate",
            ["--out", str(data), "--rows", str(wishes.rows), "--days", "30", "--seed", "1", *shops],
            place / "generate.log",
        )
        csv = _compare(place, data, ("bench.read_csv", ""), ("bench.peer_polars", ""))
        measure(
            "bench.read_xlsx",
            ["--home", str(place), "--out", str(place / "made"), "--mode", "make", "-"],
            place / "make.log",
        )
        xlsx = _compare(place, place, ("bench.read_xlsx", "ours"), ("bench.read_xlsx", "calamine"))
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return int(max(csv, xlsx) > TARGET)


def _compare(place: Path, home: Path, ours: tuple[str, str], peer: tuple[str, str]) -> float:
    """The cheapest of ``ROUNDS`` rounds of each, in turn, so that a busy moment of the machine falls on
    both.
    """
    spent: dict[tuple[str, str], list[float]] = {peer: [], ours: []}
    for _ in range(ROUNDS):
        for contender, cpu in spent.items():
            module, mode = contender
            out = place / f"{module}-{mode}"
            cpu.append(
                measure(
                    module, ["--home", str(home), "--out", str(out), "--mode", mode, "base"], place / "log"
                ).cpu_s
            )
            print(f"{module} {mode}: {cpu[-1]:.1f} CPU s, {load_totals(out / 'totals.json').rows}")
    ratio = min(spent[ours]) / min(spent[peer])
    print(f"{ours[0]} ÷ {peer[0]} {peer[1]}: {ratio:.2f} (目标 / target ≤ {TARGET})")
    return ratio


if __name__ == "__main__":
    raise SystemExit(main())
