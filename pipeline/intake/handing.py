"""Readings made a moment ago, for the build that comes next: their rows wait on the scratch disk, so that
memory stays that of one file.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl

from connectors.reading import Reading
from pipeline.build.loading import Export
from pipeline.intake.land import Landed
from pipeline.intake.sandbox.reader import SAME
from warehouse.place import Place
from warehouse.scratch import scratch_folder


class Handed(Mapping[Export, Reading]):
    """Export → reading, whose rows ``put_down`` has left in ``folder`` and each look takes up again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._readings: dict[Export, Reading] = {}

    def put_down(self, export: Export, reading: Reading) -> Reading:
        """``reading`` with its first row alone: what differs of all of them lies in ``folder`` now."""
        same = SAME if reading.bronze.height else ()
        # not compressed, so that looking only maps it
        reading.bronze.drop(same).write_ipc(_file(self._folder, export))
        return replace(reading, bronze=reading.bronze.head(1))

    def add(self, shop_id: str, landed: Iterable[Landed]) -> None:
        """Offer what of one shop's files was read, their rows put down before."""
        self._readings |= {(shop_id, item.export_id): item.reading for item in landed if item.reading}

    def __contains__(self, export: object) -> bool:
        return export in self._readings

    def __getitem__(self, export: Export) -> Reading:
        reading = self._readings[export]
        first, rows = reading.bronze, pl.read_ipc(_file(self._folder, export))
        same = (pl.lit(first[name][0], pl.String).alias(name) for name in SAME if first.height)
        return replace(reading, bronze=rows.with_columns(same).select(first.columns))

    def __iter__(self) -> Iterator[Export]:
        return iter(self._readings)

    def __len__(self) -> int:
        return len(self._readings)


@contextmanager
def handing(place: Place) -> Iterator[Handed]:
    """Readings whose rows lie in a folder of their own, gone with what it holds when the build is done."""
    folder = scratch_folder(place)
    folder.mkdir()
    try:
        yield Handed(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def without_rows(export: Export, reading: Reading) -> Reading:
    """``reading`` without its rows: a build that comes later reads them again."""
    del export
    return replace(reading, bronze=reading.bronze.clear())


def _file(folder: Path, export: Export) -> Path:
    return folder / f"{'.'.join(export)}.arrow"
