"""Primary disclosure rules on the worked examples of the SDC Handbook, chapter 4.2, and the association's
table.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from transforms.disclosure import DisclosureRule, judge_cells
from transforms.gold.sales import mart_district_channel_monthly as district
from transforms.gold.sales.mart_shop_channel_daily import TABLE as DAILY


def _judge(contributions: list[int], rule: DisclosureRule) -> tuple[int, bool] | None:
    frame = pl.DataFrame(
        {
            "cell": "c",
            "owner_id": [f"o{number}" for number in range(len(contributions))],
            "value": contributions,
        }
    )
    found = judge_cells(frame, ["cell"], "value", rule)
    return found.select("owners_qty", "is_released").row(0) if found.height else None


def _p_only(p: float) -> DisclosureRule:
    return DisclosureRule(minimum_owners=3, p=p, largest_share=1.0)


def _rest(total: int, *largest: int) -> list[int]:
    """The largest contributions, and the remainder in ten equal small ones."""
    small = (total - sum(largest)) // 10
    return [*largest, *[small] * 10]


@pytest.mark.parametrize(
    ("contributions", "p", "safe"),
    [
        (_rest(100_000, 50_000, 49_000), 10, False),  # example 1: 1,000 is less than 10% of 50,000
        (_rest(110_000, 52_000, 50_000), 10, True),  # example 2: 8,000 is at least 5,200
        ([300, 20, 10], 25, False),  # 10 is short of 75 by the upper protection level of 65
        ([300, 20, 75], 25, False),
        ([300, 75, 75], 25, True),  # exactly at the bound
        ([300, 75, 74], 25, False),
    ],
)
def test_p_percent_rule(contributions: list[int], p: float, safe: bool) -> None:
    found = _judge(contributions, _p_only(p))
    assert found is not None
    assert found[1] is safe
    assert _judge(contributions[::-1], _p_only(p)) == found


@pytest.mark.parametrize(("owners", "safe"), [(4, False), (5, True)])
def test_minimum_of_owners(owners: int, safe: bool) -> None:
    assert _judge([100] * owners, DisclosureRule()) == (owners, safe)


def test_who_contributes_nothing_does_not_count() -> None:
    assert _judge([100] * 4 + [0] * 3, DisclosureRule()) == (4, False)
    assert _judge([0, 0], DisclosureRule()) is None


@pytest.mark.parametrize(("largest", "safe"), [(40, True), (41, False)])
def test_largest_share(largest: int, safe: bool) -> None:
    rest = 100 - largest
    assert _judge([largest, *[rest // 6] * 5, rest - rest // 6 * 5], DisclosureRule(p=0.0)) == (7, safe)


# --- the association's table --------------------------------------------------------------------------------

RULE = DisclosureRule(minimum_owners=5, p=15.0, largest_share=0.40)


def _day(
    merchant: str,
    channel: str,
    paid: int,
    back: int,
    month: str = "2026-05",
    platform: str = "douyin",
    **cells: Any,  # noqa: ANN401
) -> dict[str, Any]:
    day = dt.date.fromisoformat(f"{month}-10")
    return {
        "merchant_id": merchant, "shop_id": merchant, "platform_code": platform, "channel_code": channel,
        "traffic_code": "free", "business_date": day,
        "paid_fen": paid, "cohort_refund_fen": back, **cells,
    }  # fmt: skip


def _build(
    *rows: dict[str, Any], owners: dict[str, str] | None = None, before: str = "2026-06"
) -> pl.DataFrame:
    names = sorted({row["merchant_id"] for row in rows})
    frame = DAILY.shape(pl.DataFrame(list(rows)))
    holds = pl.DataFrame(
        {"merchant_id": names, "owner_id": [(owners or {}).get(name, name) for name in names]}
    )
    return district.build(frame, holds, RULE, before)


def _even(
    channel: str,
    count: int = 6,
    paid: int = 1000,
    back: int = 400,
    **cells: Any,  # noqa: ANN401
) -> list[dict[str, Any]]:
    return [_day(f"m{number}", channel, paid, back, **cells) for number in range(count)]


def _released(table: pl.DataFrame) -> set[str]:
    return set(table.filter("is_released")["channel_code"])


def test_shares_are_of_released_cells_and_hidden_ones_carry_nothing() -> None:
    table = _build(
        *_even("own_live"), *_even("creator_live", paid=3000, back=2400), *_even("search", count=4)
    )
    assert table.select(
        "channel_code", "is_released", "paid_share_rate", "kept_share_rate", "kept_rate"
    ).sort("channel_code").rows() == [
        ("creator_live", True, 0.75, 0.5, 0.2),
        ("own_live", True, 0.25, 0.5, 0.6),
        ("search", False, None, None, None),
    ]


def test_figures_are_rounded_to_a_point() -> None:
    table = _build(*_even("own_live", paid=1003, back=337), *_even("search", paid=2999, back=1111))
    for name in ("paid_share_rate", "kept_share_rate", "kept_rate"):
        assert (table[name] * 100 - (table[name] * 100).round()).abs().max() < 1e-9  # type: ignore[operator]


def test_one_holder_of_several_merchants_is_one() -> None:
    rows = _even("own_live")
    assert _released(_build(*rows)) == {"own_live"}
    assert _released(_build(*rows, owners={"m0": "boss", "m1": "boss"})) == {"own_live"}
    assert _released(_build(*rows, owners={"m0": "boss", "m1": "boss", "m2": "boss"})) == set()


def test_open_months_and_merchants_without_a_holder_stay_out() -> None:
    rows = [*_even("own_live"), *_even("own_live", month="2026-06")]
    assert _build(*rows)["business_month"].to_list() == ["2026-05"]
    stranger = pl.DataFrame(
        {
            "merchant_id": [f"m{number}" for number in range(4)],
            "owner_id": [f"m{number}" for number in range(4)],
        }
    )
    assert district.build(DAILY.shape(pl.DataFrame(rows)), stranger, RULE, "2026-06")[
        "is_released"
    ].to_list() == [False]


def test_a_dominated_cell_is_hidden_whether_by_paid_kept_or_returned_money() -> None:
    by_paid = [_day("m9", "own_live", 9000, 3600), *_even("own_live")]
    by_kept = [_day("m9", "own_live", 3000, 0), *_even("own_live", back=900)]
    by_refund = [_day("m9", "own_live", 1000, 700), *_even("own_live", back=10)]
    for rows in (by_paid, by_kept, by_refund):
        assert _released(_build(*rows, *_even("search"))) == {"search"}


def test_differencing_paid_and_kept_does_not_uncover_one_holders_refunds() -> None:
    """Paid and kept are each spread evenly enough.

    What lies between them is nearly all one holder's, so neither may be shown.
    """
    rows = [_day("m9", "own_live", 1200, 400), *_even("own_live", count=7, back=5)]
    for value in ("paid_fen", "kept_fen"):
        frame = pl.DataFrame(rows).with_columns(
            kept_fen=pl.col("paid_fen") - pl.col("cohort_refund_fen"), owner_id="merchant_id"
        )
        assert judge_cells(frame, ["channel_code"], value, RULE)["is_released"].to_list() == [True]
    assert _released(_build(*rows)) == set()


def test_nobody_having_refunds_is_also_a_figure_about_each() -> None:
    assert _released(_build(*_even("own_live", back=0), *_even("search"))) == {"search"}


def test_a_cell_with_a_negative_holder_is_hidden() -> None:
    assert _released(_build(*_even("own_live"), _day("m9", "own_live", 100, 150))) == set()
