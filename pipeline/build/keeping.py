"""What was loaded of exports whose raw bytes have expired: their rows as bronze and quarantine keep them, in
the shape of a fresh reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import polars as pl

from connectors.base import Layout
from connectors.reading import QUARANTINE, Reading
from contracts.intake import Notice
from pipeline.build.loading import Export
from pipeline.intake.mapping import platform_of
from warehouse import ops
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD

_OF_KIND = ["merchant_id", "shop_id", "platform_code", "kind_code", "layout_name"]


def kept_readings(lake: Lake, exports: pl.DataFrame) -> dict[Export, Reading]:
    """Export → reading for those rows of ``exports`` (columns of ``EXPORT``) whose raw bytes have expired.

    A row in quarantine stays there with its rule: what it said beyond that is gone. Pages of one shop's kind
    share one reading, as when they were read.
    """
    expired = exports.filter(pl.col("expired_at").is_not_null())
    if expired.is_empty():
        return {}
    loads = lake.read(LOAD, keys=expired.select(EXPORT.key)).select(
        *EXPORT.key, "dropped_columns_name", "details_json"
    )
    alone = pl.when(pl.col("source_code") == "file").then("export_id").otherwise(pl.lit("")).alias("_alone")
    told = expired.join(loads, on=list(EXPORT.key), how="left").with_columns(alone)
    groups = told.partition_by(*_OF_KIND, "_alone")
    return {export: reading for group in groups for export, reading in _of_group(lake, group)}


def _of_group(lake: Lake, group: pl.DataFrame) -> Iterable[tuple[Export, Reading]]:
    merchant_id, shop_id, platform_code, kind, layout = group.select(_OF_KIND).row(0)
    platform = platform_of(lake, merchant_id, platform_code, kind)
    bronze = lake.read(
        platform.bronze[kind], keys=group.select("merchant_id", "shop_id", _export_id="export_id")
    )
    broken = (
        lake.read(ops.QUARANTINE, keys=group.select(EXPORT.key))
        .rename({"export_id": "_export_id", "row_number": "_row_number"})
        .select(*QUARANTINE)
    )
    details = json.loads(group["details_json"][0] or "{}")
    reading = Reading(
        Layout(platform_code, kind, layout or "", group["source_code"][0], False, "", ()),
        bronze,
        broken,
        bronze.height + broken["_row_number"].n_unique(),
        group["observed_at"].max(),  # type: ignore[arg-type]
        [name for name in str(group["dropped_columns_name"][0] or "").split("、") if name],
        details.get("new_columns", []),
        [Notice(**notice) for notice in details.get("notices", [])],
    )
    return [((shop_id, export_id), reading) for export_id in group["export_id"]]
