"""What sold in one channel, and its orders: grouped from the merchant's own order lines as released, where no
mart is cut so fine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from metrics.query.access import Viewer, open_desk, require
from metrics.query.coverage import read_coverage
from metrics.query.matured import matured
from metrics.query.question import Period, read_question
from metrics.query.sources import MERCHANT
from metrics.reports.nobody import is_nobody
from metrics.reports.staying.ranked import is_few
from transforms.gold.orders import fct_order_line
from transforms.gold.sales.mart_order_detail_daily import CELL

UNREPORTED = "untold"
_KEPT = "net_by_order_date"
#: A dimension of ``ask`` → a line's own, in SQL.
_COLUMNS = {
    "platform": "platform_code",
    "channel": "channel_code",
    "session": CELL["live_session_id"],
    "creator": CELL["creator_id"],
    "style": CELL["style_code"],
}
#: What a channel is taken apart by.
MEMBERS = ("session", "creator", "style")
Cell = Mapping[str, str]

_SUMS = """sum(paid_fen)::BIGINT AS paid_fen,
    (count(DISTINCT (shop_id, order_id)) FILTER (NOT is_gift))::BIGINT AS orders"""
_ORDERS = """
    SELECT shop_id, platform_code, order_id, min(paid_date) AS paid_date,
        sum(paid_fen)::BIGINT AS paid_fen, sum(paid_fen - cohort_refund_fen)::BIGINT AS kept_fen,
        count(*)::BIGINT AS lines_qty,
        any_value(product_name ORDER BY paid_fen DESC, order_line_id) AS product_name
    FROM ({lines}) GROUP BY ALL HAVING bool_or(NOT is_gift)
    ORDER BY paid_date DESC, paid_fen DESC, shop_id, order_id LIMIT {limit} OFFSET {offset}"""


def members(viewer: Viewer, by: str, cell: Cell, period: Period) -> pl.DataFrame:
    """Per member of ``by`` (one of ``MEMBERS``) within ``cell``: ``paid_fen``, ``orders`` with a line there,
    and of shops that gave what it needs ``kept_fen`` and ``matured_fen`` with bounds and age as ``matured``
    gives them; of too few orders null, and ``adds_fen`` what they add to the whole.

    The most that will stay first; lines that tell no member, as ``untold``, last. Raises as ``ask`` does.
    """
    lines, values = _lines(cell, period)
    query = f'SELECT {_COLUMNS[by]} AS "{by}", {_SUMS} FROM ({lines}) GROUP BY ALL'  # noqa: S608 - names are declared
    rows = _read(viewer, query, values)
    told = matured(viewer, by=[by], where=cell, period=period).drop("paid_fen")
    every = rows.join(told, on=by, how="left", validate="1:1").with_columns(
        pl.col("matured_fen").alias("adds_fen"),
        *(
            pl.when(~is_few()).then(name).alias(name)
            for name in ("matured_fen", "matured_low_fen", "matured_high_fen", "open_rate")
        ),
    )
    return every.sort(
        is_nobody([by]), "matured_fen", "paid_fen", by,
        descending=[False, True, True, False], nulls_last=True,
    )  # fmt: skip


def orders(viewer: Viewer, cell: Cell, period: Period, *, limit: int, offset: int = 0) -> pl.DataFrame:
    """Orders paid in ``period`` with a line in ``cell``, the newest first: shop, platform, id, day, what was
    paid for these lines and is kept of it (null of a shop that never gave refunds), how many lines, and the
    dearest one's name.
    """
    lines, values = _lines(cell, period)
    rows = _read(viewer, _ORDERS.format(lines=lines, limit=int(limit), offset=int(offset)), values)
    return rows.with_columns(kept_fen=_kept(viewer, pl.col("kept_fen")))


def order(viewer: Viewer, shop: str, order_id: str) -> pl.DataFrame:
    """Every line of one order of the viewer's merchant: columns of ``fct_order_line``, and ``kept_fen`` (null
    of a shop that never gave refunds); no rows for an order that is nobody's or another's.
    """
    query = f"{_MINE} AND shop_id = ? AND order_id = ? ORDER BY is_gift, paid_fen DESC, order_line_id"
    rows = _read(viewer, query, [shop, order_id])
    return rows.with_columns(kept_fen=_kept(viewer, pl.col("paid_fen") - pl.col("cohort_refund_fen")))


_MINE = f"SELECT * FROM {fct_order_line.TABLE.full_name} WHERE merchant_id = {MERCHANT}"  # noqa: S608


def _lines(cell: Cell, period: Period) -> tuple[str, list[object]]:
    """SQL and parameters of the merchant's lines paid in ``period`` within ``cell``."""
    tests = [f"{_COLUMNS[name]} = ?" for name in cell]
    return " AND ".join([_MINE, "paid_date BETWEEN ? AND ?", *tests]), [*period, *cell.values()]


def _read(viewer: Viewer, query: str, values: Sequence[object]) -> pl.DataFrame:
    require(viewer)
    return open_desk(viewer).lake_sql(query, values)


def _kept(viewer: Viewer, kept: pl.Expr) -> pl.Expr:
    """``kept`` of lines of shops that gave refunds."""
    question = read_question([_KEPT], [], {}, None)
    coverage = read_coverage(open_desk(viewer), question)
    if not coverage.is_known:
        return kept
    shops = pl.Series(coverage.of(question.metrics[0]), dtype=pl.String)
    return pl.when(pl.col("shop_id").is_in(shops.implode())).then(kept)
