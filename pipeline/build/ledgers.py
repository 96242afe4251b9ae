"""Touched rows of ledgers, and ledgers of touched orders → settlement and fund facts, open items, statements
and the daily sheet.

Everything about one order is matched together, since an order's rows answer one another; rows that name none
stand alone. So what is touched is widened to whole orders, once, and nothing beyond them can have changed.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from contracts import canonical
from contracts.canonical import FUND_ENTRY, SETTLEMENT_ENTRY, SHOP
from contracts.tables import Table
from pipeline.build.merging import ENTRY, FUND, Touched
from pipeline.build.slices import Change, rewrite
from transforms import ledgers
from transforms.currency import order_rates
from transforms.gold.ledgers import (
    fct_fund_entry,
    fct_settlement_entry,
    mart_open_item,
    mart_statement_monthly,
)
from transforms.gold.orders import fct_order_line, fct_refund_line
from transforms.gold.orders.grain import LINE, ORDER, REFUND
from transforms.ledgers import Around, Rows
from transforms.silver.states import current
from warehouse.lake import Lake
from warehouse.ops import CURRENCY_RATE

ENTRIES, FUNDS, ITEMS = fct_settlement_entry.TABLE, fct_fund_entry.TABLE, mart_open_item.TABLE
_STATEMENTS = mart_statement_monthly.TABLE
_ITEM = list(ITEMS.key)


def remake(lake: Lake, touched: Touched, whole: Mapping[str, pl.DataFrame]) -> dict[str, Change]:
    """Bring ledger facts, open items and statements up to date for touched rows, and for touched orders,
    whose facts stand already; of new shops from ``whole``, all their states and facts.

    Returns how the ledgers' facts changed.
    """
    rates = lake.read(CURRENCY_RATE)
    return _rebuild(lake, touched, rates) if touched.states is None else _build_shops(lake, whole, rates)


def _build_shops(lake: Lake, whole: Mapping[str, pl.DataFrame], rates: pl.DataFrame) -> dict[str, Change]:
    tables = (canonical.ORDER, canonical.ORDER_LINE, SETTLEMENT_ENTRY, FUND_ENTRY)
    if all(whole[table.name].is_empty() for table in tables[2:]):
        return {table.name: Change(table.empty(), table.empty()) for table in (ENTRIES, FUNDS)}
    lines, refunds = whole[fct_order_line.TABLE.name], whole[fct_refund_line.TABLE.name]
    now = {table.name: current(table, whole[table.name]) for table in tables}
    made = ledgers.build(now, lines, refunds, rates)
    for table in (ENTRIES, FUNDS, ITEMS, _STATEMENTS):
        lake.append(table, made[table.name])
    return {table.name: Change(table.empty(), made[table.name]) for table in (ENTRIES, FUNDS)}


def _rebuild(lake: Lake, touched: Touched, rates: pl.DataFrame) -> dict[str, Change]:
    orders = touched.orders
    if not any(lake.may_hold_rows(table) for table in (SETTLEMENT_ENTRY, FUND_ENTRY, ENTRIES, FUNDS)):
        return {}
    shops = pl.concat([keys.select(SHOP) for keys in (orders, touched.entries, touched.funds)]).unique()
    having = _shops_having(lake, shops)
    keys, scope = _widen(lake, Rows(touched.entries, touched.funds), orders, having)
    if scope.is_empty() and keys.entries.is_empty() and keys.funds.is_empty():
        return {}
    lines, refunds = (lake.read(table, keys=scope) for table in (fct_order_line.TABLE, fct_refund_line.TABLE))
    around = Around(lines, refunds, having[SETTLEMENT_ENTRY.name], having[FUND_ENTRY.name])
    told = Rows(
        _states(lake, SETTLEMENT_ENTRY, keys.entries, around, scope),
        _states(lake, FUND_ENTRY, keys.funds, around, scope),
    )
    placed = ledgers.placed(ledgers.in_fen(told, _rates_of(lake, told, rates), rates), around)
    placed = Rows(_mine(placed.entries, scope, keys.entries), _mine(placed.funds, scope, keys.funds))
    after = ledgers.match(placed, around)
    before = Rows(
        _before(lake, ENTRIES, keys.entries, after.entries, scope),
        _before(lake, FUNDS, keys.funds, after.funds, scope),
    )
    days = _days(before, after)
    before, after = _with_their_days(lake, days, before, after)
    changes = {
        ENTRIES.name: rewrite(lake, ENTRIES, before.entries, after.entries),
        FUNDS.name: rewrite(lake, FUNDS, before.funds, after.funds),
    }
    _rebuild_items(lake, scope, before, after, around)
    _rebuild_statements(lake, before, after, around)
    return changes


def _days(before: Rows, after: Rows) -> pl.DataFrame:
    """Shop and ``business_date`` of every fact before and after."""
    named = [(rows.entries, "settled_date") for rows in (before, after)] + [
        (rows.funds, "moved_date") for rows in (before, after)
    ]
    return pl.concat([rows.select(*SHOP, business_date=clock) for rows, clock in named]).drop_nulls().unique()


def _with_their_days(lake: Lake, days: pl.DataFrame, before: Rows, after: Rows) -> tuple[Rows, Rows]:
    """Facts before and after, and all others of their days: some stand only by the sum of a day
    (``by_days``).
    """

    def others(table: Table, clock: str, looked_at: tuple[pl.DataFrame, pl.DataFrame]) -> pl.DataFrame:
        key = list(table.key)
        rows = lake.read(table, keys=days.rename({"business_date": clock}))
        return rows.join(pl.concat([frame.select(key) for frame in looked_at]), on=key, how="anti")

    beside = Rows(
        others(ENTRIES, "settled_date", (before.entries, after.entries)),
        others(FUNDS, "moved_date", (before.funds, after.funds)),
    )
    now = ledgers.by_days(
        Rows(pl.concat([after.entries, beside.entries]), pl.concat([after.funds, beside.funds]))
    )
    return Rows(pl.concat([before.entries, beside.entries]), pl.concat([before.funds, beside.funds])), now


def _widen(
    lake: Lake, touched: Rows, orders: pl.DataFrame, having: dict[str, pl.DataFrame]
) -> tuple[Rows, pl.DataFrame]:
    """The rows to look at again, and all orders they are or were about.

    A shop's first bill, or first account flow, concerns all of its orders.
    """
    scope = [orders.join(pl.concat(having.values()), on=SHOP, how="semi")]
    pairs = ((touched.entries, ENTRIES), (touched.funds, FUNDS))
    first = pl.concat(
        [keys.select(SHOP).join(having[facts.name], on=SHOP, how="anti") for keys, facts in pairs]
    )
    whole = first.unique()
    entries = pl.concat([touched.entries, lake.read(SETTLEMENT_ENTRY, keys=whole, columns=ENTRY)])
    funds = pl.concat([touched.funds, lake.read(FUND_ENTRY, keys=whole, columns=FUND)])
    scope.append(lake.read(fct_order_line.TABLE, keys=whole, columns=ORDER))
    # ledgers that are bill and account at once number both sides alike: one side's row is looked at with the
    # other's
    twins = dict(zip(ENTRY, FUND, strict=True)), dict(zip(FUND, ENTRY, strict=True))
    keys = Rows(
        pl.concat([entries, funds.rename(twins[1])]).unique(),
        pl.concat([funds, entries.rename(twins[0])]).unique(),
    )
    for table, facts, mine in ((SETTLEMENT_ENTRY, ENTRIES, keys.entries), (FUND_ENTRY, FUNDS, keys.funds)):
        told = lake.read(table, keys=mine, columns=[*ORDER, "order_line_id", "refund_id"])
        was = lake.read(facts, keys=mine, columns=ORDER)
        of_lines = lake.read(
            fct_order_line.TABLE, keys=told.select(LINE).drop_nulls().unique(), columns=ORDER
        )
        of_refunds = lake.read(
            fct_refund_line.TABLE, keys=told.select(REFUND).drop_nulls().unique(), columns=ORDER
        )
        scope += [told.select(ORDER), was, of_lines, of_refunds]
    return keys, pl.concat(scope).drop_nulls().unique()


def _shops_having(lake: Lake, shops: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Which of ``shops`` have rows in silver's and in gold's ledgers: table name → ``SHOP``."""
    tables = {table.name: table for table in (SETTLEMENT_ENTRY, FUND_ENTRY, ENTRIES, FUNDS)}
    names = ", ".join(SHOP)
    asked = [
        f"SELECT DISTINCT '{name}' AS held, {names} FROM {table.layer}.{name} SEMI JOIN _shops USING "  # noqa: S608
        f"({names})"
        for name, table in tables.items()
        if lake.columns(table) and lake.may_hold_rows(table)
    ]
    if not asked or shops.is_empty():
        return dict.fromkeys(tables, shops.clear())
    found = lake.sql(" UNION ALL ".join(asked), _shops=shops)
    return {name: found.filter(pl.col("held") == name).select(SHOP) for name in tables}


def _states(
    lake: Lake, table: Table, keys: pl.DataFrame, around: Around, scope: pl.DataFrame
) -> pl.DataFrame:
    """Current states of the rows ``keys``, and of all that may be about the orders of ``scope`` by order,
    line or after-sale.
    """
    key = keys.columns
    ways = (scope, around.lines.select(LINE), around.refunds.select(REFUND).unique())
    found = [keys, *(lake.read(table, keys=way, columns=key) for way in ways)]
    return current(table, lake.read(table, keys=pl.concat(found).unique()))


def _rates_of(lake: Lake, told: Rows, rates: pl.DataFrame) -> pl.DataFrame:
    abroad = (
        pl.concat(
            [
                rows.filter(pl.col("currency_code").is_not_null()).select(ORDER)
                for rows in (told.entries, told.funds)
            ]
        )
        .drop_nulls()
        .unique()
    )
    return order_rates(
        {
            table.name: current(table, lake.read(table, keys=abroad))
            for table in (canonical.ORDER, canonical.ORDER_LINE)
        },
        rates,
    )


def _mine(placed: pl.DataFrame, scope: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Rows about the orders of ``scope``, which are then complete, and those of ``keys`` about none."""
    alone = placed.filter(pl.col("order_id").is_null()).join(keys, on=keys.columns, how="semi")
    return pl.concat([placed.join(scope, on=ORDER, how="semi"), alone])


def _before(
    lake: Lake, table: Table, keys: pl.DataFrame, after: pl.DataFrame, scope: pl.DataFrame
) -> pl.DataFrame:
    """Facts as stored of everything looked at: by number, and by order for what has left it."""
    return pl.concat(
        [
            lake.read(table, keys=pl.concat([keys, after.select(keys.columns)]).unique()),
            lake.read(table, keys=scope),
        ]
    ).unique(keys.columns)


def _rebuild_items(lake: Lake, scope: pl.DataFrame, before: Rows, after: Rows, around: Around) -> None:
    made = mart_open_item.build(
        around.lines, around.refunds, after.entries, after.funds, around.billed, around.banked
    )
    sides = ((before, "entries", ("settlement", "funding")), (before, "funds", ("fund",)))
    numbers = [
        getattr(rows, side).select(
            *SHOP,
            ledger_code=pl.lit(ledger),
            open_item_id="settlement_entry_id" if side == "entries" else "fund_entry_id",
        )
        for rows, side, ledgers in sides
        for ledger in ledgers
    ]
    stood = pl.concat([lake.read(ITEMS, keys=scope), lake.read(ITEMS, keys=pl.concat(numbers))]).unique(_ITEM)
    rewrite(lake, ITEMS, stood, made, by=_ITEM)


def _rebuild_statements(lake: Lake, before: Rows, after: Rows, around: Around) -> None:
    """The statements of every month of the facts before and after."""
    facts = (before.entries, before.funds, after.entries, after.funds)
    months = pl.concat([rows.select(*SHOP, "business_month") for rows in facts]).unique()
    if months.height:
        of_bill, of_account, items = (lake.read(table, keys=months) for table in (ENTRIES, FUNDS, ITEMS))
        statements = mart_statement_monthly.build(of_bill, of_account, items, around.billed, around.banked)
        rewrite(lake, _STATEMENTS, lake.read(_STATEMENTS, keys=months), statements, by=months.columns)
