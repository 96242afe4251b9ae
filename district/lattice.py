"""All cells of all cubes of one month, what each owner contributes to them, and how they add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from contracts.owners import COMMON_OWNER
from district.cubes import ALL, Cube, Dimension, Key, cell_key

Ints = npt.NDArray[np.int64]

#: The cut that counts as platforms, and what stands for their number where the cell itself names one.
PLATFORM, ANY = "platform_code", np.iinfo(np.int64).max
#: Value of a cut that a row does not name.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Relation:
    """``parent`` is the sum of ``children`` along ``dimension``; places in ``Lattice.keys``."""

    parent: int
    children: tuple[int, ...]
    dimension: str


@dataclass(frozen=True, eq=False)
class Lattice:
    """Cells with at least one contributor.

    ``parts``: measure → cells × owners, whole numbers. ``platforms``: platforms that contribute to a cell,
    ``ANY`` where it names its own. A cell that several cubes share is there once.
    """

    keys: tuple[Key, ...]
    owners: tuple[str, ...]
    parts: Mapping[str, Ints]
    platforms: Ints
    relations: tuple[Relation, ...]

    @cached_property
    def place(self) -> dict[Key, int]:
        """Cell → its place."""
        return {key: place for place, key in enumerate(self.keys)}

    @cached_property
    def totals(self) -> dict[str, Ints]:
        """Measure → value of each cell."""
        return {name: parts.sum(axis=1) for name, parts in self.parts.items()}

    @cached_property
    def leaves(self) -> frozenset[int]:
        """Cells that are divided no further in at least one cube they stand at the bottom of."""
        divided = {(relation.parent, relation.dimension) for relation in self.relations}
        parents = {place for place, _ in divided}
        return frozenset(range(len(self.keys))) - parents


def build_lattice(contributions: pl.DataFrame, cubes: Sequence[Cube], measures: Sequence[str]) -> Lattice:
    """The cells of ``contributions``: ``owner_id`` (null = nobody named), the cubes' dimensions,
    ``platform_code``, ``measures``. Rows of any grain; they are added up.
    """
    named = contributions.with_columns(pl.col("owner_id").fill_null(COMMON_OWNER))
    owners = tuple(sorted(named["owner_id"].unique()))
    places = {owner: place for place, owner in enumerate(owners)}
    found: dict[Key, dict[str, Ints]] = {}
    platforms: dict[Key, int] = {}
    tables = with_margins(cubes)
    for cube in tables:
        cells, runs = _cells(named, cube, measures)
        rows = cells["owner_id"].replace_strict(places, return_dtype=pl.Int64).to_numpy()
        for *nodes, start, stop in runs.rows():
            key = cell_key(
                (dimension.name, node) for dimension, node in zip(cube.dimensions, nodes, strict=True)
            )
            if key not in found:
                found[key] = {name: np.zeros(len(owners), dtype=np.int64) for name in measures}
                platforms[key] = int(cells["platforms"][start])
                for name in measures:
                    found[key][name][rows[start:stop]] = cells[name].to_numpy()[start:stop]
    keys = tuple(sorted(found))
    parts = {
        name: np.array([found[key][name] for key in keys], dtype=np.int64).reshape(len(keys), len(owners))
        for name in measures
    }
    named_in = {key for key in keys if any(name == PLATFORM for name, _ in key)}
    counts = np.array([ANY if key in named_in else platforms[key] for key in keys], dtype=np.int64)
    names = {item.name for cube in cubes for item in cube.dimensions}
    values = {name: set(named[name].fill_null(UNKNOWN).unique()) for name in names}
    return Lattice(keys, owners, parts, counts, _relations(keys, tables, values))


def with_margins(cubes: Sequence[Cube]) -> list[Cube]:
    """The cubes, and each of their dimensions alone, in which merged values are told apart."""
    margins = [
        Cube(f"{cube.name}.{item.name}", cube.zh, cube.en, (replace(item, hidden=frozenset()),))
        for cube in cubes
        for item in cube.dimensions
    ]
    return [*cubes, *margins]


def _cells(rows: pl.DataFrame, cube: Cube, measures: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every cell of ``cube`` × owner with ``measures`` and the cell's ``platforms``, and the rows
    (``start``, ``stop``) of each cell.
    """
    names = [dimension.name for dimension in cube.dimensions]
    nodes = [f"{name}_node" for name in names]
    sums = [pl.col(name).sum() for name in measures]
    wide = rows.with_columns(pl.col(names).fill_null(UNKNOWN))
    wide = wide.group_by(list(dict.fromkeys([*names, PLATFORM, "owner_id"]))).agg(sums)
    for dimension, node in zip(cube.dimensions, nodes, strict=True):
        wide = wide.join(_closure(dimension, wide[dimension.name], node), on=dimension.name)
    counts = wide.group_by(nodes).agg(platforms=pl.col(PLATFORM).n_unique())
    cells = wide.group_by([*nodes, "owner_id"]).agg(sums).join(counts, on=nodes).sort([*nodes, "owner_id"])
    at = pl.int_range(pl.len()).alias("at")
    runs = cells.select(*nodes, at).group_by(nodes, maintain_order=True)
    return cells, runs.agg(start=pl.col("at").first(), stop=pl.col("at").last() + 1)


def _closure(dimension: Dimension, values: pl.Series, node: str) -> pl.DataFrame:
    """Each value of a dimension beside every node it is part of."""
    pairs = [(value, above) for value in values.unique() for above in dimension.shown(value)]
    return pl.DataFrame(pairs, schema={dimension.name: pl.String, node: pl.String}, orient="row")


def _relations(
    keys: Sequence[Key], tables: Sequence[Cube], values: Mapping[str, set[str]]
) -> tuple[Relation, ...]:
    """Parent = sum of its children, for every table, dimension and cell; each relation once.

    ``values``: dimension → its values that occur.
    """
    place = {key: at for at, key in enumerate(keys)}
    found: set[Relation] = set()
    for table in tables:
        shown = {
            (item.name, node)
            for item in table.dimensions
            for value in values[item.name]
            for node in item.shown(value)
        }
        inside = [key for key in keys if set(key) <= shown]
        for item in table.dimensions:
            children: dict[int, list[int]] = {}
            for key in inside:
                nodes = dict(key)
                if item.name in nodes:
                    nodes[item.name] = item.parents.get(nodes[item.name], ALL)
                    children.setdefault(place[cell_key(nodes.items())], []).append(place[key])
            found |= {Relation(parent, tuple(sorted(below)), item.name) for parent, below in children.items()}
    return tuple(sorted(found, key=lambda relation: (relation.parent, relation.dimension, relation.children)))
