"""The opened warehouse: every table there is, and a writer or reader on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.mapped import bronze_tables
from contracts.canonical import SILVER
from contracts.tables import Table
from transforms.gold import gold_tables
from warehouse.lake import Lake
from warehouse.ops import OPS
from warehouse.settings import Settings
from warehouse.sql import kinds


def all_tables() -> list[Table]:
    """Every stored table of every layer, those of hand-entered lists among them."""
    from pipeline.entries.found import (
        entry_tables,
    )  # what a list moves is told in terms of the build, which opens the warehouse by this module

    named = [*bronze_tables(), *derived_tables(), *OPS.values(), *entry_tables()]
    return list({table.full_name: table for table in named}.values())


def derived_tables() -> list[Table]:
    """Every table of states and figures: made by builds alone, and made anew at any time."""
    return [*SILVER.values(), *gold_tables().values()]


@contextmanager
def writing(settings: Settings) -> Iterator[Lake]:
    """The warehouse with all its tables, held by this process alone. Raises ``WriterBusyError``."""
    with Lake.open(
        settings.place,
        write=True,
        threads=settings.threads,
        memory=settings.memory,
        slot_seconds=settings.slot_seconds,
    ) as lake:
        with lake.transaction():
            waiting = {table.full_name for table in derived_tables() if _is_typed_otherwise(lake, table)}
            # a platform's own tables are made when it is first heard of: they are half of all columns there
            # are
            lake.ensure(
                table for table in all_tables() if table.layer != "bronze" and table.full_name not in waiting
            )
        yield lake


def _is_typed_otherwise(lake: Lake, table: Table) -> bool:
    """Whether an older version stored other types: such a table waits for the build that makes all anew."""
    found = lake.columns(table)
    return any(found.get(name, kind) != kind for name, kind in kinds(table).items())


@contextmanager
def reading(settings: Settings, snapshot: int | None = None) -> Iterator[Lake]:
    """The warehouse as it is, or as it was at ``snapshot``. Raises ``NotFoundError`` when there is none."""
    with Lake.open(
        settings.place, snapshot=snapshot, threads=settings.threads, memory=settings.memory
    ) as lake:
        yield lake
