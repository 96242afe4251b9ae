"""Alipay's account detail and the WeChat-pay ledger → movements and what they settle.

Advertising reports and product lists. See README, section 4.

Taobao has no settlement bill: what an order brought is what its movements say, so a movement of an order is
its settlement entry too.
"""

from __future__ import annotations

import polars as pl

from connectors.taobao import words

_HEAD = ("merchant_id", "shop_id", "platform_code", "_export_id", "_row_number", "_observed_at")
_EXPORT = ("merchant_id", "shop_id", "_export_id")


def conform_funds(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """One ``fund_entry`` per row; those of an order also as ``settlement_entry``.

    Null ``moved_fen`` where a row is inflow and outflow at once.
    """
    rows = _movements(bronze)
    fund = rows.select(
        *_HEAD,
        "fund_entry_id",
        "fund_type_code",
        "moved_at",
        "moved_fen",
        "order_id",
        "order_line_id",
        "balance_fen",
        "account_name",
        "scene_name",
    )
    kind, moved = pl.col("fund_type_code"), pl.col("moved_fen")
    of_orders = rows.filter(
        kind.is_in(list(words.SETTLEMENT)) & pl.col("order_id").is_not_null() & moved.is_not_null()
    )
    entry = of_orders.select(
        *_HEAD, "order_id", "order_line_id", "income_fen",
        settlement_entry_id="fund_entry_id",
        settlement_type_code=kind.replace_strict(words.SETTLEMENT, return_dtype=pl.String),
        settled_at="moved_at",
        settled_fen="moved_fen",
        expense_fen=-pl.col("expense_fen"),
        platform_fee_fen=pl.when(kind == "fee").then(-moved),
        commission_creator_fen=pl.when(kind == "commission").then(-moved),
        settled_refund_fen=pl.when(kind == "refund").then(-moved),
    )  # fmt: skip
    return {"fund_entry": fund, "settlement_entry": entry}


def _movements(bronze: pl.DataFrame) -> pl.DataFrame:
    """Bronze rows with ``fund_entry_id, fund_type_code, moved_fen, order_id, account_name, scene_name``.

    Both amounts without sign.

    Outflows are written as 5.00 or -5.00; either way the column says which they are.
    """
    income, expense = pl.col("income_fen").fill_null(0), pl.col("expense_fen").fill_null(0).abs()
    is_alipay = pl.col("layout_name") == "alipay"
    # a description that is a payment serial (FP301_…) names no order
    plain = pl.col("order_id").str.extract(r"^(\d+)$")
    rows = bronze.with_columns(
        income_fen=income,
        expense_fen=expense,
        fund_type_code=words.fund_type(),
        order_id=pl.coalesce(
            plain, pl.col("merchant_order_id").str.extract(r"^T\d+P(\d+)$"), "note_order_id"
        ),
        account_name=pl.when(is_alipay).then(pl.lit("支付宝")).otherwise(pl.lit("微信支付")),
        scene_name=pl.coalesce("description_text", "purpose_text", "entry_type_text"),
    )
    moved = pl.when(pl.min_horizontal("income_fen", "expense_fen") == 0).then(
        pl.col("income_fen") - pl.col("expense_fen")
    )
    return _with_entry_id(rows.with_columns(moved_fen=moved), is_alipay)


def _with_entry_id(rows: pl.DataFrame, is_alipay: pl.Expr) -> pl.DataFrame:
    """Alipay numbers its entries.

    The WeChat ledger numbers payments, of which a receipt, its refund and its fees are several entries.
    """
    second = pl.col("moved_at").dt.strftime("%Y%m%d%H%M%S")
    like = pl.concat_str(
        "ledger_id",
        pl.col("entry_type_text").fill_null("-"),
        second,
        pl.col("moved_fen").cast(pl.String).fill_null("-"),
        separator=":",
    )
    nth = pl.int_range(1, pl.len() + 1).over(*_EXPORT, like, order_by="_row_number")
    derived = pl.when(nth == 1).then(like).otherwise(pl.concat_str(like, nth, separator=":"))
    return rows.with_columns(fund_entry_id=pl.when(is_alipay).then("ledger_id").otherwise(derived))


def conform_ads(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """One ``ad_spend`` per day and scene (2026) or aim (2022).

    A report of 2022 tells one day's money again for every way of attributing what it sold, so each of these
    is a family of its own.
    """
    ways = pl.concat_str(
        "effect_model_text", "basis_text", "attribution_text", separator=":", ignore_nulls=True
    )
    family = (
        pl.when(pl.col("layout_name") == "scenes_2026")
        .then(pl.lit("taobao_scene"))
        .otherwise(pl.concat_str(pl.lit("taobao_account"), ways, separator=":"))
    )
    named = bronze.with_columns(
        ad_family_code=family, ad_object_id=pl.coalesce("scene_id", "ad_object_name", pl.lit("-"))
    )
    day = pl.col("ad_date").dt.strftime("%Y%m%d")
    spend = named.select(
        *_HEAD, "ad_family_code", "ad_date", "ad_object_id", "ad_object_name", "spent_fen", "impressions_qty",
        "clicks_qty", "reported_gmv_fen",
        "reported_orders_qty",
        ad_entry_id=pl.concat_str("ad_family_code", day, "ad_object_id", separator=":"),
    )  # fmt: skip
    return {"ad_spend": spend}


def conform_products(bronze: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """One ``product`` per row.

    Neither list numbers SKUs: the product's own number stands in, with the merchant's code behind it where
    rows share a product.
    """
    code = pl.coalesce("style_code", pl.lit("-"))
    parts = pl.col("style_code").n_unique().over(*_EXPORT, "product_id") > 1
    product = bronze.select(
        *_HEAD, "product_id", "product_name", "style_code", "unit_price_fen",
        platform_sku_id=pl.when(parts).then(pl.concat_str("product_id", code, separator=":"))
        .otherwise("product_id"),
        color_name=pl.when(~pl.col("color_text").str.contains(r"[,，;；、]")).then("color_text"),
        is_on_sale=pl.col("status_text")
        .replace_strict(words.ON_SALE_LIST, default=None, return_dtype=pl.Boolean),
    )  # fmt: skip
    return {"product": product}
