"""Where money can go back to within an order, and in which turn: what lines state, goods, the order's
postage, lines that state no more.
"""

from __future__ import annotations

import polars as pl

from transforms.gold.orders.grain import LINE, ORDER
from transforms.money import split_fen

#: A place: a line's own money, or the part of an order's postage that stands on it.
PLACE = [*LINE, "is_postage"]
#: The turns in which places are filled. A line's statement is newer than the money in question when it
#: ``denies`` any beyond it.
_STATED, _GOODS, _POSTAGE, _DENIED, _BEYOND = range(5)
_STATEMENT = "stated_refund_fen"


def places(paid: pl.DataFrame) -> pl.DataFrame:
    """Places of ``paid`` lines (whole orders): their columns, ``is_postage``, ``paid_fen`` and
    ``stated_refund_fen`` being the place's own.

    What lines state beyond their own money is the postage's, as far as that goes.
    """
    own = paid.with_columns(is_postage=pl.lit(False))
    has_postage = paid.filter(pl.col("postage_fen") > 0).select(ORDER).unique()
    if has_postage.is_empty():
        return own
    goods = own.join(has_postage, on=ORDER, how="semi").with_columns(
        paid_fen=pl.col("paid_fen") - pl.col("postage_fen").fill_null(0)
    )
    postage = goods.filter(pl.col("postage_fen") > 0).with_columns(
        paid_fen="postage_fen", is_postage=pl.lit(True), is_gift=pl.lit(False)
    )
    goods = goods.filter(
        (pl.col("paid_fen") > 0) | pl.col("postage_fen").is_null() | ~pl.col("is_order_level")
    )
    both = pl.concat([goods, postage.with_columns(pl.lit(None, pl.Int64).alias(_STATEMENT))])
    above = (
        pl.when(~pl.col("is_postage"))
        .then(pl.col(_STATEMENT) - pl.col("paid_fen"))
        .fill_null(0)
        .clip(lower_bound=0)
    )
    room = pl.when("is_postage").then("paid_fen").otherwise(0)
    both = both.with_columns(_above=above, _room=room)
    moved = pl.min_horizontal(pl.col("_above").sum().over(ORDER), pl.col("_room").sum().over(ORDER))
    both = both.with_columns(_moved=moved)
    less = split_fen(pl.col("_moved"), pl.col("_above"), [*ORDER, "is_postage"], "order_line_id")
    more = split_fen(pl.col("_moved"), pl.col("_room"), [*ORDER, "is_postage"], "order_line_id")
    stated = (
        pl.when((pl.col("_moved") > 0) & pl.col("is_postage"))
        .then(more)
        .when(pl.col("_moved") > 0)
        .then(pl.col(_STATEMENT) - less)
    )
    both = both.with_columns(stated.otherwise(_STATEMENT).alias(_STATEMENT)).drop("_above", "_room", "_moved")
    return pl.concat([own.join(has_postage, on=ORDER, how="anti"), both])


def fill(rows: pl.DataFrame, total: str, group: list[str]) -> pl.DataFrame:
    """Columns ``group``, ``PLACE`` and ``part``: the group's ``total`` (fen, the same on each of its rows) on
    its places, in parts that add up to it.

    ``rows`` are places with ``paid_fen``, ``left`` (fen still refundable), ``waits`` (stated and not yet
    answered), and ``denies``. Within a turn places share by their room, and by what was paid where more goes
    back than all of them have left.
    """
    turn = pl.when("is_postage").then(_POSTAGE).when("denies").then(_DENIED).otherwise(_GOODS)
    free = (pl.col("left") - pl.col("waits")).clip(lower_bound=0)
    goods = rows.filter(~pl.col("is_postage") | ~(~pl.col("is_postage")).any().over(group))
    turns = pl.concat([
        rows.filter(pl.col("waits") > 0).with_columns(_turn=pl.lit(_STATED), _room="waits"),
        rows.with_columns(_turn=turn, _room=free),
        goods.with_columns(_turn=pl.lit(_BEYOND), _room="paid_fen"),
    ])  # fmt: skip
    room = pl.col("_room")
    before = pl.sum_horizontal(
        pl.when(pl.col("_turn") > number)
        .then(room.filter(pl.col("_turn") == number).sum().over(group))
        .otherwise(0)
        for number in range(_BEYOND)
    )
    size = room.sum().over(*group, "_turn")
    still = (pl.col(total) - before).clip(lower_bound=0)
    turns = turns.with_columns(
        _take=pl.when(pl.col("_turn") == _BEYOND).then(still).otherwise(pl.min_horizontal(still, size))
    )
    # a line and the postage on it are two places: the first of them takes the odd fen, whichever comes first
    turns = turns.with_columns(_place=pl.concat_str("order_line_id", "is_postage", separator="\0"))
    turns = turns.with_columns(part=split_fen(pl.col("_take"), room, [*group, "_turn"], "_place"))
    return (
        turns.group_by(list(dict.fromkeys([*group, *PLACE])), maintain_order=True)
        .agg(pl.col("part").sum())
        .filter(pl.col("part") > 0)
    )
