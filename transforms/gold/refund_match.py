"""Which line's money went back: every successful refund on paid lines of its order, once and to the fen.

Some sources name the order only (Taobao refund files), and the same after-sale may come twice, once naming its line and once not.
What is decided here follows from the current states alone, so no order of arrival can change it.
"""

from __future__ import annotations

import polars as pl

from transforms.gold.grain import LINE, ORDER, REFUND
from transforms.money import split_fen

_MATCHED = ["order_line_id", "style_code", "sku_code", "product_id", "is_order_level", "is_gift", "paid_fen", "stated_refund_fen"]
_LATEST = ["_last_observed_at", "_observed_at", "_export_id", "_row_number"]


def match_refunds(lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Successful refunds × paid line: the columns of ``refunds`` with ``order_line_id`` a line of ``lines`` and ``refund_fen`` that line's part.

    ``lines`` are whole orders (order-line facts, or lines on their way there) with what each itself states as refunded; ``refunds`` are
    current states of the same orders' after-sales. A refund's parts add up to its amount. Refunds of orders that are not here, and of lines
    or orders never paid, are left out.
    """
    named = lines.filter(~pl.col("is_order_level")).select(*LINE, is_line=pl.lit(True))
    once = _tell_once(refunds.join(named, on=LINE, how="left", validate="m:1").with_columns(pl.col("is_line").fill_null(False)))
    done = once.filter((pl.col("refund_status_code") == "success") & (pl.col("refund_fen") > 0))
    paid = lines.filter(pl.col("paid_at").is_not_null())
    sure = done.filter("is_line").join(paid.select(LINE), on=LINE, how="semi")
    open_refunds = done.filter(~pl.col("is_line")).join(paid.select(ORDER), on=ORDER, how="semi")
    if open_refunds.is_empty():
        return _tell_stage(sure.drop("is_line"), paid)
    parts = _place(open_refunds, paid.select(*ORDER, *_MATCHED), sure)
    found = pl.concat([sure.drop("is_line"), parts.select(sure.drop("is_line").columns)])
    keys = [*REFUND, "order_line_id"]
    whole = found.group_by(keys, maintain_order=True).agg(pl.exclude("refund_fen").first(), pl.col("refund_fen").sum()).select(refunds.columns)
    return _tell_stage(whole, paid)


def _tell_stage(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Stages no after-sale row told (Kuaishou and Pinduoduo never do for a bare 仅退款), by whether the goods had left when it was applied for."""
    joined = refunds.join(lines.select(*LINE, "shipped_at", "is_shipment_told"), on=LINE, how="left", validate="m:1", maintain_order="left")
    told_to_wait = pl.when(pl.col("is_shipment_told").fill_null(False)).then(pl.lit(False))
    left = pl.when(pl.col("shipped_at").is_not_null()).then(pl.col("shipped_at") <= pl.col("applied_at")).otherwise(told_to_wait)
    stage = pl.when(left).then(pl.lit("after_shipment")).when(~left).then(pl.lit("before_shipment"))
    untold = pl.col("refund_stage_code") == "unknown"
    return joined.with_columns(refund_stage_code=pl.when(untold).then(stage).fill_null(pl.col("refund_stage_code"))).select(refunds.columns)


def _tell_once(rows: pl.DataFrame) -> pl.DataFrame:
    """One after-sale, one telling: a row that names its line wins over one that names the order, and keeps what was told last by either.

    Where several rows name lines (an after-sale over several sub-orders) each keeps its own part and the order's row is left out.
    """
    several = rows.group_by(REFUND).len().filter(pl.col("len") > 1).select(REFUND)
    if several.is_empty():
        return rows
    names_line = pl.col("is_line") | (pl.col("order_line_id") != pl.col("order_id"))
    tellings = rows.join(several, on=REFUND, how="semi").with_columns(names_line=names_line).with_columns(named_qty=names_line.sum().over(REFUND))
    one_names = pl.col("named_qty") == 1
    parts = tellings.filter(~one_names & pl.col("names_line"))
    line = [pl.col(name).filter(pl.col("names_line")).first() for name in ("order_line_id", "is_line")]
    told = tellings.filter(one_names).sort([*REFUND, *_LATEST]).group_by(REFUND, maintain_order=True)
    merged = told.agg(pl.exclude(*REFUND, "order_line_id", "is_line").drop_nulls().last(), *line)
    return pl.concat([rows.join(several, on=REFUND, how="anti"), parts.select(rows.columns), merged.select(rows.columns)])


def _place(refunds: pl.DataFrame, lines: pl.DataFrame, sure: pl.DataFrame) -> pl.DataFrame:
    """Refunds without a line → their parts. Those whose goods are one line come first, the others one after the other by time of application."""
    pairs = _candidates(refunds, lines)
    alone = pl.len().over(REFUND) == 1
    parts = [pairs.filter(alone).select(*LINE, "refund_id", part="refund_fen")]
    turn = pl.struct("applied_at", "refunded_at", "refund_id").rank("dense").over(ORDER)
    waiting = pairs.filter(~alone).with_columns(_turn=turn)
    taken = sure.select(*LINE, part="refund_fen")
    for number in waiting["_turn"].unique().sort():
        so_far = pl.concat([taken, *(item.select(*LINE, "part") for item in parts)]).group_by(LINE).agg(taken_fen=pl.col("part").sum())
        parts.append(_share_out(waiting.filter(_turn=number), so_far))
    placed = pl.concat(parts).filter(pl.col("part") > 0)
    return refunds.drop("order_line_id").join(placed, on=REFUND, how="inner", validate="1:m").with_columns(refund_fen="part")


def _candidates(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Refund × each line of its order that fits its goods best: same SKU, same style, same product, goods untold, other goods, gift.

    The order's rest (goods no line told) may be any goods, if it is large enough.
    """
    goods = ["product_id", "sku_code"]
    wanted = refunds.select(*REFUND, "order_id", "refund_fen", "applied_at", "refunded_at", *(pl.col(name).alias(f"{name}_back") for name in goods))
    pairs = wanted.join(lines, on=ORDER, how="inner")
    is_told = pl.any_horizontal(pl.col(f"{name}_back").is_not_null() for name in goods)
    differs = pl.any_horizontal((pl.col(f"{name}_back") != pl.col(name)).fill_null(False) for name in goods)
    untold = pl.any_horizontal(pl.col(f"{name}_back").is_not_null() & pl.col(name).is_null() for name in goods) & ~differs & ~pl.col("is_gift")
    may_be = is_told & pl.when(pl.col("is_order_level")).then(pl.col("paid_fen") >= pl.col("refund_fen")).otherwise(untold)
    fit = (
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
    pairs = pairs.with_columns(_fit=fit)
    return pairs.filter(pl.col("_fit") == pl.col("_fit").max().over(REFUND)).drop("_fit", *(f"{name}_back" for name in goods))


def _share_out(pairs: pl.DataFrame, so_far: pl.DataFrame) -> pl.DataFrame:
    """One refund per order on several lines: on the line that states this very amount, else in parts, or whole on the only line with this very amount left.

    Parts first fill what lines state as refunded, so that no statement is left beside money that answers it; the rest goes by what is refundable.
    A line of which this amount is left says something only where no statement waits for its money.
    """
    pairs = pairs.join(so_far, on=LINE, how="left", validate="m:1").with_columns(pl.col("taken_fen").fill_null(0))
    amount = pl.col("refund_fen")
    pairs = pairs.with_columns(
        _stated=(pl.col("stated_refund_fen").fill_null(0) - pl.col("taken_fen")).clip(lower_bound=0),
        _left=(pl.col("paid_fen") - pl.col("taken_fen")).clip(lower_bound=0),
    )
    states_it = pl.col("_stated") == amount
    fits = pl.col("_left") == amount
    exhausts_it = fits & (fits.sum().over(REFUND) == 1) & (pl.col("_stated").sum().over(REFUND) == 0)
    pairs = pairs.with_columns(_exact=pl.when(states_it).then(2).when(exhausts_it).then(1).otherwise(0))
    best = pairs.sort("order_line_id").filter(pl.col("_exact") == pl.col("_exact").max().over(REFUND))
    exact = best.filter(pl.col("_exact") > 0).unique(REFUND, keep="first", maintain_order=True)
    vague = best.filter(pl.col("_exact") == 0).with_columns(_first=pl.min_horizontal(amount, pl.col("_stated").sum().over(REFUND)))
    vague = vague.with_columns(_filled=split_fen(pl.col("_first"), pl.col("_stated"), REFUND, "order_line_id"))
    still = (pl.col("_left") - pl.col("_filled")).clip(lower_bound=0)
    split = vague.with_columns(part=pl.col("_filled") + split_fen(amount - pl.col("_first"), still, REFUND, "order_line_id"))
    return pl.concat([exact.select(*LINE, "refund_id", part="refund_fen"), split.select(*LINE, "refund_id", "part")])
