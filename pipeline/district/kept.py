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


def months_of(log: ReleaseLog, merchant_id: str) -> tuple[str, ...]:
    """Released months that a merchant is part of."""
    found = [pl.read_parquet(path).filter(merchant_id=merchant_id) for path in log.folder.glob("*.parquet")]
    return tuple(sorted({month for rows in found for month in rows["business_month"]}))


def rename(log: ReleaseLog, merchant_id: str, name: str, *, is_whole_owner: bool) -> None:
    """Have what a merchant contributed be ``name``'s in every release, and its owner too, if it
    ``is_whole_owner``: all that the owner has.
    """
    is_its = pl.col("merchant_id") == merchant_id
    for path in sorted(log.folder.glob("*.parquet")):
        rows = pl.read_parquet(path)
        if rows.filter(is_its).is_empty():
            continue
        columns = ("merchant_id", "owner_id") if is_whole_owner else ("merchant_id",)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        rows.with_columns(
            pl.when(is_its & pl.col(column).is_not_null()).then(pl.lit(name)).otherwise(column).alias(column)
            for column in columns
        ).write_parquet(part)
        part.replace(path)
