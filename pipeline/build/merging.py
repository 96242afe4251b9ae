"""Canonical observations → states in silver, and the list of what they touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from contracts.canonical import (
    FUND_ENTRY,
    LIVE_SESSION,
    OF_ORDERS,
    ORDER_LINE,
    SETTLEMENT_ENTRY,
    SHOP,
    SILVER,
    entity_key,
)
from contracts.tables import Table
from pipeline.build.loading import ROW
from transforms.gold.orders import fct_order_line
from transforms.gold.orders.channel import telling_channel
from transforms.gold.orders.grain import LINE, ORDER
from transforms.silver.restated import lines_left_out
from transforms.silver.states import Merged, current, merge_states
from warehouse.lake import Lake

DAY = [*SHOP, "business_date"]
SESSION = [*SHOP, "live_session_id"]
ENTRY, FUND = entity_key(SETTLEMENT_ENTRY), entity_key(FUND_ENTRY)
#: What of a session decides which lines it owns; a change in its views alone touches no line.
_OWNERSHIP = ("started_at", "ended_at", "live_account_id", "seller_code")

_KEYS = dict.fromkeys(ORDER, pl.String)
_SESSION_KEYS = dict.fromkeys(SESSION, pl.String)
_DAY_KEYS = {**dict.fromkeys(SHOP, pl.String), "business_date": pl.Date}
_ENTRY_KEYS, _FUND_KEYS = dict.fromkeys(ENTRY, pl.String), dict.fromkeys(FUND, pl.String)


#: The frames of ``Touched`` that people's entries name.
_NAMED = ("orders", "sessions", "entries", "funds", "days")


@dataclass
class Touched:
    """What a build must look at again.

    ``orders`` (columns ``ORDER``); ``entries`` and ``funds`` of ledgers (columns ``ENTRY``, ``FUND``);
    ``sessions`` (columns ``SESSION``) whose figures changed; ``days`` (columns ``DAY``) whose costs did.
    ``states``: silver table → all its states, known only of shops that are new here: then nothing need be
    read back from the warehouse. ``restated``: orders whose lines were seen to state their refunds at other
    times.
    """

    orders: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_KEYS))
    sessions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_SESSION_KEYS))
    states: dict[str, pl.DataFrame] | None = None
    entries: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_ENTRY_KEYS))
    funds: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_FUND_KEYS))
    days: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_DAY_KEYS))
    restated: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_KEYS))

    @property
    def is_empty(self) -> bool:
        """True when nothing was touched."""
        named = (self.orders, self.sessions, self.entries, self.funds, self.days)
        return self.states is None and all(frame.is_empty() for frame in named)

    def of(self, merchant_id: str) -> Touched:
        """What is named of one merchant."""
        mine = {name: getattr(self, name).filter(merchant_id=merchant_id) for name in _NAMED}
        return Touched(**mine)

    @property
    def slices(self) -> dict[tuple[str, ...], pl.DataFrame]:
        """What is named, by its columns."""
        return {tuple(frame.columns): frame for frame in (self.orders, self.sessions, self.days)}


def together(parts: Iterable[Touched]) -> Touched:
    """All of them as one: what people entered names no states."""
    every = [Touched(), *parts]
    return Touched(**{name: pl.concat([getattr(part, name) for part in every]).unique() for name in _NAMED})


def merge_into_silver(lake: Lake, frames: Iterable[dict[str, pl.DataFrame]]) -> tuple[pl.DataFrame, Touched]:
    """Merge all incoming observations.

    Returns one outcome per incoming bronze row (``ROW``, ``outcome``, ``_by_export_id``) and what changed.

    A row that fed several tables is published if any of them took it, else superseded if any was, else a
    duplicate.
    """
    incoming = list(frames)
    touched = Touched(states=_states_of_new_shops(lake, incoming))
    outcomes = []
    for name, table in SILVER.items():
        parts = [frame[name] for frame in incoming if name in frame and frame[name].height]
        if parts:
            outcomes.append(_merge_table(lake, table, pl.concat(parts), touched))
    if touched.states is not None:
        _touch_all(touched, touched.states)
    _touch_restated(lake, touched)
    _touch_left_out(lake, touched, [frame[ORDER_LINE.name] for frame in incoming if ORDER_LINE.name in frame])
    if not outcomes:
        return pl.DataFrame(
            schema={
                **dict.fromkeys(ROW[:3], pl.String),
                "_row_number": pl.Int64,
                "outcome": pl.String,
                "_by_export_id": pl.String,
            }
        ), touched
    ranked = pl.concat(outcomes).with_columns(
        rank=pl.col("outcome").replace_strict({"published": 0, "superseded": 1, "duplicate": 2})
    )
    best = ranked.group_by(ROW).agg(pl.col("outcome", "_by_export_id").sort_by("rank").first())
    return best, touched


def _touch_all(touched: Touched, states: dict[str, pl.DataFrame]) -> None:
    touched.orders = pl.concat([states[table.name].select(ORDER) for table in OF_ORDERS]).unique()
    touched.sessions = states[LIVE_SESSION.name].select(SESSION).unique()


def _touch_restated(lake: Lake, touched: Touched) -> None:
    """Which line money stands on depends on when lines were last seen to deny it: orders with money back are
    made anew where that moved.
    """
    orders = touched.restated.unique().join(touched.orders, on=ORDER, how="anti")
    if orders.is_empty():
        return
    with_money_back = lake.read(
        fct_order_line.TABLE, keys=orders, columns=[*ORDER, "cohort_refund_fen"]
    ).filter(pl.col("cohort_refund_fen") > 0)
    touched.orders = pl.concat([touched.orders, with_money_back.select(ORDER)]).unique()


def _touch_left_out(lake: Lake, touched: Touched, incoming: list[pl.DataFrame]) -> None:
    """A line that a sheet gives again as it was may tell that others are gone: orders are made anew where
    facts have lines as still to be listed.
    """
    of_sheets = [frame.filter(pl.col("layout_name").is_not_null()).select(ORDER) for frame in incoming]
    orders = (
        pl.concat(of_sheets).unique().join(touched.orders, on=ORDER, how="anti")
        if of_sheets
        else touched.orders.clear()
    )
    if touched.states is not None or orders.is_empty():
        return
    left = lines_left_out(lake.read(ORDER_LINE, keys=orders))
    facts = lake.read(fct_order_line.TABLE, keys=orders, columns=[*LINE, "order_id", "doubtful_fen"])
    known, doubtful = facts.filter(pl.col("doubtful_fen").is_not_null()), left.filter(~pl.col("is_replaced"))
    odd = [
        facts.join(left.filter("is_replaced"), on=LINE, how="semi"),
        doubtful.join(known, on=LINE, how="anti"),
        known.join(doubtful, on=LINE, how="anti"),
    ]
    touched.orders = pl.concat([touched.orders, *(lines.select(ORDER) for lines in odd)]).unique()


def _states_of_new_shops(
    lake: Lake, incoming: list[dict[str, pl.DataFrame]]
) -> dict[str, pl.DataFrame] | None:
    """No states yet when no row of any of these shops is stored that gold is made of.

    Else None: history must be read.
    """
    shops = pl.concat(
        [
            pl.DataFrame(schema=dict.fromkeys(SHOP, pl.String)),
            *(frame.select(SHOP) for frames in incoming for frame in frames.values()),
        ]
    ).unique()
    tables = (*OF_ORDERS, LIVE_SESSION, SETTLEMENT_ENTRY, FUND_ENTRY)
    return (
        None
        if shops.is_empty() or any(lake.holds(table, shops) for table in tables)
        else {table.name: table.empty() for table in tables}
    )


def _merge_table(lake: Lake, table: Table, incoming: pl.DataFrame, touched: Touched) -> pl.DataFrame:
    entity = entity_key(table)
    keys = incoming.select(entity).unique()
    is_new = touched.states is not None and table.name in touched.states
    stored = table.empty() if is_new else lake.read(table, keys=keys)
    merged = merge_states(table, stored, incoming)
    if touched.states is not None and is_new:
        touched.states[table.name] = merged.states
    if stored.is_empty():
        lake.append(table, merged.states)
    elif not merged.states.equals(stored.sort(merged.states.columns)):
        lake.replace(table, keys, merged.states)
    if touched.states is None:
        _touch(lake, table, stored, merged, touched)
    return merged.outcomes


def _touch(lake: Lake, table: Table, stored: pl.DataFrame, merged: Merged, touched: Touched) -> None:
    states, changed = merged.states, merged.changed
    if table in OF_ORDERS:
        orders, restated = (
            states.join(keys, on=entity_key(table), how="semi").select(ORDER)
            for keys in (changed, merged.restated)
        )
        touched.orders = pl.concat([touched.orders, orders]).unique()
        touched.restated = pl.concat([touched.restated, restated])
    if table is SETTLEMENT_ENTRY:
        touched.entries = changed.select(ENTRY)
        told = pl.concat([stored, states]).join(changed, on=ENTRY, how="semi")
        touched.orders = pl.concat([touched.orders, telling_channel(told).select(ORDER)]).unique()
    if table is FUND_ENTRY:
        touched.funds = changed.select(FUND)
    if table is not LIVE_SESSION:
        return
    touched.sessions = changed.select(SESSION)
    known = pl.concat([current(table, stored), current(table, states)]).join(changed, on=SESSION, how="semi")
    moved = known.group_by(SESSION).agg(
        pl.struct(_OWNERSHIP).n_unique().alias("versions"),
        pl.len().alias("times"),
        since=pl.col("started_at").min(),
        until=pl.col("ended_at").max(),
    )
    # a session seen for the first time, or one whose hours or host changed
    reowned = moved.filter((pl.col("versions") > 1) | (pl.col("times") == 1))
    times = pl.col("since", "until").dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    sold = _orders_of_sessions(lake, reowned.select(*SESSION, times))
    touched.orders = pl.concat([touched.orders, sold]).unique()


def _orders_of_sessions(lake: Lake, reowned: pl.DataFrame) -> pl.DataFrame:
    """Orders already in gold whose lines the given sessions own, owned or may now own: ``SESSION`` and the
    moments (UTC, naive) between which they own or owned lines, ``since`` and ``until``.
    """
    if reowned.is_empty() or not lake.may_hold_rows(fct_order_line.TABLE):
        return pl.DataFrame(schema=_KEYS)
    return lake.sql(
        """
        SELECT DISTINCT l.merchant_id, l.shop_id, l.platform_code, l.order_id
        FROM gold.fct_order_line AS l JOIN _sessions AS s USING (merchant_id, shop_id, platform_code)
        WHERE l.live_session_id = s.live_session_id OR (
            l.content_code = 'live' AND l.created_at BETWEEN timezone('UTC', s.since)
                AND timezone('UTC', coalesce(s.until, s.since + INTERVAL 1 DAY)))""",
        _sessions=reowned,
    )
