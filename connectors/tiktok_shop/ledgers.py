"""Beside the orders: what was paid out (income files, statements of the API), what moved the balance, and
which creator's content sold a line.
"""

from __future__ import annotations

import polars as pl

from connectors.base import TOGETHER
from connectors.tiktok_shop import words
from connectors.tiktok_shop.rows import LINEAGE, distinct_rows

_ENTRY = ("merchant_id", "shop_id", "_export_id", "_observed_at", "entry_ref", "settlement_type_code", "day")
#: Fees as the platform writes them: negative. Ours are positive when charged.
_PLATFORM_FEES = ("platform_commission_fen", "transaction_fee_fen", "referral_fee_fen")
_CREATOR_FEES = ("affiliate_commission_fen", "affiliate_ads_commission_fen")


def settlement_entries(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """One ``settlement_entry`` per row.

    What is still on hold is an entry of nothing paid yet, without a moment.

    Parts are taken only where the platform's own sum holds: settlement = net sales (revenue) + fees +
    shipping + adjustment. Where it does not, the total alone is believed.
    """
    rows = distinct_rows(bronze).with_columns(
        settled_fen=pl.when(_on_hold()).then(pl.lit(0, pl.Int64)).otherwise("settled_fen")
    )
    rows = rows.with_columns(
        settlement_type_code=_type(), day=pl.col("settled_at").dt.strftime("%Y%m%d").fill_null("onhold")
    )
    rows = rows.sort(*_ENTRY, "settled_fen", "revenue_fen", "_row_number", nulls_last=True)
    nth = pl.int_range(1, pl.len() + 1).over(_ENTRY)
    name = pl.concat_str("entry_ref", "settlement_type_code", "day", separator=":")
    of_order = pl.col("type_text").str.to_lowercase().str.strip_chars() == "order"
    entry = _with_parts(rows).select(
        *LINEAGE, "settlement_type_code", "settled_at", "settled_fen", "income_fen", "expense_fen",
        "platform_fee_fen", "commission_creator_fen",
        "commission_leader_fen", "other_fee_fen", "settled_refund_fen", "currency_code",
        settlement_entry_id=pl.when(nth == 1).then(name).otherwise(pl.concat_str(name, nth, separator=":")),
        order_id=pl.coalesce("related_order_id", pl.when(of_order).then("entry_ref")),
    )  # fmt: skip
    return {"settlement_entry": entry.sort("_export_id", "_row_number")}


def _on_hold() -> pl.Expr:
    return pl.col("estimated_fen").is_not_null()


def _type() -> pl.Expr:
    word = pl.col("type_text").str.to_lowercase().str.strip_chars()
    taken_back = pl.when(pl.col("settled_fen") < 0).then(pl.lit("refund_after")).otherwise(pl.lit("sale"))
    return (
        pl.when(word == "order")
        .then(taken_back)
        .otherwise(words.first_match(word, words.SETTLEMENT_PATTERNS, "unknown"))
    )


def _with_parts(rows: pl.DataFrame) -> pl.DataFrame:
    def charged(*names: str) -> pl.Expr:
        return -pl.sum_horizontal(pl.col(name).fill_null(0) for name in names)

    spent = pl.sum_horizontal(
        pl.col(name).fill_null(0) for name in ("fees_fen", "shipping_fen", "adjustment_fen")
    )
    holds = (
        (pl.col("settled_fen") == pl.col("revenue_fen").fill_null(0) + spent)
        & pl.col("revenue_fen").is_not_null()
        & ~_on_hold()
    )
    platform = charged(*_PLATFORM_FEES)
    creator = charged(*_CREATOR_FEES)
    leader = charged("affiliate_partner_commission_fen")
    parts = {
        "income_fen": pl.col("revenue_fen"),
        "expense_fen": spent,
        "platform_fee_fen": platform,
        "commission_creator_fen": creator,
        "commission_leader_fen": leader,
        "other_fee_fen": -spent - platform - creator - leader,
        "settled_refund_fen": -pl.col("refund_subtotal_fen"),
    }
    return rows.with_columns(pl.when(holds).then(part).alias(name) for name, part in parts.items())


def fund_entries(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """finance/withdrawals: what was settled into the shop's balance and drawn out of it.

    The list's amounts bear no sign, so the type gives it.

    A withdrawal the bank turned down moved nothing; one under way has left the balance.
    """
    word, size = pl.col("scene_name").str.to_uppercase(), pl.col("amount_fen").abs()
    moved = pl.when(word == "WITHDRAW").then(-size).otherwise(size)
    refused = pl.col("fund_status_text").str.contains(words.REFUSED).fill_null(False)
    entry = distinct_rows(bronze).select(
        *LINEAGE, "moved_at", "scene_name", "currency_code",
        fund_entry_id="movement_id",
        fund_type_code=words.coded(word, words.FUND_TYPE),
        moved_fen=pl.when(~refused).then(moved).otherwise(0),
    )  # fmt: skip
    return {"fund_entry": entry.sort("_export_id", "_row_number")}


def affiliate_channels(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """创作者订单: these lines were sold by a creator's content.

    A line told twice keeps the row with the larger commission base.
    """
    told = bronze.with_columns(
        order_line_id=pl.concat_str("order_id", "platform_sku_id", separator=":"),
        content_code=words.coded(pl.col("content_type_text").fill_null("").str.to_lowercase(), words.CONTENT),
        seller_code=pl.when(pl.col("creator_name").is_not_null())
        .then(pl.lit("creator"))
        .otherwise(pl.lit("unknown")),
        # the account's name is its only number here, so own accounts are registered by it
        creator_id=pl.col("creator_name").str.strip_prefix("@"),
    )
    key = ["merchant_id", "shop_id", "_export_id", "order_line_id"]
    told = told.with_columns(pl.col("_row_number").over(key, mapping_strategy="join").alias(TOGETHER))
    first = told.sort(
        "commission_base_fen", "creator_id", "content_id", descending=True, nulls_last=True
    ).unique(key, keep="first", maintain_order=True)
    channel = first.select(
        *LINEAGE, "order_id", "order_line_id", "content_code", "seller_code", "creator_id", "creator_name"
    )
    return {"line_channel": channel.sort("_export_id", "_row_number")}
