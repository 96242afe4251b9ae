"""Brings additive marts up to date by signed differences: what changed facts add now, less what they added
before. A first build has an empty *before*.
"""

# ruff: noqa: S608 - every name in these queries is declared in this house

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from contracts.errors import UsageError
from contracts.tables import Table
from pipeline.build.slices import Changes
from transforms.asset import COUNT, Additive, From
from transforms.gold import additive_marts
from warehouse.lake import Lake


def add(lake: Lake, mart: Additive, changes: Changes) -> None:
    """Add to ``mart`` what ``changes`` move in it. A row of no facts any more is deleted.

    Raises ``UsageError`` where the mart does not stand on the facts before: such a house has to be built from
    its raw files once.
    """
    if changes.keys() & mart.reads.keys():
        _add(lake, mart, _Delta(lake, changes))


def stored_marts() -> list[Additive]:
    """The additive marts that are kept; the others are grouped from facts when somebody asks."""
    return [mart for mart in additive_marts().values() if mart.is_stored]


@dataclass(frozen=True)
class _Delta:
    """What changed facts add to a mart, with their sign."""

    lake: Lake
    changes: Changes

    def of(self, mart: Additive) -> pl.DataFrame:
        """The mart's key and measures: only rows that move something, or come or go."""
        sides = [
            [part.rows(self._frames(part, side), mart.table.key) for part in mart.parts] for side in (0, 1)
        ]
        (before, after) = (mart.total(parts) for parts in sides)
        both = pl.concat([after, before.with_columns(-pl.col(mart.measures))])
        rows = both.group_by(mart.table.key).agg(pl.col(mart.measures).sum())
        return rows.filter(pl.any_horizontal(pl.col(mart.measures) != 0))

    def _frames(self, part: From, side: int) -> dict[str, pl.DataFrame]:
        facts = self._changed(part.facts, side)
        if part.among is None:
            return {part.facts.name: facts}
        table, key = part.among.table, list(part.among.table.key)
        # facts that stayed the same stand beside something that did not
        around = self.lake.read(
            part.facts, keys=pl.concat([self._changed(table, each).select(key) for each in (0, 1)]).unique()
        )
        known = pl.concat([self._changed(part.facts, each).select(part.facts.key) for each in (0, 1)])
        facts = pl.concat([facts, around.join(known, on=list(part.facts.key), how="anti")])
        stored = self.lake.read(table, keys=facts.select(key).drop_nulls().unique())
        now = [stored.join(self._changed(table, 1), on=key, how="anti"), self._changed(table, side)]
        return {part.facts.name: facts, table.name: pl.concat(now)}

    def _changed(self, table: Table, side: int) -> pl.DataFrame:
        change = self.changes.get(table.name)
        return table.empty() if change is None else change[side]


def _add(lake: Lake, mart: Additive, delta: _Delta) -> None:
    """The rows of the delta's keys, and of keys whose description changed, with the delta added."""
    table, key = mart.table, list(mart.table.key)
    rows = delta.of(mart)
    described = delta.changes.get(mart.about.name) if mart.about else None
    keys = pl.concat([rows.select(key), *(frame.select(key) for frame in described or ())]).unique()
    if keys.is_empty():
        return
    stored = lake.read(table, keys=keys)
    if stored[COUNT].null_count():
        raise _out_of_step(table)
    sums = pl.concat([stored.select(rows.columns), rows]).group_by(key).agg(pl.col(mart.measures).sum())
    if sums.filter(pl.col(COUNT) < 0).height:
        raise _out_of_step(table)
    sums = sums.filter(pl.col(COUNT) > 0)
    told = {mart.about.name: lake.read(mart.about, keys=keys)} if mart.about else {}
    now = mart.shape(sums, told)
    lake.delete(table, stored.join(now, on=table.columns, how="anti", nulls_equal=True).select(key))
    lake.append(table, now.join(stored, on=table.columns, how="anti", nulls_equal=True).sort(_dates(table)))


def _dates(table: Table) -> list[str]:
    """Rows of one day together, so that a question of few days reads little."""
    return [name for name in table.key if name.endswith("_date")] or list(table.key)


def _out_of_step(table: Table) -> UsageError:
    return UsageError(
        "MART_OUT_OF_STEP",
        "汇总表与明细对不上（可能由旧版本建立）",
        "a mart does not stand on the facts it is the sum of; an older version may have made it",
        step_zh="运行 baiyun build --from-landing 从原始文件重算一次",
        step_en="run `baiyun build --from-landing` once",
        table=table.full_name,
    )


def out_of_step(lake: Lake, held: Collection[str] = ()) -> dict[str, int]:
    """Additive mart → how many of its rows are not what DuckDB makes of the stored facts.

    Marts that agree are left out, and rows of merchants who are ``held``.

    The second opinion on incremental refresh: it shares the declarations with it, and neither Polars nor what
    was stored before.
    """
    found = {}
    for mart in stored_marts():
        key, measures = ", ".join(mart.table.key), [item for item in mart.measures if item != COUNT]
        sums = ", ".join(
            f"coalesce(sum({item}), 0)::BIGINT AS {item}" for item in measures
        )  # a sum of nothing known is 0, as Polars has it
        whole = f"SELECT {key}, {sums}, count(*)::BIGINT AS {COUNT} FROM ({mart.query}) GROUP BY {key}"
        stored = f"SELECT {key}, {', '.join([*measures, COUNT])} FROM {mart.table.full_name}"
        query = (
            f"SELECT count(*) FROM ((({stored}) EXCEPT ALL ({whole})) UNION ALL (({whole}) EXCEPT ALL "
            f"({stored}))) WHERE NOT list_contains(?::VARCHAR[], merchant_id)"
        )
        found[mart.table.name] = int(lake.sql(query, [[*held]]).item())
    return {name: rows for name, rows in found.items() if rows}
