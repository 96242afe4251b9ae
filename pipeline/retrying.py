"""Asking a scheduler for another try of a collection that half succeeded."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.errors import TransientError
from pipeline.collect import Collected


def insist(collected: Iterable[Collected]) -> None:
    """Raise ``TransientError`` naming the shops whose collection failed for a reason that may pass; what has come is kept either way."""
    again = sorted({ended.shop_id for ended in collected if ended.is_transient})
    if again:
        raise TransientError("COLLECT_AGAIN", "部分店铺暂时无法采集", "some shops could not be collected for now", shops=", ".join(again))
