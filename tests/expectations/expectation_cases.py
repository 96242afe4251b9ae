"""A small market written by hand: three merchants, four shops, every kind of row the rules look at, and
nothing wrong with any of it.
"""

# ruff: noqa: S608 - the faults are SQL

from __future__ import annotations

import datetime as dt
import json
import re
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
from expectation_ledgers import ledgers

from contracts.canonical import AD_SPEND, FUND_ENTRY, LIVE_SESSION, OF_ORDERS, SETTLEMENT_ENTRY, SILVER
from contracts.tables import Table
from expectations import snapshot
from expectations.derive import Profile
from expectations.rule import FloorRule, address
from expectations.run import judged_tables, rules_of
from transforms import ledgers as ledgers_of
from transforms.costing import Costs
from transforms.currency import convert_orders
from transforms.gold import additive_marts, gold_tables
from transforms.gold.advertising import fct_ad_spend, mart_ad_daily, mart_promotion_daily
from transforms.gold.forecast import mart_outlook_daily, mart_outlook_detail_daily
from transforms.gold.orders import (
    dim_creator,
    dim_live_session,
    dim_observed,
    dim_product,
    dim_reported,
    dim_shop,
    fct_order_line,
    fct_refund_line,
)
from transforms.gold.profit import fct_line_cost
from transforms.gold.sales import (
    mart_breakdown_daily,
    mart_buyer_monthly,
    mart_launch_daily,
)
from transforms.gold.sales.mart_order_detail_daily import DETAIL, detailed
from transforms.gold.stock import mart_stock_monthly
from transforms.gold.stock.fct_return_claim import open_claims
from transforms.maturity.cohorts import COHORT, make_cohorts, segment_lines
from transforms.silver.restated import standing_lines
from transforms.silver.states import current
from transforms.stock import Told
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import (
    CURRENCY_RATE,
    EXPORT,
    FIXED_COST,
    LIVE_ACCOUNT,
    LOAD,
    MERCHANT,
    QUARANTINE,
    SHOP,
    STOCK_ENTRY,
    UNIT_COST,
)

BEIJING = ZoneInfo("Asia/Shanghai")
RECEIVED = dt.datetime(2026, 11, 1, 9, 0, tzinfo=BEIJING)
DAY = dt.datetime(2026, 10, 12, 20, 30, tzinfo=BEIJING)
EVERY_TABLE = judged_tables()
BRONZE = {table.name: table for table in EVERY_TABLE if table.layer == "bronze"}

#: shop → merchant, platform, order lines
SHOPS = {
    "s1": ("m1", "douyin", 24),
    "s2": ("m1", "taobao", 0),
    "s3": ("m2", "douyin", 4),
    "s4": ("m3", "douyin", 4),
}


def rows(table: Table, *given: dict[str, object]) -> pl.DataFrame:
    """Rows of ``table``; columns that are not given are null."""
    return table.shape(
        pl.DataFrame([dict.fromkeys(table.columns) | row for row in given], schema=table.dtypes)
    )


def of(shop: str) -> dict[str, object]:
    """Whose a row is."""
    merchant, platform, _ = SHOPS[shop]
    return {"merchant_id": merchant, "shop_id": shop, "platform_code": platform}


def export_id(shop: str, kind: str = "orders") -> str:
    """A fingerprint in the form of a sha256."""
    return f"{shop}-{kind}-".ljust(64, "a")


def seen(shop: str, number: int, kind: str = "orders") -> dict[str, object]:
    """Whose a state is, and where and when it was observed."""
    return of(shop) | {
        "_export_id": export_id(shop, kind),
        "_row_number": number,
        "_observed_at": RECEIVED,
        "_last_observed_at": RECEIVED,
    }


def order_id(shop: str, number: int) -> str:
    """A 19-digit number, as platforms write it; two lines make one order."""
    return f"69179267688236{ord(shop[1]):02d}{number // 2:03d}"


def _line(shop: str, number: int) -> dict[str, object]:
    evening = DAY if shop != "s4" else DAY.replace(hour=0, minute=10)  # another day in UTC
    paid_at = evening + dt.timedelta(days=number % 3, minutes=number)
    is_gift = number % 8 == 7
    paid = 0 if is_gift else 10_000 + number
    return seen(shop, number + 2) | {
        "order_line_id": f"{order_id(shop, number)}{number % 2}", "order_id": order_id(shop, number),
        "order_status_code": "finished", "is_gift": is_gift,
        "created_at": paid_at, "paid_at": paid_at, "shipped_at": paid_at + dt.timedelta(hours=8),
        "finished_at": paid_at + dt.timedelta(days=7),
        "product_id": f"38{number % 5}", "product_name": f"羊毛大衣 货号15812345678-{number % 5}",
        "style_code": f"YS{number % 5}", "color_name": "黑色",
        "size_name": "M", "unit_price_fen": paid, "line_qty": 1, "placed_fen": paid, "paid_fen": paid,
        "content_code": "live", "seller_code": "own",
        "creator_id": f"acc-{shop}", "creator_name": "官方直播间", "is_paid_traffic": number % 2 == 0,
        "province_name": "广东省",
    }  # fmt: skip


def _unpaid(shop: str) -> dict[str, object]:
    return _line(shop, 90) | {
        "paid_at": None,
        "shipped_at": None,
        "finished_at": None,
        "paid_fen": 0,
        "order_status_code": "closed_unpaid",
    }


def order_lines() -> pl.DataFrame:
    """Douyin lines with gifts and an unpaid one.

    Taobao lines beside their order, one pair of them without any money.
    """
    douyin = [_line(shop, number) for shop, (_, _, count) in SHOPS.items() for number in range(count)] + [
        _unpaid("s1")
    ]
    plain = {
        "order_status_code": "shipped",
        "is_gift": False,
        "created_at": DAY,
        "product_id": "77",
        "product_name": "针织衫",
        "style_code": "ZZ",
    }
    taobao = [
        seen("s2", 2, "items")
        | plain
        | {
            "order_line_id": "T1",
            "order_id": "T1",
            "paid_at": DAY,
            "paid_fen": 9_000,
            "placed_fen": 9_000,
            "line_qty": 1,
        },
        seen("s2", 3, "items")
        | plain
        | {"order_line_id": "T2a", "order_id": "T2", "unit_price_fen": 5_000, "line_qty": 1},
        seen("s2", 4, "items")
        | plain
        | {"order_line_id": "T2b", "order_id": "T2", "unit_price_fen": 2_500, "line_qty": 2},
    ]
    return rows(SILVER["order_line"], *douyin, *taobao)


def orders() -> pl.DataFrame:
    """One order with freight beyond its line, one whose lines tell no money, one without lines that states a
    refund.
    """
    told = {"order_status_code": "shipped", "created_at": DAY, "paid_at": DAY}
    return rows(
        SILVER["order"],
        seen("s2", 2) | told | {"order_id": "T1", "paid_fen": 9_600, "placed_fen": 9_600, "line_qty": 1},
        seen("s2", 3) | told | {"order_id": "T2", "paid_fen": 10_001, "placed_fen": 10_001, "line_qty": 3},
        seen("s2", 4)
        | told
        | {
            "order_id": "T3",
            "paid_fen": 5_000,
            "placed_fen": 5_000,
            "stated_refund_fen": 1_200,
            "line_qty": 1,
        },
    )


def refund_lines() -> pl.DataFrame:
    """Before and after shipment, one still open, one that names its order only, one whose order nobody has
    told; two whose stage no row tells.
    """
    base = {
        "refund_status_code": "success",
        "refund_stage_code": "after_shipment",
        "refund_type_code": "return_refund",
        "applied_at": DAY,
    }

    def refund(shop: str, number: int, line: str, order: str, fen: int, **more: object) -> dict[str, object]:
        told = {
            "refund_id": f"R{number}",
            "order_line_id": line,
            "order_id": order,
            "refund_fen": fen,
            "refunded_at": DAY + dt.timedelta(days=9),
        }
        return seen(shop, number, "after_sales") | base | told | more

    untold = {"refund_stage_code": "unknown"}
    first, second, third = (_line("s1", number) for number in (0, 1, 2))
    ids = [(str(line["order_line_id"]), str(line["order_id"])) for line in (first, second, third)]
    return rows(
        SILVER["refund_line"],
        refund("s1", 2, *ids[0], 10_000),
        refund(
            "s1",
            3,
            *ids[1],
            4_000,
            refund_stage_code="before_shipment",
            refund_type_code="refund_only",
            refunded_at=DAY + dt.timedelta(days=2),
        ),
        refund("s1", 4, *ids[2], 10_002, refund_status_code="pending", refunded_at=None),
        refund("s1", 5, "gone-1", "gone", 700),
        refund("s2", 6, "T2", "T2", 3_000),
        refund("s2", 7, "T1", "T1", 500, **untold, refunded_at=None),
        refund(
            "s3",
            8,
            f"{order_id('s3', 3)}1",
            order_id("s3", 3),
            900,
            **untold,
            applied_at=DAY + dt.timedelta(hours=1),
            _export_id=export_id("s3"),
        ),
        refund(
            "s4",
            9,
            f"{order_id('s4', 2)}0",
            order_id("s4", 2),
            800,
            **untold,
            applied_at=DAY + dt.timedelta(days=5),
            _export_id=export_id("s4"),
        ),
    )


def sessions() -> pl.DataFrame:
    """Three evenings of the shop's own room, and a room whose views no source tells."""
    aired = [
        seen("s1", number + 2, "live_sessions")
        | {
            "live_session_id": f"acc-s1:{number}", "started_at": DAY + dt.timedelta(days=number, minutes=-30),
            "ended_at": DAY + dt.timedelta(days=number, hours=3), "live_account_id": "acc-s1",
            "live_account_name": "官方直播间",
            "session_name": "秋冬上新", "views_qty": 5_000 + number, "viewers_qty": 4_000,
        }
        for number in range(3)
    ]  # fmt: skip
    untold = seen("s2", 9, "live_sessions") | {
        "live_session_id": "T-room",
        "started_at": DAY,
        "seller_code": "own",
    }
    return rows(SILVER["live_session"], *aired, untold)


def channels() -> pl.DataFrame:
    """A report that says a Taobao line was sold in a room."""
    return rows(
        SILVER["line_channel"],
        seen("s2", 2, "live_orders")
        | {
            "order_line_id": "T1",
            "order_id": "T1",
            "content_code": "live",
            "seller_code": "own",
            "live_session_id": "T-room",
        },
    )


def ads() -> pl.DataFrame:
    """Two reports of one money of s4, one of them said twice.

    And one of s3, whose merchant entered a day of it.
    """

    def told(shop: str, family: str, day: int, fen: int, **more: object) -> dict[str, object]:
        date = DAY.date() + dt.timedelta(days=day)
        entry = {
            "ad_entry_id": f"{family}:{date}",
            "ad_family_code": family,
            "ad_date": date,
            "spent_fen": fen,
            "reported_gmv_fen": 4 * fen,
        }
        return seen(shop, 60 + day) | entry | more

    later = {
        "_observed_at": RECEIVED + dt.timedelta(hours=1),
        "_last_observed_at": RECEIVED + dt.timedelta(hours=1),
    }
    return rows(
        SILVER["ad_spend"],
        *(told("s4", "uni_plan", day, 3_000 + day) for day in range(2)),
        told("s4", "uni_plan", 1, 3_100, **later), told("s4", "uni_video", 0, 2_900),
        *(told("s3", "uni_plan", day, 2_000 + day) for day in range(2)),
    )  # fmt: skip


def bronze() -> dict[str, pl.DataFrame]:
    """Some typed rows of both platforms."""
    table = BRONZE["douyin__orders"]
    lines = [
        {name: value for name, value in _line("s1", number).items() if name in table.columns}
        | {"layout_name": "2025_75", "order_status_text": "已完成"}
        for number in range(3)
    ]
    taobao = seen("s2", 2) | {"layout_name": "2026", "order_id": "T1", "order_status_text": "卖家已发货"}
    return {
        table.name: rows(table, *lines),
        "taobao__orders": rows(
            BRONZE["taobao__orders"],
            {name: value for name, value in taobao.items() if name in BRONZE["taobao__orders"].columns},
        ),
    }


def costs() -> Costs:
    """Of m1: one style's cost, dearer from 13 October on, another's that was taken back, and a slot of s1.

    Of m2 a day of advertising.
    """
    said = {"merchant_id": "m1", "received_by_name": "会计", "changed_at": RECEIVED}
    first, later = dt.date(2026, 1, 1), dt.date(2026, 10, 13)
    goods = [("YS0", first, 3_000), ("YS0", later, 3_100), ("YS1", first, 2_000), ("YS1", first, None)]
    entries = [
        said | {"event_number": number, "style_code": style, "valid_from_date": day, "unit_cost_fen": fen}
        for number, (style, day, fen) in enumerate(goods, 1)
    ]
    slot = {
        "cost_kind_code": "slot_fee",
        "cost_basis_code": "once",
        "shop_id": "s1",
        "creator_id": "c1",
        "valid_from_date": first,
        "cost_amount_fen": 5_000,
    }
    ad = {
        "merchant_id": "m2",
        "cost_kind_code": "ad_cash",
        "cost_basis_code": "once",
        "shop_id": "s3",
        "valid_from_date": DAY.date(),
        "cost_amount_fen": 2_500,
    }
    return Costs(
        rows(UNIT_COST, *entries),
        rows(FIXED_COST, said | slot | {"event_number": 1}, said | ad | {"event_number": 1}),
    )


def products() -> pl.DataFrame:
    """Two SKUs of s1 as its list shows them, one of them in two listings."""
    listed = {"product_name": "大衣", "style_code": "YS0", "is_on_sale": True}
    return rows(
        SILVER["product"],
        seen("s1", 2)
        | listed
        | {"product_id": "380", "platform_sku_id": "1", "sku_code": "YS0-M", "stock_qty": 30},
        seen("s1", 3)
        | listed
        | {"product_id": "390", "platform_sku_id": "2", "sku_code": "YS0-M", "stock_qty": 4},
        seen("s1", 4)
        | listed
        | {"product_id": "380", "platform_sku_id": "3", "sku_code": "YS0-L", "stock_qty": 12},
    )


def stock() -> pl.DataFrame:
    """What s1 received, corrected, and counted before its list was seen."""
    said = {"merchant_id": "m1", "shop_id": "s1", "received_by_name": "仓库", "changed_at": RECEIVED}
    told = [
        ("received", "YS0-M", 5, 40),
        ("received", "YS0-M", 5, 44),
        ("received", "YS0-L", 6, 20),
        ("counted", "YS0-L", 30, 9),
    ]
    entries = [
        said
        | {
            "event_number": number,
            "stock_kind_code": kind,
            "sku_code": sku,
            "stock_date": dt.date(2026, 10, day),
            "entered_qty": qty,
        }
        for number, (kind, sku, day, qty) in enumerate(told, 1)
    ]
    return rows(STOCK_ENTRY, *entries)


def receipts() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Manifest and load receipts of every export the states come from."""
    kinds = {
        "s1": ["orders", "after_sales", "live_sessions"],
        "s2": ["orders", "items", "after_sales", "live_sessions", "live_orders"],
    }
    keys = [
        of(shop) | {"export_id": export_id(shop, kind), "kind_code": kind}
        for shop in SHOPS
        for kind in kinds.get(shop, ["orders"])
    ]
    got = {
        "source_code": "file",
        "export_name": "订单.csv",
        "bytes_qty": 9,
        "landing_name": "x",
        "received_at": RECEIVED,
        "observed_at": RECEIVED,
    }
    counts = {
        "rows_read_qty": 40,
        "published_qty": 36,
        "quarantined_qty": 1,
        "superseded_qty": 2,
        "duplicate_qty": 1,
    }
    loaded = {"build_number": 1, "loaded_at": RECEIVED, "verdict_code": "warned"} | counts
    return rows(EXPORT, *(key | got for key in keys)), rows(LOAD, *(key | loaded for key in keys))


def fill(lake: Lake) -> None:
    """Everything of the market into ``lake``, which has all tables, in one snapshot."""
    silver = {
        "order": orders(),
        "order_line": order_lines(),
        "refund_line": refund_lines(),
        "live_session": sessions(),
        "line_channel": channels(),
    }
    silver |= {"ad_spend": ads()}
    silver["product"] = products()
    silver |= ledgers(seen, order_id, DAY, rows)
    with lake.transaction():
        _register(lake)
        for name, frame in silver.items():
            lake.append(SILVER[name], frame)
        for name, frame in bronze().items():
            lake.append(BRONZE[name], frame)
        lake.append(UNIT_COST, costs().goods)
        lake.append(FIXED_COST, costs().others)
        lake.append(STOCK_ENTRY, stock())
        registered = registry.live_accounts(lake), registry.shops(lake), registry.merchants(lake)
        for name, frame in gold(silver, *registered, CURRENCY_RATE.empty(), costs(), stock()).items():
            lake.append(gold_tables()[name], frame)
        manifest, loads = receipts()
        lake.append(EXPORT, manifest)
        lake.append(LOAD, loads)
        bad = {
            "row_number": 9,
            "rule_name": "BAD_MONEY",
            "column_name": "paid_fen",
            "message_name": "金额无法识别",
            "cell_name": "12元",
        }
        raw = '{"订单编号": "352810199001011234", "收货省份": "广东省"}'
        lake.append(
            QUARANTINE,
            rows(
                QUARANTINE,
                of("s1") | {"export_id": export_id("s1"), "kind_code": "orders"} | bad | {"row_json": raw},
            ),
        )


def gold(
    silver: dict[str, pl.DataFrame],
    own: pl.DataFrame,
    shops: pl.DataFrame,
    merchants: pl.DataFrame,
    rates: pl.DataFrame,
    entered: Costs,
    stocked: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """What the transforms make of the states: table name → rows.

    Orders without an exchange rate wait, as in a build.
    """
    standing = {"order_line": standing_lines(silver["order_line"])}
    now = convert_orders(
        {table.name: current(table, silver[table.name]) for table in OF_ORDERS} | standing, rates
    )
    aired_now = current(LIVE_SESSION, silver["live_session"])
    charged = current(SETTLEMENT_ENTRY, silver["settlement_entry"])
    lines = fct_order_line.build(
        fct_order_line.Current(**now, live_session=aired_now, own_account=own, charged=charged)
    )
    back = fct_refund_line.build(lines, now["refund_line"])
    aired = dim_live_session.build(aired_now, own)
    facts = {"fct_order_line": lines, "fct_refund_line": back, "dim_live_session": aired}
    daily = additive_marts()["mart_shop_channel_daily"].build(facts)
    told = {
        table.name: current(table, silver[table.name]) for table in (*OF_ORDERS, SETTLEMENT_ENTRY, FUND_ENTRY)
    }
    of_ledgers = ledgers_of.build(told, lines, back, rates)
    spent = pl.concat(
        [
            fct_line_cost.build(lines, of_ledgers["fct_settlement_entry"], entered),
            fct_line_cost.build_lumps(entered, shops),
        ]
    )
    outlook = _outlook(lines, back, daily, shops)
    promoted = fct_ad_spend.build(current(AD_SPEND, silver["ad_spend"]), entered, shops)
    facts |= {
        "fct_line_cost": spent,
        **{name: of_ledgers[name] for name in ("fct_settlement_entry", "fct_fund_entry")},
    }
    summed = {mart.table.name: mart.build(facts) for mart in additive_marts().values() if mart.is_stored}
    profit = summed["mart_profit_daily"]
    settled = of_ledgers["fct_settlement_entry"].drop_nulls(["paid_date", "settled_date"])
    promotion = mart_promotion_daily.build(
        promoted,
        *(
            frame.join(promoted.select("merchant_id").unique(), on="merchant_id", how="semi")
            for frame in (daily, profit)
        ),
        settled.group_by(*mart_promotion_daily.TABLE.key[:-1], business_date="paid_date").agg(
            pl.col("settled_fen").sum()
        ),
        outlook["mart_outlook_daily"].filter(pl.col("merchant_id").is_in(promoted["merchant_id"].implode())),
    )
    return (
        of_ledgers
        | summed
        | outlook
        | {
            "fct_ad_spend": promoted,
            "mart_ad_daily": mart_ad_daily.build(promoted),
            "mart_promotion_daily": promotion,
            "fct_line_cost": spent,
            "fct_order_line": lines,
            "fct_refund_line": back,
            "dim_live_session": aired,
            "dim_shop": dim_shop.build(shops, merchants),
            "dim_product": dim_product.build(lines),
            "dim_creator": dim_creator.build(lines),
            "dim_reported": _reported(silver, shops),
            "mart_buyer_monthly": mart_buyer_monthly.build(lines, 90),
            "dim_observed": (
                goods := _goods(
                    silver, lines, now["refund_line"], mart_breakdown_daily.ASSET.build(facts), shops, stocked
                )
            ).observed,
            "fct_return_claim": goods.claims,
            "mart_stock_monthly": mart_stock_monthly.build(goods),
            "mart_launch_daily": mart_launch_daily.build(goods.kept, goods.observed),
        }
    )


def _reported(silver: dict[str, pl.DataFrame], shops: pl.DataFrame) -> pl.DataFrame:
    """What each shop gave, by the silver it has; no days, nothing left open and nothing doubtful."""
    of_report = {
        "order": "orders", "order_line": "orders", "refund_line": "refunds", "settlement_entry": "bills",
        "fund_entry": "accounts", "live_session": "sessions",
    }  # fmt: skip
    shop, days = ["merchant_id", "shop_id", "platform_code"], ("first_date", "last_date", "whole_until_date")
    none = pl.lit(None, pl.Date)
    found = pl.concat(
        silver[name].select(*shop, report_code=pl.lit(report), **dict.fromkeys(days, none))
        for name, report in of_report.items()
    )
    amounts = ("open_qty", "undated_fen", "doubtful_fen", "doubtful_orders_qty")
    no_rows = found.clear().select(
        *dim_reported.TABLE.key, *(pl.lit(0, pl.Int64).alias(name) for name in amounts)
    )
    return dim_reported.build(shops, found, no_rows.drop(amounts[2:]), no_rows.drop(amounts[:2]))


def _outlook(
    lines: pl.DataFrame, refunds: pl.DataFrame, daily: pl.DataFrame, shops: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Of what each cohort keeps, a third is to go back: nobody was followed to age 45, so there are no
    factors to learn it from.
    """
    shop, kept = ["merchant_id", "shop_id", "platform_code"], pl.col("kept_fen").cast(pl.Float64)
    segmented = segment_lines(
        lines.with_columns(category_name=pl.lit(None, pl.String)),
        shops.select(shop).with_columns(known_date=RECEIVED.date()),
    )
    cohorts, _ = make_cohorts(segmented, refunds)
    projected = cohorts.with_columns(
        matured_fen=kept * 2 / 3, noise2=kept * 1_000, doubt_fen=kept / 50, level_number=pl.lit(3, pl.Int64)
    )
    days = mart_outlook_daily.build(
        daily, projected, shops.select(shop).with_columns(returns_date=RECEIVED.date())
    )
    told = detailed(segmented).select(*COHORT, *DETAIL, "paid_fen", "cohort_refund_fen")
    return {
        "mart_outlook_daily": days,
        "mart_outlook_detail_daily": mart_outlook_detail_daily.build(told, projected, days),
    }


def _goods(
    silver: dict[str, pl.DataFrame],
    lines: pl.DataFrame,
    refunds: pl.DataFrame,
    cuts: pl.DataFrame,
    shops: pl.DataFrame,
    stocked: pl.DataFrame,
) -> Told:
    shop = ["merchant_id", "shop_id", "platform_code"]
    days = {name: pl.lit(RECEIVED.date()) for name in ("observed_date", "final_until_date")}
    observed = dim_observed.TABLE.shape(
        shops.select(shop).with_columns(hit_units_qty=pl.lit(300, pl.Int64), **days)
    )
    sold = cuts.group_by(*shop, "style_code", "sku_code", paid_date="business_date").agg(
        pl.col("units_qty").sum(), kept_qty=pl.col("kept_units_qty").sum()
    )
    claims = open_claims(lines, refunds)
    return Told(
        observed,
        silver["product"],
        stocked,
        sold.filter(pl.col("units_qty") > 0).drop("units_qty"),
        claims,
        claims.select(shop).unique(),
    )


def _register(lake: Lake) -> None:
    for merchant in ("m1", "m2", "m3"):
        registry.add_owner(lake, f"o-{merchant}", "持有人", at=RECEIVED)
        registry.add_merchant(lake, merchant, "云杉", owner_id=f"o-{merchant}", at=RECEIVED)
    for shop, (merchant, platform, _) in SHOPS.items():
        registry.add_shop(lake, merchant, shop, platform_code=platform, shop_name="云杉店", at=RECEIVED)
        registry.add_live_account(lake, merchant, shop, f"acc-{shop}", at=RECEIVED)


def rebuild(connection: duckdb.DuckDBPyConnection) -> None:
    """Gold anew from the silver of an in-memory copy."""

    def read(table: Table) -> pl.DataFrame:
        return table.shape(connection.execute(f'SELECT * FROM {table.layer}."{table.name}"').pl())

    registered = (read(table) for table in (LIVE_ACCOUNT, SHOP, MERCHANT, CURRENCY_RATE))
    made = gold(
        {name: read(table) for name, table in SILVER.items()},
        *registered,
        Costs(read(UNIT_COST), read(FIXED_COST)),
        read(STOCK_ENTRY),
    )
    for name, frame in made.items():
        connection.execute(f"DELETE FROM gold.{name}")
        connection.register("_rows", frame)
        connection.execute(f"INSERT INTO gold.{name} BY NAME SELECT * FROM _rows")
        connection.unregister("_rows")


#: Rows of one relation: their number and the sum of their hashes.
Content = tuple[int, int]
#: What a query found in the rows it read, and what a table held: most faults leave most tables as they are.
_FOUND: dict[tuple[str, tuple[tuple[str, Content], ...]], list[dict[str, object]]] = {}
_HELD: dict[tuple[str, Content], tuple[int, frozenset[str]]] = {}
_RELATION = re.compile(r"\b(?:bronze|silver|gold|ops|now|before)\.\w+")


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, Content]:
    """Every relation a rule may name, by its full name, and what it holds."""
    names = connection.execute("""
        SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal
        UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal""").fetchall()
    each = (
        f"SELECT '{name}', count(*), coalesce(sum(hash(t)), 0) FROM {address(name)} AS t" for (name,) in names
    )
    held = connection.execute(" UNION ALL ".join(each)).fetchall()
    return {name: (rows, total) for name, rows, total in held}


def profile(connection: duckdb.DuckDBPyConnection, held: dict[str, Content] | None = None) -> Profile:
    """Rows per table of an in-memory copy of the market."""
    held = held or contents(connection)
    keys = {table.full_name: (table.full_name, held[table.full_name]) for table in EVERY_TABLE}
    if fresh := [table for table in EVERY_TABLE if keys[table.full_name] not in _HELD]:
        found = snapshot.profile(connection, fresh)
        _HELD.update({keys[name]: (found.rows[name], found.filled[name]) for name in found.rows})
    return Profile(
        {name: _HELD[key][0] for name, key in keys.items()},
        {name: _HELD[key][1] for name, key in keys.items()},
    )


def failing_rows(
    connection: duckdb.DuckDBPyConnection, query: str, held: dict[str, Content]
) -> list[dict[str, object]]:
    """What ``query`` returns; asked once of the same rows of all it names."""
    names = sorted(set(_RELATION.findall(query.replace('"', ""))) & held.keys())
    assert names, query
    key = (query, tuple((name, held[name]) for name in names))
    if key not in _FOUND:
        told = connection.execute(f"SELECT to_json(failing)::VARCHAR FROM ({query}) AS failing").fetchall()
        _FOUND[key] = [json.loads(row) for (row,) in told]
    return _FOUND[key]


def broken(
    connection: duckdb.DuckDBPyConnection, before: Profile | None = None
) -> dict[tuple[str, str], list[dict[str, object]]]:
    """(table, rule) → failing rows, for every rule that does not hold in an in-memory copy of the market.

    Plain DuckDB, no Great Expectations.
    """
    held = contents(connection)
    now = profile(connection, held)
    found: dict[tuple[str, str], list[dict[str, object]]] = {}
    for table in EVERY_TABLE:
        for rule in rules_of(table, now, before or Profile()):
            if isinstance(rule, FloorRule):
                rows = now.rows[table.full_name]
                failing: list[dict[str, object]] = [{"rows": rows}] if rows < rule.minimum else []
            else:
                failing = failing_rows(connection, rule.query, held)
            if failing:
                found[table.full_name, rule.name] = failing
    return found
