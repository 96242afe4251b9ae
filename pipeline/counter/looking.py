"""Whose files the viewer may give, and looking at files before they are taken: nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import polars as pl

from connectors.files.tabular import MAX_FILE_BYTES
from contracts.errors import FileRefusedError
from contracts.intake import refuse
from contracts.tables import Table
from metrics.query.access import Viewer
from pipeline import steps
from pipeline.entries.page import merchant_of, settings_of
from pipeline.house import reading, writing
from pipeline.intake import previews
from pipeline.intake.desk import Desk
from pipeline.intake.names import plain_name
from pipeline.intake.previews import Preview
from pipeline.intake.sandbox.parsing import Limits, unpack_apart
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import SECURITY_EVENT
from warehouse.registry import Shop


class _Sketch(Lake):
    """A reader for those who only look: what they would have written is written nowhere, but attempts on
    another's shop are remembered.
    """

    events: list[pl.DataFrame]

    def append(self, table: Table, frame: pl.DataFrame) -> None:
        if table is SECURITY_EVENT:
            self.events.append(table.shape(frame))

    def replace(self, table: Table, keys: pl.DataFrame, frame: pl.DataFrame) -> None:
        del keys
        self.append(table, frame)

    def delete(self, table: Table, keys: pl.DataFrame) -> None:
        del table, keys


def shops(viewer: Viewer) -> list[Shop]:
    """The shops this viewer may give files for, by name.

    Raises ``NotFoundError`` for anybody who is not looking as a merchant.
    """
    merchant_id = merchant_of(viewer)
    with reading(settings_of(viewer)) as lake:
        rows = registry.shops(lake, merchant_id).sort("shop_name", "shop_id")
    return [Shop(**row) for row in rows.select(*Shop.__dataclass_fields__).iter_rows(named=True)]


@contextmanager
def looking(viewer: Viewer, shop_id: str) -> Iterator[Desk]:
    """The desk of one of the viewer's shops, over a ``_Sketch``.

    Attempts on another merchant's shop are entered when it is left, however it is left.
    """
    merchant_id, settings = merchant_of(viewer), settings_of(viewer)
    events: list[pl.DataFrame] = []
    try:
        with _Sketch.open(settings.place, threads=settings.threads, memory=settings.memory) as lake:
            assert isinstance(lake, _Sketch)  # noqa: S101
            lake.events = events
            with lake.transaction():
                yield Desk.open(
                    lake, settings.place, merchant_id, shop_id, at=steps.now(), by=viewer.name, register=False
                )
    finally:
        if events:
            with writing(settings) as house, house.transaction():
                house.append(SECURITY_EVENT, pl.concat(events).unique(list(SECURITY_EVENT.key)))


def preview(viewer: Viewer, shop_id: str, name: str, data: bytes) -> list[Preview]:
    """A file, or each file of an archive, as it would be taken for the shop. See ``preview_each``."""
    (found,) = preview_each(viewer, shop_id, [(name, data)])
    return found


def preview_each(viewer: Viewer, shop_id: str, files: Iterable[tuple[str, bytes]]) -> Iterator[list[Preview]]:
    """Files (name, bytes) one after the other, each as it would be taken.

    Changes nothing; what is another merchant's is refused and noted.

    Raises ``NotFoundError`` for a shop that is not the viewer's.
    """
    limits = Limits.of(settings_of(viewer))
    with looking(viewer, shop_id) as desk:
        for name, data in files:
            yield _looked(desk, plain_name(name), data, limits)


def _looked(desk: Desk, name: str, data: bytes, limits: Limits) -> list[Preview]:
    try:
        if len(data) > MAX_FILE_BYTES:
            raise refuse("FILE_TOO_LARGE", bytes=len(data), limit=MAX_FILE_BYTES)
        files = unpack_apart(data, limits)
    except FileRefusedError as error:
        return [previews.not_taken(desk, name, error, data, limits)]
    given = [(f"{name}/{entry}", content) for entry, content in files] if files else [(name, data)]
    return [previews.look(desk, each, content, limits) for each, content in given]
