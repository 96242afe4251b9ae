"""The contributions behind each release, which nobody is shown: corrections and the index are held against
them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import polars as pl

from warehouse.signed.district_log import Document, Entry, ReleaseLog
from warehouse.signed.entry import name_of, sign_document
from warehouse.signed.proposals import Proposals


def keep(log: ReleaseLog | Proposals, document: Document, contributions: pl.DataFrame) -> Entry:
    """Sign a document and keep it, its contributions first. Raises as ``append`` of ``log`` does."""
    entry = sign_document(log.place, document)
    log.folder.mkdir(parents=True, exist_ok=True)
    part = log.folder / f"{entry.name}.{os.getpid()}.part"
    contributions.write_parquet(part)
    part.replace(_file(log, entry))
    log.append(entry)
    return entry


def release(log: ReleaseLog, proposals: Proposals, entry: Entry) -> None:
    """Keep a proposal for good as it stands, its contributions first; cut off anywhere, the same call ends
    it. Raises as ``ReleaseLog.append`` does.
    """
    log.folder.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.link(_file(proposals, entry), _file(log, entry))
    log.append(entry)
    proposals.drop({entry.document["number"]})


def contributions_of(log: ReleaseLog, entry: Entry) -> pl.DataFrame:
    """What a release was made of, or one that waits."""
    path = _file(log, entry)
    return pl.read_parquet(path if path.exists() else _file(Proposals(log.place), entry))


def _file(log: ReleaseLog | Proposals, entry: Entry) -> Path:
    return log.folder / f"{entry.name}.{entry.sha256[:16]}.parquet"


def drop_proposals(proposals: Proposals, merchant_id: str) -> None:
    """Remove the first proposal that a merchant is part of, and all that are chained on it."""
    with proposals.locked():
        for path in proposals.folder.glob("*.part"):  # of whoever was cut off
            path.unlink()
        proposals.drop(proposed_of(proposals, merchant_id))


def proposed_of(proposals: Proposals, merchant_id: str) -> set[int]:
    """Numbers of the first proposal that a merchant is part of, and of all that are chained on it."""
    numbers = proposals.numbers()
    its = {number for number in numbers if _is_in(proposals, number, merchant_id)}
    return {number for number in numbers if its and number >= min(its)}


def _is_in(proposals: Proposals, number: int, merchant_id: str) -> bool:
    files = proposals.folder.glob(f"{name_of(number)}.*.parquet")
    return any(not pl.read_parquet(path).filter(merchant_id=merchant_id).is_empty() for path in files)


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
