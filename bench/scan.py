"""The limit: every cell of every file read as text by DuckDB with the columns given, and nothing done with it
but counting. GBK files are decoded first.
"""

from __future__ import annotations

import duckdb

from bench.contender import Task, run
from bench.exports import find_exports, layouts, to_utf8
from bench.job import Totals
from bench.peer_duckdb import reader


def total(task: Task) -> Totals:
    """Count the filled cells of every column.

    There is no job here, so the figures are empty but for the rows read.
    """
    exports = to_utf8(find_exports(task.roots), task.out / "utf8")
    rows = 0
    with duckdb.connect(config={"threads": 2, "preserve_insertion_order": False}) as con:
        for header, files in layouts(exports).items():
            counts = ", ".join(f'count("{name}")' for name in header)
            rows += con.execute(f"SELECT count(*), {counts} FROM {reader(files)}").fetchall()[0][0]  # noqa: S608 - headers are the generator's own
    return Totals(0, 0, 0, 0, 0, 0, 0, 0, {"read": rows})


if __name__ == "__main__":
    run(total)
