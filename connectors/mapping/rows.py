"""Typed rows of mapped tables → canonical frames: their words become our codes, numbers nobody told are
derived. One way for every mapping of a kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import polars as pl

from connectors.mapping import whole
from connectors.mapping.kinds import EXPORT, KINDS, PART, PRICED, is_word, names_of
from connectors.mapping.model import MappingFile
from connectors.mapping.specs import with_color_and_size
from connectors.mapping.states import (
    with_refunds_paid,
    with_status,
    without_denied,
    without_exchanged,
    without_void,
)
from connectors.mapping.vocabulary import spoken_words
from contracts.canonical import REFUND_LINE
from contracts.fields import FIELDS

_LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")
_SEPARATOR = "\x1f"


def bronze_name(name: str) -> str:
    """The bronze column of one of our names: a word waits for its translation as ``…_text``."""
    return (
        f"{name.removeprefix('is_').removeprefix('has_').removesuffix('_code')}_text"
        if is_word(name)
        else name
    )


def conform(
    mappings: Sequence[MappingFile], layout_kind: str, bronze: pl.DataFrame, *, has_sub_orders: bool
) -> dict[str, pl.DataFrame]:
    """The canonical frame of one kind's typed rows, which may be of several mappings.

    KeyError for a kind no mapping can be.
    ``has_sub_orders``: the platform numbers sub-orders itself, so a sub-order number in the table is that
    number.
    """
    kind = layout_kind.removeprefix("mapped_")
    mine = [mapping for mapping in mappings if mapping.kind == kind]
    rows, copies = whole.copies_apart(without_denied(without_void(_translated(mine, kind, bronze))))
    frames = {KINDS[kind].name: rows}
    if kind == "orders":
        rows = with_refunds_paid(mine, rows)
        sold, back = whole.returns_apart(mine, whole.with_parts(without_exchanged(mine, rows)))
        frames = whole.orders_apart(mine, sold) | ({} if back.is_empty() else {REFUND_LINE.name: back})
    elif kind == "after_sales":
        frames = whole.refunds_shared(mine, rows)
    done = {name: _finished(name, frame, has_sub_orders) for name, frame in frames.items()}
    return whole.with_copies(done, copies)


def _finished(table: str, rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    kind = next(kind for kind, target in KINDS.items() if target.name == table)
    done = _FINISH[kind](rows, has_sub_orders)
    return done.select(
        *_LINEAGE, *(name for name in KINDS[kind].columns if name in done.columns and name not in _LINEAGE)
    )


# words
def _translated(mappings: list[MappingFile], kind: str, bronze: pl.DataFrame) -> pl.DataFrame:
    """Every name of the kind: codes and flags translated by the row's mapping, copies and constants filled
    in, money's currency said.
    """
    plain = {name: pl.col(name) for name in names_of(kind) if not is_word(name)}
    rows = bronze.select(
        *_LINEAGE,
        "layout_name",
        *(name for name in bronze.columns if name in plain or name.endswith("_text")),
    )
    for name in plain:
        copied = {mapping.name: mapping.same_as[name] for mapping in mappings if name in mapping.same_as}
        if copied:
            cases = [
                pl.when(pl.col("layout_name") == layout).then(pl.col(other))
                for layout, other in copied.items()
            ]
            rows = rows.with_columns(pl.coalesce(name, *cases).alias(name))
    for name in PRICED.get(kind, ()):
        layouts = [mapping.name for mapping in mappings if name in mapping.priced]
        goods = pl.when(pl.col("layout_name").is_in(layouts)).then(
            pl.col("unit_price_fen") * pl.col("line_qty")
        )
        rows = rows.with_columns(pl.coalesce(name, goods).alias(name)) if layouts else rows
    rows = rows.with_columns(_code(mappings, name) for name in names_of(kind) if is_word(name))
    return rows.with_columns(_constant(mappings, name) for name in names_of(kind) if _is_text(name))


def _is_text(name: str) -> bool:
    return (
        not is_word(name)
        and (name not in FIELDS or FIELDS[name].kind == "text")
        and not name.endswith("_fen")
    )


def _constant(mappings: list[MappingFile], name: str) -> pl.Expr:
    told = {mapping.name: mapping.constants[name] for mapping in mappings if name in mapping.constants}
    if name == "currency_code":
        told |= {
            mapping.name: mapping.currency
            for mapping in mappings
            if mapping.currency != "CNY" and name not in mapping.constants
        }
    constant = _by_layout(told)
    if name != "currency_code":
        return pl.coalesce(name, constant).alias(name)
    known = _folded(pl.col(name)).replace_strict(spoken_words(name), default=None, return_dtype=pl.String)
    filled = pl.coalesce(known, pl.col(name).str.strip_chars().str.to_uppercase(), constant)
    return pl.when(filled != "CNY").then(filled).alias(name)


def _code(mappings: list[MappingFile], name: str) -> pl.Expr:
    """Their word → our code.

    A word nobody listed is ``unknown`` where the list has that, and never taken for the nearest one.
    """
    layout, word = pl.col("layout_name"), _folded(pl.col(bronze_name(name)))
    field = FIELDS[name]
    known = field.codes.values if field.codes else ["true", "false"]
    told: dict[str, str] = {}
    others: dict[str, str] = {}
    constants: dict[str, str] = {}
    parts = []
    for mapping in mappings:
        rule = mapping.columns.get(name)
        if name in mapping.constants:
            constants[mapping.name] = mapping.constants[name]
        if rule is None:
            continue
        told |= {f"{mapping.name}{_SEPARATOR}{code}": code for code in known}
        told |= {f"{mapping.name}{_SEPARATOR}{_fold(said)}": code for said, code in rule.values.items()}
        parts += [
            pl.when((layout == mapping.name) & word.str.contains(_fold(said), literal=True)).then(
                pl.lit(code)
            )
            for said, code in rule.contains.items()
        ]
        if rule.otherwise:
            others[mapping.name] = rule.otherwise
    exact = (
        pl.concat_str(layout, word, separator=_SEPARATOR).replace_strict(
            told, default=None, return_dtype=pl.String
        )
        if told
        else pl.lit(None, pl.String)
    )
    rest = pl.when(word.is_not_null()).then(
        pl.coalesce(_by_layout(others), pl.lit("unknown" if "unknown" in known else None, pl.String))
    )
    code = pl.coalesce(exact, *parts, rest, _by_layout(constants))
    return (code == "true" if field.codes is None else code).alias(name)


def unknown_words(mapping: MappingFile, bronze: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """Our names whose words in ``bronze`` (typed rows of this mapping) nobody has explained, with these
    words: as ``_code`` has it, they are unknown.
    """
    strange: dict[str, tuple[str, ...]] = {}
    for name, rule in mapping.columns.items():
        if not is_word(name) or rule.otherwise or bronze_name(name) not in bronze.columns:
            continue
        field = FIELDS[name]
        said = {
            _fold(word)
            for word in (*rule.values, *(field.codes.values if field.codes else ("true", "false")))
        }
        parts = [_fold(part) for part in rule.contains]
        words = bronze[bronze_name(name)].drop_nulls().unique(maintain_order=True)
        left = [
            word
            for word in words
            if (folded := _fold(word)) and folded not in said and not any(part in folded for part in parts)
        ]
        strange |= {name: tuple(left)} if left else {}
    return strange


def _by_layout(told: dict[str, str]) -> pl.Expr:
    return (
        pl.col("layout_name").replace_strict(told, default=None, return_dtype=pl.String)
        if told
        else pl.lit(None, pl.String)
    )


def _fold(word: str) -> str:
    return "".join(word.split()).lower()


def _folded(word: pl.Expr) -> pl.Expr:
    bare = word.str.replace_all(r"\s", "").str.to_lowercase()
    return pl.when(bare != "").then(bare)


# what each kind still needs
def _orders(rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    del has_sub_orders  # an order table of another system names its own lines where it must
    rows = with_color_and_size(_with_paid(with_status(rows))).with_columns(
        is_gift=pl.col("is_gift").fill_null(False),
        content_code=pl.col("content_code").fill_null("unknown"),
        seller_code=pl.col("seller_code").fill_null("unknown"),
        file_end_code=_file_end(),
        **{PART: pl.when(pl.col(PART) != pl.col("order_id")).then(PART)},
    )
    names = pl.concat_str(
        [pl.col(name).fill_null("") for name in ("product_name", "color_name", "size_name")], separator="|"
    )
    token = pl.coalesce("sku_code", "product_id", _digest(rows, names, "|"))
    return _with_number(
        rows,
        "order_line_id",
        pl.concat_str("order_id", token, separator=":"),
        pl.col("order_id"),
        ["placed_fen", "line_qty"],
    )


def _file_end() -> pl.Expr:
    """Whether an order stands first or last in its file, where it may be cut off.

    Of a file of one order nothing is said.
    """
    order, ends = pl.col("order_id"), (pl.col("_row_number").min(), pl.col("_row_number").max())
    first, last = (order.filter(pl.col("_row_number") == end).first().over(EXPORT) for end in ends)
    return pl.when(first != last).then(
        pl.when(order == first).then(pl.lit("first")).when(order == last).then(pl.lit("last"))
    )


def _order_heads(rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    del has_sub_orders
    return _with_paid(with_status(rows))


def _with_paid(rows: pl.DataFrame) -> pl.DataFrame:
    """What was paid and what was to be paid: either stands for the other where only one is told; unpaid is 0.

    Rows may leave it to others to tell it.
    """
    told = pl.col("_tells_paid") if "_tells_paid" in rows.columns else pl.lit(True)
    is_paid = pl.col("paid_at").is_not_null()
    paid = pl.when(told).then(pl.when(is_paid).then(pl.coalesce("paid_fen", "placed_fen")).otherwise(0))
    share = pl.when(is_paid).then("paid_fen")
    return rows.with_columns(
        placed_fen=pl.coalesce("placed_fen", "paid_fen"), paid_fen=pl.coalesce(paid, share)
    )


def _after_sales(rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    """The sub-order only where the platform numbers them.

    Elsewhere the order's number with the goods' codes beside it, and gold finds the line.

    Goods that come back had been sent; money has gone back only where the after-sale succeeded.
    """
    sends_back = pl.col("refund_type_code").is_in(["return_refund", "exchange"])
    told = pl.when(pl.col("refund_stage_code") != "unknown").then("refund_stage_code")
    stage = pl.coalesce(told, pl.when(sends_back).then(pl.lit("after_shipment")), pl.lit("unknown"))
    status = pl.col("refund_status_code").fill_null("unknown")
    line = pl.coalesce("order_line_id", _goods_of_order()) if has_sub_orders else _goods_of_order()
    return rows.with_columns(
        order_line_id=line,
        refund_status_code=status,
        refund_type_code=pl.col("refund_type_code").fill_null("unknown"),
        refund_stage_code=stage,
        refunded_at=pl.when(status == "success").then("refunded_at"),
    )


def _goods_of_order() -> pl.Expr:
    """The order's number for an after-sale of one row.

    The rows of a larger one are told apart by their goods.
    """
    refund = [*EXPORT, "refund_id"]
    goods = pl.coalesce("sku_code", "product_id", pl.lit("goods"))
    nth = pl.int_range(1, pl.len() + 1).over(*refund, goods)
    named = pl.concat_str(
        "order_id",
        pl.when(nth == 1).then(goods).otherwise(pl.concat_str(goods, nth, separator=":")),
        separator=":",
    )
    return pl.when(pl.len().over(refund) > 1).then(named).otherwise("order_id")


def _live_sessions(rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    del has_sub_orders
    began = pl.col("started_at").dt.strftime("%Y%m%d%H%M%S")
    host = pl.coalesce(
        "live_account_id", _digest(rows, pl.col("live_account_name").fill_null("")), pl.lit("room")
    )
    return rows.with_columns(
        live_session_id=pl.coalesce("live_session_id", pl.concat_str(host, began, separator=":"))
    )


def _settlements(rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    del has_sub_orders
    rows = rows.with_columns(settlement_type_code=pl.col("settlement_type_code").fill_null("unknown"))
    whose = pl.coalesce("order_line_id", "order_id", "refund_id", pl.lit("shop"))
    when = pl.col("settled_at").dt.strftime("%Y%m%d%H%M%S").fill_null("")
    return _with_number(
        rows,
        "settlement_entry_id",
        pl.concat_str(whose, "settlement_type_code", when, separator=":"),
        pl.lit("entry"),
        ["settled_fen"],
    )


def _funds(rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    """One signed amount, or what came in and what went out, of which the second counts as outgoing whatever
    its sign.
    """
    del has_sub_orders
    both = pl.col("moved_in_fen").fill_null(0) - pl.col("moved_out_fen").abs().fill_null(0)
    told = pl.any_horizontal(pl.col("moved_in_fen", "moved_out_fen").is_not_null())
    return rows.with_columns(
        moved_fen=pl.coalesce("moved_fen", pl.when(told).then(both)),
        fund_type_code=pl.col("fund_type_code").fill_null("unknown"),
    )


def _ads(rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    del has_sub_orders
    rows = rows.with_columns(ad_family_code=pl.coalesce("ad_family_code", "layout_name"))
    named = _digest(rows, pl.col("ad_object_name").fill_null(""))
    what = pl.coalesce("ad_object_id", "product_id", "live_session_id", named, pl.lit("shop"))
    number = pl.concat_str(pl.col("ad_date").dt.strftime("%Y%m%d"), "ad_family_code", what, separator=":")
    return _with_number(rows, "ad_entry_id", number, pl.lit("entry"), ["spent_fen"])


def _products(rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    del has_sub_orders
    return rows.with_columns(platform_sku_id=pl.coalesce("platform_sku_id", "sku_code", "product_id"))


def _as_told(rows: pl.DataFrame, has_sub_orders: bool) -> pl.DataFrame:
    del has_sub_orders
    return rows


_FINISH: dict[str, Callable[[pl.DataFrame, bool], pl.DataFrame]] = {
    "orders": _orders,
    "order_heads": _order_heads,
    "after_sales": _after_sales,
    "live_sessions": _live_sessions,
    "settlements": _settlements,
    "funds": _funds,
    "insurance": _as_told,
    "ads": _ads,
    "products": _products,
}


def _digest(rows: pl.DataFrame, text: pl.Expr, empty: str = "") -> pl.Expr:
    """A short fingerprint of a text that stands for a number nobody told; null where the text says
    nothing.
    """
    words = rows.select(_said=text)["_said"].unique()
    made = {
        word: hashlib.blake2b(word.encode(), digest_size=6).hexdigest()
        for word in words
        if word and word.strip(empty)
    }
    return (
        text.replace_strict(made, default=None, return_dtype=pl.String) if made else pl.lit(None, pl.String)
    )


def _with_number(
    rows: pl.DataFrame, name: str, derived: pl.Expr, bare: pl.Expr, by: list[str]
) -> pl.DataFrame:
    """Fill ``name`` where the table has no number: ``derived``, and ``:2`` … behind it for others alike in
    one export, counted along ``by``, not the rows.
    """
    rows = rows.with_columns(_token=pl.coalesce(derived, bare))
    rows = rows.sort(
        *by, "_row_number", descending=[*(True for _ in by), False], nulls_last=True, maintain_order=True
    )
    nth = pl.int_range(1, pl.len() + 1).over(*EXPORT, "_token")
    numbered = pl.when(nth == 1).then("_token").otherwise(pl.concat_str("_token", nth, separator=":"))
    return (
        rows.with_columns(pl.coalesce(name, numbered).alias(name))
        .drop("_token")
        .sort("_export_id", "_row_number")
    )
