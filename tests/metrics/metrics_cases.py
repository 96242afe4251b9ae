"""Two merchants' marts small enough to add up by hand, and the way to release them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import polars as pl
from fact_cases import cost, facts, line, refund

from contracts.canonical import SHOP
from contracts.codes import REPORT
from metrics.query.access import Viewer
from transforms.gold import gold_tables
from warehouse import release
from warehouse.lake import Lake
from warehouse.place import Place

BEIJING = ZoneInfo("Asia/Shanghai")
AT = dt.datetime(2026, 3, 10, 8, 0, tzinfo=BEIJING)
MARCH = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
OTHER = "m2-canary"

Row = Mapping[str, object]


def day(number: int, month: int = 3) -> dt.date:
    return dt.date(2026, month, number)


def rows_of(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of a gold table; measures left out are 0, other columns left out null."""
    declared = gold_tables()[table]
    zeros = {name: 0 for name in declared.required if name.endswith(("_fen", "_qty"))}
    return declared.shape(
        pl.DataFrame(
            [{**dict.fromkeys(declared.columns), **zeros, **row} for row in rows], schema=declared.dtypes
        )
    )


def shop_day(
    date: dt.date,
    *,
    shop: str = "s1",
    platform: str = "douyin",
    channel: str = "own_live",
    traffic: str = "free",
    **measures: object,
) -> Row:
    key = {
        "merchant_id": "m1",
        "shop_id": shop,
        "platform_code": platform,
        "channel_code": channel,
        "traffic_code": traffic,
        "business_date": date,
    }
    return {**key, **measures}


def settled_day(date: dt.date, channel: str = "own_live", **measures: object) -> Row:
    return {
        "merchant_id": "m1",
        "shop_id": "s1",
        "platform_code": "douyin",
        "channel_code": channel,
        "business_date": date,
        **measures,
    }


def open_item(ledger: str, name: str, fen: int, reason: str, **more: object) -> Row:
    key = {
        "merchant_id": "m1",
        "shop_id": "s1",
        "platform_code": "douyin",
        "ledger_code": ledger,
        "open_item_id": name,
    }
    return {**key, "open_fen": fen, "open_reason_code": reason, "channel_code": "own_live", **more}


def style_day(date: dt.date, style: str, **measures: object) -> Row:
    key = {
        "merchant_id": "m1",
        "shop_id": "s1",
        "platform_code": "douyin",
        "style_code": style,
        "channel_code": "own_live",
        "business_date": date,
    }
    return {**key, **measures}


def session(date: dt.date, name: str, channel: str = "own_live", **measures: object) -> Row:
    key = {
        "merchant_id": "m1",
        "shop_id": "s1",
        "platform_code": "douyin",
        "live_session_id": name,
        "channel_code": channel,
        "business_date": date,
    }
    return {
        **key,
        "started_at": dt.datetime(date.year, date.month, date.day, 20, 0, tzinfo=BEIJING),
        **measures,
    }


def owned_by(merchant: str, rows: Sequence[Row]) -> list[Row]:
    return [{**row, "merchant_id": merchant} for row in rows]


SHOP_DAYS: list[Row] = [
    shop_day(day(1), paid_fen=100_00, paid_orders_qty=2, units_qty=3, cohort_refund_fen=40_00,
        cohort_refund_before_fen=10_00, cohort_refund_after_fen=30_00,
             dated_refund_fen=10_00, session_paid_fen=100_00, kept_units_qty=2, kept_orders_qty=1,
             refunded_orders_qty=1, shipped_fen=90_00, sent_units_qty=3,
             returned_units_qty=1, merchant_paid_fen=110_00),
    shop_day(day(1), traffic="paid", paid_fen=50_01, paid_orders_qty=2, units_qty=2, kept_units_qty=2,
        kept_orders_qty=2, shipped_fen=50_01, sent_units_qty=2,
             merchant_paid_fen=50_01),
    shop_day(day(1), traffic="unknown", session_views_qty=1000),
    shop_day(day(5), dated_refund_fen=30_00),
    shop_day(day(2), shop="s2", platform="taobao", channel="unknown", traffic="unknown", paid_fen=200_00,
        paid_orders_qty=4, units_untold_qty=4,
             cohort_refund_fen=60_00, cohort_refund_unstaged_fen=60_00, cohort_refund_undated_fen=60_00,
             refunded_orders_qty=2, shipment_untold_fen=200_00,
             subsidy_untold_fen=200_00, aside_paid_fen=30_00, aside_refund_fen=25_00),
    shop_day(day(27, 2), shop="s2", platform="taobao", channel="unknown", traffic="unknown", paid_fen=80_00,
        paid_orders_qty=1, units_untold_qty=1,
             cohort_refund_fen=20_00, cohort_refund_unstaged_fen=20_00, cohort_refund_undated_fen=20_00),
]  # fmt: skip

STYLE_DAYS: list[Row] = [
    style_day(day(1), "A", paid_fen=90_00, paid_orders_qty=1, units_qty=2, cohort_refund_fen=40_00),
    style_day(day(1), "B", paid_fen=60_01, paid_orders_qty=3, units_qty=3),
    style_day(day(1), "gift"),
    style_day(day(5), "A", dated_refund_fen=30_00),
]

SESSIONS: list[Row] = [
    session(
        day(1),
        "L1",
        paid_fen=120_00,
        paid_orders_qty=3,
        cohort_refund_fen=40_00,
        session_views_qty=1000,
        session_viewers_qty=400,
        session_buyers_qty=3,
        session_shown_qty=6000,
        session_watch_qty=64_000,
        session_watch_views_qty=1000,
        funnel_shown_qty=2000,
        funnel_entered_qty=400,
        funnel_seen_qty=200,
        funnel_clicked_qty=50,
        funnel_bought_qty=3,
    ),
    session(day(2), "L2", paid_fen=30_00, paid_orders_qty=1, funnel_untold_qty=1, session_watch_untold_qty=1),
    session(
        day(2),
        "L3",
        "creator_live",
        session_views_qty=700,
        session_viewers_qty=600,
        session_buyers_qty=1,
        session_shown_qty=200,
        session_watch_qty=700 * 31,
        session_watch_views_qty=700,
        funnel_shown_qty=1000,
        funnel_entered_qty=600,
        funnel_seen_qty=60,
        funnel_clicked_qty=50,
        funnel_bought_qty=1,
    ),
    session(
        day(3),
        "L4",
        paid_fen=10_00,
        paid_orders_qty=1,
        session_views_qty=601,
        session_viewers_qty=200,
        funnel_untold_qty=1,
        session_watch_untold_qty=1,
    ),
]


#: What single lines tell: style A in two sizes, of which M came back in part on the 5th and was sold in
#: session L1 by creator c1; two more of B's orders.
LINES: list[Row] = [
    line(day(1), hour=20, style_code="A", sku_code="A-M", size_name="M", province_name="广东省",
        paid_fen=60_00, cohort_refund_fen=40_00,
         creator_id="c1", live_session_id="L1"),
    line(day(1), hour=21, style_code="A", sku_code="A-L", size_name="L", province_name="广东省",
        paid_fen=30_00, is_order_head=False),
    line(day(1), hour=20, style_code="B", size_name="M", province_name="浙江省", paid_fen=60_01),
    *(line(day(1), hour=20, style_code="B", size_name="M", province_name="浙江省") for _ in range(2)),
    line(day(2), shop_id="s2", platform_code="taobao", channel_code="unknown", paid_fen=200_00),
]  # fmt: skip
REFUNDS: list[Row] = [
    refund(day(5), 30_00, style_code="A", sku_code="A-M", size_name="M", province_name="广东省",
        paid_hour_code="20", creator_id="c1", live_session_id="L1",
           reason_code="size", paid_date=day(1)),
    refund(day(6, 4), 10_00, style_code="A", sku_code="A-M", size_name="M", province_name="广东省",
        paid_hour_code="20", creator_id="c1", paid_date=day(1),
           refund_stage_code="before_shipment", reason_code="look"),
]  # fmt: skip
#: What is known of the cost of the first, and a slot fee of c1's.
COSTS: list[Row] = [
    cost(day(1), style_code="A", sku_code="A-M", creator_id="c1", live_session_id="L1", cost_known_fen=60_00,
        fees_known_fen=45_00, costed_refund_fen=20_00,
         cost_fen=15_00, write_down_fen=1_00, cohort_fee_fen=3_00, cohort_commission_fen=6_00, packing_fen=50,
         freight_out_fen=1_50, freight_back_fen=2_00),
    cost(day(12), channel_code="creator_live", creator_id="c1", slot_fee_fen=9_00, sample_fen=1_00),
]  # fmt: skip

#: Of s1 two orders paid on the 1st, placed the day before and that day, and one never paid. What s2 was paid
#: tells no placed day.
PLACED_DAYS: list[Row] = [
    settled_day(day(28, 2), paid_date=day(1), placed_fen=60_00, paid_fen=60_00),
    settled_day(day(1), paid_date=day(1), placed_fen=123_01, placed_unpaid_fen=33_00, paid_fen=90_01),
    {
        **settled_day(day(2), "unknown", paid_date=day(2), created_untold_fen=200_00, paid_fen=200_00),
        "shop_id": "s2",
        "platform_code": "taobao",
    },
]

#: The data of s1 reach to the 25th, so what was finished up to the 17th is final. s2 tells no day of
#: finishing.
FINAL_DAYS: list[Row] = [
    style_day(day(1), "A", finished_date=day(17), finished_kept_fen=50_00),
    style_day(day(1), "B", finished_date=day(18), finished_kept_fen=60_01),
    {
        **style_day(day(2), "untold", finished_date=dt.date(1970, 1, 1), finish_untold_fen=140_00),
        "shop_id": "s2",
        "platform_code": "taobao",
    },
]

#: s1 gives bill and account, s2 neither.
SETTLEMENT_DAYS: list[Row] = [
    settled_day(day(9), settled_fen=80_00, income_fen=100_00, expense_fen=-20_00, platform_fee_fen=5_00,
        commission_creator_fen=12_00,
                commission_leader_fen=2_00, commission_fen=14_00, settled_goods_fen=99_00,
                charges_untold_fen=1_00, funded_fen=80_00),
    settled_day(day(20), settled_fen=-30_00, expense_fen=-30_00, settled_goods_fen=-30_00,
        settled_refund_fen=30_00, funded_fen=-25_00),
    settled_day(day(2, 4), settled_fen=7_00, income_fen=7_00, settled_goods_fen=7_00),
]  # fmt: skip

#: Of 150.01 paid to s1, 60.00 has a known cost, and of these 45.00 known fees; a slot fee is charged for the
#: days up to the 12th. Nothing is known of s2.
PROFIT_DAYS: list[Row] = [
    style_day(day(1), "A", paid_fen=90_00, cost_untold_fen=30_00, fees_untold_fen=45_00, cost_known_fen=60_00,
        fees_known_fen=45_00, costed_refund_fen=20_00,
              cost_fen=15_00, write_down_fen=1_00, cohort_fee_fen=3_00, cohort_commission_fen=6_00,
              packing_fen=50, freight_out_fen=1_50,
              freight_back_fen=2_00),
    style_day(day(1), "B", paid_fen=60_01, cost_untold_fen=60_01, fees_untold_fen=60_01),
    {**style_day(day(12), "untold", slot_fee_fen=9_00, sample_fen=1_00), "channel_code": "creator_live"},
    {**style_day(day(2), "untold", paid_fen=200_00, cost_untold_fen=200_00, fees_untold_fen=200_00),
        "shop_id": "s2", "platform_code": "taobao"},
]  # fmt: skip


FACTS = {"fct_order_line": LINES, "fct_refund_line": REFUNDS, "fct_line_cost": COSTS}


def buyers(platform: str, month_end: dt.date, kept: int, again: int, untold: int = 0) -> Row:
    key = {"merchant_id": "m1", "platform_code": platform, "business_date": month_end}
    return {
        **key,
        "kept_buyers_qty": kept,
        "repeat_buyers_qty": again,
        "buyer_untold_orders_qty": untold,
        "window_days_qty": 90,
    }


#: Xiaohongshu's files tell buyers, but for two orders of March; Douyin's tell none.
BUYER_MONTHS: list[Row] = [
    buyers("xiaohongshu", day(28, 2), 8, 1),
    buyers("xiaohongshu", day(31), 12, 3, 2),
    buyers("douyin", day(31), 0, 0, 40),
]

OPEN_ITEMS: list[Row] = [
    open_item("order", "l1", -30_00, "refunded_after_settlement", open_since_date=day(5), order_id="o1"),
    open_item("funding", "e2", -5_00, "entry_unfunded", open_since_date=day(20), business_month="2026-03"),
    open_item("settlement", "e9", -1_00, "entry_names_nothing", business_month="undated"),
]


def reported(
    shops: Mapping[tuple[str, str, str], Sequence[str]],
    *,
    first: dt.date = dt.date(2025, 12, 1),
    until: dt.date = dt.date(2026, 4, 30),
) -> list[Row]:
    """Rows of dim_reported: merchant, shop and platform → the reports it gave, of the days from ``first`` to
    ``until``.
    """
    days = {"first_date": first, "last_date": until, "whole_until_date": until}
    return [
        {
            **dict(zip(SHOP, shop, strict=True)),
            "report_code": report,
            "is_reported": report in given,
            **(days if report in given else {}),
        }
        for shop, given in shops.items()
        for report in REPORT.values
    ]


#: What the shops of ``frames`` give: s2 orders that tell refunds, but neither when they were placed nor when
#: money went back. Another merchant's are alike.
GIVEN = {
    ("s1", "douyin"): [report for report in REPORT.values if report not in ("receipts", "stock")],
    ("s2", "taobao"): ["orders", "paid_days", "refunds"],
    ("s3", "xiaohongshu"): REPORT.values,
}


def given(shops: Mapping[tuple[str, str], Sequence[str]]) -> pl.DataFrame:
    """dim_reported of shops (id and platform) that both merchants have."""
    return rows_of(
        "dim_reported",
        reported({(name, *shop): reports for name in ("m1", OTHER) for shop, reports in shops.items()}),
    )


#: Every shop of ``frames`` gives everything.
ALL_GIVEN = given(dict.fromkeys(GIVEN, REPORT.values))


def frames() -> dict[str, pl.DataFrame]:
    """Gold frames of merchant m1 and, with other amounts, of ``OTHER``."""
    strange = [{**row, "paid_fen": 7_777_77, "paid_orders_qty": 7} for row in SHOP_DAYS]
    shops = [
        {
            "merchant_id": "m1",
            "shop_id": "s1",
            "platform_code": "douyin",
            "shop_name": "云山店",
            "merchant_name": "云山服饰",
        },
        {
            "merchant_id": "m1",
            "shop_id": "s2",
            "platform_code": "taobao",
            "shop_name": "云山天猫店",
            "merchant_name": "云山服饰",
        },
        {
            "merchant_id": OTHER,
            "shop_id": "s9",
            "platform_code": "douyin",
            "shop_name": f"店 {OTHER}",
            "merchant_name": f"商家 {OTHER}",
        },
    ]
    product = {"shop_id": "s1", "platform_code": "douyin", "style_code": "A", "product_name": "连衣裙"}
    creator = {"platform_code": "douyin", "creator_id": "c1", "is_own_account": True}
    return {
        "mart_shop_channel_daily": rows_of("mart_shop_channel_daily", SHOP_DAYS + owned_by(OTHER, strange)),
        "mart_style_daily": rows_of("mart_style_daily", STYLE_DAYS + owned_by(OTHER, STYLE_DAYS)),
        "mart_live_session": rows_of("mart_live_session", SESSIONS + owned_by(OTHER, SESSIONS)),
        "mart_profit_daily": rows_of("mart_profit_daily", PROFIT_DAYS + owned_by(OTHER, PROFIT_DAYS)),
        "mart_payment_flow_daily": rows_of(
            "mart_payment_flow_daily", PLACED_DAYS + owned_by(OTHER, PLACED_DAYS)
        ),
        "mart_final_daily": rows_of("mart_final_daily", FINAL_DAYS + owned_by(OTHER, FINAL_DAYS)),
        **{name: facts(name, rows + owned_by(OTHER, rows)) for name, rows in FACTS.items()},
        "mart_buyer_monthly": rows_of("mart_buyer_monthly", BUYER_MONTHS + owned_by(OTHER, BUYER_MONTHS)),
        "mart_settlement_daily": rows_of(
            "mart_settlement_daily", SETTLEMENT_DAYS + owned_by(OTHER, SETTLEMENT_DAYS)
        ),
        "mart_open_item": rows_of(
            "mart_open_item",
            OPEN_ITEMS + owned_by(OTHER, [{**row, "open_fen": 7_777_77} for row in OPEN_ITEMS]),
        ),
        "dim_observed": rows_of(
            "dim_observed",
            [{**shop, "observed_date": day(25), "final_until_date": day(17)} for shop in shops],
        ),
        "dim_reported": rows_of(
            "dim_reported",
            reported({(name, *shop): given for name in ("m1", OTHER) for shop, given in GIVEN.items()}),
        ),
        "dim_shop": rows_of("dim_shop", shops),
        "dim_product": rows_of("dim_product", [{**product, "merchant_id": name} for name in ("m1", OTHER)]),
        "dim_creator": rows_of("dim_creator", [{**creator, "merchant_id": name} for name in ("m1", OTHER)]),
    }


def publish(
    place: Place, gold: Mapping[str, pl.DataFrame], *, at: dt.datetime = AT, hold: Sequence[str] = ()
) -> release.Release:
    """Build with exactly these gold rows and release it, or hold it back for the rules in ``hold``.

    What says nothing of it was observed until ``at``.
    """
    sold = pl.concat(
        [
            gold_tables()["dim_shop"].empty(),
            *(frame for frame in gold.values() if set(SHOP) <= set(frame.columns)),
        ],
        how="diagonal",
    )
    sold = sold.select(SHOP).unique()
    gold = {
        "dim_observed": gold_tables()["dim_observed"].shape(
            sold.with_columns(observed_date=pl.lit(at.date()))
        ),
        **gold,
    }
    with Lake.open(place, write=True) as lake:
        number = release.begin_build(lake, at=at)
        with lake.transaction():
            for name, frame in gold.items():
                table = gold_tables()[name]
                lake.replace(table, lake.read(table, columns=table.key), frame)
        snapshot = lake.snapshot()
        if hold:
            return release.hold(lake, snapshot=snapshot, build_number=number, at=at, failed_rules=hold)
        return release.publish(lake, snapshot=snapshot, build_number=number, at=at)


def merchant(place: Place, name: str = "m1") -> Viewer:
    return Viewer(place, f"{name} 的老板", "merchant", name)


def association(place: Place) -> Viewer:
    return Viewer(place, "促进会", "association", None)


def operator(place: Place) -> Viewer:
    return Viewer(place, "值班", "operator", None)
