"""Advertising: cash and grants stand apart, what is not told is untold and not 0, reports are not added up,
and rows are one's own.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from metrics_cases import OTHER, association, day, merchant, owned_by, publish, rows_of

from contracts.canonical import AD_SPEND
from contracts.errors import NotFoundError
from metrics.reports.ad_spend import ad_spend
from transforms.costing import Costs
from transforms.gold.advertising import fct_ad_spend, mart_ad_daily
from warehouse.ops import FIXED_COST, UNIT_COST
from warehouse.place import Place

NOTHING = Costs(UNIT_COST.empty(), FIXED_COST.empty())
SHOPS = pl.DataFrame({"merchant_id": ["m1"], "shop_id": ["s1"], "platform_code": ["douyin"]})
_AT = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)


def spent(
    entry: str,
    date: dt.date,
    fen: int,
    cash: int | None,
    grant: int | None,
    *,
    family: str = "plan",
    currency: str | None = None,
) -> dict[str, object]:
    key = {
        "merchant_id": "m1",
        "shop_id": "s1",
        "platform_code": "douyin",
        "ad_entry_id": entry,
        "ad_family_code": family,
        "ad_date": date,
    }
    return {
        **key,
        "spent_fen": fen,
        "spent_cash_fen": cash,
        "spent_grant_fen": grant,
        "currency_code": currency,
        "_observed_at": _AT,
        "_last_observed_at": _AT,
    }


SPENT = [
    spent("1", day(1), 100_00, 70_00, 30_00), spent("2", day(1), 50_00, 50_00, None),
    spent("3", day(2), 20_00, None, None),
    spent("4", day(1), 150_00, 120_00, 30_00, family="hour"),
    spent("5", day(1), 9_00, 9_00, 0, currency="USD"),
]  # fmt: skip


@pytest.fixture
def told(place: Place) -> Place:
    rows = mart_ad_daily.build(
        fct_ad_spend.build(AD_SPEND.shape(pl.DataFrame(SPENT, infer_schema_length=None)), NOTHING, SHOPS)
    )
    theirs = owned_by(OTHER, rows.with_columns(spent_fen=pl.lit(7_777)).to_dicts())
    publish(place, {"mart_ad_daily": pl.concat([rows, rows_of("mart_ad_daily", theirs)])})
    return place


def test_cash_and_grants_stand_apart_and_what_is_not_told_is_untold(told: Place) -> None:
    rows = (
        ad_spend(merchant(told))
        .select("ad_family_code", "spent_fen", "spent_cash_fen", "spent_grant_fen", "ad_untold_fen")
        .rows()
    )
    assert rows == [("plan", 170_00, 120_00, 30_00, 20_00), ("hour", 150_00, 120_00, 30_00, 0)], (
        "two reports of the same money, and no dollars"
    )
    assert ad_spend(merchant(told), period=(day(2), day(2)))["ad_untold_fen"].to_list() == [20_00]


def test_nobody_elses(told: Place) -> None:
    assert set(ad_spend(merchant(told, OTHER))["spent_fen"]) == {7_777, 2 * 7_777}
    with pytest.raises(NotFoundError):
        ad_spend(association(told))
