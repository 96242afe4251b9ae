"""Lines a hundred times the largest other line of their shop that nobody has confirmed: published, with a
mark beside every figure they are part of.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import SHOP
from contracts.tables import Table
from transforms.derived import Derived, Slices
from transforms.gold.orders import fct_order_line, fct_refund_line
from transforms.gold.orders.grain import LINE
from transforms.steps import newest

TABLE = Table(
    "gold",
    "mart_outlier_line",
    "异常大的行",
    "outlier lines",
    "One sub-order worth a hundred times its shop's largest other line or more (``largest_fen``), which no "
    "person has confirmed. ``marked_fen`` is the larger "
    "of what was placed and paid; it moved figures between ``first_date`` and ``last_date``.",
    key=(*SHOP, "order_line_id"),
    required=("order_id", "marked_fen", "largest_fen", "channel_code"),
    optional=("style_code", "live_session_id", "first_date", "last_date"),
    null_share=dict.fromkeys(
        ("style_code", "live_session_id", "first_date", "last_date"), 1.0
    ),  # of a handful of rows a share says nothing
)

#: So many times the largest other line.
TIMES = 100
#: Below this no line is worth a question, and a largest other line below that is a test order: fen.
LEAST_MARKED, LEAST_USUAL = 100_000, 100
#: Outliers are few: at most so many, or one line in a hundred of the shop's.
FEW, OF_ALL = 3, 100


def build(
    largest: pl.DataFrame, confirmed: pl.DataFrame, lines: pl.DataFrame, refunds: pl.DataFrame
) -> pl.DataFrame:
    """Rows of ``TABLE``.

    ``largest``: the largest lines of each shop, more than ``FEW`` and its hundredth of them: ``LINE,
    marked_fen, place_number`` (1 is the largest) and ``lines_qty``, how many the shop has. ``confirmed``:
    ``merchant_id, shop_id, order_line_id, marked_fen`` of lines a person vouches for. ``lines`` and
    ``refunds`` are the facts of the lines found, see ``outliers``.
    """
    found = outliers(largest, confirmed)
    days = refunds.join(found, on=LINE, how="semi").group_by(LINE).agg(pl.col("refund_date").max())
    told = found.join(lines, on=LINE, how="inner", validate="1:1").join(
        days, on=LINE, how="left", validate="1:1"
    )
    dates = ["created_date", "paid_date"]
    moved = pl.max_horizontal(*dates, pl.col("finished_at").dt.date(), "refund_date")
    return TABLE.shape(told.with_columns(first_date=pl.min_horizontal(dates), last_date=moved))


def outliers(largest: pl.DataFrame, confirmed: pl.DataFrame) -> pl.DataFrame:
    """``LINE, marked_fen, largest_fen`` of the lines above the last gap of ``TIMES`` near the top of their
    shop, without what is confirmed.

    A confirmed line is as usual as any other: what is not a hundred times it needs no question either.
    """
    amount, other = pl.col("marked_fen"), pl.col("marked_fen").shift(-1).over(SHOP)
    ranked = largest.sort(*SHOP, "place_number").with_columns(_other=other)
    is_gap = (
        (amount >= LEAST_MARKED) & (pl.col("_other") >= LEAST_USUAL) & (amount >= TIMES * pl.col("_other"))
    )
    place = pl.col("place_number")
    is_few = (place <= pl.max_horizontal(FEW, pl.col("lines_qty") // OF_ALL)) & (
        2 * place <= pl.col("lines_qty")
    )
    gaps = (
        ranked.filter(is_gap & is_few)
        .group_by(SHOP)
        .agg(place.max().alias("_gap"), pl.col("_other").sort_by(place).last())
    )
    above = ranked.drop("_other").join(gaps, on=SHOP, how="inner").filter(place <= pl.col("_gap"))
    vouched = above.join(confirmed, on=["merchant_id", "shop_id", "order_line_id", "marked_fen"], how="semi")
    usual = vouched.group_by(SHOP).agg(_vouched=pl.col("marked_fen").max())
    above = above.join(vouched, on=LINE, how="anti").join(usual, on=SHOP, how="left")
    above = above.with_columns(largest_fen=pl.max_horizontal("_other", "_vouched"))
    return above.filter(amount >= TIMES * pl.col("largest_fen")).select(*LINE, "marked_fen", "largest_fen")


#: What makes two entries of a person's word one thing.
CONFIRMED = ("merchant_id", "shop_id", "rule_name", "export_id", "row_number", "order_line_id", "marked_fen")
_SHOP = ", ".join(SHOP)
_MARKED = "greatest(paid_fen, coalesce(placed_fen, 0))"
_LARGEST = f"""
    SELECT {_SHOP}, order_line_id, {_MARKED} AS marked_fen,
        row_number() OVER (PARTITION BY {_SHOP} ORDER BY {_MARKED} DESC, order_line_id) AS place_number,
        count(*) OVER (PARTITION BY {_SHOP}) AS lines_qty
    FROM {fct_order_line.TABLE.full_name} SEMI JOIN _slices USING (merchant_id)
    WHERE NOT is_gift AND {_MARKED} > 0
    QUALIFY place_number <= greatest({FEW}, lines_qty // {OF_ALL}) + 1"""  # noqa: S608 - names are declared
_OF_LINE = [
    *LINE, "order_id", "channel_code", "style_code", "live_session_id", "created_date", "paid_date",
    "finished_at",
]  # fmt: skip


def _made(of: Slices) -> pl.DataFrame:
    """Judged from all a merchant's lines as they now stand, so that no order of arrival changes a mark."""
    if not of.holds(fct_order_line.TABLE):
        return TABLE.empty()
    words = newest(of.read("ops.confirmation"), CONFIRMED).filter("is_in_force")
    confirmed = words.filter(pl.col("order_line_id").is_not_null())
    confirmed = confirmed.select("merchant_id", "shop_id", "order_line_id", "marked_fen")
    largest = of.sql(_LARGEST)
    keys = outliers(largest, confirmed).select(LINE)
    lines = of.read(fct_order_line.TABLE, keys=keys, columns=_OF_LINE)
    refunds = of.read(fct_refund_line.TABLE, keys=keys, columns=[*LINE, "refund_date"])
    return build(largest, confirmed, lines, refunds)


ASSET = Derived(TABLE, _made, reads=(fct_order_line.TABLE, fct_refund_line.TABLE, "ops.confirmation"))
