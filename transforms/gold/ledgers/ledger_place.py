"""Which order, line and after-sale a row of a ledger is about, as far as its own numbers say.

What is decided here follows from the current states alone, so no order of arrival can change it. Nothing is
guessed by amount: an order's only line and an after-sale's only line are sure, and so is the only line of an
order that holds the product a bill names.
"""

from __future__ import annotations

import polars as pl

from transforms.gold.orders.grain import LINE, ORDER, REFUND

#: What a ledger row takes over from its line, or from its order where all lines agree.
FROM_LINE = (
    "channel_code", "creator_id", "live_session_id", "style_code", "sku_code", "size_name", "color_name",
    "province_name", "paid_at", "paid_date",
)  # fmt: skip
_TOLD = ("order_id", "order_line_id", "refund_id", "product_id", "creator_id")


def place(rows: pl.DataFrame, lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """``rows`` (canonical columns of a ledger) with ``match_code`` (line, refund, order, none), the numbers
    of what was found, and ``FROM_LINE``.

    ``lines`` and ``refunds`` are the facts of whole orders. A row keeps its place, and what it tells where
    nothing was found; a line or an after-sale that belongs to another order than the row names is not its
    own.
    """
    told = rows.with_columns(
        pl.lit(None, pl.String).alias(name) for name in _TOLD if name not in rows.columns
    )
    found = _candidates(told, lines, refunds)
    is_line = pl.col("_line_order").is_not_null()
    is_refund = pl.col("_refund_order").is_not_null()
    line = (
        pl.when(is_line)
        .then("order_line_id")
        .otherwise(pl.coalesce("_refund_line", "_product_line", "_only_line"))
    )
    code = (
        pl.when(is_line)
        .then(pl.lit("line"))
        .when(is_refund)
        .then(pl.lit("refund"))
        .when(line.is_not_null())
        .then(pl.lit("line"))
        .when(pl.col("_is_order"))
        .then(pl.lit("order"))
        .otherwise(pl.lit("none"))
    )
    placed = found.with_columns(
        match_code=code,
        order_id=pl.col("_order"),
        order_line_id=pl.when(is_line | is_refund | pl.col("_is_order"))
        .then(line)
        .otherwise("order_line_id"),
    )
    return _take_over(placed.select(*told.columns, "match_code"), lines)


def _candidates(rows: pl.DataFrame, lines: pl.DataFrame, refunds: pl.DataFrame) -> pl.DataFrame:
    """Add ``_order`` (told, else of the line, else of the after-sale) and what of the row's numbers is known
    in that order.
    """
    known = lines.filter(~pl.col("is_order_level")).select(*LINE, _line_order="order_id")
    back = refunds.group_by(REFUND).agg(
        _refund_order=pl.col("order_id").first(), _refund_line=only("order_line_id")
    )
    goods = ~pl.col("is_gift")
    whole = lines.group_by(ORDER).agg(_is_order=pl.lit(True), _only_line=only("order_line_id", goods))
    product = lines.filter(goods & pl.col("product_id").is_not_null())
    products = product.group_by(*ORDER, "product_id").agg(_product_line=only("order_line_id"))
    found = rows.join(known, on=LINE, how="left", validate="m:1", maintain_order="left")
    found = found.join(back, on=REFUND, how="left", validate="m:1", maintain_order="left")
    found = found.with_columns(_order=pl.coalesce("order_id", "_line_order", "_refund_order"))
    found = found.with_columns(
        pl.when(pl.col(name) == pl.col("_order")).then(name).alias(name)
        for name in ("_line_order", "_refund_order")
    )
    found = found.with_columns(
        pl.when(pl.col("_refund_order").is_not_null()).then("_refund_line").alias("_refund_line")
    )
    scope = [*ORDER[:-1], "_order"]
    found = found.join(
        whole.rename({"order_id": "_order"}), on=scope, how="left", validate="m:1", maintain_order="left"
    )
    return found.join(
        products.rename({"order_id": "_order"}),
        on=[*scope, "product_id"],
        how="left",
        validate="m:1",
        maintain_order="left",
    ).with_columns(pl.col("_is_order").fill_null(False))


def only(column: str, among: pl.Expr | None = None) -> pl.Expr:
    """The one value of ``column`` in a group; null where there are several, whichever comes first."""
    values = pl.col(column) if among is None else pl.col(column).filter(among)
    return pl.when(values.n_unique() == 1).then(values.first()).alias(column)


def _take_over(rows: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    of_line = lines.select(*LINE, *(pl.col(name).alias(f"_line_{name}") for name in FROM_LINE))
    goods = ~pl.col("is_gift")
    of_order = lines.group_by(ORDER).agg(only(name, goods).alias(f"_order_{name}") for name in FROM_LINE)
    joined = rows.join(of_line, on=LINE, how="left", validate="m:1", maintain_order="left")
    joined = joined.join(of_order, on=ORDER, how="left", validate="m:1", maintain_order="left")
    told = {name: [name] if name in rows.columns else [] for name in FROM_LINE}
    whose = {
        name: pl.coalesce(
            *told[name], f"_line_{name}", pl.when(pl.col("order_line_id").is_null()).then(f"_order_{name}")
        )
        for name in FROM_LINE
    }
    whose["channel_code"] = whose["channel_code"].fill_null("unknown")
    return joined.with_columns(**whose).select(
        *rows.columns, *(name for name in FROM_LINE if name not in rows.columns)
    )
