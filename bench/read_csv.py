"""Reading alone, our way: every file typed by its layout and said in canonical words, nothing judged or
stored. Compare with ``bench.peer_polars``.
"""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import polars as pl

from bench.contender import Task, run
from bench.exports import of_shop
from bench.job import Totals
from connectors.base import platforms
from connectors.reading import Origin, read_file
from contracts.fields import TIME_ZONE


def total(task: Task) -> Totals:
    """Rows read and observations made of them; there is no job here, so the figures are empty."""
    pl.Config.set_engine_affinity(
        "in-memory"
    )  # as the house's reader is set (pipeline.intake.sandbox.parsing.Reader)
    now, read, said = dt.datetime.now(ZoneInfo(TIME_ZONE)), 0, 0
    for shop in json.loads((task.home / "registry.json").read_text(encoding="utf-8")):
        for path in of_shop(task.roots, shop["merchant_id"], shop["shop_id"]):
            found = read_file(
                path.read_bytes(), Origin(shop["merchant_id"], shop["shop_id"], path.name, path.name, now)
            )
            frames = platforms()[found.layout.platform].conform(found.layout.kind, found.bronze)
            read += found.rows_read
            said += sum(frame.height for frame in frames.values())
    return Totals(0, 0, 0, 0, 0, 0, 0, 0, {"read": read, "said": said})


if __name__ == "__main__":
    run(total)
