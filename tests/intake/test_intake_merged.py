"""Orders merged into one row by another system, then the platform's own file: every order counts once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from intake_case import DUE, ID, SUB
from intake_files import data, order_id, orders

from metrics.query.access import Viewer
from metrics.query.ask import ask
from pipeline.steps import ingest
from warehouse.settings import Settings

AT = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def paid(settings: Settings) -> int:
    viewer = Viewer(settings.place, "test", "merchant", "m1")
    return int(ask(viewer, ["paid_gmv"]).rows.row(0, named=True)["paid_gmv"])


def test_a_row_of_two_orders_does_not_count_beside_the_platforms_own_file(tmp_path: Path) -> None:
    """Three rows of 1,299.00; the first stands for orders 0 and 1 together.

    The platform's file has orders 0 to 3: 4 x 1,299.00.
    """
    settings = Settings(home=tmp_path / "home")
    merged, own = tmp_path / "合并.csv", tmp_path / "平台.csv"
    both = f"{order_id(0)};{order_id(1)}"
    merged.write_bytes(data([*orders(1, **{ID: both, SUB: both, DUE: "2598.00"}), *orders(2, 2)[1:]]))
    own.write_bytes(data(orders(4)))
    first = ingest(settings, "m1", "s1", [merged], register=True, at=AT).receipts[0]
    assert (first.rows_read, first.published, first.quarantined, first.rules) == (3, 2, 1, {"MERGED_IDS": 1})
    assert paid(settings) == 2 * 129_900
    ingest(settings, "m1", "s1", [own], at=AT)
    assert paid(settings) == 4 * 129_900
