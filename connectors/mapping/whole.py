"""Amounts of a whole order or after-sale, written on several of its rows or on one: counted once, and shared
out to the fen. And numbered lines that an export tells twice: read once, each told again a duplicate.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from connectors.mapping.kinds import EXPORT, PART, REPEATED
from connectors.mapping.model import MappingFile
from contracts.canonical import ORDER, ORDER_LINE, REFUND_LINE
from contracts.fields import TIME_ZONE

_NUMBER = "order_line_id"


def orders_apart(mappings: list[MappingFile], rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Order amounts go to the order, once, and leave the lines: gold shares them out.

    Where a line tells its own part of the other of the two amounts, it gets its share here. What repeats by
    the ERP's own orders counts once in each.
    """
    told = {
        name: {mapping.name: mapping.of_order[name] for mapping in mappings if name in mapping.of_order}
        for name in REPEATED["orders"]
    }
    once = {
        name: [mapping.name for mapping in mappings if name in mapping.once] for name in REPEATED["orders"]
    }
    group, layout = [*EXPORT, "order_id"], pl.col("layout_name")
    is_mine = layout.is_in([mapping.name for mapping in mappings if mapping.of_order])
    # blank below the order's first row, as merged cells are
    filled = (
        pl.coalesce(name, pl.when(is_mine).then(_first(name, group))).alias(name)
        for name in ("created_at", "paid_at", "order_status_code")
    )
    wholes = {
        f"order_{name}": pl.coalesce(*_of_layouts(mappings, by, group), pl.lit(None, pl.Int64))
        for name, by in told.items()
    }
    part = [*EXPORT, PART]
    names = {name for mapping in mappings for name in mapping.of_order.values() if mapping.is_per_part(name)}
    # an ERP's order may be of several orders, too: each of its rows has an equal share, a column by itself
    # since no window may stand in another
    parts = {f"_{name}_of_part": _share(_whole(name, part), pl.lit(1), part) for name in sorted(names)}
    rows = rows.sort("_export_id", "_row_number").with_columns(**parts).with_columns(*filled, **wholes)
    heads = (
        rows.filter(is_mine)
        .sort("is_void", maintain_order=True)
        .unique(group, keep="first", maintain_order=True)
    )
    of_order = [pl.col(f"order_{name}").alias(name) for name in told]
    goods = [pl.lit(None, pl.Int64).alias("line_qty"), pl.lit(None, pl.String).alias("product_name")]
    of_line = [
        pl.when(~layout.is_in(names)).then(name).otherwise(_share_by(mappings, name, group)).alias(name)
        for name, names in once.items()
    ]
    frames = {ORDER_LINE.name: rows.with_columns(*of_line, _tells_paid=~layout.is_in(once["paid_fen"]))}
    # where lines tell what was paid, what the order was to pay is not that
    own_paid = [
        mapping.name
        for mapping in mappings
        if "paid_fen" in mapping.filled_names and "paid_fen" not in mapping.of_order
    ]
    return (
        frames
        if heads.is_empty()
        else {
            ORDER.name: heads.with_columns(*of_order, *goods, _tells_paid=~layout.is_in(own_paid)),
            **frames,
        }
    )


def _of_layouts(mappings: list[MappingFile], columns: dict[str, str], group: list[str]) -> list[pl.Expr]:
    """The order's amount, each layout's from its own column as that layout counts it."""
    per_part = {
        mapping.name: mapping.is_per_part(columns[mapping.name])
        for mapping in mappings
        if mapping.name in columns
    }
    return [
        pl.when(pl.col("layout_name") == layout).then(
            _of_parts(name, group) if per_part[layout] else _whole(name, group)
        )
        for layout, name in columns.items()
    ]


def _of_parts(name: str, group: list[str]) -> pl.Expr:
    """What an order's rows have of the amounts of the ERP's own orders."""
    shared = pl.col(f"_{name}_of_part")
    return pl.when(shared.is_not_null().any().over(group)).then(shared.sum().over(group))


def _share_by(mappings: list[MappingFile], name: str, group: list[str]) -> pl.Expr:
    """The line's part of the order's paid (placed) amount by what it tells as placed (paid).

    Null where it tells neither.
    """
    other = {"paid_fen": "placed_fen", "placed_fen": "paid_fen"}.get(name)
    layouts = [
        mapping.name
        for mapping in mappings
        if other and name in mapping.once and other in mapping.filled_names and other not in mapping.once
    ]
    return (
        pl.when(pl.col("layout_name").is_in(layouts)).then(
            _share(pl.col(f"order_{name}"), pl.col(other).clip(0), group)
        )
        if other
        else pl.lit(None, pl.Int64)
    )


def with_parts(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill the number of the ERP's own order: the one told last in the order's rows, else the order's.

    ``_document`` keeps the row's own.
    """
    last = pl.col(PART).forward_fill().over([*EXPORT, "order_id"], order_by="_row_number")
    return rows.with_columns(pl.coalesce(last, "order_id").alias(PART), _document=PART)


def refunds_shared(mappings: list[MappingFile], rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """An after-sale's amount shared out to its rows to the fen, in their order."""
    layouts, group = [mapping.name for mapping in mappings if mapping.repeated], [*EXPORT, "refund_id"]
    part = _share(_whole("refund_fen", group), pl.lit(1), group)
    return {
        REFUND_LINE.name: rows.with_columns(
            refund_fen=pl.when(pl.col("layout_name").is_in(layouts)).then(part).otherwise("refund_fen")
        )
    }


def _first(name: str, group: list[str]) -> pl.Expr:
    return pl.col(name).drop_nulls().first().over(group)


def _whole(name: str, group: list[str]) -> pl.Expr:
    """The one amount of a group on whichever of its rows it stands.

    Rows with another one were set aside as they were read.
    """
    return pl.coalesce(pl.col(name).filter(pl.col(name) != 0).first().over(group), _first(name, group))


def _share(total: pl.Expr, weight: pl.Expr, group: Sequence[str | pl.Expr]) -> pl.Expr:
    """The row's part of its group's ``total`` by ``weight``, equal ones where there is none: parts add up to
    the fen, in the order of the rows.
    """
    given = weight.fill_null(0).cast(pl.Int128)
    weighed = pl.when(given.sum().over(group) > 0).then(given).otherwise(1)
    till, whole = weighed.cum_sum().over(group), weighed.sum().over(group)
    return (total * till // whole - total * (till - weighed) // whole).cast(pl.Int64)


def returns_apart(mappings: list[MappingFile], rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that sell, and rows by which something came back as after-sales of their order: less than nothing
    of goods or money, or called a return.

    What went back is the row's amount without its sign. Where the amount is the order's, what its returns say
    as a whole is shared out to them, and a positive one says nothing of a return: the row has no amount then,
    which its contract refuses.
    """
    money, layout = ("paid_fen", "placed_fen"), pl.col("layout_name")
    is_negative = pl.any_horizontal(pl.col("line_qty", *money).fill_null(0) < 0)
    is_back = is_negative | (pl.col("row_type_code") == "return").fill_null(False)
    back, order = rows.filter(is_back).sort("_export_id", "_row_number"), [*EXPORT, "order_id"]
    amounts = []
    for name in money:
        once = layout.is_in([mapping.name for mapping in mappings if name in mapping.once])
        per_part = layout.is_in([mapping.name for mapping in mappings if mapping.is_per_part(name)])
        group: list[str | pl.Expr] = [*order, pl.when(per_part).then(PART)]
        whole = pl.col(name).filter(pl.col(name) < 0).first().over(group).neg()
        amounts.append(pl.when(once).then(_share(whole, pl.lit(1), group)).otherwise(pl.col(name).abs()))
    goods = pl.coalesce("sku_code", "product_id", pl.lit("goods"))
    # the row's own document tells returns of several files apart
    what = pl.concat_str(
        goods,
        pl.when(pl.col("_document") != pl.col("order_id")).then("_document"),
        separator=":",
        ignore_nulls=True,
    )
    nth = pl.int_range(1, pl.len() + 1).over([*order, what.alias("_what")])
    sends_back = (pl.col("line_qty") < 0) | (pl.col("row_type_code") == "return")
    kind = (
        pl.when(pl.col("row_type_code") == "exchange")
        .then(pl.lit("exchange"))
        .when(sends_back)
        .then(pl.lit("return_refund"))
    )
    return rows.filter(~is_back), back.with_columns(
        refund_id=pl.concat_str("order_id", what, pl.lit("back"), nth, separator=":"),
        refund_fen=pl.coalesce(amounts),
        refund_qty=pl.col("line_qty").abs(),
        refund_status_code=pl.lit("success"),
        refund_type_code=pl.coalesce(kind, pl.lit("refund_only")),
        refund_stage_code=pl.lit("unknown"),
        reason_code=pl.lit(None, pl.String),
        order_line_id=pl.lit(None, pl.String),
        **{name: pl.lit(None, pl.Datetime("us", TIME_ZONE)) for name in ("applied_at", "refunded_at")},
    )


def copies_apart(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of several exports with every numbered line of one once, and the place of each copy beside that of
    the row it repeats (``_first``).
    """
    if _NUMBER not in rows.columns or rows[_NUMBER].null_count() == rows.height:
        return rows, rows.clear().select(*EXPORT, "_row_number", _first="_row_number")
    same = [name for name in rows.columns if name != "_row_number"]
    first = pl.col("_row_number").min().over(same)
    placed = rows.with_columns(_first=pl.when(pl.col(_NUMBER).is_null()).then("_row_number").otherwise(first))
    is_copy = pl.col("_first") != pl.col("_row_number")
    copies = placed.filter(is_copy).select(*EXPORT, "_row_number", "_first")
    return placed.filter(~is_copy).drop("_first"), copies


def with_copies(frames: dict[str, pl.DataFrame], copies: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """``frames`` with each copy as what the row it repeats became: told again, it counts as a duplicate."""
    return {name: _with_copies(frame, copies) for name, frame in frames.items()}


def _with_copies(frame: pl.DataFrame, copies: pl.DataFrame) -> pl.DataFrame:
    if copies.is_empty():
        return frame
    again = frame.rename({"_row_number": "_first"}).join(copies, on=[*EXPORT, "_first"], how="inner")
    return pl.concat([frame, again.select(frame.columns)])
