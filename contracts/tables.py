"""``Table``: the one declaration of a stored table, from which everything else is derived."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import dataframely as dy
import polars as pl

from contracts.fields import FIELDS, Field


@dataclass(frozen=True)
class Table:
    """Grain, columns and labels of one stored table.

    ``key`` columns form the grain; ``required`` may not be null; ``optional`` may. ``extra`` carries columns
    that are not in the dictionary (bronze only: a platform's own columns). ``is_entered``: a person's words,
    in which what is left empty says nothing of a platform. Derived: dataframely schema, Polars dtypes,
    DuckLake columns, the Great Expectations baseline suite and the dictionary page.
    """

    layer: str
    name: str
    zh: str
    en: str
    grain: str
    key: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    extra: tuple[Field, ...] = ()
    may_be_empty: bool = True
    null_share: dict[str, float] = field(default_factory=dict, hash=False)
    is_entered: bool = False

    @property
    def full_name(self) -> str:
        """``layer.name``, as in SQL."""
        return f"{self.layer}.{self.name}"

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Column name → its dictionary entry, in storage order."""
        own = {item.name: item for item in self.extra}
        return {name: own.get(name) or FIELDS[name] for name in (*self.key, *self.required, *self.optional)}

    @cached_property
    def schema(self) -> type[dy.Schema]:
        """The dataframely schema; ``filter`` splits good from bad rows and names the broken rule."""
        is_told = self.layer == "silver"
        columns = {
            name: item.column(key=name in self.key, nullable=name in self.optional, is_told=is_told)
            for name, item in self.fields.items()
        }
        # dataframely reads a private attribute from an ``alias``, so lineage columns keep their leading
        # underscore
        namespace = {
            name.lstrip("_") + ("_lineage" if name.startswith("_") else ""): column
            for name, column in columns.items()
        }
        for name, column in columns.items():
            if name.startswith("_"):
                column.alias = name
        title = "".join(part.title() for part in self.name.split("_"))
        return type(title, (dy.Schema,), namespace)

    @cached_property
    def dtypes(self) -> dict[str, pl.DataType]:
        """Column name → Polars dtype."""
        return {name: item.column().dtype for name, item in self.fields.items()}

    @property
    def columns(self) -> list[str]:
        """Column names in storage order."""
        return list(self.fields)

    @cached_property
    def _nothing(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.dtypes)

    def empty(self) -> pl.DataFrame:
        """A frame of this shape with no rows."""
        return self._nothing.clone()

    def shape(self, frame: pl.DataFrame) -> pl.DataFrame:
        """``frame`` with exactly these columns in this order, missing ones null, types cast strictly (never
        nulling).
        """
        return frame.select(
            (pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name))
            for name, dtype in self.dtypes.items()
        )
