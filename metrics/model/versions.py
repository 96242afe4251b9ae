"""Which definition a figure was shown under: the content hash of what its declaration computes, kept with
each release.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from metrics.model.definitions import METRICS, Metric
from warehouse.release import Release

#: Metrics whose figures the restatement ledger follows order by order: those people read every day. All are
#: plain sums over the daily mart.
FOLLOWED = ("paid_gmv", "refunds", "net_by_order_date", "net_by_refund_date", "paid_orders")

#: Further ones it follows by shop, channel and day: sums of their own marts, which bills, accounts, time and
#: entered costs move beside orders.
CELLWISE = ("placed_gmv", "kept_sales", "settled", "funded", "gross_profit", "contribution")


def version(metric: Metric) -> str:
    """Twelve hex digits of the sha256 of what moves a metric's figures: unit, clock, numerator, denominator,
    needs, and when it is null.

    Words do not count.
    """
    told = [
        metric.id,
        metric.unit,
        metric.clock,
        metric.numerator,
        metric.denominator,
        metric.told,
        metric.needs,
    ]
    told += [metric.untold] if metric.untold else []
    told += (
        [metric.whole] if metric.whole else []
    )  # not among the others: what has none keeps the version it was shown under
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def definitions() -> dict[str, dict[str, object]]:
    """What a release keeps of today's definitions: metric → ``version``, and of followed ones the
    ``numerator`` (measure → coefficient).
    """
    return {
        name: {"version": version(item)} | ({"numerator": item.numerator} if name in FOLLOWED else {})
        for name, item in METRICS.items()
    }


def numerators(release: Release | None = None) -> dict[str, dict[str, int]]:
    """Followed metric → measure → coefficient, today's or those ``release`` was shown under (a release that
    kept none: none).
    """
    if release is None:
        return {name: METRICS[name].numerator for name in FOLLOWED}
    return {name: item["numerator"] for name, item in _kept(release).items() if "numerator" in item}


def redefined_since(release: Release, metric: Metric) -> bool:
    """Whether ``release`` showed this metric under another definition than today's; False where it kept
    none.
    """
    kept = _kept(release).get(metric.id)
    return kept is not None and kept["version"] != version(metric)


def _kept(release: Release) -> dict[str, Any]:
    found = release.details.get("definitions", {})
    return found if isinstance(found, dict) else {}
