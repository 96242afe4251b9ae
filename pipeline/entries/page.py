"""Hand-entered lists for pages: each call serves the viewer's own merchant only.

Lists of the whole house are entered by its operator.
"""

from __future__ import annotations

import polars as pl

from contracts.errors import no_such_page
from metrics.query.access import Viewer, require
from pipeline import deliveries
from pipeline.deliveries import Delivery
from pipeline.entries import engine
from pipeline.entries.cells import Language
from pipeline.entries.declaration import EntryList
from pipeline.entries.engine import ListPreview
from pipeline.entries.found import entry_list, entry_lists
from pipeline.entries.template import template
from pipeline.house import reading
from warehouse.entries import last_entry
from warehouse.settings import Settings


def lists_of(viewer: Viewer) -> tuple[EntryList, ...]:
    """The lists the viewer may enter: a merchant's, or the house's for its operator.

    Raises ``NotFoundError`` for the association.
    """
    require(viewer)
    if viewer.role == "operator" and viewer.merchant_id is None:
        return tuple(item for item in entry_lists() if item.is_house)
    merchant_of(viewer)
    return tuple(item for item in entry_lists() if not item.is_house)


def list_template(viewer: Viewer, code: str, form: str = "csv", language: Language = "zh") -> bytes:
    """The list to fill in in ``language``, with the merchant's own SKUs where it is about goods."""
    item, merchant_id = _own(viewer, code)
    with reading(settings_of(viewer)) as lake:
        return template(item, form, lake=lake, merchant_id=merchant_id, language=language)


def preview_list(viewer: Viewer, code: str, name: str, data: bytes) -> ListPreview:
    """A list as it would be taken over.

    Changes nothing. Raises ``FileRefusedError`` …_FILE for another kind of table.
    """
    item, merchant_id = _own(viewer, code)
    with reading(settings_of(viewer)) as lake:
        return engine.preview(item, lake, merchant_id, name, data)


def enter_list(viewer: Viewer, code: str, name: str, data: bytes, seen: tuple[int, ...]) -> Delivery:
    """Take a previewed list over, build and release, in the background.

    The outcome raises ``UsageError`` …S_MOVED when entries came since.
    """
    item, merchant_id = _own(viewer, code)
    return deliveries.enter(
        settings_of(viewer),
        lambda lake: engine.enter(item, lake, merchant_id, name, data, by=viewer.name, seen=seen),
        run_name=item.code,
        merchant_id=merchant_id,
    )


def take_back(viewer: Viewer, code: str, ids: tuple[str, ...], seen: tuple[int, ...]) -> Delivery:
    """Take entries back by their ids, build and release, in the background.

    The outcome raises as ``pipeline.entries.engine.take_back``.
    """
    item, merchant_id = _own(viewer, code)
    return deliveries.enter(
        settings_of(viewer),
        lambda lake: engine.take_back(item, lake, merchant_id, ids, by=viewer.name, seen=seen),
        run_name=item.code,
        merchant_id=merchant_id,
    )


def entries_in_force(viewer: Viewer, code: str) -> tuple[pl.DataFrame, tuple[int, ...]]:
    """The entries that count (``pipeline.entries.engine.in_force``), and the newest entry, which goes back
    with what is taken back.
    """
    item, merchant_id = _own(viewer, code)
    with reading(settings_of(viewer)) as lake:
        return engine.in_force(item, lake, merchant_id), last_entry(lake, item.books, merchant_id)


def merchant_of(viewer: Viewer) -> str:
    """The merchant whose data the viewer may give.

    The association has no such page, nor has an operator who named no merchant.
    """
    require(viewer)
    if viewer.merchant_id is None or viewer.role == "association":
        raise no_such_page()
    return viewer.merchant_id


def settings_of(viewer: Viewer) -> Settings:
    """This installation's choices, at the viewer's place."""
    place = viewer.place
    return Settings(home=place.home, catalog=place.catalog, data=place.data)


def _own(viewer: Viewer, code: str) -> tuple[EntryList, str | None]:
    """A list the viewer may enter, and whose it is: of no merchant for one of the whole house, which a
    merchant would change for all others.
    """
    item = entry_list(code)
    if not item.is_house:
        return item, merchant_of(viewer)
    require(viewer)
    if viewer.role != "operator":
        raise no_such_page()
    return item, None
