"""What a release moves of figures that orders alone do not make: placed, final, settled, funded, earned. Each shop × channel × day for one reason."""

from __future__ import annotations

import polars as pl

from contracts.canonical import ORDER, ORDER_LINE
from metrics.definitions import METRICS
from metrics.sources import find_source
from metrics.versions import CELLWISE, redefined_since
from transforms.restatement import CELL, ROWS
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE, FIXED_COST, LIVE_ACCOUNT, LOAD, UNIT_COST
from warehouse.release import Release

_BY = {"shop", "platform", "channel", "date"}
_SHOP = ["merchant_id", "shop_id"]
#: What may have happened → the reason where nothing else did.
_REASONS = {
    "withdrawn": "withdrawn_file", "told": "newer_data", "costs": "cost_entered", "rates": "rate_change", "accounts": "registry_change",
}  # fmt: skip


def restated_cells(previous: Release, before: Lake, after: Lake) -> pl.DataFrame:
    """Rows of ``transforms.restatement.ROWS``: what ``after`` moves of every metric of ``CELLWISE`` against the release ``before``."""
    query = " UNION ALL ".join(map(_cells, CELLWISE))
    both = pl.concat([after.sql(query), before.sql(query).with_columns(-pl.col("fen"))]).group_by(*CELL, "metric_id").agg(restated_number=pl.col("fen").sum())
    moved = both.filter(pl.col("restated_number") != 0)
    if moved.is_empty():
        return pl.DataFrame(schema=ROWS)
    rows = moved.join(_happened(previous, before, after), on=_SHOP, how="left", validate="m:1").with_columns(pl.col(list(_REASONS)).fill_null(value=False))
    by_costs = [name for name in CELLWISE if METRICS[name].clock == "cost"]
    redefined = [name for name in CELLWISE if redefined_since(previous, METRICS[name])]
    rows = rows.with_columns(costs=pl.col("costs") & pl.col("metric_id").is_in(by_costs))
    count = pl.sum_horizontal(pl.col(name).cast(pl.Int8) for name in _REASONS)
    alone = pl.coalesce(pl.when(name).then(pl.lit(code)) for name, code in _REASONS.items())
    known = pl.when(count > 1).then(pl.lit("several_causes")).when(count == 1).then(alone).otherwise(pl.lit("definition_change"))
    code = pl.when(pl.col("metric_id").is_in(redefined)).then(pl.lit("definition_change")).otherwise(known)
    return rows.with_columns(restatement_code=code, orders_qty=pl.lit(0, pl.Int64)).select(list(ROWS)).sort(*CELL, "metric_id")


def _cells(name: str) -> str:
    """SELECT of a metric by cell: ``CELL, metric_id, fen``."""
    metric = METRICS[name]
    source = find_source(metric.clock, _BY)
    assert source is not None  # noqa: S101 - every followed metric has such a mart: a test asks for each
    value = " + ".join(f"({factor}) * sum({source.measures[part]})" for part, factor in metric.numerator.items())
    return f"SELECT {', '.join(CELL)}, '{name}' AS metric_id, ({value})::BIGINT AS fen FROM {source.relation} WHERE {source.rows[metric.clock]} GROUP BY ALL"  # noqa: S608


def _happened(previous: Release, before: Lake, after: Lake) -> pl.DataFrame:
    """``_SHOP`` and, for each of ``_REASONS``, whether it happened to the shop since ``previous``."""
    loads = after.read(LOAD, columns=[*_SHOP, "verdict_code", "build_number"]).filter(pl.col("build_number") > previous.build)
    is_gone = pl.col("verdict_code") == "withdrawn"
    gone = loads.filter(is_gone).select(_SHOP)
    costs = [_differ(before, after, table.full_name).select("merchant_id") for table in (UNIT_COST, FIXED_COST)]
    rates = _differ(before, after, CURRENCY_RATE.full_name)
    to_whom = {
        "withdrawn": gone,
        # a shop that gave a file back is loaded anew from all its others
        "told": loads.filter(~is_gone).select(_SHOP).join(gone, on=_SHOP, how="anti"),
        "costs": pl.concat(costs),
        "rates": _foreign(after) if rates.height else gone.clear(),
        "accounts": _differ(before, after, LIVE_ACCOUNT.full_name).select("merchant_id"),
    }
    rows = after.sql(f"SELECT DISTINCT {', '.join(_SHOP)} FROM gold.dim_shop")  # noqa: S608
    for name, whom in to_whom.items():
        rows = rows.join(whom.unique().with_columns(pl.lit(value=True).alias(name)), on=whom.columns, how="left", validate="m:1")
    return rows.with_columns(pl.col(list(to_whom)).fill_null(value=False))


def _foreign(lake: Lake) -> pl.DataFrame:
    """Shops that sell in another currency."""
    told = (f"SELECT {', '.join(_SHOP)} FROM silver.\"{table.name}\" WHERE currency_code <> 'CNY'" for table in (ORDER, ORDER_LINE))  # noqa: S608
    return lake.sql(" UNION ".join(told))


def _differ(before: Lake, after: Lake, table: str) -> pl.DataFrame:
    """Rows that only one of the two has, whenever they were entered."""
    old, new = (lake.sql(f"SELECT * EXCLUDE changed_at FROM {table}") for lake in (before, after))  # noqa: S608
    return pl.concat([one.join(other, on=one.columns, how="anti", nulls_equal=True) for one, other in ((old, new), (new, old))])
