"""The contributions behind each release, which nobody is shown: corrections and the index are held against
them.
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from warehouse.signed.district_log import Document, Entry, ReleaseLog


def keep(log: ReleaseLog, document: Document, contributions: pl.DataFrame) -> Entry:
    """Sign a document and keep it for good, its contributions first. Raises as ``ReleaseLog.append`` does."""
    entry = log.signed(document)
    log.folder.mkdir(parents=True, exist_ok=True)
    part = log.folder / f"{entry.name}.{os.getpid()}.part"
    contributions.write_parquet(part)
    part.replace(_file(log, entry))
    log.append(entry)
    return entry


def contributions_of(log: ReleaseLog, entry: Entry) -> pl.DataFrame:
    """What a release was made of."""
    return pl.read_parquet(_file(log, entry))


def _file(log: ReleaseLog, entry: Entry) -> Path:
    return log.folder / f"{entry.name}.{entry.sha256[:16]}.parquet"
