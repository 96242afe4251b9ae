"""What a release moves of figures that orders alone do not make: placed, final, settled, funded, earned.

Each shop × channel × day for one reason.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from metrics.model.definitions import METRICS
from metrics.model.versions import CELLWISE, redefined_since
from metrics.query.sources import Source, find_source
from metrics.query.unheld import absent_of, lacks
from pipeline.entries.causes import Cause
from pipeline.entries.moved import causes_between
from pipeline.release.loads import Loads
from transforms.restatement import CELL, ROWS
from warehouse.lake import Lake
from warehouse.release import Release

_BY = {"shop", "platform", "channel", "date"}
_SHOP = ["merchant_id", "shop_id"]
#: What may have happened to a shop's files → the reason where nothing else did. Hand-entered lists bring
#: reasons of their own.
_FILES = {"withdrawn": "withdrawn_file", "told": "newer_data"}


def restated_cells(previous: Release, before: Lake, after: Lake, loads: Loads) -> pl.DataFrame:
    """Rows of ``transforms.restatement.ROWS``: what ``after`` moves of every metric of ``CELLWISE`` against
    the release ``before``; ``loads`` happened in between.

    What ``before`` never held was never published, so nothing of it moves.
    """
    absent = absent_of(before)
    told = [name for name in CELLWISE if not lacks(absent, _source(name), METRICS[name], _BY)]
    if not told:
        return pl.DataFrame(schema=ROWS)
    query = " UNION ALL ".join(map(_cells, told))
    both = (
        pl.concat([after.sql(query), before.sql(query).with_columns(-pl.col("fen"))])
        .group_by(*CELL, "metric_id")
        .agg(restated_number=pl.col("fen").sum())
    )
    moved = both.filter(pl.col("restated_number") != 0)
    if moved.is_empty():
        return pl.DataFrame(schema=ROWS)
    causes = causes_between(before, after)
    reasons = _FILES | {cause.code: cause.code for cause, _ in causes}
    rows = moved.join(
        _happened(after, loads.rows, causes), on=_SHOP, how="left", validate="m:1"
    ).with_columns(pl.col(list(reasons)).fill_null(value=False))
    redefined = [name for name in CELLWISE if redefined_since(previous, METRICS[name])]
    made_of = {
        code: {name for cause, _ in causes if cause.code == code for name in _made_of(cause)}
        for code in reasons
        if code not in _FILES
    }
    rows = rows.with_columns(
        pl.col(code) & pl.col("metric_id").is_in(sorted(names)) for code, names in made_of.items()
    )
    count = pl.sum_horizontal(pl.col(name).cast(pl.Int8) for name in reasons)
    alone = pl.coalesce(pl.when(name).then(pl.lit(code)) for name, code in reasons.items())
    known = (
        pl.when(count > 1)
        .then(pl.lit("several_causes"))
        .when(count == 1)
        .then(alone)
        .otherwise(pl.lit("made_anew" if loads.is_made_anew else "definition_change"))
    )
    code = pl.when(pl.col("metric_id").is_in(redefined)).then(pl.lit("definition_change")).otherwise(known)
    return (
        rows.with_columns(restatement_code=code, orders_qty=pl.lit(0, pl.Int64))
        .select(list(ROWS))
        .sort(*CELL, "metric_id")
    )


def _cells(name: str) -> str:
    """SELECT of a metric by cell: ``CELL, metric_id, fen``."""
    metric, source = METRICS[name], _source(name)
    value = " + ".join(
        f"({factor}) * sum({source.measures[part]})" for part, factor in metric.numerator.items()
    )
    return (
        f"SELECT {', '.join(CELL)}, '{name}' AS metric_id, ({value})::BIGINT AS fen FROM "  # noqa: S608
        f"{source.relation} WHERE {source.rows[metric.clock]} GROUP BY ALL"
    )


def _source(name: str) -> Source:
    source = find_source(METRICS[name].clock, _BY)
    assert source is not None  # noqa: S101 - every followed metric has such a mart: a test asks for each
    return source


def _made_of(cause: Cause) -> list[str]:
    """The followed metrics whose figures such entries can move."""
    return [name for name in CELLWISE if not cause.clocks or METRICS[name].clock in cause.clocks]


def _happened(after: Lake, loads: pl.DataFrame, causes: Sequence[tuple[Cause, pl.DataFrame]]) -> pl.DataFrame:
    """``_SHOP`` and, for each of ``_FILES`` (by new ``loads``) and each reason of entered lists, whether it
    happened to the shop.
    """
    is_gone = pl.col("verdict_code") == "withdrawn"
    gone = loads.filter(is_gone).select(_SHOP)
    # a shop that gave a file back is loaded anew from all its others
    to_whom = [
        ("withdrawn", gone),
        ("told", loads.filter(~is_gone).select(_SHOP).join(gone, on=_SHOP, how="anti")),
    ]
    to_whom += [(cause.code, cause.shops(after, changed)) for cause, changed in causes]
    rows = after.sql(f"SELECT DISTINCT {', '.join(_SHOP)} FROM gold.dim_shop")  # noqa: S608
    for name, whom in to_whom:
        known = [pl.col(name)] if name in rows.columns else []
        marked = whom.unique().with_columns(is_here=pl.lit(value=True))
        here = rows.join(marked, on=whom.columns, how="left", validate="m:1").with_columns(
            pl.col("is_here").fill_null(value=False)
        )
        rows = here.with_columns(pl.any_horizontal("is_here", *known).alias(name)).drop("is_here")
    return rows
