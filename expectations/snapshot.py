"""A snapshot laid out for judging: every declared table readable as ``layer.table``, current silver states
beside them, nothing writable.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import compress
from pathlib import Path

import duckdb
import polars as pl

from contracts.ad_families import AD_FAMILIES
from contracts.canonical import SILVER, entity_key
from contracts.errors import NotFoundError
from contracts.tables import Table
from expectations.checks import shared_scripts
from expectations.derive import Profile, tells_layout
from expectations.standing import keep_standing_lines
from transforms.gold.orders import fct_order_line
from warehouse.lake import Lake
from warehouse.place import Place
from warehouse.sql import address, literal, quote, selection

#: The order in which states speak: the one observed last has the last word.
LATEST = ("_last_observed_at", "_observed_at", "_export_id", "_row_number")

#: What the rules ask of current states: silver table → columns beside the entity key.
_CURRENT = {
    "order": ("paid_fen", "stated_refund_fen", "created_at", "paid_at", "currency_code"),
    "order_line": (
        "order_id",
        "paid_fen",
        "placed_fen",
        "stated_refund_fen",
        "is_gift",
        "created_at",
        "paid_at",
        "currency_code",
        "erp_order_id",
    ),
    "refund_line": (
        "order_id",
        "currency_code",
        "refund_status_code",
        "refund_stage_code",
        "refund_fen",
        "refunded_at",
        *LATEST,
    ),
    "live_session": ("started_at", "views_qty"),
    "settlement_entry": (
        "order_id",
        "settled_at",
        "settled_fen",
        "income_fen",
        "expense_fen",
        "currency_code",
    ),
    "fund_entry": ("order_id", "moved_at", "moved_fen", "currency_code"),
    "ad_spend": ("ad_date", "spent_fen", "currency_code"),
}
#: Ledgers of ``now`` and the clock of their rows that are of no known order.
_LEDGERS = {"settlement_entry": "settled_at", "fund_entry": "moved_at"}

SHOP_TOTAL = pl.Schema(
    {
        "merchant_id": pl.String,
        "shop_id": pl.String,
        "platform_code": pl.String,
        "lines_qty": pl.Int64,
        "paid_fen": pl.Int64,
    }
)


@contextmanager
def open_snapshot(place: Place, number: int, tables: Sequence[Table]) -> Iterator[Lake]:
    """A read-only connection at snapshot ``number`` whose default database is memory, with a view, or where
    it is small a copy, of each table.

    A table that was never created is empty and a column that was never added is null, so no rule need ask.
    Raises ``NotFoundError`` when there is no such snapshot.
    """
    with Lake.open(place, snapshot=number, alone=True) as lake:
        for layer in sorted({table.layer for table in tables} | {"now", "before"}):
            lake.connection.execute(f"CREATE SCHEMA memory.{quote(layer)}")
        for table in tables:
            found = lake.columns(table) if lake.may_hold_rows(table) else {}
            source = f"{address(table)} AS t" if found else "(SELECT 1) AS t WHERE false"
            query = f"SELECT {selection(table, table.columns, found)} FROM {source}"  # noqa: S608
            # to bind a rule to a table of DuckLake's costs more than to copy one that is small
            kind = "TABLE" if found and lake.is_small(table) else "VIEW"
            lake.connection.execute(
                f"CREATE {kind} memory.{quote(table.layer)}.{quote(table.name)} AS {query}"
            )
        lake.connection.execute("USE memory")
        yield lake


def add_current_states(connection: duckdb.DuckDBPyConnection) -> None:
    """``now.<silver table>``: each entity once, every column's last told value in observation order.

    Written without a look at the transforms.

    Most entities have one state, which needs no comparing.
    """
    for name, columns in _CURRENT.items():
        # told at the same moment, the one with more money back is the later
        grows = ["coalesce(stated_refund_fen, -1)"] if "stated_refund_fen" in columns else []
        latest = ", ".join([LATEST[0], *grows, *LATEST[1:]])
        told = ", ".join(f"arg_max({column}, ({latest})) AS {column}" for column in columns)
        keys = ", ".join(entity_key(SILVER[name]))
        connection.execute(f"""
            CREATE TABLE memory.now."{name}" AS
            WITH several AS MATERIALIZED (SELECT {keys} FROM silver."{name}" GROUP BY ALL HAVING count(*) > 1)
            SELECT {keys}, {", ".join(columns)} FROM silver."{name}" ANTI JOIN several USING ({keys})
            UNION ALL
            SELECT {keys}, {told} FROM silver."{name}" SEMI JOIN several USING ({keys})
                GROUP BY ALL""")  # noqa: S608
    keep_standing_lines(connection)
    _convert_ledgers(connection)
    _convert_currencies(connection)
    _add_shared(connection)


def _add_shared(connection: duckdb.DuckDBPyConnection) -> None:
    """What checks read beside current states: ``now.ad_report`` (reports of advertising that may count, and
    their pot) and ``now.state_export`` (files that silver names), and what ``sql/now`` makes.
    """
    reports = ", ".join(
        f"({literal(code)}, {literal(item.pot)}, {item.rank})"
        for code, item in AD_FAMILIES.items()
        if item.rank is not None
    )
    files = " UNION ALL ".join(
        f"SELECT DISTINCT {_SHOP}, _export_id AS export_id FROM silver.{quote(name)}"  # noqa: S608
        for name in SILVER
    )
    connection.execute(f"CREATE VIEW now.ad_report AS FROM (VALUES {reports}) AS t(report_code, pot, place)")
    connection.execute(f"CREATE VIEW now.state_export AS {files}")
    for script in shared_scripts():
        connection.execute(script)


_SHOP = "merchant_id, shop_id, platform_code"
_ORDER = f"{_SHOP}, order_id"


_UNIT = 100_000_000


def _in_fen(column: str, rate: str) -> str:
    """SQL: minor units at ``rate`` (yuan in hundred-millionths), half up, away from zero."""
    return f"(sign({column}) * ((2 * abs({column})::HUGEINT * {rate} + {_UNIT}) // {2 * _UNIT}))::BIGINT"


def _convert_ledgers(connection: duckdb.DuckDBPyConnection) -> None:
    """Foreign money of ledgers in fen: at their order's rate, of no known order at their own day's.

    Rows without a rate leave, as LEDGER_RATE_KNOWN tells.
    """
    _add_order_rates(connection)
    connection.execute(f"""
        CREATE TABLE memory.now.foreign_order AS
        SELECT {_ORDER} FROM now."order" WHERE currency_code IS NOT NULL UNION SELECT {_ORDER}
            FROM now.order_line WHERE currency_code IS NOT NULL""")  # noqa: S608
    for name, clock in _LEDGERS.items():
        cells = ", ".join(
            f"if(t.currency_code IS NULL, t.{column}, {_in_fen(f't.{column}', 'rate')}) AS {column}"
            for column in _CURRENT[name]
            if "_fen" in column
        )
        connection.execute(f"""
            CREATE OR REPLACE TABLE memory.now.{name} AS
            WITH rated AS (
                SELECT t.*, CASE WHEN o.order_id IS NOT NULL THEN r.rate WHEN t.currency_code = 'CNY'
                    THEN {_UNIT} ELSE c.cny_e8_number END AS rate
                FROM now.{name} AS t LEFT JOIN now.foreign_order AS o USING ({_ORDER}) LEFT
                    JOIN now.order_rate AS r USING ({_ORDER})
                LEFT JOIN ops.currency_rate AS c ON c.currency_code = t.currency_code
                    AND c.rate_date = t.{clock}::DATE)
            SELECT * EXCLUDE rate REPLACE ({cells}) FROM rated AS t WHERE currency_code IS NULL
                OR rate IS NOT NULL""")  # noqa: S608


def _add_order_rates(connection: duckdb.DuckDBPyConnection) -> None:
    """``now.order_rate``: the rate of each foreign order's first told day, where it is known."""
    connection.execute(f"""
        CREATE TABLE memory.now.order_rate AS
        SELECT {_ORDER}, any_value(if(currency_code = 'CNY', 100000000, cny_e8_number)) AS rate
        FROM (SELECT {_ORDER}, currency_code, min(created_at)::DATE AS rate_date
            FROM (SELECT {_ORDER}, currency_code, created_at FROM now."order" UNION ALL SELECT {_ORDER},
                currency_code, created_at FROM now.order_line)
            WHERE currency_code IS NOT NULL GROUP BY ALL) AS told
        LEFT JOIN ops.currency_rate USING (rate_date, currency_code)
        GROUP BY {_ORDER} HAVING count(*) = 1 AND any_value(if(currency_code = 'CNY', 100000000,
            cny_e8_number)) IS NOT NULL""")  # noqa: S608


def _convert_currencies(connection: duckdb.DuckDBPyConnection) -> None:
    """Foreign money of ``now`` in fen by the rate of the order's first told day.

    Rows of an order without one leave, as RATE_KNOWN tells.

    ``now.every_refund`` keeps all after-sales; ``is_lost`` those in a foreign currency of which no order is
    known, as REFUND_HAS_ORDER tells.
    """
    connection.execute(f"""
        CREATE TABLE memory.now.every_refund AS
        SELECT {_ORDER}, refund_id, refund_status_code, currency_code IS NOT NULL
            AND NOT coalesce(is_known, false) AS is_lost
        FROM now.refund_line LEFT JOIN (SELECT *, true AS is_known FROM now.foreign_order) USING ({_ORDER})
        LEFT JOIN now.order_rate USING ({_ORDER}) WHERE NOT (currency_code IS NOT NULL
            AND coalesce(is_known, false) AND rate IS NULL)""")  # noqa: S608
    for name in ("order", "order_line", "refund_line"):
        same = " AND ".join(f"t.{column} = r.{column}" for column in _ORDER.split(", "))
        cells = ", ".join(
            f"{column} = {_in_fen(column, 'r.rate')}" for column in _CURRENT[name] if column.endswith("_fen")
        )
        connection.execute(
            f'DELETE FROM now."{name}" AS t WHERE currency_code IS NOT NULL AND NOT EXISTS (SELECT 1 FROM '  # noqa: S608
            f"now.order_rate AS r WHERE {same})"
        )
        connection.execute(
            f'UPDATE now."{name}" AS t SET {cells} FROM now.order_rate AS r WHERE t.currency_code IS NOT '  # noqa: S608
            f"NULL AND {same}"
        )


def profile(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], empty: Collection[str] = ()
) -> Profile:
    """What the tables hold now; those named ``empty`` are known to hold nothing and not asked."""
    rows = {table.full_name: 0 for table in tables}
    filled = {table.full_name: frozenset[str]() for table in tables}
    asked = {table.full_name: table for table in tables if table.full_name not in empty}
    query = " UNION ALL ".join(map(_profiled, asked.values()))
    for name, layout, count, whole in connection.execute(query).fetchall() if asked else []:
        rows[name] += count
        if count:
            names = compress(asked[name].optional, whole)
            filled[name] |= {f"{layout}.{column}" if layout else column for column in names}
    return Profile(rows, filled)


def _profiled(table: Table) -> str:
    """SQL: rows of a table and whether each optional column is filled, of each layout apart."""
    whole = ", ".join(f"count({quote(name)}) = count(*)" for name in table.optional)
    layout, group = ("layout_name", " GROUP BY layout_name") if tells_layout(table) else ("''", "")
    return (
        f"SELECT {literal(table.full_name)}, {layout}, count(*), [{whole}]::BOOLEAN[] FROM "  # noqa: S608
        f"{quote(table.layer)}.{quote(table.name)}{group}"
    )


def add_previous_totals(connection: duckdb.DuckDBPyConnection, totals: pl.DataFrame) -> None:
    """``before.shop_total``: lines and paid value per shop in the previous release (schema
    ``SHOP_TOTAL``).
    """
    connection.register("_totals", totals)
    connection.execute("CREATE TABLE memory.before.shop_total AS SELECT * FROM _totals")
    connection.unregister("_totals")


def shop_totals(place: Place, number: int) -> pl.DataFrame:
    """Lines and paid value per shop as snapshot ``number`` held them (schema ``SHOP_TOTAL``).

    None when it has expired.
    """
    nothing = pl.DataFrame(schema=SHOP_TOTAL)
    try:
        with Lake.open(place, snapshot=number) as lake:
            if not lake.may_hold_rows(fct_order_line.TABLE):
                return nothing
            query = (
                "SELECT merchant_id, shop_id, platform_code, count(*) AS lines_qty, "
                "sum(paid_fen)::BIGINT AS paid_fen FROM gold.fct_order_line GROUP BY ALL"
            )
            return lake.sql(query).select(pl.col(name).cast(dtype) for name, dtype in SHOP_TOTAL.items())
    except NotFoundError:
        return nothing


def withdrawn_shops(lake: Lake, before: pl.DataFrame) -> pl.DataFrame:
    """Shops (``merchant_id, shop_id``) of which a person took something back since the last published
    release that does not hold their merchant: a file was withdrawn, or, of those ``before`` it, the whole
    merchant was erased.
    """
    return lake.sql(
        """
        WITH held AS (SELECT merchant_id, release_number FROM ops.hold), read AS (
            SELECT merchant_id, max(build_number) AS build_number
            FROM ops.merchant CROSS JOIN ops.release ANTI JOIN held USING (merchant_id, release_number)
            WHERE release_status_code = 'published' GROUP BY ALL)
        SELECT DISTINCT merchant_id, shop_id FROM ops.load LEFT JOIN read USING (merchant_id)
        WHERE verdict_code = 'withdrawn' AND load.build_number > coalesce(read.build_number, 0)
        UNION SELECT merchant_id, shop_id FROM _before ANTI JOIN ops.merchant USING (merchant_id)""",
        _before=before.select("merchant_id", "shop_id"),
    )


def copy_rows(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Copy everything that was laid out, by schema and name, to a new DuckDB file at ``path``."""
    path.unlink(missing_ok=True)
    laid_out = """
        SELECT table_schema, table_name FROM information_schema.tables
        WHERE table_catalog = 'memory' AND table_schema <> 'main' ORDER BY ALL"""
    with duckdb.connect(path) as copy:
        for schema, name in connection.execute(laid_out).fetchall():
            item = f"{quote(schema)}.{quote(name)}"
            copy.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
            copy.register("_rows", connection.execute(f"FROM {item}").to_arrow_reader())
            copy.execute(f"CREATE TABLE {item} AS FROM _rows")
            copy.unregister("_rows")
