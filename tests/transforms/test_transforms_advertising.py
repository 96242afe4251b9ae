"""Advertising: of tellings of one money one counts, what is entered goes before reports, and what it is set
against is of the same shops and days.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from contracts.canonical import AD_SPEND
from transforms.costing import Costs
from transforms.gold import gold_tables
from transforms.gold.advertising import fct_ad_spend, mart_ad_daily, mart_promotion_daily
from warehouse.ops import FIXED_COST, UNIT_COST

_AT = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
SHOP = {"merchant_id": "m1", "shop_id": "s1", "platform_code": "douyin"}
SHOPS = pl.DataFrame([SHOP, SHOP | {"shop_id": "s2", "platform_code": "taobao"}])
NOTHING = Costs(UNIT_COST.empty(), FIXED_COST.empty())


def day(number: int) -> dt.date:
    return dt.date(2026, 3, number)


def told(family: str, date: dt.date, fen: int, **more: object) -> dict[str, object]:
    entry = {
        "ad_entry_id": f"{family}:{date}:{more.get('ad_object_id', '')}",
        "ad_family_code": family,
        "ad_date": date,
        "spent_fen": fen,
    }
    return SHOP | entry | {"_observed_at": _AT, "_last_observed_at": _AT} | more


def spend(*rows: dict[str, object]) -> pl.DataFrame:
    return AD_SPEND.shape(pl.DataFrame(rows, infer_schema_length=None)) if rows else AD_SPEND.empty()


def entered(*rows: tuple[str, int, dt.date, dt.date | None]) -> Costs:
    """Of m1's shop s1: kind, fen, first and last day."""
    said = {
        "merchant_id": "m1",
        "shop_id": "s1",
        "cost_basis_code": "once",
        "received_by_name": "会计",
        "changed_at": _AT,
    }
    entries = [
        said
        | {
            "event_number": number,
            "cost_kind_code": kind,
            "cost_amount_fen": fen,
            "valid_from_date": first,
            "valid_until_date": last,
        }
        for number, (kind, fen, first, last) in enumerate(rows, 1)
    ]
    return Costs(UNIT_COST.empty(), FIXED_COST.shape(pl.DataFrame(entries, infer_schema_length=None)))


def used(facts: pl.DataFrame) -> list[tuple[object, ...]]:
    return sorted(
        mart_ad_daily.build(facts)
        .select("ad_family_code", "business_date", "spent_fen", "ad_use_code")
        .rows()
    )


def test_of_reports_that_tell_one_money_the_whole_one_counts_and_the_rest_says_why_not() -> None:
    facts = fct_ad_spend.build(
        spend(
            told("uni_plan", day(1), 100_00, ad_object_id="p1"),
            told("uni_plan", day(1), 50_00, ad_object_id="p2"), told("uni_video", day(1), 140_00),
            told("uni_video", day(2), 70_00), told("my_table", day(2), 9_00),
        ),
        NOTHING,
        SHOPS,
    )  # fmt: skip
    assert used(facts) == [
        ("my_table", day(2), 9_00, "partial"), ("uni_plan", day(1), 150_00, "counted"),
        ("uni_video", day(1), 140_00, "partial"),
        ("uni_video", day(2), 70_00, "partial"),
    ]  # fmt: skip


def test_a_report_told_again_for_each_way_of_attributing_counts_once() -> None:
    ways = [
        told(f"taobao_account:点击:{days}天", day(1), 80_00, shop_id="s2", platform_code="taobao")
        for days in (3, 15)
    ]
    scene = told("taobao_scene", day(2), 30_00, shop_id="s2", platform_code="taobao")
    again = told("taobao_account:点击:3天", day(2), 30_00, shop_id="s2", platform_code="taobao")
    facts = fct_ad_spend.build(spend(*ways, scene, again), NOTHING, SHOPS)
    assert [row[3] for row in used(facts)] == ["counted", "again", "again", "counted"]
    assert facts.filter(ad_use_code="counted")["spent_fen"].sum() == 110_00


def test_what_is_entered_goes_before_a_report_of_the_day_and_never_beside_it() -> None:
    costs = entered(
        ("ad_cash", 100_01, day(2), day(3)), ("ad_grant", 7_00, day(2), None), ("sample", 5_00, day(1), None)
    )
    facts = fct_ad_spend.build(
        spend(told("uni_plan", day(1), 60_00), told("uni_plan", day(2), 61_00)), costs, SHOPS
    )
    assert used(facts) == [
        ("entered", day(2), 57_01, "counted"), ("entered", day(3), 50_00, "counted"),
        ("uni_plan", day(1), 60_00, "counted"),
        ("uni_plan", day(2), 61_00, "entered"),
    ]  # fmt: skip
    assert facts.filter(ad_family_code="entered").select(
        pl.col("spent_cash_fen", "spent_grant_fen", "ad_untold_fen").sum()
    ).row(0) == (100_01, 7_00, 0)


def rows_of(table: str, *rows: dict[str, object]) -> pl.DataFrame:
    declared = gold_tables()[table]
    zeros = {name: 0 for name in declared.required if name.endswith(("_fen", "_qty"))}
    return declared.shape(
        pl.DataFrame(
            [{**dict.fromkeys(declared.columns), **zeros, **SHOP, **row} for row in rows],
            schema=declared.dtypes,
        )
    )


def test_both_sides_are_of_the_days_whose_spend_is_told() -> None:
    """Day 1 is told, day 2 by a part of its reports only, day 3 was advertised and sold nothing."""
    ads = fct_ad_spend.build(
        spend(
            told("uni_plan", day(1), 100_00, reported_gmv_fen=390_00), told("uni_video", day(2), 70_00),
            told("uni_plan", day(3), 20_00, reported_gmv_fen=0),
        ),
        NOTHING,
        SHOPS,
    )  # fmt: skip
    paid = rows_of(
        "mart_shop_channel_daily",
        {
            "business_date": day(1),
            "channel_code": "search",
            "traffic_code": "free",
            "paid_fen": 400_00,
            "cohort_refund_fen": 150_00,
        },
        {
            "business_date": day(2),
            "channel_code": "search",
            "traffic_code": "free",
            "paid_fen": 900_00,
            "cohort_refund_fen": 1_00,
        },
    )
    profit = rows_of(
        "mart_profit_daily",
        {
            "business_date": day(1),
            "cost_known_fen": 400_00,
            "fees_known_fen": 400_00,
            "costed_refund_fen": 150_00,
            "cost_fen": 60_00,
            "slot_fee_fen": 5_00,
        },
        {"business_date": day(2), "cost_known_fen": 900_00},
    )
    key = list(mart_promotion_daily.TABLE.key)
    settled = pl.DataFrame(
        [SHOP | {"business_date": date, "settled_fen": 33_00} for date in (day(1), day(2))]
    ).select(*key, "settled_fen")
    matured = rows_of(
        "mart_outlook_daily",
        {"business_date": day(1), "matured_fen": 220_00},
        {"business_date": day(2), "matured_fen": 800_00},
    )
    rows = mart_promotion_daily.build(ads, paid, profit, settled, matured).sort("business_date")
    shown = ["spent_fen", "spend_known_fen", "spend_untold_fen", "ad_refund_fen", "cohort_settled_fen",
        "billed_spent_fen", "unbilled_spent_fen",
             "ad_contribution_fen", "matured_fen", "matured_spent_fen", "ad_whole_fen", "ad_whole_spent_fen",
             "ad_unattributed_fen"]  # fmt: skip
    assert rows.select(shown).rows() == [
        (100_00, 400_00, 0, 150_00, 33_00, 100_00, 0, 185_00, 220_00, 100_00, 390_00, 100_00, 100_00),
        (0, 0, 900_00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        (20_00, 0, 0, 0, 0, 0, 20_00, 0, 0, 20_00, 0, 20_00, 20_00),
    ]


def test_a_day_with_a_part_of_its_estimate_missing_has_none() -> None:
    ads = fct_ad_spend.build(spend(told("uni_plan", day(1), 100_00)), NOTHING, SHOPS)
    nothing = [gold_tables()[name].empty() for name in ("mart_shop_channel_daily", "mart_profit_daily")]
    settled = pl.DataFrame(
        schema={**{name: pl.String for name in SHOP}, "business_date": pl.Date, "settled_fen": pl.Int64}
    )
    matured = rows_of(
        "mart_outlook_daily",
        {"business_date": day(1), "channel_code": "a", "matured_fen": 5},
        {"business_date": day(1), "channel_code": "b"},
    )
    row = mart_promotion_daily.build(ads, *nothing, settled, matured).row(0, named=True)
    assert (row["matured_fen"], row["matured_spent_fen"], row["unmatured_spent_fen"]) == (0, 0, 100_00)
