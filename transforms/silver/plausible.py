"""Figures that are absurd by themselves: held until a person says that this very row is right.

Both rules look at one file only, so no order of arrival changes what they find.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from contracts.canonical import ORDER, ORDER_LINE
from contracts.markets import UNITS_PER_YUAN
from contracts.tables import Table
from transforms.silver.states import ROW

#: Orders somebody paid for and nobody cancelled.
_STANDING = ["paid", "part_shipped", "shipped", "finished"]
#: So many priced lines, all paid 0: a column in the wrong place rather than gifts.
FEWEST_UNPAID = 5

_PLACE: dict[str, pl.DataType] = {name: pl.String() for name in ROW[:3]}
#: No absurd figure: what ``implausible`` returns mostly.
NOTHING = pl.DataFrame(
    schema={**_PLACE, ROW[3]: pl.Int64(), "column": pl.String(), "value": pl.Int64(), "limit": pl.Int64()}
)


def implausible(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Cells beyond what their field calls plausible: ``ROW``, ``column``, ``value``, ``limit`` (both in the
    cell's own unit).
    """
    found = []
    for name in table.columns:
        limit = table.fields[name].plausible
        if limit is None:
            continue
        most = pl.lit(limit, pl.Int64)
        if table.fields[name].kind == "fen" and "currency_code" in table.columns:
            most = limit * pl.col("currency_code").replace_strict(
                UNITS_PER_YUAN, default=1, return_dtype=pl.Int64
            )
        found.append(
            frame.filter(pl.col(name).abs() > most).select(*ROW, column=pl.lit(name), value=name, limit=most)
        )
    return pl.concat([NOTHING, *found])


def paid_nothing(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """``ROW`` of every row of an export whose lines have prices and payment times, but of which not one was
    paid for.
    """
    told = [frames[table.name] for table in (ORDER, ORDER_LINE) if table.name in frames]
    return pl.concat([NOTHING.select(ROW), *(_nothing_paid(frame) for frame in told)])


def _nothing_paid(frame: pl.DataFrame) -> pl.DataFrame:
    prices = [pl.col(name).fill_null(0) for name in ("placed_fen", "unit_price_fen") if name in frame.columns]
    is_gift = pl.col("is_gift") if "is_gift" in frame.columns else pl.lit(value=False)
    stands = (
        pl.col("paid_at").is_not_null()
        & pl.col("order_status_code").is_in(_STANDING)
        & ~is_gift
        & (pl.max_horizontal(prices) > 0)
    )
    of_file = frame.group_by(ROW[:3]).agg(
        zeros=(stands & (pl.col("paid_fen") == 0)).sum(),
        others=((pl.col("paid_fen") != 0) | (stands & pl.col("paid_fen").is_null())).sum(),
    )
    held = of_file.filter((pl.col("zeros") >= FEWEST_UNPAID) & (pl.col("others") == 0))
    return frame.select(ROW).join(held, on=ROW[:3], how="semi")
