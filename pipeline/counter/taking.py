"""Taking out: a signed statement with its files, and everything that is the viewer's own merchant's."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from metrics.query.access import Viewer
from metrics.query.question import Period
from pipeline.entries.page import merchant_of, settings_of
from pipeline.takeout import shelf
from pipeline.takeout.bundles import write_everything, write_statement
from pipeline.takeout.shelf import Takeout


def take_statement(viewer: Viewer, period: Period) -> Takeout:
    """The signed statement of ``period``, both days included, in the background: its PDF, then a zip with
    the files it rests on.

    The outcome raises ``NotFoundError`` NOTHING_TO_STATE and the like; here for anybody but a merchant.
    """
    merchant_id, settings = merchant_of(viewer), settings_of(viewer)
    make = partial(write_statement, settings, merchant_id, period)
    return shelf.begin(viewer.place, merchant_id, f"statement {period[0]} {period[1]}", make)


def take_everything(viewer: Viewer) -> Takeout:
    """All figures and all received files of the viewer's merchant, in the background, as one zip.

    Raises as ``take_statement``.
    """
    merchant_id, settings = merchant_of(viewer), settings_of(viewer)
    return shelf.begin(
        viewer.place, merchant_id, "everything", partial(write_everything, settings, merchant_id)
    )


def taken_out(viewer: Viewer, takeout_id: str, number: int) -> Path:
    """Where a file of a takeout of the viewer's own merchant lies. Raises ``NotFoundError`` for any other."""
    return shelf.find(viewer.place, merchant_of(viewer), takeout_id, number)
