"""Whatever two files of a sheet tell of an order: it comes to the truth to the fen, or its receipt
names it.
"""

from __future__ import annotations

import datetime as dt
import os
from random import Random

import polars as pl
from erp_again import Given, two_files
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mapping_cases import RECEIVED, mapping, table
from test_mapping_again import HEADER, SHEET

from connectors.mapped import source
from connectors.reading import Origin, read_file
from contracts.canonical import ORDER_LINE
from transforms.silver.restated import lines_left_out, repriced_lines, standing_lines
from transforms.silver.states import merge_states

EXAMPLES = int(os.environ.get("MAPPING_EXAMPLES", "80"))
OWN = source("other", [mapping(SHEET)])


def observed(rows: list[tuple[str, object]], number: int, at: dt.datetime | None) -> pl.DataFrame:
    """The lines of one file, made on ``at``, as silver takes them."""
    cells = [
        (
            f"{order}|2026-11-01 10:00:00|2026-11-01 10:01:00|{line.fen / 100:.2f}|{line.sku}|{line.qty}|"
            f"{_erp(order, line)}"
        )
        for order, line in rows
    ]  # type: ignore[attr-defined]
    origin = Origin("m", "s", str(number) * 64, f"{number}.csv", RECEIVED, observed_at=at)
    reading = read_file(table(HEADER, *cells), origin, mappings=[OWN])
    frame = OWN.conform(reading.layout.kind, reading.bronze)["order_line"]
    return ORDER_LINE.shape(frame.with_columns(_last_observed_at=pl.col("_observed_at")))


def _erp(order: str, line: object) -> str:
    return f"3{order[-8:]}{line.parcel}" if line.parcel else ""  # type: ignore[attr-defined]


def outcome(made: Given, *, is_dated: bool) -> tuple[dict[str, int], set[str]]:
    """Fen by order, and the orders that the receipts name. Neither may depend on which file came first."""
    days = [RECEIVED - dt.timedelta(days=2), RECEIVED - dt.timedelta(days=1)] if is_dated else [None, None]
    frames = [
        observed(rows, number + 1, at)
        for number, (rows, at) in enumerate(zip(made.files, days, strict=True))
        if rows
    ]
    found = []
    for arrivals in (frames, frames[::-1]):
        states = ORDER_LINE.empty()
        for frame in arrivals:
            states = merge_states(ORDER_LINE, states, frame).states
        paid = dict(standing_lines(states).group_by("order_id").agg(pl.col("paid_fen").sum()).iter_rows())
        named = {*lines_left_out(states)["order_id"], *repriced_lines(states)["order_id"]}
        found.append((paid, named))
    assert found[0] == found[1]
    return found[0]


@settings(
    max_examples=EXAMPLES,
    derandomize="MAPPING_EXAMPLES" not in os.environ,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.integers(0, 2**48), st.booleans())
def test_an_order_in_two_files_is_right_or_named(seed: int, is_dated: bool) -> None:
    made = two_files(Random(seed))
    paid, named = outcome(made, is_dated=is_dated)
    wrong = {
        order: (paid.get(order, 0), fen)
        for order, fen in made.truth.items()
        if paid.get(order, 0) != fen and order not in named
    }
    assert not wrong, (made.way, made.changed, wrong)
