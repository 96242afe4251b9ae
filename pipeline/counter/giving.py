"""Taking files in, taking them back, and saying that held rows are right: in the background."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.errors import UsageError
from metrics.query.access import Viewer
from pipeline import deliveries
from pipeline.counter.looking import looking
from pipeline.deliveries import Delivery
from pipeline.entries.page import merchant_of, settings_of

#: What one delivery may hold: a page keeps the bytes in memory until they are confirmed.
MAX_FILES = 50
MAX_BYTES = 400 * 1024 * 1024


def deliver(viewer: Viewer, shop_id: str, files: Sequence[tuple[str, bytes]]) -> Delivery:
    """Take files (name, bytes) for one of the viewer's shops, build and release, in the background.

    The outcome comes with the ``Delivery``.

    Its outcome raises ``WriterBusyError`` and the like; refused files and a held release are part of it. Here
    raises ``NotFoundError`` for a foreign shop and ``UsageError`` for more than ``MAX_FILES`` files or
    ``MAX_BYTES`` bytes.
    """
    with looking(viewer, shop_id):
        total = sum(len(data) for _, data in files)
        if not 0 < len(files) <= MAX_FILES or total > MAX_BYTES:
            step = {"step_zh": "请分几次上传", "step_en": "give them in several goes"}
            raise UsageError(
                "TOO_MUCH",
                "一次上传的文件过多",
                "too many files, or too large, for one go",
                **step,
                files=len(files),
                bytes=total,
            )
    return deliveries.begin(settings_of(viewer), merchant_of(viewer), shop_id, files, by=viewer.name)


def withdraw(viewer: Viewer, shop_id: str, export_id: str) -> Delivery:
    """Have one file count no more, in the background: its shop is made anew from all the others.

    Raises ``NotFoundError`` for a foreign shop.

    A file that is not the shop's is the outcome's ``NotFoundError``.
    """
    with looking(viewer, shop_id):
        return deliveries.withdraw(
            settings_of(viewer), merchant_of(viewer), shop_id, export_id, by=viewer.name
        )


def confirm_rows(viewer: Viewer, shop_id: str, export_id: str, rows: Sequence[int]) -> Delivery:
    """Say that held rows of a file are right as they stand, in the background: they count from then on.

    Raises ``NotFoundError`` for a foreign shop.
    """
    with looking(viewer, shop_id):
        return deliveries.confirm(
            settings_of(viewer), merchant_of(viewer), shop_id, export_id, rows, by=viewer.name
        )


def confirm_line(viewer: Viewer, shop_id: str, order_line_id: str) -> Delivery:
    """Say that a marked line is right at its amount, in the background: its mark comes off.

    Raises ``NotFoundError`` for a foreign shop.
    """
    with looking(viewer, shop_id):
        return deliveries.confirm_line(
            settings_of(viewer), merchant_of(viewer), shop_id, order_line_id, by=viewer.name
        )
