"""The history of observed states of one canonical table.

Order is total and never depends on arrival: observation moment, then file fingerprint, then row. Equal consecutive states are one
run, kept as its first observation with the last one beside it (``_last_observed_at``), so a later upload of an older export still finds its place.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.canonical import content_columns, entity_key
from contracts.tables import Table

_ORDER = ["_observed_at", "_export_id", "_row_number"]


@dataclass(frozen=True)
class Merged:
    """``states``: all runs of the touched entities. ``changed``: entity keys whose current content differs from before.

    ``outcomes``: one row per incoming row (``_export_id, _row_number, outcome``), outcome published | superseded | duplicate.
    """

    states: pl.DataFrame
    changed: pl.DataFrame
    outcomes: pl.DataFrame


def merge_states(table: Table, stored: pl.DataFrame, incoming: pl.DataFrame) -> Merged:
    """Merge ``incoming`` observations (columns of ``table``) into the ``stored`` runs of the same entities."""
    entity, content = entity_key(table), content_columns(table)
    points = _observations(stored, is_new=False)
    points = pl.concat([points, _observations(incoming, is_new=True)]).sort([*entity, *_ORDER])
    same_entity = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in entity).fill_null(False)
    same_content = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in content)
    points = points.with_columns(_run=(~(same_entity & same_content)).cum_sum(), _entity=(~same_entity).cum_sum())
    points = points.with_columns(
        _run_known=(~pl.col("_is_new")).any().over("_run"),
        _run_first=pl.col("_run") != pl.col("_run").shift(1, fill_value=0),
        _is_current=pl.col("_run") == pl.col("_run").max().over("_entity"),
        _run_last=pl.col("_observed_at").max().over("_run"),
    )
    states = points.filter("_run_first").with_columns(_last_observed_at=pl.col("_run_last")).select(table.columns)
    known_before = current(table, stored).select(*entity, *content)
    now = current(table, states).select(*entity, *content)
    changed = now.join(known_before, on=[*entity, *content], how="anti", nulls_equal=True).select(entity)
    outcome = (
        pl.when(pl.col("_run_known") | ~pl.col("_run_first"))
        .then(pl.lit("duplicate"))
        .when("_is_current")
        .then(pl.lit("published"))
        .otherwise(pl.lit("superseded"))
    )
    outcomes = points.filter("_is_new").select("_export_id", "_row_number", outcome=outcome)
    return Merged(states, changed, outcomes)


def current(table: Table, states: pl.DataFrame) -> pl.DataFrame:
    """The current state of each entity: every column's last told value in observation order.

    A source that is silent about a column (null) does not erase what another one told.
    """
    entity = entity_key(table)
    ordered = states.sort([*entity, *_ORDER])
    several = ordered.group_by(entity).len().filter(pl.col("len") > 1).select(entity)
    alone = ordered.join(several, on=entity, how="anti")
    rest = ordered.join(several, on=entity, how="semi").group_by(entity, maintain_order=True)
    told = rest.agg(pl.exclude(entity).drop_nulls().last())
    return pl.concat([alone, told.select(alone.columns)]).sort(entity)


def _observations(runs: pl.DataFrame, *, is_new: bool) -> pl.DataFrame:
    """Runs as the observations that bound them, so that one arriving in between can split a run."""
    ends = runs.filter(pl.col("_last_observed_at") > pl.col("_observed_at")).with_columns(_observed_at=pl.col("_last_observed_at"))
    return pl.concat([runs, ends]).with_columns(_is_new=pl.lit(is_new))
