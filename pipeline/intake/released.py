"""Which loads no release holds yet."""

from __future__ import annotations

import polars as pl

from warehouse import release
from warehouse.lake import Lake
from warehouse.ops import LOAD


def unreleased(lake: Lake, loads: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``LOAD`` whose files are in no published release.

    A file judged anew by a build that is held was in one before, and stays there.
    """
    published = [item for item in release.releases(lake) if item.status == release.PUBLISHED]
    newest = max(published, key=lambda item: item.build, default=None)
    if newest is None:
        return loads
    later = loads.filter(pl.col("build_number") > newest.build)
    if later.is_empty():
        return later
    key = list(LOAD.key)
    with Lake.open(lake.place, snapshot=newest.snapshot) as then:
        return later.join(then.read(LOAD, keys=later.select(key), columns=key), on=key, how="anti")
