"""Files of several merchants given at once, so that what differs in each is built and released once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from intake_files import Table, data

from pipeline.house import writing
from pipeline.intake.land import land_files
from pipeline.intake.receipts import FileReceipt
from pipeline.steps import build_and_release
from warehouse.settings import Settings


def given_each(
    settings: Settings, folder: Path, files: Mapping[str, tuple[str, Table]], at: dt.datetime
) -> dict[str, FileReceipt]:
    """Land each merchant's file (name, table), build and release once: merchant → receipt.

    Orders of several merchants must be numbered apart (``numbered_from``).
    """
    with writing(settings) as lake:
        for merchant, (name, table) in files.items():
            path = folder / merchant / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data(table))
            land_files(lake, settings.place, merchant, f"{merchant}-shop", [path], at=at, register=True)
    built, _ = build_and_release(settings, at=at)
    return {receipt.merchant_id: receipt for receipt in built.receipts}
