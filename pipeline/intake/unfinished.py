"""Files an earlier run received and did not bring into a release: it was killed, or its release is held.

Given again such a file is no duplicate: its rows are in no figure yet.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl

from contracts.errors import BaiyunError, WriterBusyError
from contracts.intake import Notice
from pipeline.house import reading
from pipeline.intake.land import Landed
from pipeline.intake.receipts import FileReceipt, as_duplicate, from_load
from pipeline.intake.released import unreleased
from warehouse.lake import Lake
from warehouse.ops import EXPORT, LOAD
from warehouse.settings import Settings

#: Export id → when it was received.
Received = dict[str, dt.datetime]


def received(lake: Lake, merchant_id: str, shop_id: str) -> Received:
    """The files a shop has given so far and nobody has withdrawn."""
    names = ["export_id", "received_at", "withdrawn_at"]
    known = lake.read(EXPORT, where={"merchant_id": merchant_id, "shop_id": shop_id}, columns=names)
    return dict(known.filter(pl.col("withdrawn_at").is_null()).select(names[:2]).iter_rows())


def unfinished(
    lake: Lake, merchant_id: str, shop_id: str, landed: Sequence[Landed], before: Received
) -> Received:
    """Of the files just landed those that were there ``before`` and are in no release."""
    again = {item.export_id: before[item.export_id] for item in landed if item.export_id in before}
    where: dict[str, object] = {
        "merchant_id": merchant_id, "shop_id": shop_id, "export_id": list(again)
    }  # fmt: skip
    loads = lake.read(LOAD, where=where) if again else LOAD.empty()
    done = set(loads["export_id"]) - set(unreleased(lake, loads)["export_id"])
    return {export: at for export, at in again.items() if export not in done}


def settled(
    lake: Lake, merchant_id: str, shop_id: str, landed: Sequence[Landed], waited: Received
) -> list[FileReceipt]:
    """The receipt of each file in its order, by the rows of ``LOAD``.

    Not from the last build alone: another one may have taken what was landed a moment ago. Bytes met a second
    time in one ingest are duplicates of the first; of those that ``waited`` for a release it is said whether
    they still do.
    """
    mine = [item.export_id for item in landed if item.receipt is None]
    where: dict[str, object] = {"merchant_id": merchant_id, "shop_id": shop_id, "export_id": mine}
    loads = {row["export_id"]: row for row in lake.read(LOAD, where=where).sort("build_number").to_dicts()}
    still = unfinished(lake, merchant_id, shop_id, landed, waited)
    receipts: list[FileReceipt] = []
    met: set[str] = set()
    for item in landed:
        receipt = item.receipt or from_load(loads[item.export_id], item.name)
        if item.export_id in waited:
            receipt = _told(receipt, waited[item.export_id], is_released=item.export_id not in still)
        is_again = item.export_id in met and receipt.verdict not in ("unusable", "duplicate")
        receipts.append(as_duplicate(receipt) if is_again else receipt)
        met |= {item.export_id} - {""}
    return receipts


def _told(receipt: FileReceipt, at: dt.datetime, *, is_released: bool) -> FileReceipt:
    rule = "RECEIVED_EARLIER" if is_released else "RECEIVED_WAITS"
    notice = Notice(rule, receipt.rows_read, f"{at:%Y-%m-%d %H:%M}")
    verdict = "warned" if receipt.verdict == "accepted" and notice.calls else receipt.verdict
    return replace(receipt, verdict=verdict, notices=[notice, *receipt.notices])


def busy(
    settings: Settings, merchant_id: str, shop_id: str, paths: Sequence[Path], error: WriterBusyError
) -> WriterBusyError:
    """``error`` with what is known of the files: those that were received wait for a build, or are in one."""
    try:
        with reading(settings) as lake:
            known = received(lake, merchant_id, shop_id)
        names = [path.name for path in paths if hashlib.sha256(path.read_bytes()).hexdigest() in known]
    except (BaiyunError, OSError, duckdb.Error):
        return error
    if not names:
        return error
    return WriterBusyError(
        error.rule,
        f"{error.zh}；这些文件早先已经收到，正在构建或等着构建",
        f"{error.en}; these files were received before and are being built, or wait for it",
        step_zh=error.step_zh,
        step_en=error.step_en,
        **{**error.facts, "received": "、".join(names)},
    )
