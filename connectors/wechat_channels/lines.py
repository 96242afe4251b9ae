"""What makes a row one line of its order: its number, its share of the order's money.

Set-based, whatever the order of the rows.
"""

from __future__ import annotations

import hashlib
import re

import polars as pl

#: One order as one export tells it.
ORDER = ("merchant_id", "shop_id", "_export_id", "order_id")


def add_tokens(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``_token``: the goods of a row by what file and API both tell, the merchant's SKU code, else
    product number and attribute values.
    """
    digest = {text: _digest(text) for text in rows["properties_text"].fill_null("").unique()}
    attributes = (
        pl.col("properties_text").fill_null("").replace_strict(digest, default=None, return_dtype=pl.String)
    )
    return rows.with_columns(
        _token=pl.coalesce(
            "sku_code", pl.concat_str(pl.col("product_id").fill_null("0"), attributes, separator="-")
        )
    )


def _digest(text: str) -> str:
    """Of the attribute values alone, sorted: neither their names nor their order nor their punctuation
    count.
    """
    parts = [re.split(r"[:：]", part)[-1].strip() for part in re.split(r"[;；,，\n]", text)]
    return hashlib.blake2b(
        "|".join(sorted(part for part in parts if part)).encode(), digest_size=4
    ).hexdigest()


def add_line_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``order_line_id`` (see README, 子订单号) and sort by it within each order.

    ``order:goods`` for the first line of its kind (that with a price before a gift of the same goods),
    ``order:goods:2`` for the second. Lines alike in every told respect keep the file's order.
    """
    told = add_tokens(rows).sort(
        *ORDER,
        "_token",
        "unit_price_fen",
        "line_qty",
        "real_fen",
        "_row_number",
        descending=[False] * 5 + [True] * 3 + [False],
        nulls_last=True,
    )
    nth = pl.int_range(1, pl.len() + 1).over(*ORDER, "_token")
    first = pl.concat_str("order_id", "_token", separator=":")
    return told.with_columns(
        order_line_id=pl.when(nth == 1).then(first).otherwise(pl.concat_str(first, nth, separator=":"))
    )


def share_out(total: pl.Expr, weight: pl.Expr) -> pl.Expr:
    """Each row's part of its order's ``total`` by ``weight``, in the rows' order.

    Parts add up to the total to the fen.

    Without any weight the first row takes all. Null where the total is.
    """
    weight = weight.fill_null(0)
    whole, so_far = weight.sum().over(ORDER), weight.cum_sum().over(ORDER)
    until = pl.when(whole == 0).then(total).otherwise(total * so_far // whole.clip(lower_bound=1))
    return until - until.shift(1).over(ORDER).fill_null(0)


def add_money(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``goods_fen``: what the line's goods cost the buyer.

    Rows that together say more than the order cost share the order's amount.

    ``real_fen`` is the row's word (商品实际价格(总共), real_price), ``order_paid_fen`` the order's. The
    order's rest (freight) stays with the order.
    """
    too_much = (pl.col("real_fen").sum().over(ORDER) > pl.col("order_paid_fen")) & (
        pl.col("order_paid_fen") > 0
    )
    part = share_out(pl.col("order_paid_fen"), pl.col("real_fen"))
    return rows.with_columns(goods_fen=pl.when(too_much.fill_null(False)).then(part).otherwise("real_fen"))
