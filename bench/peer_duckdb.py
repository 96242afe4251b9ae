"""The job as one tuned DuckDB script: columns given instead of sniffed, ids cast directly, latest-wins by
counting first, sessions by day and range.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench import job
from bench.columns import COLUMNS, columns_of
from bench.contender import Task, run
from bench.exports import Export, find_exports, layouts, of_kind, own_accounts, to_utf8
from bench.job import Totals, totals_from

_PLAIN = "CASE WHEN contains(x, ',') THEN replace(x, ',', '') ELSE x END"
_MACROS = {
    "fen": f"(TRY_CAST({_PLAIN} AS DECIMAL(14, 2)) * 100)::BIGINT",
    "whole": "TRY_CAST(x AS BIGINT)",
    "moment": "TRY_CAST(x AS TIMESTAMP)",
    "slashed": "TRY_CAST(replace(x, '/', '-') AS TIMESTAMP)",
}


def total(task: Task) -> Totals:
    """Do the job; each table is a Parquet file in ``out``, which costs a third of DuckDB's own tables
    here.
    """
    with duckdb.connect(config={"threads": 2, "preserve_insertion_order": False}) as con:
        exports = to_utf8(find_exports(task.roots), task.out / "utf8")
        _prepare(con, exports, task.home)
        for kind in COLUMNS:
            selects = [_selected(files) for files in layouts(of_kind(exports, kind)).values()]
            con.execute(f"CREATE TEMP TABLE staged_{kind} AS {' UNION ALL BY NAME '.join(selects)}")
        for statement in Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                con.execute(statement)
        for name in ("dim_shop", *job.TABLES):
            con.execute(f"COPY {name} TO '{task.out / name}.parquet' (COMPRESSION zstd)")
        return _totals(con)


def _prepare(con: duckdb.DuckDBPyConnection, exports: list[Export], home: Path) -> None:
    shops = {item.shop_id: (item.merchant_id, item.shop_id) for item in exports}
    numbers = {shop_id: number for number, shop_id in enumerate(shops)}
    small: dict[str, tuple[str, list[tuple[object, ...]]]] = {
        "dim_shop": (
            "shop INTEGER, merchant_id VARCHAR, shop_id VARCHAR",
            [(numbers[shop_id], *names) for shop_id, names in shops.items()],
        ),
        "files": (
            "filename VARCHAR, shop INTEGER, observed BIGINT",
            [(str(item.path), numbers[item.shop_id], item.observed) for item in exports],
        ),
        "own": ("merchant_id VARCHAR, creator BIGINT", list(own_accounts(home))),
        "status_words": ("word VARCHAR, code VARCHAR", list(job.STATUS.items())),
        "content_words": ("word VARCHAR, code VARCHAR", list(job.CONTENT.items())),
        "traffic_words": ("word VARCHAR, code VARCHAR", list(job.TRAFFIC.items())),
    }
    for name, (columns, rows) in small.items():
        con.execute(f"CREATE TEMP TABLE {name} ({columns})")
        con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608 - names stand above
    for name, body in _MACROS.items():
        con.execute(f"CREATE TEMP MACRO {name}(x) AS {body}")


def _selected(files: list[Export]) -> str:
    """SELECT of the wanted columns of files of one layout.

    ``ok`` is false where a cell held something that could not be typed.
    """
    told = columns_of(files[0])
    typed = {
        name: (f'{kind}("{header}")' if kind != "text" else f'"{header}"')
        for name, (kind, header) in told.items()
    }
    checks = " AND ".join(
        f'("{header}" IS NULL OR {typed[name]} IS NOT NULL)'
        for name, (kind, header) in told.items()
        if kind != "text"
    )
    columns = ", ".join(f"{expression} AS {name}" for name, expression in typed.items())
    return (
        f"SELECT f.shop, f.observed, {columns}, ({checks}) AS ok FROM {reader(files)} JOIN files AS f "  # noqa: S608 - names stand in COLUMNS
        "USING (filename)"
    )


def reader(files: list[Export]) -> str:
    """A table function over files of one layout: every column as text, blanks as null, nothing sniffed."""
    paths = ", ".join(f"'{item.path}'" for item in files)
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in files[0].header)
    blanks = ", ".join(f"'{blank}'" for blank in job.BLANKS)
    shape = f"columns = {{{columns}}}, nullstr = [{blanks}], auto_detect = false, header = false, skip = 1"
    return f"""read_csv([{paths}], {shape}, delim = ',', quote = '"', escape = '"', filename = true)"""


def _totals(con: duckdb.DuckDBPyConnection) -> Totals:
    rows = {name: con.table(name).aggregate("count(*)").fetchall()[0][0] for name in job.TABLES}
    columns = ", ".join(f"sum({column}) AS {name}" for name, column in job.SUMS.items())
    query = (
        f"SELECT {columns}, (SELECT sum(paid_fen) FROM mart_style_daily) AS style_paid_fen FROM "  # noqa: S608 - names stand in job
        "mart_shop_channel_daily"
    )
    sums = con.execute(query).fetchall()[0]
    channels = con.execute(
        "SELECT channel_code, sum(paid_fen), sum(cohort_refund_fen) FROM mart_shop_channel_daily GROUP BY 1"
    ).fetchall()
    return totals_from(dict(zip([*job.SUMS, "style_paid_fen"], sums, strict=True)), rows, channels)


if __name__ == "__main__":
    run(total)
