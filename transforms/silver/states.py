"""The observed states of one canonical table, kept so that the order of arrival never matters.

A state is one distinct content an entity was ever observed with: its first observation (moment, file
fingerprint, row) and the moment of its last (``_last_observed_at``). First and last of a set do not depend on
how the set was dealt out, so any upload order, any split into batches and any repetition end in the same
rows; and two sources telling the same thing every day add nothing. What is given up: how often an entity went
back and forth between two contents.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.canonical import content_columns, entity_key
from contracts.tables import Table
from transforms.silver.progress import ranks

_FIRST = ["_observed_at", "_export_id", "_row_number"]
#: Of two states last told at the same moment the one with more money back is the later: refunds grow.
GROWS = "stated_refund_fen"
#: Columns of a row's place, whatever the table.
ROW = ["merchant_id", "shop_id", "_export_id", "_row_number"]


@dataclass(frozen=True)
class Merged:
    """Outcome of a merge.

    ``states``: all states of the touched entities. ``changed``: entity keys whose current content differs
    from before; ``restated``: of the others those whose statement of a refund is now known from earlier, or
    until later.

    ``outcomes``: one row per incoming row (``merchant_id, shop_id, _export_id, _row_number, outcome``):
    published (its content is now the latest), superseded (new, but a later observation says otherwise) or
    duplicate (nothing new). ``_by_export_id``: the file that first held what is now the latest content, null
    for a row nothing else tells of.
    """

    states: pl.DataFrame
    changed: pl.DataFrame
    restated: pl.DataFrame
    outcomes: pl.DataFrame


def _latest(table: Table) -> list[str]:
    """Columns in whose order states were told, the last one last; nulls come first.

    Of states with the same moments the one that got furthest is the later (``_rank``): a file that does not
    tell when it was made counts as of its newest row, which another made before or after it may have, too.
    """
    grows = [GROWS] if GROWS in table.columns else []
    return ["_last_observed_at", *grows, "_observed_at", "_rank", "_export_id", "_row_number"]


def merge_states(table: Table, stored: pl.DataFrame, incoming: pl.DataFrame) -> Merged:
    """Merge ``incoming`` observations (columns of ``table``) into the ``stored`` states of the same
    entities.
    """
    entity = entity_key(table)
    stored, incoming = stored.select(table.columns), incoming.select(table.columns)
    # most entities are met once and never before: there is nothing to compare
    is_alone = (
        pl.concat([stored.select(entity), incoming.select(entity)])
        .select(pl.struct(entity).is_unique())
        .to_series()[stored.height :]
    )
    alone, met = incoming.filter(is_alone), _merge_met(table, stored, incoming.filter(~is_alone))
    return Merged(
        pl.concat([alone, met.states]).sort(table.key),
        pl.concat([alone.select(entity), met.changed]),
        met.restated,
        pl.concat(
            [
                alone.select(*ROW, outcome=pl.lit("published"), _by_export_id=pl.lit(None, pl.String)),
                met.outcomes,
            ]
        ),
    )


def _merge_met(table: Table, stored: pl.DataFrame, incoming: pl.DataFrame) -> Merged:
    """``merge_states`` where entities have several observations. The states are in no order."""
    entity, content = entity_key(table), content_columns(table)
    points, moments = pl.concat([stored, incoming]), [name for name in _latest(table) if name != "_rank"]
    # only what tells states apart is sorted and grouped; the rows themselves are wide and picked once
    told = points.select(
        *entity,
        *moments,
        _content=pl.struct(content).hash(),
        _is_new=pl.int_range(pl.len()) >= stored.height,
        _place=pl.int_range(pl.len()),
    )
    told = told.sort(_FIRST)
    same = [*entity, "_content"]
    grouped = told.group_by(same, maintain_order=True).agg(
        pl.col(*moments[1:], "_place").first(),
        pl.col("_last_observed_at").max(),
        _is_known=(~pl.col("_is_new")).any(),
    )
    states = points[grouped["_place"]].with_columns(grouped["_last_observed_at"])
    grouped = grouped.with_columns(_rank=ranks(table, states))
    changed, restated = _changed(table, stored, states)
    return Merged(states, changed, restated, _outcomes(told, grouped, changed, same, _latest(table)))


def _changed(table: Table, before: pl.DataFrame, after: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Entities whose current content differs, and of the others those whose statement of refunds was seen at
    other times.
    """
    entity = entity_key(table)
    if before.is_empty():
        return after.select(entity).unique(maintain_order=True), after.select(entity).clear()
    told = [*entity, *content_columns(table)]
    known, now = current(table, before), current(table, after)
    changed = now.join(known, on=told, how="anti", nulls_equal=True).select(entity)
    if GROWS not in table.columns:
        return changed, changed.clear()
    seen = [*entity, "_stated_since_at", "_stated_until_at"]
    restated = now.join(known, on=seen, how="anti", nulls_equal=True).join(changed, on=entity, how="anti")
    return changed, restated.select(entity)


def _outcomes(
    points: pl.DataFrame, grouped: pl.DataFrame, changed: pl.DataFrame, same: list[str], order: list[str]
) -> pl.DataFrame:
    """The first new row of a state speaks for it; every other one repeats it."""
    entity = same[:-1]
    latest = (
        grouped.sort(order).group_by(entity, maintain_order=True).agg(pl.col("_content", "_export_id").last())
    )
    by = latest.select(*entity, _by_export_id="_export_id")
    latest = latest.select(*same, _is_latest=pl.lit(True))
    verdict = (
        grouped.select(*same, "_is_known")
        .join(latest, on=same, how="left")
        .join(by, on=entity, how="left")
        .join(changed.with_columns(_is_changed=pl.lit(True)), on=entity, how="left")
    )
    is_latest, has_moved = pl.col("_is_latest").fill_null(False), pl.col("_is_changed").fill_null(False)
    outcome = (
        pl.when(pl.col("_is_known") & ~(is_latest & has_moved))
        .then(pl.lit("duplicate"))
        .when(is_latest)
        .then(pl.lit("published"))
        .otherwise(pl.lit("superseded"))
    )
    rows = points.filter("_is_new").join(
        verdict.select(*same, "_by_export_id", outcome=outcome), on=same, how="left", maintain_order="left"
    )
    repeats = pl.int_range(pl.len()).over(same) > 0
    return rows.select(
        *ROW, "_by_export_id", outcome=pl.when(repeats).then(pl.lit("duplicate")).otherwise("outcome")
    ).select(*ROW, "outcome", "_by_export_id")


def current(table: Table, states: pl.DataFrame) -> pl.DataFrame:
    """The current state of each entity: every column's last told value in the order of the states' last
    observation.

    A source that is silent about a column (null) does not erase what another one told. Where a table states
    refunds, two columns say for how long the current amount has been stated: ``_stated_since_at``, when it
    was first observed, ``_stated_until_at``, when any statement was last; null without.
    """
    entity, states = entity_key(table), states.select(table.columns)
    is_alone = states.select(pl.struct(entity).is_unique()).to_series()
    alone, several = states.filter(is_alone), states.filter(~is_alone)
    several = several.with_columns(_rank=ranks(table, several)).sort([*entity, *_latest(table)])
    told = several.drop("_rank").group_by(entity, maintain_order=True)
    last = pl.exclude(entity).drop_nulls().last()
    if GROWS not in table.columns:
        return pl.concat([alone, told.agg(last).select(alone.columns)]).sort(entity)
    is_stated = pl.col(GROWS).is_not_null()
    is_now = pl.col(GROWS) == pl.col(GROWS).drop_nulls().last()
    alone = alone.with_columns(
        _stated_since_at=pl.when(is_stated).then("_observed_at"),
        _stated_until_at=pl.when(is_stated).then("_last_observed_at"),
    )
    since = pl.col("_observed_at").filter(is_now).min()
    until = pl.col("_last_observed_at").filter(is_stated).last()
    merged = told.agg(last, _stated_since_at=since, _stated_until_at=until)
    return pl.concat([alone, merged.select(alone.columns)]).sort(entity)
