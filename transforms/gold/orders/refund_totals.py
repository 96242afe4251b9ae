"""What came back on each line, by stage and whether its day is told."""

from __future__ import annotations

import polars as pl

from transforms.gold.orders.grain import LINE, ORDER
from transforms.gold.orders.refund_match import match_refunds
from transforms.gold.orders.refund_room import fill, places


def add_refunds(lines: pl.DataFrame, refunds: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refund totals per line, and the after-sales matched to lines.

    After-sales win; what a line states beyond its own, and the order beyond its lines', is undated and of
    untold stage.
    """

    def part(stage: str) -> pl.Expr:
        return pl.col("refund_fen").filter(pl.col("refund_stage_code") == stage).sum()

    matched = match_refunds(lines, refunds)
    sums = matched.group_by(LINE).agg(
        itemised=pl.col("refund_fen").sum(),
        refund_before_fen=part("before_shipment"),
        refund_after_fen=part("after_shipment"),
        undated=pl.col("refund_fen").filter(pl.col("refunded_at").is_null()).sum(),
    )
    names = ["itemised", "refund_before_fen", "refund_after_fen", "undated"]
    joined = lines.join(sums, on=LINE, how="left", validate="1:1").with_columns(pl.col(names).fill_null(0))
    known = _beyond_lines(_answered(joined)).with_columns(
        cohort_refund_fen=pl.col("answered") + pl.col("beyond")
    )
    return known.with_columns(
        refund_undated_fen=pl.col("undated") + pl.col("cohort_refund_fen") - pl.col("itemised"),
        refund_unstaged_fen=pl.col("cohort_refund_fen")
        - pl.col("refund_before_fen")
        - pl.col("refund_after_fen"),
    ), matched


def says_refunded() -> pl.Expr:
    """Whether a line's status says that money went back, or the status of its order."""
    of_line = pl.col("refund_status_code") == "success"
    of_order = pl.col("order_status_code") == "closed_refunded"
    return of_line.fill_null(False) | of_order.fill_null(False)


def add_unsized(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``refund_unsized_fen``: what was paid on a line that went back by its status, of an amount nobody
    gave; null elsewhere.

    ``lines``: whole orders with their refund totals. An order's status says nothing of a line beside others
    of the order whose refunds are known.
    """
    known = pl.col("cohort_refund_fen") > 0
    of_line = (pl.col("refund_status_code") == "success").fill_null(False) | ~known.any().over(ORDER)
    stated = pl.col("stated_refund_fen").is_not_null() | pl.col("order_stated_fen").is_not_null()
    is_paid = pl.col("paid_date").is_not_null() & (pl.col("paid_fen") > 0) & ~pl.col("is_gift")
    return lines.with_columns(
        refund_unsized_fen=pl.when(is_paid & says_refunded() & of_line & ~known & ~stated).then("paid_fen")
    )


def _answered(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``answered``: what after-sales gave back, or the line states if that is more.

    What it states beyond its own money stands on the postage.
    """
    of_postage = lines.filter(pl.col("postage_fen") > 0).select(ORDER).unique()
    own = (
        places(lines.join(of_postage, on=ORDER, how="semi"))
        .group_by(LINE)
        .agg(_own=pl.col("stated_refund_fen").sum())
    )
    stated = pl.coalesce("_own", "stated_refund_fen", 0)
    return (
        lines.join(own, on=LINE, how="left", validate="1:1")
        .with_columns(answered=pl.max_horizontal("itemised", stated))
        .drop("_own")
    )


def _beyond_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``beyond``: each line's part of what its order states beyond all its lines.

    First of goods whose own statement is missing or older than the order's, then of the postage, and of lines
    that have denied it only when more is left.
    """
    orders = (
        lines.group_by(ORDER)
        .agg(_total=pl.col("order_stated_fen").max() - pl.col("answered").sum())
        .filter(pl.col("_total") > 0)
    )
    short = places(lines.join(orders, on=ORDER, how="inner"))
    denies = (
        pl.col("stated_refund_fen").is_not_null()
        & (pl.col("refund_stated_at") >= pl.col("order_stated_at").max().over(ORDER))
    ).fill_null(False)
    # a line's answer counts against its goods first
    own = pl.col("paid_fen").filter(~pl.col("is_postage")).sum().over(LINE)
    gone = pl.when("is_postage").then(pl.col("answered") - own).otherwise("answered").clip(lower_bound=0)
    rooms = short.with_columns(
        left=(pl.col("paid_fen") - gone).clip(lower_bound=0), waits=pl.lit(0, pl.Int64), denies=denies
    )
    parts = fill(rooms, "_total", ORDER).group_by(LINE).agg(beyond=pl.col("part").sum())
    return lines.join(parts, on=LINE, how="left", validate="1:1").with_columns(pl.col("beyond").fill_null(0))
