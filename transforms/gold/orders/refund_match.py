"""Which line's money went back: every successful refund on paid lines of its order, once and to the fen.

Some sources name the order only (Taobao refund files), and the same after-sale may come twice, once naming
its line and once not. What is decided here follows from the current states alone, so no order of arrival can
change it.
"""

from __future__ import annotations

import polars as pl

from transforms.gold.orders.grain import LINE, ORDER, REFUND
from transforms.gold.orders.refund_room import PLACE, fill, places
from transforms.gold.orders.refund_rows import tell_once, tell_stage
from transforms.money import split_fen

_MATCHED = [
    "style_code",
    "sku_code",
    "product_id",
    "is_order_level",
    "is_gift",
    "paid_fen",
    "stated_refund_fen",
    "refund_stated_at",
]
#: Refunds of one order are placed one after the other; ``_row`` numbers rows by their key.
_TURN = pl.struct("applied_at", "refunded_at", "refund_id", "_row")
_ROWS = [*REFUND, "order_line_id"]


def match_refunds(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Successful refunds × paid line: the columns of ``refunds`` with ``order_line_id`` a line of ``lines``
    and ``refund_fen`` that line's part.

    ``lines`` are whole orders (order-line facts, or lines on their way there) with what each itself states as
    refunded; ``refunds`` are current states of the same orders' after-sales. A refund's parts add up to its
    amount; what it gives back beyond its goods' money is the order's postage, as far as that goes. Refunds of
    orders that are not here, and of lines or orders never paid, are left out.
    """
    named = lines.filter(~pl.col("is_order_level"), ~_is_twin()).select(*LINE, is_line=pl.lit(True))
    once = tell_once(
        refunds.join(named, on=LINE, how="left", validate="m:1").with_columns(
            pl.col("is_line").fill_null(False)
        )
    )
    done = once.filter((pl.col("refund_status_code") == "success") & (pl.col("refund_fen") > 0))
    paid = lines.filter(pl.col("paid_at").is_not_null())
    sure = done.filter("is_line").join(paid.select(LINE), on=LINE, how="semi").select(refunds.columns)
    open_refunds = (
        done.filter(~pl.col("is_line")).join(paid.select(ORDER), on=ORDER, how="semi").select(refunds.columns)
    )
    unsettled = pl.concat(
        [open_refunds.select(ORDER), paid.filter(pl.col("postage_fen") > 0).select(ORDER)]
    ).unique()
    settled, direct = sure.join(unsettled, on=ORDER, how="anti"), sure.join(unsettled, on=ORDER, how="semi")
    if direct.is_empty() and open_refunds.is_empty():
        return tell_stage(settled, paid)
    moving = pl.concat([direct.sort(_ROWS), open_refunds.sort(_ROWS)]).with_row_index("_row")
    whole = paid.join(moving.select(ORDER), on=ORDER, how="semi")
    parts = _place(
        moving, direct.height, places(whole.select(*ORDER, "order_line_id", *_MATCHED, "postage_fen"))
    )
    placed = moving.drop("order_line_id", "refund_fen").join(parts, on="_row", how="inner", validate="1:m")
    placed = placed.sort("_row")
    found = placed.group_by(_ROWS, maintain_order=True).agg(
        pl.exclude("refund_fen", "_row").first(), pl.col("refund_fen").sum()
    )
    return tell_stage(pl.concat([settled, found.select(refunds.columns)]), paid)


def _is_twin() -> pl.Expr:
    """Lines of one SKU in one order whose numbers were made of order and SKU: an after-sale's number made
    alike does not tell which of them it is of.
    """
    is_made = pl.col("order_line_id").str.starts_with(pl.col("order_id") + ":")
    return (is_made & pl.col("sku_code").is_not_null() & (pl.len().over([*ORDER, "sku_code"]) > 1)).fill_null(
        False
    )


def _place(moving: pl.DataFrame, named: int, spots: pl.DataFrame) -> pl.DataFrame:
    """``_row, order_line_id, refund_fen``: the parts of refunds, of which the first ``named`` name their line
    and the others what they may.

    First those of a certain line, then one after the other by time of application.
    """
    single, pairs = _candidates(moving[named:], spots)
    parts = [_on_their_lines(pl.concat([moving[:named], single]), spots)]
    waiting = pairs.with_columns(_turn=_TURN.rank("dense").over(ORDER))
    for number in waiting["_turn"].unique().sort():
        so_far = pl.concat(parts).group_by(PLACE).agg(taken=pl.col("part").sum())
        parts.append(_share_out(waiting.filter(_turn=number), so_far))
    return (
        pl.concat(parts)
        .group_by("_row", "order_line_id", maintain_order=True)
        .agg(refund_fen=pl.col("part").sum())
    )


def _on_their_lines(direct: pl.DataFrame, spots: pl.DataFrame) -> pl.DataFrame:
    """Refunds of known lines as parts: what exceeds a line's own money is the order's postage, while there is
    any.
    """
    goods = spots.filter(~pl.col("is_postage")).select(*LINE, own="paid_fen")
    postage = spots.filter("is_postage").select(*ORDER, "order_line_id", room="paid_fen")
    rooms = postage.group_by(ORDER).agg(postage=pl.col("room").sum())
    rows = (
        direct.select(*ORDER, "order_line_id", "_row", "refund_fen", _turn=_TURN)
        .join(goods, on=LINE, how="left")
        .join(rooms, on=ORDER, how="left")
    )
    rows = rows.sort(*ORDER, "_turn").with_columns(pl.col("own", "postage").fill_null(0))
    above = (pl.col("refund_fen").cum_sum().over(LINE) - pl.col("own")).clip(lower_bound=0)
    rows = rows.with_columns(above=pl.min_horizontal("refund_fen", above))
    before = pl.col("above").cum_sum().over(ORDER) - pl.col("above")
    rows = rows.with_columns(
        moved=pl.min_horizontal("above", (pl.col("postage") - before).clip(lower_bound=0))
    )
    kept = rows.select("_row", *LINE, is_postage=pl.lit(False), part=pl.col("refund_fen") - pl.col("moved"))
    shifted = rows.filter(pl.col("moved") > 0).drop("order_line_id").join(postage, on=ORDER, how="inner")
    share = split_fen(pl.col("moved"), pl.col("room"), ["_row"], "order_line_id")
    return pl.concat([kept, shifted.select("_row", *LINE, is_postage=pl.lit(True), part=share)]).filter(
        pl.col("part") > 0
    )


def _candidates(refunds: pl.DataFrame, spots: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Refunds that name no line: those of one line only, now naming it.

    The others × each place of their order they may be of.

    Those are the lines that fit the goods best (same SKU, same style, same product, goods untold, other
    goods, gift) and the order's postage. The order's rest (goods no line told) may be any goods, if it is
    large enough.
    """
    told = ["product_id", "sku_code"]
    wanted = refunds.select(
        *ORDER,
        "_row",
        "refund_id",
        "refund_fen",
        "applied_at",
        "refunded_at",
        *(pl.col(name).alias(f"{name}_back") for name in told),
    )
    pairs = wanted.join(spots, on=ORDER, how="inner").with_columns(
        _fit=pl.when(~pl.col("is_postage")).then(_fit(told))
    )
    pairs = pairs.filter((pl.col("_fit") == pl.col("_fit").max().over("_row")) | pl.col("is_postage"))
    goods = pl.col("_fit").is_not_null()
    # a refund that names no goods may be of the postage alone
    alone = (goods.sum().over("_row") == 1) & (
        (pl.col("_fit").max().over("_row") > 1) | (pl.len().over("_row") == 1)
    )
    one = pairs.filter(alone & goods).select("_row", "order_line_id")
    single = (
        refunds.drop("order_line_id")
        .join(one, on="_row", how="inner", validate="1:1")
        .select(refunds.columns)
    )
    return single, pairs.filter(~alone).drop("_fit", *(f"{name}_back" for name in told))


def _fit(goods: list[str]) -> pl.Expr:
    is_told = pl.any_horizontal(pl.col(f"{name}_back").is_not_null() for name in goods)
    differs = pl.any_horizontal((pl.col(f"{name}_back") != pl.col(name)).fill_null(False) for name in goods)
    untold = (
        pl.any_horizontal(pl.col(f"{name}_back").is_not_null() & pl.col(name).is_null() for name in goods)
        & ~differs
        & ~pl.col("is_gift")
    )
    may_be = is_told & pl.when(pl.col("is_order_level")).then(
        pl.col("paid_fen") >= pl.col("refund_fen")
    ).otherwise(untold)
    return (
        pl.when(pl.col("sku_code") == pl.col("sku_code_back"))
        .then(5)
        .when(pl.col("style_code") == pl.col("sku_code_back"))
        .then(4)
        .when(pl.col("product_id") == pl.col("product_id_back"))
        .then(3)
        .when(may_be)
        .then(2)
        .when(~pl.col("is_gift"))
        .then(1)
        .otherwise(0)
    )


def _share_out(pairs: pl.DataFrame, so_far: pl.DataFrame) -> pl.DataFrame:
    """One refund per order on several places: on the one that states this very amount, else whole on the only
    one with this amount left, else in parts.

    Parts first fill what lines state as refunded, so that no statement is left beside money that answers it
    (see ``fill``). A line whose own statement is newer than the refund denies any beyond it, and a place of
    which this amount is left says something only where no statement waits for its money.
    """
    denies = (
        pl.col("stated_refund_fen").is_not_null() & (pl.col("refund_stated_at") >= pl.col("refunded_at"))
    ).fill_null(False)
    rows = pairs.join(so_far, on=PLACE, how="left", validate="m:1").with_columns(
        pl.col("taken").fill_null(0), denies=denies
    )
    rows = rows.with_columns(
        waits=(pl.col("stated_refund_fen").fill_null(0) - pl.col("taken")).clip(lower_bound=0),
        left=(pl.col("paid_fen") - pl.col("taken")).clip(lower_bound=0),
    )
    amount = pl.col("refund_fen")
    others = ((pl.col("left") > 0) & ~pl.col("denies")).any().over("_row")
    fits = (pl.col("left") == amount) & ~(pl.col("denies") & others)
    exhausts_it = fits & (fits.sum().over("_row") == 1) & (pl.col("waits").sum().over("_row") == 0)
    rows = rows.with_columns(
        _exact=pl.when(pl.col("waits") == amount).then(2).when(exhausts_it).then(1).otherwise(0)
    )
    rows = rows.sort("order_line_id", "is_postage")
    best = rows.filter(pl.col("_exact") == pl.col("_exact").max().over("_row"))
    exact = (
        best.filter(pl.col("_exact") > 0)
        .unique("_row", keep="first", maintain_order=True)
        .with_columns(part="refund_fen")
    )
    vague = fill(best.filter(pl.col("_exact") == 0), "refund_fen", ["_row"])
    columns = ["_row", *PLACE, "part"]
    return pl.concat([exact.select(columns), vague.select(columns)])
