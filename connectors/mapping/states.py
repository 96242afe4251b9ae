"""What a mapped table says became of an order: its word, else its moments; and orders that are none."""

from __future__ import annotations

import polars as pl

from connectors.mapping.kinds import CLOSED, EXPORT, PRICED, VOID
from connectors.mapping.model import MappingFile
from connectors.typed import fold


def with_status(rows: pl.DataFrame) -> pl.DataFrame:
    """The order's state by its word, else by its moments.

    What is said to be unpaid never was paid, whatever its times; a closed order, if it was.
    """
    moments = [
        (name, code)
        for name, code in (("finished_at", "finished"), ("shipped_at", "shipped"), ("paid_at", "paid"))
    ]
    by_moment = pl.coalesce(
        *(pl.when(pl.col(name).is_not_null()).then(pl.lit(code)) for name, code in moments), pl.lit("unknown")
    )
    status = pl.coalesce("order_status_code", by_moment)
    closed = (
        pl.when(pl.col("paid_at").is_not_null())
        .then(pl.lit("closed_refunded"))
        .otherwise(pl.lit("closed_unpaid"))
    )
    rows = rows.with_columns(order_status_code=pl.when(status == CLOSED).then(closed).otherwise(status))
    unpaid = pl.col("order_status_code").is_in(["unpaid", "closed_unpaid"])
    return rows.with_columns(paid_at=pl.when(~unpaid).then("paid_at"))


def _row_kind(mapping: MappingFile, typed: pl.DataFrame) -> pl.Expr | None:
    """What each typed row stands for by its word; None where no column tells it."""
    rule = mapping.columns.get("row_type_code")
    if rule is None or not {"row_type_text", "order_id"} <= set(typed.columns):
        return None
    word = pl.col("row_type_text").fill_null("")
    parts = [
        pl.when(word.str.contains(part, literal=True)).then(pl.lit(code))
        for part, code in rule.contains.items()
    ]
    return pl.coalesce(
        word.replace_strict(rule.values, default=None, return_dtype=pl.String) if rule.values else None,
        *parts,
        pl.lit(rule.otherwise or "unknown"),
    )


def sent_again(mapping: MappingFile, typed: pl.DataFrame) -> pl.Series:
    """Which typed rows of a mapping are goods sent in exchange, or once more, within an order that was sold:
    what stands there was paid with the order, unless the mapping says otherwise.
    """
    told = _row_kind(mapping, typed)
    if mapping.exchange_paid or told is None:
        return pl.Series([False]).new_from_index(0, typed.height)
    kinds = typed.select("order_id", _kind=told)
    is_sold = (~pl.col("_kind").is_in(["exchange", "return"])).any().over("order_id")
    return kinds.select(
        (pl.col("_kind") == "exchange") & is_sold & pl.col("order_id").is_not_null()
    ).to_series()


def silent_returns(mapping: MappingFile, typed: pl.DataFrame) -> dict[str, pl.Series]:
    """Rows that take goods back and have the order's amount again, which is not what went back: by the name
    of the column.
    """
    names = [
        name for name in PRICED.get(mapping.kind, ()) if name in mapping.columns and name in typed.columns
    ]
    if not names:
        return {}
    if set(names) <= set(mapping.repeated):
        if "line_qty" not in typed.columns:
            return {}
        is_silent = (typed["line_qty"] < 0).fill_null(False) & ~typed.select(
            pl.any_horizontal(pl.col(names).fill_null(0) < 0)
        ).to_series()
        return {names[-1]: is_silent}
    amount = next(name for name in names if name not in mapping.repeated)
    return {amount: _of_whole_order(mapping, typed, amount)}


def _of_whole_order(mapping: MappingFile, typed: pl.DataFrame, amount: str) -> pl.Series:
    """Rows that are called a return of some goods, and whose amount is all that was sold in the order, though
    other goods were, too.
    """
    told = _row_kind(mapping, typed)
    goods = next((name for name in ("sku_code", "product_id") if name in typed.columns), None)
    if told is None or goods is None:
        return pl.Series([False]).new_from_index(0, typed.height)
    rows = typed.select("order_id", goods, fen=pl.col(amount).abs(), kind=told)
    sold = pl.when(~pl.col("kind").is_in(["return", "exchange"])).then("fen").otherwise(0)
    is_whole = (pl.col("fen") > 0) & (pl.col("fen") == sold.sum().over("order_id"))
    of_goods = sold.sum().over("order_id", goods)
    is_more = of_goods.is_between(0, pl.col("fen"), closed="none")
    return rows.select(((pl.col("kind") == "return") & is_whole & is_more).fill_null(False)).to_series()


def without_exchanged(mappings: list[MappingFile], rows: pl.DataFrame) -> pl.DataFrame:
    """Goods sent in exchange within an order that was sold as worth nothing, as ``sent_again`` has it."""
    kept = [mapping.name for mapping in mappings if mapping.exchange_paid]
    of_order = [*EXPORT, "order_id"]
    is_sold = (~pl.col("row_type_code").is_in(["exchange", "return"])).any().over(of_order)
    is_again = (pl.col("row_type_code") == "exchange") & is_sold & ~pl.col("layout_name").is_in(kept)
    amounts = ("placed_fen", "paid_fen", "order_placed_fen", "order_paid_fen")
    return rows.with_columns(
        pl.when(is_again & (pl.col(name) > 0)).then(0).otherwise(name).alias(name)
        for name in amounts
        if name in rows.columns
    )


def without_void(rows: pl.DataFrame) -> pl.DataFrame:
    """Orders their system has merged, split or voided (``is_void``) as closed and never paid, without money
    and pieces.

    What stood there before counts no more, and what stands in another order now counts once. Rows of another
    kind than orders stay as they are.
    """
    if "is_void" not in rows.columns:
        return rows
    is_void = (pl.col("order_status_code") == VOID).fill_null(False) | pl.col("is_void").fill_null(False)
    amounts = [
        name
        for name in rows.columns
        if name.endswith(("_fen", "_qty")) and name not in ("placed_fen", "paid_fen")
    ]
    return rows.with_columns(
        pl.when(~is_void).then("paid_at").alias("paid_at"),
        *(pl.when(~is_void).then(name).alias(name) for name in amounts),
        *(pl.when(is_void).then(0).otherwise(name).alias(name) for name in ("placed_fen", "paid_fen")),
        order_status_code=pl.when(is_void).then(pl.lit("closed_unpaid")).otherwise("order_status_code"),
        is_void=is_void,
    )


def without_denied(rows: pl.DataFrame) -> pl.DataFrame:
    """Stated refunds that a row's own state of refund denies as 0: only a refund that succeeded has gone
    back.

    Where no state is given the amount counts; of a word nobody knows it is not known (null).
    """
    if not {"stated_refund_fen", "refund_status_code"} <= set(rows.columns):
        return rows
    status, stated = pl.col("refund_status_code"), pl.col("stated_refund_fen")
    denied = pl.when(stated.is_not_null() & (status != "unknown")).then(0)
    return rows.with_columns(
        stated_refund_fen=pl.when(status.fill_null("success") == "success").then(stated).otherwise(denied)
    )


def with_refunds_paid(mappings: list[MappingFile], rows: pl.DataFrame) -> pl.DataFrame:
    """Amounts that refunds were taken from, as they were paid."""
    names = [mapping.name for mapping in mappings if mapping.net_of_refund]
    if not names:
        return rows
    whole = pl.col("paid_fen") + pl.col("stated_refund_fen").fill_null(0)
    return rows.with_columns(
        paid_fen=pl.when(pl.col("layout_name").is_in(names)).then(whole).otherwise("paid_fen")
    )


def void_rows(mapping: MappingFile, typed: pl.DataFrame) -> pl.Series:
    """Which typed rows of a mapping say they are no order: what amounts stand there contradict nothing."""
    found = pl.Series([False]).new_from_index(0, typed.height)
    for name, column, code in (
        ("order_status_code", "order_status_text", VOID),
        ("is_void", "void_text", "true"),
    ):
        rule = mapping.columns.get(name)
        if rule is None or column not in typed.columns:
            continue
        said = pl.Series([fold(word) for word in typed[column].fill_null("")], dtype=pl.String)
        told = {fold(word): meaning for word, meaning in rule.values.items()}
        parts = [fold(part) for part, meaning in rule.contains.items() if meaning == code]
        found = found | said.is_in([word for word, meaning in told.items() if meaning == code])
        if parts:
            found = found | (said.str.contains_any(parts) & ~said.is_in(list(told)))
    return found
