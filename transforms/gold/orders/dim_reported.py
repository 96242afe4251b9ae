"""What each shop ever reported, and of which days: the evidence by which a figure is a figure, or empty."""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.codes import REPORT
from contracts.report_codes import PART_OF
from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.orders import reported_evidence as evidence

TABLE = Table(
    "gold",
    "dim_reported",
    "各店给过的资料",
    "what shops reported",
    "One registered shop × report: whether it was ever given, the first and last day its rows are of, and "
    "the last of them that was over when it was made. "
    "By what came, not by what was matched: a refund that waits for its order was reported.",
    key=(*SHOP, "report_code"),
    required=("is_reported",),
    optional=(
        "first_date",
        "last_date",
        "whole_until_date",
        "undated_fen",
        "doubtful_fen",
        "doubtful_orders_qty",
    ),
)

_DAYS = ("first_date", "last_date", "whole_until_date")
_KEY = list(TABLE.key)


def build(
    shops: pl.DataFrame, found: pl.DataFrame, left_open: pl.DataFrame, doubtful: pl.DataFrame
) -> pl.DataFrame:
    """Every report of every shop (``SHOP``).

    ``found``: ``_KEY`` and days, as often as a report was met. ``left_open``: ``_KEY, open_qty,
    undated_fen``, how many rows of the files a report is ``PART_OF`` cannot be read for want of it; where
    none is, it is reported with them. ``doubtful``: ``_KEY, doubtful_fen, doubtful_orders_qty``.
    """
    grid = shops.select(SHOP).join(pl.DataFrame({"report_code": REPORT.values}), how="cross")
    met = found.group_by(_KEY).agg(
        pl.col("first_date").min(), pl.col("last_date", "whole_until_date").max(), _is_met=pl.lit(True)
    )
    rows = grid.join(met, on=_KEY, how="left", validate="1:1").join(
        left_open, on=_KEY, how="left", validate="1:1"
    )
    rows = rows.join(doubtful, on=_KEY, how="left", validate="1:1")
    rows = rows.with_columns(
        is_reported=pl.col("_is_met").fill_null(False), _is_clear=pl.col("open_qty").fill_null(0) == 0
    )
    for part, whole in PART_OF.items():  # in declared order: a part may have parts of its own
        rows = _with_part(rows, part, whole)
    return TABLE.shape(rows.sort(_KEY))


def _with_part(rows: pl.DataFrame, part: str, whole: str) -> pl.DataFrame:
    """A part is reported where it was met, or its whole was and nothing is left open.

    Without days of its own it reaches as far as its whole.
    """
    base = rows.filter(pl.col("report_code") == whole).select(
        *SHOP, _has_whole="is_reported", **{f"_{name}": pl.col(name) for name in _DAYS}
    )
    joined = rows.join(base, on=list(SHOP), how="left", validate="m:1")
    here = pl.col("report_code") == part
    reported = pl.col("is_reported") | (here & pl.col("_has_whole") & pl.col("_is_clear"))
    days = (
        pl.when(here & pl.col("last_date").is_null()).then(f"_{name}").otherwise(name).alias(name)
        for name in _DAYS
    )
    return joined.with_columns(*days, is_reported=reported).drop(
        "_has_whole", *(f"_{name}" for name in _DAYS)
    )


def _made(of: Slices) -> pl.DataFrame:
    shops = of.read("ops.shop").select(SHOP)
    return build(shops, evidence.found(of, shops), evidence.left_open(of), evidence.doubtful(of))


_ENTERED = ("ops.shop", "ops.stock_entry", "ops.unit_cost")
ASSET = Derived(
    TABLE,
    _made,
    reads=(*evidence.TABLES.values(), "ops.load", "ops.cursor", *_ENTERED),
    beside=("ops.export",),
)
