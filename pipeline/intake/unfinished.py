"""Files that were loaded before and are in no release: the run that took them was killed, or its release is
held. Given again they are known, and no row of them is in any figure yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from contracts.intake import Notice
from pipeline.intake.land import Landed
from pipeline.intake.receipts import FileReceipt, as_duplicate, from_load
from warehouse import release
from warehouse.lake import Lake
from warehouse.ops import LOAD

_WAITS, _DONE = "RECEIVED_WAITS", "RECEIVED_EARLIER"


def unreleased(lake: Lake, loads: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``LOAD`` whose files are in no published release.

    A file judged anew by a build that is held was in one before, and stays there.
    """
    published = release.published_ones(lake)
    parts = loads.partition_by("merchant_id", as_dict=True)
    waiting = [_unreleased_of(lake, mine, str(merchant), published) for (merchant,), mine in parts.items()]
    return pl.concat(waiting) if waiting else loads


def _unreleased_of(
    lake: Lake, loads: pl.DataFrame, merchant_id: str, published: Sequence[release.Release]
) -> pl.DataFrame:
    """The same of one merchant: releases that hold it have none of its files."""
    newest = release.of_merchant(published, published[-1], merchant_id) if published else None
    if newest is None:
        return loads
    later = loads.filter(pl.col("build_number") > newest.build)
    if later.is_empty():
        return later
    key = list(LOAD.key)
    with Lake.open(lake.place, snapshot=newest.snapshot) as then:
        return later.join(then.read(LOAD, keys=later.select(key), columns=key), on=key, how="anti")


def marked(lake: Lake, landed: Sequence[Landed]) -> list[Landed]:
    """Files just landed, where known ones that are in no release say so: to call them duplicates is not
    enough.
    """
    known = [item.receipt for item in landed if item.receipt and item.receipt.verdict == "duplicate"]
    waits = _unreleased(lake, known)
    return [
        replace(item, receipt=_told(item.receipt, _WAITS))
        if item.receipt and _key(item.receipt) in waits
        else item
        for item in landed
    ]


def settled(lake: Lake, merchant_id: str, shop_id: str, landed: Sequence[Landed]) -> list[FileReceipt]:
    """The receipt of each file in its order, by the rows of ``LOAD``: not from the last build alone, for
    another one may have taken what was landed a moment ago.

    Bytes met a second time in one ingest are duplicates of the first; of known files that were in no release
    it is said whether they are by now.
    """
    mine = [item.export_id for item in landed if item.receipt is None]
    where: dict[str, object] = {"merchant_id": merchant_id, "shop_id": shop_id, "export_id": mine}
    loads = {row["export_id"]: row for row in lake.read(LOAD, where=where).sort("build_number").to_dicts()}
    receipts: list[FileReceipt] = []
    met: set[str] = set()
    for item in landed:
        receipt = item.receipt or from_load(loads[item.export_id], item.name)
        is_again = item.export_id in met and item.receipt is None and receipt.verdict != "unusable"
        receipts.append(as_duplicate(receipt) if is_again else receipt)
        met.add(item.export_id)
    waited = [receipt for receipt in receipts if any(notice.rule == _WAITS for notice in receipt.notices)]
    still = _unreleased(lake, waited)
    return [
        _told(receipt, _DONE) if receipt in waited and _key(receipt) not in still else receipt
        for receipt in receipts
    ]


def _key(receipt: FileReceipt) -> tuple[str, str, str, str]:
    return receipt.merchant_id, receipt.shop_id, receipt.export_id, receipt.kind


def _unreleased(lake: Lake, receipts: Sequence[FileReceipt]) -> set[tuple[str, str, str, str]]:
    """Those of these receipts, by their keys, whose rows no release has."""
    if not receipts:
        return set()
    names = ["merchant_id", "shop_id", "export_id", "kind_code"]
    wanted = pl.DataFrame([_key(receipt) for receipt in receipts], schema=names, orient="row").unique()
    mine: dict[str, object] = {"export_id": wanted["export_id"].unique().to_list()}
    loads = lake.read(LOAD, where=mine).join(wanted, on=names, how="semi")
    return set(unreleased(lake, loads).select(names).iter_rows())


def _told(receipt: FileReceipt, rule: str) -> FileReceipt:
    others = [notice for notice in receipt.notices if notice.rule not in (_WAITS, _DONE)]
    return replace(receipt, notices=[Notice(rule, receipt.rows_read), *others])
