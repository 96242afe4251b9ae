"""Amounts of a whole order or after-sale, written on several of its rows or on one: counted once, and shared out to the fen."""

from __future__ import annotations

import polars as pl

from connectors.mapping_kinds import REPEATED
from connectors.mapping_model import MappingFile
from contracts.canonical import ORDER, ORDER_LINE, REFUND_LINE
from contracts.fields import TIME_ZONE

#: What tells one file's rows.
EXPORT = ("merchant_id", "shop_id", "_export_id")


def orders_apart(mappings: list[MappingFile], rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Order amounts go to the order, once, and leave the lines: gold shares them out.

    Where a line tells its own part of the other of the two amounts, it gets its share here.
    """
    told = {name: {mapping.name: mapping.of_order[name] for mapping in mappings if name in mapping.of_order} for name in REPEATED["orders"]}
    once = {name: [mapping.name for mapping in mappings if name in mapping.once] for name in REPEATED["orders"]}
    group, layout = [*EXPORT, "order_id"], pl.col("layout_name")
    is_mine = layout.is_in([mapping.name for mapping in mappings if mapping.of_order])
    # blank below the order's first row, as merged cells are
    filled = (pl.coalesce(name, pl.when(is_mine).then(_first(name, group))).alias(name) for name in ("created_at", "paid_at", "order_status_code"))
    wholes = {f"order_{name}": pl.coalesce(*_of_layouts(by, group), pl.lit(None, pl.Int64)) for name, by in told.items()}
    rows = rows.sort("_export_id", "_row_number").with_columns(*filled, **wholes)
    heads = rows.filter(is_mine).sort("is_void", maintain_order=True).unique(group, keep="first", maintain_order=True)
    of_order = [pl.col(f"order_{name}").alias(name) for name in told]
    goods = [pl.lit(None, pl.Int64).alias("line_qty"), pl.lit(None, pl.String).alias("product_name")]
    of_line = [pl.when(~layout.is_in(names)).then(name).otherwise(_share_by(mappings, name, group)).alias(name) for name, names in once.items()]
    frames = {ORDER_LINE.name: rows.with_columns(*of_line, _tells_paid=~layout.is_in(once["paid_fen"]))}
    # where lines tell what was paid, what the order was to pay is not that
    own_paid = [mapping.name for mapping in mappings if "paid_fen" in mapping.filled_names and "paid_fen" not in mapping.of_order]
    return frames if heads.is_empty() else {ORDER.name: heads.with_columns(*of_order, *goods, _tells_paid=~layout.is_in(own_paid)), **frames}


def _of_layouts(columns: dict[str, str], group: list[str]) -> list[pl.Expr]:
    """The order's amount, each layout's from its own column."""
    return [pl.when(pl.col("layout_name") == layout).then(_whole(name, group)) for layout, name in columns.items()]


def _share_by(mappings: list[MappingFile], name: str, group: list[str]) -> pl.Expr:
    """The line's part of the order's paid (placed) amount by what it tells as placed (paid); null where it tells neither."""
    other = {"paid_fen": "placed_fen", "placed_fen": "paid_fen"}.get(name)
    layouts = [mapping.name for mapping in mappings if other and name in mapping.once and other in mapping.filled_names and other not in mapping.once]
    return (
        pl.when(pl.col("layout_name").is_in(layouts)).then(_share(pl.col(f"order_{name}"), pl.col(other).clip(0), group)) if other else pl.lit(None, pl.Int64)
    )


def refunds_shared(mappings: list[MappingFile], rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """An after-sale's amount shared out to its rows to the fen, in their order."""
    layouts, group = [mapping.name for mapping in mappings if mapping.repeated], [*EXPORT, "refund_id"]
    part = _share(_whole("refund_fen", group), pl.lit(1), group)
    return {REFUND_LINE.name: rows.with_columns(refund_fen=pl.when(pl.col("layout_name").is_in(layouts)).then(part).otherwise("refund_fen"))}


def _first(name: str, group: list[str]) -> pl.Expr:
    return pl.col(name).drop_nulls().first().over(group)


def _whole(name: str, group: list[str]) -> pl.Expr:
    """The one amount of a group on whichever of its rows it stands; rows with another one were set aside as they were read."""
    return pl.coalesce(pl.col(name).filter(pl.col(name) != 0).first().over(group), _first(name, group))


def _share(total: pl.Expr, weight: pl.Expr, group: list[str]) -> pl.Expr:
    """The row's part of its group's ``total`` by ``weight``, equal ones where there is none: parts add up to the fen, in the order of the rows."""
    given = weight.fill_null(0).cast(pl.Int128)
    weighed = pl.when(given.sum().over(group) > 0).then(given).otherwise(1)
    till, whole = weighed.cum_sum().over(group), weighed.sum().over(group)
    return (total * till // whole - total * (till - weighed) // whole).cast(pl.Int64)


def returns_apart(mappings: list[MappingFile], rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that sell, and rows by which something came back as after-sales of their order: less than nothing of goods or money, or called a return.

    What went back is the row's amount without its sign. Where the amount is the order's, what its returns say as a whole is shared out to them, and a
    positive one says nothing of a return: the row has no amount then, which its contract refuses.
    """
    money, layout = ("paid_fen", "placed_fen"), pl.col("layout_name")
    is_negative = pl.any_horizontal(pl.col("line_qty", *money).fill_null(0) < 0)
    is_back = is_negative | (pl.col("row_type_code") == "return").fill_null(False)
    back, group = rows.filter(is_back).sort("_export_id", "_row_number"), [*EXPORT, "order_id"]
    amounts = []
    for name in money:
        once = layout.is_in([mapping.name for mapping in mappings if name in mapping.once])
        whole = pl.col(name).filter(pl.col(name) < 0).first().over(group).neg()
        amounts.append(pl.when(once).then(_share(whole, pl.lit(1), group)).otherwise(pl.col(name).abs()))
    goods = pl.coalesce("sku_code", "product_id", pl.lit("goods"))
    nth = pl.int_range(1, pl.len() + 1).over([*group, goods.alias("_goods")])
    sends_back = (pl.col("line_qty") < 0) | (pl.col("row_type_code") == "return")
    kind = pl.when(pl.col("row_type_code") == "exchange").then(pl.lit("exchange")).when(sends_back).then(pl.lit("return_refund"))
    return rows.filter(~is_back), back.with_columns(
        refund_id=pl.concat_str("order_id", goods, pl.lit("back"), nth, separator=":"),
        refund_fen=pl.coalesce(amounts),
        refund_qty=pl.col("line_qty").abs(),
        refund_status_code=pl.lit("success"),
        refund_type_code=pl.coalesce(kind, pl.lit("refund_only")),
        refund_stage_code=pl.lit("unknown"),
        reason_code=pl.lit(None, pl.String),
        order_line_id=pl.lit(None, pl.String),
        **{name: pl.lit(None, pl.Datetime("us", TIME_ZONE)) for name in ("applied_at", "refunded_at")},
    )
