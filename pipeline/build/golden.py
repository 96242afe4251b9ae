"""Touched orders and sessions → facts, dimensions and marts: only the slices they reach are read and
rewritten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from contracts.canonical import LIVE_SESSION, OF_ORDERS, ORDER_LINE, SHOP
from contracts.tables import Table
from pipeline.build import ledgers, profits
from pipeline.build.engine import Change, refresh_marts
from pipeline.build.merging import Touched
from pipeline.build.slices import rewrite
from transforms.costing import Costs
from transforms.currency import convert_orders
from transforms.disclosure import DisclosureRule
from transforms.gold.orders import (
    dim_creator,
    dim_live_session,
    dim_observed,
    dim_product,
    dim_shop,
    fct_order_line,
    fct_refund_line,
)
from transforms.gold.orders.grain import ORDER
from transforms.gold.sales import mart_district_channel_monthly, mart_shop_channel_daily
from transforms.silver.restated import standing_lines
from transforms.silver.states import current
from warehouse import registry
from warehouse.lake import Lake
from warehouse.ops import CURSOR, EXPORT, LOAD, SHOP_OF_KIND

LINES, REFUNDS, SESSIONS = fct_order_line.TABLE, fct_refund_line.TABLE, dim_live_session.TABLE
#: The district sees a month when its refunds have matured, so that what it once saw hardly moves: comparing
#: two releases of a month tells little.
DISTRICT_LAG_DAYS = 45


@dataclass(frozen=True)
class Known:
    """What a person has told beside the exports.

    Own accounts (columns of ``LIVE_ACCOUNT``), exchange rates (of ``CURRENCY_RATE``), costs, and orders set
    aside (of ``ASIDE_ORDER``).
    """

    own: pl.DataFrame
    rates: pl.DataFrame
    costs: Costs
    aside: pl.DataFrame


def rebuild_slices(lake: Lake, touched: Touched, known: Known) -> None:
    """Bring facts, dimensions and marts up to date with silver for what was ``touched``."""
    if touched.is_empty:
        return
    orders = pl.concat([touched.orders, _orders_of_sessions(lake, touched.reowned)]).unique()
    is_new = touched.states is not None
    changes = (
        _build_facts(lake, touched.states, known)
        if touched.states is not None
        else _rebuild_facts(lake, orders, touched.sessions, known)
    )
    lines = pl.concat(changes[LINES.name])
    _rebuild_dimension(
        lake, dim_product.TABLE, dim_product.build, lines, ["product_id", "product_name"], is_new=is_new
    )
    _rebuild_dimension(lake, dim_creator.TABLE, dim_creator.build, lines, ["seller_code", "creator_name"])
    billed = profits.days_of_entries(lake, touched.entries)
    if touched.states is not None:
        changes |= ledgers.build_shops(
            lake, touched.states, changes[LINES.name].after, changes[REFUNDS.name].after, known.rates
        )
    else:
        changes |= ledgers.rebuild(lake, touched, orders, known.rates)
    changes |= profits.rebuild(lake, profits.moved_days(lake, lines, billed, touched.entries), known.costs)
    refresh_marts(lake, changes)


def rebuild_costs(lake: Lake, days: pl.DataFrame, costs: Costs) -> None:
    """Bring cost facts of ``days`` (columns ``profits.DAY``), and what is made of them, up to date with the
    costs that were entered.
    """
    refresh_marts(lake, profits.rebuild(lake, days, costs))


def rebuild_wholes(
    lake: Lake, rule: DisclosureRule, at: dt.datetime, return_window_days: int, hit_units: int
) -> None:
    """The small tables made whole of what stands in the warehouse now: shops, how far their data reach, the
    district's months.
    """
    _whole(lake, dim_shop.TABLE, dim_shop.build(registry.shops(lake), registry.merchants(lake)))
    _whole(
        lake, dim_observed.TABLE, dim_observed.build(_counting_exports(lake), return_window_days, hit_units)
    )
    owners = registry.merchants(lake).select("merchant_id", "owner_id")
    columns = [
        "merchant_id",
        "platform_code",
        "channel_code",
        "business_date",
        "paid_fen",
        "cohort_refund_fen",
    ]
    daily = lake.read(mart_shop_channel_daily.TABLE, columns=columns)
    closed_before = (at - dt.timedelta(days=DISTRICT_LAG_DAYS)).strftime("%Y-%m")
    _whole(
        lake,
        mart_district_channel_monthly.TABLE,
        mart_district_channel_monthly.build(daily, owners, rule, closed_before),
    )


def _counting_exports(lake: Lake) -> pl.DataFrame:
    """Shop, kind and moments of every export that published something or might have, and of what an API was
    asked up to: it may have had nothing to tell.
    """
    took = lake.read(LOAD, columns=EXPORT.key, where={"verdict_code": ["accepted", "warned", "duplicate"]})
    moments = ["observed_at", "received_at"]
    given = lake.read(EXPORT, columns=[*EXPORT.key, *moments], where={"withdrawn_at": None}).join(
        took, on=list(EXPORT.key), how="semi"
    )
    asked = lake.read(CURSOR, columns=[*SHOP_OF_KIND, "covered_until_at"]).with_columns(
        pl.col("covered_until_at").alias(name) for name in moments
    )
    return pl.concat([frame.select(*SHOP_OF_KIND, *moments) for frame in (given, asked)])


def _build_facts(lake: Lake, states: dict[str, pl.DataFrame], known: Known) -> dict[str, Change]:
    """Facts of shops that had none, from all their states: nothing is read back."""
    now = _current(states, known)
    lines = fct_order_line.build(now)
    refunds = fct_refund_line.build(lines, now.refund_line)
    sessions = dim_live_session.build(now.live_session, known.own)
    made = ((LINES, lines), (REFUNDS, refunds), (SESSIONS, sessions))
    for table, rows in made:
        lake.append(table, rows)
    return {table.name: Change(table.empty(), rows) for table, rows in made}


def _current(states: dict[str, pl.DataFrame], known: Known) -> fct_order_line.Current:
    told = {table.name: current(table, states[table.name]) for table in OF_ORDERS if table is not ORDER_LINE}
    told[ORDER_LINE.name] = standing_lines(states[ORDER_LINE.name])
    aired = current(LIVE_SESSION, states[LIVE_SESSION.name])
    return fct_order_line.Current(
        **convert_orders(told, known.rates), live_session=aired, own_account=known.own, aside=known.aside
    )


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
           OR (l.content_code = 'live' AND l.created_at BETWEEN timezone('UTC', s.since)
               AND timezone('UTC', coalesce(s.until, s.since + INTERVAL 1 DAY)))""",
        _sessions=reowned,
    )


def orders_of_merchants(lake: Lake, merchants: list[str]) -> pl.DataFrame:
    """All orders in gold of merchants whose own accounts changed."""
    return lake.read(LINES, where={"merchant_id": merchants}, columns=ORDER).unique()


def _rebuild_facts(
    lake: Lake, orders: pl.DataFrame, sessions: pl.DataFrame, known: Known
) -> dict[str, Change]:
    states = {table.name: lake.read(table, keys=orders) for table in OF_ORDERS}
    now = _current(
        {**states, LIVE_SESSION.name: lake.read(LIVE_SESSION, keys=orders.select(SHOP).unique())}, known
    )
    lines = fct_order_line.build(now)
    aired = dim_live_session.build(current(LIVE_SESSION, lake.read(LIVE_SESSION, keys=sessions)), known.own)
    made = (
        (LINES, orders, lines),
        (REFUNDS, orders, fct_refund_line.build(lines, now.refund_line)),
        (SESSIONS, sessions, aired),
    )
    changes = {}
    for table, keys, after in made:
        changes[table.name] = change = Change(lake.read(table, keys=keys), after)
        rewrite(lake, table, *change, by=keys.columns)
    return changes


def _rebuild_dimension(
    lake: Lake,
    table: Table,
    build: Callable[[pl.DataFrame], pl.DataFrame],
    lines: pl.DataFrame,
    told: list[str],
    *,
    is_new: bool = False,
) -> None:
    """``is_new``: of shops whose lines are all here, so that nothing is read back."""
    key = list(table.key)
    keys = lines.select(key).drop_nulls().unique()
    if is_new:
        lake.append(table, build(lines))
    elif keys.height:
        frame = build(lake.read(LINES, keys=keys, columns=[*key, "order_line_id", "created_at", *told]))
        rewrite(lake, table, lake.read(table, keys=keys), frame)
