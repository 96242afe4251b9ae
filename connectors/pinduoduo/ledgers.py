"""Rows of the shop's account and of promotion → canonical ledger frames.

Neither has numbers of its own: they are derived here, whatever the order of rows.
"""

from __future__ import annotations

import polars as pl

from connectors.pinduoduo import words

_LINEAGE = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")
_EXPORT = ("merchant_id", "shop_id", "_export_id")

_SCENE = {"0": "搜索", "1": "明星店铺", "2": "展示"}


def conform_funds(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """店铺账务明细: every row is a movement of the account, and most settle something of an order.

    Withdrawals and top-ups settle nothing.

    Amounts are signed: income is positive, expense negative, as the file writes them.
    """
    text = pl.concat_str("account_type_text", pl.col("scene_text").fill_null(""), separator="|")
    rows = bronze.with_columns(
        pl.col("income_fen", "expense_fen").fill_null(0),
        fund_type_code=words.first_found(text, words.FUNDS),
        scene_name=pl.coalesce("scene_text", "account_type_text"),
    ).with_columns(moved_fen=pl.col("income_fen") + pl.col("expense_fen"))
    rows = _with_entry_id(rows)
    fund = rows.select(
        *_LINEAGE,
        "fund_type_code",
        "moved_at",
        "moved_fen",
        "order_id",
        "scene_name",
        fund_entry_id="entry_id",
        order_line_id="order_id",
    )
    settles = rows.filter(pl.col("fund_type_code").is_in(list(words.SETTLEMENT)))
    kind, moved = pl.col("fund_type_code"), pl.col("moved_fen")
    entry = settles.select(
        *_LINEAGE, "order_id", "income_fen", "expense_fen",
        settlement_entry_id="entry_id",
        order_line_id="order_id",
        settlement_type_code=kind.replace_strict(words.SETTLEMENT, return_dtype=pl.String),
        settled_at="moved_at",
        settled_fen="moved_fen",
        platform_fee_fen=pl.when(kind == "fee").then(-moved),
        commission_creator_fen=pl.when(kind == "commission").then(-moved),
        subsidy_platform_fen=pl.when(kind == "subsidy").then(moved),
        settled_refund_fen=pl.when(kind == "refund").then(-moved),
    )  # fmt: skip
    return {"fund_entry": fund, "settlement_entry": entry}


def _with_entry_id(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``entry_id``: order : kind : second : amount : how manieth of its like in the file.

    Like rows share their second, so every export has all of them.
    """
    second = pl.col("moved_at").dt.strftime("%Y%m%d%H%M%S")
    like = pl.concat_str(
        pl.col("order_id").fill_null("-"),
        pl.col("scene_name"),
        second,
        pl.col("moved_fen").cast(pl.String),
        separator=":",
    )
    rows = rows.with_columns(_like=like)
    nth = pl.int_range(1, pl.len() + 1).over(*_EXPORT, "_like", order_by="_row_number")
    return rows.with_columns(entry_id=pl.concat_str("_like", nth.cast(pl.String), separator=":")).drop(
        "_like"
    )


def conform_ads(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Promotion by product and by day, and the API's daily report.

    Three tellings of one money: three families, never summed together.
    """
    family = pl.col("layout_name").replace(
        {"product_daily": "pinduoduo_product", "account_daily": "pinduoduo_account", "api": "pinduoduo_scene"}
    )
    scene = pl.col("scene_number_text").replace(_SCENE)
    named = bronze.with_columns(
        ad_family_code=family,
        ad_object_id=pl.coalesce("product_id", "scene_number_text"),
        ad_object_name=pl.coalesce("plan_name", "product_name", scene),
    )
    parts = ["ad_family_code", "product_id", "scene_text", "plan_name", "group_text", "scene_number_text"]
    what = pl.concat_str(
        [pl.col("ad_date").dt.strftime("%Y%m%d"), *(pl.col(name).fill_null("-") for name in parts)],
        separator=":",
    )
    named = named.with_columns(_what=what)
    nth = pl.int_range(1, pl.len() + 1).over(
        *_EXPORT, "_what", order_by=["spent_fen", "impressions_qty", "_row_number"]
    )
    spend = named.select(
        *_LINEAGE, "ad_family_code", "ad_date", "ad_object_id", "ad_object_name", "product_id", "spent_fen",
        "reported_gmv_fen", "reported_orders_qty",
        "reported_net_fen", "impressions_qty", "clicks_qty",
        ad_entry_id=pl.concat_str("_what", nth.cast(pl.String), separator=":"),
    )  # fmt: skip
    return {"ad_spend": spend}
