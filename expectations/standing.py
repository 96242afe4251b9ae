"""``now.order_line`` without the lines that count no more: of tables that number lines by order and goods.

Written without a look at the transforms.
"""

from __future__ import annotations

import duckdb

_SHOP = "merchant_id, shop_id, platform_code"
_ORDER, _LINE = f"{_SHOP}, order_id", f"{_SHOP}, order_line_id"
_IS_MADE = "starts_with(order_line_id, order_id || ':')"


def keep_standing_lines(connection: duckdb.DuckDBPyConnection) -> None:
    """Take out of ``now.order_line`` sheets' lines of orders that somebody else numbers, and those that a
    newer file of their order replaced.

    A sheet's line is made of order and goods, and no state of it is the platform's own word.
    """
    if (
        not connection.execute(f"SELECT count(*) FROM memory.now.order_line WHERE {_IS_MADE}").fetchall()[0][  # noqa: S608
            0
        ]
    ):
        return
    connection.execute(f"""
        CREATE TABLE memory.now.sheet_line AS
        SELECT {_LINE} FROM silver.order_line WHERE {_IS_MADE} GROUP BY ALL
            HAVING count(*) = count(layout_name)""")  # noqa: S608
    is_sheet = f"({_LINE}) IN (SELECT ({_LINE}) FROM memory.now.sheet_line)"  # noqa: S608
    for which in (_IS_MADE, is_sheet):
        connection.execute(f"""
            DELETE FROM memory.now.order_line WHERE {which} AND ({_ORDER}) IN
                (SELECT ({_ORDER}) FROM memory.now.order_line WHERE NOT ({which}))""")  # noqa: S608
    connection.execute(f"""
        CREATE TABLE memory.now.sheet_state AS
        SELECT s.{", s.".join([*_LINE.split(", "), "order_id"])},
            coalesce(n.erp_order_id, n.order_id) AS document_id, s.file_end_code, s.paid_fen,
            s.placed_fen, s.line_qty, s._observed_at, s._last_observed_at, s._export_id
        FROM silver.order_line AS s JOIN now.order_line AS n USING ({_LINE}) JOIN memory.now.sheet_line
            USING ({_LINE})""")  # noqa: S608
    connection.execute(f"""
        DELETE FROM memory.now.order_line WHERE ({_LINE}) IN (SELECT ({_LINE})
            FROM ({_REPLACED}))""")  # noqa: S608


#: A document's statements one by one: every file of which a state of it is the first or the last word is a
#: moment; at each stand the states around it.
_REPLACED = f"""
    WITH state AS (SELECT *, ({_ORDER}, document_id) AS part FROM now.sheet_state),
    newest_file AS (SELECT part, _observed_at AS seen_at, max(_export_id) AS file FROM state GROUP BY ALL),
    seen AS (
        SELECT s.*, (_observed_at, _export_id) AS since,
            (_last_observed_at, if(_last_observed_at = _observed_at, _export_id,
                coalesce(f.file, ''))) AS until
        FROM state AS s LEFT JOIN newest_file AS f ON f.part = s.part AND f.seen_at = s._last_observed_at),
    line AS (SELECT {_LINE}, part, max(until) AS until, max(max(until)) OVER (PARTITION BY part) AS newest
        FROM seen GROUP BY {_LINE}, part),
    moment AS (SELECT part, until AS seen_at FROM line WHERE until <> newest UNION SELECT part, newest
        FROM line WHERE until <> newest),
    stated AS (
        SELECT m.part, m.seen_at, s.order_line_id,
            arg_max(struct_pack(paid := s.paid_fen, placed := s.placed_fen, pieces := s.line_qty,
                place := s.file_end_code), s.since) AS cells
        FROM moment AS m JOIN seen AS s ON s.part = m.part AND s.since <= m.seen_at AND m.seen_at <= s.until
            GROUP BY ALL),
    total AS (
        SELECT part, seen_at, list(order_line_id) AS lines, coalesce(sum(cells.paid), 0) AS paid,
            coalesce(sum(cells.placed), 0) AS placed,
            coalesce(sum(cells.pieces), 0) AS pieces,
                coalesce(bool_or(cells.place = 'first'), false) AS is_first,
            coalesce(bool_or(cells.place = 'last'), false) AS is_last
        FROM stated GROUP BY ALL)
    SELECT {_LINE} FROM line AS l
    JOIN total AS old ON old.part = l.part AND old.seen_at = l.until JOIN total AS new ON new.part = l.part
        AND new.seen_at = l.newest
    WHERE l.until <> l.newest AND CASE
        WHEN list_has_any(old.lines, new.lines) AND NOT list_has_all(old.lines, new.lines) THEN true
        WHEN NOT list_has_any(old.lines, new.lines)
            AND ((old.is_last AND new.is_first) OR (old.is_first AND new.is_last)) THEN false
        WHEN old.paid > 0 AND new.paid > 0 THEN old.paid = new.paid
        WHEN old.placed > 0 AND new.placed > 0 THEN old.placed = new.placed
        ELSE old.pieces > 0 AND old.pieces = new.pieces END"""  # noqa: S608
