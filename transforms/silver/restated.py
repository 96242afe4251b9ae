"""The lines of an order that count, where a table of another system numbers them by order and goods
(``order:SKU``).

Such a number is no line's own: goods that were exchanged, or written another way, get another one, and the
line of the older file would stay beside the newer file's. And where the platform itself reports an order, the
table's lines are a second word on the same goods. Decision 0033.
"""

from __future__ import annotations

import polars as pl

from contracts.canonical import ORDER_LINE, SHOP
from transforms.silver.states import current

_ORDER = [*SHOP, "order_id"]
_LINE = [*SHOP, "order_line_id"]
_IS_MADE = pl.col("order_line_id").str.starts_with(pl.col("order_id") + ":")
#: Sums by which two statements of an order are compared: the first of which both have anything decides.
_SUMS = ("paid_fen", "placed_fen", "line_qty")


def standing_lines(states: pl.DataFrame) -> pl.DataFrame:
    """Reduce the states of whole orders to the current state of each line that counts, with ``is_doubtful``.

    Doubtful: the newest file of its order leaves the line out, and nothing tells whether it was replaced; it
    counts, and has to be mentioned.
    """
    now = current(ORDER_LINE, states)
    if not now.select(_IS_MADE.any()).item():
        return now.with_columns(is_doubtful=pl.lit(False))
    now = _without_seconds(now, states)
    left = _left_out(now, states)
    now = now.drop("_is_sheet").join(left, on=_LINE, how="left", maintain_order="left")
    standing = now.filter(~pl.col("is_replaced").fill_null(False))
    return standing.select(pl.exclude("is_replaced"), is_doubtful=pl.col("is_replaced").is_not_null())


def lines_left_out(states: pl.DataFrame) -> pl.DataFrame:
    """Find the lines that ``standing_lines`` leaves out as replaced, or counts though they may be: ``_LINE``,
    ``order_id``, ``is_replaced``.
    """
    now = _without_seconds(current(ORDER_LINE, states), states)
    return _left_out(now, states).join(now.select(*_LINE, "order_id"), on=_LINE, how="inner")


def repriced_lines(states: pl.DataFrame) -> pl.DataFrame:
    """Find sheets' lines of which files say different paid amounts (``_LINE``, ``order_id``): the newest
    counts, though they may be two lines.
    """
    paid = states.filter(
        _IS_MADE
        & pl.col("layout_name").is_not_null()
        & pl.col("paid_at").is_not_null()
        & (pl.col("paid_fen") > 0)
    )
    return (
        paid.group_by(*_LINE, "order_id")
        .agg(pl.col("paid_fen").n_unique())
        .filter(pl.col("paid_fen") > 1)
        .drop("paid_fen")
    )


def _without_seconds(now: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """Current lines, with ``_is_sheet``, without those of a sheet in orders that the platform, or a table
    with its sub-order numbers, reports.

    Of a sheet is a line that is numbered by order and goods and read from other systems' tables only.
    """
    made = now.filter(_IS_MADE).select(_LINE)
    of_sheet = (
        states.join(made, on=_LINE, how="semi")
        .group_by(_LINE)
        .agg(_is_sheet=pl.col("layout_name").is_not_null().all())
    )
    now = now.join(of_sheet, on=_LINE, how="left", maintain_order="left").with_columns(
        pl.col("_is_sheet").fill_null(False)
    )
    is_second = pl.any_horizontal(
        flag & (~flag).any().over(_ORDER) for flag in (pl.col("_is_sheet"), _IS_MADE)
    )
    return now.filter(~is_second)


def _left_out(now: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """``_LINE`` and ``is_replaced`` of the sheets' lines in ``now`` that the newest file of their order
    leaves out.

    A document, the table's own number of the order or of the part of it that a line is in, is stated anew as
    a whole. Its lines are replaced where the newest file comes to the same, or has one of them again beside
    new ones; not between the end of one file and the beginning of another, which may be one that was split. A
    document the newest file does not mention stands without a doubt, unless the order comes to the same in
    both.
    """
    sheet = now.filter("_is_sheet").select(*_LINE, _document=pl.coalesce("erp_order_id", "order_id"))
    rows = states.join(sheet, on=_LINE, how="inner")
    by_document, by_order = _compared(rows, [*_ORDER, "_document"]), _compared(rows, _ORDER)
    whole = by_document.with_columns(
        is_replaced=(pl.col("_is_same") | pl.col("_is_again")) & ~pl.col("_is_part")
    )
    others = (
        by_order.join(by_document, on=_LINE, how="anti")
        .filter("_is_same")
        .with_columns(is_replaced=pl.lit(False))
    )
    return pl.concat([frame.select(*_LINE, "is_replaced") for frame in (whole, others)])


def _compared(states: pl.DataFrame, scope: list[str]) -> pl.DataFrame:
    """Lines that the newest statement of their ``scope`` lacks, compared with the last one that had them.

    ``_is_same``: both come to the same. ``_is_again``: the newest has some of the lines again, and others.
    ``_is_part``: they are the end of one file and the beginning of another, and have no line in common.
    """
    rows = _with_moments(states, scope)
    lines = (
        rows.group_by(*_ORDER, "order_line_id", *scope[len(_ORDER) :])
        .agg(pl.col("_until").max())
        .with_columns(_newest=pl.col("_until").max().over(scope))
    )
    gone = lines.filter(pl.col("_until") != pl.col("_newest"))
    moments = pl.concat([gone.select(*scope, _at="_until"), gone.select(*scope, _at="_newest")]).unique()
    stated = rows.join(moments, on=scope, how="inner").filter(
        (pl.col("_since") <= pl.col("_at")) & (pl.col("_at") <= pl.col("_until"))
    )
    stated = stated.sort("_since").unique([*scope, "_at", "order_line_id"], keep="last", maintain_order=True)
    sums = stated.group_by(*scope, "_at").agg(
        pl.col(_SUMS).sum(),
        _lines="order_line_id",
        **{f"_{end}": (pl.col("file_end_code") == end).any() for end in ("first", "last")},
    )
    pairs = gone.join(sums, left_on=[*scope, "_until"], right_on=[*scope, "_at"], how="inner")
    pairs = pairs.join(
        sums, left_on=[*scope, "_newest"], right_on=[*scope, "_at"], how="inner", suffix="_new"
    )
    both = pl.col("_lines").list.set_intersection("_lines_new")
    added = pl.col("_lines_new").list.set_difference("_lines")
    has_both = both.list.len() > 0
    is_cut = (pl.col("_last") & pl.col("_first_new")) | (pl.col("_first") & pl.col("_last_new"))
    return pairs.with_columns(
        _is_same=_is_same(),
        _is_again=has_both & (added.list.len() > 0),
        _is_part=is_cut.fill_null(False) & ~has_both,
    )


def _with_moments(states: pl.DataFrame, scope: list[str]) -> pl.DataFrame:
    """``_since`` and ``_until`` of each state as text that sorts: moment and file.

    The file that saw a state last is known where it is its first.

    Else it is one of that moment: the last of the scope, as no state is older than itself.
    """
    files = states.group_by(*scope, _last_observed_at="_observed_at").agg(_file=pl.col("_export_id").max())
    rows = states.join(files, on=[*scope, "_last_observed_at"], how="left")
    is_once = pl.col("_observed_at") == pl.col("_last_observed_at")
    until = pl.when(is_once).then("_export_id").otherwise(pl.col("_file").fill_null(""))
    return rows.with_columns(
        _since=_moment("_observed_at", pl.col("_export_id")), _until=_moment("_last_observed_at", until)
    )


def _moment(at: str, export: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.col(at).dt.epoch("us").cast(pl.String).str.zfill(20), export)


def _is_same() -> pl.Expr:
    """Whether the two statements of a pair come to the same, by the first sum of which both have anything."""
    same = pl.lit(False)
    for name in reversed(_SUMS):
        has_any = (pl.col(name) > 0) & (pl.col(f"{name}_new") > 0)
        same = pl.when(has_any).then(pl.col(name) == pl.col(f"{name}_new")).otherwise(same)
    return same
