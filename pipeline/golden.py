"""Touched orders and sessions → facts, dimensions and marts: only the slices they reach are read and rewritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from contracts.canonical import LIVE_SESSION, OF_ORDERS, SHOP
from contracts.tables import Table
from pipeline import ledgers, profits
from pipeline.merging import ORDER, SESSION, Touched
from pipeline.slices import replace_changed
from transforms.costing import Costs
from transforms.currency import convert_orders
from transforms.disclosure import DisclosureRule
from transforms.gold import (
    dim_creator,
    dim_live_session,
    dim_observed,
    dim_product,
    dim_shop,
    fct_order_line,
    fct_refund_line,
    mart_breakdown_daily,
    mart_district_channel_monthly,
    mart_final_daily,
    mart_kept_age_daily,
    mart_live_session,
    mart_order_detail_daily,
    mart_payment_flow_daily,
    mart_refund_flow_daily,
    mart_shop_channel_daily,
    mart_style_daily,
)
from transforms.silver.states import current
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import CURSOR, EXPORT, LOAD, SHOP_OF_KIND

LINES, REFUNDS = fct_order_line.TABLE, fct_refund_line.TABLE
SLICE = [*SHOP, "business_date"]
#: What the marts ask of order-line facts.
SOLD = [
    *LINES.key, "live_session_id", "style_code", "channel_code", "traffic_code", "paid_date", "start_date", "is_gift", "is_order_head", "line_qty", "paid_fen",
    "cohort_refund_fen", "refund_before_fen", "refund_after_fen", "refund_unstaged_fen", "refund_undated_fen", "sent_qty", "back_qty", "subsidy_fen",
    "is_shipped", "is_order_refunded", "is_order_kept", "is_aside", "sku_code", "size_name", "color_name", "province_name", "creator_id", "paid_at",
    "finished_at", "order_status_code", "created_date", "placed_fen",
]  # fmt: skip
#: The district sees a month when its refunds have matured, so that what it once saw hardly moves: comparing two releases of a month tells little.
DISTRICT_LAG_DAYS = 45


@dataclass(frozen=True)
class Known:
    """What a person has told beside the exports.

    Own accounts (columns of ``LIVE_ACCOUNT``), exchange rates (of ``CURRENCY_RATE``), costs, and orders set aside (of ``ASIDE_ORDER``).
    """

    own: pl.DataFrame
    rates: pl.DataFrame
    costs: Costs
    aside: pl.DataFrame


def rebuild_slices(lake: Lake, touched: Touched, known: Known) -> None:
    """Bring facts, dimensions and marts up to date with silver for what was ``touched``."""
    if touched.is_empty:
        return
    if touched.states is not None:
        _build_shops(lake, touched.states, known)
        return
    orders = pl.concat([touched.orders, _orders_of_sessions(lake, touched.reowned)]).unique()
    before, after = _rebuild_facts(lake, orders, known)
    lines = pl.concat([before[0], after[0]])
    refunds = pl.concat([before[1], after[1]])
    sessions = _rebuild_sessions(lake, touched.sessions, known.own)
    _rebuild_dimensions(lake, lines)
    _rebuild_days(lake, lines, refunds, sessions)
    _rebuild_payment_flow(lake, lines)
    _rebuild_session_mart(lake, lines, touched.sessions)
    billed = profits.days_of_entries(lake, touched.entries)
    ledgers.rebuild(lake, touched, orders, known.rates)
    profits.rebuild(lake, profits.moved_days(lake, lines, billed, touched.entries), known.costs)


def rebuild_wholes(lake: Lake, rule: DisclosureRule, at: dt.datetime, return_window_days: int, hit_units: int) -> None:
    """The small tables made whole of what stands in the warehouse now: shops, how far their data reach, the district's months."""
    _whole(lake, dim_shop.TABLE, dim_shop.build(registry.shops(lake), registry.merchants(lake)))
    _whole(lake, dim_observed.TABLE, dim_observed.build(_counting_exports(lake), return_window_days, hit_units))
    owners = registry.merchants(lake).select("merchant_id", "owner_id")
    columns = ["merchant_id", "platform_code", "channel_code", "business_date", "paid_fen", "cohort_refund_fen"]
    daily = lake.read(mart_shop_channel_daily.TABLE, columns=columns)
    closed_before = (at - dt.timedelta(days=DISTRICT_LAG_DAYS)).strftime("%Y-%m")
    _whole(lake, mart_district_channel_monthly.TABLE, mart_district_channel_monthly.build(daily, owners, rule, closed_before))


def _counting_exports(lake: Lake) -> pl.DataFrame:
    """Shop, kind and moments of every export that published something or might have, and of what an API was asked up to: it may have had nothing to tell."""
    took = lake.read(LOAD, columns=EXPORT.key, where={"verdict_code": ["accepted", "warned", "duplicate"]})
    moments = ["observed_at", "received_at"]
    given = lake.read(EXPORT, columns=[*EXPORT.key, *moments], where={"withdrawn_at": None}).join(took, on=list(EXPORT.key), how="semi")
    asked = lake.read(CURSOR, columns=[*SHOP_OF_KIND, "covered_until_at"]).with_columns(pl.col("covered_until_at").alias(name) for name in moments)
    return pl.concat([frame.select(*SHOP_OF_KIND, *moments) for frame in (given, asked)])


def _build_shops(lake: Lake, states: dict[str, pl.DataFrame], known: Known) -> None:
    """Gold of shops that had none, whole, from all their states: nothing is read back but a merchant's creators, who may sell for its other shops too."""
    now = _current(states, known)
    lines = fct_order_line.build(now)
    refunds, sessions = fct_refund_line.build(lines, now.refund_line), dim_live_session.build(now.live_session, known.own)
    lake.append(LINES, lines)
    lake.append(REFUNDS, refunds)
    lake.append(dim_live_session.TABLE, sessions)
    lake.append(dim_product.TABLE, dim_product.build(lines))
    lake.append(mart_shop_channel_daily.TABLE, mart_shop_channel_daily.build(lines, refunds, sessions))
    lake.append(mart_style_daily.TABLE, mart_style_daily.build(lines, refunds))
    lake.append(mart_breakdown_daily.TABLE, mart_breakdown_daily.build(lines, refunds))
    lake.append(mart_final_daily.TABLE, mart_final_daily.build(lines))
    lake.append(mart_order_detail_daily.TABLE, mart_order_detail_daily.build(lines))
    lake.append(mart_payment_flow_daily.TABLE, mart_payment_flow_daily.build(lines))
    lake.append(mart_live_session.TABLE, mart_live_session.build(lines, sessions))
    lake.append(mart_kept_age_daily.TABLE, mart_kept_age_daily.build(lines, refunds))
    lake.append(mart_refund_flow_daily.TABLE, mart_refund_flow_daily.build(refunds))
    _rebuild_dimension(lake, dim_creator.TABLE, dim_creator.build, lines, ["seller_code", "creator_name"])
    ledgers.build_shops(lake, states, lines, refunds, known.rates)
    profits.build_shops(lake, lines, known.costs)


def _current(states: dict[str, pl.DataFrame], known: Known) -> fct_order_line.Current:
    told = {table.name: current(table, states[table.name]) for table in OF_ORDERS}
    aired = current(LIVE_SESSION, states[LIVE_SESSION.name])
    return fct_order_line.Current(**convert_orders(told, known.rates), live_session=aired, own_account=known.own, aside=known.aside)


def _whole(lake: Lake, table: Table, frame: pl.DataFrame) -> None:
    """Replace a small table as a whole, if it differs."""
    stored = lake.read(table)
    key = list(table.key)
    if not stored.sort(key).equals(frame.sort(key)):
        lake.replace(table, pl.concat([stored, frame]).select(key).unique(), frame)


def _orders_of_sessions(lake: Lake, reowned: pl.DataFrame) -> pl.DataFrame:
    """Orders already in gold whose lines the given sessions own, owned or may now own."""
    if reowned.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(ORDER, pl.String))
    return lake.sql(
        """
        SELECT DISTINCT l.merchant_id, l.shop_id, l.platform_code, l.order_id
        FROM gold.fct_order_line AS l JOIN _sessions AS s USING (merchant_id, shop_id, platform_code)
        WHERE l.live_session_id = s.live_session_id
           OR (l.content_code = 'live' AND l.created_at BETWEEN timezone('UTC', s.since) AND timezone('UTC', coalesce(s.until, s.since + INTERVAL 1 DAY)))""",
        _sessions=reowned,
    )


def orders_of_merchants(lake: Lake, merchants: list[str]) -> pl.DataFrame:
    """All orders in gold of merchants whose own accounts changed."""
    return lake.read(LINES, where={"merchant_id": merchants}, columns=ORDER).unique()


Facts = tuple[pl.DataFrame, pl.DataFrame]


def _rebuild_facts(lake: Lake, orders: pl.DataFrame, known: Known) -> tuple[Facts, Facts]:
    before = lake.read(LINES, keys=orders), lake.read(REFUNDS, keys=orders)
    states = {table.name: lake.read(table, keys=orders) for table in OF_ORDERS}
    now = _current({**states, LIVE_SESSION.name: lake.read(LIVE_SESSION, keys=orders.select(SHOP).unique())}, known)
    lines = fct_order_line.build(now)
    after = lines, fct_refund_line.build(lines, now.refund_line)
    replace_changed(lake, LINES, orders, before[0], after[0])
    replace_changed(lake, REFUNDS, orders, before[1], after[1])
    return before, after


def _rebuild_sessions(lake: Lake, changed: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Rows of dim_live_session before and after."""
    table = dim_live_session.TABLE
    if changed.is_empty():
        return table.empty()
    before = lake.read(table, keys=changed)
    after = dim_live_session.build(current(LIVE_SESSION, lake.read(LIVE_SESSION, keys=changed)), own)
    lake.replace(table, changed, after)
    return pl.concat([before, after])


def _rebuild_dimensions(lake: Lake, lines: pl.DataFrame) -> None:
    _rebuild_dimension(lake, dim_product.TABLE, dim_product.build, lines, ["product_id", "product_name"])
    _rebuild_dimension(lake, dim_creator.TABLE, dim_creator.build, lines, ["seller_code", "creator_name"])


def _rebuild_dimension(lake: Lake, table: Table, build: Callable[[pl.DataFrame], pl.DataFrame], lines: pl.DataFrame, told: list[str]) -> None:
    key = list(table.key)
    keys = lines.select(key).drop_nulls().unique()
    if keys.height:
        frame = build(lake.read(LINES, keys=keys, columns=[*key, "order_line_id", "created_at", *told]))
        replace_changed(lake, table, keys, lake.read(table, keys=keys), frame)


def _rebuild_days(lake: Lake, lines: pl.DataFrame, refunds: pl.DataFrame, sessions: pl.DataFrame) -> None:
    """The daily marts for every shop × day that any clock of a touched row names."""
    named = [(lines, "created_date"), (lines, "paid_date"), (lines, "start_date"), (refunds, "refund_date"), (sessions, "start_date")]
    days = pl.concat([frame.select(*SHOP, business_date=clock) for frame, clock in named]).drop_nulls().unique()
    if days.is_empty():
        return

    def on(table: Table, clock: str, columns: list[str] | None = None) -> pl.DataFrame:
        return lake.read(table, keys=days.rename({"business_date": clock}), columns=columns)

    paid, started = on(LINES, "paid_date", SOLD), on(LINES, "start_date", SOLD)
    placed = on(LINES, "created_date", SOLD)
    sold = pl.concat([paid, started.join(days, left_on=[*SHOP, "paid_date"], right_on=SLICE, how="anti")])
    back, aired = on(REFUNDS, "refund_date"), on(dim_live_session.TABLE, "start_date")
    for table, frame in (
        (mart_shop_channel_daily.TABLE, mart_shop_channel_daily.build(sold, back, aired)),
        (mart_style_daily.TABLE, mart_style_daily.build(sold, back)),
        (mart_kept_age_daily.TABLE, mart_kept_age_daily.build(paid, on(REFUNDS, "paid_date"))),
        (mart_breakdown_daily.TABLE, mart_breakdown_daily.build(sold, back)),
        (mart_final_daily.TABLE, mart_final_daily.build(paid)),
        (mart_order_detail_daily.TABLE, mart_order_detail_daily.build(pl.concat([paid, placed]).unique(LINES.key))),
    ):
        replace_changed(lake, table, days, lake.read(table, keys=days), frame.join(days, on=SLICE, how="semi"))
    flow, refund_days = mart_refund_flow_daily, days.rename({"business_date": "refund_date"})
    replace_changed(lake, flow.TABLE, refund_days, lake.read(flow.TABLE, keys=refund_days), flow.build(back))


def _rebuild_payment_flow(lake: Lake, lines: pl.DataFrame) -> None:
    """By the day the lines were placed; where no source tells it, the day they were paid."""
    flow = mart_payment_flow_daily
    days = lines.select(*SHOP, business_date=pl.coalesce("created_date", "paid_date")).drop_nulls().unique()
    if days.is_empty():
        return
    placed, paid = (lake.read(LINES, keys=days.rename({"business_date": clock}), columns=flow.FROM_LINES) for clock in ("created_date", "paid_date"))
    rows = flow.build(pl.concat([placed, paid.filter(pl.col("created_date").is_null())]))
    replace_changed(lake, flow.TABLE, days, lake.read(flow.TABLE, keys=days), rows)


def _rebuild_session_mart(lake: Lake, lines: pl.DataFrame, changed: pl.DataFrame) -> None:
    table = mart_live_session.TABLE
    keys = pl.concat([changed, lines.select(SESSION).drop_nulls()]).unique()
    if keys.is_empty():
        return
    rows = mart_live_session.build(lake.read(LINES, keys=keys, columns=SOLD), lake.read(dim_live_session.TABLE, keys=keys))
    replace_changed(lake, table, keys, lake.read(table, keys=keys), rows)
