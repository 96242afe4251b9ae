"""A writer to be killed: commits batches of 20 rows to two tables in one transaction and says so on stdout
after each commit.

Usage: writer_process.py HOME FIRST_BATCH SECONDS
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
from warehouse_cases import SALES, lines

from warehouse.lake import Lake
from warehouse.place import Place

TWIN = replace(SALES, name="twin")
ROWS = 20


def main(home: str, first: int, seconds: float) -> None:
    """Write until the time is over or the parent has seen enough."""
    deadline = time.monotonic() + seconds
    with Lake.open(Place(Path(home)), write=True, slot_seconds=10) as lake:
        batch = first
        while time.monotonic() < deadline:
            frame = lines(ROWS, f"b{batch}").with_columns(paid_fen=pl.lit(batch))
            with lake.transaction():
                lake.append(SALES, frame)
                lake.append(TWIN, frame)
                if batch % 5 == 4:
                    lake.replace(SALES, frame.select("merchant_id"), frame)
            print(batch, flush=True)
            batch += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
