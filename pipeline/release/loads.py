"""What happened to files between two releases, as their receipts tell."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from warehouse.lake import Lake
from warehouse.ops import LOAD, RECIPE
from warehouse.release import Release

_TOLD = ["merchant_id", "shop_id", "export_id", "verdict_code"]


@dataclass(frozen=True)
class Loads:
    """What builds since a release did to files.

    ``rows`` (``_TOLD``): what they loaded, or took back. ``is_made_anew``: one of them made everything anew
    from the raw files, which writes all receipts again; those that say what was known are left out.
    """

    rows: pl.DataFrame
    is_made_anew: bool

    @property
    def files(self) -> pl.DataFrame:
        """The files of ``rows``, as states name them."""
        return self.rows.select("merchant_id", "shop_id", _export_id="export_id")

    @property
    def withdrawn(self) -> pl.DataFrame:
        """Those of ``files`` that were taken back, or taken back once more."""
        return Loads(self.rows.filter(pl.col("verdict_code") == "withdrawn"), self.is_made_anew).files


def loads_since(previous: Release, before: Lake, after: Lake) -> Loads:
    """What happened to files between ``previous``, as ``before`` shows it, and ``after``."""
    is_new = pl.col("build_number") > previous.build
    is_anew = not after.read(RECIPE, columns=["build_number"]).filter(is_new).is_empty()
    rows = after.read(LOAD, columns=[*_TOLD, "build_number"]).filter(is_new).select(_TOLD)
    if is_anew:
        rows = rows.join(before.read(LOAD, columns=_TOLD), on=_TOLD, how="anti")
    return Loads(rows, is_anew)
