"""A bridge whose ends no shop gave all of: not walked, and said what to give."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from metrics_cases import day, frames, given, merchant, publish

from contracts.codes import REPORT
from contracts.errors import UsageError
from metrics.query.access import Viewer
from metrics.query.question import Period
from metrics.reports.ladder.bridges import funded_bridge, refund_bridge, settled_bridge
from warehouse.place import Place

SHOPS = [("s1", "douyin"), ("s2", "taobao")]


@pytest.mark.parametrize(
    ("walk", "lacking"), [(refund_bridge, "refunds"), (settled_bridge, "bills"), (funded_bridge, "accounts")]
)
def test_a_bridge_no_shop_gave_all_of_names_what_to_give(
    place: Place, walk: Callable[[Viewer, Period], object], lacking: str
) -> None:
    """Not another period: no day of it would do."""
    reports = [report for report in REPORT.values if report not in (lacking, "refund_days")]
    publish(place, {**frames(), "dim_reported": given(dict.fromkeys(SHOPS, reports))})
    with pytest.raises(UsageError, match="RUNG_UNREPORTED") as refused:
        walk(merchant(place), (day(1), day(31)))
    zh, en = REPORT.labels[lacking]
    assert (refused.value.step_zh, refused.value.step_en) == (f"补上{zh}", f"give {en}")
