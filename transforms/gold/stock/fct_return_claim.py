"""Claims for return that lay open at the end of a month or lie open now: what the sheet of stock calls on its
way back, line by line.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import OF_ORDERS, REFUND_LINE, SHOP
from contracts.tables import Table
from transforms.costing import share_of_units
from transforms.currency import convert_orders
from transforms.derived import Derived, Slices
from transforms.gold.orders import fct_order_line, fct_refund_line
from transforms.gold.orders.grain import LINE, ORDER
from transforms.gold.orders.refund_match import match_refunds
from transforms.silver.states import current

#: A claim open for longer is taken for one whose end no file told: the goods are hardly still on their way.
LONGEST_RETURN_DAYS = 60

TABLE = Table(
    "gold",
    "fct_return_claim",
    "在途退货事实",
    "return claim facts",
    "One claim for return × sub-order that was open at the end of some month, or is open now. Its units, by "
    "share of money, are on their way from the day of "
    "the claim to before ``back_date``: the day of the refund, or 60 days on.",
    key=(*SHOP, "refund_id", "order_line_id"),
    required=("order_id", "style_code", "sku_code", "applied_date", "back_date", "units_qty"),
)


def open_claims(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Claims for return nobody has decided yet, by line: columns of ``fct_return_claim``.

    ``lines`` are order-line facts of whole orders, ``refunds`` the current states of all their after-sales.
    """
    is_open = (
        (pl.col("refund_status_code") == "pending")
        & (pl.col("refund_type_code") == "return_refund")
        & pl.col("applied_at").is_not_null()
    )
    as_done = pl.when(is_open).then(pl.lit("success")).otherwise("refund_status_code")
    placed = match_refunds(lines, refunds.with_columns(_is_open=is_open, refund_status_code=as_done))
    still = placed.filter("_is_open", pl.col("refund_stage_code") != "before_shipment").with_columns(
        refund_date=pl.lit(None, pl.Date)
    )
    return claims_of(still, lines)


def claims_of(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Columns of ``fct_return_claim``: ``refunds`` (``LINE, refund_id, refund_fen, applied_at, refund_date``)
    in units of their lines, by share of money.
    """
    goods = lines.filter(~pl.col("is_gift"), pl.col("line_qty").is_not_null()).select(
        *LINE, "order_id", "sku_code", "style_code", "line_qty", "paid_fen"
    )
    rows = refunds.select(*LINE, "refund_id", "refund_fen", "applied_at", "refund_date").join(
        goods, on=LINE, how="inner", validate="m:1"
    )
    applied = pl.col("applied_at").dt.date()
    rows = rows.with_columns(
        pl.col("sku_code", "style_code").fill_null("untold"),
        applied_date=applied,
        back_date=pl.min_horizontal("refund_date", applied + pl.duration(days=LONGEST_RETURN_DAYS)),
        units_qty=share_of_units("refund_fen"),
    )
    return TABLE.shape(rows)


_DONE = {"refund_type_code": ["return_refund"], "refund_stage_code": ["after_shipment", "unknown"]}
_OF_REFUND = [*LINE, "refund_id", "refund_fen", "applied_at", "refund_date"]
_OF_LINE = [*LINE, "order_id", "sku_code", "style_code", "line_qty", "paid_fen", "is_gift"]
#: Orders with a claim that was ever seen open and not since seen otherwise.
_PENDING = f"""
    SELECT DISTINCT {", ".join(ORDER)} FROM (
        SELECT {", ".join(ORDER)}, refund_id, order_line_id,
            arg_max(refund_status_code, (_last_observed_at, _observed_at, _export_id, _row_number)) AS status
        FROM {REFUND_LINE.full_name} SEMI JOIN _slices USING (merchant_id)
        WHERE refund_type_code = 'return_refund' GROUP BY ALL)
    WHERE status = 'pending'"""  # noqa: S608 - names are declared


def _made(of: Slices) -> pl.DataFrame:
    return pl.concat([_done(of), _open(of)])


def _done(of: Slices) -> pl.DataFrame:
    """Claims that were open at the end of a month and ended in a refund: of all others no day of the sheet
    tells.
    """
    done = of.read(fct_refund_line.TABLE, where=_DONE, columns=_OF_REFUND)
    done = done.filter(pl.col("applied_at").dt.date().dt.month_end() < pl.col("refund_date"))
    return claims_of(done, of.read(fct_order_line.TABLE, keys=done.select(LINE).unique(), columns=_OF_LINE))


def _open(of: Slices) -> pl.DataFrame:
    """Claims not decided: of all other orders nothing is read back."""
    if not of.holds(REFUND_LINE):
        return TABLE.empty()
    orders = of.sql(_PENDING)
    lines = of.read(fct_order_line.TABLE, keys=orders)
    states = {table.name: current(table, of.read(table, keys=orders)) for table in OF_ORDERS}
    refunds = convert_orders(states, of.read("ops.currency_rate"))[REFUND_LINE.name]
    return open_claims(lines, refunds.join(lines.select(ORDER).unique(), on=ORDER, how="semi"))


ASSET = Derived(
    TABLE,
    _made,
    reads=(*OF_ORDERS, fct_order_line.TABLE, fct_refund_line.TABLE),
    beside=("ops.currency_rate",),
    stored_by=(*SHOP, "applied_date"),
)
